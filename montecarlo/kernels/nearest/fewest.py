"""The fewest entries whose sum is within epsilon of a target: two halves, sorted apart for every number of entries."""

import numpy as np

from .._jit import kernel
from .pairs import sum_of_mask


@kernel
def merge_joined(old, group, entry, new, start):
    """new[start:] = sums of `group` old entries, and of `group` - 1 plus the new entry x, sorted; returns the end.

    old, new: (sums, masks, starts), group c being [starts[c], starts[c + 1]). entry: (x, mask of x).
    """
    sums, masks, starts = old
    low, low_stop = starts[group], starts[group + 1]
    high, high_stop = starts[max(group - 1, 0)], starts[group]
    k = start
    while low < low_stop or high < high_stop:
        if high == high_stop or (low < low_stop and sums[low] <= sums[high] + entry[0]):
            new[0][k], new[1][k] = sums[low], masks[low]
            low += 1
        else:
            new[0][k], new[1][k] = sums[high] + entry[0], masks[high] | entry[1]
            high += 1
        k += 1
    return k


@kernel
def sums_by_size(entries, first_bit, most):
    """(sums, masks, starts): sums of c of the entries, sorted, at starts[c]:starts[c + 1], for c = 0..most.

    Bit first_bit + i of a mask is entries[i].
    """
    groups = most + 2
    room, binomial = 0, 1
    for c in range(min(most, entries.size) + 1):
        room += binomial
        binomial = binomial * (entries.size - c) // (c + 1)
    old = np.zeros(room), np.zeros(room, np.uint64), np.ones(groups, np.int64)
    new = np.zeros(room), np.zeros(room, np.uint64), np.zeros(groups, np.int64)
    old[2][0] = 0
    for i in range(entries.size):
        entry = entries[i], np.uint64(1) << np.uint64(first_bit + i)
        stop = np.int64(0)
        for c in range(most + 1):
            new[2][c] = stop
            stop = merge_joined(old, c, entry, new, stop)
        new[2][most + 1] = stop
        old, new = new, old
    return old


@kernel
def nearest_of_size(left, right, size, target):
    """(error, mask): min over subsets of `size` entries of |target - sum|, left and right from `sums_by_size`."""
    least, mask = np.inf, np.uint64(0)
    groups = left[2].size - 1
    for c in range(max(0, size - groups + 1), min(size, groups - 1) + 1):
        i, i_stop = left[2][c], left[2][c + 1]
        j_start, j = right[2][size - c], right[2][size - c + 1] - 1
        while i < i_stop and j >= j_start:
            error = left[0][i] + right[0][j] - target
            if abs(error) < least:
                least, mask = abs(error), left[1][i] | right[1][j]
            if error <= 0.0:
                i += 1
            else:
                j -= 1
    return least, mask


@kernel
def fewest_masks(coefficients, targets, epsilon, sizes, masks):
    """masks[t] = the nearest among the subsets of the fewest entries within epsilon of targets[t], else it stays.

    Returns which targets were settled.
    coefficients: (targets, n), or (1, n) shared by all targets. sizes: (fewest, most) entries that are tried.
    """
    settled = np.zeros(targets.size, np.bool_)
    fewest, most = sizes
    rows, n = coefficients.shape
    for row in range(rows):
        x = coefficients[row]
        left = sums_by_size(x[: n // 2], 0, most)
        right = sums_by_size(x[n // 2 :], n // 2, most)
        first, stop = (0, targets.size) if rows == 1 else (row, row + 1)
        for t in range(first, stop):
            for size in range(fewest, min(most, n) + 1):
                mask = nearest_of_size(left, right, size, targets[t])[1]
                if abs(targets[t] - sum_of_mask(x, mask)) <= epsilon:
                    masks[t], settled[t] = mask, True
                    break
    return settled
