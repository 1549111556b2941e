"""Theorem 3 for any law: subset sums of n draws cover an interval.

Lueker's theorem asks of the law only that it contain a uniform (Section 3.1, Corollary 1): any law with a density
bounded below on some interval around 0 will do, with another constant C.
"""

import math
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from ..checks import number
from ..sampling.laws import Law, Uniform, as_law, number_text
from ..solvers.covering_radius import Brackets, Precision, check_interval, radius_brackets
from .base import Claim, Event, Events, Floats, Role


@dataclass(frozen=True)
class SubsetSum(Claim):
    """With probability >= 1 - delta, subset sums of n draws from a law come within epsilon of every z in an interval.

    law: one of ours, or a frozen continuous law of scipy.stats, such as scipy.stats.norm(0, 0.5). low, high: the ends
    of the interval, low <= high.
    """

    law: Any = field(default_factory=Uniform)
    low: float = -0.5
    high: float = 0.5

    name = "subset_sum"
    title = "Subset sums"
    words = "the same for other laws of the weights"
    group = "subset sums"
    color_slot = 1
    statement = (
        "X_1..X_n iid from a law that contains a uniform, n >= C ln(2/min(epsilon, delta)): with probability at least "
        "1 - delta, every z in [low, high] has a subset S with |z - sum_S X_i| <= epsilon."
    )
    source = "Section 3.1 (Lueker 1998)"
    events: ClassVar[Events] = {
        "statement": Event("radius(X; [low, high])", Role.STATEMENT, "the worst z, served by its nearest subset sum")
    }
    kernels = ("covering",)

    def __post_init__(self) -> None:
        object.__setattr__(self, "law", as_law(self.law))
        check_interval((self.low, self.high))
        for name in ("low", "high"):
            end = number(f"{name} must be a finite number", getattr(self, name), math.isfinite, "give low=-0.5, say")
            object.__setattr__(self, name, end)

    @property
    def label(self) -> str:
        """The title, the law and the interval."""
        law: Law = self.law
        return f"{self.title}, {law.label} on [{number_text(self.low)}, {number_text(self.high)}]"

    @property
    def portable(self) -> bool:
        """Whether the law is."""
        law: Law = self.law
        return law.portable

    def draw(self, generator: np.random.Generator, n: int, d: int, trials: int) -> Floats:
        """X from the law, shape (n, trials)."""
        law: Law = self.law
        return law.sample(generator, n, trials)

    def critical_epsilons(self, draws: Floats, precision: Precision) -> Brackets:
        """The covering radius over [low, high], shape (1, n, trials)."""
        lower, upper = radius_brackets(draws, (self.low, self.high), precision)
        return Brackets(lower[None], upper[None])
