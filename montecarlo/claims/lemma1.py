"""Lemma 1 (Section 3.2): one weight from a pruned random ReLU network with 2n hidden neurons.

    g(x) = v^T relu(u x), u, v in R^{2n} with entries iid U[-1, 1], n >= C ln(2 / epsilon). Then with probability at
    least 1 - epsilon, for all w in [-1, 1] there is s in {0,1}^{2n} with
    sup_{|x| <= 1} |w x - (v * s)^T relu(u x)| < epsilon.

Three events, each implied by the next. For x > 0 only neurons with u_i > 0 fire, for x < 0 only those with
u_i < 0; both sides are linear in x, so the supremum is the worse of the two ends, and each end is a subset-sum
problem of its own for the same w. With rho(X) = radius(X; [-1, 1]), and a, b the first n of u, v, and c, d the last:

    statement     max( rho(v_i u_i : u_i > 0), rho(v_i u_i : u_i < 0) ), over all 2n neurons
    construction  max( rho(b a+), rho(d c-) ): the proof's halves, a for x > 0 only, c for x < 0 only
    proof         twice the construction: Step 5 adds the two ends' errors, though no x suffers both

The first is the statement to the letter: the masks of both ends are chosen independently, since no neuron serves both.
The others are sufficient: neurons with the wrong sign, which the construction prunes away, may do better.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..sampling.laws import Uniform
from ..solvers.covering_radius import Brackets, Precision, stacked
from . import blocks
from .base import Claim, Event, Events, Floats, Role
from .blocks import sides_of
from .cost import Cost, covering_cost


@dataclass(frozen=True)
class Lemma1(Claim):
    """With probability >= 1 - epsilon, a ReLU network with 2n random neurons prunes to w x for every |w| <= 1."""

    name = "lemma1"
    title = "Lemma 1"
    words = "2n ReLU neurons prune to any weight"
    group = "one weight"
    color_slot = 4
    statement = (
        "g(x) = v^T relu(u x), u, v in R^(2n) iid U[-1,1], n >= C ln(2/epsilon): with probability at least "
        "1 - epsilon, every w in [-1, 1] has a mask s with sup over |x| <= 1 of |w x - (v*s)^T relu(u x)| < epsilon."
    )
    source = "Lemma 1, Section 3.2"
    events: ClassVar[Events] = {
        "statement": Event(
            "max(rho(v_i u_i : u_i > 0), rho(v_i u_i : u_i < 0))", Role.STATEMENT, "all 2n neurons, any mask"
        ),
        "construction": Event(
            "max(rho(b a+), rho(d c-))", Role.IMPLIES, "the proof's halves: n neurons for x > 0, n for x < 0"
        ),
        "proof": Event("2 max(rho(b a+), rho(d c-))", Role.IMPLIES, "the errors of both halves added up"),
    }
    neurons = 2
    every_matrix = True
    kernels = ("covering",)

    def cost(self, n: int, d: int, precision: Precision) -> Cost:
        """Two signs of x, for the statement and for the construction; the proof doubles a radius."""
        return covering_cost(n, precision, problems=4, summands=2, growth=2.25, finer=2.0)

    def draw(self, generator: np.random.Generator, n: int, d: int, trials: int) -> Floats:
        """The weights a, b, c, d ~ U[-1, 1], shape (n, 4, trials)."""
        return Uniform(-1.0, 1.0).sample(generator, n, 4 * trials).reshape(n, 4, trials)

    def critical_epsilons(self, draws: Floats, precision: Precision) -> Brackets:
        """Critical epsilons of the three events, shape (3, n, trials)."""
        sides = sides_of(draws[:, ::2], draws[:, 1::2])
        statement = blocks.statement(sides, precision)
        halves = blocks.construction(sides, precision.finer(2.0))
        proof = Brackets(2.0 * halves.lower, 2.0 * halves.upper)
        return stacked([statement, halves, proof])
