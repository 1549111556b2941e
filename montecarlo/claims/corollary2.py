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
from .base import Claim, Floats


@dataclass(frozen=True)
class Corollary2(Claim):
    """With probability >= 1 - epsilon, subset sums of n ReLU products come within epsilon of every z in [-1, 1]."""

    name: ClassVar[str] = "corollary2"
    title: ClassVar[str] = "Corollary 2"
    statement: ClassVar[str] = (
        "Z_1..Z_n iid, Z = b max(a, 0) with a, b ~ U[-1,1], n >= C ln(2/epsilon): with probability at least "
        "1 - epsilon, every z in [-1, 1] has a subset S with |z - sum_S Z_i| <= epsilon."
    )
    source: ClassVar[str] = "Corollary 2, Appendix A.2"
    events: ClassVar[dict[str, str]] = {"statement": "radius(Z; [-1, 1])"}
    growth: ClassVar[float] = 1.5

    def amplitude(self, d: int) -> float:
        """A = 2."""
        return 2.0

    def draw(self, generator: np.random.Generator, n: int, d: int, trials: int) -> Floats:
        """Z = b max(a, 0), shape (n, trials); half of them are 0."""
        return ReluProduct().sample(generator, n, trials)

    def critical_epsilons(self, draws: Floats, precision: Precision) -> Brackets:
        """The covering radius over [-1, 1], shape (1, n, trials)."""
        lower, upper = radius_brackets(draws, (-1.0, 1.0), precision)
        return Brackets(lower[None], upper[None])
