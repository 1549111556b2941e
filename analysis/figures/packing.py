"""Theorem 2: how large packings are, what networks reach of them, and the widths that are needed and that suffice."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, NullLocator

from ..entry import estimated, one_of
from ..estimates.packing import packing_widths, reach_rates, saturation
from ..statistics.binomial import level_text
from .labels import Curve, End, name_along, name_ends
from .packing_portraits import line_portrait, plane_functions, plane_packing
from .palette import GREY, claim_color, claim_marker, ink, series_color, shades
from .saving import Picture, make_folder, save_picture
from .style import COLUMN_WIDTH, MATHS, SMALL, TEXT_WIDTH

_MARKERS = "osD^vPX*"
_DOTTED, _DASHED, _DOT_DASHED = (0, (1, 1.2)), (0, (4, 2)), (0, (4, 1.5, 1, 1.5))
_VOLUMES = {"volume_low": (r"$(1/2\varepsilon)^{d^2}$", False), "volume_high": (r"$(1+1/\varepsilon)^{d^2}$", True)}
"""Names of the volume bounds, and whether they stand above their line."""
_ALLOWED = {
    "allowed": (r"functions $/\;|P|$", _DOTTED),
    "allowed_masks": (r"masks $/\;|P|$", _DOT_DASHED),
}
_BOUNDS: dict[str, tuple[str, Any]] = {
    "width_printed": (r"printed: $(d^2\log_2\frac{1}{2\varepsilon}-1)\,/\,2d$", _DOTTED),
    "width_masks": ("counting masks", _DOT_DASHED),
    "width_functions": ("counting functions", _DASHED),
    "width_volume": ("counting functions, by volume", "--"),
    "width_sides": ("counting one side of $x$", "-"),
}
_MEASURED = (("width_share", "half of the packing reached", 0), ("width_rarest", "every point, probability 1/2", 1))
_WIDE, _NARROW = (2, 10, 100, 1000), (2, 3, 4, 5, 7, 10, 15, 20, 30, 50, 100)
"""Ticks of 1 / epsilon."""
_LEMMA3 = r"Lemma 3 suffices: $2dn^\ast$"
_FEW, _NAMED = 4, 0.62
"""Curves of fewer points are named in the legend; others along the curve, where it is this high."""
_ARROW = 1.5
"""Hidden neurons that an arrow is long, or twice that."""
_LEAST = 0.09
"""Of two names at the edge, as a share of the height."""


def packing_sizes(sizes: xr.Dataset, axes: Axes) -> Axes:
    """Points of a packing against 1 / epsilon for every d, between the volume bounds; both axes logarithmic.

    sizes: `montecarlo.packing.measure_packings`. Dashed: the bounds, of slope d^2, named where d has the widest range.
    """
    sizes = estimated(sizes, ("size", *_VOLUMES), "montecarlo.packing.measure_packings", dims=("d", "epsilon"))
    rising = sizes.sortby("epsilon", ascending=False)
    cells = {int(d): rising.sel(d=d).dropna("epsilon", subset=["size"]) for d in sizes["d"].to_numpy()}
    widest = max(cells, key=lambda d: cells[d].sizes["epsilon"], default=0)
    axes.set_xscale("log")
    axes.set_yscale("log")
    for d, cell in cells.items():
        inverse, color = 1.0 / cell["epsilon"].to_numpy(), series_color(d - 1)
        for name in _VOLUMES:
            axes.plot(inverse, cell[name], color=color, linestyle=_DASHED, linewidth=0.8)
        axes.plot(inverse, cell["size"], color=color, marker=_MARKERS[d - 1])
        end = float(inverse[-1]), float(cell["size"][-1])
        axes.annotate(
            f"$d={d}$", end, (4.5, 0.0), textcoords="offset points", va="center", color=ink(color), fontsize=SMALL,
            annotation_clip=False,
        )  # fmt: skip
    ticks = [tick for tick in (_WIDE if axes.get_xlim()[1] > _NARROW[-1] else _NARROW) if tick < axes.get_xlim()[1]]
    axes.set_xticks(ticks, [str(tick) for tick in ticks])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_minor_locator(NullLocator())
    axes.set_xlabel(MATHS["log_inverse"])
    axes.set_ylabel(r"$|P|$, points more than $2\varepsilon$ apart")
    axes.set_title("A largest packing" if [*cells] == [1] else "Constructed packings")
    if widest and cells[widest].sizes["epsilon"] > 2:
        _name_volumes(axes, cells[widest], widest)
    return axes


def _name_volumes(axes: Axes, cell: xr.Dataset, d: int) -> None:
    """The names of the volume bounds on their lines; for d = 1 the upper one soon meets the packing."""
    for name, (text, above) in _VOLUMES.items():
        curve = Curve(1.0 / cell["epsilon"].to_numpy(), cell[name].to_numpy(), text, series_color(d - 1))
        name_along(axes, curve, 1 if above and d == 1 else max(len(curve.x) - 3, 1), above=above)


def reach_curves(rates: xr.Dataset, widths: xr.Dataset, axes: Axes, *, d: int | None = None) -> Axes:
    """Share of the packing that is reached against s for every epsilon, its interval, and the most that counts allow.

    rates: `analysis.reach_rates`; widths: `analysis.packing_widths`. Light: coarse epsilon, dark: fine. Dotted and
    dot-dashed: |G| / |P|, G the functions and the masks, up to where they allow all. Bars across 1/2: the least s that
    the functions' number leaves possible. d: one of those of `rates`; needed if there are several.
    """
    rates = estimated(rates, ("share", "share_low", "share_high"), "analysis.reach_rates", dims=("d", "epsilon", "s"))
    rates = one_of(rates, "d", d)
    widths = estimated(widths, ("width_functions",), "analysis.packing_widths", dims=("d", "epsilon"))
    d = int(rates["d"].item())
    axes.axhline(0.5, color="0.6", linewidth=0.6, zorder=0)
    epsilons = sorted(rates["epsilon"].to_numpy().tolist(), reverse=True)
    curves = []
    for k, (epsilon, color) in enumerate(zip(epsilons, shades(series_color(0), len(epsilons)), strict=True)):
        cell = rates.sel(d=d, epsilon=epsilon)
        s, share = cell["s"].to_numpy(), cell["share"].to_numpy()
        axes.fill_between(s, cell["share_low"], cell["share_high"], color=color, alpha=0.2, linewidth=0)
        axes.plot(s, share, color=color, marker=_MARKERS[k % len(_MARKERS)], markersize=2.5, markevery=_every(s.size))
        curves.append(Curve(s, share, rf"$\varepsilon={epsilon:g}$", color))
        for name, (_, style) in _ALLOWED.items():
            allowed = cell[name].to_numpy()
            if allowed[0] < 1.0:
                shown = slice(0, int(np.searchsorted(allowed, 1.0)) + 1)
                axes.plot(s[shown], allowed[shown], color=color, linestyle=style, linewidth=0.8)
        bound = widths["width_functions"].sel(d=d, epsilon=epsilon).item()
        axes.plot([bound, bound], [0.44, 0.56], color=color, linewidth=1.8)
    axes.set_ylim(0.0, 1.02)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=9, integer=True, steps=[1, 2, 5, 10]))
    axes.set_xlabel(r"$s$, hidden neurons")
    axes.set_ylabel("share of the packing reached")
    axes.set_title(f"$d={d}$: what networks reach")
    few = rates.sizes["s"] < _FEW
    for curve in [] if few else curves:
        high = np.flatnonzero(curve.y >= _NAMED)
        name_along(axes, curve, int(high[0]) if high.size else len(curve.x) - 2)
    handles = [Line2D([], [], color=curve.color, label=curve.name) for curve in curves] if few else []
    handles += [
        Line2D([], [], color=GREY, linestyle=style, linewidth=0.8, label=text) for text, style in _ALLOWED.values()
    ]
    axes.legend(handles=handles, loc="best", handlelength=1.5, borderaxespad=0.1)
    return axes


def needed_widths(widths: xr.Dataset, axes: Axes, *, d: int | None = None) -> Axes:
    """Width against 1 / epsilon: bounds from below, what was measured with its interval, and what Lemma 3 shows to do.

    widths: `analysis.packing_widths`. d: one of its d; needed if there are several. An arrow upwards: no s that was
    tried is certified to be enough. Where none was enough, it starts at the largest that was tried, without a marker.
    """
    widths = estimated(widths, ("width_share", "width_rarest"), "analysis.packing_widths", dims=("d", "epsilon"))
    widths = one_of(widths, "d", d)
    d = int(widths["d"].item())
    cell = widths.sel(d=d).sortby("epsilon", ascending=False)
    inverse = 1.0 / cell["epsilon"].to_numpy()
    ends = []
    for name, (text, style) in _BOUNDS.items():
        if name not in cell:
            continue
        height = cell[name].to_numpy()
        if np.isfinite(height).any() and height.max() > 0.0:
            axes.plot(inverse, height, color=GREY, linestyle=style, linewidth=0.9, label=text)
            ends.append(End(float(height[-1]), text, GREY))
    for name, text, k in _MEASURED:
        value, low, high = (cell[f"{name}{end}"].to_numpy() for end in ("", "_low", "_high"))
        there, sure, color = np.isfinite(value), np.isfinite(high), series_color(k)
        start = np.minimum(value, widths.attrs["tried"])
        reach = np.stack([start - np.minimum(low, start), np.where(sure, high, start + (1 + k) * _ARROW) - start])
        axes.plot(inverse[there], value[there], color=color, marker=_MARKERS[k], label=text)
        axes.errorbar(inverse, start, reach, fmt="none", lolims=~sure, color=color, elinewidth=0.8, zorder=2 - k)
        ends.append(End(float(start[-1]), text, color))
    enough = np.isfinite(cell["width_sufficient"].to_numpy())
    if enough.any():
        upper, color = cell["width_sufficient"].to_numpy()[enough], claim_color(widths)
        axes.plot(inverse[enough], upper, color=color, marker=claim_marker(widths), label=_LEMMA3)
        ends.append(End(float(upper[-1]), _LEMMA3, color))
    axes.set_xscale("log")
    axes.set_xticks(inverse, [f"{value:.3g}" if value < 1000 else f"{value:.0f}" for value in inverse])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_locator(MaxNLocator(nbins=7, integer=True, steps=[1, 2, 5, 10]))
    axes.set_xlabel(MATHS["log_inverse"])
    axes.set_ylabel(r"$s$, hidden neurons")
    axes.set_title(f"$d={d}$: width needed and sufficient")
    axes.set_ylim(0.0, axes.get_ylim()[1])
    name_ends(axes, ends, least=_LEAST)
    return axes


def _every(count: int) -> int:
    """Markers on every so many points."""
    return max(count // 10, 1)


_HEIGHT = 2.3
"""Inches, of figures as wide as a text."""


def draw_packing(
    found: Mapping[str, xr.Dataset], folder: str | Path, *, sufficient: Sequence[xr.Dataset] = (), level: float = 0.95
) -> list[Picture]:
    """Draw what there is of Theorem 2 as PNG and SVG in `folder`.

    found: as `montecarlo.packing.measure_all` makes them: "sizes", "theorem2-d1", "portrait-d2" and so on. sufficient:
    as in `analysis.packing_widths`, to set beside what is needed.
    """
    folder = make_folder(folder)
    pictures = []
    if "sizes" in found:
        sizes = found["sizes"]
        pictures.append(save_picture(folder, "packing-sizes", "Packings", lambda: _sizes(sizes, level)))
    measured = {name: dataset for name, dataset in found.items() if name.startswith("theorem2")}
    for name, dataset in measured.items():
        title = f"Theorem 2, d = {dataset['d'].to_numpy()[0]}"
        pictures.append(save_picture(folder, name, title, lambda data=dataset: _theorem2(data, sufficient, level)))
    for name, dataset in found.items():
        if name.startswith("portrait"):
            title = f"One packing and one network, d = {dataset.attrs['d']}"
            pictures.append(save_picture(folder, name, title, lambda data=dataset: _portrait(data)))
    return pictures


def _sizes(sizes: xr.Dataset, level: float) -> tuple[Figure, str]:
    line, beyond = (sizes.isel(d=np.flatnonzero(chosen)) for chosen in (sizes["d"] == 1, sizes["d"] > 1))
    panels = [part for part in (line, beyond) if part.sizes["d"]]
    figure = Figure(figsize=(TEXT_WIDTH if len(panels) > 1 else COLUMN_WIDTH, _HEIGHT))
    for part, axes in zip(panels, figure.subplots(1, len(panels), squeeze=False)[0], strict=True):
        packing_sizes(part, axes)
    fits = saturation(sizes, level)["fits_high"].max().item()
    return figure, (
        "Points of packings of the unit ball of the operator norm, every pair verified, between the volume bounds "
        "(1/(2 epsilon))^(d²) and (1 + 1/epsilon)^(d²); the largest there are for d = 1, constructed ones beyond. A "
        f"uniform matrix would still fit with probability at most {fits:.2g} in any of them (upper limits at "
        f"{level_text(level)} each)."
    )


def _theorem2(theorem2: xr.Dataset, sufficient: Sequence[xr.Dataset], level: float) -> tuple[Figure, str]:
    rates, widths = reach_rates(theorem2, level), packing_widths(theorem2, sufficient, level)
    measured = np.isfinite(widths[["width_share", "width_rarest", "width_sufficient"]].to_dataarray()).any()
    several = bool(theorem2.sizes["epsilon"] > 1 and measured)  # widths of one epsilon are no curve
    figure = Figure(figsize=(TEXT_WIDTH if several else COLUMN_WIDTH, _HEIGHT))
    left, *right = figure.subplots(1, 1 + several, squeeze=False)[0]
    reach_curves(rates, widths, left)
    for axes in right:
        needed_widths(widths, axes)
    epsilon = float(theorem2["epsilon"].min())
    cell = widths.isel(d=0).sel(epsilon=epsilon)
    half = cell["width_share"].item()
    last = int(theorem2["s"].max())
    said = f"half of it is reached at s = {half:g}" if np.isfinite(half) else f"half of it is not reached up to {last}"
    broken = "is violated" if rates["violated"].any() else "is violated nowhere"
    return figure, (
        f"Weights {theorem2.attrs['law']}, {rates.attrs['trials']:,} networks. At epsilon = {epsilon:g} the packing "
        f"has {theorem2['size'].isel(d=0).sel(epsilon=epsilon).item():,} points; the functions' number leaves s >= "
        f"{cell['width_functions'].item():g} possible, and {said}. The counting inequality 2 |G| >= |P| {broken}."
    )


def _portrait(portrait: xr.Dataset) -> tuple[Figure, str]:
    if portrait.attrs["d"] == 1:
        figure = Figure(figsize=(COLUMN_WIDTH, 2.3))
        line_portrait(portrait, figure.subplots())
        return figure, (
            "Both slopes of every function that one network can be pruned to. A function is within epsilon of w if its "
            "point is in the square around (w, w): most functions are wasted, as their slopes differ."
        )
    figure = Figure(figsize=(TEXT_WIDTH, 2.1))
    left, right = figure.subplots(1, 2)
    plane_packing(portrait, left)
    plane_functions(portrait, right)
    return figure, (
        "Left, a packing: a matrix is the sum of a multiple of a rotation and one of a reflection, and its norm the "
        "sum of their sizes. Right, the functions that one network can be pruned to: only those below the line are "
        "nearly odd, and can be within epsilon of a linear map."
    )
