"""The subset whose sum is nearest to a target, from two sorted halves: 2^(n/2) work and memory, not 2^n."""

import numpy as np

from ._jit import kernel
from .sums import double_sums_and_masks


@kernel
def half_sums(x, first, last):
    """Sorted sums of all subsets of x[first:last] and their masks (bit i for x[i])."""
    sums, masks = np.zeros(1), np.zeros(1, np.uint64)
    for i in range(first, last):
        next_sums, next_masks = np.empty(2 * sums.size), np.empty(2 * sums.size, np.uint64)
        double_sums_and_masks(sums, masks, x[i], np.uint64(1) << np.uint64(i), next_sums, next_masks)
        sums, masks = next_sums, next_masks
    return sums, masks


@kernel
def nearest_mask(x, target):
    """argmin over subsets S of |target - sum_{i in S} x_i|, as a mask with bit i for x[i]; x of at most 64 entries.

    For each sum of one half, in rising order, the best partner in the other half only moves down.
    """
    left, left_masks = half_sums(x, 0, x.size // 2)
    right, right_masks = half_sums(x, x.size // 2, x.size)
    best, mask = np.inf, np.uint64(0)
    j = right.size - 1
    for i in range(left.size):
        while True:
            error = left[i] + right[j] - target
            if abs(error) < best:
                best, mask = abs(error), left_masks[i] | right_masks[j]
            if error <= 0.0 or j == 0:
                break
            j -= 1
    return mask


@kernel
def sum_of_mask(x, mask):
    """sum_{i in mask} x_i, added in the order of the indices."""
    total = 0.0
    for i in range(x.size):
        if mask >> np.uint64(i) & np.uint64(1):
            total += x[i]
    return total


@kernel
def nearest_masks(coefficients, targets, masks, sums):
    """For every target t: masks[t] = nearest_mask(coefficients[t], targets[t]) and its sum.

    coefficients: (targets, n). The sum is taken afresh from the mask, so that anyone can repeat it.
    """
    for t in range(targets.size):
        masks[t] = nearest_mask(coefficients[t], targets[t])
        sums[t] = sum_of_mask(coefficients[t], masks[t])
