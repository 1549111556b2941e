"""n* of one event under several laws, side by side: which law of the weights needs fewer of them."""

import numpy as np
import seaborn as sns
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from .style import MATHS, distinction, event_style


def law_comparison(table: xr.Dataset, axes: Axes) -> Axes:
    """n* with its interval, a row a law and a marker an epsilon, the law that needs least on top.

    table: `analysis.constants` of the sweeps to compare; their first events are drawn, named by their labels. Where
    n* is above a sweep's grid, an arrow starts at the grid's end.
    """
    rows = table.isel(case=np.flatnonzero(table["rank"] == 0)).sortby("epsilon", ascending=False)
    rows = rows.isel(case=np.lexsort(-rows["n_star"].fillna(rows["n_star_low"]).fillna(0.0).to_numpy().T))
    epsilons = rows["epsilon"].to_numpy()
    shades = sns.color_palette("cividis", epsilons.size + 1)[: epsilons.size]
    places = np.arange(rows.sizes["case"], dtype=float)
    for index, epsilon in enumerate(epsilons):
        row = rows.sel(epsilon=epsilon)
        low, high = row["n_star_low"].to_numpy(), row["n_star_high"].to_numpy()
        n_star = np.where(np.isfinite(row["n_star"]), row["n_star"], low)
        sure = np.isfinite(high)
        reach = np.stack([n_star - low, np.where(sure, high - n_star, 0.5)])
        shown = np.isfinite(n_star)
        marker = event_style(index)["marker"]
        axes.errorbar(
            n_star[shown], places[shown], xerr=reach[:, shown], xlolims=~sure[shown], color=shades[index],
            fmt=marker, markersize=5, capsize=2.5, elinewidth=1.2,
            label=f"{MATHS['epsilon']} = {epsilon:g}",
        )  # fmt: skip
    titles, labels = rows["title"].to_numpy(), rows["label"].to_numpy()
    names = [distinction(title, label) or label for title, label in zip(titles, labels, strict=True)]
    shared = _shared_end(names)
    axes.set_yticks(places, [name.removesuffix(shared) for name in names])
    axes.set_ylim(-0.6, rows.sizes["case"] - 0.4)
    axes.grid(axis="y", color="0.9", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    axes.set_xlabel(rf"{MATHS['n_star']}: smallest {MATHS['n']} with $P\geq 1-\varepsilon${shared and f',{shared}'}")
    axes.legend(
        ncols=epsilons.size, loc="lower center", bbox_to_anchor=(0.5, 1.0), columnspacing=1.4, handletextpad=0.3
    )
    return axes


def _shared_end(names: list[str]) -> str:
    """The interval that all names end in, as in ' on [-0.5, 0.5]', which need not be said in every row."""
    ends = {name[name.rfind(" on ") :] if " on " in name else "" for name in names}
    return ends.pop() if len(names) > 1 and len(ends) == 1 else ""
