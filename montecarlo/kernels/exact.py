"""The exact covering radius of every prefix: by merging while the sums are few, by the certified filter beyond."""

import numpy as np

from ._jit import kernel
from .coverage import radius_of_sorted
from .filtered import filtered_radius
from .sums import by_decreasing_size, double_sums

MERGED = 11
"""Up to so many non-zero entries all sums are merged and scanned."""


@kernel
def exact_radii(steps, interval, resolution, scratch, out):
    """out[i] = radius(all entries of steps[:i+1]; interval), exact in float64; `resolution` once it is reached.

    steps: (n, m), m entries join at every step; zeros cost nothing. The radius never grows with i, so the first one
    at or below `resolution` (0: never stop) settles all later ones. scratch: that of `filtered_radius`; returned, or
    a larger one. Error: at most (number of entries) * 2^-53 * sum |x|, from the additions alone.
    """
    low, high = interval
    entries = steps.ravel()
    sums, other, active = np.zeros(1 << MERGED), np.empty(1 << MERGED), 0
    radius = radius_of_sorted(sums, 1, low, high)
    for i in range(steps.shape[0]):
        before = active
        for x in steps[i]:
            if x != 0.0 and radius > resolution:
                if active < MERGED:
                    double_sums(sums[: 1 << active], x, other[: 2 << active])
                    sums, other = other, sums
                active += 1
        if before < active <= MERGED:
            radius = radius_of_sorted(sums, 1 << active, low, high)
        elif before < active:
            ordered = by_decreasing_size(entries[: (i + 1) * steps.shape[1]])
            found = filtered_radius(ordered, low, high, scratch)
            while found < 0.0:  # the scratch arrays are too small
                size = np.int64(-1.25 * found)
                scratch = np.empty(size, np.uint64), np.empty(size, np.uint64), scratch[2]
                found = filtered_radius(ordered, low, high, scratch)
            radius = min(radius, found)  # found may be an ulp above, its sums are added in another order
        out[i] = max(radius, resolution)
    return scratch


@kernel
def exact_radii_of_trials(steps, interval, resolution, out):
    """out[:, t] = exact_radii of trial t. steps: (trials, n, m); out: (n, trials)."""
    scratch = np.empty(1 << 14, np.uint64), np.empty(1 << 14, np.uint64), np.zeros(4, np.int64)
    for trial in range(steps.shape[0]):
        scratch = exact_radii(steps[trial], interval, resolution, scratch, out[:, trial])
