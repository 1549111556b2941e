"""What a trial of a claim costs: by it the planner sizes blocks and estimates memory and time."""

import math
from dataclasses import dataclass

from ..checks import number
from ..solvers.covering_radius import Precision

_SUM_SECONDS = 0.3e-9
"""One of the 2^n sums of an exact problem (measured: 0.1 ms at n = 20, 330 ms at n = 30)."""
_PREFIX_SECONDS = 1e-5
"""What every exact problem costs besides, at every n."""
_BITSET_SECONDS = 7e-8
_BITSET_POWER = 0.68
"""All n of one bitset problem cost about 7e-8 s (tolerance * resolution)^-0.68: 0.1 ms at 2e-5, 2 ms at 3e-7."""


@dataclass(frozen=True)
class Cost:
    """What one trial up to n costs."""

    seconds: float
    """Estimated time of a trial on one core."""
    problems: int = 1
    """Its subset-sum problems."""
    summands: int = 1
    """Numbers that each of them holds per step of n."""
    problem_bytes: float = 1.0
    """Memory that one of them needs while it is solved."""
    sums: float = 1.0
    """Subset sums per problem, on average, that exact precision enumerates."""

    def __post_init__(self) -> None:
        for name in ("seconds", "problems", "summands", "problem_bytes", "sums"):
            rule = f"{name} of a cost must be a number above 0"
            number(rule, getattr(self, name), lambda value: value > 0.0, "estimate it from above")


def covering_cost(
    n: int, precision: Precision, *, problems: int = 1, summands: int = 1, growth: float = 2.0, finer: float = 1.0
) -> Cost:
    """The cost of `problems` covering radii per trial, for all prefixes up to n.

    precision: that of the critical epsilons. summands: how many join a problem per step of n; at most, where some
    vanish; 0 where no sums are formed. growth: the mean factor by which the number of sums of a problem grows per step.
    finer: by how much the radii must be finer than the critical epsilons they make up.
    """
    sums = math.exp(min(n * math.log(growth), 700.0))
    seconds = _PREFIX_SECONDS * n + 2.0 * _SUM_SECONDS * sums
    if not precision.exact:
        fineness = precision.relative_tolerance * precision.resolution / finer
        seconds = min(seconds, 2e-5 + _BITSET_SECONDS * max(fineness, 1e-300) ** -_BITSET_POWER)
    return Cost(problems * seconds, problems, max(summands, 1), _bytes(n * summands, precision, finer), sums)


def _bytes(summands: int, precision: Precision, finer: float) -> float:
    """Memory of one subset-sum problem: of all its sums, or of its bitset where that is smaller."""
    enumerated = 2.0**summands if summands < 1000 else math.inf  # two bitsets, half of it measured at n = 30
    if precision.exact or summands == 0:
        return enumerated
    resolution = precision.resolution / finer
    open_ones = min(summands, 20.0 + 4.0 * math.log2(1.0 + 1.0 / resolution))  # by then the radius is below it
    cell = precision.relative_tolerance * resolution / (2 * open_ones)
    bits = open_ones / cell / 16 if cell > 1e-300 else math.inf  # typical spread and size, a sixteenth of the worst
    return min(enumerated, 2 * bits / 8)
