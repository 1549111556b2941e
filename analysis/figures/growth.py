"""n* against epsilon on a log axis: straight if the theorems are right."""

from typing import Any, TypeAlias

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from .palette import claim_color, claim_marker
from .style import MATHS, apart, event_style, first_event, plain_epsilon_axis, sweep_name

_Name: TypeAlias = tuple[float, str, tuple[float, ...]]
"""A line's height at its right end, its name, its colour."""

_TICKS = [0.3, 0.1, 0.03, 0.01, 0.005, 0.002, 0.001]


def growth(
    thresholds: list[xr.Dataset], slopes: list[xr.Dataset], laws: xr.Dataset, axes: Axes, *, event: str | None = None
) -> Axes:
    """n* of several claims against epsilon: intervals, fitted lines, and the two laws they lie between.

    thresholds, slopes: `analysis.thresholds` and `analysis.slopes`, one of each a claim; laws: `analysis.laws` on a
    fine grid of the same range: the counting bound, below which there are too few subsets, and the number of
    single samples that one fixed target needs (Malach et al.), which grows like 1/epsilon and leaves the page.
    """
    shown = [first_event(cell) if event is None else event for cell in thresholds]
    top = 1.15 * max(_highest(cell.sel(event=name)) for cell, name in zip(thresholds, shown, strict=True))
    _theory(axes, laws, top)
    names = [_counting_name(laws)]
    for cell, line, name in zip(thresholds, slopes, shown, strict=True):
        claim, title = cell.attrs["claim"], sweep_name(cell)
        style = {"color": claim_color(claim), "fmt": claim_marker(claim)}
        names += _points(axes, cell.sel(event=name), line.sel(event=name), title, style)
    return _finish(axes, names, thresholds[0], top)


def event_growth(thresholds: xr.Dataset, slopes: xr.Dataset, axes: Axes) -> Axes:
    """n* of every event of one claim against epsilon: the distance between the lines is the slack of the proof."""
    color = claim_color(thresholds.attrs["claim"])
    names: list[_Name] = []
    for index, event in enumerate(thresholds["event"].to_numpy()):
        shade = tuple(channel * (1.0 - 0.3 * index) for channel in color)
        style = {"color": shade, "fmt": event_style(index)["marker"]}
        names += _points(axes, thresholds.sel(event=event), slopes.sel(event=event), str(event), style)
    top = 1.15 * _highest(thresholds)
    axes.set_title(f"{sweep_name(thresholds)}: {MATHS['n_star']} of each event")
    return _finish(axes, names, thresholds, top)


def _points(axes: Axes, cell: xr.Dataset, line: xr.Dataset, title: str, style: dict[str, Any]) -> list[_Name]:
    """n* with its intervals (an arrow where the trials certify no upper end), the fitted line, and their name."""
    cell, line = cell.isel(d=0).sortby("epsilon"), line.isel(d=0)
    cell = cell.where(np.isfinite(cell["n_star"]), drop=True)
    if cell.sizes["epsilon"] == 0:
        return []
    epsilon, n_star, high = (cell[name].to_numpy() for name in ("epsilon", "n_star", "n_star_high"))
    known = np.isfinite(high)
    reach = np.stack([n_star - cell["n_star_low"].to_numpy(), np.where(known, high - n_star, 1.5)])
    axes.errorbar(epsilon, n_star, reach, capsize=2, elinewidth=1.0, lolims=~known, **style)
    if np.isfinite(line["slope"]):
        axes.plot(
            epsilon, line["intercept"].item() - line["slope"].item() * np.log(epsilon), color=style["color"], zorder=0
        )
    return [(n_star[0], f"{title}{_slope_text(line)}", style["color"])]


def _slope_text(line: xr.Dataset) -> str:
    """The slope and its interval, on a line of their own."""
    if not np.isfinite(line["slope"]):
        return ""
    low, high = line["slope_low"].item(), line["slope_high"].item()
    return f"\nslope {line['slope'].item():.2f} [{low:.2f}, {high:.2f}]"


def _theory(axes: Axes, laws: xr.Dataset, top: float) -> None:
    """The two laws, each named on its line."""
    line = laws.sortby("epsilon", ascending=False)
    epsilon = line["epsilon"].to_numpy()
    counting, single = line["counting_bound"].to_numpy(), line["single_sample"].to_numpy()
    axes.plot(epsilon, counting, color="0.35", linestyle=":")
    axes.plot(epsilon, single, color="0.35", linestyle="--")
    inside = np.flatnonzero(single <= 0.95 * top)
    if inside.size:
        at = inside[-1]
        axes.annotate(
            "nearest single sample,\none fixed target",
            (epsilon[at], single[at]), (-10, 0), textcoords="offset points", ha="right", va="top", color="0.25",
            fontsize=8,
        )  # fmt: skip


def _counting_name(laws: xr.Dataset) -> _Name:
    text = "too few\n" + r"subsets: $\log_2\frac{1}{2\varepsilon}$"
    return float(laws["counting_bound"].sortby(laws["epsilon"])[0]), text, (0.25, 0.25, 0.25)


def _highest(cell: xr.Dataset) -> float:
    values = cell["n_star"].to_numpy()
    values = values[np.isfinite(values)]
    return float(values.max()) if values.size else 1.0


def _finish(axes: Axes, names: list[_Name], cell: xr.Dataset, top: float) -> Axes:
    """Axes, and the names of the lines at their right ends, moved apart where they would touch."""
    epsilon = cell["epsilon"].to_numpy()
    plain_epsilon_axis(axes, [tick for tick in _TICKS if epsilon.min() <= tick <= epsilon.max()])
    axes.set_xlim(epsilon.max() * 1.15, epsilon.min() / 1.15)
    axes.set_ylim(0.0, top)
    axes.set_ylabel(rf"{MATHS['n_star']}: smallest {MATHS['n']} with $P\geq 1-\varepsilon$")
    ordered = sorted(names, key=lambda name: name[0])
    for height, (_, text, color) in zip(apart([name[0] / top for name in ordered]), ordered, strict=True):
        axes.text(1.02, height, text, transform=axes.transAxes, va="center", color=color, fontsize=8)
    note = "slopes per unit of\n" + r"$\ln(1/\varepsilon)$, 95% interval"
    axes.text(1.02, -0.04, note, transform=axes.transAxes, va="top", fontsize=8, color="0.25")
    return axes
