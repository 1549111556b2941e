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
