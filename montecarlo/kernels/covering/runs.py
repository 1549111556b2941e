"""Long runs of empty bits, found at a small fraction of a bit's time: most words are dismissed by the group."""

import numpy as np

from .._jit import kernel
from ..bits import WORD, funnel, leading_zeros, trailing_zeros

SHORTEST = 10
"""Gaps shorter than this many bits are not looked for: their ends are not much further apart than the rounding."""
_GROUP = 64
_FOUND = _GROUP * (WORD // SHORTEST + 1)
"""Most gaps that one group of words can add."""


@kernel
def empty_from(above, word, extra):
    """Bit j is set where the bits j to j + 7 + extra of the 128-bit number above:word are all 0. 0 <= extra <= 8."""
    word |= funnel(above, word, np.uint64(1))
    above |= above >> np.uint64(1)
    word |= funnel(above, word, np.uint64(2))
    above |= above >> np.uint64(2)
    word |= funnel(above, word, np.uint64(4))
    above |= above >> np.uint64(4)
    return ~(word | funnel(above, word, extra))


@kernel
def mark_empty(words, above, extra, empty):
    """empty[i] = empty_from(above[i], words[i], extra), above[i] being the word after words[i]; non-zero if any is."""
    found = np.uint64(0)
    for i in range(words.size):
        empty[i] = empty_from(above[i], words[i], extra)
        found |= empty[i]
    return found


@kernel
def set_bit_before(bits, word):
    """Index of the last set bit below the word; -1 if there is none."""
    word -= 1
    while word >= 0 and bits[word] == 0:
        word -= 1
    return word * WORD + WORD - 1 - leading_zeros(bits[word]) if word >= 0 else np.int64(-1)


@kernel
def set_bit_from(bits, words, word):
    """Index of the first set bit at or above the word; -1 if there is none."""
    while word < words and bits[word] == 0:
        word += 1
    return word * WORD + trailing_zeros(bits[word]) if word < words else np.int64(-1)


@kernel
def gap_around(bits, words, word, offset):
    """(left, right): the set bits next to bit `offset` of a word, below it, and at it or above; -1 if there is none."""
    below = bits[word] & ((np.uint64(1) << np.uint64(offset)) - np.uint64(1))
    above = bits[word] >> np.uint64(offset)
    left = word * WORD + WORD - 1 - leading_zeros(below) if below != 0 else set_bit_before(bits, word)
    right = word * WORD + offset + trailing_zeros(above) if above != 0 else set_bit_from(bits, words, word + 1)
    return left, right


@kernel
def widest_gaps(bits, start, words, limits, gaps):
    """Gaps between neighbouring set bits that may be the widest: (count, widest, next word).

    Collects (left bit, right bit) in `gaps`, (2, room), for gaps of at least `least` (>= SHORTEST) bits and within
    `slack` bits of the widest one seen, from the word `start` on; limits = (least, slack). Stops where `gaps` is full
    of such; `next word` is where to go on, `words` at the end. `widest` is 0 if no gap is long enough. The word behind
    the window must be 0.
    """
    count, widest, seen = np.int64(0), np.int64(0), np.int64(-1)
    wanted, flags = limits[0], np.empty(_GROUP, np.uint64)
    for group in range(start, words, _GROUP):
        stop = min(group + _GROUP, words)
        extra = np.uint64(min(wanted - 9, 8))
        if mark_empty(bits[group:stop], bits[group + 1 : stop + 1], extra, flags) == 0:
            continue
        if count + _FOUND > gaps.shape[1]:
            count = keep_wide(gaps, count, widest - limits[1])
            if count + _FOUND > gaps.shape[1]:
                return count, widest, group
        for i in range(group, stop):
            empty = flags[i - group]
            while empty != 0:
                left, right = gap_around(bits, words, i, trailing_zeros(empty))
                inside = right - i * WORD
                empty = empty >> np.uint64(inside) << np.uint64(inside) if 0 <= inside < WORD else np.uint64(0)
                if left > seen and right - left >= wanted:
                    gaps[0, count], gaps[1, count], seen = left, right, left
                    widest = max(widest, right - left)
                    wanted = max(wanted, widest - limits[1])
                    count += 1
    return keep_wide(gaps, count, wanted), widest, words


@kernel
def keep_wide(gaps, count, least):
    """Drop the gaps narrower than `least`, in place, and return how many are left."""
    kept = 0
    for i in range(count):
        if gaps[1, i] - gaps[0, i] >= least:
            gaps[0, kept], gaps[1, kept] = gaps[0, i], gaps[1, i]
            kept += 1
    return kept
