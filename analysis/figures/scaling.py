"""n* against ln(A / epsilon): all claims on one axis, each on a line of its own if n* = C ln(A / epsilon)."""

from typing import Any, TypeAlias

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from .palette import claim_color, claim_marker
from .style import MATHS, apart, distinction

_End: TypeAlias = tuple[float, float, str, Any]
"""Where a claim's line ends, its name and its colour."""

_RAYS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
"""The constants C whose lines n = C ln(A / epsilon) are drawn for comparison."""


def scaling(table: xr.Dataset, axes: Axes, *, event: str | None = None) -> Axes:
    """n* of every claim and d against ln(A / epsilon), with its intervals; grey rays are lines of equal C.

    table: `analysis.constants`, on a fine grid of epsilon; its largest n* sets the page, so that panels of one table
    compare. event: the first of each claim unless given; claims without it are left out. All d, and all sweeps, of a
    claim fall on one line where n* = C ln(A / epsilon) is right. Names stand at the edge, tied to the lines' ends.
    """
    rows = table.isel(case=np.flatnonzero(table["rank"] == 0 if event is None else table["event"] == event))
    rows = rows.isel(case=np.flatnonzero((rows["constant"] < np.inf).any("epsilon")))
    claims = list(dict.fromkeys(rows["claim"].to_numpy()))
    ends = [_draw_claim(axes, rows.isel(case=np.flatnonzero(rows["claim"] == claim))) for claim in claims]
    known = table["n_star"].where(np.isfinite(table["constant"]))
    axes.set_xlim(0.0, 1.03 * float(table["log_term"].where(known > 0.0).max()) if claims else 1.0)
    axes.set_ylim(0.0, 1.08 * float(known.max()) if claims else 1.0)
    _draw_rays(axes, table["constant"].to_numpy())
    _name_ends(axes, ends)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    axes.set_xlabel(r"$\ln(A/\varepsilon)$")
    axes.set_ylabel(rf"{MATHS['n_star']}: smallest {MATHS['n']} with $P\geq 1-\varepsilon$")
    axes.set_title("the statements" if event is None else f"event: {event}", pad=16)
    return axes


def _draw_claim(axes: Axes, rows: xr.Dataset) -> _End:
    """A line for every sweep and d, and where the farthest of them ends."""
    claim = str(rows["claim"].to_numpy()[0])
    color, ends = claim_color(claim), []
    for case in range(rows.sizes["case"]):
        row = rows.isel(case=case).sortby("log_term")
        row = row.isel(epsilon=np.flatnonzero(np.isfinite(row["constant"])))
        x, n_star, high = (row[key].to_numpy() for key in ("log_term", "n_star", "n_star_high"))
        sure = np.isfinite(high)
        reach = np.stack([n_star - row["n_star_low"].to_numpy(), np.where(sure, high - n_star, 0.03 * n_star)])
        axes.errorbar(
            x, n_star, reach, lolims=~sure, color=color, marker=claim_marker(claim), markersize=3.2,
            linewidth=0.8, elinewidth=0.8, capsize=1.5,
        )  # fmt: skip
        ends += zip(x[-1:], n_star[-1:], strict=True)
    x, n_star = max(ends)
    return x, n_star, _name(rows), color


def _name(rows: xr.Dataset) -> str:
    """A claim's name with its d and, where there are several sweeps, what tells them apart: "depth 1, 2, 3"."""
    title, largest = str(rows["title"].to_numpy()[0]), rows["d"].to_numpy().max()
    labels = list(dict.fromkeys(rows["label"].to_numpy()))
    name = labels[0] if len(labels) == 1 else title
    name += rf", $d\leq{largest}$" if largest > 1 else ""
    if len(labels) == 1:
        return name
    words = [distinction(title, label).rpartition(" ") for label in labels]
    same = len({head for head, _, _ in words}) == 1 and words[0][0]
    return (
        f"{name}\n{words[0][0]} {', '.join(tail for _, _, tail in words)}" if same else f"{name}\n{len(labels)} sweeps"
    )


def _draw_rays(axes: Axes, constants: np.ndarray) -> None:
    """Lines of equal C through the origin, those next to the data only, named outside the edge where they end."""
    finite = constants[np.isfinite(constants)]
    (_, right), (_, top) = axes.get_xlim(), axes.get_ylim()
    for ray in _RAYS:
        if finite.size and finite.min() / 2.0 <= ray <= finite.max():
            axes.plot([0.0, right], [0.0, ray * right], color="0.8", linewidth=0.7, linestyle=(0, (5, 2)), zorder=0)
            beside = ray * right < top
            end, shift = ((right, ray * right), (3, 0)) if beside else ((top / ray, top), (0, 2))
            text = axes.annotate(f"C = {ray:g}", end, shift, textcoords="offset points", fontsize=7, color="0.45")
            text.set(ha="left" if beside else "center", va="center" if beside else "bottom", zorder=4)
            text.set_bbox({"facecolor": "white", "linewidth": 0.0, "pad": 0.8})  # ties to names pass behind


def _name_ends(axes: Axes, ends: list[_End]) -> None:
    """The names at the right edge, moved apart, each tied to the end of its line."""
    (_, right), (_, top) = axes.get_xlim(), axes.get_ylim()
    ordered = sorted(ends, key=lambda end: (end[1], end[0]))
    tie = {"arrowstyle": "-", "linewidth": 0.7, "linestyle": ":", "relpos": (0.0, 0.5), "shrinkA": 1.0, "shrinkB": 3.0}
    for height, (x, y, name, color) in zip(apart([end[1] / top for end in ordered], 0.09), ordered, strict=True):
        axes.annotate(
            name, (x / right, y / top), (1.19, height), xycoords="axes fraction", textcoords="axes fraction",
            va="center", color=color, fontsize=8, annotation_clip=False, arrowprops=tie | {"color": color},
        )  # fmt: skip
