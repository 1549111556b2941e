"""Time and work of one exact covering radius against n, named on their lines."""

import seaborn as sns
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from .style import MATHS, event_style

_COLORS = sns.color_palette("colorblind")
_COUNT_COLORS = [_COLORS[k] for k in (3, 4, 5, 0)]


def timing_curves(speed: xr.Dataset, axes: Axes) -> Axes:
    """Seconds of every solver against n: medians, the range over rounds as a band, and the name at the line's end.

    speed: `analysis.speed`.
    """
    for index, solver in enumerate(speed["solver"].to_numpy()):
        cell = speed.sel(solver=solver).dropna("n", subset=["seconds"])
        n, style = cell["n"].to_numpy(), event_style(index)
        axes.plot(n, cell["seconds"], color=_COLORS[index], markersize=3, **style)
        axes.fill_between(n, cell["seconds_low"], cell["seconds_high"], color=_COLORS[index], alpha=0.25, linewidth=0)
        _name(axes, n[-1], cell["seconds"].to_numpy()[-1], str(solver), _COLORS[index])
    axes.set_title("Time of one exact covering radius")
    axes.set_ylabel("seconds, one core")
    return _finish(axes, speed)


def work_curves(speed: xr.Dataset, axes: Axes) -> Axes:
    """What the filter counts, against n, beside the 2^n sums that there are. speed: `analysis.speed`."""
    n = speed["n"].to_numpy()
    axes.plot(n, 2.0**n, color="0.35", linestyle=":")
    _name(axes, n[-1], 2.0 ** n[-1], r"all $2^n$ sums", (0.25, 0.25, 0.25))
    for index, count in enumerate(speed["count"].to_numpy()):
        values = speed["work"].sel(count=count)
        values = values.where(values > 0.0)
        axes.plot(n, values, color=_COUNT_COLORS[index], markersize=3, **event_style(index))
        _name(axes, n[-1], values.to_numpy()[-1], str(count), _COUNT_COLORS[index])
    axes.set_title("Work of the filter")
    axes.set_ylabel("count in one trial")
    return _finish(axes, speed)


def _name(axes: Axes, x: float, y: float, text: str, color: tuple[float, float, float]) -> None:
    axes.annotate(text, (x, y), (5, 0), textcoords="offset points", va="center", color=color, fontsize=8)


def _finish(axes: Axes, speed: xr.Dataset) -> Axes:
    axes.set_yscale("log")
    axes.set_xlabel(rf"summands {MATHS['n']}")
    first, last = float(speed["n"].min()), float(speed["n"].max())
    ticks = MaxNLocator(nbins=6, integer=True, steps=[1, 2, 5, 10]).tick_values(first, last)
    axes.set_xticks([tick for tick in ticks if first <= tick <= last])  # none below the names
    axes.set_xlim(first, last + 0.3 * max(last - first, 1.0))
    return axes
