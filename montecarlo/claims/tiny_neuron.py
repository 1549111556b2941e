"""Lemma 2 (Section 3.3) with every mask tried: how far the proof's blockwise pruning is from the best pruning.

    g(x) = v^T relu(M x), v in R^n, M in R^{n x d}, entries iid U[-1, 1], pruned to (s * v)^T relu((T * M) x) by binary
    s, T. Lemma 2: with n = C d ln(d / epsilon) hidden neurons in all, with probability at least 1 - epsilon, every w
    with |w|_inf <= 1 has s, T with sup_{|x|_inf <= 1} |w^T x - g(x)| < epsilon.

For one given w, d = 2 and few neurons the least error over *all* s, T can be had by trying them, 4 forms a neuron. The
proof fixes T (every neuron keeps the weight of its block's input alone) and chooses s. Two events:

    best masks  the least error over all s and T: the statement for this w
    blockwise   the least error over all s, T being the proof's; neurons take turns between the blocks, so that the
                blocks grow together with n

The proof chooses s block by block, each to its own least error; all blocks together are no worse.

The statement here is Lemma 2 for the one w that the parameters give. Lemma 2 has every w at once: it implies this
statement, which is not enough for it.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..checks import number
from ..sampling.laws import Uniform
from ..solvers.covering_radius import Brackets, Precision
from .base import Claim, Event, Events, Floats, Role
from .cost import Cost, covering_cost


@dataclass(frozen=True)
class TinyNeuron(Claim):
    """With probability >= 1 - epsilon, n random hidden neurons prune to x -> w1 x_1 + w2 x_2 up to epsilon.

    n counts hidden neurons in all, not those of a block or of a half block.
    """

    w1: float = 0.5
    w2: float = -0.25

    name = "tiny_neuron"
    title = "Lemma 2, all masks"
    words = "what pruning block by block gives away"
    group = "layers and networks"
    color_slot = 8
    statement = (
        "g(x) = v^T relu(M x) with n hidden neurons in all, entries iid U[-1,1], x in R^2, one given w, |w|_inf <= 1, "
        "n >= C ln(2/epsilon): with probability at least 1 - epsilon, some binary s, T have "
        "sup over |x|_inf <= 1 of |w^T x - (s*v)^T relu((T*M) x)| < epsilon."
    )
    source = "Lemma 2, Section 3.3"
    events: ClassVar[Events] = {
        "best masks": Event(
            "min over s, T of sup over |x|_inf <= 1 of |w^T x - (s*v)^T relu((T*M) x)|",
            Role.STATEMENT,
            "all masks tried",
        ),
        "blockwise": Event(
            "the same with T fixed: neuron i keeps its weight i mod 2 alone",
            Role.IMPLIES,
            "T as in the proof of Lemma 2",
        ),
    }
    dimensions = (2,)
    logarithmic = False
    largest_n = 8
    kernels = ("covering", "networks")

    def __post_init__(self) -> None:
        for name, weight in (("w1", self.w1), ("w2", self.w2)):
            rule = f"{name} must be in [-1, 1]"
            checked = number(rule, weight, lambda w: -1.0 <= w <= 1.0, "Lemma 2 is about |w|_inf <= 1")
            object.__setattr__(self, name, checked)

    def amplitude(self, d: int) -> float:
        """A = d."""
        return float(d)

    def cost(self, n: int, d: int, precision: Precision) -> Cost:
        """Four forms per neuron, at ever more points. Measured: 0.08 ms at n = 6, 1.3 ms at n = 8."""
        return covering_cost(n, precision, summands=0, growth=6.2)

    def draw(self, generator: np.random.Generator, n: int, d: int, trials: int) -> Floats:
        """Each neuron's weights M_i1, M_i2 and v_i ~ U[-1, 1], shape (n, 3, trials)."""
        return Uniform(-1.0, 1.0).sample(generator, n, 3 * trials).reshape(n, 3, trials)

    def critical_epsilons(self, draws: Floats, precision: Precision) -> Brackets:
        """The least error over all masks and over the blockwise ones, exact, shape (2, n, trials)."""
        from ..kernels.networks.masks import mask_errors_of_trials

        n, _, trials = draws.shape
        values = np.empty((2, n, trials))
        mask_errors_of_trials(np.ascontiguousarray(np.moveaxis(draws, -1, 0)), float(self.w1), float(self.w2), values)
        return Brackets(values, values)
