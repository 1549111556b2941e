"""Addressed randomness: the numbers of a trial depend on its address alone, never on who draws them or when.

An address is (seed, claim, cell, strand). A strand is `STRAND` neighbouring trials that share one generator;
blocks, workers and interruptions only decide which strands are drawn where.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

STRAND = 64
"""Trials per generator. Part of every result: changing it changes all numbers of all seeds."""

Address: TypeAlias = Mapping[str, object]


def generator(seed: int, address: Address) -> np.random.Generator:
    """A PCG64DXSM generator for `address`: equal addresses give equal streams, different ones independent streams.

    The address is written as JSON with sorted keys and hashed (SHA-256) to eight 32-bit words, the spawn key of
    SeedSequence(seed). Its values must be JSON numbers or strings (or lists and mappings of them).
    """
    text = json.dumps(address, sort_keys=True, separators=(",", ":"), allow_nan=False)
    words = np.frombuffer(hashlib.sha256(text.encode()).digest(), dtype="<u4")
    sequence = np.random.SeedSequence(seed, spawn_key=tuple(int(word) for word in words))
    return np.random.Generator(np.random.PCG64DXSM(sequence))


def draw_trials(
    draw: Callable[[np.random.Generator, int], NDArray[np.float64]],
    seed: int,
    address: Address,
    first: int,
    stop: int,
) -> NDArray[np.float64]:
    """Draws of the trials first..stop-1, shape (n, ..., stop - first).

    `draw(generator, trials)` gives (n, ..., trials), n slowest, so that the rows of a larger n continue those of
    a smaller one bit for bit. Whole strands are drawn and cut, so a trial's numbers do not depend on the range.
    """
    strands = range(first // STRAND, -(-stop // STRAND))
    drawn = [draw(generator(seed, {**address, "strand": strand}), STRAND) for strand in strands]
    offset = strands.start * STRAND
    return np.concatenate(drawn, axis=-1)[..., first - offset : stop - offset]
