"""Random matrices of spectral norm 1: the kinds of layers that a target network of Theorem 1 is tried with."""

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from .checks import one_of

Floats = NDArray[np.float64]
Kind = Literal["gaussian", "orthogonal", "low-rank", "sparse", "equal"]

_RANK = 2
_NONZERO = 4
_INSIDE = 1.0 - 2.0**-40
"""Norms are computed to some 1e-15; this much below 1 they are surely not above it."""


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

    Last digits depend on the machine's linear algebra.
    """
    matrix = _KINDS[kind](draw, outputs, inputs)
    return matrix * (_INSIDE / np.linalg.norm(matrix, ord=2))


def _gaussian(draw: np.random.Generator, outputs: int, inputs: int) -> Floats:
    return draw.standard_normal((outputs, inputs))


def _orthogonal(draw: np.random.Generator, outputs: int, inputs: int) -> Floats:
    tall = draw.standard_normal((max(outputs, inputs), min(outputs, inputs)))
    q, r = np.linalg.qr(tall)
    q = q * np.where(np.diag(r) < 0.0, -1.0, 1.0)  # uniformly distributed only with the signs of r made positive
    return q if outputs >= inputs else q.T


def _low_rank(draw: np.random.Generator, outputs: int, inputs: int) -> Floats:
    return draw.standard_normal((outputs, _RANK)) @ draw.standard_normal((_RANK, inputs))


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
