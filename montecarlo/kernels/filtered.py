"""The exact covering radius at a small fraction of 2^n.

A bitset finds the few gaps that can be the widest, two sorted halves settle those to the last bit.

A true sum lies within e of its bit (see `bitset`), so a true gap and its run of empty bits differ by at most 2 e, and
the widest true gap lies in a run at least (longest - 4 e) long. All else is work not done: sums outside the interval
leave the window as soon as no later entry can bring them back, and only the smaller entries are rounded and
shifted; the sums of the larger ones are marked one by one.
"""

import numpy as np

from ._jit import kernel
from .bits import WORD
from .coverage import gap_radius
from .halves import neighbours, split_halves
from .runs import SHORTEST, widest_gaps
from .sums import all_sums
from .window import PADDING, add_shifted, clear_outside, mark_sums

_GAP_BITS = 28.0
"""Aim: bits in the widest gap. Fewer leave more gaps to settle, more make the bitset longer.

Measured at n = 20 / 26 / 30: 44 bits 136 us, 15.0 ms, 345 ms; 30 bits 118 us, 11.4 ms, 270 ms; 26 bits 113 us, 9.9 ms,
222 ms; with fewer the shortest gap looked for comes too near.
"""
_WIDTHS = 128
_ROOM = 1024


@kernel
def expected_gap(entries, low, high):
    """Rough width of the widest gap between the sums in [low, high], were they 2^n independent normal points."""
    middle, spread, count = 0.0, 0.0, 1.0
    for x in entries:
        middle += 0.5 * x
        spread += 0.25 * x * x
        count *= 2.0
    spread = np.sqrt(spread)
    far = max(abs(low - middle), abs(high - middle)) / spread
    density = count / (2.5066 * spread) * np.exp(-0.5 * min(far * far, 60.0))
    return np.log(2.0 + density * (high - low)) / density


@kernel
def best_width(rounded, width):
    """(width', P, N): the grid width in (0.75 width, width] that rounds the entries with the least total error.

    P and N are the sums of the positive and of the negative residuals, in units of width'. Trying many widths
    costs 2 us and about halves the rounding error (measured at n = 20, 8 entries rounded: to 0.42 of it).
    """
    best, least, plus, minus = width, np.inf, 0.0, 0.0
    for k in range(_WIDTHS):
        trial = width * (1.0 - 0.25 * k / _WIDTHS)
        up, down = 0.0, 0.0
        for x in rounded:
            residual = x / trial - np.rint(x / trial)
            up += max(residual, 0.0)
            down += max(-residual, 0.0)
        if (up + down) * trial < least:
            best, least, plus, minus = trial, (up + down) * trial, up, down
    return best, plus, minus


@kernel
def fill_window(entries, marked, width, low, high, bits, spare):
    """Bits of all sums in [low, high], and of some beyond: (bits, spare, base, words).

    A negative `words` says how many there is no room for.

    entries[:marked] are enumerated and marked one by one, the others shifted in. A window reaches as far
    beyond [low, high] as the entries still to come can bring a sum back.
    """
    plus, minus = 0.0, 0.0
    for x in entries[marked:]:
        plus += max(x, 0.0)
        minus += max(-x, 0.0)
    margin = (2.0 * (entries.size - marked) + WORD) * width
    base = np.int64(np.floor((low - plus - margin) / width / WORD)) * WORD
    words = np.int64(np.ceil((high + minus + margin) / width) - base) // WORD + 1
    if words + PADDING > bits.size:
        return bits, spare, base, -(words + PADDING)
    sums = np.empty(1 << marked)
    all_sums(entries[:marked], sums)
    mark_sums(sums, width, base, words, bits)
    for x in entries[marked:]:
        plus -= max(x, 0.0)
        minus -= max(-x, 0.0)
        next_base = max(np.int64(np.floor((low - plus - margin) / width / WORD)) * WORD, base)
        next_words = np.int64(np.ceil((high + minus + margin) / width) - next_base) // WORD + 1
        next_words = min(next_words, words - (next_base - base) // WORD)
        add_shifted(bits, words, (next_base - base) // WORD, np.int64(np.rint(x / width)), next_words, spare)
        bits, spare, base, words = spare, bits, next_base, next_words
    return bits, spare, base, words


@kernel
def settle(gaps, count, grid, halves, interval, radius):
    """The larger of `radius` and the exact radius of the true gaps in which the runs `gaps` lie.

    grid: (width, centre of bit 0, error in bits). A negative radius says that nothing is settled yet: the gaps that
    hold the interval's two ends, which no bitset can settle, then come first. Four points at a time, the widest
    runs first; what cannot beat the radius any more is left out.
    """
    width, centre, error = grid
    points, below, above = np.empty(4), np.empty(4), np.empty(4)
    order = np.argsort(gaps[0, :count] - gaps[1, :count])
    done = 0
    while radius < 0.0 or done < count:
        ends = 2 if radius < 0.0 else 0
        points[0], points[1] = interval[0], interval[1]
        for k in range(ends, 4):
            if done < count and (gaps[1, order[done]] - gaps[0, order[done]] + 2.0 * error) * width > 2.0 * radius:
                points[k] = (centre + 0.5 * (gaps[0, order[done]] + gaps[1, order[done]])) * width
                done += 1
            else:
                points[k] = points[0]
                done = count
        neighbours(halves[0], halves[1], points, below, above)
        for k in range(4):
            radius = max(radius, gap_radius(below[k], above[k], interval[0], interval[1]))
    return radius


@kernel
def filtered_radius(ordered, low, high, bits, spare):
    """Covering radius of all sums of `ordered` (non-zero, by decreasing size) over [low, high].

    A negative result says how many words `bits` and `spare` need. Exact in float64 up to the additions: (number of
    entries) * 2^-53 * sum |x|.
    """
    halves = split_halves(ordered)
    top = halves[0][-2] + halves[1][-1]
    bottom = halves[0][0] + halves[1][1]
    gaps = np.empty((2, _ROOM), np.int64)
    first, last = max(low, bottom), min(high, top)
    if not first < last:
        return settle(gaps, 0, (1.0, 0.0, 0.0), halves, (low, high), -1.0)
    marked = ordered.size - ordered.size * 2 // 5
    width = expected_gap(ordered, first, last) / _GAP_BITS
    radius = -1.0
    while True:
        width, plus, minus = best_width(ordered[marked:], width)
        bits, spare, base, words = fill_window(ordered, marked, width, first, last, bits, spare)
        if words < 0:
            return np.float64(words)
        error = 0.5 * (plus + minus) + 0.5 + 2.0**-12  # marking takes the floor; the last term covers its rounding
        centre = base + 0.5 * (plus - minus) + 0.5
        clear_outside(bits, words, first / width - centre - error, last / width - centre + error)
        start, widest = np.int64(0), np.int64(0)
        while start < words:
            least = max(np.int64(2.0 * radius / width - 2.0 * error), SHORTEST)
            count, found, start = widest_gaps(bits, start, words, np.int64(4.0 * error) + 1, least, gaps)
            widest = max(widest, found)
            radius = settle(gaps, count, (width, centre, error), halves, (low, high), radius)
        # The widest true gap then has a run of at least SHORTEST and more than 2 e bits, so it was settled.
        if max(widest, 2.0 * radius / width) >= max(SHORTEST + 4.0 * error, 6.0 * error) + 1.0:
            return radius
        width *= 0.25
