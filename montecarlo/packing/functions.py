"""sup over ||x|| <= 1 of ||g(x) - W x|| for g(x) = N relu(M x): exact for d = 1 and 2, certified bounds beyond.

M: (s, d), N: (d, s), W: (d, d), pruned or not; the Euclidean norm on both sides, as in Theorem 2.
"""

import numpy as np
from numpy.typing import ArrayLike

from ..checks import reals
from ..errors import InputError
from .matrices import Floats, operator_norms

_MOST_NEURONS = 12


def slopes(inner: ArrayLike, outer: ArrayLike) -> tuple[float, float]:
    """(p, q) with g(x) = p x for x > 0 and q x for x < 0, for d = 1; inner, outer: (s,)."""
    m, n = np.asarray(inner, dtype=float), np.asarray(outer, dtype=float)
    return float((n * m)[m > 0.0].sum()), float((n * m)[m < 0.0].sum())


def error_bounds(inner: ArrayLike, outer: ArrayLike, target: ArrayLike) -> tuple[float, float]:
    """(lower, upper) on sup over ||x|| <= 1 of ||N relu(M x) - W x||; equal for d = 1 and d = 2.

    inner: M, (s, d). outer: N, (d, s). target: W, (d, d).

    d = 1: the larger error at the two ends. d = 2: from the sectors between kinks (kernels/reached.py). Beyond: on
    every activation pattern the error is a linear map A, ||A|| bounds it there, and the error at A's top singular
    vector v, and at -v, is attained. Patterns that no x has are bounded along, which only widens. Up to rounding.

    >>> from montecarlo.packing import error_bounds
    >>> [float(bound) for bound in error_bounds([[1.0], [-1.0]], [[0.5, -0.5]], [[0.25]])]  # x / 2 against x / 4
    [0.25, 0.25]
    """
    m, n, w = _checked(inner, outer, target)
    d = m.shape[1]
    if d == 1:
        p, q = slopes(m[:, 0], n[0])
        both = max(abs(p - w[0, 0]), abs(q - w[0, 0]))
        return both, both
    if d == 2:
        from ..kernels.networks.reached import plane_error

        rows = np.ascontiguousarray(m), np.ascontiguousarray(n.T), np.ascontiguousarray(w).ravel()
        both = float(plane_error(*rows, np.empty(2 * len(m) + 1)))
        return both, both
    return _pattern_bounds(m, n, w)


def errors_at(inner: ArrayLike, outer: ArrayLike, target: ArrayLike, points: ArrayLike) -> Floats:
    """||g(x) - W x|| at every row x of points, (count,); g(x) = N relu(M x). inner: M, outer: N, target: W."""
    m, n, w = _checked(inner, outer, target)
    x = reals("points", points)
    if x.ndim != 2 or x.shape[1] != m.shape[1]:
        raise InputError(f"points must have shape (count, {m.shape[1]}), a row each, got {x.shape}")
    return np.linalg.norm(np.maximum(x @ m.T, 0.0) @ n.T - x @ w.T, axis=1)


def _pattern_bounds(m: Floats, n: Floats, w: Floats) -> tuple[float, float]:
    alive = (np.abs(m).max(axis=1) > 0.0) & (np.abs(n).max(axis=0) > 0.0)
    m, n = m[alive], n[:, alive]
    if len(m) > _MOST_NEURONS:
        raise InputError(f"neurons left must be at most {_MOST_NEURONS} for d > 2, got {len(m)}; prune more")
    patterns = (np.arange(2 ** len(m))[:, None] >> np.arange(len(m))) & 1
    maps = np.einsum("is,ps,sj->pij", n, patterns, m) - w
    top = np.linalg.svd(maps)[2][:, 0]
    ends = np.concatenate([top, -top])
    return float(errors_at(m, n, w, ends).max()), float(operator_norms(maps).max())


def _checked(inner: ArrayLike, outer: ArrayLike, target: ArrayLike) -> tuple[Floats, Floats, Floats]:
    given = {"inner": inner, "outer": outer, "target": target}
    m, n, w = (reals(name, values) for name, values in given.items())
    if m.ndim != 2 or m.shape[1] == 0 or n.shape != m.shape[::-1] or w.shape != (m.shape[1],) * 2:
        raise InputError(f"M, N, W must have shapes (s, d), (d, s), (d, d), got {m.shape}, {n.shape}, {w.shape}")
    return m, n, w
