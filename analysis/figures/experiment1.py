"""Experiment 1: accuracy, missed weights and kept coefficients against n and epsilon, the paper's point among them."""

from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, PercentFormatter

from ..entry import estimated, the_one
from ..estimates.subset_sums import experiment_summary, paper_values
from .palette import GREY, series_color
from .saving import Picture, make_folder, save_picture
from .style import MATHS, TEXT_WIDTH, event_style, plain_epsilon_axis

_SHARING = {"row": 2, "fresh": 0, "products": 1}
_SCALES = {"unit": "$U[-1,1]$", "fitted": "$U[-a,a]$"}
_OBJECTIVES = {"error": "least error", "within": r"any within $\varepsilon$", "fewest": r"fewest within $\varepsilon$"}
_OBJECTIVE_COLORS = (0, 4, 3)
_PAPER: dict[str, Any] = {
    "marker": "*", "color": "black", "markersize": 7, "linestyle": "none", "zorder": 5, "clip_on": False,
}  # fmt: skip


def accuracy_by_n(summary: xr.Dataset, paper: dict[str, float], axes: Axes) -> Axes:
    """Test accuracy of the least error against n, a line for each way to have coefficients; range over seeds.

    summary: `analysis.experiment_summary` at one epsilon; paper: `analysis.paper_values`.
    """
    summary = _summary(summary, "epsilon")
    for cell, style in _ways(summary):
        axes.fill_between(cell["n"], cell["accuracy_low"], cell["accuracy_high"], color=style["color"], alpha=0.2)
        axes.plot(cell["n"], cell["accuracy"], **style)
    axes.axhline(summary.attrs["accuracy_before"], color=GREY, linewidth=0.8, linestyle=":")
    axes.plot(paper["n"], paper["accuracy"], **_PAPER, label="paper")
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=1))
    axes.set_ylabel("test accuracy")
    axes.set_title("least error: accuracy")
    axes.legend()
    return _by_n(axes, summary)


def missed_by_n(summary: xr.Dataset, axes: Axes) -> Axes:
    """Share of weights missed by the least error against n, logarithmic.

    summary: as in `accuracy_by_n`. Exact intervals where every weight has coefficients of its own; no misses lie at the
    upper limit, as arrows.
    """
    summary = _summary(summary, "epsilon")
    for cell, style in _ways(summary):
        share, low, high = (cell[name].to_numpy() for name in ("missed_share", "sets_share_low", "sets_share_high"))
        axes.plot(cell["n"], np.where(share > 0.0, share, np.nan), **style)
        if str(cell["coefficients"].item()) == "fresh":
            none = cell["sets_share"].to_numpy() <= 0.0
            at = np.where(none, high, cell["sets_share"])
            reach = np.stack([np.where(none, 0.5 * high, at - low), np.where(none, 0.0, high - at)])
            axes.errorbar(
                cell["n"], at, reach, uplims=none, fmt="none", color=style["color"], capsize=1.5, elinewidth=0.8
            )
    axes.set_yscale("log")
    axes.set_ylabel(rf"weights not within {MATHS['epsilon']} = {summary['epsilon'].item():g}")
    axes.set_title("least error: misses")
    return _by_n(axes, summary)


def kept_by_n(summary: xr.Dataset, paper: dict[str, float], axes: Axes) -> Axes:
    """Coefficients kept a weight against n, a line for each objective.

    summary, paper: as in `accuracy_by_n`, of one way to have coefficients.
    """
    summary = _summary(summary, "epsilon", "coefficients", "scale")
    for cell, style in _objectives(summary):
        axes.plot(cell["n"], cell["kept"], **style)
    axes.plot(paper["n"], paper["kept"], **_PAPER, label="paper")
    axes.set_ylim(bottom=0.0)
    axes.set_ylabel("coefficients kept a weight")
    axes.set_title(f"{_way(summary)}, {MATHS['epsilon']} = {summary['epsilon'].item():g}: kept")
    axes.legend()
    return _by_n(axes, summary)


def accuracy_by_epsilon(summary: xr.Dataset, paper: dict[str, float], axes: Axes) -> Axes:
    """Test accuracy against epsilon, a line an objective; summary, paper: at one n, of one way to have coefficients."""
    summary = _summary(summary, "n", "coefficients", "scale")
    for cell, style in _objectives(summary, "epsilon"):
        axes.fill_between(cell["epsilon"], cell["accuracy_low"], cell["accuracy_high"], color=style["color"], alpha=0.2)
        axes.plot(cell["epsilon"], cell["accuracy"], **style)
    axes.axhline(summary.attrs["accuracy_before"], color=GREY, linewidth=0.8, linestyle=":")
    axes.plot(paper["epsilon"], paper["accuracy"], **_PAPER)
    plain_epsilon_axis(axes, [float(value) for value in summary["epsilon"]])
    axes.invert_xaxis()
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=1))
    axes.set_ylabel("test accuracy")
    axes.set_title(f"{_way(summary)}, {MATHS['n']} = {summary['n'].item()}: accuracy")
    return axes


def _summary(summary: xr.Dataset, *single: str) -> xr.Dataset:
    """A summary of Experiment 1 at one value of each of these dims."""
    dims = ("coefficients", "scale", "objective", "n", "epsilon")
    summary = estimated(summary, ("accuracy", "kept", "seeds"), "analysis.experiment_summary", dims=dims)
    for dim in single:
        summary = the_one(summary, dim)
    return summary


def _ways(summary: xr.Dataset) -> list[tuple[xr.Dataset, dict[str, Any]]]:
    """(cells over n, style) of the least error for every way to have coefficients, what was not computed left out."""
    found = []
    for sharing in summary["coefficients"].to_numpy():
        for index, scale in enumerate(summary["scale"].to_numpy()):
            cell = summary.sel(coefficients=sharing, scale=scale, objective="error")
            style = {
                "color": series_color(_SHARING[sharing]),
                **event_style(index),
                "label": f"{sharing}, {_SCALES[scale]}",
            }
            found.append((cell.where(cell["seeds"] > 0, drop=True), style))
    return [(cell, style) for cell, style in found if cell.sizes["n"]]


def _objectives(summary: xr.Dataset, along: str = "n") -> list[tuple[xr.Dataset, dict[str, Any]]]:
    """(cells along n or epsilon, style) of every objective."""
    found = []
    for index, objective in enumerate(summary["objective"].to_numpy()):
        cell = summary.sel(objective=objective)
        style = {"color": series_color(_OBJECTIVE_COLORS[index]), **event_style(index), "label": _OBJECTIVES[objective]}
        found.append((cell.where(cell["seeds"] > 0, drop=True), style))
    return [(cell, style) for cell, style in found if cell.sizes[along]]


def _way(summary: xr.Dataset) -> str:
    return f"{summary['coefficients'].item()}, {_SCALES[summary['scale'].item()]}"


def _by_n(axes: Axes, summary: xr.Dataset) -> Axes:
    axes.xaxis.set_major_locator(FixedLocator(summary["n"].to_numpy().tolist()))
    axes.set_xlabel(rf"coefficients a weight, {MATHS['n']}")
    return axes


def draw_experiment1(experiment: xr.Dataset, folder: str | Path, *, level: float = 0.95) -> Picture:
    """Draw accuracy, misses and kept coefficients against n and epsilon, as PNG and SVG in `folder`.

    experiment: as `ticketsum experiment1` leaves it. Against n, the epsilon nearest to the paper's;
    against epsilon, the n nearest to its; objectives are compared for fresh coefficients on the fitted range if there
    are any.
    """
    folder = make_folder(folder)
    found = experiment_summary(experiment, level)
    title = "A trained network as subset sums"
    return save_picture(folder, "experiment1", title, lambda: _experiment1(found, paper_values(experiment)))


def _experiment1(found: xr.Dataset, paper: dict[str, float]) -> tuple[Figure, str]:
    figure = Figure(figsize=(TEXT_WIDTH, 4.2))
    (accuracy, misses), (kept, finer) = figure.subplots(2, 2)
    by_n, by_epsilon = (found.sel({name: paper[name]}, method="nearest") for name in ("epsilon", "n"))
    shown = {name: _chosen(found, name, wanted) for name, wanted in (("coefficients", "fresh"), ("scale", "fitted"))}
    if "error" in found["objective"]:
        accuracy_by_n(by_n, paper, accuracy)
        missed_by_n(by_n, misses)
    else:
        accuracy.set_axis_off()
        misses.set_axis_off()
    kept_by_n(by_n.sel(shown), paper, kept)
    accuracy_by_epsilon(by_epsilon.sel(shown), paper, finer)
    return figure, (
        f"All {found.attrs['weights']:,} weights of a trained network as subset sums; dotted: its accuracy before, "
        f"{found.attrs['accuracy_before']:.2%}; the star: what the paper reports of its own network. Bands are ranges "
        f"over seeds, bars exact intervals, arrows upper limits where nothing was missed."
    )


def _chosen(found: xr.Dataset, name: str, wanted: str) -> str:
    values = [str(value) for value in found[name].to_numpy()]
    return wanted if wanted in values else values[-1]
