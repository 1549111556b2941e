"""Random coefficients for the weights of a layer, and the subsets of them that are nearest to the weights.

Three ways to have n coefficients for a weight w_ij (row i, input j):

- "row": a_i1..a_in for all weights of row i, as one neuron's weights could share them;
- "fresh": a_ij1..a_ijn for every weight: "every set of a_i coefficients is unique to the approximation of w";
- "products": u_j1..u_jn for input j, shared by all rows, and v_ij1..v_ijn: the coefficients are the products
  v_ijk max(u_jk, 0), as a pruned layer of ReLU neurons has them for inputs that are not negative (Lemma 3).

All are uniform, u on [-1, 1], a and v on [-bound, bound]. A weight's numbers depend on seed, layer, row and input
alone; those of a smaller n are the first of a larger one, and those of another bound are multiples of them.
Source: Section 5, Experiment 1, and Section 3.4.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ...sampling.streams import generator
from ...solvers.nearest_subset import Objective, nearest_subset

Sharing = Literal["row", "fresh", "products"]
Floats = NDArray[np.float64]
Masks = NDArray[np.uint64]


@dataclass(frozen=True)
class Draw:
    """Everything that coefficients depend on but for their place."""

    sharing: Sharing
    n: int
    bound: float
    seed: int

    def own(self, layer: int, row: int, inputs: int) -> Floats:
        """What belongs to a row: a for "row", (n,); a or v for the others, (n, inputs)."""
        shape = (self.n,) if self.sharing == "row" else (self.n, inputs)
        return self.bound * self._generator({"layer": layer, "row": row}).uniform(-1.0, 1.0, shape)

    def shared(self, layer: int, inputs: int) -> Floats:
        """max(u, 0) for "products", (n, inputs), the same for all rows."""
        return np.maximum(self._generator({"layer": layer}).uniform(-1.0, 1.0, (self.n, inputs)), 0.0)

    def count(self, shape: tuple[int, int]) -> int:
        """Random numbers behind a layer of this shape (rows, inputs)."""
        rows, inputs = shape
        return self.n * {"row": rows, "fresh": rows * inputs, "products": (rows + 1) * inputs}[self.sharing]

    def _generator(self, place: dict[str, Any]) -> np.random.Generator:
        return generator(self.seed, {"experiment": 1, "sharing": self.sharing, **place})


@dataclass(frozen=True)
class Rows:
    """Neighbouring rows of a layer of the target, and what is asked for: the unit of work."""

    draw: Draw
    objective: Objective
    epsilon: float | None
    layer: int
    first: int
    weights: Floats


def solve(rows: Rows) -> tuple[Rows, Floats, Masks]:
    """(rows, sums, masks) as `nearest_subset` finds them, (rows, inputs); bit k of a mask is the coefficient k."""
    draw, weights = rows.draw, rows.weights
    asked = rows.objective, rows.epsilon
    own = [draw.own(rows.layer, rows.first + i, weights.shape[1]) for i in range(len(weights))]
    if draw.sharing == "row":
        found = [nearest_subset(a, w, *asked) for a, w in zip(own, weights, strict=True)]
        return rows, np.stack([one.sums for one in found]), np.stack([one.masks for one in found])
    if draw.sharing == "fresh":
        one = nearest_subset(np.stack([a.T for a in own]), weights, *asked)
        return rows, one.sums, one.masks
    return rows, *_of_products(np.stack(own), draw.shared(rows.layer, weights.shape[1]), weights, asked)


def _of_products(v: Floats, u: Floats, weights: Floats, asked: tuple[Any, ...]) -> tuple[Floats, Masks]:
    """Subsets of the products v u, v (rows, n, inputs), u (n, inputs) not negative; where u is 0 nothing is kept.

    Half of all u are 0, and 2^(n/2) work an input falls to 2^(n/4) without them: inputs with equally many others are
    solved together.
    """
    sums, masks = np.zeros(weights.shape), np.zeros(weights.shape, np.uint64)
    firing = np.count_nonzero(u, axis=0)
    order = np.argsort(u == 0.0, axis=0, kind="stable")  # the firing ones first, in their order
    for m in range(1, u.shape[0] + 1):
        inputs = np.flatnonzero(firing == m)
        if inputs.size == 0:
            continue
        places = order[:m, inputs]
        products = (u[places, inputs] * v[:, places, inputs]).transpose(0, 2, 1)
        found = nearest_subset(products, weights[:, inputs], *asked)
        sums[:, inputs] = found.sums
        for k in range(m):
            bits = found.masks >> np.uint64(k) & np.uint64(1)
            masks[:, inputs] |= bits << places[k].astype(np.uint64)
    return sums, masks
