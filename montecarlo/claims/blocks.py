"""Blocks of 2n hidden neurons, each for one weight as in Lemma 1, as many at once as a layer has.

A block's neurons are u, v of shape (n, 2, ..., trials): along axis 1 first a, b, then c, d of Lemma 1's proof. On x > 0
only the neurons with u > 0 fire, on x < 0 only those with u < 0, and both sides are linear in x: two subset-sum
problems for the same w, with summands v u. Results have shape (n, ..., trials).
"""

from typing import NamedTuple

import numpy as np

from ..solvers.covering_radius import Brackets, Precision, radius_brackets, sided_brackets, worse
from .base import Floats

_WEIGHTS = (-1.0, 1.0)


class Sides(NamedTuple):
    """The summands v u of the neurons that fire on x > 0, and of those that fire on x < 0: (n, 2, ..., trials) each."""

    positive: Floats
    negative: Floats


def sides_of(u: Floats, v: Floats) -> Sides:
    """The two subset-sum problems of every block; u and v are broadcast."""
    return Sides(v * np.maximum(u, 0.0), v * np.minimum(u, 0.0))


def statement(sides: Sides, precision: Precision) -> Brackets:
    """sup over |w| <= 1 of min over masks of sup over |x| <= 1 of |w x - g(x)|, all 2n neurons in use."""
    return worse(covering(sides.positive, precision), covering(sides.negative, precision))


def construction(sides: Sides, precision: Precision) -> Brackets:
    """The same with the masks of Lemma 1's proof: a, b for x > 0 only and c, d for x < 0 only."""
    return worse(covering(sides.positive[:, :1], precision), covering(sides.negative[:, 1:], precision))


def signed_errors(sides: Sides, precision: Precision) -> tuple[Brackets, Brackets]:
    """(sup of w x - g(x), sup of g(x) - w x) over |w| <= 1 and |x| <= 1, every w having its nearest subsets.

    The larger is `statement`. On x > 0 the network is too low where the sums fall short of w, on x < 0 where they
    exceed it. When errors of blocks add up, all must have one sign, so that these count and not the larger.
    """
    shortfall, excess = _one_sided(sides.positive, precision)
    other_shortfall, other_excess = _one_sided(sides.negative, precision)
    return worse(shortfall, other_excess), worse(excess, other_shortfall)


def covering(summands: Floats, precision: Precision) -> Brackets:
    """rho = covering radius over [-1, 1] for every block; summands: (n, m, ..., trials)."""
    n, m, *shape = summands.shape
    found = radius_brackets(summands.reshape(n, m, -1), _WEIGHTS, precision)
    return _shaped(found, (n, *shape))


def _one_sided(summands: Floats, precision: Precision) -> tuple[Brackets, Brackets]:
    n, m, *shape = summands.shape
    shortfall, excess = sided_brackets(summands.reshape(n, m, -1), _WEIGHTS, precision)
    return _shaped(shortfall, (n, *shape)), _shaped(excess, (n, *shape))


def _shaped(values: Brackets, shape: tuple[int, ...]) -> Brackets:
    return Brackets(values.lower.reshape(shape), values.upper.reshape(shape))
