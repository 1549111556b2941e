"""Subset sums by doubling: the sums of x_1..x_k are those of x_1..x_{k-1}, and the same plus x_k."""

import numpy as np

from .._jit import kernel


@kernel
def take_lowest(sums, x, place):
    """(value, next place, whether it comes without x): the next of sums and of sums + x, from below.

    place: (next of sums, next of sums + x), unsigned, which spares Numba's test for negative indices.
    """
    low, high = place
    plain, shifted = sums[low], sums[high] + x
    first = plain <= shifted
    return plain if first else shifted, (low + np.uint64(first), high + np.uint64(not first)), first


@kernel
def take_highest(sums, x, place):
    """The same from above."""
    low, high = place
    plain, shifted = sums[low], sums[high] + x
    last = plain > shifted
    return plain if last else shifted, (low - np.uint64(last), high - np.uint64(not last)), last


@kernel
def double_sums(sums, x, out):
    """out = sorted(sums and sums + x), for sorted `sums`; out is twice as long. Equal sums are all kept.

    Rounding is monotone, so sums + x is sorted as well and one merge does it. The merge runs from both ends at
    once and without branches: two chains of dependent steps, neither of which is ever mispredicted.
    """
    count = np.uint64(sums.size)
    below, above = (np.uint64(0), np.uint64(0)), (count - np.uint64(1), count - np.uint64(1))
    top = count + count - np.uint64(1)
    for k in range(count):
        out[k], below, _ = take_lowest(sums, x, below)
        out[top - k], above, _ = take_highest(sums, x, above)


@kernel
def double_sums_and_masks(sums, masks, entry, out_sums, out_masks):
    """As `double_sums`, carrying the subset of every sum as a mask; entry: (x, the mask of x alone).

    Written out, since by `take_lowest` and `take_highest` it takes 5 ns a sum instead of 3.4 (measured, 2^14 sums).
    """
    x, bit = entry
    low = high = np.uint64(0)
    low_end = high_end = np.uint64(sums.size - 1)
    top = np.uint64(2 * sums.size - 1)
    for k in range(np.uint64(sums.size)):
        plain, shifted = sums[low], sums[high] + x
        first = plain <= shifted
        out_sums[k], out_masks[k] = (plain if first else shifted), (masks[low] if first else masks[high] | bit)
        low, high = low + np.uint64(first), high + np.uint64(not first)
        plain, shifted = sums[low_end], sums[high_end] + x
        last = plain > shifted
        out_sums[top - k] = plain if last else shifted
        out_masks[top - k] = masks[low_end] if last else masks[high_end] | bit
        low_end, high_end = low_end - np.uint64(last), high_end - np.uint64(not last)


@kernel
def sorted_sums_and_masks(entries):
    """All 2^k sums of the k entries, sorted, and the subset of each: bit i of its mask for entries[i]."""
    sums, masks = np.zeros(1 << entries.size), np.zeros(1 << entries.size, np.uint64)
    spare_sums, spare_masks = np.empty(1 << entries.size), np.empty(1 << entries.size, np.uint64)
    count = 1
    for i in range(entries.size):
        entry = entries[i], np.uint64(1) << np.uint64(i)
        out = spare_sums[: 2 * count], spare_masks[: 2 * count]
        double_sums_and_masks(sums[:count], masks[:count], entry, out[0], out[1])
        sums, masks, spare_sums, spare_masks = spare_sums, spare_masks, sums, masks
        count *= 2
    return sums, masks


@kernel
def sorted_sums(entries, one, other):
    """All 2^k sums of the k entries, sorted; a view of `one` or `other`, scratch of at least 2^k each."""
    one[0] = 0.0
    count = 1
    for x in entries:
        double_sums(one[:count], x, other[: 2 * count])
        one, other, count = other, one, 2 * count
    return one[:count]


@kernel
def all_sums(entries, out):
    """out[mask] = sum of the entries whose bit is set in mask, added in the order of the entries."""
    out[0] = 0
    count = 1
    for x in entries:
        for i in range(count):
            out[count + i] = out[i] + x
        count *= 2


@kernel
def nonzero(entries):
    """The non-zero entries in their order: entries[np.flatnonzero(entries)], which takes longer to compile."""
    kept, count = np.empty(entries.size), 0
    for x in entries:
        if x != 0.0:
            kept[count] = x
            count += 1
    return kept[:count]


@kernel
def extremes(entries):
    """(smallest, largest) of all sums: those of the negative and of the positive entries."""
    smallest, largest = 0.0, 0.0
    for x in entries:
        smallest += min(x, 0.0)
        largest += max(x, 0.0)
    return smallest, largest


@kernel
def by_decreasing_size(entries):
    """The non-zero entries, the largest in absolute value first."""
    ordered = np.empty(entries.size)
    count = 0
    for x in entries:
        if x != 0.0:
            i = count
            while i > 0 and abs(ordered[i - 1]) < abs(x):
                ordered[i] = ordered[i - 1]
                i -= 1
            ordered[i] = x
            count += 1
    return ordered[:count]
