"""Time and work of one exact covering radius against n, named on their lines."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from ..entry import estimated
from .labels import End, name_ends
from .palette import GREY, series_color
from .style import MATHS, event_style

_COUNTS_FROM = 2
"""Counts have other colours than solvers."""


def timing_curves(speed: xr.Dataset, axes: Axes) -> Axes:
    """Seconds of every solver against n: medians, the range over rounds as a band, and the name at the line's end.

    speed: `analysis.speed`.
    """
    speed = estimated(speed, ("seconds", "seconds_low", "seconds_high"), "analysis.speed", dims=("solver", "n"))
    ends: list[End] = []
    for index, solver in enumerate(speed["solver"].to_numpy()):
        cell = speed.sel(solver=solver).dropna("n", subset=["seconds"])
        n, style = cell["n"].to_numpy(), event_style(index)
        axes.plot(n, cell["seconds"], color=series_color(index), **style)
        axes.fill_between(
            n, cell["seconds_low"], cell["seconds_high"], color=series_color(index), alpha=0.25, linewidth=0
        )
        ends.append(End(float(cell["seconds"].to_numpy()[-1]), str(solver), series_color(index), float(n[-1])))
    axes.set_title("Time of one exact covering radius")
    axes.set_ylabel("seconds, one core")
    return _finish(axes, speed, ends)


def work_curves(speed: xr.Dataset, axes: Axes) -> Axes:
    """What the filter counts, against n, beside the 2^n sums that there are. speed: `analysis.speed`."""
    speed = estimated(speed, ("work",), "analysis.speed", dims=("count", "n"))
    n = speed["n"].to_numpy()
    axes.plot(n, 2.0**n, color=GREY, linestyle=":")
    ends: list[End] = [End(float(2.0 ** n[-1]), r"all $2^n$ sums", GREY)]
    for index, count in enumerate(speed["count"].to_numpy()):
        values = speed["work"].sel(count=count)
        values = values.where(values > 0.0)
        axes.plot(n, values, color=series_color(_COUNTS_FROM + index), **event_style(index))
        ends.append(End(float(values.to_numpy()[-1]), str(count), series_color(_COUNTS_FROM + index)))
    axes.set_title("Work of the filter")
    axes.set_ylabel("count in one trial")
    return _finish(axes, speed, ends)


def _finish(axes: Axes, speed: xr.Dataset, ends: list[End]) -> Axes:
    """Axes, and the names of the lines at their ends."""
    axes.set_yscale("log")
    axes.set_xlabel(rf"summands {MATHS['n']}")
    first, last = float(speed["n"].min()), float(speed["n"].max())
    span = max(last - first, 1.0)
    axes.set_xlim(first - 0.03 * span, last + 0.03 * span)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True, steps=[1, 2, 5, 10]))
    name_ends(axes, [end for end in ends if np.isfinite(end.height)])
    return axes
