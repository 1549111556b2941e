"""P(subset sums fail to cover [-h, h] to within epsilon), averaged over all 2^n signs of the entries at once.

Let X_i = sigma_i a_i with fair signs sigma_i. The sums of subsets are t + s, s over all signed half sums
(+-a_1 +- ... +- a_n) / 2, and t is one of these 2^n numbers, every one as likely. With A = sum a_i and s = A/2 - d, d
runs over the subset sums of the magnitudes. [-h, h] is not covered exactly where [-h, h] - t meets a gap: the open
interval that is left of (s, s') less epsilon on either side, or beyond the first or the last sum and epsilon. So

    P(failure | a) = 2^-n #{t within h of a gap wider than 2 epsilon, or within h - epsilon of either end}

is a count. In terms of d the gap (d, d') is reached by d + epsilon - h < t < d' - epsilon + h, the near end by
t < h - epsilon. Where no sum beyond some x has a gap wider than 2 epsilon until A/2, the far end mirrors the near one,
and all gaps that count lie below x: see `dense_from`.
"""

from typing import NamedTuple

import numpy as np

from .._jit import kernel
from ..bits import WORD
from .merge import sorted_sums

LANE = 16
"""A word of bits is dense enough if none of its lanes of so many bits is empty: no run of 2 LANE - 1 empty bits."""
_LOWEST = np.uint64(0x0001000100010001)
_HIGHEST = np.uint64(0x8000800080008000)
_TRIES = 12
_SPARE = 8.0
"""Bits left at either end of the certified window for the rounding of the ends themselves."""


class Failing(NamedTuple):
    """What a count needs to know: half the interval's length, and the accuracies, from large to small."""

    half: float
    epsilons: np.ndarray


@kernel
def sums_up_to(entries, limit, sums):
    """All subset sums of the rising, non-negative entries up to `limit`, sorted, in place; returns their number.

    Negative: there are at least so many, more than `sums` has room for. Merged from behind, so that nothing that is
    still to be read is overwritten.
    """
    sums[0], count = 0.0, 1
    for x in entries:
        if x > limit:
            break
        joining = np.searchsorted(sums[:count], limit - x, side="right")
        if count + joining > sums.size:
            return -(count + joining)
        i, j = count - 1, joining - 1
        for place in range(count + joining - 1, -1, -1):
            if j < 0:
                break
            moved = sums[j] + x
            if i >= 0 and sums[i] > moved:
                sums[place] = sums[i]
                i -= 1
            else:
                sums[place] = moved
                j -= 1
        count += joining
    return count


@kernel
def shift_or_within(old, shift, new):
    """new = old | old << shift, cut off at the end of both arrays; their last word is the highest."""
    whole, part = shift // WORD, np.uint64(shift % WORD)
    new[:whole] = old[:whole]
    if whole >= old.size:
        return
    here, moved, target = old[whole:], old[: old.size - whole], new[whole:]
    if part == 0:
        for i in range(target.size):
            target[i] = here[i] | moved[i]
        return
    rest = np.uint64(WORD) - part
    target[0] = here[0] | (moved[0] << part)
    for i in range(1, target.size):
        target[i] = here[i] | (moved[i] << part) | (moved[i - 1] >> rest)


@kernel
def last_sparse_word(bits):
    """Index of the last word with an empty lane; -1 if there is none."""
    for i in range(bits.size - 1, -1, -1):
        word = bits[i]
        if (word - _LOWEST) & ~word & _HIGHEST != 0:
            return i
    return -1


@kernel
def window_from(entries, gap, limit, bits, spare):
    """The least x found such that subset sums of `entries` leave no gap wider than `gap` on [x, limit]; inf if none.

    Sums are rounded to cells of width w = gap / (2 LANE + entries.size): each entry is off by w / 2 at most. Words
    without an empty lane leave runs of at most 2 LANE - 2 empty bits, and true sums within w n / 2 of either end.
    """
    width = gap / (2 * LANE + entries.size)
    words = np.int64(limit / width) // WORD
    if words < 2:
        return np.inf
    old, new = bits[:words], spare[:words]
    old[:] = np.uint64(0)
    old[0] = np.uint64(1)
    for x in entries:
        if x <= limit:
            shift_or_within(old, np.int64(np.rint(x / width)), new)
            old, new = new, old
    first = last_sparse_word(old) + 1
    if first >= words:
        return np.inf
    return (first * WORD + 0.5 * entries.size + _SPARE) * width


@kernel
def dense_from(entries, gap, room, guess):
    """An x such that subset sums of the rising `entries` leave no gap wider than `gap` on [x, A - x], or inf.

    Sums of a part B without such a gap on [x, y] have none on [x, y + r] once an entry r <= y - x joins. The largest
    entries are left out of B, as many as it takes that y and their sum reach A/2; what lies beyond is the mirror image.
    guess: a first try of x. room: words that two bitsets may have.
    """
    total = entries.sum()
    x, found = guess, np.inf
    for _ in range(_TRIES):
        kept, left_out, largest = entries.size, 0.0, 0.0
        limit = x
        while kept > 0 and limit + left_out < 0.5 * total:
            kept -= 1
            left_out += entries[kept]
            largest = max(largest, entries[kept])
            limit = x + largest
        width = gap / (2 * LANE + max(kept, 1))
        limit += 2.0 * (WORD + kept + 2.0 * _SPARE) * width
        words = np.int64(limit / width) // WORD + 1
        if kept == 0 or words > room:
            return np.inf
        bits, spare = np.empty(words, np.uint64), np.empty(words, np.uint64)
        found = window_from(entries[:kept], gap, limit, bits, spare)
        reached = np.int64(limit / width) // WORD * WORD * width - (0.5 * kept + _SPARE) * width
        if found + largest <= reached:
            return found
        x = max(1.2 * x, min(found, 2.0 * x))
    return np.inf


@kernel
def pairs_below(one, other, limit):
    """Number of pairs with one[i] + other[j] < limit, for sorted arrays."""
    count, j = np.int64(0), other.size
    for i in range(one.size):
        while j > 0 and one[i] + other[j - 1] >= limit:
            j -= 1
        count += j
    return count


@kernel
def sums_below(limit, known, halves):
    """Number of subset sums below `limit`: from the sorted `known` ones, or by pairs of sums of half of the entries.

    known: (all sums up to `until`, until). Halves hold the sums of every second entry.
    """
    sums, until = known
    if limit <= until:
        return np.int64(np.searchsorted(sums, limit))
    return pairs_below(halves[0], halves[1], limit)


@kernel
def grown_sums(entries, limit, sums):
    """(sums, count) as in `sums_up_to`, with larger arrays where there is too little room."""
    count = sums_up_to(entries, limit, sums)
    while count < 0:
        sums = np.empty(-2 * count)
        count = sums_up_to(entries, limit, sums)
    return sums, count


@kernel
def reached_until(sums, epsilon, half):
    """The right end of the last interval of t that meets a gap of the sorted sums, or the near end; the least is 0."""
    last = max(half - epsilon, 0.0)
    for i in range(sums.size - 1, 0, -1):
        if sums[i] - sums[i - 1] > 2.0 * epsilon:
            return max(last, sums[i] - epsilon + half)
    return last


@kernel
def count_reached(sums, until, halves, epsilon, half):
    """#{t: a gap of `sums` or the near end is within reach}; the intervals of t are put together where they overlap."""
    known = sums, until
    low, high = -1.0, half - epsilon
    count = np.int64(0)
    for i in range(1, sums.size):
        if sums[i] - sums[i - 1] > 2.0 * epsilon:
            begin, end = sums[i - 1] + epsilon - half, sums[i] - epsilon + half
            if begin > high:
                count += sums_below(high, known, halves)
                if low >= 0.0:
                    count -= sums_below(np.nextafter(low, np.inf), known, halves)
                low, high = begin, end
            else:
                high = max(high, end)
    count += sums_below(high, known, halves)
    if low >= 0.0:
        count -= sums_below(np.nextafter(low, np.inf), known, halves)
    return max(count, np.int64(0))


@kernel
def failures_in_full(entries, failing, out):
    """out[k] = P(failure at epsilons[k] | magnitudes), from all 2^n sums; entries: (n,), non-negative."""
    room = 1 << entries.size
    sums = sorted_sums(entries, np.empty(room), np.empty(room))
    total = sums[room - 1]
    for k in range(failing.epsilons.size):
        epsilon, half = failing.epsilons[k], failing.half
        count = np.searchsorted(sums, half - epsilon)
        reached = count  # sums counted so far are those before this place
        for i in range(1, room):
            if sums[i] - sums[i - 1] > 2.0 * epsilon:
                begin = max(np.searchsorted(sums, sums[i - 1] + epsilon - half, side="right"), reached)
                end = np.searchsorted(sums, sums[i] - epsilon + half)
                if end > begin:
                    count += end - begin
                    reached = end
        begin = max(np.searchsorted(sums, total - half + epsilon, side="right"), reached)
        if half > epsilon:
            count += room - begin
        out[k] = count / room


@kernel
def failures_in_tail(entries, failing, guess, room, out):
    """out[k] = P(failure at epsilons[k] | magnitudes) from the sums near one end; returns x of `dense_from`.

    entries: rising and non-negative. inf, and nothing in `out`, where no such x was certified, or where what is
    reached from either end overlaps.
    """
    smallest, half, total = failing.epsilons[-1], failing.half, entries.sum()
    x = dense_from(entries, 2.0 * smallest, room, guess)
    if np.isinf(x):
        return x
    until = x + 4.0 * smallest
    buffer, count = grown_sums(entries, until, np.empty(1 << 12))
    sums = buffer[:count]
    furthest = reached_until(sums, smallest, half)
    if furthest >= 0.5 * total:
        return np.inf
    one, size = grown_sums(entries[::2], furthest, np.empty(1 << 10))
    other, other_size = grown_sums(entries[1::2], furthest, np.empty(1 << 10))
    halves = one[:size], other[:other_size]
    for k in range(failing.epsilons.size):
        reached = count_reached(sums, until, halves, failing.epsilons[k], half)
        out[k] = 2.0 * reached * 0.5**entries.size
    return x
