"""n* against ln(A / epsilon): all claims on one axis, each on a line of its own if n* = C ln(A / epsilon)."""

from typing import Any, TypeAlias

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from ..entry import estimated
from ..errors import InputError
from ..verbatim import drawn
from .labels import Curve, name_along
from .palette import GREY, claim_color, claim_marker, ink
from .style import CLOSE, MATHS, SMALL, apart, distinction, mathematical

_End: TypeAlias = tuple[float, float, str, Any]
"""Where a claim's line ends, its name and its colour."""

_RAYS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
"""The constants C whose lines n = C ln(A / epsilon) are drawn for comparison."""


_SHARES, _FINE = np.linspace(0.0, 1.0, 26), np.linspace(0.0, 1.0, 100)
_TO_MIDDLE, _CLEAR = 6.0, 8.0
"""Points from a ray to the middle of its name, and from there to the nearest data above or below; twice that beside."""
_HEADROOM = 1.25
"""Intervals that reach farther above the largest n* leave the page."""
_LINE = 9.5
"""Points from one line of a name to the next."""


def scaling(table: xr.Dataset, axes: Axes, *, event: str | None = None) -> Axes:
    """n* of every claim and d against ln(A / epsilon), with its intervals; grey rays are lines of equal C.

    table: `analysis.constants`, on a fine grid of epsilon; its largest n* sets the page, so that panels of one table
    compare. event: the first of each claim unless given; claims without it are left out. All d, and all sweeps, of a
    claim fall on one line where n* = C ln(A / epsilon) is right. Names stand at the edge, tied to the lines' ends.
    """
    table = estimated(table, ("n_star", "n_star_low", "n_star_high", "constant", "log_term"), "analysis.constants")
    if event is not None and event not in table["event"]:
        raise InputError(f"event must be one of {', '.join(dict.fromkeys(table['event'].to_numpy()))}, got {event!r}")
    rows = table.isel(case=np.flatnonzero(table["rank"] == 0 if event is None else table["event"] == event))
    rows = rows.isel(
        case=np.flatnonzero(np.isfinite(rows["constant"].transpose(..., "epsilon").to_numpy()).any(axis=-1))
    )
    claims = list(dict.fromkeys(rows["claim"].to_numpy()))
    ends = [_draw_claim(axes, rows.isel(case=np.flatnonzero(rows["claim"] == claim))) for claim in claims]
    known = table["n_star"].where(np.isfinite(table["constant"]))
    axes.set_xlim(0.0, 1.03 * float(table["log_term"].where(known > 0.0).max()) if claims else 1.0)
    high = table["n_star_high"].where(np.isfinite(table["n_star_high"]))
    highest = float(known.max()) if claims else 1.0
    axes.set_ylim(0.0, 1.03 * min(max(highest, float(high.max())), _HEADROOM * highest) if claims else 1.0)
    _draw_rays(axes, table["constant"].to_numpy())
    _name_claims(axes, ends)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6, integer=True, steps=[1, 2, 5, 10]))
    axes.set_xlabel(r"$\ln(A\,/\,\varepsilon)$")
    axes.set_ylabel(rf"{MATHS['n_star']}: smallest {MATHS['n']} with $P\geq 1-\varepsilon$")
    quoted = f"\N{LEFT DOUBLE QUOTATION MARK}{drawn(event)}\N{RIGHT DOUBLE QUOTATION MARK}"
    axes.set_title("What the statements need" if event is None else f"What the event {quoted} needs")
    return axes


def _draw_claim(axes: Axes, rows: xr.Dataset) -> _End:
    """A line for every sweep and d, and where the farthest of them ends."""
    claim = str(rows["claim"].to_numpy()[0])
    color, ends = claim_color(rows, claim), []
    for case in range(rows.sizes["case"]):
        row = rows.isel(case=case).sortby("log_term")
        row = row.isel(epsilon=np.flatnonzero(np.isfinite(row["constant"])))
        x, n_star, high = (row[key].to_numpy() for key in ("log_term", "n_star", "n_star_high"))
        sure = np.isfinite(high)
        reach = np.stack([n_star - row["n_star_low"].to_numpy(), np.where(sure, high - n_star, 0.03 * n_star)])
        axes.errorbar(
            x, n_star, reach, lolims=~sure, color=color, marker=claim_marker(rows, claim), markersize=2.8,
            linewidth=0.6, elinewidth=0.6, capsize=1.2,
        )  # fmt: skip
        ends += zip(x[-1:], n_star[-1:], strict=True)
    x, n_star = max(ends)
    return x, n_star, _name(rows), color


def _name(rows: xr.Dataset) -> str:
    """A claim's name with its d and, where there are several sweeps, what tells them apart: "depth 1, 2, 3"."""
    title, largest = str(rows["title"].to_numpy()[0]), rows["d"].to_numpy().max()
    labels = list(dict.fromkeys(rows["label"].to_numpy()))
    name = mathematical(labels[0] if len(labels) == 1 else title)
    name += rf", $d\leq{largest}$" if largest > 1 else ""
    if len(labels) == 1:
        return name
    words = [drawn(distinction(title, label)).rpartition(" ") for label in labels]
    same = len({head for head, _, _ in words}) == 1 and words[0][0]
    return (
        f"{name}\n{words[0][0]} {', '.join(tail for _, _, tail in words)}" if same else f"{name}\n{len(labels)} sweeps"
    )


def _draw_rays(axes: Axes, constants: np.ndarray) -> None:
    """Lines of equal C through the origin, those next to the data only, named on the line near the edge."""
    finite = constants[np.isfinite(constants)]
    (_, right), (_, top) = axes.get_xlim(), axes.get_ylim()
    data = _drawn(axes)
    for ray in _RAYS:
        if finite.size and finite.min() / 2.0 <= ray <= finite.max():
            end = min(right, top / ray)
            x = end * _SHARES
            line = Curve(x, ray * x, f"$C={ray:g}$", GREY)
            axes.plot([0.0, right], [0.0, ray * right], color="0.75", linewidth=0.6, linestyle=(0, (5, 2)), zorder=0)
            at, above = _clear(axes, line, data)
            name = name_along(axes, line, at, above=above)
            name.set_zorder(0.5)
            data = np.concatenate([data, name.get_transform().transform([name.get_position()])])


def _drawn(axes: Axes) -> NDArray[np.float64]:
    """Many points, in pixels, of all lines."""
    lines = [np.asarray(line.get_xydata()) for line in axes.lines]
    fine = [[np.interp(_FINE * (len(p) - 1), np.arange(len(p)), p[:, k]) for k in (0, 1)] for p in lines if len(p) > 1]
    return axes.transData.transform(np.concatenate(fine, axis=1).T) if fine else np.empty((0, 2))


def _clear(axes: Axes, ray: Curve, data: NDArray[np.float64]) -> tuple[int, bool]:
    """A place on a ray for its name, and whether above: near its end, clear of `data`; else the farthest from them."""
    places = axes.transData.transform(np.column_stack([ray.x, ray.y])[1:-1])
    point = axes.figure.dpi / 72.0
    sides = places[None] + np.array([[0.0, 1.0], [0.0, -1.0]])[:, None] * _TO_MIDDLE * point
    gaps = (
        np.hypot(*(np.moveaxis(sides[:, :, None] - data, -1, 0) * [[[[0.5]]], [[[1.0]]]])).min(axis=-1, initial=1e9).T
        / point
    )  # (place, side)
    good = np.argwhere(gaps > _CLEAR)
    at, side = good[good[:, 0] == good[-1, 0]][0] if good.size else np.unravel_index(gaps.argmax(), gaps.shape)
    return 1 + int(at), not side


def _name_claims(axes: Axes, ends: list[_End]) -> None:
    """The names at the right edge, moved apart, each tied to the end of its line."""
    (_, right), (_, top) = axes.get_xlim(), axes.get_ylim()
    ordered = sorted(ends, key=lambda end: (end[1], end[0]))
    tie = {"arrowstyle": "-", "linewidth": 0.5, "linestyle": ":", "relpos": (0.0, 0.5), "shrinkA": 0.5, "shrinkB": 2.5}
    least = _LINE / (axes.bbox.height * 72.0 / axes.figure.dpi)
    least *= 1 + any("\n" in end[2] for end in ends)
    for height, (x, y, name, color) in zip(apart([end[1] / top for end in ordered], least), ordered, strict=True):
        axes.annotate(
            name, (x / right, y / top), (1.07, height), xycoords="axes fraction", textcoords="axes fraction",
            va="center", color=ink(color), fontsize=SMALL, annotation_clip=False, linespacing=CLOSE,
            arrowprops=tie | {"color": ink(color)},
        )  # fmt: skip
