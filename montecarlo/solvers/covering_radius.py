"""Covering radii of subset sums for arrays of trials: the one place that checks input and chooses the kernel."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import accuracy, instance, interval_ends, number, reals
from ..errors import InputError
from ..system import memory_limit, size_text
from .scales import scaled

_ALWAYS_FIT = 24
"""So many entries need 2^24 bytes, which no machine lacks: asking it takes as long as the radius of a few."""
_LARGEST = 1e300
"""The sums of 10^8 of these do not overflow."""
BITSET_WORDS = 2**26
"""Most words of a bitset in a certified bracket; two such are needed. The same everywhere, as it can change numbers."""


class Brackets(NamedTuple):
    """Certified bounds: lower <= truth <= upper, elementwise. Equal (up to float rounding) where exact."""

    lower: NDArray[np.float64]
    upper: NDArray[np.float64]

    def __repr__(self) -> str:
        if np.size(self.upper) == 0:
            return f"<Brackets of shape {np.shape(self.upper)}>"
        widest = float(np.max(np.asarray(self.upper) - np.asarray(self.lower)))
        largest = float(np.max(self.upper))
        return f"<Brackets of shape {np.shape(self.upper)}, at most {widest:.3g} wide, upper at most {largest:.6g}>"


@dataclass(frozen=True)
class Precision:
    """How sharply a critical epsilon is wanted.

    relative_tolerance: the bracket's width over its upper end, in [0, 1); 0 means exact, by enumeration.
    resolution: critical epsilons at or below it are reported as [0, resolution]; 0 means none are. A tolerance
    without a resolution has no end, since the radius falls like 2^-n, and is refused.
    """

    relative_tolerance: float = 0.0
    resolution: float = 0.0

    def __post_init__(self) -> None:
        rule = "relative_tolerance must be in [0, 1)"
        tolerance = number(rule, self.relative_tolerance, lambda x: 0.0 <= x < 1.0, "0 means exact")
        object.__setattr__(self, "relative_tolerance", tolerance)
        object.__setattr__(self, "resolution", accuracy("resolution", self.resolution, "0 means none"))
        if self.relative_tolerance > 0.0 and self.resolution == 0.0:
            raise InputError(
                f"a relative_tolerance ({self.relative_tolerance}) needs a resolution above 0; set resolution=0.005"
            )

    @property
    def exact(self) -> bool:
        """Whether radii above the resolution are computed by enumeration, to the last few ulps."""
        return self.relative_tolerance == 0.0

    def finer(self, factor: float) -> "Precision":
        """The precision that, after adding up `factor` radii, leaves this one; a hair finer, for the additions."""
        return Precision(self.relative_tolerance, self.resolution / factor * (1.0 - 2.0**-40))

    def floor(self, values: Brackets) -> Brackets:
        """`values` with everything certified at or below the resolution reported as [0, resolution]."""
        settled = values.upper <= self.resolution
        return Brackets(np.where(settled, 0.0, values.lower), np.maximum(values.upper, self.resolution))


def worse(one: Brackets, other: Brackets) -> Brackets:
    """Bounds on the larger of two quantities from bounds on each."""
    return Brackets(np.maximum(one.lower, other.lower), np.maximum(one.upper, other.upper))


def stacked(events: Sequence[Brackets]) -> Brackets:
    """Bounds of several quantities along a new first axis."""
    return Brackets(np.stack([event.lower for event in events]), np.stack([event.upper for event in events]))


def nested(events: Sequence[Brackets]) -> Brackets:
    """Stack bounds of quantities known to be non-decreasing in this order, each sharpened by its neighbours.

    Truth rises along `events`, so an upper bound of a later one bounds an earlier one, and a lower bound of an
    earlier one bounds a later one; afterwards the stored bounds rise too. Exact values of equal quantities differ by a
    rounding where their sums are added in another order: the lower end then gives way, as in `falling`.
    """
    lower = np.maximum.accumulate([event.lower for event in events], axis=0)
    upper = np.minimum.accumulate([event.upper for event in events][::-1], axis=0)[::-1]
    return Brackets(np.minimum(lower, upper), upper)


def covering_radius(
    x: ArrayLike,
    interval: tuple[float, float] = (-0.5, 0.5),
    *,
    prefixes: bool = False,
    relative_tolerance: float = 0.0,
    resolution: float = 0.0,
) -> NDArray[np.float64]:
    """radius(X; I) = sup over z in I of min over subsets S of |z - sum_{i in S} X_i|, for every row X of x.

    x: (trials, n), or (n,) for one trial; finite. interval: I, low <= high. Returns (trials,), or with `prefixes` the
    radius of the first 1, 2, ..., n entries of every row, (n, trials). Exact in float64 up to the rounding of the
    additions; with a relative_tolerance t (and a resolution above 0, see `Precision`) a certified upper bound, at most
    1 / (1 - t) times the truth. Radii at or below `resolution` are returned as `resolution`, and end the work on their
    trial.

    Source: the "for all z there is S" of Theorem 3, Section 3.1, and of Corollary 2, Appendix A.2.

    >>> import montecarlo
    >>> montecarlo.covering_radius([0.5, 0.25, -0.5]).item()  # sums -1/2, -1/4, 0, 1/4, 1/2, 3/4
    0.125
    >>> montecarlo.covering_radius([0.5, 0.25, -0.5], prefixes=True).ravel().tolist()
    [0.5, 0.5, 0.125]
    """
    rows = reals("summands", x, _LARGEST)
    if rows.ndim not in (1, 2) or rows.shape[-1] == 0:
        raise InputError(f"x must have shape (trials, n) or (n,) with n at least 1, got {rows.shape}")
    rows = np.atleast_2d(rows)
    precision = Precision(relative_tolerance, resolution)
    if precision.exact and _too_many(int(np.count_nonzero(rows, axis=1).max(initial=0))):
        most = _most_relevant(rows, interval)
        if _too_many(most):
            raise InputError(
                f"rows must have few enough non-zero entries for {size_text(memory_limit())}, got {most}; "
                "drop entries or take certified brackets: relative_tolerance=0.01, resolution=0.005"
            )
    if prefixes:
        return radius_brackets(rows.T, interval, precision).upper
    if precision.resolution > 0.0:  # a row is then done at its first prefix that reaches it
        return radius_brackets(rows.T, interval, precision).upper[-1]
    return radius_brackets(rows.T[None], interval, precision).upper[0]


def radius_brackets(steps: NDArray[np.float64], interval: tuple[float, float], precision: Precision) -> Brackets:
    """radius(X; I) = sup_{z in I} min_S |z - sum_{i in S} X_i|, for every prefix of the summands of every trial.

    steps: (n, trials), or (n, m, trials) when m summands join at every step. interval: I, low <= high. Result: lower
    and upper, (n, trials) each, non-increasing in n. Exact precision enumerates (2^n work), a tolerance uses the
    certified bitset.
    """
    lower, upper = (sides.max(axis=0) for sides in _errors(steps, interval, precision, sided=False))
    return falling(Brackets(lower, upper))


def sided_brackets(
    steps: NDArray[np.float64], interval: tuple[float, float], precision: Precision
) -> tuple[Brackets, Brackets]:
    """(shortfall, excess): sup of z - s and of s - z over z in I, s the subset sum nearest to z (or either of two).

    Shapes as in `radius_brackets`, which is the larger of both. Not monotone in n: a new sum can turn a target that
    fell short into one exceeded. The promised width holds for the larger; the other's bounds are certified, but wide
    where the middle of a gap and the interval's end cannot be told apart.
    """
    lower, upper = _errors(steps, interval, precision, sided=True)
    return Brackets(lower[0], upper[0]), Brackets(lower[1], upper[1])


def added(values: Brackets, axis: int) -> Brackets:
    """Bounds on sums along an axis. Non-negative terms: `relative_tolerance` is kept, but for settled terms."""
    return Brackets(values.lower.sum(axis=axis), values.upper.sum(axis=axis))


def least_so_far(values: Brackets) -> Brackets:
    """Bounds on the running minimum along axis 0 of quantities that may rise again."""
    return Brackets(np.minimum.accumulate(values.lower, axis=0), np.minimum.accumulate(values.upper, axis=0))


def falling(values: Brackets) -> Brackets:
    """Bounds on quantities known not to rise along axis 0, the upper ones sharpened by those before.

    Lower ones could be by those behind, but then a sweep to a larger n would change them. Exact values may rise by an
    ulp, when their sums are added in another order: the lower end then gives way.
    """
    upper = np.minimum.accumulate(values.upper, axis=0)
    return Brackets(np.minimum(values.lower, upper), upper)


def _errors(
    steps: NDArray[np.float64], interval: tuple[float, float], precision: Precision, *, sided: bool
) -> NDArray[np.float64]:
    """Bounds on shortfall and excess, (lower and upper, the two, n, trials); if not `sided`, on the larger alone."""
    interval = check_interval(interval)
    precision = instance("precision", precision, Precision, "give montecarlo.Precision()")
    steps = reals("summands", steps, _LARGEST)
    if steps.ndim < 2:
        raise InputError(f"summands must have shape (n, trials) or (n, m, trials), got {steps.shape}")
    from ..kernels.covering.brackets import bracket_errors_of_trials
    from ..kernels.covering.coverage import Interval
    from ..kernels.covering.exact import exact_errors_of_trials

    n, trials = steps.shape[0], steps.shape[-1]
    by_trial = np.ascontiguousarray(steps.reshape(n, math.prod(steps.shape[1:-1]), trials).transpose(2, 0, 1))
    problem = scaled(by_trial, interval, precision.resolution)
    targets, resolution = Interval(*problem.interval, sided), precision.resolution
    both = np.empty((2, 2, n, trials))
    if precision.exact:
        exact_errors_of_trials(problem.steps, targets, problem.resolution, both[1])
        _refuse_unsettled(both[1, 0], by_trial.shape[2])
        both[1] = np.maximum(problem.restored(both[1], math.nan), resolution)
        both[0] = np.where(both[1] > resolution, both[1], 0.0)
    else:
        limits = precision.relative_tolerance, problem.resolution, BITSET_WORDS
        bracket_errors_of_trials(problem.steps, targets, limits, both)
        _refuse_wide(both.max(axis=1), by_trial.shape[2], limits[:2])
        both[0] = problem.restored(both[0], -math.inf)
        both[1] = np.maximum(problem.restored(both[1], math.inf), resolution)
    return both


def _too_many(entries: int) -> bool:
    """Whether so many entries may be more than memory has room for, without asking it for few."""
    return entries > _ALWAYS_FIT and 2.0 ** min(entries, 1000) > memory_limit()


def _most_relevant(rows: NDArray[np.float64], interval: tuple[float, float]) -> int:
    """The most entries of a row that matter, see `kernels.relevant`."""
    from ..kernels.covering.coverage import Interval
    from ..kernels.covering.relevant import relevant

    targets = Interval(*check_interval(interval), False)
    return max(int(np.count_nonzero(relevant(np.ascontiguousarray(row), targets))) for row in rows)


def _refuse_unsettled(upper: NDArray[np.float64], joining: int) -> None:
    """joining: the summands of a step."""
    if np.isnan(upper).any():
        n, trial = (int(i[0]) for i in np.nonzero(np.isnan(upper)))
        raise InputError(
            f"more than 26 summands must not be much larger than the interval for the exact radius, but the first "
            f"{(n + 1) * joining} of trial {trial} are; take fewer, or brackets: relative_tolerance=0.01, "
            "resolution=0.005"
        )


def _refuse_wide(both: NDArray[np.float64], joining: int, limits: tuple[float, float]) -> None:
    """joining: the summands of a step. limits: (tolerance, resolution)."""
    (lower, upper), (tolerance, resolution) = both, limits
    wide = (upper > resolution) & (upper - lower > tolerance * upper)
    if wide.any():
        n, trial = (int(i[0]) for i in np.nonzero(wide))
        raise InputError(
            f"summands must not be much larger than the radius asked for, but the first "
            f"{(n + 1) * joining} of trial {trial} need more than {size_text(16 * BITSET_WORDS)} or double precision; "
            "raise relative_tolerance or resolution"
        )


def check_interval(interval: ArrayLike) -> tuple[float, float]:
    """(low, high), if that is low <= high, both finite and not too large."""
    return interval_ends(interval, _LARGEST)
