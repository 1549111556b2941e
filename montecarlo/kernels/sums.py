"""Subset sums by doubling: the sums of x_1..x_k are those of x_1..x_{k-1}, and the same plus x_k."""

import numpy as np

from ._jit import kernel


@kernel
def double_sums(sums, x, out):
    """out = sorted(sums and sums + x), for sorted `sums`; out is twice as long. Equal sums are all kept.

    Rounding is monotone, so sums + x is sorted as well and one merge does it. The merge runs from both ends at
    once and without branches: two chains of dependent steps, neither of which is ever mispredicted.
    """
    n = sums.size
    low, high, low_end, high_end = 0, 0, n - 1, n - 1  # next of sums and of sums + x, from below and from above
    for k in range(n):
        plain, shifted = sums[low], sums[high] + x
        first = plain <= shifted
        out[k] = plain if first else shifted
        low += first
        high += not first
        plain, shifted = sums[low_end], sums[high_end] + x
        last = plain > shifted
        out[2 * n - 1 - k] = plain if last else shifted
        low_end -= last
        high_end -= not last


@kernel
def double_sums_and_masks(sums, masks, entry, out_sums, out_masks):
    """As `double_sums`, carrying the subset of every sum as a mask; entry: (x, the mask of x alone)."""
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
