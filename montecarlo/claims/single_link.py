"""Section 3.1: one weight from a pruned linear network, and the same without sums.

    g(x) = sum_{i in S} a_i x, a_1, ..., a_n iid U[-1, 1], target f(x) = w x with |w| <= 1/2.

Eq. (5) asks for one given w, here the parameter `weight`, and says nothing of other w at the same time: the first event
is the statement for this w. Theorem 3 gives every w at once, which is sufficient: the second event, as in `Theorem3`.

Before sums, each weight was approximated by one sample near to it (Malach et al. 2020, the baseline of Section 1). Then
n must grow like 1 / epsilon: for one w, P(min_i |w - X_i| <= epsilon) = 1 - (1 - epsilon)^n.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..checks import number
from ..sampling.laws import Uniform, number_text
from ..solvers.covering_radius import Brackets, Precision, radius_brackets, stacked
from .base import Claim, Event, Events, Floats, Role
from .cost import Cost, covering_cost

_INTERVAL = (-0.5, 0.5)


@dataclass(frozen=True)
class SingleLink(Claim):
    """With probability >= 1 - delta, a subset sum of n uniforms comes within epsilon of one weight w, |w| <= 1/2."""

    weight: float = 0.5

    name = "single_link"
    title = "Section 3.1"
    words = "one weight is a subset sum of n uniforms"
    group = "one weight"
    color_slot = 5
    statement = (
        "a_1..a_n iid U[-1,1], one given w with |w| <= 1/2, n >= C ln(2/min(epsilon, delta)): with probability at "
        "least 1 - delta, some subset S has |w - sum_S a_i| <= epsilon."
    )
    source = "Eq. (5), Section 3.1"
    events: ClassVar[Events] = {
        "one weight": Event("min over S of |w - sum_S a_i|", Role.STATEMENT, "the given weight alone"),
        "every weight": Event("radius(a; [-1/2, 1/2])", Role.IMPLIES, "all |w| <= 1/2 at once, as in Theorem 3"),
    }
    kernels = ("covering", "nearest")

    def __post_init__(self) -> None:
        object.__setattr__(self, "weight", _checked_weight(self.weight))

    @property
    def label(self) -> str:
        """The title and the weight."""
        return f"{self.title}, w = {number_text(self.weight)}"

    def cost(self, n: int, d: int, precision: Precision) -> Cost:
        """One covering radius, and one target that costs as much at most."""
        return covering_cost(n, precision, problems=2)

    def draw(self, generator: np.random.Generator, n: int, d: int, trials: int) -> Floats:
        """a ~ U[-1, 1], shape (n, trials)."""
        return Uniform(-1.0, 1.0).sample(generator, n, trials)

    def critical_epsilons(self, draws: Floats, precision: Precision) -> Brackets:
        """The least error for the weight and the covering radius, shape (2, n, trials).

        Beyond 40 summands the subsets of the first 40 bound the error from above, and 0 from below.
        """
        from ..kernels.nearest.pairs import prefix_errors_of_trials
        from ..solvers.nearest_subset import MOST_ENTRIES

        n, trials = draws.shape
        first = np.ascontiguousarray(draws[:MOST_ENTRIES].T)
        upper = np.empty((len(first[0]), trials))
        prefix_errors_of_trials(first, self.weight, precision.resolution, upper)
        more = max(n - MOST_ENTRIES, 0)
        upper = np.concatenate([upper, np.repeat(upper[-1:], more, axis=0)])
        lower = np.where(np.arange(n)[:, None] < MOST_ENTRIES, upper, 0.0)
        return stacked([Brackets(lower, upper), radius_brackets(draws, _INTERVAL, precision)])


@dataclass(frozen=True)
class SingleSample(Claim):
    """With probability >= 1 - delta, one of n uniforms alone comes within epsilon of a weight w, |w| <= 1/2."""

    weight: float = 0.5

    name = "single_sample"
    title = "Baseline"
    words = "the nearest single sample, without sums"
    group = "one weight"
    color_slot = 10
    statement = (
        "a_1..a_n iid U[-1,1], |w| <= 1/2: some single a_i has |w - a_i| <= epsilon, with probability "
        "1 - (1 - epsilon)^n for one w; n must grow like 1/epsilon."
    )
    source = "Section 1, after Malach et al. 2020"
    events: ClassVar[Events] = {
        "one weight": Event("min over i of |w - a_i|", Role.STATEMENT, "the given weight alone"),
        "every weight": Event(
            "covering radius of the points a_1..a_n over [-1/2, 1/2]", Role.IMPLIES, "all |w| <= 1/2 at once"
        ),
    }
    logarithmic = False
    kernels = ("covering",)

    def __post_init__(self) -> None:
        object.__setattr__(self, "weight", _checked_weight(self.weight))

    @property
    def label(self) -> str:
        """The title and the weight."""
        return f"{self.title}, w = {number_text(self.weight)}"

    def cost(self, n: int, d: int, precision: Precision) -> Cost:
        """Without sums."""
        return covering_cost(n, precision, summands=0, growth=1.0)

    def draw(self, generator: np.random.Generator, n: int, d: int, trials: int) -> Floats:
        """a ~ U[-1, 1], shape (n, trials)."""
        return Uniform(-1.0, 1.0).sample(generator, n, trials)

    def critical_epsilons(self, draws: Floats, precision: Precision) -> Brackets:
        """The distance to the nearest point and the covering radius of the points, exact, shape (2, n, trials)."""
        from ..kernels.covering.coverage import point_radii_of_trials

        one = np.minimum.accumulate(np.abs(draws - self.weight), axis=0)
        every = np.empty(draws.shape)
        point_radii_of_trials(np.ascontiguousarray(draws.T), *_INTERVAL, every)
        values = np.stack([one, every])
        return Brackets(values, values)


def _checked_weight(weight: float) -> float:
    rule = "weight must be in [-1/2, 1/2]"
    return number(rule, weight, lambda w: -0.5 <= w <= 0.5, "the covering interval is [-1/2, 1/2]")
