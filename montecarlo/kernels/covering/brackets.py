"""Certified brackets of shortfall and excess of every prefix: exact where that is cheaper, by a bitset else.

The cost of an exact radius grows with the number of entries, whatever the radius; that of a bitset with the sum of
|x| over the radius. So sets of few entries, and large sets that cover the interval finely, are settled exactly, and
the bitset takes large sets that cover it coarsely: small or repeated entries, intervals in the sums' tails.
"""

import numpy as np

from .._jit import assign, inlined, kernel
from .bitset import Bitset, add_entry, bracket, empty_sum, words_with
from .coverage import bounds_of_sorted, errors_of_sorted
from .exact import MERGED, ROOM, merged_errors, roomy_errors, scratch_of
from .merge import by_decreasing_size, double_sums, nonzero
from .relevant import reach_alone, relevant

_FEW_WORDS = 1 << 10
"""Words of a bitset to begin with."""


@kernel
def exact_cost(entries):
    """Rough time of an exact radius of so many entries, in ns (measured: 6 us at 12, 13 at 16, 47 at 20, 140 at 22)."""
    return 6e3 * 2.0 ** (0.25 * (entries - 12)) + 0.03 * 2.0**entries


@kernel
def grid_width(upper, entries, tolerance):
    """The power of two that should give a bracket of half the tolerance at `upper`: e is about width * entries / 8."""
    return 2.0 ** np.floor(np.log2(tolerance * upper / (0.5 * entries + 1.0)))


@kernel
def bitset_cost(total, entries, width):
    """Rough time for the bitset of so many entries with sum |x| = total, in ns: 0.5 a word and an entry, all in all."""
    return 0.5 * entries * total / (64.0 * width) + 3e3


@kernel
def with_entries(bitset, entries, room):
    """The bitset after `entries` have joined, in larger arrays if need be; of width 0 if `room` words are too few."""
    for x in entries:
        if x != 0.0 and bitset.width > 0.0:
            words = words_with(bitset, x)
            if words > room:
                return Bitset(bitset.bits, bitset.spare, 0.0, bitset.span, bitset.origin, 0.0, 0.0)
            if words > bitset.bits.size:
                size = min(2 * words, room)
                bits, spare = np.empty(size, np.uint64), np.empty(size, np.uint64)
                assign(bits, bitset.bits)
                bitset = Bitset(bits, spare, bitset.width, bitset.span, bitset.origin, bitset.plus, bitset.minus)
            bitset = add_entry(bitset, x)
    return bitset


@inlined
def narrow(bitset, held, entries, interval, limits):
    """(bitset of `entries`, lower, upper): bounds as narrow as asked, or width 0 if that needs more than `room` words.

    The bitset holds entries[:held] already; where it proves too coarse it is built again, finer.
    """
    tolerance, resolution, room = limits
    bitset = with_entries(bitset, entries[held:], room)
    while bitset.width > 0.0:
        lower, upper = bracket(bitset, interval)
        radius = max(upper[0], upper[1])
        too_wide = (radius - max(lower[0], lower[1])) / (tolerance * radius)
        if too_wide <= 1.0 or radius <= resolution:
            return bitset, lower, upper
        width = bitset.width * 0.5 ** (1.0 + np.ceil(np.log2(too_wide)))
        bitset = with_entries(empty_sum((bitset.bits, bitset.spare), width), entries, room)
    return bitset, (0.0, 0.0), (np.inf, np.inf)


@kernel
def rounding(entries, interval):
    """What additions in float64 can change in a radius: at most (number + 2) * 2^-52 * (sum |x| + |low| + |high|)."""
    return (entries.size + 2.0) * 2.0**-52 * (np.abs(entries).sum() + abs(interval.low) + abs(interval.high))


@kernel
def around(bounds, rounding):
    """(lower, upper) bounds on (shortfall, excess), from (least, most) of sums that are off by their rounding."""
    least, most = bounds
    lower = max(least[0] - rounding, 0.0), max(least[1] - rounding, 0.0)
    return lower, (most[0] + rounding, most[1] + rounding)


@kernel
def begins_with(entries, first):
    """Whether entries[:first.size] are `first`."""
    same = True
    for i in range(first.size):
        same &= entries[i] == first[i]
    return same


@inlined
def settled(prefix, interval, radius, state, limits):
    """(lower, upper, state) of one prefix of more than MERGED entries, exactly or by the bitset, whichever is cheaper.

    radius: a known bound on it. state: (bitset, the entries it holds, scratch of the exact kernel). A negative lower
    bound says that neither kernel has room.
    """
    tolerance, resolution, room = limits
    bitset, held, scratch = state
    ordered = by_decreasing_size(prefix)
    width = grid_width(max(0.5 * radius, resolution), ordered.size, tolerance)
    cost = bitset_cost(np.abs(ordered).sum(), ordered.size, width)
    feasible = ordered.size < 60 and np.int64(1) << ordered.size >> 5 <= room
    if not feasible or cost < exact_cost(ordered.size):
        if bitset.width == 0.0 or not begins_with(prefix, held):
            bitset, held = empty_sum((bitset.bits, bitset.spare), width), prefix[:0]
        bitset, lower, upper = narrow(bitset, held.size, prefix, interval, limits)
        if bitset.width > 0.0:
            return lower, upper, (bitset, prefix, scratch)
    if not feasible:
        return (-1.0, -1.0), (radius, radius), (bitset, prefix[:0], scratch)
    error = rounding(prefix, interval)
    bounds, scratch = roomy_errors(ordered, interval, error if interval.sided else 0.0, scratch)
    if np.isnan(bounds[0][0]):
        return (-1.0, -1.0), (radius, radius), (bitset, prefix[:0], scratch)
    lower, upper = around(bounds, error)
    return lower, upper, (bitset, held, scratch)


@inlined
def bracket_errors(steps, interval, limits, scratch, brackets):
    """brackets[0, :, i] <= (shortfall, excess) of all entries of steps[:i+1] <= brackets[1, :, i], for every prefix.

    limits: (tolerance, resolution > 0, room). With lower and upper their larger bounds, those of the radius, either
    upper - lower <= tolerance * upper, or upper <= resolution, the bounds are 0 and `resolution`, and later prefixes
    cost nothing; or neither, where that takes more than `room` words: the bounds are then true, but wide. So are those
    of the smaller error where the middle of a gap and the interval's end cannot be told apart. steps: (n, m), m entries
    join at every step; zeros cost nothing, nor do entries that cannot matter, see `relevant`. scratch: (two uint64
    arrays for the bitset, the scratch of the exact kernel); returned, or larger ones.
    """
    resolution, entries = limits[1], steps.ravel()
    sums, other, active = np.zeros(1 << MERGED), np.empty(1 << MERGED), 0
    alone, large, state = reach_alone(interval), False, (empty_sum(scratch[0], 0.0), entries[:0], scratch[1])
    lower = upper = errors_of_sorted(sums, np.int64(1), interval.low, interval.high)
    radius = max(upper[0], upper[1])
    for i in range(steps.shape[0]):
        before = active
        for x in steps[i]:
            if x != 0.0 and radius > resolution:
                if active < MERGED:
                    double_sums(sums[: 1 << active], x, other[: 2 << active])
                    sums, other = other, sums
                active, large = active + 1, large or abs(x) > alone
        if before < active:
            prefix = entries[: (i + 1) * steps.shape[1]]
            prefix = relevant(prefix, interval) if large else prefix
            error = rounding(prefix, interval)
            unsure = error if interval.sided else 0.0
            kept = nonzero(prefix) if large else prefix
            if large and kept.size <= MERGED:
                lower, upper = around(merged_errors(kept, interval, unsure), error)
            elif active <= MERGED:
                bounds = bounds_of_sorted(sums, np.int64(1) << active, interval, unsure)
                lower, upper = around(bounds, error)
            else:
                lower, upper, state = settled(prefix, interval, radius, state, limits)
                if lower[0] < 0.0:  # nor will more entries find room
                    brackets[0, :, i:], brackets[1, :, i:] = 0.0, radius
                    break
        radius = min(radius, max(upper[0], upper[1]))
        for side in range(2):
            brackets[0, side, i] = lower[side] if upper[side] > resolution else 0.0
            brackets[1, side, i] = max(min(upper[side], radius), resolution)
    return (state[0].bits, state[0].spare), state[2]


@kernel
def bracket_errors_of_trials(steps, interval, limits, brackets):
    """brackets[..., t] = bracket_errors of trial t. steps: (trials, n, m); brackets: (2, 2, n, trials)."""
    arrays = np.empty(_FEW_WORDS, np.uint64), np.empty(_FEW_WORDS, np.uint64)
    scratch = arrays, scratch_of(np.int64(ROOM), np.zeros(4, np.int64))
    for trial in range(steps.shape[0]):
        scratch = bracket_errors(steps[trial], interval, limits, scratch, brackets[:, :, :, trial])
