"""Corollary 2 (Appendix A.2): subset sums of ReLU products cover [-1, 1].

Z_1, ..., Z_n iid from 1/2 delta_0 + 1/2 P, P the law of XY for X ~ U[0, 1], Y ~ U[-1, 1] (that is,
Z = b max(a, 0) for a, b ~ U[-1, 1]), n >= C ln(2 / epsilon). Then with probability at least 1 - epsilon, for
all z in [-1, 1] there is a subset S with |z - sum_{i in S} Z_i| <= epsilon.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..sampling.laws import ReluProduct
from ..solvers.covering_radius import Brackets, Precision, radius_brackets
from .base import Claim, Event, Events, Floats, Role
from .cost import Cost, covering_cost


@dataclass(frozen=True)
class Corollary2(Claim):
    """With probability >= 1 - epsilon, subset sums of n ReLU products come within epsilon of every z in [-1, 1]."""

    name = "corollary2"
    title = "Corollary 2"
    words = "the same for products b max(a, 0)"
    group = "subset sums"
    color_slot = 9
    statement = (
        "Z_1..Z_n iid, Z = b max(a, 0) with a, b ~ U[-1,1], n >= C ln(2/epsilon): with probability at least "
        "1 - epsilon, every z in [-1, 1] has a subset S with |z - sum_S Z_i| <= epsilon."
    )
    source = "Corollary 2, Appendix A.2"
    events: ClassVar[Events] = {
        "statement": Event("radius(Z; [-1, 1])", Role.STATEMENT, "the worst z, served by its nearest subset sum")
    }
    kernels = ("covering",)

    def cost(self, n: int, d: int, precision: Precision) -> Cost:
        """One covering radius; half of the summands vanish."""
        return covering_cost(n, precision, growth=1.5)

    def draw(self, generator: np.random.Generator, n: int, d: int, trials: int) -> Floats:
        """Z = b max(a, 0), shape (n, trials); half of them are 0."""
        return ReluProduct().sample(generator, n, trials)

    def critical_epsilons(self, draws: Floats, precision: Precision) -> Brackets:
        """The covering radius over [-1, 1], shape (1, n, trials)."""
        lower, upper = radius_brackets(draws, (-1.0, 1.0), precision)
        return Brackets(lower[None], upper[None])
