"""The subset whose sum is nearest to a target, from two sorted halves: 2^(n/2) work and memory, not 2^n.

The entries are split into two halves of equal size and 3 or 4 more. Every sum s of the further ones leaves a target
z - s for the two halves, met by a walk: up in one sorted half, down in the other, one comparison a step. Each
step waits for the last, so eight targets walk at once (measured at 2^9 sums a half: 0.9 ns a step, alone 5 ns).
"""

import numpy as np

from .._jit import kernel
from ..covering.merge import all_sums
from .halves import two_sorted_halves

_TARGETS = 8
"""Targets that walk at once."""


@kernel
def halves_of(n):
    """(k, further): n entries are two halves of k and 3 or 4 further ones, whose 2^further sums fill whole eights."""
    return (max(n - 3, 0) // 2, n - 2 * (max(n - 3, 0) // 2))


@kernel
def step(left, right, j, target, walk):
    """One step of a walk (i, least error, its i): i goes up, or stays while the caller's j goes down.

    The state is (i, j + i): after t steps it has gone up i and down t - i times, so j needs no memory of its own.
    """
    i, least, place = walk
    difference = left[i] + right[j + i] - target
    size = abs(difference)
    return i + np.uint64(difference <= 0.0), min(least, size), i if size < least else place


@kernel
def walk_eight(left, right, z, errors, places):
    """For 8 targets z: errors[k] = min over i, j of |left[i] + right[j] - z[k]|, and the i it was found at.

    left is sorted and +inf behind, right sorted and -inf in front: the guards end every walk.
    """
    j = np.uint64(right.size - 1)
    start = np.uint64(0), np.inf, np.uint64(0)
    w0 = w1 = w2 = w3 = w4 = w5 = w6 = w7 = start
    z0, z1, z2, z3, z4, z5, z6, z7 = z[0], z[1], z[2], z[3], z[4], z[5], z[6], z[7]
    for _ in range(left.size + right.size - 3):
        w0 = step(left, right, j, z0, w0)
        w1 = step(left, right, j, z1, w1)
        w2 = step(left, right, j, z2, w2)
        w3 = step(left, right, j, z3, w3)
        w4 = step(left, right, j, z4, w4)
        w5 = step(left, right, j, z5, w5)
        w6 = step(left, right, j, z6, w6)
        w7 = step(left, right, j, z7, w7)
        j -= np.uint64(1)
    for k, walk in enumerate((w0, w1, w2, w3, w4, w5, w6, w7)):
        errors[k], places[k] = walk[1], walk[2]


@kernel
def nearest_pair(left, right, targets):
    """(t, i): the target t and the index i of `left` where min over t, i, j of |left[i] + right[j] - targets[t]| is."""
    errors, places = np.empty(_TARGETS), np.empty(_TARGETS, np.int64)
    least, target, place = np.inf, 0, np.int64(0)
    for first in range(0, targets.size, _TARGETS):
        walk_eight(left, right, targets[first : first + _TARGETS], errors, places)
        for k in range(_TARGETS):
            if errors[k] < least:
                least, target, place = errors[k], first + k, places[k]
    return target, place


@kernel
def nearest_of_sorted(sums, z):
    """The element of `sums` (sorted) nearest to z."""
    i = np.searchsorted(sums, z)
    above, below = sums[min(i, sums.size - 1)], sums[max(i - 1, 0)]
    return below if z - below <= above - z or i == sums.size else above


@kernel
def mask_of_sum(entries, total, sums):
    """A subset of `entries` whose sum, added in their order, is `total`: its mask, bit i for entries[i]. It exists."""
    all_sums(entries, sums)
    mask = 0
    while sums[mask] != total:
        mask += 1
    return np.uint64(mask)


@kernel
def nearest_mask(x, target, halves, scratch):
    """argmin over subsets S of |target - sum_{i in S} x_i|, as a mask with bit i for x[i]; x of at most 64 entries.

    halves, scratch: two arrays each, of at least 2^max(k, 4) + 1 sums, k from `halves_of`.
    """
    k, further = halves_of(x.size)
    left, right = two_sorted_halves(x[:k], x[k : 2 * k], halves, scratch)
    targets = np.full(max(1 << further, _TARGETS), target)  # fewer are filled up with the first, which then wins
    all_sums(x[2 * k :], scratch[0])
    targets[: 1 << further] -= scratch[0][: 1 << further]
    t, i = nearest_pair(left, right, targets)
    partner = nearest_of_sorted(right[1:], targets[t] - left[i])
    mask = mask_of_sum(x[:k], left[i], scratch[0]) | mask_of_sum(x[k : 2 * k], partner, scratch[0]) << np.uint64(k)
    return mask | np.uint64(t) << np.uint64(2 * k)


@kernel
def halves_room(n):
    """Two pairs of scratch arrays for the halves of n entries."""
    room = (1 << max(halves_of(n)[0], 4)) + 1
    return (np.empty(room), np.empty(room)), (np.empty(room), np.empty(room))


@kernel
def nearest_masks(coefficients, targets, masks):
    """masks[t] = the subset of coefficients[t] nearest to targets[t], one by one.

    coefficients: (targets, n), or (1, n) shared by all.
    """
    halves, scratch = halves_room(coefficients.shape[1])
    for t in range(targets.size):
        masks[t] = nearest_mask(coefficients[t if coefficients.shape[0] > 1 else 0], targets[t], halves, scratch)


@kernel
def masks_within(coefficients, targets, epsilon, stages, masks):
    """masks[t] = the subset nearest to targets[t] of as few first entries as bring it within epsilon, else of all.

    stages: the numbers of entries tried, the last one all. coefficients: (targets, n), or (1, n) shared by all.
    """
    halves, scratch = halves_room(coefficients.shape[1])
    for t in range(targets.size):
        x = coefficients[t if coefficients.shape[0] > 1 else 0]
        for stage in stages:
            masks[t] = nearest_mask(x[:stage], targets[t], halves, scratch)
            if abs(targets[t] - sum_of_mask(x, masks[t])) <= epsilon:
                break


@kernel
def prefix_errors(x, target, resolution, errors):
    """errors[i] = min over subsets S of the first i + 1 entries of |target - sum_{i in S} x_i|, exact in float64.

    The error never grows with i, so the first one at or below `resolution` (0: never stop) is kept for all later ones.
    """
    halves, scratch = halves_room(x.size)
    least = abs(target)
    for i in range(x.size):
        if least > resolution:
            found = sum_of_mask(x, nearest_mask(x[: i + 1], target, halves, scratch))
            least = min(least, abs(target - found))
        errors[i] = least


@kernel
def prefix_errors_of_trials(steps, target, resolution, errors):
    """errors[:, t] = prefix_errors of trial t. steps: (trials, n); errors: (n, trials)."""
    for trial in range(steps.shape[0]):
        prefix_errors(steps[trial], target, resolution, errors[:, trial])


@kernel
def sum_of_mask(x, mask):
    """sum_{i in mask} x_i, added in the order of the indices."""
    total = 0.0
    for i in range(x.size):
        if mask >> np.uint64(i) & np.uint64(1):
            total += x[i]
    return total


@kernel
def sums_of_masks(coefficients, masks, sums):
    """sums[t] = sum of the entries of coefficients[t] in masks[t], added in their order, so that anyone can repeat it.

    coefficients: (targets, n), or (1, n) shared by all.
    """
    for t in range(masks.size):
        sums[t] = sum_of_mask(coefficients[t if coefficients.shape[0] > 1 else 0], masks[t])
