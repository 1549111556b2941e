"""n* against epsilon on a log axis: straight if the theorems are right."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from ..entry import estimated, one_of, the_one
from ..errors import InputError
from ..verbatim import drawn
from .labels import Curve, End, name_along, name_ends
from .palette import GREY, claim_color, claim_marker, shades
from .style import (
    CLOSE,
    MATHS,
    SMALL,
    event_style,
    first_event,
    long_title,
    mathematical,
    plain_epsilon_axis,
    sweep_name,
)

_TICKS = [0.3, 0.1, 0.03, 0.01, 0.005, 0.002, 0.001]
_TWO_LINES = 19.0
"""Points that a name with its slope needs."""


def growth(
    thresholds: Sequence[xr.Dataset],
    slopes: Sequence[xr.Dataset],
    laws: xr.Dataset,
    axes: Axes,
    *,
    event: str | None = None,
    d: int | None = None,
) -> Axes:
    """n* of several claims against epsilon: intervals, fitted lines, and the two laws they lie between.

    event: the first of each claim unless given. d: one that each claim has; needed if one has several. thresholds,
    slopes: as `analysis` makes them, one of each a claim; laws: `analysis.laws` on a fine grid of the same range: the
    counting bound, below which there are too few subsets, and the number of single samples that one fixed target needs
    (Malach et al.), which grows like 1/epsilon and leaves the page.
    """
    if not thresholds or len(thresholds) != len(slopes):
        raise InputError(
            f"thresholds and slopes must be one of each per claim, got {len(thresholds)} and {len(slopes)}"
        )
    thresholds = [_found(cell, d) for cell in thresholds]
    slopes = [_lines(line, cell) for line, cell in zip(slopes, thresholds, strict=True)]
    shown = [first_event(cell) if event is None else event for cell in thresholds]
    cells = [the_one(cell, "event", name) for cell, name in zip(thresholds, shown, strict=True)]
    top = 1.1 * max(map(_highest, cells))
    names: list[End] = []
    for cell, line in zip(cells, slopes, strict=True):
        title = mathematical(sweep_name(cell))
        style = {"color": claim_color(cell), "fmt": claim_marker(cell)}
        names += _points(axes, cell, line.sel(event=cell["event"]), title, style)
    _finish(axes, thresholds[0])
    axes.set_ylim(0.0, top)
    _theory(axes, laws)
    _name(axes, names)
    return axes


def event_growth(thresholds: xr.Dataset, slopes: xr.Dataset, axes: Axes, *, d: int | None = None) -> Axes:
    """n* of every event of one claim against epsilon: the distance between the lines is the slack of the proof.

    thresholds, slopes: as `analysis` makes them, of one sweep. d: one of its d; needed if there are several. An arrow
    upwards: the trials certify no upper limit; without a marker: the grid leaves n out around n*, or starts above it.
    """
    thresholds = _found(thresholds, d)
    slopes = _lines(slopes, thresholds)
    names = _events(axes, thresholds, slopes)
    axes.set_ylim(0.0, 1.1 * _highest(thresholds))
    _name(axes, names)
    return axes


def power_growth(thresholds: xr.Dataset, laws: xr.Dataset, axes: Axes, *, d: int | None = None) -> Axes:
    """n* of every event of a claim that is not logarithmic: both axes are, beside the law of single samples.

    thresholds: as `analysis` makes them. laws: `analysis.laws` on a fine grid. The law is that of one fixed target; no
    line is fitted. d: one of its d; needed if there are several.
    """
    thresholds = _found(thresholds, d)
    names = _events(axes, thresholds, None)
    axes.set_yscale("log")
    line = _both(laws).dropna("epsilon", subset=["single_sample"])
    name = r"$n=\ln\varepsilon\,/\,\ln(1-\varepsilon)$"
    law = Curve(line["epsilon"].to_numpy(), line["single_sample"].to_numpy(), name, GREY)
    axes.plot(law.x, law.y, color=GREY, linestyle="--", zorder=0)
    name_along(axes, law, len(law.x) // 2, above=False)
    _name(axes, names)
    return axes


def _events(axes: Axes, thresholds: xr.Dataset, slopes: xr.Dataset | None) -> list[End]:
    """A series for every event, on finished axes; their names."""
    colors = shades(claim_color(thresholds), thresholds.sizes["event"])
    names: list[End] = []
    for index, event in enumerate(thresholds["event"].to_numpy()):
        style = {"color": colors[index], "fmt": event_style(index)["marker"]}
        line = None if slopes is None else slopes.sel(event=event)
        names += _points(axes, thresholds.sel(event=event), line, drawn(event), style)
    axes.set_title(long_title(thresholds, f"{MATHS['n_star']} of each event"), linespacing=CLOSE)
    return names if _finish(axes, thresholds) else []


def _points(axes: Axes, cell: xr.Dataset, line: xr.Dataset | None, title: str, style: dict[str, Any]) -> list[End]:
    """n* with its intervals (an arrow where the trials certify no upper end), the fitted line if any; their name.

    Where the grid only encloses n*, a bar without a marker, and an arrow downwards if nothing bounds it from below.
    """
    cell = cell.isel(d=0).sortby("epsilon")
    cell = cell.where(np.isfinite(cell["n_star"]), drop=True)
    if cell.sizes["epsilon"] == 0:
        return []
    enclosed = cell["n_star_from"].to_numpy() < cell["n_star"].to_numpy()
    for part, look in ((cell.isel(epsilon=~enclosed), style), (cell.isel(epsilon=enclosed), style | {"fmt": "none"})):
        if part.sizes["epsilon"]:
            _bars(axes, part, look)
    epsilon, n_star = cell["epsilon"].to_numpy(), cell["n_star"].to_numpy()
    if line is None or not np.isfinite(line["slope"].item()):
        return [End(float(n_star[0]), title, style["color"])]
    line = line.isel(d=0)
    slope, low, high_slope = (line[name].item() for name in ("slope", "slope_low", "slope_high"))
    axes.plot(epsilon, line["intercept"].item() - slope * np.log(epsilon), color=style["color"], zorder=0)
    limits = f" [{low:.2f}, {high_slope:.2f}]" if np.isfinite(low) else ""
    return [End(float(n_star[0]), f"{title}\nslope {slope:.2f}{limits}", style["color"])]


def _bars(axes: Axes, cell: xr.Dataset, style: dict[str, Any]) -> None:
    """n* and its limits; arrows where there is none."""
    epsilon, n_star, low, high = (cell[name].to_numpy() for name in ("epsilon", "n_star", "n_star_low", "n_star_high"))
    known, started = np.isfinite(high), ~((cell["n_star_from"].to_numpy() < n_star) & (low <= 1.0))
    reach = np.stack([np.where(started, n_star - low, 1.5), np.where(known, high - n_star, 1.5)])
    axes.errorbar(epsilon, n_star, reach, elinewidth=0.8, lolims=~known & started, uplims=~started, **style)


def _found(thresholds: xr.Dataset, d: int | None) -> xr.Dataset:
    """Thresholds of one d."""
    names = ("n_star", "n_star_from", "n_star_low", "n_star_high")
    return one_of(estimated(thresholds, names, "analysis.thresholds", dims=("event", "d", "epsilon")), "d", d)


def _lines(slopes: xr.Dataset, thresholds: xr.Dataset) -> xr.Dataset:
    """The slopes of the d and events of `thresholds`."""
    names = ("slope", "slope_low", "slope_high", "intercept")
    lines = one_of(estimated(slopes, names, "analysis.slopes", dims=("event", "d")), "d", thresholds["d"].item())
    for event in thresholds["event"].to_numpy():
        one_of(lines, "event", event)
    return lines


def _both(laws: xr.Dataset) -> xr.Dataset:
    return estimated(laws, ("counting_bound", "single_sample"), "analysis.laws", dims=("epsilon",))


def _theory(axes: Axes, laws: xr.Dataset) -> None:
    """The two laws, each named on its line."""
    line, top = _both(laws), axes.get_ylim()[1]
    epsilon = line["epsilon"].to_numpy()
    counting = Curve(epsilon, line["counting_bound"].to_numpy(), r"too few subsets: $\log_2(1/2\varepsilon)$", GREY)
    single = line["single_sample"].to_numpy()
    axes.plot(epsilon, counting.y, color=GREY, linestyle=":")
    axes.plot(epsilon, single, color=GREY, linestyle="--")
    if counting.y[-1] < top:
        name_along(axes, counting, (2 * epsilon.size) // 3)
    inside = np.flatnonzero(single <= 0.97 * top)
    if inside.size:
        at = inside[-1]
        axes.annotate(
            "nearest single sample,\none fixed target", (epsilon[at], single[at]), (-14, 0),
            textcoords="offset points", ha="right", va="top", color=GREY, fontsize=SMALL, linespacing=CLOSE,
        )  # fmt: skip


def _highest(cell: xr.Dataset) -> float:
    """The largest n* or finite upper limit of it."""
    values = cell[["n_star", "n_star_high"]].to_dataarray().to_numpy()
    values = values[np.isfinite(values)]
    return float(values.max()) if values.size else 1.0


def _finish(axes: Axes, cell: xr.Dataset) -> Axes:
    epsilon = cell["epsilon"].to_numpy()
    plain_epsilon_axis(axes, [tick for tick in _TICKS if epsilon.min() <= tick <= epsilon.max()])
    axes.set_xlim(epsilon.max() * 1.15, epsilon.min() / 1.15)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6, integer=True, steps=[1, 2, 5, 10]))
    axes.set_ylabel(rf"{MATHS['n_star']}: smallest {MATHS['n']} with $P\geq 1-\varepsilon$")
    return axes


def _name(axes: Axes, names: list[End]) -> None:
    """The names at the right end, and what a slope is."""
    points = axes.bbox.height * 72.0 / axes.figure.dpi
    name_ends(axes, names, least=_TWO_LINES / points)
    if any("slope" in name.name for name in names):
        axes.annotate(
            "slope: per unit of\n" + r"$\ln(1/\varepsilon)$, 95% interval", (1.0, 0.0), (4.5, -9.0),
            xycoords="axes fraction", textcoords="offset points", va="top", fontsize=SMALL, color=GREY,
            annotation_clip=False, linespacing=CLOSE,
        )  # fmt: skip
