"""Exact binomial intervals (Clopper & Pearson 1934): coverage at least the level for every p, by inverting tests."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import InputError

Floats = NDArray[np.float64]


def clopper_pearson(successes: ArrayLike, trials: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
    """(low, high) with P(low <= p <= high) >= level when successes ~ Binomial(trials, p); (1 - level)/2 on each side.

    low solves P(Bin(trials, low) >= successes) = (1 - level)/2, high solves P(Bin(trials, high) <= successes) =
    (1 - level)/2; low is 0 at no success, high is 1 at no failure. Shapes broadcast.
    """
    from scipy.special import betaincinv

    k, n = np.broadcast_arrays(np.asarray(successes, dtype=float), np.asarray(trials, dtype=float))
    tail = (1.0 - check_level(level)) / 2.0
    # The two ends where the beta parameters leave their range are set apart; 1.0 there is a placeholder.
    low = np.where(k > 0, betaincinv(np.where(k > 0, k, 1.0), n - k + 1.0, tail), 0.0)
    high = np.where(k < n, betaincinv(k + 1.0, np.where(k < n, n - k, 1.0), 1.0 - tail), 1.0)
    return low, high


def trials_to_exclude(rate: float, value: float, level: float = 0.95, *, most: int = 10**9) -> int | None:
    """About how many trials an interval needs to exclude `value` if the share of successes stays at `rate`.

    None beyond `most`. A forecast, not a promise: the share will move.
    """
    trials = 1.0
    while trials <= most:
        low, high = clopper_pearson(rate * trials, trials, level)  # successes need not be whole here
        if value < low or value > high:
            return round(trials)
        trials *= 1.01
    return None


def bonferroni(level: float, family: int) -> float:
    """Level of each of `family` intervals so that all hold together with probability at least `level`."""
    return 1.0 - (1.0 - check_level(level)) / max(family, 1)


def check_level(level: float) -> float:
    """`level` if it is a confidence level."""
    if not 0.0 < level < 1.0:
        raise InputError(f"level must be strictly between 0 and 1, got {level}; 0.95 is usual")
    return level
