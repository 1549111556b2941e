"""All subset sums of one trial, row by row: how they fill an interval, and the widest hole that is left."""

import xarray as xr
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from ..entry import estimated
from .palette import claim_color
from .style import MATHS

_HOLE = (0.84, 0.37, 0.0)


def filling_sums(portrait: xr.Dataset, axes: Axes) -> Axes:
    """A row of ticks for every n: the subset sums; a bar around the worst-served point, as wide as nothing reaches.

    portrait: `montecarlo.portray_sums`. The interval is shaded; the radius stands at the end of its row.
    """
    portrait = estimated(portrait, ("sums", "worst", "radius"), "montecarlo.portray_sums", dims=("n",))
    low, high = portrait.attrs["low"], portrait.attrs["high"]
    margin = 0.25 * (high - low)
    axes.axvspan(low, high, color="0.93", linewidth=0, zorder=0)
    for n in portrait["n"].to_numpy():
        cell = portrait.sel(n=n).dropna("subset", subset=["sums"])
        inside = cell["sums"].where((cell["sums"] >= low - margin) & (cell["sums"] <= high + margin), drop=True)
        axes.vlines(inside, n - 0.28, n + 0.28, color=claim_color(portrait), linewidth=0.7)
        worst, radius = cell["worst"].item(), cell["radius"].item()
        left, right = max(worst - radius, low - margin), min(worst + radius, high + margin)
        axes.add_patch(Rectangle((left, n - 0.1), right - left, 0.2, color=_HOLE, linewidth=0))
        axes.text(high + 1.06 * margin, n, f"{radius:.2g}", va="center", fontsize=8, color=_HOLE)
    rows = portrait["n"].to_numpy()
    axes.set_xlim(low - margin, high + margin)
    axes.set_ylim(rows[-1] + 0.6, rows[0] - 0.6)
    axes.set_yticks(rows)
    axes.set_xlabel("subset sums")
    axes.set_ylabel(rf"summands {MATHS['n']}")
    axes.text(high + 1.06 * margin, rows[0] - 0.75, "radius", fontsize=8, color=_HOLE)
    return axes
