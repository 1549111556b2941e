"""A bitset of subset sums that holds only the part that can still matter: the window shrinks with every entry.

{0, x} = x + {0, -x}: whatever its sign, an entry may be read as one that moves sums down or leaves them, once bit 0 has
another meaning. So all shifts go one way, can be done in place, and the window loses words at its upper end alone.
"""

import numpy as np

from .._jit import kernel
from ..bits import BLOCK, WORD, or_block


@kernel
def mark_sums(sums, width, base, words, bits):
    """Set bit floor(s / width) - base for every sum s that has one in the window; clear the other bits."""
    bits[: words + 1] = np.uint64(0)
    beyond, scale = words * WORD, 1.0 / width
    for s in sums:
        bit = np.int64(np.floor(s * scale)) - base
        bit = bit if 0 <= bit < beyond else beyond
        bits[bit >> 6] |= np.uint64(1) << np.uint64(bit & 63)
    bits[words] = np.uint64(0)


@kernel
def shift_or(old, shift, words, new):
    """new[bit j] = old[bit j] | old[bit j + shift] for the bits of `words` words; shift >= 0, new may be old.

    `old` has words up to words + shift // 64. Up to BLOCK - 1 words more are read and written. 0.15 to 0.19 ns a word
    while the window is in the cache of its core, some 0.4 beyond.
    """
    whole, part = shift >> 6, np.uint64(shift & 63)
    for i in range(0, words, BLOCK):
        or_block(new, old, i, i + whole, part)


@kernel
def fill_window(sums, shifts, grid, scratch):
    """Bit j of spare[:words]: the floor of some s / width, plus some of the `shifts` (at least one), is start + j.

    scratch: (bits, spare, work). `bits` keeps the given sums alone, those of the entries that are not shifted in:
    bit i stands for start - (sum of the positive shifts) + i. `grid.window_words` says how many words both need.
    """
    bits, spare, work = scratch
    base, size = grid.start, grid.words
    for shift in shifts:
        base -= max(shift, 0)
        size += (abs(shift) >> 6) + 1
    mark_sums(sums, grid.width, base, size, bits)
    work[0] += sums.size
    for k in range(shifts.size):
        size -= (abs(shifts[k]) >> 6) + 1
        shift_or(bits if k == 0 else spare, abs(shifts[k]), size, spare)
        work[1] += size


@kernel
def clear_outside(bits, grid, low, high):
    """Clear the bits whose sums all lie below `low` or above `high`, and the word behind the window."""
    first = np.int64(np.ceil(low / grid.width - grid.centre - grid.error))
    last = np.int64(np.floor(high / grid.width - grid.centre + grid.error))
    bits[: first // WORD] = np.uint64(0)
    bits[last // WORD + 1 : grid.words + 1] = np.uint64(0)
    keep = ~np.uint64(0)
    bits[first // WORD] &= keep << np.uint64(first % WORD)
    bits[last // WORD] &= keep >> np.uint64(WORD - 1 - last % WORD)
