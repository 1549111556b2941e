"""Exact intervals from the binomial law alone: for a probability (Clopper & Pearson 1934), and for a quantile.

And Student's interval for a mean of few values that are taken for normal.
"""

from collections.abc import Callable
from decimal import Decimal

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from ..entry import check_number
from ..errors import InputError

Floats = NDArray[np.float64]
Ranks = NDArray[np.int64]


def clopper_pearson(successes: ArrayLike, trials: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
    """(low, high) with P(low <= p <= high) >= level when successes ~ Binomial(trials, p); (1 - level)/2 on each side.

    low solves P(Bin(trials, low) >= successes) = (1 - level)/2, high solves P(Bin(trials, high) <= successes) =
    (1 - level)/2; low is 0 at no success, high is 1 at no failure. Shapes broadcast.

    >>> import analysis
    >>> [limit.round(4).item() for limit in analysis.clopper_pearson(0, 100)]
    [0.0, 0.0362]
    """
    from scipy.special import betaincinv

    k, n = check_counts(successes, trials)
    tail = (1.0 - check_level(level)) / 2.0
    # The two ends where the beta parameters leave their range are set apart; 1.0 there is a placeholder.
    low = np.where(k > 0, betaincinv(np.where(k > 0, k, 1.0), n - k + 1.0, tail), 0.0)
    high = np.where(k < n, betaincinv(k + 1.0, np.where(k < n, n - k, 1.0), 1.0 - tail), 1.0)
    return low, high


def check_counts(successes: ArrayLike, trials: ArrayLike) -> tuple[Floats, Floats]:
    """Both as arrays of one shape, from 0 to as many successes as trials; they need not be whole."""
    try:
        k, n = np.broadcast_arrays(np.asarray(successes, dtype=float), np.asarray(trials, dtype=float))
    except (TypeError, ValueError) as error:
        raise InputError(f"successes and trials must be numbers of shapes that broadcast; {error}") from error
    wrong = (k < 0.0) | (k > n) | np.isinf(n)
    if wrong.any():
        raise InputError(f"successes must be from 0 to the trials, got {k[wrong][0]:g} of {n[wrong][0]:g}")
    return k, n


def check_probabilities(name: str, values: ArrayLike) -> Floats:
    """`values` as an array of numbers from 0 to 1."""
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} must be numbers from 0 to 1, got {values!r:.60}") from error
    if not np.all((array >= 0.0) & (array <= 1.0)):
        raise InputError(f"{name} must be numbers from 0 to 1, got {values!r:.60}")
    return array


def quantile_ranks(q: ArrayLike, trials: int, level: float = 0.95) -> tuple[Ranks, Ranks]:
    """(r, s) with P(X_(r) <= q-quantile <= X_(s)) >= level for `trials` iid draws of any law.

    X_(1) <= X_(2) <= ... are the sorted draws. X_(r) exceeds the quantile only if fewer than r draws lie at or below
    it, and P(Bin(trials, q) < r) <= (1 - level)/2; likewise above. r = 0 and s = trials + 1 where no draw will do.
    Ties and atoms make the interval cover more often, never less.
    """
    from scipy.stats import binom

    tail, shares = (1.0 - check_level(level)) / 2.0, np.asarray(q, dtype=float)
    return binom.ppf(tail, trials, shares).astype(int), binom.isf(tail, trials, shares).astype(int) + 1


def student(values: xr.DataArray, over: str, level: float = 0.95) -> tuple[xr.DataArray, xr.DataArray, xr.DataArray]:
    """(mean, low, high): mean -+ t s / sqrt(k) over the dim `over`, of the k values that are there.

    s: standard deviation, divided by k - 1; t: Student's quantile with k - 1 degrees of freedom. low, high: NaN for
    fewer than two values, and where all are equal, which no normal law explains.
    """
    from scipy.stats import t

    count = values.notnull().sum(over)
    quantile = count.copy(data=t.ppf((1.0 + check_level(level)) / 2.0, np.maximum(count.to_numpy() - 1, 1)))
    spread = values.where(count > 1).std(over) * np.sqrt(count / np.maximum(count - 1, 1))
    spread = spread.where(values.max(over) > values.min(over))  # std of equal values need not be 0
    mean, half = values.mean(over), quantile * spread / np.sqrt(np.maximum(count, 1))
    return mean, mean - half, mean + half


def trials_to_exclude(
    rate: float,
    value: float,
    level: float = 0.95,
    *,
    most: int = 10**9,
    limits: Callable[..., tuple[Floats, Floats]] = clopper_pearson,
) -> int | None:
    """About how many trials an interval needs to exclude `value` if the share of successes stays at `rate`.

    None beyond `most`. limits: (successes, trials, level) to the interval. A forecast, not a promise: the share will
    move.
    """
    trials = np.cumprod(np.append(1.0, np.full(int(np.log(most) / np.log(1.01)), 1.01)))
    low, high = limits(rate * trials, trials, level)  # successes need not be whole here
    excluded = np.flatnonzero((value < low) | (value > high))
    return round(float(trials[excluded[0]])) if excluded.size else None


def bonferroni(level: float, family: int) -> float:
    """Level of each of `family` intervals so that all hold together with probability at least `level`."""
    return 1.0 - (1.0 - check_level(level)) / max(family, 1)


def check_level(level: float) -> float:
    """`level` if it is a confidence level."""
    return check_share("level", level, "0.95 is usual")


def check_share(name: str, value: float, remedy: str) -> float:
    """`value` if it is a number strictly between 0 and 1."""
    if not 0.0 < check_number(name, value) < 1.0:
        raise InputError(f"{name} must be strictly between 0 and 1, got {value}; {remedy}")
    return value


def level_text(level: float) -> str:
    """A level in percent with all of its digits: 95%, 97.5%, 99.9%.

    >>> import analysis
    >>> analysis.level_text(0.999)
    '99.9%'
    """
    percent = f"{Decimal(repr(float(check_level(level)))) * 100:f}"
    return f"{percent.rstrip('0').rstrip('.') if '.' in percent else percent}%"
