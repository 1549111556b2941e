"""All 2^n sums from two sorted halves of 2^(n/2): neighbours of a point in 2^(n/2) work and memory."""

import numpy as np

from ._jit import kernel
from .sums import sorted_sums


@kernel
def split_halves(entries):
    """Sorted sums of every other entry (+inf behind) and of the rest (-inf in front): the guards end every walk."""
    first, second = entries[::2], entries[1::2]
    left, right = np.empty((1 << first.size) + 1), np.empty((1 << second.size) + 1)
    one, other = np.empty(1 << first.size), np.empty(1 << first.size)
    sums = sorted_sums(first, one, other)
    for i in range(sums.size):  # for `left[:-1] = sums` Numba also compiles an error message, which takes 2 s
        left[i] = sums[i]
    sums = sorted_sums(second, one, other)
    for i in range(sums.size):
        right[i + 1] = sums[i]
    left[-1], right[0] = np.inf, -np.inf
    return left, right


@kernel
def neighbours(left, right, points, below, above):
    """For each of 4 points z: below = the largest sum <= z, above = the smallest sum > z; infinite if there is none.

    Each walk goes up in `left` and down in `right`, from `split_halves`, one step a sum. Four independent walks in
    one loop hide the wait of each step for the last (1.3 ns a step, 4.4 alone).
    """
    i0, i1, i2, i3 = 0, 0, 0, 0
    j0 = j1 = j2 = j3 = right.size - 1
    z0, z1, z2, z3 = points[0], points[1], points[2], points[3]
    b0 = b1 = b2 = b3 = -np.inf
    a0 = a1 = a2 = a3 = np.inf
    for _ in range(left.size + right.size - 3):
        s = left[i0] + right[j0]
        low = s <= z0
        b0, a0 = max(b0, s if low else -np.inf), min(a0, np.inf if low else s)
        i0, j0 = i0 + low, j0 - (not low)
        s = left[i1] + right[j1]
        low = s <= z1
        b1, a1 = max(b1, s if low else -np.inf), min(a1, np.inf if low else s)
        i1, j1 = i1 + low, j1 - (not low)
        s = left[i2] + right[j2]
        low = s <= z2
        b2, a2 = max(b2, s if low else -np.inf), min(a2, np.inf if low else s)
        i2, j2 = i2 + low, j2 - (not low)
        s = left[i3] + right[j3]
        low = s <= z3
        b3, a3 = max(b3, s if low else -np.inf), min(a3, np.inf if low else s)
        i3, j3 = i3 + low, j3 - (not low)
    below[0], below[1], below[2], below[3] = b0, b1, b2, b3
    above[0], above[1], above[2], above[3] = a0, a1, a2, a3


@kernel
def double_both(sums, entries, out):
    """out[h] = sorted(sums[h] and sums[h] + entries[h]) for h = 0, 1: `double_sums` of two equally long lists at once.

    Unsigned indices spare Numba's test for negative ones (measured, with both: 1.1 ns a sum, `double_sums` 2.4).
    """
    one, other, x, y, one_out, other_out = sums[0], sums[1], entries[0], entries[1], out[0], out[1]
    low = high = low2 = high2 = np.uint64(0)  # next of sums and of sums + x, from below
    last = last2 = low_end = high_end = low_end2 = high_end2 = np.uint64(one.size - 1)  # and from above
    top = np.uint64(2 * one.size - 1)
    for k in range(np.uint64(one.size)):
        plain, shifted = one[low], one[high] + x
        first = plain <= shifted
        one_out[k] = plain if first else shifted
        low, high = low + np.uint64(first), high + np.uint64(not first)
        plain, shifted = other[low2], other[high2] + y
        first = plain <= shifted
        other_out[k] = plain if first else shifted
        low2, high2 = low2 + np.uint64(first), high2 + np.uint64(not first)
        plain, shifted = one[low_end], one[high_end] + x
        last = plain > shifted
        one_out[top - k] = plain if last else shifted
        low_end, high_end = low_end - np.uint64(last), high_end - np.uint64(not last)
        plain, shifted = other[low_end2], other[high_end2] + y
        last2 = plain > shifted
        other_out[top - k] = plain if last2 else shifted
        low_end2, high_end2 = low_end2 - np.uint64(last2), high_end2 - np.uint64(not last2)


@kernel
def two_sorted_halves(first, second, halves, scratch):
    """Sorted sums of `first` (+inf behind) and of `second` (-inf in front), views of the two arrays `halves`.

    first, second: k entries each; halves, scratch: two arrays each of at least 2^k + 1.
    """
    left, right = halves
    spare_left, spare_right = scratch
    if first.size % 2 == 1:  # so that the last doubling ends in `halves`
        left, right, spare_left, spare_right = spare_left, spare_right, left, right
    left[0], right[1] = 0.0, 0.0
    count = 1
    for k in range(first.size):
        out = spare_left[: 2 * count], spare_right[1 : 2 * count + 1]
        double_both((left[:count], right[1 : count + 1]), (first[k], second[k]), out)
        left, right, spare_left, spare_right = spare_left, spare_right, left, right
        count *= 2
    left[count], right[0] = np.inf, -np.inf
    return left[: count + 1], right[: count + 1]
