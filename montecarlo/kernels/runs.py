"""Long runs of empty bits, found at a small fraction of a bit's time: most words are dismissed by the group."""

import numpy as np

from ._jit import kernel
from .bits import WORD, leading_zeros, trailing_zeros

SHORTEST = 16
"""Gaps shorter than this many bits are not looked for: their ends are not much further apart than the rounding."""
_GROUP = 32
_FOUND = _GROUP * (WORD // SHORTEST + 1)
"""Most gaps that one group of words can add."""


@kernel
def field_bits(least):
    """Size f of an aligned field of bits that a gap of `least` bits is sure to leave empty: it has 2 f - 1 zeros."""
    if least >= 2 * WORD:
        return 64
    return 32 if least >= WORD else 16 if least >= 32 else 8


@kernel
def empty_fields(words, ones, tops):
    """Non-zero if some word has an empty field."""
    found = np.uint64(0)
    for i in range(words.size):
        found |= (words[i] - ones) & ~words[i] & tops
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
def widest_gaps(bits, start, words, slack, least, gaps):
    """Gaps between neighbouring set bits that may be the widest: (count, widest, next word).

    Collects (left bit, right bit) in `gaps`, (2, room), for gaps of at least `least` (>= SHORTEST) bits and within
    `slack` bits of the widest one seen, from the word `start` on. Stops where `gaps` is full of such; `next word`
    is where to go on, `words` at the end. `widest` is 0 if no gap is long enough.
    """
    count, widest, seen = 0, 0, np.int64(-1)
    for group in range(start, words, _GROUP):
        stop = min(group + _GROUP, words)
        field = field_bits(max(least, widest - slack))
        ones = ~np.uint64(0) // ((np.uint64(1) << np.uint64(field - 1)) * np.uint64(2) - np.uint64(1))
        tops = ones << np.uint64(field - 1)
        if empty_fields(bits[group:stop], ones, tops) == 0:
            continue
        if count + _FOUND > gaps.shape[1]:
            count = keep_wide(gaps, count, widest - slack)
            if count + _FOUND > gaps.shape[1]:
                return count, widest, group
        for i in range(group, stop):
            fields = (bits[i] - ones) & ~bits[i] & tops
            while fields != 0:
                left, right = gap_around(bits, words, i, trailing_zeros(fields) + 1 - field)
                fields &= fields - np.uint64(1)
                if left > seen and right >= 0 and right - left >= max(least, widest - slack):
                    gaps[0, count], gaps[1, count], seen = left, right, left
                    widest = max(widest, right - left)
                    count += 1
    return keep_wide(gaps, count, widest - slack), widest, words


@kernel
def keep_wide(gaps, count, least):
    """Drop the gaps narrower than `least`, in place, and return how many are left."""
    kept = 0
    for i in range(count):
        if gaps[1, i] - gaps[0, i] >= least:
            gaps[0, kept], gaps[1, kept] = gaps[0, i], gaps[1, i]
            kept += 1
    return kept
