"""Two sorted halves built at once: four merges that do not wait for each other."""

import numpy as np

from ._jit import kernel


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
