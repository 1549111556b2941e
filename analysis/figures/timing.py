"""Time and work of one exact covering radius against n, named on their lines."""

import numpy as np
import seaborn as sns
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from .style import MATHS, apart, event_style

_End = tuple[float, float, str, tuple[float, float, float]]
"""Where a line ends, its name and its colour."""
_COLORS = sns.color_palette("colorblind")
_COUNT_COLORS = [_COLORS[k] for k in (3, 4, 5, 0)]


def timing_curves(speed: xr.Dataset, axes: Axes) -> Axes:
    """Seconds of every solver against n: medians, the range over rounds as a band, and the name at the line's end.

    speed: `analysis.speed`.
    """
    ends: list[_End] = []
    for index, solver in enumerate(speed["solver"].to_numpy()):
        cell = speed.sel(solver=solver).dropna("n", subset=["seconds"])
        n, style = cell["n"].to_numpy(), event_style(index)
        axes.plot(n, cell["seconds"], color=_COLORS[index], markersize=3, **style)
        axes.fill_between(n, cell["seconds_low"], cell["seconds_high"], color=_COLORS[index], alpha=0.25, linewidth=0)
        ends.append((n[-1], cell["seconds"].to_numpy()[-1], str(solver), _COLORS[index]))
    axes.set_title("Time of one exact covering radius")
    axes.set_ylabel("seconds, one core")
    return _finish(axes, speed, ends)


def work_curves(speed: xr.Dataset, axes: Axes) -> Axes:
    """What the filter counts, against n, beside the 2^n sums that there are. speed: `analysis.speed`."""
    n = speed["n"].to_numpy()
    axes.plot(n, 2.0**n, color="0.35", linestyle=":")
    ends: list[_End] = [(n[-1], 2.0 ** n[-1], r"all $2^n$ sums", (0.25, 0.25, 0.25))]
    for index, count in enumerate(speed["count"].to_numpy()):
        values = speed["work"].sel(count=count)
        values = values.where(values > 0.0)
        axes.plot(n, values, color=_COUNT_COLORS[index], markersize=3, **event_style(index))
        ends.append((n[-1], values.to_numpy()[-1], str(count), _COUNT_COLORS[index]))
    axes.set_title("Work of the filter")
    axes.set_ylabel("count in one trial")
    return _finish(axes, speed, ends)


def _finish(axes: Axes, speed: xr.Dataset, ends: list[_End]) -> Axes:
    """Axes, and the names of the lines at their ends, moved apart where they would touch."""
    axes.set_yscale("log")
    axes.set_xlabel(rf"summands {MATHS['n']}")
    first, last = float(speed["n"].min()), float(speed["n"].max())
    ticks = MaxNLocator(nbins=6, integer=True, steps=[1, 2, 5, 10]).tick_values(first, last)
    axes.set_xticks([tick for tick in ticks if first <= tick <= last])  # none below the names
    axes.set_xlim(first, last + 0.3 * max(last - first, 1.0))
    low, high = np.log(axes.get_ylim())
    ordered = sorted((end for end in ends if np.isfinite(end[1])), key=lambda end: end[1])
    heights = apart([float((np.log(end[1]) - low) / (high - low)) for end in ordered], 0.06)
    for height, (x, _, text, color) in zip(heights, ordered, strict=True):
        right = (x - first) / (axes.get_xlim()[1] - first) + 0.015
        axes.text(right, height, text, transform=axes.transAxes, va="center", color=color, fontsize=8)
    return axes
