"""Success probability against n, one curve for each epsilon or for each event, with exact intervals."""

from typing import Any

import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from ..entry import estimated, one_of, the_one
from ..verbatim import drawn
from .labels import Curve, name_curves
from .palette import GREY, claim_color, shades
from .style import CLOSE, MATHS, event_style, first_event, long_title, panel_title

_SETTLED = 0.999
"""From here on a curve has nothing more to show."""


_RATES = ("success", "success_low", "success_high")
_DIMS = ("event", "d", "n", "epsilon")


def success_curves(
    rates: xr.Dataset, axes: Axes, *, event: str | None = None, d: int | None = None, names: bool = True
) -> Axes:
    """P(event at epsilon) against n, a curve and its interval for every epsilon and d of `rates`.

    rates: `analysis.success` for a few epsilons. event: the first unless given; d: all unless one is given, each with a
    marker of its own. Coarse epsilons are light, fine ones dark. names: the epsilons beside their curves, or in a
    legend where they do not fit; without names, `success_key` belongs next to the axes.
    """
    rates = estimated(rates, _RATES, "analysis.success", dims=_DIMS)
    rates = rates if d is None else one_of(rates, "d", d)
    event = first_event(rates) if event is None else event
    cell = the_one(rates, "event", event)
    curves, several = [], rates.sizes["d"] > 1
    for index, dimension in enumerate(rates["d"].to_numpy()):
        marks = {"marker": event_style(index)["marker"], "markersize": 2.5} if several else {}
        for epsilon, style in _looks(cell, claim_color(rates)):
            name = rf"$\varepsilon={epsilon:g}$" + (rf", $d={dimension}$" if several else "")
            curves.append(_curve(axes, cell.sel(d=dimension, epsilon=epsilon), name, **style, **marks))
    axes.set_title(panel_title(rates, event), linespacing=CLOSE)
    return _finish(axes, cell, curves if names else [])


def success_key(rates: xr.Dataset, axes: Axes) -> Axes:
    """What the dashes and the lightness of `success_curves` mean, in grey, on axes of their own.

    rates: of which the epsilons are named; those of the curves, or of the panel that has the most of them.
    """
    looks = _looks(estimated(rates, (), "analysis.success", dims=("epsilon",)), GREY)
    handles = [Line2D([], [], **style, label=f"{epsilon:g}") for epsilon, style in looks]
    axes.set_axis_off()
    axes.legend(handles=handles, title=rf"accuracy {MATHS['epsilon']}", loc="center")
    return axes


def event_curves(rates: xr.Dataset, axes: Axes, *, epsilon: float, d: int | None = None) -> Axes:
    """P(event at one epsilon) against n, a curve and its interval for every event: what each step of a proof wastes.

    rates: `analysis.success`, epsilon among its epsilons. d: one of those of `rates`; needed if there are several.
    """
    rates = one_of(estimated(rates, _RATES, "analysis.success", dims=_DIMS), "d", d)
    cell = the_one(the_one(rates, "epsilon", epsilon), "d")
    colors = shades(claim_color(rates), cell.sizes["event"])
    curves = []
    for index, event in enumerate(cell["event"].to_numpy()):
        style = event_style(index) | {"color": colors[index], "markevery": (2 * index, 6)}
        curves.append(_curve(axes, cell.sel(event=event), drawn(event), **style))
    axes.set_title(long_title(rates, rf"success at $\varepsilon={epsilon:g}$"), linespacing=CLOSE)
    return _finish(axes, cell, curves)


def _looks(cell: xr.Dataset, color: tuple[float, float, float]) -> list[tuple[float, dict[str, Any]]]:
    """(epsilon, colour and dashes) of every epsilon."""
    epsilons = cell["epsilon"].to_numpy()
    return [
        (float(epsilon), {"color": shade, "linestyle": event_style(index)["linestyle"]})
        for index, (epsilon, shade) in enumerate(zip(epsilons, shades(color, epsilons.size), strict=True))
    ]


def _curve(axes: Axes, curve: xr.Dataset, name: str, **style: Any) -> Curve:
    n, success = curve["n"].to_numpy(), curve["success"].to_numpy()
    axes.plot(n, success, **style, label=name)
    low, high = (curve[f"success_{end}"].where(curve["success"].notnull()) for end in ("low", "high"))
    axes.fill_between(n, low, high, color=style["color"], alpha=0.3, linewidth=0)
    return Curve(n, success, name, style["color"])


def _finish(axes: Axes, cell: xr.Dataset, curves: list[Curve]) -> Axes:
    """Axes from the first n to where all curves have settled, and the names of the curves."""
    axes.set_ylim(-0.02, 1.02)
    n = cell["n"]
    first, last = float(n.min()), float(n.max())
    rising = n.where((cell["success"] < _SETTLED).any([dim for dim in cell["success"].dims if dim != "n"]))
    if float(rising.max()) > first:
        last = min(last, first + 1.12 * (float(rising.max()) - first))
    axes.set_xlim(first, last if last > first else first + 1.0)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True, steps=[1, 2, 5, 10]))
    axes.set_xlabel(MATHS["n"])
    axes.set_ylabel("success probability")
    if curves and not name_curves(axes, curves):
        axes.legend(loc="lower right")
    return axes
