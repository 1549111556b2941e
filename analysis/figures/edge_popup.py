"""Figure 4: test accuracy of pruned random networks against the weights they keep."""

from pathlib import Path
from typing import Any

import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter, PercentFormatter

from ..entry import estimated, the_one
from ..estimates.edge_popup import pruning_summary
from ..statistics.binomial import level_text
from .palette import GREY, series_color
from .saving import Picture, make_folder, save_picture
from .style import COLUMN_WIDTH, TEXT_WIDTH, event_style

_STRUCTURES = {
    "ours": (0, "ours (Figure 1c)"),
    "ours+relu": (1, "ours with ReLU"),
    "wide": (2, "wide"),
}


def accuracy_by_kept(summary: xr.Dataset, axes: Axes) -> Axes:
    """Mean test accuracy against kept weights, logarithmic, a line for each structure, Student's interval as a band.

    summary: `analysis.pruning_summary` of one network. The baseline, trained and not pruned: a dotted line and a star.
    """
    names = ("accuracy", "mean_low", "mean_high", "kept", "seeds")
    summary = the_one(estimated(summary, names, "analysis.pruning_summary", dims=("network", "structure")), "network")
    for index, (structure, (color, label)) in enumerate(_STRUCTURES.items()):
        if structure not in summary["structure"]:
            continue
        line = summary.sel(structure=structure)
        line = line.where(line["seeds"] > 0, drop=True).sortby("kept")
        style: dict[str, Any] = {"color": series_color(color), **event_style(index)}
        axes.fill_between(
            line["kept"], line["mean_low"], line["mean_high"], color=style["color"], alpha=0.2, linewidth=0
        )
        axes.plot(line["kept"], line["accuracy"], **style, label=label)
    if "baseline" in summary["structure"]:
        base = summary.sel(structure="baseline").max("sparsity")
        axes.axhline(base["accuracy"].item(), color=GREY, linewidth=0.8, linestyle=":")
        axes.plot(base["kept"], base["accuracy"], color="black", marker="*", markersize=7, linestyle="none",
                  label="baseline, trained", zorder=5)  # fmt: skip
    axes.set_xscale("log")
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_ylim(0.0, 1.02)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_xlabel("weights kept")
    axes.set_ylabel("test accuracy")
    axes.set_title(f"{summary['network'].item()}, {epochs_text(summary)}")
    return axes


def epochs_text(summary: xr.Dataset) -> str:
    """'1 epoch' or '1 to 3 epochs': how many the networks of `analysis.pruning_summary` were trained for."""
    fewest, most = int(summary["epochs_fewest"].min()), int(summary["epochs_most"].max())
    number = f"{most}" if fewest == most else f"{fewest} to {most}"
    return f"{number} epoch{'s' * (most > 1)}"


def draw_experiment2(experiment: xr.Dataset, folder: str | Path, *, level: float = 0.95) -> Picture:
    """Draw accuracy against kept weights, a panel for each network, as PNG and SVG in `folder`.

    experiment: as `montecarlo.experiments.edge_popup.experiment` makes it. level: of the intervals over seeds.
    """
    folder = make_folder(folder)
    found = pruning_summary(experiment, level)
    return save_picture(folder, "experiment2", "Random networks pruned by edge-popup", lambda: _experiment2(found))


def _experiment2(found: xr.Dataset) -> tuple[Figure, str]:
    names = found["network"].to_numpy()
    width = TEXT_WIDTH if len(names) > 1 else COLUMN_WIDTH
    figure = Figure(figsize=(width, 2.5 if len(names) > 1 else 2.8))
    for axes, name in zip(figure.subplots(1, len(names), squeeze=False, sharey=True)[0], names, strict=True):
        accuracy_by_kept(found.sel(network=name), axes)
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4 if len(names) > 1 else 2)
    for axes in figure.axes[1:]:
        axes.set_ylabel("")
    return figure, _caption(found)


def _caption(found: xr.Dataset) -> str:
    trained = found.sel(structure=[name for name in found["structure"].to_numpy() if name != "baseline"])
    seeds = int(trained["seeds"].max()) if trained["structure"].size else int(found["seeds"].max())
    bands = f", each a network of its own; bands are Student's {level_text(found.attrs['level'])} intervals for them"
    low, high = float(found["sparsity"].min()), float(found["sparsity"].max())
    reach = "From right to left s" if low < high else "S"
    span = f"goes from {low:g} to {high:g}" if low < high else f"is {low:g}"
    return (
        f"Test accuracy on MNIST of random networks pruned by edge-popup, after {epochs_text(found)} (the paper: the "
        f"best of 10 to 100), against the weights their linear layers keep. {reach}parsity, the fraction of weights "
        f"removed, {span}. "
        f"{'Means of ' if seeds > 1 else 'Of '}{'up to ' * (seeds > 1)}{seeds} seed{'s' * (seeds > 1)}"
        f"{bands * (seeds > 1)}."
    )
