"""Masks as bits: bit k of a mask, from the lowest of its first byte on, keeps hidden neuron k of its block.

Two kinds: `neurons` (inputs, bytes), the entries of M_{2k-1} that are kept, one for each hidden neuron: what it sees of
its own input; and `masks` (inputs, outputs, bytes), the entries of M_{2k} that are kept.
"""

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]


def pack(kept: NDArray[np.bool_]) -> Bytes:
    """Bits on the last axis, (..., m) to (..., ceil(m / 8)); those left over are 0."""
    return np.packbits(kept, axis=-1, bitorder="little")


def unpack(packed: Bytes, m: int) -> NDArray[np.bool_]:
    """The m bits of every mask."""
    return np.unpackbits(packed, axis=-1, count=m, bitorder="little").astype(bool)


def padding(m: int) -> Bytes:
    """The bits of a mask that stand for no neuron, as a mask."""
    bits = np.ones(8 * (-(-m // 8)), bool)
    bits[:m] = False
    return pack(bits)
