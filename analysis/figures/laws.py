"""n* of one event under several laws, side by side: which law of the weights needs fewer of them."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from ..entry import estimated
from .palette import Color, claim_color, ink, shades
from .style import MATHS, SMALL, apart, distinction, event_style, mathematical

_NAME_WIDTH = 32.0
"""Points that "epsilon = 0.01" takes."""


def law_comparison(table: xr.Dataset, axes: Axes) -> Axes:
    """n* with its interval, a row a law, the cheapest on top, and a marker an epsilon, named on the lowest row.

    table: `analysis.constants` of the sweeps to compare; their first events are drawn, named by their labels. Where
    n* is above a sweep's grid, an arrow starts at the grid's end; where the grid starts above it, an arrow to the left
    starts at its upper limit.
    """
    table = estimated(table, ("n_star", "n_star_low", "n_star_high", "rank", "title"), "analysis.constants")
    rows = table.isel(case=np.flatnonzero(table["rank"] == 0)).sortby("epsilon", ascending=False)
    rows = rows.isel(case=np.lexsort(-rows["n_star"].fillna(rows["n_star_low"]).fillna(0.0).to_numpy().T))
    epsilons = rows["epsilon"].to_numpy()
    colors = shades(claim_color(rows, str(rows["claim"].to_numpy()[0])), epsilons.size)
    places = np.arange(rows.sizes["case"], dtype=float)
    ends: list[tuple[float, str, Color]] = []
    for index, epsilon in enumerate(epsilons):
        row = rows.sel(epsilon=epsilon)
        low, high = row["n_star_low"].to_numpy(), row["n_star_high"].to_numpy()
        sure = np.isfinite(high)
        below = row["n_star"].isnull().to_numpy() & sure  # the grid leaves n out: only its limits are known
        n_star = np.where(np.isfinite(row["n_star"]), row["n_star"], np.where(below, high, low))
        reach = np.stack([n_star - low, np.where(sure, high - n_star, 0.5)])
        shown = np.isfinite(n_star)
        if shown.any():
            ends.append((float(n_star[shown][0]), rf"$\varepsilon={epsilon:g}$", colors[index]))
        marker = event_style(index)["marker"]
        axes.errorbar(
            n_star[shown], places[shown], xerr=reach[:, shown], xlolims=~sure[shown], xuplims=below[shown],
            color=colors[index], fmt=marker, markersize=4.5, capsize=2.0, elinewidth=1.0,
        )  # fmt: skip
    titles, labels = rows["title"].to_numpy(), rows["label"].to_numpy()
    names = [distinction(title, label) or label for title, label in zip(titles, labels, strict=True)]
    shared = _shared_end(names)
    axes.set_yticks(places, [mathematical(name.removesuffix(shared)) for name in names])
    axes.set_ylim(-0.6, rows.sizes["case"] - 0.4)
    axes.grid(axis="y", color="0.9", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=10, integer=True, steps=[1, 2, 5, 10]))
    axes.set_xlabel(
        rf"{MATHS['n_star']}: smallest {MATHS['n']} with $P\geq 1-\varepsilon${shared and f',{mathematical(shared)}'}"
    )
    _name_markers(axes, ends)
    return axes


def _name_markers(axes: Axes, ends: list[tuple[float, str, Color]]) -> None:
    """What the markers stand for, above those of the lowest row, which lie farthest apart."""
    low, high = axes.get_xlim()
    width = axes.bbox.width * 72.0 / axes.figure.dpi
    shares = apart([(end[0] - low) / (high - low) for end in ends], _NAME_WIDTH / width)
    for share, (_, name, color) in zip(shares, ends, strict=True):
        place = (low + share * (high - low), 0.0)
        axes.annotate(name, place, (0, 5), textcoords="offset points", ha="center", va="bottom", color=ink(color),
                      fontsize=SMALL)  # fmt: skip


def _shared_end(names: list[str]) -> str:
    """The interval that all names end in, as in ' on [-0.5, 0.5]', which need not be said in every row."""
    ends = {name[name.rfind(" on ") :] if " on " in name else "" for name in names}
    return ends.pop() if len(names) > 1 and len(ends) == 1 else ""
