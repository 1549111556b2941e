"""The sums next to a point, found from the bits: which subsets of the shifted entries reach it, and from where.

A bit of the finished window is a marked bit, moved by a subset of the shifted entries. Of all those subsets a few hit
a marked bit near the point, and only for them a walk through the sums of the marked entries is made.
"""

from typing import Any, NamedTuple

import numpy as np

from .._jit import kernel
from ..bits import WORD, funnel
from ..nearest.halves import neighbours
from .coverage import gap_radius
from .runs import gap_around


class Origins(NamedTuple):
    """Where the bits of a window come from.

    marked: the bits before any shift; subset k moves them down by offsets[k] bits and adds values[k] to the sums
    they stand for. halves: sums of the marked entries, from `split_halves`. near: room for a list of subsets, three
    times as many as there are. work: counts, see `exact.WORK`.
    """

    marked: Any
    offsets: Any
    values: Any
    halves: Any
    near: Any
    work: Any


@kernel
def subsets_at(first, last, origins, near):
    """Number of subsets k with a marked bit in [first, last] + offsets[k], listed in `near`; last - first < 64."""
    keep = ~np.uint64(0) >> np.uint64(WORD - 1 - (last - first))
    count = 0
    for k in range(origins.offsets.size):
        place = first + origins.offsets[k]
        found = funnel(origins.marked[(place >> 6) + 1], origins.marked[place >> 6], np.uint64(place & 63)) & keep
        near[count] = k
        count += found != 0
    return count


@kernel
def subsets_around(left, right, middle, grid, origins):
    """Number of subsets, listed in origins.near, that can make the sums next to the bit `middle` (of any kind).

    left and right: the nearest set bits whose sums are certain to lie on either side. A nearer sum has a bit at most
    2 e beyond them, or at most e from the middle. All subsets, if left or right are not in the window, or if the
    bits are blurred.
    """
    near, reach = origins.near, np.int64(2.0 * grid.error)
    first, last = left - reach, right + reach
    if grid.blurred or left < reach or right < 0 or last >= grid.words * WORD:
        for k in range(origins.offsets.size):
            near[k] = k
        return origins.offsets.size
    if last - first < WORD:
        return subsets_at(first, last, origins, near)
    count = subsets_at(first, left, origins, near)
    count += subsets_at(middle - reach, middle + reach, origins, near[count:])
    return count + subsets_at(right, last, origins, near[count:])


@kernel
def sums_next_to(z, left, right, grid, origins):
    """(below, above): the largest sum <= z and the smallest > z; infinite if there is none. left, right: as above."""
    count = subsets_around(left, right, np.int64(np.rint(z / grid.width - grid.centre)), grid, origins)
    points, parts, below, above = np.empty(4), np.empty(4), np.empty(4), np.empty(4)
    lower, upper = -np.inf, np.inf
    for i in range(0, count, 4):
        for k in range(4):
            parts[k] = origins.values[origins.near[min(i + k, count - 1)]]
            points[k] = z - parts[k]
        neighbours(origins.halves[0], origins.halves[1], points, below, above)
        for k in range(4):
            lower, upper = max(lower, below[k] + parts[k]), min(upper, above[k] + parts[k])
    origins.work[2] += 1
    origins.work[3] += (count + 3) // 4 * 4 * (origins.halves[0].size + origins.halves[1].size - 3)
    return lower, upper


@kernel
def sums_next_to_end(z, bits, grid, origins):
    """(below, above) of an end of the interval, which may lie anywhere between the bits."""
    place = z / grid.width - grid.centre
    surely_below = np.int64(np.floor(place - grid.error)) + 1
    surely_above = np.int64(np.ceil(place + grid.error))
    left = gap_around(bits, grid.words, surely_below >> 6, surely_below & 63)[0]
    right = gap_around(bits, grid.words, surely_above >> 6, surely_above & 63)[1]
    return sums_next_to(z, left, right, grid, origins)


@kernel
def settle(gaps, grid, origins, interval, radius):
    """The larger of `radius` and the exact radius of the true gaps in which the runs `gaps` lie, the widest first.

    Runs differ by at most 4 e bits. What cannot beat the radius any more is left out.
    """
    widest = np.int64(0)
    for k in range(gaps.shape[1]):
        widest = max(widest, gaps[1, k] - gaps[0, k])
    for length in range(widest, widest - np.int64(4.0 * grid.error) - 1, -1):
        for k in range(gaps.shape[1]):
            left, right = gaps[0, k], gaps[1, k]
            if right - left == length and (length + 2.0 * grid.error) * grid.width > 2.0 * radius:
                z = (grid.centre + 0.5 * (left + right)) * grid.width
                below, above = sums_next_to(z, left, right, grid, origins)
                radius = max(radius, gap_radius(below, above, interval[0], interval[1]))
    return radius
