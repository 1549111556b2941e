"""Experiment 1 as a table and as a section of the page. Every number is read from a Dataset."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import xarray as xr

from ..estimates.subset_sums import experiment_summary, paper_values
from ..figures.saving import Picture
from ..statistics.binomial import level_text
from .claims import Line
from .commands import duration
from .sections import Section
from .table import Cell, Column, Table

_COLUMNS: dict[str, Column] = {
    "coefficients": Column("coefficients", ("coeffi-", "cients"), key=True, left=True),
    "scale": Column("range", key=True, left=True),
    "objective": Column("asked for", ("asked", "for"), key=True, left=True),
    "n": Column("n", key=True),
    "epsilon": Column("epsilon", form="g", key=True),
    "missed_share": Column("missed", form=".2g"),
    "sets": Column("sets with a miss", ("sets", "with", "a miss")),
    "largest_error": Column("largest error", ("largest", "error"), form=".2g"),
    "mean_error": Column("mean error", ("mean", "error"), form=".2g"),
    "kept": Column("kept", form=".2f"),
    "accuracy": Column("accuracy, %", ("accuracy,", "%")),
    "output_bound": Column("certified", form=".2g"),
    "output_error": Column("measured", form=".2g"),
    "seconds": Column("seconds", ("s",), form=",.2f"),
}
_WORDS = {
    "unit": "[-1, 1]", "fitted": "[-a, a]", "error": "least error", "within": "any within", "fewest": "fewest within",
}  # fmt: skip


def experiment1_table(experiment: xr.Dataset, level: float = 0.95, *, nearest: bool = False) -> Table:
    """The paper's row, and one for every combination that was computed, over its seeds.

    experiment: as in `experiment_summary`. nearest: only those at the n and epsilon nearest to the paper's.
    """
    summary, paper = experiment_summary(experiment, level), paper_values(experiment)
    if nearest:
        summary = summary.sel({name: [paper[name]] for name in ("n", "epsilon")}, method="nearest")
    common = [name for name in ("n", "epsilon") if summary.sizes[name] == 1 and summary[name].item() == paper[name]]
    counts = summary["seeds"].to_numpy()[summary["seeds"].to_numpy() > 0]
    seeds = f"{counts.min()} to {counts.max()} seeds" if counts.min() < counts.max() else f"seeds: {counts.min()}"
    said = [f"{name} = {summary[name].item():g}" for name in common]
    weights = f"{summary.attrs['weights']:,} weights of {summary.attrs.get('target', 'the network')}"
    title = f"{', '.join([weights, *said, seeds])}, test accuracy {summary.attrs['accuracy_before']:.2%} before"
    shown = {name: column for name, column in _COLUMNS.items() if name not in common}
    table = Table(title, [*shown.values()], [_note(summary, paper)], rules="head")
    for row in (_paper_row(paper), *map(_row, _cells(summary))):
        table.add(*(row.get(name, "") for name in shown))
    return table


def experiment1_section(
    experiment: xr.Dataset, picture: Picture, command: str, *, drawn: xr.Dataset | None = None, level: float = 0.95
) -> Section:
    """Experiment 1 at the n and epsilon nearest to the paper's: its row, then every combination, over its seeds.

    experiment: as in `experiment_summary`. picture: of `draw_experiment1`. command: what made it. drawn: the Dataset
    that the picture is of, if it is another one.
    """
    found, paper = experiment_summary(experiment, level), paper_values(experiment)
    before = found.attrs["accuracy_before"]
    return Section(
        "A real network as subset sums (Experiment 1)",
        (
            f"Every one of the {found.attrs['weights']:,} weights of a 784-500-10 network trained on MNIST is replaced "
            f"by the sum of a subset of n random coefficients; test accuracy was {before:.2%} before. Coefficients: "
            "one set shared by a row, a fresh set for every weight (as the paper says), or the products of a pruned "
            "ReLU network (Theorem 1); drawn from [-1, 1], or from [-a, a] with a the "
            "network's largest weight. A "
            "weight that no subset reaches within ε is counted and keeps its nearest sum. The paper's network had "
            f"{paper['accuracy_before']:.2%} before, and its program {paper['cores']:.0f} cores.",
            *(() if drawn is None else (_drawn_text(drawn),)),
        ),
        command,
        experiment1_table(experiment, level, nearest=True),
        (picture,),
        _line(found, before),
    )


def _note(summary: xr.Dataset, paper: dict[str, Any]) -> str:
    time = f"{duration(paper['seconds'])} on {paper['cores']} cores with {paper['solver']}"
    return (
        f"the paper: {paper['accuracy_before']:.2%} before, {time}; missed: share of weights not within epsilon; sets "
        "with a miss: share of the independent sets of coefficients (one per row, weight or input), exact "
        f"{level_text(summary.attrs['level'])} interval (Clopper-Pearson); kept: coefficients per weight; certified, "
        "measured: |f(x) - g(x)| / |x| at most, for every x and over the test images"
    )


def _paper_row(paper: dict[str, Any]) -> dict[str, Cell]:
    kind: dict[str, Cell] = {"coefficients": "the paper", "scale": _WORDS["fitted"], "objective": _WORDS["error"]}
    same = {name: paper[name] for name in ("n", "epsilon", "kept")}
    return kind | same | {"accuracy": f"{100.0 * paper['accuracy']:.2f}", "seconds": f"{paper['seconds']:,.0f}"}


def _cells(summary: xr.Dataset) -> Iterator[xr.Dataset]:
    """Every combination that was computed."""
    stacked = summary.stack(case=("coefficients", "scale", "objective", "n", "epsilon"))
    for k in np.flatnonzero(stacked["seeds"].to_numpy() > 0):
        yield stacked.isel(case=k)


def _row(cell: xr.Dataset) -> dict[str, Cell]:
    """Cells by the names of `_COLUMNS`."""
    row = {name: cell[name].item() for name in _COLUMNS if name in cell.variables}
    low, high = (f"{100.0 * cell[f'accuracy{end}'].item():.2f}" for end in ("_low", "_high"))
    share, least, most = (f"{cell[f'sets_share{end}'].item():.2g}" for end in ("", "_low", "_high"))
    texts = {"sets": f"{share} [{least}, {most}]", "accuracy": low if low == high else f"{low} to {high}"}
    return row | texts | {name: _WORDS[row[name]] for name in ("scale", "objective")}


def _drawn_text(drawn: xr.Dataset) -> str:
    n, epsilon = (drawn[name].to_numpy() for name in ("n", "epsilon"))
    return (
        f"The table was computed for this page. The picture is of results that come with the program: n from {n.min()} "
        f"to {n.max()}, epsilon from {epsilon.max():g} to {epsilon.min():g}, {drawn.sizes['seed']} seeds "
        "(`ticketsum experiment1 --help` tells how to make more)."
    )


def _line(found: xr.Dataset, before: float) -> Line:
    after = found["accuracy"].to_numpy()
    low, high = np.nanmin(after), np.nanmax(after)
    return Line(
        "experiment-1",
        "Experiment 1",
        "a trained network, its weights replaced by subset sums",
        "",
        note=f"accuracy {before:.2%} before, {low:.2%} to {high:.2%} after",
    )
