"""Upper bounds on sup over ||x||_2 <= 1 of ||f(x) - g(x)||_2: Theorem 1's chain with the norms of the actual matrices.

A layer's error E_k = W_k - P_k acts on non-negative inputs from the second pair on; the first pair has two signs. With
w_k = ||W_k||, p_k = ||P_k||, eps_k = ||E_k||, and F_k, G_k >= ||f_k||, ||g_k|| after k layers,

    e_k = min(w_k e_(k-1) + eps_k G_(k-1),  p_k e_(k-1) + eps_k F_(k-1),  F_k + G_k),

as W f - P g = W (f - g) + E g = P (f - g) + E f and relu is 1-Lipschitz and keeps 0. Source: proof of Theorem 1,
Section 3.5. Every number is rounded up (see norms.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..pairs import Pair
from .norms import (
    Floats,
    difference_up,
    frobenius_up,
    kinked_difference_up,
    kinked_up,
    norm_up,
    product_up,
    scaled_up,
    sum_up,
    up,
)


@dataclass(frozen=True)
class LayerNorms:
    """Upper bounds for one pair; for the first one, of maps with a kink at 0, over the unit ball."""

    weights: float
    """w_k = ||W_k||."""
    pruned: float
    """p_k = ||P_k||; for the first pair sup ||P x+ + N x-||."""
    error: float
    """eps_k = ||W_k - P_k||; for the first pair sup ||(W - P) x+ + (W - N) x-||."""


@dataclass(frozen=True)
class Chain:
    """Bounds after every layer, each a tuple of length l: F_k, G_k and e_k of this module."""

    target: tuple[float, ...]
    pruned: tuple[float, ...]
    error: tuple[float, ...]


def layer_norms(pairs: Sequence[Pair]) -> tuple[LayerNorms, ...]:
    """The norms that the chain is made of, for every pair."""
    first, *rest = pairs
    norms = [
        LayerNorms(norm_up(first.weights), kinked_up(first.positive, first.negative), kinked_difference_up(*first))
    ]
    norms += [LayerNorms(norm_up(p.weights), norm_up(p.positive), difference_up(p.weights, p.positive)) for p in rest]
    return tuple(norms)


def chain(norms: Sequence[LayerNorms], first_error: float | None = None) -> Chain:
    """F_k, G_k and e_k for k = 1..l; `first_error`: a better bound than eps_1, where one is known."""
    f = g = 1.0
    e = 0.0
    found: list[tuple[float, float, float]] = []
    for k, norm in enumerate(norms):
        error = norm.error if k or first_error is None else min(norm.error, first_error)
        through_w = sum_up(product_up(norm.weights, e), product_up(error, g))
        through_p = sum_up(product_up(norm.pruned, e), product_up(error, f))
        f, g = product_up(norm.weights, f), product_up(norm.pruned, g)
        e = min(through_w, through_p, sum_up(f, g))
        f, g = min(f, sum_up(g, e)), min(g, sum_up(f, e))
        found.append((f, g, e))
    return Chain(*(tuple(values) for values in zip(*found, strict=True)))


def paper_product(pairs: Sequence[Pair], norms: Sequence[LayerNorms]) -> float:
    """prod_k (1 + eps_k) - 1 with eps_k = ||R_k||, R_k the larger of |W - P| and |W - N| entry by entry.

    What the proof of Theorem 1 shows for ||W_k|| <= 1 when it is told the entrywise errors. Where w_k = max(1, ||W_k||)
    is above 1 it is prod_k (w_k + eps_k) - prod_k w_k. N counts for k = 1 alone, later inputs being non-negative.
    """
    total, pruned = 0.0, 1.0
    for w, r in zip(_at_least_one(norms), _entrywise(pairs), strict=True):
        error = _norm_of_errors(r)
        total = sum_up(product_up(w, total), product_up(error, pruned))
        pruned = product_up(sum_up(w, error), pruned)
    return total


def paper_proof(pairs: Sequence[Pair], norms: Sequence[LayerNorms]) -> float:
    """2 l max_k d_k d_(k-1) max_ij R_k,ij: the last line of the proof, from the largest entrywise error of a layer.

    The proof needs its value to be at most 1 (e^(eps/2) - 1 <= eps); beyond, the product with the same errors is
    given. Layers with w_k = max(1, ||W_k||) above 1 are divided by it and the result multiplied by prod_k w_k.
    """
    scales = _at_least_one(norms)
    sizes = [
        product_up(float(r.size), up(float(r.max())) if r.any() else 0.0, up(1.0 / w) if w > 1.0 else 1.0)
        for w, r in zip(scales, _entrywise(pairs), strict=True)
    ]
    epsilon = product_up(2.0 * len(pairs), max(sizes))
    if epsilon > 1.0:
        growth, rest = sum_up(1.0, max(sizes)), 0.0
        for _ in pairs:
            rest = sum_up(product_up(growth, rest), max(sizes))
        epsilon = max(epsilon, rest)
    return product_up(epsilon, *scales)


def scaled(norms: LayerNorms, exponent: int) -> LayerNorms:
    """The norms of a layer times 2^exponent."""
    return LayerNorms(*(scaled_up(value, exponent) for value in (norms.weights, norms.pruned, norms.error)))


def _at_least_one(norms: Sequence[LayerNorms]) -> list[float]:
    """max(1, ||W_k||), where a bound within 1e-8 of 1 is taken for a matrix of norm 1."""
    return [norm.weights if norm.weights > 1.0 else 1.0 for norm in norms]


def _entrywise(pairs: Sequence[Pair]) -> list[Floats]:
    """|W - P|, for the first pair the larger of it and |W - N|; rounded to nearest."""
    first, *rest = pairs
    both = np.maximum(np.abs(first.weights - first.positive), np.abs(first.weights - first.negative))
    return [both, *(np.abs(pair.weights - pair.positive) for pair in rest)]


def _norm_of_errors(r: Floats) -> float:
    """At least the norm of the matrix that `r` is the rounding of."""
    return sum_up(norm_up(r), product_up(2.0**-52, frobenius_up(r)))
