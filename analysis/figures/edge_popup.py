"""Figure 4: test accuracy of pruned random networks against the weights they keep."""

from pathlib import Path
from typing import Any

import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import PercentFormatter

from ..entry import estimated, the_one
from ..estimates.edge_popup import pruning_summary
from ..estimates.published import base_network
from ..statistics.binomial import level_text
from .palette import GREY, series_color
from .saving import Picture, make_folder, save_picture
from .style import COLUMN_WIDTH, TEXT_WIDTH, event_style

_STRUCTURES = {
    "ours": (0, "ours (Figure 1c)"),
    "ours+relu": (1, "ours with ReLU"),
    "wide": (2, "wide"),
}
_THOUSAND = 1000.0
_ZOOMED = 0.9
"""Accuracy from which the lower panels show."""


def accuracy_by_kept(summary: xr.Dataset, axes: Axes, *, published: xr.Dataset | None = None) -> Axes:
    """Mean test accuracy against kept weights, from many to none as in Figure 4, a line for each structure.

    summary: `analysis.pruning_summary` of one network. Lines with Student's interval as a band: the best epoch; thin
    lines: the last one, where that is another. The baseline, trained and not pruned: a dotted line and a star.
    published: of `analysis.figure4_values`, as open markers; none by default.
    """
    names = ("accuracy", "last_accuracy", "mean_low", "mean_high", "kept", "weights", "seeds")
    summary = the_one(estimated(summary, names, "analysis.pruning_summary", dims=("network", "structure")), "network")
    for index, (structure, (color, label)) in enumerate(_STRUCTURES.items()):
        if structure not in summary["structure"]:
            continue
        line = summary.sel(structure=structure)
        style: dict[str, Any] = {"color": series_color(color), **event_style(index)}
        if published is not None:
            _paper_points(line, published, axes, style)
        line = line.where(line["seeds"] > 0, drop=True).sortby("kept")
        kept = line["kept"] / _THOUSAND
        axes.fill_between(kept, line["mean_low"], line["mean_high"], color=style["color"], alpha=0.2, linewidth=0)
        axes.plot(kept, line["accuracy"], **style, label=label)
        if (line["last_accuracy"] < line["accuracy"]).any():
            axes.plot(kept, line["last_accuracy"], **{**style, "marker": ""}, linewidth=0.6)
    if "baseline" in summary["structure"]:
        base = summary.sel(structure="baseline").max("sparsity")
        axes.axhline(base["accuracy"].item(), color=GREY, linewidth=0.8, linestyle=":")
        axes.plot(base["kept"] / _THOUSAND, base["accuracy"], color="black", marker="*", markersize=7,
                  linestyle="none", label="baseline, trained", zorder=5)  # fmt: skip
    axes.set_xlim(1.03 * float(summary["kept"].max()) / _THOUSAND, 0.0)
    axes.set_ylim(0.0, 1.02)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.set_xlabel("weights kept, thousands")
    axes.set_ylabel("test accuracy")
    axes.set_title(
        f"{summary['network'].item()}, {epochs_text(summary)}".replace("trained filters", "trained\nfilters")
    )
    return axes


def _paper_points(line: xr.Dataset, published: xr.Dataset, axes: Axes, style: dict[str, Any]) -> None:
    """What the paper shows of a structure."""
    network, structure = base_network(line["network"].item()), line["structure"].item()
    if network not in published["network"] or structure not in published["structure"]:
        return
    points = published["accuracy"].sel(network=network, structure=structure).dropna("sparsity")
    kept = line["weights"] * (1.0 - points["sparsity"])
    axes.plot(kept / _THOUSAND, points, color=style["color"], marker=style["marker"], linestyle="none",
              markerfacecolor="none", markersize=6, zorder=4)  # fmt: skip


def epochs_text(summary: xr.Dataset) -> str:
    """'1 epoch' or '1 to 3 epochs': how many the networks of `analysis.pruning_summary` were trained for."""
    fewest, most = int(summary["epochs_fewest"].min()), int(summary["epochs_most"].max())
    number = f"{most}" if fewest == most else f"{fewest} to {most}"
    return f"{number} epoch{'s' * (most > 1)}"


def draw_experiment2(
    experiment: xr.Dataset, folder: str | Path, *, level: float = 0.95, published: xr.Dataset | None = None
) -> Picture:
    """Draw accuracy against kept weights, for each network a panel and below it 90 to 100%, as PNG and SVG in `folder`.

    experiment: as `montecarlo.experiments.edge_popup.experiment` makes it. level: of the intervals over seeds.
    published: of `analysis.figure4_values`, drawn beside them; none by default.
    """
    folder = make_folder(folder)
    found = pruning_summary(experiment, level)
    title = "Random networks pruned by edge-popup"
    return save_picture(folder, "experiment2", title, lambda: _experiment2(found, published))


def _experiment2(found: xr.Dataset, published: xr.Dataset | None) -> tuple[Figure, str]:
    names = found["network"].to_numpy()
    width = TEXT_WIDTH if len(names) > 1 else COLUMN_WIDTH
    figure = Figure(figsize=(width, 3.8))
    panels = figure.subplots(2, len(names), squeeze=False, sharey="row", gridspec_kw={"height_ratios": (3, 2)})
    for (above, below), name in zip(panels.T, names, strict=True):
        for axes in (above, below):
            accuracy_by_kept(found.sel(network=name), axes, published=published)
        above.set_xlabel("")
        below.set_title("")
        below.set_ylim(_ZOOMED, 1.0)
    for axes in panels[:, 1:].flat:
        axes.set_ylabel("")
    drawn = [zip(*axes.get_legend_handles_labels(), strict=True) for axes in panels[0]]
    handles = {label: handle for panel in drawn for handle, label in panel}
    if published is not None:
        handles["the paper"] = Line2D([], [], color=GREY, marker="o", markerfacecolor="none", linestyle="none")
    columns = 5 if len(names) > 1 else 2
    figure.legend(handles.values(), handles, loc="outside lower center", ncols=columns)
    return figure, _caption(found, published)


def _caption(found: xr.Dataset, published: xr.Dataset | None) -> str:
    trained = found.sel(structure=[name for name in found["structure"].to_numpy() if name != "baseline"])
    seeds = int(trained["seeds"].max()) if trained["structure"].size else int(found["seeds"].max())
    bands = f", each a network of its own; bands are Student's {level_text(found.attrs['level'])} intervals for them"
    low, high = float(found["sparsity"].min()), float(found["sparsity"].max())
    reach = "From left to right s" if low < high else "S"
    span = f"goes from {low:g} to {high:g}" if low < high else f"is {low:g}"
    return (
        f"Test accuracy on MNIST of random networks pruned by edge-popup, the best of {epochs_text(found)} (the paper: "
        f"of 10 to 100), against the weights their linear layers keep. {reach}parsity, the fraction of weights "
        f"removed, {span}. "
        f"{'Means of ' if seeds > 1 else 'Of '}{'up to ' * (seeds > 1)}{seeds} seed{'s' * (seeds > 1)}"
        f"{bands * (seeds > 1)}. Thin lines: after the last epoch. Below: {_ZOOMED:.0%} to 100%."
        f"{' Open markers: the paper, read off its Figure 4.' if published is not None else ''}"
    )
