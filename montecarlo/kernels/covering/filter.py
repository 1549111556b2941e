"""The exact covering radius at a small fraction of 2^n.

A bitset finds the few gaps that can be the widest; going back through the bits of their ends settles those.

A true sum lies within e of its bit (see `grid`), so a true gap and its run of empty bits differ by at most 2 e, and
the widest true gap lies in a run at least (longest - 4 e) long. All else is work not done: sums outside the interval
leave the window as soon as no later entry can bring them back, and only the smaller entries are rounded and
shifted; the sums of the larger ones are marked one by one.
"""

import numpy as np

from .._jit import kernel
from ..nearest.halves import split_halves
from .coverage import bounds_of_sorted, gap_bounds, larger
from .grid import best_width, expected_gap, grid_over, shifts_and_offsets, window_words
from .merge import all_sums, extremes, sorted_sums
from .runs import SHORTEST, widest_gaps
from .tails import Origins, settle, sums_next_to_end
from .window import clear_outside, fill_window

_GAP_BITS = 20.0
"""Aim: bits in the widest gap. Fewer leave more gaps to settle, more make the bitset longer.

Medians at n = 20 and 26: 24 bits 47 us, 2.8 ms; 20 bits 41 us, 2.3 ms; 18 bits 42 us, 2.3 ms, and more second tries.
"""
_ROOM = 2048
"""Runs collected before they are settled."""
_ENUMERATED = 26
"""Up to so many entries are enumerated, in 1 GiB, where the window would have more words than there are sums."""


@kernel
def settle_ends(bits, grid, origins, interval, reach):
    """(errors, first, last): bounds on (shortfall, excess) of the gaps that hold the interval's ends; next sums inside.

    reach: (smallest, largest sum of all, what a sum may be wrong by), see `gap_bounds`.
    """
    low, high = interval.low, interval.high
    below, first = -np.inf, reach[0]
    last, above = reach[1], np.inf
    if low >= reach[0]:
        below, first = sums_next_to_end(low, bits, grid, origins)
    if high <= reach[1]:
        last, above = sums_next_to_end(high, bits, grid, origins)
    one, other = gap_bounds(below, first, interval, reach[2]), gap_bounds(last, above, interval, reach[2])
    return (larger(one[0], other[0]), larger(one[1], other[1])), first, last


@kernel
def settle_runs(bits, grid, origins, interval, radius):
    """(radius, enough): the larger of `radius` and the exact radius of the gaps that can be the widest.

    enough: the grid was fine enough for the widest to be among them. A run of more than 2 e bits has its true gap's
    ends on either side, so the widest true gap must have one that is as long and not below SHORTEST.
    """
    gaps = np.empty((2, _ROOM), np.int64)
    following, widest, shortest = np.int64(0), np.int64(0), max(SHORTEST, np.int64(2.0 * grid.error) + 2)
    while following < grid.words:
        least = max(np.int64(2.0 * radius / grid.width - 2.0 * grid.error), shortest)
        limits = least, np.int64(4.0 * grid.error)
        count, found, following = widest_gaps(bits, following, grid.words, limits, gaps)
        widest = max(widest, found)
        radius = settle(gaps[:, :count], grid, origins, interval, radius)
    return radius, max(widest, 2.0 * radius / grid.width) >= shortest + 4.0 * grid.error + 1.0


@kernel
def enumerated_errors(ordered, interval, unsure):
    """`filtered_errors` from all sums, sorted; NaN for more than `_ENUMERATED` entries."""
    if ordered.size > _ENUMERATED:
        return (np.nan, np.nan), (np.nan, np.nan)
    one, other = np.empty(1 << ordered.size), np.empty(1 << ordered.size)
    return bounds_of_sorted(sorted_sums(ordered, one, other), np.int64(1) << ordered.size, interval, unsure)


@kernel
def filtered_errors(ordered, interval, unsure, scratch):
    """(least, most): (shortfall, excess) of all sums of `ordered` (non-zero, by decreasing size) over the interval.

    They differ where a gap's middle is within `unsure` of the interval's end, see `coverage.gap_bounds`; 0: never.
    scratch: (bits, spare, work). Negative results say how many words `bits` and `spare` need, NaN that it would be
    too many: entries so much larger than the interval that bits serve badly. The counts of `exact.WORK` are added to
    `work`. Exact in float64 up to the additions: (number of entries) * 2^-53 * sum |x|.
    """
    low, high = interval.low, interval.high
    bottom, top = extremes(ordered)
    if high < bottom or low > top:
        errors = max(high - top, 0.0), max(bottom - low, 0.0)
        return errors, errors
    bits, spare, work = scratch
    marked = ordered.size - max(ordered.size * 2 // 5, 1)
    large, small = ordered[:marked], ordered[marked:]
    sums, values = np.empty(1 << marked), np.empty(1 << small.size)
    all_sums(large, sums)
    all_sums(small, values)
    halves, near = split_halves(large), np.empty(3 << small.size, np.int64)
    least, most, radius, first, last = (0.0, 0.0), (0.0, 0.0), -1.0, max(low, bottom), min(high, top)
    width, blur = expected_gap(ordered, first, last) / _GAP_BITS, ordered.size * (top - bottom) * 2.0**-51
    while True:
        width = best_width(small, width)
        needed = window_words(first, last, small, width)
        if needed > 2.0**ordered.size * (1.0 if ordered.size <= _ENUMERATED else 0.125):
            return enumerated_errors(ordered, interval, unsure)
        if needed > bits.size:
            return (-needed, -needed), (-needed, -needed)
        grid = grid_over(first, last, small, width, blur)
        shifts, offsets = shifts_and_offsets(small, width)
        fill_window(sums, shifts, grid, scratch)
        origins = Origins(bits, offsets, values, halves, near, work)
        if radius < 0.0:
            (least, most), first, last = settle_ends(spare, grid, origins, interval, (bottom, top, unsure))
            radius = min(least[0], least[1]) if interval.sided else max(least[0], least[1])
        enough = last - first <= 2.0 * radius + 0.5 * blur  # sums that differ by rounding alone are not told apart
        if not enough:
            clear_outside(spare, grid, first, last)
            radius, enough = settle_runs(spare, grid, origins, interval, radius)
        if enough:
            return larger(least, (radius, radius)), larger(most, (radius, radius))
        width *= 0.5
