"""The exact covering radius of every prefix: by merging while the sums are few, by the certified filter beyond."""

import numpy as np

from .._jit import inlined, kernel
from .coverage import bounds_of_sorted, errors_of_sorted
from .filter import filtered_errors
from .merge import by_decreasing_size, double_sums, nonzero, sorted_sums
from .relevant import reach_alone, relevant

MERGED = 10
"""Up to so many non-zero entries all sums are merged and scanned."""
ROOM = 1 << 16
"""Words of scratch to begin with: n = 20 needs some 2^14. Memory that is never touched costs nothing."""
WORK = ("sums marked", "words shifted", "points settled", "steps walked")
"""What the filter counts as it goes: 2^(3n/5) sums, words of 64 bits over all shifts, gaps and ends of the interval."""


@kernel
def scratch_of(words, work):
    """(bits, spare, work) for `filtered_errors`, the first two in one block.

    Two blocks the C library would give back to the system after every call: 28 us more for one trial at n = 20.
    """
    block = np.empty(2 * words, np.uint64)
    return block[:words], block[words:], work


@inlined
def roomy_errors(ordered, interval, unsure, scratch):
    """((least, most), scratch): `filtered_errors`, with larger scratch where the given arrays are too small."""
    errors = filtered_errors(ordered, interval, unsure, scratch)
    while errors[0][0] < 0.0:
        scratch = scratch_of(np.int64(-1.25 * errors[0][0]), scratch[2])
        errors = filtered_errors(ordered, interval, unsure, scratch)
    return errors, scratch


@inlined
def merged_errors(entries, interval, unsure):
    """`coverage.bounds_of_sorted` of all sums of the entries, added in their order."""
    room = np.int64(1) << entries.size
    sums = sorted_sums(entries, np.empty(room), np.empty(room))
    return bounds_of_sorted(sums, room, interval, unsure)


@inlined
def relevant_errors(entries, interval, scratch):
    """((shortfall, excess), scratch) of the entries that matter, see `relevant`."""
    kept = nonzero(relevant(entries, interval))
    if kept.size <= MERGED:
        return merged_errors(kept, interval, 0.0)[0], scratch
    (errors, _), scratch = roomy_errors(by_decreasing_size(kept), interval, 0.0, scratch)
    return errors, scratch


@inlined
def exact_errors(steps, interval, resolution, scratch, out):
    """out[:, i] = (shortfall, excess) of all entries of steps[:i+1], exact in float64; at least `resolution`.

    steps: (n, m), m entries join at every step; zeros cost nothing, nor do entries that cannot matter, see `relevant`.
    The radius, the larger of both, never grows with i, so the first one at or below `resolution` (0: never stop)
    settles all later ones. NaN from where `filtered_errors` gives up. scratch: that of `filtered_errors`; returned, or
    a larger one. Error: at most (number of entries) * 2^-53 * sum |x|, from the additions alone.
    """
    entries, width = steps.ravel(), steps.shape[1]
    sums, other, active, before = np.empty(1 << MERGED), np.empty(1 << MERGED), 0, 0
    sums[0] = 0.0
    errors = errors_of_sorted(sums, np.int64(1), interval.low, interval.high)
    alone, large = reach_alone(interval), False
    for i in range(steps.shape[0]):
        prefix, joining = entries[: (i + 1) * width], entries[i * width : (i + 1) * width]
        for x in joining:
            active, large = active + (x != 0.0), large or abs(x) > alone
        if before < active and max(errors[0], errors[1]) > resolution:
            if large:
                errors, scratch = relevant_errors(prefix, interval, scratch)
            elif active <= MERGED:
                for x in joining:
                    if x != 0.0:
                        double_sums(sums[: 1 << before], x, other[: 2 << before])
                        sums, other, before = other, sums, before + 1
                errors = errors_of_sorted(sums, np.int64(1) << active, interval.low, interval.high)
            else:
                (errors, _), scratch = roomy_errors(by_decreasing_size(prefix), interval, 0.0, scratch)
            if np.isnan(errors[0]):
                out[:, i:] = np.nan
                return scratch
        before = active
        out[0, i], out[1, i] = max(errors[0], resolution), max(errors[1], resolution)
    return scratch


@kernel
def exact_errors_of_trials(steps, interval, resolution, out):
    """out[:, :, t] = exact_errors of trial t. steps: (trials, n, m); out: (2, n, trials). Returns `WORK` counts."""
    scratch = scratch_of(np.int64(ROOM), np.zeros(4, np.int64))
    for trial in range(steps.shape[0]):
        scratch = exact_errors(steps[trial], interval, resolution, scratch, out[:, :, trial])
    return scratch[2]
