"""The exact covering radius of every prefix: by merging while the sums are few, by the certified filter beyond."""

import numpy as np

from ._jit import kernel
from .coverage import radius_of_sorted
from .filtered import filtered_radius
from .sums import by_decreasing_size, double_sums

MERGED = 10
"""Up to so many non-zero entries all sums are merged and scanned."""
ROOM = 1 << 16
"""Words of scratch to begin with: n = 20 needs some 2^14. Memory that is never touched costs nothing."""
WORK = ("sums marked", "words shifted", "points settled", "steps walked")
"""What the filter counts as it goes: 2^(3n/5) sums, words of 64 bits over all shifts, gaps and ends of the interval."""


@kernel
def scratch_of(words, work):
    """(bits, spare, work) for `filtered_radius`, the first two in one block.

    Two blocks the C library would give back to the system after every call: 28 us more for one trial at n = 20.
    """
    block = np.empty(2 * words, np.uint64)
    return block[:words], block[words:], work


@kernel
def roomy_radius(ordered, interval, scratch):
    """(radius, scratch): `filtered_radius`, with larger scratch arrays where the given ones are too small."""
    radius = filtered_radius(ordered, interval[0], interval[1], scratch)
    while radius < 0.0:
        scratch = scratch_of(np.int64(-1.25 * radius), scratch[2])
        radius = filtered_radius(ordered, interval[0], interval[1], scratch)
    return radius, scratch


@kernel
def exact_radii(steps, interval, resolution, scratch, out):
    """out[i] = radius(all entries of steps[:i+1]; interval), exact in float64; `resolution` once it is reached.

    steps: (n, m), m entries join at every step; zeros cost nothing. The radius never grows with i, so the first one
    at or below `resolution` (0: never stop) settles all later ones. NaN from where `filtered_radius` gives up.
    scratch: that of `filtered_radius`; returned, or a larger one. Error: at most (number of entries) * 2^-53 * sum |x|,
    from the additions alone.
    """
    entries, width = steps.ravel(), steps.shape[1]
    sums, other, active, before = np.empty(1 << MERGED), np.empty(1 << MERGED), 0, 0
    sums[0] = 0.0
    radius = radius_of_sorted(sums, np.int64(1), interval[0], interval[1])
    for i in range(steps.shape[0]):
        joining = entries[i * width : (i + 1) * width]
        for x in joining:
            active += x != 0.0
        if before < active <= MERGED and radius > resolution:
            for x in joining:
                if x != 0.0:
                    double_sums(sums[: 1 << before], x, other[: 2 << before])
                    sums, other, before = other, sums, before + 1
            radius = radius_of_sorted(sums, 1 << active, interval[0], interval[1])
        elif before < active and radius > resolution:
            ordered = by_decreasing_size(entries[: (i + 1) * width])
            found, scratch = roomy_radius(ordered, interval, scratch)
            radius = min(radius, found)  # found may be an ulp above, its sums are added in another order
            if np.isnan(found):
                out[i:] = np.nan
                return scratch
        before = active
        out[i] = max(radius, resolution)
    return scratch


@kernel
def exact_radii_of_trials(steps, interval, resolution, out):
    """out[:, t] = exact_radii of trial t. steps: (trials, n, m); out: (n, trials). Returns the counts of `WORK`."""
    scratch = scratch_of(np.int64(ROOM), np.zeros(4, np.int64))
    for trial in range(steps.shape[0]):
        scratch = exact_radii(steps[trial], interval, resolution, scratch, out[:, trial])
    return scratch[2]
