"""Theorem 3 (Section 3.1, after Lueker 1998, Corollary 2.5): subset sums of uniforms cover [-1/2, 1/2].

    X_1, ..., X_n iid U[-1, 1], n >= C ln(2 / min(epsilon, delta)). Then with probability at least 1 - delta,
    for all z in [-1/2, 1/2] there is a subset S with |z - sum_{i in S} X_i| <= epsilon.

A single S for each z: the event holds at epsilon exactly when the covering radius of the sums over
[-1/2, 1/2] is at most epsilon.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..sampling.laws import Uniform
from ..solvers.covering_radius import Brackets, Precision, radius_brackets
from .base import Claim, Event, Events, Floats, Role


@dataclass(frozen=True)
class Theorem3(Claim):
    """With probability >= 1 - delta, subset sums of n uniforms come within epsilon of every z in [-1/2, 1/2]."""

    name = "theorem3"
    title = "Theorem 3"
    words = "every weight is a subset sum of n uniforms"
    group = "subset sums"
    color_slot = 0
    statement = (
        "X_1..X_n iid U[-1,1], n >= C ln(2/min(epsilon, delta)): with probability at least 1 - delta, every z in "
        "[-1/2, 1/2] has a subset S with |z - sum_S X_i| <= epsilon."
    )
    source = "Theorem 3, Section 3.1 (Lueker 1998, Corollary 2.5)"
    events: ClassVar[Events] = {
        "statement": Event("radius(X; [-1/2, 1/2])", Role.STATEMENT, "the worst z, served by its nearest subset sum")
    }
    kernels = ("covering",)

    def draw(self, generator: np.random.Generator, n: int, d: int, trials: int) -> Floats:
        """X ~ U[-1, 1], shape (n, trials)."""
        return Uniform(-1.0, 1.0).sample(generator, n, trials)

    def critical_epsilons(self, draws: Floats, precision: Precision) -> Brackets:
        """The covering radius over [-1/2, 1/2], shape (1, n, trials)."""
        lower, upper = radius_brackets(draws, (-0.5, 0.5), precision)
        return Brackets(lower[None], upper[None])
