"""Random matrices of spectral norm 1: the kinds of layers that a target network of Theorem 1 is tried with."""

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from ..checks import one_of
from .portable import orthonormal

Floats = NDArray[np.float64]
Kind = Literal["gaussian", "orthogonal", "low-rank", "sparse", "equal"]

_RANK = 2
_NONZERO = 4
_INSIDE = 1.0 - 2.0**-40
"""Norms are computed to some 1e-13; this much below 1 they are surely not above it."""
_SMALL = 64
"""Up to so many rows or columns our own kernel takes the norm, for the same digits everywhere: 30 ms at 64."""


def check_kind(kind: str) -> None:
    """Refuse a kind there is none of."""
    one_of("kind of target", kind, get_args(Kind))


def unit_matrix(kind: str, draw: np.random.Generator, outputs: int, inputs: int) -> Floats:
    """A matrix (outputs, inputs) of spectral norm 1 (less 1e-12).

    kind:

    - "gaussian": independent normal weights;
    - "orthogonal": all singular values equal;
    - "low-rank": rank 2 at most, a product of gaussian matrices;
    - "sparse": 4 normal weights in every row, elsewhere 0;
    - "equal": all weights the same, 1 / sqrt(outputs inputs): nothing is drawn.

    Where both sides exceed 64, last digits depend on the machine's linear algebra.
    """
    matrix = _KINDS[kind](draw, outputs, inputs)
    return matrix * (_INSIDE / _norm(matrix))


def _norm(matrix: Floats) -> float:
    """The spectral norm of a matrix other than 0, up to rounding."""
    if min(matrix.shape) > _SMALL:
        return float(np.linalg.norm(matrix, ord=2))
    from ..kernels.networks.norms import MOST_SQUARINGS, norm_up

    wide = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T
    return float(norm_up(np.ascontiguousarray(wide), MOST_SQUARINGS))


def _gaussian(draw: np.random.Generator, outputs: int, inputs: int) -> Floats:
    return draw.standard_normal((outputs, inputs))


def _orthogonal(draw: np.random.Generator, outputs: int, inputs: int) -> Floats:
    tall = draw.standard_normal((max(outputs, inputs), min(outputs, inputs)))
    q = orthonormal(tall)  # uniformly distributed, as the diagonal of R is positive
    return q if outputs >= inputs else q.T


def _low_rank(draw: np.random.Generator, outputs: int, inputs: int) -> Floats:
    left, right = draw.standard_normal((outputs, _RANK)), draw.standard_normal((_RANK, inputs))
    return left[:, :1] * right[:1] + left[:, 1:] * right[1:]


def _sparse(draw: np.random.Generator, outputs: int, inputs: int) -> Floats:
    matrix = np.zeros((outputs, inputs))
    for row in matrix:
        chosen = draw.choice(inputs, min(_NONZERO, inputs), replace=False)
        row[chosen] = draw.standard_normal(chosen.size)
    return matrix


def _equal(draw: np.random.Generator, outputs: int, inputs: int) -> Floats:
    return np.ones((outputs, inputs))


_KINDS: dict[str, Callable[[np.random.Generator, int, int], Floats]] = {
    "gaussian": _gaussian,
    "orthogonal": _orthogonal,
    "low-rank": _low_rank,
    "sparse": _sparse,
    "equal": _equal,
}
