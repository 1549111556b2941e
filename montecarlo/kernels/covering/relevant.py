"""Entries that no subset sum near the interval contains are left out, so that a heavy tail decides nothing.

The empty subset is within R = max(|low|, |high|) of every target, so that only sums in [low - R, high + R] can be
nearest to one. A subset of the larger entries is given up once the smaller ones cannot bring its sum back there; an
entry in none of those that are left belongs to no such sum, and without it both one-sided radii are the same.
"""

import numpy as np

from .._jit import kernel
from .merge import by_decreasing_size

_SUBSETS = 256
"""Subsets of large entries followed at most; the entries beyond are kept."""
_ENTRIES = 64
"""Bits of a mask: so many entries in a row are followed while any subset of them is left."""


@kernel
def reach_alone(interval):
    """Entries up to this size are within reach of the interval on their own, and matter."""
    return max(abs(interval.low), abs(interval.high)) + min(interval.high, -interval.low)


@kernel
def within_reach(total, error, rest, interval):
    """Whether `total`, known up to `error`, can come within reach; rest: sums of the negative and positive others."""
    reach = max(abs(interval.low), abs(interval.high))
    slack = error + 2.0**-40 * (abs(total) + rest[1] - rest[0] + reach)
    return total + rest[0] - slack <= interval.high + reach and total + rest[1] + slack >= interval.low - reach


@kernel
def exact_sum(total, error, x):
    """(total + x, its error), the rounding of the addition as measured by Knuth's two-sum."""
    result = total + x
    part = result - total
    return result, (error + abs((total - (result - part)) + (x - part))) * (1.0 + 2.0**-50)


@kernel
def extend(subsets, count, entry, rest, interval):
    """How many of the subsets, each without and with the entry, stay within reach; written over the given ones.

    subsets: (sums, errors, masks), with room for twice `count`; entry: (x, its mask). Where all sums left are exactly
    0, those of the smaller entries say it all: one is left, the empty subset's.
    """
    sums, errors, masks = subsets
    stop, kept, zeros = 2 * count, 0, True
    for i in range(count):
        sums[count + i], errors[count + i] = exact_sum(sums[i], errors[i], entry[0])
        masks[count + i] = masks[i] | entry[1]
    for i in range(stop):
        if within_reach(sums[i], errors[i], rest, interval):
            sums[kept], errors[kept], masks[kept] = sums[i], errors[i], masks[i]
            zeros &= sums[i] == 0.0 and errors[i] == 0.0
            kept += 1
    if zeros:
        masks[0] = np.uint64(0)
        return 1
    return kept


@kernel
def leave_out(kept, entries, used):
    """Put 0 into `kept` for those of the entries whose bit is not set in `used`."""
    for j in range(entries.size):
        if used >> np.uint64(j) & np.uint64(1) == 0:
            i = 0
            while kept[i] != entries[j]:
                i += 1
            kept[i] = 0.0


@kernel
def relevant(entries, interval):
    """A copy of the entries, with 0 for those that are in no sum within reach of the interval."""
    ordered, kept, alone = by_decreasing_size(entries), entries.copy(), reach_alone(interval)
    rests = np.zeros((ordered.size + 1, 2))
    for k in range(ordered.size - 1, -1, -1):
        rests[k, 0] = rests[k + 1, 0] + min(ordered[k], 0.0)
        rests[k, 1] = rests[k + 1, 1] + max(ordered[k], 0.0)
    subsets = np.zeros(2 * _SUBSETS), np.zeros(2 * _SUBSETS), np.zeros(2 * _SUBSETS, np.uint64)
    count, first, k = np.int64(1), 0, 0  # or `extend` is compiled twice, for the literal 1 as well
    while k < min(ordered.size, first + _ENTRIES) and count <= _SUBSETS and abs(ordered[k]) > alone:
        entry = ordered[k], np.uint64(1) << np.uint64(k - first)
        k += 1
        count = extend(subsets, count, entry, (rests[k, 0], rests[k, 1]), interval)
        if count == 1:  # the empty subset alone
            leave_out(kept, ordered[first:k], np.uint64(0))
            first = k
    used = np.uint64(0)
    for i in range(count):
        used |= subsets[2][i]
    leave_out(kept, ordered[first:k], used)
    return kept
