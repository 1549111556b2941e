"""Names on the lines themselves: at their ends, along them, or beside them where nothing is in the way."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from matplotlib.textpath import TextPath
from matplotlib.transforms import ScaledTranslation
from numpy.typing import NDArray

from .palette import Color, ink
from .style import CLOSE, SMALL, apart

_GAP = 3.0
"""Points between a line and its name."""
_SIDE_HEIGHTS = np.linspace(0.8, 0.2, 13)
"""Where, as shares of the height of the axes, a name beside a curve may be; the first that is free is taken."""


class End(NamedTuple):
    """Where a line ends, its name and its colour; without `x`, at the right edge of the axes."""

    height: float
    name: str
    color: Color
    x: float | None = None


class Curve(NamedTuple):
    """A curve's points, its name and its colour."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    name: str
    color: Color


def name_ends(axes: Axes, ends: Sequence[End], *, least: float = 0.07) -> None:
    """Names right of the ends of their lines, moved apart where they would touch.

    least: the least distance of two names, as a share of the height of the axes. Call when the limits are settled.
    """
    axes.get_ylim()  # settles the limits, which `transLimits` does not
    to_page = axes.transScale + axes.transLimits
    edge = axes.get_xlim()[1]
    ordered = sorted(ends, key=lambda end: end.height)
    places = [to_page.transform((edge if end.x is None else end.x, end.height)) for end in ordered]
    for height, end, place in zip(apart([float(place[1]) for place in places], least), ordered, places, strict=True):
        axes.annotate(
            end.name, (float(place[0]), height), (1.5 * _GAP, 0.0), xycoords="axes fraction",
            textcoords="offset points", va="center", color=ink(end.color), fontsize=SMALL, annotation_clip=False,
            linespacing=CLOSE,
        )  # fmt: skip


def name_along(axes: Axes, curve: Curve, at: int, *, above: bool = True) -> Text:
    """The name on its line, above or below point `at`, turned as the line is there."""
    before, after = max(at - 1, 0), min(at + 1, len(curve.x) - 1)
    angle = np.degrees(np.arctan2(curve.y[after] - curve.y[before], curve.x[after] - curve.x[before]))
    shift = ScaledTranslation(0.0, (0.6 if above else -0.6) * _GAP / 72.0, axes.figure.dpi_scale_trans)
    return axes.text(
        curve.x[at], curve.y[at], curve.name, transform=axes.transData + shift, rotation=float(angle),
        rotation_mode="anchor", transform_rotates_text=True, ha="center", va="bottom" if above else "top",
        color=ink(curve.color), fontsize=SMALL,
    )  # fmt: skip


def name_curves(axes: Axes, curves: Sequence[Curve]) -> bool:
    """Every name beside its curve, where it covers no curve and no other name; False, and none, if one finds no place.

    Curves that coincide share their place, named one above the other. Call when the limits are settled.
    """
    width, height = np.asarray(axes.bbox.size) * 72.0 / axes.figure.dpi
    axes.get_ylim()
    to_page = axes.transScale + axes.transLimits
    lines = [to_page.transform(np.column_stack([curve.x, curve.y])) * (width, height) for curve in curves]
    boxes: list[NDArray[np.float64]] = []
    for curve, line in zip(curves, lines, strict=True):
        size = np.asarray(TextPath((0.0, 0.0), curve.name, SMALL, prop=FontProperties()).get_extents().size)
        free = (box for box in _beside(line, size + 2.0, height) if _is_free(box, lines, boxes, (width, height)))
        box = next(free, None)
        if box is None:
            return False
        boxes.append(box)
    for curve, box in zip(curves, boxes, strict=True):
        x, y = box.mean(axis=0) / (width, height)
        axes.text(x, y, curve.name, transform=axes.transAxes, ha="center", va="center", color=ink(curve.color),
                  fontsize=SMALL)  # fmt: skip
    return True


def _beside(line: NDArray[np.float64], size: NDArray[np.float64], height: float) -> Iterator[NDArray[np.float64]]:
    """Boxes (two corners) of this size on either side of a rising curve, from the top down."""
    for share in _SIDE_HEIGHTS:
        y = share * height
        x = float(np.interp(y, line[:, 1], line[:, 0]))
        low, high = y - size[1] / 2.0, y + size[1] / 2.0
        right = float(np.interp(low, line[:, 1], line[:, 0])) - _GAP
        left = float(np.interp(high, line[:, 1], line[:, 0])) + _GAP
        yield np.array([[min(right, x) - size[0], low], [min(right, x), high]])
        yield np.array([[max(left, x), low], [max(left, x) + size[0], high]])


def _is_free(
    box: NDArray[np.float64],
    lines: Sequence[NDArray[np.float64]],
    boxes: Sequence[NDArray[np.float64]],
    page: tuple[float, float],
) -> bool:
    """Whether a box lies on the axes, off all lines and off all other boxes."""
    if (box[0] < 0.0).any() or (box[1] > page).any():
        return False
    if any((box[0] < other[1]).all() and (other[0] < box[1]).all() for other in boxes):
        return False
    return not any(_crosses(box, line) for line in lines)


def _crosses(box: NDArray[np.float64], line: NDArray[np.float64]) -> bool:
    """Whether a line, taken at many points, runs through a box."""
    steps = np.arange(len(line))
    fine = np.linspace(0.0, len(line) - 1.0, 20 * len(line))
    points = np.column_stack([np.interp(fine, steps, line[:, axis]) for axis in (0, 1)])
    return bool(((box[0] < points) & (points < box[1])).all(axis=1).any())
