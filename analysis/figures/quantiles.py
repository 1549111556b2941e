"""Quantiles of the critical epsilon against n, event by event, and of the ratio of two events, trial by trial."""

from typing import Any

import seaborn as sns
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from .palette import claim_color
from .style import MATHS, apart, event_style

_End = tuple[float, str, Any]
"""A line's height at its right end, its name, its colour."""
_LOG_FROM = 10.0
"""Values that span this factor get a logarithmic axis."""
_RATIO_COLOR, _RATIO_MARKERS = "0.25", "DvPX"
"""Not the looks of any event."""
_NAME_WIDTH = 0.3
"""Room for the names, right of the last n, as a share of the range of n."""


def event_quantiles(quantiles: xr.Dataset, axes: Axes, *, quantile: float = 0.5) -> Axes:
    """One quantile of every event's critical epsilon against n, its interval as a band, the event's name at its end.

    quantiles: `analysis.quantiles`, `quantile` among its quantiles.
    """
    cell = quantiles.isel(d=0).sel(quantile=quantile, method="nearest")
    shades = sns.dark_palette(claim_color(quantiles.attrs["claim"]), cell.sizes["event"] + 1, reverse=True)
    ends: list[_End] = []
    for index, event in enumerate(cell["event"].to_numpy()):
        style = {"color": shades[index], **event_style(index)}
        ends.append(_line(axes, cell.sel(event=event), "epsilon", str(event), style))
    if float(cell["epsilon"].min()) * _LOG_FROM < float(cell["epsilon"].max()) and float(cell["epsilon"].min()) > 0.0:
        axes.set_yscale("log")
    else:
        axes.set_ylim(bottom=0.0)
    axes.set_title(f"{quantiles.attrs['claim_title']}: {_name(quantile)} over trials")
    axes.set_ylabel(f"critical {MATHS['epsilon']}")
    return _finish(axes, cell, ends)


def ratio_quantiles(ratios: xr.Dataset, axes: Axes) -> Axes:
    """Every quantile of two events' ratio against n, its interval as a band, the quantile's name at its end; in grey.

    ratios: `analysis.event_ratio`. The dotted line is where the two events are equal.
    """
    cell = ratios.isel(d=0)
    axes.axhline(1.0, color="0.5", linestyle=":", linewidth=1.0, zorder=0)
    ends: list[_End] = []
    for index, quantile in enumerate(cell["quantile"].to_numpy()):
        style = {"color": _RATIO_COLOR, **event_style(index), "marker": _RATIO_MARKERS[index % 4]}
        ends.append(_line(axes, cell.sel(quantile=quantile), "ratio", _name(quantile), style))
    axes.set_title("Ratio of the two, trial by trial")
    axes.set_ylabel(f"critical {MATHS['epsilon']}: {ratios.attrs['of']} / {ratios.attrs['to']}")
    return _finish(axes, cell, ends)


def _line(axes: Axes, cell: xr.Dataset, name: str, text: str, style: dict[str, Any]) -> _End:
    """The quantile with its marker and its interval; where no upper limit is known, the band ends."""
    n, values = cell["n"].to_numpy(), cell[name].to_numpy()
    axes.plot(n, values, **style)
    low, high = (cell[f"{name}_{end}"].to_numpy() for end in ("low", "high"))
    axes.fill_between(n, low, high, where=high < float("inf"), color=style["color"], alpha=0.3, linewidth=0)
    return float(values[-1]), text, style["color"]


def _name(quantile: float) -> str:
    return "median" if quantile == 0.5 else f"{100 * quantile:g}% quantile"


def _finish(axes: Axes, cell: xr.Dataset, ends: list[_End]) -> Axes:
    """The axis of n, and the names of the lines at their right ends, moved apart where they would touch."""
    first, last = float(cell["n"].min()), float(cell["n"].max())
    span = max(last - first, 1.0)
    ticks = MaxNLocator(nbins=8, integer=True, steps=[1, 2, 5, 10]).tick_values(first, last)
    axes.set_xticks([tick for tick in ticks if first <= tick <= last])  # none below the names
    axes.set_xlim(first - 0.03 * span, last + _NAME_WIDTH * span)
    axes.set_xlabel(MATHS["n"])
    axes.get_ylim()  # settles the limits, which `transLimits` does not
    to_page = axes.transScale + axes.transLimits
    ends = sorted((to_page.transform((last, end[0]))[1], *end[1:]) for end in ends)
    right = to_page.transform((last, 1.0))[0] + 0.02
    for height, (_, text, color) in zip(apart([end[0] for end in ends], 0.07), ends, strict=True):
        axes.text(right, height, text, transform=axes.transAxes, va="center", color=color, fontsize=8)
    return axes
