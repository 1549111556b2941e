"""A bitset of subset sums that holds only the part that can still matter: the window shrinks with every entry.

Bit j of a window stands for the grid point width * (base + j); `base` is a multiple of 64, so that windows of
different size are aligned by whole words. Four words of zeros follow the last one.
"""

import numpy as np

from ._jit import kernel
from .bits import WORD

PADDING = 4


@kernel
def mark_sums(sums, width, base, words, bits):
    """Set the bit at floor(s / width) of every sum s that falls into the window; the others set a bit beyond it."""
    bits[: words + PADDING] = np.uint64(0)
    beyond = words * WORD
    for i in range(sums.size):
        place = np.int64(np.floor(sums[i] / width)) - base
        place = place if 0 <= place < beyond else beyond
        bits[place // WORD] |= np.uint64(1) << np.uint64(place % WORD)
    bits[words] = np.uint64(0)


@kernel
def clear_outside(bits, words, low, high):
    """Clear the bits below `low` and above `high` (floats, in bits, within the window)."""
    first, last = np.int64(np.ceil(low)), np.int64(np.floor(high))
    bits[: first // WORD] = np.uint64(0)
    bits[last // WORD + 1 : words] = np.uint64(0)
    keep = ~np.uint64(0)
    bits[first // WORD] &= keep << np.uint64(first % WORD)
    bits[last // WORD] &= keep >> np.uint64(WORD - 1 - last % WORD)


@kernel
def add_shifted(old, old_words, skip, shift, words, new):
    """new[bit j] = old[bit j + 64 skip] | old[bit j + 64 skip - shift] for j in the `words` words of the new window.

    The sums without the new entry, moved to the new window's base, and the same plus an entry of `shift` grid steps
    (of either sign). Bits outside the old window are 0.
    """
    offset = skip * WORD - shift
    whole, part = offset >> 6, np.uint64(offset & 63)
    first = min(max(0, -1 - whole), words)  # below it, and from `stop` on, nothing is moved in
    stop = min(max(old_words - whole, first), words)
    for i in range(first):
        new[i] = old[skip + i]
    kept, target = old[skip + first : skip + stop], new[first:stop]
    here, above = old[max(whole + first, 0) : whole + stop], old[whole + first + 1 : whole + stop + 1]
    if whole + first < 0 < stop - first:  # the lowest word has only bits that come from above
        target[0] = kept[0] | (above[0] << (np.uint64(63) - part) << np.uint64(1))
        kept, target, above = kept[1:], target[1:], above[1:]
    if part == 0:
        for i in range(target.size):
            target[i] = kept[i] | here[i]
    else:
        rest = np.uint64(WORD) - part
        for i in range(target.size):
            target[i] = kept[i] | (here[i] >> part) | (above[i] << rest)
    for i in range(stop, words):
        new[i] = old[skip + i]
    new[words : words + PADDING] = np.uint64(0)
