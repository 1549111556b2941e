"""Quantiles of the critical epsilon against n, event by event, and of the ratio of two events, trial by trial."""

from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ..entry import estimated, raw_dataset, the_one
from ..estimates.quantiles import event_ratio, quantiles
from ..estimates.samples import trials_text
from ..statistics.binomial import level_text
from ..verbatim import drawn
from .labels import End, name_ends
from .palette import GREY, claim_color, shades
from .saving import Picture, make_folder, save_picture
from .style import MATHS, TEXT_WIDTH, event_style

_LOG_FROM = 10.0
"""Values that span this factor get a logarithmic axis."""
_RATIO_MARKERS = "DvPX"
"""Not those of any event."""


def event_quantiles(quantiles: xr.Dataset, axes: Axes, *, quantile: float = 0.5, d: int | None = None) -> Axes:
    """One quantile of every event's critical epsilon against n, its interval as a band, the event's name at its end.

    quantiles: `analysis.quantiles`, `quantile` among its quantiles. d: one of its d; needed if there are several.
    """
    names = ("epsilon", "epsilon_low", "epsilon_high")
    quantiles = estimated(quantiles, names, "analysis.quantiles", dims=("event", "d", "n", "quantile"))
    cell = the_one(the_one(quantiles, "d", d), "quantile", quantile)
    colors = shades(claim_color(quantiles), cell.sizes["event"])
    ends: list[End] = []
    for index, event in enumerate(cell["event"].to_numpy()):
        style = {"color": colors[index], **event_style(index)}
        ends.append(_line(axes, cell.sel(event=event), "epsilon", drawn(event), style))
    if float(cell["epsilon"].min()) * _LOG_FROM < float(cell["epsilon"].max()) and float(cell["epsilon"].min()) > 0.0:
        axes.set_yscale("log")
    else:
        axes.set_ylim(bottom=0.0)
    axes.set_title(f"{quantiles.attrs['claim_title']}: {_name(quantile)} over trials")
    axes.set_ylabel(f"critical {MATHS['epsilon']}")
    return _finish(axes, cell, ends)


def ratio_quantiles(ratios: xr.Dataset, axes: Axes, *, d: int | None = None) -> Axes:
    """Every quantile of two events' ratio against n, its interval as a band, the quantile's name at its end; in grey.

    ratios: `analysis.event_ratio`. d: one of its d; needed if there are several. The dotted line is where the two
    events are equal.
    """
    names = ("ratio", "ratio_low", "ratio_high")
    cell = the_one(estimated(ratios, names, "analysis.event_ratio", dims=("d", "n", "quantile")), "d", d)
    axes.axhline(1.0, color="0.5", linestyle=":", linewidth=1.0, zorder=0)
    ends: list[End] = []
    for index, quantile in enumerate(cell["quantile"].to_numpy()):
        style = {"color": GREY, **event_style(index), "marker": _RATIO_MARKERS[index % 4]}
        ends.append(_line(axes, cell.sel(quantile=quantile), "ratio", _name(quantile), style))
    axes.set_title("Ratio of the two, trial by trial")
    axes.set_ylabel(f"critical {MATHS['epsilon']}: {drawn(ratios.attrs['of'])} / {drawn(ratios.attrs['to'])}")
    return _finish(axes, cell, ends)


def _line(axes: Axes, cell: xr.Dataset, name: str, text: str, style: dict[str, Any]) -> End:
    """The quantile with its marker and its interval; where no upper limit is known, the band ends."""
    n, values = cell["n"].to_numpy(), cell[name].to_numpy()
    axes.plot(n, values, **style)
    low, high = (cell[f"{name}_{end}"].to_numpy() for end in ("low", "high"))
    axes.fill_between(n, low, high, where=high < float("inf"), color=style["color"], alpha=0.3, linewidth=0)
    return End(float(values[-1]), text, style["color"])


def _name(quantile: float) -> str:
    return "median" if quantile == 0.5 else f"{100 * quantile:g}% quantile"


def _finish(axes: Axes, cell: xr.Dataset, ends: list[End]) -> Axes:
    """The axis of n, and the names of the lines at their right ends."""
    first, last = float(cell["n"].min()), float(cell["n"].max())
    span = max(last - first, 1.0)
    axes.set_xlim(first - 0.03 * span, last + 0.03 * span)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True, steps=[1, 2, 5, 10]))
    axes.set_xlabel(MATHS["n"])
    name_ends(axes, ends)
    return axes


_BEST, _BLOCKWISE = "best masks", "blockwise"
_SPREAD = (0.5, 0.9)


def draw_masks(dataset: xr.Dataset, folder: str | Path) -> Picture:
    """Draw both events' median critical epsilons and their ratio trial by trial, as PNG and SVG in `folder`.

    dataset: raw Dataset of a sweep whose events are "best masks" and "blockwise" (InputError).
    """
    folder, dataset = make_folder(folder), raw_dataset(dataset)
    return save_picture(folder, "masks", "What blockwise pruning gives away", lambda: _masks(dataset))


def _masks(dataset: xr.Dataset) -> tuple[Figure, str]:
    ratios = event_ratio(dataset, _BLOCKWISE, _BEST, _SPREAD)
    figure = Figure(figsize=(TEXT_WIDTH, 2.1))
    left, right = figure.subplots(1, 2)
    event_quantiles(quantiles(dataset), left)
    ratio_quantiles(ratios, right)
    for axes in (left, right):
        axes.set_xlabel(f"hidden neurons {axes.get_xlabel()}")
    return figure, _sentence(ratios.isel(d=0, n=-1).sel(quantile=0.5))


def _sentence(cell: xr.Dataset) -> str:
    """The median ratio at the largest n, with its interval."""
    ratio, low, high = (cell[name].item() for name in ("ratio", "ratio_low", "ratio_high"))
    limits = f"[{low:.2f}, {high:.2f}]" if np.isfinite(high) else f"at least {low:.2f}"
    return (
        f"With n = {cell['n'].item()} hidden neurons in all, the error of the best blockwise masks is {ratio:.2f} "
        f"({level_text(cell.attrs['level'])} interval {limits}) times that of the best masks of all, in the median of "
        f"{trials_text(cell)} trials. Bands are {level_text(cell.attrs['level'])} intervals: {cell.attrs['interval']}."
    )
