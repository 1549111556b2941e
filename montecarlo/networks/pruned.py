"""A pruned network: target, wide network, masks, and the maps that its pairs of layers compute."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..solvers.nearest_subset import Objective
from .masks import Bytes
from .pairs import Pair
from .targets import Target
from .wide import Wide


class Layer(NamedTuple):
    """A pruned pair: its maps, the masks of M_{2k-1} and M_{2k} (see `masks`), misses and kept entries by side."""

    pair: Pair
    neurons: Bytes
    masks: Bytes
    missed: NDArray[np.int64]
    kept: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Pruned:
    """A target, the wide network, and the masks that make it the target; layers[k - 1] belongs to W_k.

    objective: as in `nearest_subset`. epsilon: what |w - sum| must not exceed; None where only the least error was
    asked for.
    """

    target: Target
    wide: Wide
    objective: Objective
    epsilon: float | None
    layers: tuple[Layer, ...]

    def __repr__(self) -> str:
        widths = "-".join(map(str, self.target.widths))
        asked = self.objective if self.epsilon is None else f"{self.objective}, epsilon={self.epsilon:g}"
        return f"<Pruned {widths}: n={self.wide.n}, seed={self.wide.seed}, {asked}, {self.missed} missed>"

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """W, P, N of every layer: all that the function of the pruned network depends on."""
        return tuple(layer.pair for layer in self.layers)

    @property
    def missed(self) -> int:
        """How many subset sums, of all layers and both sides, are further than epsilon from their weight."""
        return sum(int(layer.missed.sum()) for layer in self.layers)


def serving(layer: int) -> NDArray[np.int64]:
    """Which sides are asked for anything: both in the first layer, behind a relu x > 0 alone."""
    return np.array([1, 1 if layer == 1 else 0])
