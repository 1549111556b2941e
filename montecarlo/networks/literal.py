"""A pruned network written out, matrix by matrix and mask by mask, for networks small enough.

    g(x) = (S_2l * M_2l) relu((S_{2l-1} * M_{2l-1}) ... relu((S_1 * M_1) x))

with * entry by entry. Hidden neuron k of block j is row 2n j + k of M_{2k-1}. Source: Theorem 1, Section 2.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .masks import unpack
from .pairs import Floats
from .pruned import Pruned


class WideLayer(NamedTuple):
    """A random matrix M and the mask S of its shape."""

    matrix: Floats
    mask: NDArray[np.bool_]


def written_out(pruned: Pruned) -> tuple[WideLayer, ...]:
    """The 2l random matrices with their masks, first layer first: (2n d_{k-1}, d_{k-1}), then (d_k, 2n d_{k-1})."""
    layers: list[WideLayer] = []
    m = 2 * pruned.wide.n
    for k, layer in enumerate(pruned.layers, 1):
        outputs, inputs = layer.pair.weights.shape
        u, v = pruned.wide.layer(k)
        first = np.stack([pruned.wide.unused(k, j) for j in range(inputs)])  # (inputs, 2n, inputs)
        keep = np.zeros(first.shape, bool)
        own = np.arange(inputs)
        first[own, :, own], keep[own, :, own] = u, unpack(layer.neurons, m)
        layers.append(WideLayer(first.reshape(-1, inputs), keep.reshape(-1, inputs)))
        second, kept = np.moveaxis(v, 0, 1), np.moveaxis(unpack(layer.masks, m), 0, 1)
        layers.append(WideLayer(second.reshape(outputs, -1), kept.reshape(outputs, -1)))
    return tuple(layers)


def outputs(layers: Sequence[WideLayer], inputs: Floats) -> Floats:
    """g(x) neuron by neuron; inputs (..., d_0), result (..., d_l). Entries may be any numbers, rational ones too."""
    values = inputs
    for k, (matrix, mask) in enumerate(layers):
        values = (np.maximum(values, 0) if k else values) @ (matrix * mask).T
    return values
