"""Intervals that hold at all numbers of trials at once, and so at whichever one a sweep stopped by its own results.

M(k, n)        = B(k + 1/2, n - k + 1/2) / B(1/2, 1/2), the likelihood under Jeffreys' prior (beta-binomial mixture)
evidence(p)    = ln(M(k, n) / (p^k (1 - p)^(n - k))) = n KL(k/n || p) - (ln of the largest likelihood over M)
the set of p   = {p : evidence(p) < ln(1 / (1 - level))}

exp(evidence(p)) is a martingale of mean 1 if p is the truth, whatever else is looked at besides these trials, so that
it ever reaches 1 / (1 - level) with probability at most 1 - level (Ville 1939; Robbins 1970).
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .binomial import Floats, Ranks, check_counts, check_level, check_probabilities

_SERIES = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188)
"""Stirling's series of ln Gamma: what is left out beyond x = 10 is below 2e-14."""
_MOST_STEPS = 200


def confidence_sequence(successes: ArrayLike, trials: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
    """(low, high) with P(low_n <= p <= high_n for all n at once) >= level when successes_n count Bernoulli(p) trials.

    Both sides together: either end alone may miss with probability up to 1 - level. low is 0 at no success, high is 1
    at no failure; [0, 1] without trials. Shapes broadcast, successes need not be whole, trials up to 1e9 and beyond.

    Both ends rise with the successes: from k to k + 1 the evidence against p changes by
    ln((k + 1/2) (1 - p) / ((n - k - 1/2) p)), which is at least 0 for all p <= k/n, the low end among them. So where
    the successes are only known to lie in [surely, possibly], [low of surely, high of possibly] holds whenever the
    interval of the true successes does: valid at the same level, at all n at once.

    >>> import analysis
    >>> [limit.round(3).item() for limit in analysis.confidence_sequence(0, 100)]
    [0.0, 0.057]
    """
    return sequence_around(successes, successes, trials, level)


def sequence_around(
    surely: ArrayLike, possibly: ArrayLike, trials: ArrayLike, level: float = 0.95
) -> tuple[Floats, Floats]:
    """(low of `surely`, high of `possibly`) by `confidence_sequence`, without the two ends that are not asked for."""
    (sure, n), (possible, _) = check_counts(surely, trials), check_counts(possibly, trials)
    sure, possible, n = np.broadcast_arrays(sure, possible, n)
    some, bound = n > 0.0, math.log1p(-check_level(level))
    n = np.where(some, n, 1.0)
    sure, possible = (np.where(some, count, 0.0) for count in (sure, possible))
    wanted = _advantage(np.stack([sure, possible]), n) - bound
    down, up = _descent(np.stack([sure, n - possible]), np.stack([n - sure, possible]), wanted)
    low = sure / n * np.exp(-down)
    high = possible / n - (n - possible) / n * np.expm1(-up)
    return np.where(some & (sure > 0.0), low, 0.0), np.where(some & (possible < n), high, 1.0)


def sequence_ranks(q: ArrayLike, trials: int, level: float = 0.95) -> tuple[Ranks, Ranks]:
    """(r, s) with P(X_(r) <= q-quantile <= X_(s) for all numbers of trials at once) >= level; r, s depend on `trials`.

    The counterpart of `intervals.quantile_ranks`, with the same r = 0 and s = trials + 1 where no draw will do. With
    X = F^-1(U) and U uniform, the number K of U <= q is a count of Bernoulli(q) trials; at least K draws lie at or
    below the quantile and at most K below it, for any law. r and s - 1 are the least and the largest K whose
    confidence sequence holds q. The evidence is convex in K, least at the first K >= q trials - 1/2, and below 0 there.
    """
    trials = int(check_counts(0, trials)[1])
    shares, bound = check_probabilities("q", q), -math.log1p(-check_level(level))
    middle = np.clip(np.ceil(shares * trials - 0.5), 0.0, trials)
    # Rounds one step short of an end of [0, trials]: `outside` starts beyond it, where nothing is evaluated.
    low = _last_held(middle, np.full_like(middle, -1.0), shares, trials, bound)
    high = _last_held(middle, np.full_like(middle, trials + 1.0), shares, trials, bound)
    return low.astype(int), high.astype(int) + 1


def _last_held(held: Floats, outside: Floats, p: Floats, trials: int, bound: float) -> Floats:
    """The whole number farthest from `held` towards `outside` at which the evidence against p is below `bound`."""
    while np.any(np.abs(outside - held) > 1.0):
        tried = np.trunc((held + outside) / 2.0)
        holds = _evidence(tried, float(trials), p) < bound
        held, outside = np.where(holds, tried, held), np.where(holds, outside, tried)
    return held


def _evidence(k: Floats, n: float, p: Floats) -> Floats:
    """ln(M(k, n) / (p^k (1 - p)^(n - k)))."""
    from scipy.special import rel_entr

    return rel_entr(k, n * p) + rel_entr(n - k, n * (1.0 - p)) - _advantage(k, np.asarray(n))


def _advantage(k: NDArray[np.float64], n: NDArray[np.float64]) -> Floats:
    """ln of the largest likelihood over M(k, n), about ln(n) / 2, without a difference of large numbers."""
    return (
        0.5 * np.log((n + 1.0) * math.pi / 2.0)
        + n * np.log1p(1.0 / n)
        - _times_log(k)
        - _times_log(n - k)
        + _stirling_rest(n + 1.0)
        - _stirling_rest(k + 0.5)
        - _stirling_rest(n - k + 0.5)
    )


def _times_log(k: Floats) -> Floats:
    """k ln(1 + 1/(2k)), 0 at k = 0."""
    positive = k > 0.0
    return np.where(positive, k * np.log1p(0.5 / np.where(positive, k, 1.0)), 0.0)


def _stirling_rest(x: Floats) -> Floats:
    """ln Gamma(x) - ((x - 1/2) ln x - x + ln(2 pi)/2)."""
    from scipy.special import gammaln

    large = np.maximum(x, 10.0)
    series = sum(factor / large ** (2 * j + 1) for j, factor in enumerate(_SERIES))
    small = np.minimum(x, 10.0)
    direct = gammaln(small) - ((small - 0.5) * np.log(small) - small + 0.5 * math.log(2.0 * math.pi))
    return np.where(x < 10.0, direct, series)


def _descent(k: Floats, m: Floats, wanted: Floats) -> Floats:
    """s with n KL(k/n || exp(-s) k/n) = wanted, n = k + m: k s - m ln(1 + k/m (1 - exp(-s))) = wanted; k = 0 gives 0.

    The left side is increasing and convex, at least k s - m ln(1 + k/m), and so Newton's steps from the right of the
    root only ever go down to it. A place that rounding lets go down no further stays, whatever the others do.
    """
    found, left = np.zeros(k.shape), k > 0.0
    k, m, wanted = k[left], m[left], wanted[left]
    some = m > 0.0
    m = np.where(some, m, 1.0)
    ratio = k / m
    s = (wanted + np.where(some, m * np.log1p(ratio), 0.0)) / k
    for _ in range(_MOST_STEPS):
        share = -np.expm1(-s)
        excess = k * s - np.where(some, m * np.log1p(ratio * share), 0.0) - wanted
        slope = k * np.where(some, share * (1.0 + ratio) / (1.0 + ratio * share), 1.0)
        lower = s - excess / np.where(slope > 0.0, slope, np.inf)
        if not np.any(lower < s):
            break
        s = np.minimum(lower, s)
    found[left] = s
    return found
