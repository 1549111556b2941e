"""Certified brackets of the covering radius from a bitset: cost and memory do not grow like 2^n.

Every x is rounded to a grid of width w (a power of two, so that scaling is exact): x = w (k + r) with k an
integer and |r| <= 1/2. The sums of the k are the set bits of one long word, built by shift-and-or. With
P = sum of the positive r and N = sum of the negative |r|, a subset's true sum and its bit differ by w times
something in [-N, P]. Moving all bits by w (P - N) / 2 makes that symmetric: every true sum lies within

    e = w (P + N) / 2

of a bit, and every bit within e of a true sum, so their covering radii differ by at most e. The bound is
measured, not worst-case: about w k / 8 for k random entries, four times better than w (k + 1) / 2, and 0
when every x is a multiple of w.
"""

import numpy as np

from ._jit import kernel
from .bits import WORD, leading_zeros, trailing_zeros
from .coverage import gap_radius


@kernel
def shift_or(old, words, shift, new):
    """new = old | old << shift, for old[:words] with zeros behind; returns the number of words new occupies.

    Both arrays need words + shift // 64 + 1 words, and old must be 0 beyond its first `words`.
    """
    whole, part = shift // WORD, np.uint64(shift % WORD)
    total = words + whole + 1
    for i in range(min(whole, total)):
        new[i] = old[i]
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
def last_bit_up_to(bits, words, low):
    """The highest set bit at or below `low` (a float, in bits), as a float; -inf if there is none."""
    if low < 0.0:
        return -np.inf
    index = min(np.int64(low), words * WORD - 1)
    i = index // WORD
    word = bits[i] << np.uint64(WORD - 1 - index % WORD) >> np.uint64(WORD - 1 - index % WORD)
    while word == 0 and i > 0:
        i -= 1
        word = bits[i]
    return np.float64(i * WORD + WORD - 1 - leading_zeros(word)) if word != 0 else -np.inf


@kernel
def radius_of_bits(bits, words, low, high):
    """Covering radius, in bits, of the set bits of bits[:words] over [low, high] (floats, in bits)."""
    left = last_bit_up_to(bits, words, low)
    start = max(np.int64(left) + 1 if left >= 0.0 else 0, 0)
    radius = 0.0
    for i in range(start // WORD, words):
        word = bits[i]
        if i == start // WORD:
            word = word >> np.uint64(start % WORD) << np.uint64(start % WORD)
        base = i * WORD
        while word != 0:
            right = np.float64(base + trailing_zeros(word))
            if right - left > 2.0 * radius or right >= high:
                radius = max(radius, gap_radius(left, right, low, high))
            if right >= high:
                return radius
            left = right
            word &= word - np.uint64(1)
            if 2.0 * radius >= WORD and word != 0 and base + WORD <= high:
                left = np.float64(base + WORD - 1 - leading_zeros(word))  # no wider gap inside one word
                word = np.uint64(0)
    return max(radius, high - left)


@kernel
def empty_sum(entries, width):
    """State of the bitset that holds the empty sum alone, with room for every sum of `entries`.

    A state is (bits, spare, span, origin, plus, minus): bit j stands for the sum width * (origin + j), no bit lies
    above `span`, `plus` and `minus` are P and N in units of the width.
    """
    room = 3 + np.int64(np.abs(np.rint(entries / width)).sum()) // WORD
    bits, spare = np.zeros(room, np.uint64), np.zeros(room, np.uint64)
    bits[0] = np.uint64(1)
    return bits, spare, np.int64(0), np.int64(0), 0.0, 0.0


@kernel
def add_entry(state, x, width):
    """The state after x has joined. A negative x moves the origin down, else the two signs are alike."""
    bits, spare, span, origin, plus, minus = state
    rounded = np.rint(x / width)
    residual = x / width - rounded
    shift = np.int64(abs(rounded))
    shift_or(bits, span // WORD + 1, shift, spare)
    origin += min(np.int64(rounded), 0)
    return spare, bits, span + shift, origin, plus + max(residual, 0.0), minus + max(-residual, 0.0)


@kernel
def bracket(state, width, interval):
    """(lower, upper) with lower <= covering radius of the true sums over `interval` <= upper."""
    bits, _, span, origin, plus, minus = state
    middle = origin + 0.5 * (plus - minus)
    first, last = interval[0] / width, interval[1] / width
    low, high = first - middle, last - middle
    radius = radius_of_bits(bits, span // WORD + 1, low, high)
    error = 0.5 * (plus + minus)
    on_grid = 2.0 * first == np.rint(2.0 * first) and 2.0 * last == np.rint(2.0 * last)
    if error > 0.0 or not on_grid:  # the rounding of `middle`, `low` and `high` themselves
        error += 2.0**-50 * (abs(low) + abs(high) + span)
    return max(radius - error, 0.0) * width, (radius + error) * width


@kernel
def bracket_radii(steps, interval, tolerance, resolution, brackets):
    """brackets[0, i] <= radius(all entries of steps[:i+1]; interval) <= brackets[1, i], for every prefix.

    Either upper - lower <= tolerance * upper, or the radius is at most `resolution` (> 0) and the bracket is
    [0, resolution]; later prefixes then cost nothing. The grid starts coarse; it is refined, and the prefix rebuilt,
    only when the bracket is too wide.
    """
    m = steps.shape[1]
    entries = steps.ravel()
    upper = max(abs(interval[0]), abs(interval[1]))
    lower = upper
    width = 2.0 ** np.floor(np.log2(tolerance * max(upper, resolution)))
    state = empty_sum(entries, width)
    for i in range(steps.shape[0]):
        grown = False
        for x in steps[i]:
            if x != 0.0 and upper > resolution:
                state = add_entry(state, x, width)
                grown = True
        fresh = grown
        while fresh and upper > resolution:
            lower, found = bracket(state, width, interval)
            upper = min(upper, found)
            excess = (found - lower) / (tolerance * found)
            fresh = excess > 1.0 and upper > resolution
            if fresh:
                width *= 0.5 ** (1.0 + np.ceil(np.log2(excess)))
                state = empty_sum(entries, width)
                for x in entries[: (i + 1) * m]:
                    if x != 0.0:
                        state = add_entry(state, x, width)
        brackets[0, i] = lower if upper > resolution else 0.0
        brackets[1, i] = max(upper, resolution)


@kernel
def bracket_radii_of_trials(steps, interval, tolerance, resolution, brackets):
    """brackets[:, :, t] = bracket_radii of trial t. steps: (trials, n, m); brackets: (2, n, trials)."""
    for trial in range(steps.shape[0]):
        bracket_radii(steps[trial], interval, tolerance, resolution, brackets[:, :, trial])
