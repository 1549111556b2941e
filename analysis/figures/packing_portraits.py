"""Theorem 2 seen: one packing, and the functions that one network can be pruned to."""

import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.patches import Rectangle

from ..entry import estimated
from .palette import GREY, ink, series_color
from .style import CLOSE, SMALL

_FUNCTIONS, _PACKING = series_color(0), series_color(1)


def line_portrait(portrait: xr.Dataset, axes: Axes) -> Axes:
    """d = 1: both slopes of every function of one network, and squares of half width epsilon around the packing.

    portrait: `montecarlo.packing.portray`. A function is within epsilon of w iff its point is in the square at (w, w).
    """
    portrait = estimated(portrait, ("number",), "montecarlo.packing.portray")
    epsilon, points = portrait.attrs["epsilon"], portrait["number"].to_numpy()
    corners = [(w - epsilon, w - epsilon) for w in points]
    squares = [Rectangle(corner, 2.0 * epsilon, 2.0 * epsilon) for corner in corners]
    axes.add_collection(PatchCollection(squares, facecolor=(*_PACKING, 0.3), edgecolor=_PACKING, linewidth=0.8))
    axes.plot(points, points, color=_PACKING, marker="+", linestyle="none", markersize=3, zorder=3)
    _cloud(axes, portrait)
    axes.set_xlim(-1.3, 1.3)
    axes.set_ylim(-1.3, 1.3)
    axes.set_aspect("equal")
    axes.set_xlabel("slope for $x>0$")
    axes.set_ylabel("slope for $x<0$")
    axes.set_title(
        f"{portrait.sizes['function']:,} functions of one network, $s={portrait.attrs['s']}$", fontsize=SMALL
    )
    beside = {
        "xycoords": "axes fraction",
        "va": "center",
        "fontsize": SMALL,
        "annotation_clip": False,
        "linespacing": CLOSE,
    }
    axes.annotate(
        f"within $\\varepsilon={epsilon:g}$\nof a point of\nthe packing", (1.03, 0.88), color=ink(_PACKING), **beside
    )
    return axes


def plane_packing(portrait: xr.Dataset, axes: Axes) -> Axes:
    """d = 2: the points of a packing by the sizes of their rotation and reflection parts, which add up to the norm.

    portrait: `montecarlo.packing.portray`.
    """
    portrait = estimated(portrait, ("rotation", "reflection"), "montecarlo.packing.portray")
    axes.plot([0.0, 1.0], [1.0, 0.0], color=GREY, linewidth=0.8, zorder=0)
    axes.plot(portrait["rotation"], portrait["reflection"], "s", color=_PACKING, markersize=3, markeredgewidth=0)
    axes.text(0.55, 0.5, r"$\|W\|=1$", color=GREY, fontsize=SMALL)
    axes.set_xlim(-0.05, 1.1)
    axes.set_ylim(-0.05, 1.1)
    axes.set_aspect("equal")
    axes.set_xlabel("rotation part")
    axes.set_ylabel("reflection part")
    axes.set_title(rf"{portrait.sizes['point']:,} points of a packing, $\varepsilon={portrait.attrs['epsilon']:g}$")
    return axes


def plane_functions(portrait: xr.Dataset, axes: Axes) -> Axes:
    """d = 2: how far from odd the functions of one network are, against the size of their odd part.

    portrait: `montecarlo.packing.portray`. No function above the line is within epsilon of any linear map.
    """
    portrait = estimated(portrait, ("negative", "positive"), "montecarlo.packing.portray")
    epsilon = portrait.attrs["epsilon"]
    _cloud(axes, portrait, x="negative", y="positive")
    axes.axhline(epsilon, color=_PACKING, linewidth=1.1)
    axes.margins(0.03)
    axes.annotate(
        f"$\\varepsilon={epsilon:g}$: nothing\nabove is within $\\varepsilon$\nof a linear map", (1.03, epsilon),
        xycoords=("axes fraction", "data"), va="center", color=ink(_PACKING), fontsize=SMALL, annotation_clip=False,
        linespacing=CLOSE,
    )  # fmt: skip
    axes.set_xlabel("norm of the odd part")
    axes.set_ylabel(r"even part, $\max\|g(u)+g(-u)\|\,/\,2$")
    axes.set_title(
        f"{portrait.sizes['function']:,} functions of one network, $s={portrait.attrs['s']}$", fontsize=SMALL
    )
    return axes


def _cloud(axes: Axes, portrait: xr.Dataset, x: str = "positive", y: str = "negative") -> None:
    """A small square for every function, as pixels inside the SVG too: thousands of one colour pack well."""
    axes.plot(
        portrait[x],
        portrait[y],
        "s",
        color=_FUNCTIONS,
        markersize=0.6,
        markeredgewidth=0,
        antialiased=False,
        rasterized=True,
    )
