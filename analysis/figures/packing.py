"""Theorem 2: how large packings are, what networks reach of them, and the widths that are needed and that suffice."""

from typing import Any

import numpy as np
import seaborn as sns
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.patches import Rectangle
from matplotlib.ticker import NullLocator

from .style import MATHS, apart

_COLORS = sns.color_palette("colorblind")
_MARKERS = "osD^vPX*"
_DOTTED, _DASHED = (0, (1, 1.2)), (0, (4, 2))
_GREY = (0.35, 0.35, 0.35)
_BOUNDS: dict[str, tuple[str, Any]] = {
    "width_printed": (r"$(d^2 \log_2 \frac{1}{2\varepsilon} - 1) / (2d)$", _DOTTED),
    "width_functions": (r"counting functions", _DASHED),
    "width_sides": (r"counting one side of $x$", "-"),
}


def packing_sizes(sizes: xr.Dataset, axes: Axes) -> Axes:
    """Points of a packing against 1 / epsilon for every d, between the volume bounds; both axes logarithmic.

    sizes: `montecarlo.packing.measure_packings`. Dashed: the bounds, of slope d^2.
    """
    for k, d in enumerate(sizes["d"].to_numpy()):
        cell = sizes.sel(d=d).dropna("epsilon", subset=["size"])
        inverse, color = 1.0 / cell["epsilon"], _COLORS[k]
        for name in ("volume_low", "volume_high"):
            axes.plot(inverse, cell[name], color=color, linestyle=_DASHED, linewidth=0.9)
        axes.plot(inverse, cell["size"], color=color, marker=_MARKERS[k], label=f"$d = {d}$")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel(MATHS["log_inverse"])
    axes.set_ylabel(r"$|P|$, points more than $2\varepsilon$ apart")
    axes.set_title("Packings and their volume bounds (dashed)")
    axes.legend()
    return axes


def reach_curves(rates: xr.Dataset, widths: xr.Dataset, axes: Axes) -> Axes:
    """Share of the packing that is reached against s for every epsilon, its interval, and |G| / |P| dotted.

    rates: `analysis.reach_rates`; widths: `analysis.packing_widths`. Ticks on the line at 1/2: the least s that the
    functions' number leaves possible.
    """
    d = rates["d"].to_numpy()[0]
    axes.axhline(0.5, color="0.6", linewidth=0.8)
    for k, epsilon in enumerate(rates["epsilon"].to_numpy()):
        cell, color = rates.sel(d=d, epsilon=epsilon), _COLORS[k % len(_COLORS)]
        axes.fill_between(cell["s"], cell["share_low"], cell["share_high"], color=color, alpha=0.2, linewidth=0)
        marker = _MARKERS[k % len(_MARKERS)]
        axes.plot(cell["s"], cell["share"], color=color, marker=marker, label=rf"$\varepsilon = {epsilon:g}$")
        axes.plot(cell["s"], cell["allowed"], color=color, linestyle=_DOTTED, linewidth=1.1)
        bound = widths["width_functions"].sel(d=d, epsilon=epsilon).item()
        axes.plot([bound, bound], [0.44, 0.56], color=color, linewidth=2.2)
    axes.set_ylim(0.0, 1.02)
    axes.set_xlabel(r"$s$, hidden neurons")
    axes.set_ylabel(r"share of the packing reached")
    axes.set_title(f"$d = {d}$: reached, and at most (dotted)")
    axes.legend(loc="lower right" if rates["share"].max() > 0.5 else "upper right")
    return axes


def needed_widths(widths: xr.Dataset, axes: Axes) -> Axes:
    """Width against 1 / epsilon: bounds from below, what was measured with its interval, and what Lemma 3 shows to do.

    widths: `analysis.packing_widths`, of one d. What is not on the grid is left out.
    """
    d = widths["d"].to_numpy()[0]
    cell = widths.sel(d=d).sortby("epsilon")
    inverse = 1.0 / cell["epsilon"].to_numpy()
    for name, (text, style) in _BOUNDS.items():
        if np.isfinite(cell[name]).any():
            axes.plot(inverse, cell[name], color=_GREY, linestyle=style, linewidth=1.1, label=text)
    measured = (("width_share", "half of the packing reached", 0), ("width_rarest", "every point, probability 1/2", 2))
    for name, text, k in measured:
        there = np.isfinite(cell[name].to_numpy())
        if there.any():
            low, high = (cell[f"{name}{end}"].to_numpy()[there] for end in ("_low", "_high"))
            axes.plot(inverse[there], cell[name][there], color=_COLORS[k], marker=_MARKERS[k], label=text)
            axes.vlines(
                inverse[there],
                low,
                np.where(np.isfinite(high), high, cell[name][there]),
                color=_COLORS[k],
                linewidth=1.0,
            )
    enough = np.isfinite(cell["width_sufficient"].to_numpy())
    if enough.any():
        upper = cell["width_sufficient"][enough]
        axes.plot(inverse[enough], upper, color=_COLORS[4], marker="^", label=r"Lemma 3, $2 d n^\ast$")
    axes.set_xscale("log")
    axes.set_xticks(inverse, [f"{value:.4g}" for value in inverse])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel(MATHS["log_inverse"])
    axes.set_ylabel(r"$s$, hidden neurons")
    axes.set_title(f"$d = {d}$: width needed and sufficient")
    axes.set_ylim(0.0, axes.get_ylim()[1])
    _name_lines(axes)
    return axes


def _name_lines(axes: Axes) -> None:
    """Every line's label to the right of its end, in its colour; labels that would meet are moved apart."""
    top = axes.get_ylim()[1]
    data = [(np.asarray(line.get_xdata()), np.asarray(line.get_ydata())) for line in axes.lines]
    ends = sorted((float(y[np.argmax(x)]) / top, k) for k, (x, y) in enumerate(data))
    heights = apart([height for height, _ in ends], 0.09)
    for (_, k), height in zip(ends, heights, strict=True):
        line = axes.lines[k]
        axes.text(
            1.03,
            height,
            str(line.get_label()),
            transform=axes.transAxes,
            color=line.get_color(),
            fontsize=7,
            va="center",
        )


def line_portrait(portrait: xr.Dataset, axes: Axes) -> Axes:
    """d = 1: both slopes of every function of one network, and squares of half width epsilon around the packing.

    portrait: `montecarlo.packing.portray`. A function is within epsilon of w iff its point is in the square at (w, w).
    """
    epsilon = portrait.attrs["epsilon"]
    corners = [(w - epsilon, w - epsilon) for w in portrait["number"].to_numpy()]
    squares = [Rectangle(corner, 2.0 * epsilon, 2.0 * epsilon) for corner in corners]
    axes.add_collection(PatchCollection(squares, facecolor=(*_COLORS[1], 0.35), edgecolor=_COLORS[1], linewidth=0.8))
    axes.plot(portrait["number"], portrait["number"], color=_COLORS[1], marker="+", linestyle="none", label="packing")
    label = f"{portrait.sizes['function']:,} functions"
    axes.plot(
        portrait["positive"],
        portrait["negative"],
        ".",
        color=_COLORS[0],
        markersize=2,
        alpha=0.5,
        label=label,
        rasterized=True,
    )
    axes.set_xlim(-1.3, 1.3)
    axes.set_ylim(-1.3, 1.3)
    axes.set_aspect("equal")
    axes.set_xlabel("slope for $x > 0$")
    axes.set_ylabel("slope for $x < 0$")
    axes.set_title(rf"One network, $s = {portrait.attrs['s']}$, $\varepsilon = {epsilon:g}$")
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=7.5)
    return axes


def plane_packing(portrait: xr.Dataset, axes: Axes) -> Axes:
    """d = 2: the points of a packing by the sizes of their rotation and reflection parts, which add up to the norm.

    portrait: `montecarlo.packing.portray`.
    """
    axes.plot([0.0, 1.0], [1.0, 0.0], color=_GREY, linewidth=0.9)
    axes.plot(portrait["rotation"], portrait["reflection"], "o", color=_COLORS[1], markersize=2.5, alpha=0.6)
    axes.text(0.55, 0.5, r"$\|W\| = 1$", color=_GREY, fontsize=8)
    axes.set_aspect("equal")
    axes.set_xlabel("rotation part")
    axes.set_ylabel("reflection part")
    axes.set_title(rf"{portrait.sizes['point']:,} points, $\varepsilon = {portrait.attrs['epsilon']:g}$")
    return axes


def plane_functions(portrait: xr.Dataset, axes: Axes) -> Axes:
    """d = 2: how far from odd the functions of one network are, against the size of their odd part.

    portrait: `montecarlo.packing.portray`. No function above the line is within epsilon of any linear map.
    """
    epsilon = portrait.attrs["epsilon"]
    label = f"{portrait.sizes['function']:,} functions"
    axes.plot(
        portrait["negative"],
        portrait["positive"],
        ".",
        color=_COLORS[0],
        markersize=2,
        alpha=0.5,
        label=label,
        rasterized=True,
    )
    axes.axhline(epsilon, color=_COLORS[1], linewidth=1.1, label=rf"$\varepsilon = {epsilon:g}$")
    axes.set_xlabel("norm of the odd part")
    axes.set_ylabel(r"$\max \|g(u) + g(-u)\| / 2$")
    axes.set_title(f"One network, $s = {portrait.attrs['s']}$")
    axes.legend(loc="upper left", fontsize=7.5)
    return axes
