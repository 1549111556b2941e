"""All 2^n sums from two sorted halves of 2^(n/2): neighbours of a point in 2^(n/2) work and memory."""

import numpy as np

from .._jit import assign, kernel
from ..covering.merge import sorted_sums, take_highest, take_lowest


@kernel
def split_halves(entries):
    """Sorted sums of every other entry (+inf behind) and of the rest (-inf in front): the guards end every walk."""
    first, second = entries[::2], entries[1::2]
    left, right = np.empty((1 << first.size) + 1), np.empty((1 << second.size) + 1)
    one, other = np.empty(1 << first.size), np.empty(1 << first.size)
    sums = sorted_sums(first, one, other)
    assign(left, sums)
    sums = sorted_sums(second, one, other)
    assign(right[1:], sums)
    left[-1], right[0] = np.inf, -np.inf
    return left, right


@kernel
def step_around(left, right, j, z, walk):
    """One step of a walk (i, largest sum <= z so far, smallest sum > z so far): i goes up, or else the caller's j down.

    The state is (i, j + i): after t steps it has gone up i and down t - i times, so j needs no memory of its own.
    """
    i, below, above = walk
    s = left[i] + right[j + i]
    low = s <= z
    return i + np.uint64(low), max(below, s if low else -np.inf), min(above, np.inf if low else s)


@kernel
def neighbours(left, right, points, below, above):
    """For each of 4 points z: below = the largest sum <= z, above = the smallest sum > z; infinite if there is none.

    Each walk goes up in `left` and down in `right`, from `split_halves`, one step a sum. Four independent walks in
    one loop hide the wait of each step for the last (1.3 ns a step, 4.4 alone).
    """
    j = np.uint64(right.size - 1)
    w0 = w1 = w2 = w3 = (np.uint64(0), -np.inf, np.inf)
    z0, z1, z2, z3 = points[0], points[1], points[2], points[3]
    for _ in range(left.size + right.size - 3):
        w0 = step_around(left, right, j, z0, w0)
        w1 = step_around(left, right, j, z1, w1)
        w2 = step_around(left, right, j, z2, w2)
        w3 = step_around(left, right, j, z3, w3)
        j -= np.uint64(1)
    below[0], below[1], below[2], below[3] = w0[1], w1[1], w2[1], w3[1]
    above[0], above[1], above[2], above[3] = w0[2], w1[2], w2[2], w3[2]


@kernel
def double_both(sums, entries, out):
    """out[h] = sorted(sums[h] and sums[h] + entries[h]) for h = 0, 1: `double_sums` of two equally long lists at once.

    Four chains of steps that do not wait for each other (measured: 1.1 ns a sum, `double_sums` 2.0).
    """
    one, other, x, y, one_out, other_out = sums[0], sums[1], entries[0], entries[1], out[0], out[1]
    count = np.uint64(one.size)
    below = below2 = (np.uint64(0), np.uint64(0))
    above = above2 = (count - np.uint64(1), count - np.uint64(1))
    top = count + count - np.uint64(1)
    for k in range(count):
        one_out[k], below, _ = take_lowest(one, x, below)
        other_out[k], below2, _ = take_lowest(other, y, below2)
        one_out[top - k], above, _ = take_highest(one, x, above)
        other_out[top - k], above2, _ = take_highest(other, y, above2)


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
