"""Success probability against n, one curve for each epsilon or for each event, with exact intervals."""

import seaborn as sns
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from .palette import claim_color
from .style import MATHS, event_style, first_event, panel_title, sweep_name


def success_curves(rates: xr.Dataset, axes: Axes, *, event: str | None = None) -> Axes:
    """P(event at epsilon) against n, a curve and its interval for every epsilon of `rates`.

    rates: `analysis.success` for a few epsilons. Coarse epsilons are light, fine ones dark.
    """
    event = first_event(rates) if event is None else event
    cell = rates.isel(d=0).sel(event=event)
    shades = sns.light_palette(claim_color(rates.attrs["claim"]), cell.sizes["epsilon"] + 2)[2:]
    for index, epsilon in enumerate(cell["epsilon"].to_numpy()):
        style = {"color": shades[index], "linestyle": event_style(index)["linestyle"], "label": f"{epsilon:g}"}
        _curve(axes, cell.sel(epsilon=epsilon), **style)
    axes.legend(title=MATHS["epsilon"], loc="lower right")
    axes.set_title(panel_title(rates, event))
    axes.set_xlabel(rf"summands {MATHS['n']}")
    return _finish(axes, cell)


def event_curves(rates: xr.Dataset, axes: Axes, *, epsilon: float) -> Axes:
    """P(event at one epsilon) against n, a curve and its interval for every event: what each step of a proof wastes."""
    cell = rates.isel(d=0).sel(epsilon=epsilon, method="nearest")
    shades = sns.dark_palette(claim_color(rates.attrs["claim"]), cell.sizes["event"] + 1, reverse=True)
    for index, event in enumerate(cell["event"].to_numpy()):
        style = event_style(index)
        _curve(axes, cell.sel(event=event), color=shades[index], label=str(event), **style, markevery=(index * 2, 6))
    axes.legend(loc="lower right")
    axes.set_title(f"{sweep_name(rates)}: success at {MATHS['epsilon']} = {epsilon:g}")
    axes.set_xlabel(rf"summands {MATHS['n']}")
    return _finish(axes, cell)


def _curve(axes: Axes, curve: xr.Dataset, **style: object) -> None:
    n = curve["n"].to_numpy()
    axes.plot(n, curve["success"], **style)  # pyright: ignore[reportArgumentType]
    axes.fill_between(n, curve["success_low"], curve["success_high"], color=style["color"], alpha=0.3, linewidth=0)  # pyright: ignore


def _finish(axes: Axes, cell: xr.Dataset) -> Axes:
    axes.set_ylim(-0.02, 1.02)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    first, last = float(cell["n"].min()), float(cell["n"].max())
    axes.set_xlim(first, last if last > first else first + 1.0)
    axes.set_ylabel("success probability")
    return axes
