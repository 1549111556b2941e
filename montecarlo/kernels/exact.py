"""The exact covering radius of every prefix: by merging while the sums are few, by the certified filter beyond."""

import numpy as np

from ._jit import kernel
from .coverage import radius_of_sorted
from .filtered import filtered_radius
from .sums import by_decreasing_size, double_sums

MERGED = 11
"""Up to so many non-zero entries all sums are merged and scanned."""


@kernel
def roomy_radius(ordered, low, high, bits, spare):
    """(radius, bits, spare): `filtered_radius`, with larger scratch arrays where the given ones are too small."""
    radius = filtered_radius(ordered, low, high, bits, spare)
    while radius < 0.0:
        bits, spare = np.empty(np.int64(-1.25 * radius), np.uint64), np.empty(np.int64(-1.25 * radius), np.uint64)
        radius = filtered_radius(ordered, low, high, bits, spare)
    return radius, bits, spare


@kernel
def exact_radii(steps, interval, resolution, scratch, out):
    """out[i] = radius(all entries of steps[:i+1]; interval), exact in float64; `resolution` once it is reached.

    steps: (n, m), m entries join at every step; zeros cost nothing. The radius never grows with i, so the first one
    at or below `resolution` (0: never stop) settles all later ones. scratch: two uint64 arrays; returns them, or
    larger ones. Error: at most (number of entries) * 2^-53 * sum |x|, from the additions alone.
    """
    low, high = interval
    bits, spare = scratch
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
            found, bits, spare = roomy_radius(ordered, low, high, bits, spare)
            radius = min(radius, found)  # found may be an ulp above, its sums are added in another order
        out[i] = max(radius, resolution)
    return bits, spare


@kernel
def exact_radii_of_trials(steps, interval, resolution, out):
    """out[:, t] = exact_radii of trial t. steps: (trials, n, m); out: (n, trials)."""
    scratch = np.empty(1 << 14, np.uint64), np.empty(1 << 14, np.uint64)
    for trial in range(steps.shape[0]):
        scratch = exact_radii(steps[trial], interval, resolution, scratch, out[:, trial])
