"""The wide random network of Theorem 1: two layers for each layer of the target, entries iid U[-1, 1].

For a target layer d_{k-1} -> d_k, M_{2k-1} has 2n hidden neurons for each input, 2n d_{k-1} in all, and M_{2k} maps
them to d_k outputs. The proof's masks keep of M_{2k-1} only what the neurons of block j see of input j,

    u_j  (2n)         what the hidden neurons of block j see of input j
    v_j  (d_k, 2n)    how they enter the outputs

so these are drawn apart from the other entries, which every mask prunes away and which are drawn only for a network
small enough to be written out. A number depends on seed, layer, block and its place in the block alone: not on the
target's values, nor on who draws it or when; the first rows of a larger n are those of a smaller one.

Source: Theorem 1, Section 3.5; Lemma 3, Section 3.4.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from ..checks import whole
from ..sampling.laws import Uniform
from ..sampling.streams import generator
from .pairs import Floats

_LAW = Uniform(-1.0, 1.0)


class Blocks(NamedTuple):
    """Some blocks j of a layer: u (blocks, 2n) and v (blocks, outputs, 2n)."""

    u: Floats
    v: Floats


@dataclass(frozen=True)
class Wide:
    """The random network for targets of these widths d_0, ..., d_l; n: half the hidden neurons of an input."""

    widths: tuple[int, ...]
    n: int
    seed: int

    @property
    def size(self) -> int:
        """The number of weights of a target of these widths."""
        return sum(inputs * outputs for inputs, outputs in pairwise(self.widths))

    def blocks(self, layer: int, first: int, stop: int) -> Blocks:
        """The blocks first..stop-1 of the pair for target layer `layer` = 1..l."""
        inputs, outputs = self._shape(layer)
        stop = whole("stop", stop, 0, inputs)
        first = whole("first", first, 0, stop)
        u, v = np.empty((stop - first, 2 * self.n)), np.empty((stop - first, outputs, 2 * self.n))
        for place, j in enumerate(range(first, stop)):
            draws = _LAW.sample(generator(self.seed, _address(layer, j)), 2 * self.n, 1 + outputs)
            u[place], v[place] = draws[:, 0], draws[:, 1:].T
        return Blocks(u, v)

    def layer(self, layer: int) -> Blocks:
        """All blocks of a pair."""
        return self.blocks(layer, 0, self._shape(layer)[0])

    def unused(self, layer: int, j: int) -> Floats:
        """What the neurons of block j see of the inputs other than j, (2n, inputs); column j is 0."""
        inputs, _ = self._shape(layer)
        j = whole("j", j, 0, inputs - 1)
        draws = _LAW.sample(generator(self.seed, {**_address(layer, j), "part": "unused"}), 2 * self.n, inputs - 1)
        return np.insert(draws, j, 0.0, axis=1)

    def _shape(self, layer: int) -> tuple[int, int]:
        """(inputs, outputs) of target layer `layer` = 1..l."""
        layer = whole("layer", layer, 1, len(self.widths) - 1)
        return self.widths[layer - 1], self.widths[layer]


def _address(layer: int, j: int) -> dict[str, object]:
    return {"network": "wide", "layer": layer, "block": j}
