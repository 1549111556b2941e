"""The unit ball {W in R^{d x d}: ||W|| <= 1} of the operator norm: its volume, and matrices drawn uniformly from it."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import instance, reals, whole
from ..errors import InputError
from ..sampling.portable import orthonormal

Floats = NDArray[np.float64]

_MOST_D = 20


def ball_volume(d: int) -> float:
    """Lebesgue volume of {W in R^{d x d}: ||W|| <= 1}: 2, 2 pi^2 / 3, 8 pi^4 / 45 for d = 1, 2, 3.

    By W = U S V^T: the volume is |O(d)|^2 / (2^d d!) times the integral of prod_{i<j} |s_i^2 - s_j^2| over the cube
    [0, 1]^d, which with l = s^2 is Selberg's.

    >>> from montecarlo.packing import ball_volume
    >>> [round(ball_volume(d), 3) for d in (1, 2, 3)]
    [2.0, 6.58, 17.317]
    """
    d = whole("d", d, 1, _MOST_D)
    orthogonal = math.prod(2.0 * math.pi ** (k / 2) / math.gamma(k / 2) for k in range(1, d + 1))
    selberg = math.prod(
        math.gamma(0.5 + j / 2)
        * math.gamma(1 + j / 2)
        * math.gamma(1.5 + j / 2)
        / (math.gamma(1.5 + (d + j - 1) / 2) * math.gamma(1.5))
        for j in range(d)
    )
    return orthogonal**2 / (2**d * math.factorial(d)) * selberg / 2**d


def uniform_matrices(generator: np.random.Generator, count: int, d: int) -> Floats:
    """Matrices uniform on the unit ball of the operator norm, (count, d, d).

    generator: the source of random numbers. The upper d rows of d orthonormal columns in R^(2d+1), Haar distributed,
    have density proportional to det(I - W^T W)^0 on the ball. For d = 1 this is Archimedes: a coordinate on the sphere
    in R^3 is uniform.
    """
    generator = instance("generator", generator, np.random.Generator, "give numpy.random.default_rng(0)")
    count, d = whole("count", count, 0), whole("d", d, 1)
    gaussian = generator.standard_normal((count, 2 * d + 1, d))
    return np.ascontiguousarray(orthonormal(gaussian)[:, :d])


def operator_norms(matrices: ArrayLike) -> Floats:
    """||W|| of every matrix, (count,); matrices: (count, d, d)."""
    from ..kernels.networks.operator_norm import operator_norms as norms

    matrices = reals("matrices", matrices)
    if matrices.ndim != 3 or matrices.shape[1] != matrices.shape[2] or matrices.shape[1] == 0:
        raise InputError(f"matrices must have shape (count, d, d), got {matrices.shape}; give one as matrix[None]")
    count, d, _ = matrices.shape
    found = np.empty(count)
    norms(np.ascontiguousarray(matrices).reshape(count, d * d), d, found)
    return found
