"""Random members of F, ||W_k|| <= 1 for every layer: kinds of matrices that a pruned network should be tried on."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Literal, get_args

import numpy as np

from ..errors import InputError
from ..plans import whole
from ..streams import generator
from .pairs import Floats
from .targets import Target

Kind = Literal["gaussian", "orthogonal", "low-rank", "sparse", "equal"]

_RANK = 2
_NONZERO = 4
_INSIDE = 1.0 - 2.0**-40
"""Norms are computed to some 1e-15; this much below 1 they are surely not above it."""


def random_target(kind: Kind, widths: Sequence[int], seed: int = 0) -> Target:
    """A target with layers of spectral norm 1 (less 1e-12), d_0, ..., d_l = widths.

    kind, for every layer:

    - "gaussian": independent normal weights;
    - "orthogonal": all singular values equal;
    - "low-rank": rank 2 at most, a product of gaussian matrices;
    - "sparse": 4 normal weights in every row, elsewhere 0;
    - "equal": all weights the same, 1 / sqrt(d_k d_{k-1}): there is nothing random about it.

    The same seed gives the same target, up to last digits that depend on the machine's linear algebra.
    """
    if kind not in get_args(Kind):
        raise InputError(f"kind of target must be one of {', '.join(get_args(Kind))}, got {kind!r}")
    sizes = [whole("a width", width, 1, 100_000) for width in widths]
    if len(sizes) < 2:
        raise InputError(f"widths must be those of the input and of every layer, got {sizes}; give 8,8,4, say")
    layers = []
    for k, (inputs, outputs) in enumerate(pairwise(sizes), 1):
        draw = generator(whole("seed", seed, 0), {"target": kind, "layer": k})
        matrix = _KINDS[kind](draw, outputs, inputs)
        layers.append(matrix * (_INSIDE / np.linalg.norm(matrix, ord=2)))
    return Target(layers)


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
