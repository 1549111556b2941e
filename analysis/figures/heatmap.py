"""Success probability over (epsilon, n) as a heat map with its 50% and 1 - epsilon contours."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from ..entry import estimated, one_of, the_one
from .style import CLOSE, MATHS, SMALL, first_event, panel_title, plain_epsilon_axis

_TICKS = ([1.0, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001, 0.0003, 0.0001], [1.0, 0.1, 0.01, 0.001, 0.0001])
_FINE_UP_TO = 5
"""More ticks than these do not fit a small panel: then decades alone."""


def success_heatmap(
    rates: xr.Dataset, half: xr.Dataset, full: xr.Dataset, axes: Axes, *, event: str | None = None, d: int | None = None
) -> ScalarMappable:
    """Draw P(event) over epsilon (log) and n (linear); returns the mappable for a shared colour bar.

    rates: `analysis.success` on a fine grid of epsilon; half, full: `analysis.thresholds` on the same grid at
    delta = 1/2 and delta = epsilon, drawn as steps, since n is whole. event: the first unless given. d: one of those of
    `rates`; needed if there are several.
    """
    rates = one_of(estimated(rates, ("success",), "analysis.success", dims=("event", "d", "n", "epsilon")), "d", d)
    event = first_event(rates) if event is None else event
    cell = the_one(the_one(rates, "event", event), "d").sortby("epsilon")
    epsilon, n = cell["epsilon"].to_numpy(), cell["n"].to_numpy()
    image = axes.pcolormesh(
        _edges(epsilon),
        np.append(n - 0.5, n[-1] + 0.5),
        cell["success"].transpose("n", "epsilon").to_numpy(),
        cmap="cividis",
        vmin=0.0,
        vmax=1.0,
        rasterized=True,
        linewidth=0,
    )
    top = n[0]
    for thresholds, color, dashes, text, side in (
        (half, "white", (0, (3, 1.5)), "50%", -1),
        (full, "black", "-", r"$1-\varepsilon$", 1),
    ):
        lines = estimated(thresholds, ("n_star",), "analysis.thresholds", dims=("event", "d", "epsilon"))
        lines = the_one(the_one(lines, "event", event), "d", cell["d"].item())
        steps = lines.sortby("epsilon")["n_star"].to_numpy() - 0.5
        steps = np.where(np.isfinite(steps), steps, np.nan)
        axes.stairs(steps, _edges(epsilon), baseline=None, color=color, linestyle=dashes, linewidth=1.1)
        label = axes.annotate(text, *_label_at(epsilon, steps, side), textcoords="offset points", color=color)
        label.set(ha="right" if side > 0 else "left", va="bottom" if side > 0 else "top", fontsize=SMALL)
        top = np.nanmax([top, *(1.2 * steps)])
    axes.set_ylim(n[0] - 0.5, min(top, n[-1] + 0.5))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6, integer=True, steps=[1, 2, 5, 10]))
    fine, decades = ([tick for tick in ticks if epsilon[0] <= tick <= epsilon[-1]] for ticks in _TICKS)
    plain_epsilon_axis(axes, fine if len(fine) <= _FINE_UP_TO else decades)
    axes.set_xlim(epsilon[-1], epsilon[0])
    axes.set_ylabel(MATHS["n"])
    axes.set_title(panel_title(rates, event), linespacing=CLOSE)
    return image


def _edges(epsilon: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cell edges half-way between neighbours on the log axis."""
    logs = np.log(epsilon)
    inner = 0.5 * (logs[1:] + logs[:-1])
    return np.exp(np.concatenate([[2 * logs[0] - inner[0]], inner, [2 * logs[-1] - inner[-1]]]))


def _label_at(
    epsilon: NDArray[np.float64], steps: NDArray[np.float64], side: int
) -> tuple[tuple[float, float], tuple[int, int]]:
    """A point of the line, and the offset (in points) above it for side 1, below it for side -1."""
    known = np.flatnonzero(np.isfinite(steps))
    at = known[known.size // 3] if known.size else 0
    height = steps[at] if known.size else 0.0
    return (float(epsilon[at]), float(height)), (-2 * side, 3 * side)
