"""Nearest subsets of one set of entries for many targets: sort most of the sums once, then look them up.

x[:a] is the table's part: its 2^a sums, sorted, with their masks. A target z is nearest to table + s for one of the
2^(n - a) sums s of the rest, so each target costs 2^(n - a) searches for z - s. An index of equal buckets over the
table's range leads each search to a place within a sum or two of the right one: 7 ns a search (measured, a = 13 to
16; with a quarter of the buckets 13 ns, with twice as many 5, and they cost as much to build as that spares).
"""

import numpy as np

from .._jit import assign, kernel
from ..covering.merge import sorted_sums_and_masks

_BUCKETS = 4.0
"""Buckets for every sum of the table."""
_CROWD = np.uint64(8)
"""A bucket with more sums than this is halved, one with fewer is searched step by step."""


@kernel
def bucket(value, grid):
    """The bucket of a value, floor((value - lowest) * scale) kept within 0..last: it never falls as the value rises."""
    lowest, scale, last = grid
    return np.uint64(min(max((value - lowest) * scale, 0.0), last))


@kernel
def index_buckets(table):
    """(starts, grid): starts[b] = how many of `table` (sorted) lie in buckets below b, equal parts of its range.

    A single bucket if its range is too narrow or too wide for float64 to divide.
    """
    scale = _BUCKETS * table.size / (table[-1] - table[0])
    grid = (table[0], scale, _BUCKETS * table.size - 1.0) if np.isfinite(scale) else (table[0], 0.0, 0.0)
    starts = np.zeros(np.int64(grid[2]) + 2, np.int32)
    for value in table:
        starts[bucket(value, grid) + np.uint64(1)] += 1
    for b in range(1, starts.size):
        starts[b] += starts[b - 1]
    return starts, grid


@kernel
def nearest_in_table(guarded, index, rest, target):
    """(r, place): min over r and place of |guarded[place] + rest[r] - target|. guarded: -inf, the sorted table, +inf.

    All sums in lower buckets than z's are below z, all in higher ones above it.
    """
    starts, grid = index
    one = np.uint64(1)
    least, which, where = np.inf, np.uint64(0), one
    for r in range(np.uint64(rest.size)):
        wanted = target - rest[r]
        b = bucket(wanted, grid)
        place, stop = np.uint64(starts[b]), np.uint64(starts[b + one])  # the guard in front: guarded[place] is below
        while stop - place > _CROWD:
            middle = (place + stop) >> one
            below = guarded[middle] < wanted
            place, stop = (middle, stop) if below else (place, middle)
        while guarded[place + one] < wanted:
            place += one
        above, below = guarded[place + one] - wanted, wanted - guarded[place]
        if min(above, below) < least:
            least, which, where = min(above, below), r, place + np.uint64(above < below)
    return which, where


@kernel
def shared_nearest_masks(x, targets, tabled, masks):
    """masks[t] = the subset of x nearest to targets[t], bit i for x[i]. x[:tabled], at most 30, go into the table.

    No target less a sum may overflow.
    """
    sums, table_masks = sorted_sums_and_masks(x[:tabled])
    guarded = np.empty(sums.size + 2)
    guarded[0], guarded[-1] = -np.inf, np.inf
    assign(guarded[1:], sums)
    index = index_buckets(sums)
    rest, rest_masks = sorted_sums_and_masks(x[tabled:])  # sorted, so that a search finds its surroundings cached
    for t in range(targets.size):
        r, place = nearest_in_table(guarded, index, rest, targets[t])
        masks[t] = table_masks[place - np.uint64(1)] | rest_masks[r] << np.uint64(tabled)
