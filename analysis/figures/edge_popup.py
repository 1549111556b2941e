"""Figure 4: test accuracy of pruned random networks against the weights they keep."""

from typing import Any

import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import NullFormatter, PercentFormatter

from ..entry import estimated, the_one
from .palette import GREY, series_color
from .style import event_style

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
