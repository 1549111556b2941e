"""Confidence sequences: solved against another way to them, and covering at all numbers of trials at once."""

import math

import calibrated
import numpy as np
import pytest

from analysis import InputError, clopper_pearson, confidence_sequence, sequence_ranks
from analysis.statistics.binomial import quantile_ranks

ALPHA = 0.05
LOOKS = np.unique(np.geomspace(10, 10_000, 40).astype(int))


def log_evidence(k, n, p):
    """ln of Jeffreys' mixture over the likelihood of p, by three log-gammas and two logarithms."""
    mixture = math.lgamma(k + 0.5) + math.lgamma(n - k + 0.5) - math.lgamma(n + 1.0) - math.log(math.pi)
    likelihood = (k * math.log(p) if k else 0.0) + ((n - k) * math.log1p(-p) if n > k else 0.0)
    return mixture - likelihood


def bisected(k, n, level, low, high):
    """The p between low (held) and high (not held), in either order, at which the evidence reaches its bound."""
    for _ in range(200):
        middle = (low + high) / 2.0
        low, high = (middle, high) if log_evidence(k, n, middle) < -math.log(1.0 - level) else (low, middle)
    return low


def first_misses(interval, p, most):
    """P(some interval of the first `most` trials misses p), by summing over all paths of the count: no sampling."""
    still, missed = np.array([1.0]), 0.0
    for n in range(1, most + 1):
        still = np.append(still * (1.0 - p), 0.0) + np.append(0.0, still * p)
        low, high = interval(np.arange(n + 1), n, 1.0 - ALPHA)
        out = (p < low) | (p > high)
        missed += still[out].sum()
        still = np.where(out, 0.0, still)
    assert missed + still.sum() == pytest.approx(1.0, rel=1e-12)
    return missed


def paths(p, runs, seed):
    """Success counts at the looks: (run, look)."""
    steps = np.diff(LOOKS, prepend=0)
    return np.random.default_rng(seed).binomial(steps, p, (runs, LOOKS.size)).cumsum(axis=1)


def ever_missed(interval, p, runs=2_000, seed=0):
    """Runs whose interval misses p at one of the looks at least."""
    low, high = interval(paths(p, runs, seed), LOOKS, 1.0 - ALPHA)
    return int(((p < low) | (p > high)).any(axis=1).sum())


@pytest.mark.parametrize("level", [0.5, 0.95, 1.0 - 1e-6])
@pytest.mark.parametrize("n", [1, 2, 9, 40, 1000, 10**5])
def test_ends_are_where_bisection_finds_them(n, level):
    """The evidence is ln(1 / (1 - level)) at both ends, for k from none to all; 0 and 1 exactly at those two."""
    for k in sorted({0, 1, n // 3, n // 2, n - 1, n}):
        low, high = confidence_sequence(k, n, level)
        assert low == (pytest.approx(bisected(k, n, level, k / n, 0.0), rel=1e-8) if k else 0.0)
        assert high == (pytest.approx(bisected(k, n, level, k / n, 1.0), rel=1e-8) if k < n else 1.0)
        assert low <= k / n <= high


@pytest.mark.parametrize("n", [10**7, 10**9, 10**12])
def test_many_trials(n):
    """At n = 10^9 the log of the likelihood is 10^8 and more, its error still far below the bound on the evidence."""
    for k in (3, n // 3, n - 3):
        low, high = confidence_sequence(k, n)
        mirrored_low, mirrored_high = confidence_sequence(n - k, n)
        assert 1.0 - high == pytest.approx(mirrored_low, abs=4e-16)
        assert 1.0 - low == pytest.approx(mirrored_high, abs=4e-16)
    half = (confidence_sequence(n // 2, n)[1] - confidence_sequence(n // 2, n)[0]) / 2.0
    bound = math.log(20.0) + 0.5 * math.log(n * math.pi / 2.0)  # n KL = 2 n t^2 at k = n/2, evidence about ln(n) / 2
    assert half == pytest.approx(math.sqrt(bound / (2.0 * n)), rel=1e-5)


def test_shapes_broadcast_and_counts_need_not_be_whole():
    """Counts (2, 1) and trials (3,) give (2, 3), each to the bit as alone; both ends rise with k; none gives [0, 1]."""
    low, high = confidence_sequence([[1], [2]], [4, 5, 60])
    assert low.shape == high.shape == (2, 3)
    assert (low[1, 2], high[1, 2]) == tuple(confidence_sequence(2, 60))
    ends = confidence_sequence(np.linspace(0.0, 30.0, 301), 30)
    assert all(np.all(np.diff(end) >= 0.0) for end in ends)
    assert confidence_sequence(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize("p", [0.02, 0.3, 0.5, 0.9, 0.995])
def test_ville_to_the_last_path(p):
    """P(the sequence ever misses p within 200 trials) <= alpha, summed exactly; Clopper-Pearson's is above alpha."""
    assert first_misses(confidence_sequence, p, 200) <= ALPHA
    assert first_misses(clopper_pearson, p, 200) > 1.2 * ALPHA


@pytest.mark.parametrize("p", [0.5, 0.9, 0.99, 0.999])
def test_looking_forty_times(p):
    """Misses at any of 40 looks: below alpha, a plain interval is caught: measured rates fall from .40 to .15."""
    calibrated.assert_rate(ever_missed(confidence_sequence, p), 2_000, 0.0, ALPHA)
    with pytest.raises(calibrated.RejectedError):
        calibrated.assert_rate(ever_missed(clopper_pearson, p), 2_000, 0.0, ALPHA)


@pytest.mark.parametrize("q", [0.01, 0.5, 0.9])
@pytest.mark.parametrize("n", [1, 2, 17, 300])
def test_ranks_are_the_counts_whose_interval_holds_q(n, q):
    """r and s - 1 are the least and the largest count whose confidence sequence holds q, tried one by one."""
    low, high = confidence_sequence(np.arange(n + 1), n)
    held = np.flatnonzero((low <= q) & (q <= high))
    assert [int(rank) for rank in sequence_ranks(q, n)] == [held[0], held[-1] + 1]


def test_ranks_of_many_trials_lie_around_those_of_one_look():
    """At 10^9 trials too: r below and s above the ranks that are right at a single look; shapes are those of q."""
    shares = np.array([[0.001, 0.5], [0.9, 0.999]])
    for trials in (1000, 10**9):
        (r, s), (one_r, one_s) = sequence_ranks(shares, trials), quantile_ranks(shares, trials)
        assert r.shape == s.shape == shares.shape
        assert np.all((r < one_r) | (r == 0))
        assert np.all((one_s < s) | (s == trials + 1))


def missed_quantile(ranks, q, runs=2_000):
    """Runs in which the q-quantile is outside [X_(r), X_(s)] at one of the looks at least, for a law without atoms.

    With K draws at or below the quantile, X_(r) is above it if K < r and X_(s) below it if K >= s.
    """
    counts = paths(q, runs, 1)
    limits = np.array([ranks(q, int(n), 1.0 - ALPHA) for n in LOOKS])
    return int(((counts < limits[:, 0]) | (counts >= limits[:, 1])).any(axis=1).sum())


def test_ranks_hold_the_quantile_at_every_look():
    """The quantile is missed at any of 40 looks with probability below alpha; ranks for one look are caught."""
    calibrated.assert_rate(missed_quantile(sequence_ranks, 0.5), 2_000, 0.0, ALPHA)
    with pytest.raises(calibrated.RejectedError):
        calibrated.assert_rate(missed_quantile(quantile_ranks, 0.5), 2_000, 0.0, ALPHA)


@pytest.mark.parametrize("level", [0.0, 1.0, 95])
def test_bad_level_is_refused(level):
    """A level outside (0, 1) is an InputError with rule, value and remedy."""
    for call in (confidence_sequence, sequence_ranks):
        with pytest.raises(InputError, match=rf"level must be strictly between 0 and 1, got {level}"):
            call(0.5, 2, level)
