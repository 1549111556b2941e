"""The accuracies that Figure 4 shows, and how far Experiment 2 is from them, cell by cell."""

import csv
from pathlib import Path

import numpy as np
import xarray as xr

from ..entry import estimated
from ..errors import InputError

_FIGURE, _QUANTITY = "Figure 4", "test accuracy"
_DIMS = ("network", "structure", "sparsity")


def figure4_values(path: str | Path) -> xr.Dataset:
    """accuracy and its uncertainty as Figure 4 of the paper shows them, by network, structure and sparsity; else NaN.

    path: published.csv, which comes with ticketsum: source, quantity, value, uncertainty, how it was read; the quantity
    of a cell of Figure 4 is "test accuracy/NETWORK/STRUCTURE/SPARSITY". Sparsity is the fraction of weights removed.
    """
    try:
        with Path(path).open(newline="", encoding="utf-8") as file:
            rows = [row for row in csv.DictReader(file) if row["source"] == _FIGURE]
        cells = {_cell(row["quantity"]): (float(row["value"]), float(row["uncertainty"])) for row in rows}
    except (OSError, ValueError, KeyError, TypeError, csv.Error) as error:
        raise InputError(
            f"{path} must be a table of published values, got: {error!r}; install ticketsum again"
        ) from error
    axes = [list(dict.fromkeys(cell[k] for cell in cells)) for k in range(2)] + [sorted({cell[2] for cell in cells})]
    values = np.full((2, *map(len, axes)), np.nan)
    for cell, pair in cells.items():
        values[(slice(None), *(axis.index(at) for axis, at in zip(axes, cell, strict=True)))] = pair
    variables = {name: (_DIMS, array) for name, array in zip(("accuracy", "uncertainty"), values, strict=True)}
    return xr.Dataset(variables, dict(zip(_DIMS, axes, strict=True)))


def _cell(quantity: str) -> tuple[str, str, float]:
    name, network, structure, sparsity = quantity.split("/")
    if name != _QUANTITY:
        raise ValueError(quantity)
    return network, structure, float(sparsity)


def figure4_differences(summary: xr.Dataset, published: xr.Dataset) -> xr.Dataset:
    """Mean accuracy less that of Figure 4, in the cells it has: `difference` of the best epoch, `last` of the last one.

    summary: of `pruning_summary`. published: of `figure4_values`. By network of the summary (one with trained filters
    beside the paper's of the same name), structure and sparsity; NaN where either is missing. published, uncertainty:
    the paper's value and how exactly it is known; missing: Figure 4 has the cell, and nothing was trained for it;
    apart: the difference is larger than the uncertainty.
    """
    needed = ("accuracy", "last_accuracy")
    summary = estimated(summary, needed, "analysis.pruning_summary", dims=_DIMS)
    published = estimated(published, ("accuracy", "uncertainty"), "analysis.figure4_values", dims=_DIMS)
    names = [str(name) for name in summary["network"].to_numpy()]
    paper = published.reindex(network=[base_network(name) for name in names]).assign_coords(network=names)
    own = summary[list(needed)].reindex({dim: paper[dim] for dim in _DIMS[1:]}, method=None)
    difference = own["accuracy"] - paper["accuracy"]
    return xr.Dataset(
        {
            "difference": difference,
            "last": own["last_accuracy"] - paper["accuracy"],
            "published": paper["accuracy"],
            "uncertainty": paper["uncertainty"],
            "missing": paper["accuracy"].notnull() & own["accuracy"].isnull(),
            "apart": abs(difference) > paper["uncertainty"],
        }
    )


def figure4_agreement(differences: xr.Dataset) -> str:
    """How many cells of Figure 4 agree with it, where the largest difference is, and what was not trained, in words.

    differences: of `figure4_differences`.
    """
    needed = ("difference", "published", "uncertainty", "missing", "apart")
    found = estimated(differences, needed, "analysis.figure4_differences", dims=_DIMS)
    shown, missing, apart = (
        int(cells.sum()) for cells in (found["published"].notnull(), found["missing"], found["apart"])
    )
    if shown == missing:
        return f"None of the {shown} cells of Figure 4 was trained."
    place = np.unravel_index(np.nanargmax(abs(found["difference"])), found["difference"].shape)
    worst = found["difference"].isel(dict(zip(found["difference"].dims, place, strict=True)))
    points = 100.0 * float(found["uncertainty"].max())
    lacking = f"; {missing} others were not trained" if missing else ""
    return (
        f"Of the {shown - missing} cells of Figure 4 that were trained, {shown - missing - apart} agree with it within "
        f"the {points:g} points to which it can be read{lacking}. The largest difference is "
        f"{100.0 * worst.item():+.1f} points, for {worst['network'].item()}, {worst['structure'].item()}, "
        f"at sparsity {worst['sparsity'].item():g}."
    )


def base_network(name: str) -> str:
    """A network's name without its filters: lenet5 of "lenet5, trained filters"."""
    return name.partition(",")[0]
