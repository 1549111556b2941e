"""A pruned pair of random layers as the map it computes, beside the layer W x it stands for.

A block of hidden neurons serves one input x_j. On x_j > 0 only its neurons with u > 0 fire, on x_j < 0 only those with
u < 0, and both sides are linear: with masks s,

    P_ij = sum over k with u_jk > 0 of s_ijk v_ijk u_jk,    N_ij = sum over k with u_jk < 0 of s_ijk v_ijk u_jk,

the pair computes x -> P max(x, 0) + N min(x, 0). Source: Lemmas 1 to 3, Sections 3.2 to 3.4.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Pair(NamedTuple):
    """The layer W of a target and the maps P, N of the pruned pair for it, all (outputs, inputs)."""

    weights: Floats
    positive: Floats
    negative: Floats


def target_outputs(pairs: Sequence[Pair], inputs: Floats) -> Floats:
    """f(x) = W_l relu(W_{l-1} ... relu(W_1 x)); inputs (..., d_0), result (..., d_l)."""
    values = inputs
    for k, pair in enumerate(pairs):
        values = (np.maximum(values, 0.0) if k else values) @ pair.weights.T
    return values


def pruned_outputs(pairs: Sequence[Pair], inputs: Floats) -> Floats:
    """g(x), the pruned network: P max(y, 0) + N min(y, 0) for every pair, a relu between pairs; as `target_outputs`."""
    values = inputs
    for k, pair in enumerate(pairs):
        values = np.maximum(values, 0.0) if k else values
        values = np.maximum(values, 0.0) @ pair.positive.T + np.minimum(values, 0.0) @ pair.negative.T
    return values
