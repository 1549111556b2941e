"""What masks add up to, in exact arithmetic: nothing here knows how a mask was found.

    P_ij = sum over k in mask with u_jk > 0 of v_ijk u_jk,    N_ij the same with u_jk < 0

The kernel of limbs gives both as two floats without rounding; rational numbers settle what it leaves open.
"""

from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..kernels.networks.limbs import exact_sums
from .masks import Bytes
from .pairs import Floats
from .wide import Blocks

_CLOSE = 2.0**-49
"""Errors computed in float64 from sums up to 2 in size are wrong by 2^-50 at most; further from epsilon they decide."""


_LARGEST = 1e100


class Sums(NamedTuple):
    """Sums correctly rounded, |w - sum| > epsilon, entries; (2, outputs, inputs), first for x > 0, then for x < 0."""

    sums: Floats
    missed: NDArray[np.bool_]
    kept: NDArray[np.int64]


def sums_of_masks(blocks: Blocks, neurons: Bytes, masks: Bytes, weights: Floats, epsilon: float | None) -> Sums:
    """The sums of every mask, as far as `neurons` keeps its entries; exactly decided whether they miss the weights.

    blocks: m neurons in each; neurons: (inputs, bytes); masks: (inputs, outputs, bytes); weights: (outputs, inputs).
    Without epsilon none is missed. Non-finite numbers in use give NaN, missed.
    """
    u, v = blocks
    inputs, outputs, _ = v.shape
    high, low = np.empty((2, inputs, 2, outputs))
    kept = np.zeros((inputs, 2, outputs), np.int64)
    used = masks & neurons[:, None]
    for j in range(inputs):
        exact_sums(u[j], v[j], used[j], high[j], low[j], kept[j])
    high, low = (part.transpose(1, 2, 0) for part in (high, low))  # (2, outputs, inputs)
    limit = np.inf if epsilon is None else epsilon
    sums, errors = high + low, np.abs((weights - high) - low)
    missed = ~(errors <= limit)
    open_ = np.isnan(high) | (np.abs(errors - limit) <= _CLOSE)
    for s, i, j in np.argwhere(open_):
        total = exact_sum(u[j], v[j, i], used[j, i], s)
        sums[s, i, j] = np.nan if total is None else float(total)
        missed[s, i, j] = total is None or (
            epsilon is not None and abs(Fraction(float(weights[i, j])) - total) > Fraction(epsilon)
        )
    return Sums(sums, missed, kept.transpose(1, 2, 0))


def exact_sum(u: Floats, v: Floats, mask: Bytes, side: int) -> Fraction | None:
    """One sum as a rational number; None if a number in use is not finite, or far beyond any law."""
    bits = np.unpackbits(mask, count=u.size, bitorder="little").astype(bool)
    chosen = np.flatnonzero(bits & (u < 0.0 if side else u > 0.0))
    if not (np.abs(u[chosen]) <= _LARGEST).all() or not (np.abs(v[chosen]) <= _LARGEST).all():
        return None
    pairs = zip(v[chosen].tolist(), u[chosen].tolist(), strict=True)
    return sum((Fraction(a) * Fraction(b) for a, b in pairs), Fraction(0))
