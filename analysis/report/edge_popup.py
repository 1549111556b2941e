"""Experiment 2 as tables and as a section of the page. Every number is read from a Dataset."""

from collections.abc import Iterator

import numpy as np
import xarray as xr

from ..entry import estimated
from ..estimates.edge_popup import pruning_summary
from ..estimates.figure4 import MARGIN, MIDDLE, comparable, figure4_message, figure4_sentence
from ..estimates.published import figure4_agreement, figure4_differences
from ..figures.edge_popup import epochs_text
from ..figures.saving import Picture
from ..statistics.binomial import level_text
from .claims import Line
from .sections import Section
from .table import Column, Table

_NAMES = Column("network", key=True, left=True), Column("structure", key=True, left=True)


def experiment2_table(experiment: xr.Dataset, level: float = 0.95) -> Table:
    """One row per network, structure and sparsity that was trained, over its seeds.

    experiment: as in `pruning_summary`.
    """
    summary = pruning_summary(experiment, level).drop_vars(("best", "last"))
    stacked = summary.stack(case=("network", "structure", "sparsity"))
    numbers = Column("kept", form=",.0f"), Column("epochs"), Column("seeds", form=".0f"), Column("test accuracy, %")
    speeds = Column("images/s", form=",.0f"), Column("ratio", form=".2f")
    note = (
        "sparsity: fraction of weights removed; test accuracy: mean over seeds (least to largest); images/s: in "
        "training; ratio: of images per second in training to a dense network's with as many weights, in turns with it"
    )
    title = "Random networks pruned by edge-popup, test accuracy on MNIST"
    columns = [*_NAMES, Column("sparsity", form="g", key=True), *numbers, *speeds]
    table = Table(title, columns, [note, *_optimism(summary)], rules="head")
    for k in np.flatnonzero(stacked["seeds"] > 0):
        cell = stacked.isel(case=k)
        names, speed = ("network", "structure", "sparsity", "kept"), ("speed", "speed_share")
        first, last = ([cell[name].item() for name in each] for each in (names, speed))
        table.add(*first, _epochs(cell), cell["seeds"].item(), _accuracy(cell), *last)
    return table


def _optimism(summary: xr.Dataset) -> Iterator[str]:
    """By how much selecting the best epoch on test images flatters."""
    points = 100.0 * summary["optimism"]
    if points.max() > 0.0:
        place = np.unravel_index(np.nanargmax(points), points.shape)
        worst = points.isel(dict(zip(points.dims, place, strict=True)))
        yield (
            "test accuracy is that of the best epoch, selected on test images: above the last epoch by "
            f"{points.mean().item():.2f} points on average, {worst.item():.2f} for {worst['network'].item()}, "
            f"{worst['structure'].item()}, at sparsity {worst['sparsity'].item():g}"
        )


def figure4_table(found: xr.Dataset) -> Table:
    """Percentage points above the paper's Figure 4, one row per network and sparsity that it shows.

    found: of `figure4_differences`.
    """
    names = ("published", "missing", "apart", "difference", "last", "uncertainty")
    found = estimated(found, names, "analysis.figure4_differences", dims=("network", "structure", "sparsity"))
    structures = [str(name) for name in found["structure"].to_numpy()]
    columns = [_NAMES[0], Column("sparsity", form="g", key=True), *map(Column, structures)]
    title = "Less the accuracy in the paper's Figure 4, percentage points (after the last epoch)"
    table = Table(title, columns)
    shown = found["published"].notnull()
    for network in found["network"].to_numpy():
        for sparsity in found["sparsity"].to_numpy():
            at = found.sel(network=network, sparsity=sparsity)
            if shown.sel(network=network, sparsity=sparsity).any():
                differences = (_difference(at.sel(structure=name)) for name in structures)
                table.add(str(network), float(sparsity), *differences)
    points = 100.0 * float(found["uncertainty"].max())
    cells, missing, apart = (int(cells.sum()) for cells in (shown, found["missing"], found["apart"]))
    table.notes = [
        f"*: further than the {points:g} points to which the figure can be read, {apart} of the {cells - missing} that "
        f"were trained; -: not trained, {missing} of {cells}"
    ]
    return table


def _difference(cell: xr.Dataset) -> str:
    if cell["published"].isnull():
        return ""
    if cell["missing"]:
        return "-"
    best, last = (f"{100.0 * cell[name].item():+.1f}" for name in ("difference", "last"))
    return best + "*" * bool(cell["apart"]) + (f" ({last})" if last != best else "")


def experiment2_section(
    experiment: xr.Dataset,
    picture: Picture,
    command: str,
    *,
    level: float = 0.95,
    published: xr.Dataset | None = None,
) -> Section:
    """Experiment 2: what was trained for how long, what Figure 4 says, and a row for every network and structure.

    experiment: as in `pruning_summary`. picture: of `draw_experiment2`. command: what made them.
    published: of `figure4_values`, to compare with; none by default.
    """
    summary = pruning_summary(experiment, level)
    message = figure4_message(summary, level=level) if comparable(summary) else None
    middle = float(summary["sparsity"].sel(sparsity=MIDDLE, method="nearest"))
    return Section(
        "Random networks pruned by edge-popup (Experiment 2)",
        tuple(_paragraphs(experiment, summary, level, published)),
        command,
        _table(summary, message, middle, level),
        (picture,),
        None if message is None else _line(message),
    )


def _line(message: xr.Dataset) -> Line:
    """Its row of the table on top: the networks of which each half of the message is supported, and the others."""
    near, first = (_by_outcome(message[name]) for name in ("near", "relu_first"))
    return Line(
        "experiment-2",
        "Experiment 2",
        "random networks pruned, never trained",
        "",
        note=f"near the baseline at sparsity {message.attrs['middle']:g}: {near}; ReLU falls off first: {first}",
    )


def _by_outcome(outcomes: xr.DataArray) -> str:
    """'supported for fc2, lenet5, undecided for fc4'."""
    names = {str(outcome): outcomes["network"].to_numpy()[outcomes == outcome] for outcome in outcomes.to_numpy()}
    return ", ".join(f"{outcome} for {', '.join(names[outcome])}" for outcome in sorted(names))


def _paragraphs(
    experiment: xr.Dataset, summary: xr.Dataset, level: float, published: xr.Dataset | None
) -> Iterator[str]:
    trained = "; ".join(_trained(summary.sel(network=name)) for name in summary["network"].to_numpy())
    yield (
        "The weights of these networks are random and never trained: edge-popup learns which to keep, on MNIST, from "
        f"{experiment.attrs['training_images']:,} images. Sparsity is the fraction of weights removed from each layer. "
        f"ours: the structure of Figure 1c with r = {experiment.attrs['pairs']}; ours+relu: with ReLU on the products; "
        "wide: an ordinary network with as many weights; baseline: trained, not pruned. The paper shows the best of 10 "
        f"to 100 epochs, of one run; these are {trained}."
    )
    if published is not None:
        yield figure4_agreement(figure4_differences(summary, published))
    if comparable(summary):
        yield (
            f"Figure 4's message is that near the middle all structures come close to the baseline, within {MARGIN:g} "
            "say, and that with fewer weights ReLU falls off first. Asked of these numbers, with Student's "
            f"{level_text(level)} intervals over seeds:"
        )
        for name in summary["network"].to_numpy():
            yield figure4_sentence(summary.sel(network=[name]), level=level)


def _trained(summary: xr.Dataset) -> str:
    """'fc2 1 epoch, 3 seeds at 14 sparsities'."""
    pruned = summary.where(summary["structure"] != "baseline", drop=True)
    seeds = pruned["seeds"].where(pruned["seeds"] > 0)
    if not seeds.notnull().any():
        return f"{summary['network'].item()} without pruned networks"
    fewest, most = int(seeds.min()), int(seeds.max())
    number = f"{most}" if fewest == most else f"{fewest} to {most}"
    points = int(seeds.notnull().any("structure").sum())
    return (
        f"{summary['network'].item()} {epochs_text(summary)}, {number} seed{'s' * (most > 1)} at {points} "
        f"{'sparsities' if points > 1 else 'sparsity'}"
    )


def _table(summary: xr.Dataset, message: xr.Dataset | None, middle: float, level: float) -> Table:
    """One row per network and structure: accuracy in the middle, beside the baseline, and speed."""
    columns = [
        *_NAMES,
        *map(Column, ("epochs", "seeds", "weights", f"accuracy, % at sparsity {middle:g}", "below the baseline")),
        *map(Column, ("fewest kept", "images/s (share)")),
    ]
    note = (
        f"accuracy: mean over seeds (least to largest); below the baseline: with its {level_text(level)} interval; "
        f"fewest kept: weights at the largest sparsity up to which accuracy stays within {MARGIN:g} of the baseline; "
        "images/s: in training, and their ratio to a dense network's of as many weights, by steps in turns; medians"
    )
    table = Table("Accuracy near the middle, and how few weights keep it", columns, [note], rules="head")
    for network in summary["network"].to_numpy():
        for structure in summary["structure"].to_numpy():
            at = {"network": str(network), "structure": str(structure)}
            cells = summary.sel(at)
            if (cells["seeds"] > 0).any():
                shown = cells.sel(sparsity=0.0 if structure == "baseline" else middle)
                said = message.sel(at) if message is not None and structure in message["structure"] else None
                accuracy = _accuracy(shown) if shown["seeds"] > 0 else ""
                numbers = int(shown["seeds"]), int(cells["weights"]), accuracy
                table.add(*at.values(), _epochs(cells), *numbers, *_judged(said), _speeds(cells))
    return table


def _epochs(cells: xr.Dataset) -> str:
    fewest, most = int(cells["epochs_fewest"].min()), int(cells["epochs_most"].max())
    return f"{most}" if fewest == most else f"{fewest} to {most}"


def _accuracy(cell: xr.Dataset) -> str:
    """In percent: the mean over seeds, and the least to the largest."""
    mean, low, high = (f"{100.0 * cell[f'accuracy{end}'].item():.2f}" for end in ("", "_low", "_high"))
    return mean if low == high else f"{mean} ({low} to {high})"


def _judged(said: xr.Dataset | None) -> tuple[str, str]:
    if said is None or np.isnan(said["gap"]):
        return "", ""
    gap, low, high, fewest = (said[name].item() for name in ("gap", "gap_low", "gap_high", "fewest"))
    interval = f"{gap:.3f}" if np.isnan(low) else f"{gap:.3f} [{low:.3f}, {high:.3f}]"
    return interval, "none" if np.isnan(fewest) else f"{fewest:,.0f}"


def _speeds(cells: xr.Dataset) -> str:
    """Medians over sparsities; the baseline has no dense network beside it."""
    own, share = (cells[name].median().item() for name in ("speed", "speed_share"))
    return "" if np.isnan(own) else f"{own:,.0f}" if np.isnan(share) else f"{own:,.0f} ({share:.2f})"
