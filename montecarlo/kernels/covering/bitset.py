"""A bitset of rounded subset sums that grows entry by entry: cost and memory do not grow like 2^n.

Every x is rounded to a grid of width w (a power of two, so that scaling is exact): x = w (k + r) with k an
integer and |r| <= 1/2. The sums of the k are the set bits of one long word, built by shift-and-or. With
P = sum of the positive r and N = sum of the negative |r|, a subset's true sum and its bit differ by w times
something in [-N, P]. Moving all bits by w (P - N) / 2 makes that symmetric: every true sum lies within

    e = w (P + N) / 2

of a bit, and every bit within e of a true sum, so their covering radii differ by at most e. The bound is
measured, not worst-case: about w k / 8 for k random entries, four times better than w (k + 1) / 2, and 0
when every x is a multiple of w.
"""

from typing import Any, NamedTuple

import numpy as np

from .._jit import assign, kernel
from ..bits import WORD, leading_zeros, trailing_zeros
from .coverage import Interval, gap_bounds, larger
from .runs import SHORTEST, set_bit_from, widest_gaps

_GAPS = 512
_MOST_BITS = 2.0**62
"""Far more bits than there is room for, and still an integer."""


class Bitset(NamedTuple):
    """Bit j of `bits` stands for the sum width * (origin + j); no bit lies above `span`.

    plus, minus: P and N in units of the width. spare: scratch as large as `bits`.
    """

    bits: Any
    spare: Any
    width: float
    span: int
    origin: int
    plus: float
    minus: float


@kernel
def empty_sum(scratch, width):
    """The bitset of the empty sum alone; scratch: two arrays for its words."""
    scratch[0][0] = np.uint64(1)
    return Bitset(scratch[0], scratch[1], width, 0, 0, 0.0, 0.0)


@kernel
def words_with(bitset, x):
    """Room for the words of the bitset after x has joined, and for one behind them."""
    return bitset.span // WORD + np.int64(min(abs(np.rint(x / bitset.width)), _MOST_BITS)) // WORD + 3


@kernel
def shift_or(old, words, shift, new):
    """new = old | old << shift, for old[:words]; returns the number of words new occupies, words + shift // 64 + 1.

    Both arrays need as many; old is cleared behind its words.
    """
    whole, part = shift // WORD, np.uint64(shift % WORD)
    total = words + whole + 1
    old[words:total] = np.uint64(0)
    assign(new, old[:whole])
    here, moved, target = old[whole:total], old[: words + 1], new[whole:total]
    if part == 0:
        for i in range(words + 1):
            target[i] = here[i] | moved[i]
        return total
    rest = np.uint64(WORD) - part
    target[0] = here[0] | (moved[0] << part)
    below, here, moved, target = moved[:words], here[1:], moved[1:], target[1:]
    for i in range(words):
        target[i] = here[i] | (moved[i] << part) | (below[i] >> rest)
    return total


@kernel
def add_entry(bitset, x):
    """The bitset after x has joined. A negative x moves the origin down, else the two signs are alike."""
    bits, spare, width, span, origin, plus, minus = bitset
    rounded = np.rint(x / width)
    residual = x / width - rounded
    shift = np.int64(abs(rounded))
    shift_or(bits, span // WORD + 1, shift, spare)
    origin += min(np.int64(rounded), 0)
    return Bitset(spare, bits, width, span + shift, origin, plus + max(residual, 0.0), minus + max(-residual, 0.0))


@kernel
def last_bit_up_to(bits, words, place):
    """The highest set bit at or below `place` (a float, in bits), as a float; -inf if there is none."""
    if place < 0.0:
        return -np.inf
    index = np.int64(min(place, words * WORD - 1.0))
    i = index // WORD
    word = bits[i] << np.uint64(WORD - 1 - index % WORD) >> np.uint64(WORD - 1 - index % WORD)
    while word == 0 and i > 0:
        i -= 1
        word = bits[i]
    return np.float64(i * WORD + WORD - 1 - leading_zeros(word)) if word != 0 else -np.inf


@kernel
def first_bit_above(bits, words, place):
    """The lowest set bit above `place` (a float, in bits), as a float; +inf if there is none."""
    index = np.int64(min(max(np.floor(place) + 1.0, 0.0), words * WORD))
    i = index // WORD
    word = bits[i] >> np.uint64(index % WORD) if i < words else np.uint64(0)
    if word != 0:
        return np.float64(index + trailing_zeros(word))
    found = set_bit_from(bits, words, i + 1)
    return np.float64(found) if found >= 0 else np.inf


@kernel
def widest_between(bits, first, last, least):
    """The widest gap between neighbouring set bits in first..last, both set; 0 if none has `least` >= SHORTEST bits.

    There must be a word behind the last one; words are changed on the way and put back.
    """
    start, stop = first // WORD, last // WORD + 1
    low, high, behind = bits[start], bits[stop - 1], bits[stop]
    bits[stop] = np.uint64(0)
    bits[start] &= ~np.uint64(0) << np.uint64(first % WORD)
    bits[stop - 1] &= ~np.uint64(0) >> np.uint64(WORD - 1 - last % WORD)
    gaps = np.empty((2, _GAPS), np.int64)
    widest, following, inside = np.int64(0), np.int64(0), bits[start : stop + 1]
    while following < stop - start:
        limits = max(least, widest + 1), np.int64(0)
        _, found, following = widest_gaps(inside, following, stop - start, limits, gaps)
        widest = max(widest, found)
    bits[stop], bits[stop - 1] = behind, high
    bits[start] = low
    return widest


@kernel
def errors_of_bits(bits, words, interval, error):
    """(least, most): bounds on (shortfall, excess) of true sums within `error` of the set bits, less the error.

    All in bits. Of a gap narrower than SHORTEST only that bound is known.
    """
    low, high = interval.low, interval.high
    below, first = last_bit_up_to(bits, words, low), first_bit_above(bits, words, low)
    last, above = last_bit_up_to(bits, words, high), first_bit_above(bits, words, high)
    one, other = gap_bounds(below, first, interval, error), gap_bounds(last, above, interval, error)
    least, most = larger(one[0], other[0]), larger(one[1], other[1])
    if last <= first:
        return least, most
    known = min(most[0], most[1]) if interval.sided else max(most[0], most[1])
    least_bits = max(np.int64(min(2.0 * known, _MOST_BITS)), SHORTEST)
    widest = widest_between(bits, np.int64(first), np.int64(last), least_bits)
    inside, most_inside = 0.5 * widest, 0.5 * max(widest, SHORTEST if widest == 0 else 0)
    return larger(least, (inside, inside)), larger(most, (most_inside, most_inside))


@kernel
def bracket(bitset, interval):
    """(lower, upper): bounds on the (shortfall, excess) of the true sums over `interval`; see `Interval`."""
    width = bitset.width
    middle = bitset.origin + 0.5 * (bitset.plus - bitset.minus)
    first, last = interval.low / width, interval.high / width
    low, high = first - middle, last - middle
    error = 0.5 * (bitset.plus + bitset.minus)
    on_grid = 2.0 * first == np.rint(2.0 * first) and 2.0 * last == np.rint(2.0 * last)
    on_grid &= max(abs(first), abs(last)) < 2.0**50
    if error > 0.0 or not on_grid:  # the rounding of `middle`, `low` and `high` themselves
        error += 2.0**-50 * (abs(low) + abs(high) + bitset.span)
    unsure = error if interval.sided else 0.0  # the larger of both is continuous
    least, most = errors_of_bits(bitset.bits, bitset.span // WORD + 1, Interval(low, high, interval.sided), unsure)
    lower = max(least[0] - error, 0.0) * width, max(least[1] - error, 0.0) * width
    return lower, ((most[0] + error) * width, (most[1] + error) * width)
