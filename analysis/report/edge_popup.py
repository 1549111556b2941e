"""Experiment 2 as a section of the page. Every number is read from a Dataset."""

from collections.abc import Iterator

import numpy as np
import xarray as xr

from ..estimates.edge_popup import pruning_summary
from ..estimates.figure4 import MARGIN, MIDDLE, comparable, figure4_message, figure4_sentence
from ..figures.edge_popup import epochs_text
from ..figures.pictures import Picture
from ..statistics.binomial import level_text
from .claims import Line
from .sections import Section

_HEADINGS = ("network", "structure", "epochs", "seeds", "weights", "accuracy, % at sparsity {middle:g}",
             "below the baseline", "fewest kept", "images/s (share)")  # fmt: skip


def experiment2_section(experiment: xr.Dataset, picture: Picture, command: str, *, level: float = 0.95) -> Section:
    """Experiment 2: what was trained for how long, what Figure 4 says, and a row for every network and structure.

    experiment: as in `pruning_summary`. picture: of `draw_experiment2`. command: what made them.
    """
    summary = pruning_summary(experiment, level)
    message = figure4_message(summary, level=level) if comparable(summary) else None
    middle = float(summary["sparsity"].sel(sparsity=MIDDLE, method="nearest"))
    return Section(
        "Random networks pruned by edge-popup (Experiment 2)",
        tuple(_paragraphs(experiment, summary, level)),
        command,
        f"accuracy: mean over seeds (least to largest); below the baseline: with its {level_text(level)} interval; "
        f"fewest kept: weights at the largest sparsity up to which accuracy stays within {MARGIN:g} of the baseline; "
        "images/s: in training, and their ratio to a dense network's of as many weights, by steps in turns; medians",
        tuple(heading.format(middle=middle) for heading in _HEADINGS),
        tuple(_rows(summary, message, middle)),
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


def _paragraphs(experiment: xr.Dataset, summary: xr.Dataset, level: float) -> Iterator[str]:
    trained = "; ".join(_trained(summary.sel(network=name)) for name in summary["network"].to_numpy())
    yield (
        "The weights of these networks are random and never trained: edge-popup learns which to keep, on MNIST, from "
        f"{experiment.attrs['training_images']:,} images. Sparsity is the fraction of weights removed from each layer. "
        f"ours: the structure of Figure 1c with r = {experiment.attrs['pairs']}; ours+relu: with ReLU on the products; "
        "wide: an ordinary network with as many weights; baseline: trained, not pruned. The paper shows the best of 10 "
        f"to 100 epochs, of one run; these are {trained}."
    )
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


def _rows(summary: xr.Dataset, message: xr.Dataset | None, middle: float) -> Iterator[tuple[str, ...]]:
    for network in summary["network"].to_numpy():
        for structure in summary["structure"].to_numpy():
            at = {"network": str(network), "structure": str(structure)}
            cells = summary.sel(at)
            if (cells["seeds"] > 0).any():
                shown = cells.sel(sparsity=0.0 if structure == "baseline" else middle)
                said = message.sel(at) if message is not None and structure in message["structure"] else None
                yield (*at.values(), *_trained_row(cells, shown), *_judged(said), _speeds(cells))


def _trained_row(cells: xr.Dataset, shown: xr.Dataset) -> tuple[str, ...]:
    fewest, most = int(cells["epochs_fewest"].min()), int(cells["epochs_most"].max())
    epochs = f"{most}" if fewest == most else f"{fewest} to {most}"
    seeds, weights = f"{int(shown['seeds'])}", f"{int(cells['weights']):,}"
    mean, low, high = (f"{100.0 * shown[f'accuracy{end}'].item():.2f}" for end in ("", "_low", "_high"))
    accuracy = mean if low == high else f"{mean} ({low} to {high})"
    return epochs, seeds, weights, accuracy if shown["seeds"] > 0 else ""


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
