"""Clopper-Pearson: the limits solve the tail equations, and cover at least as often as they say, for every p."""

import math
from fractions import Fraction

import numpy as np
import pytest
import xarray as xr
from scipy.optimize import brentq
from scipy.special import gammaincinv
from scipy.stats import binom

from analysis import InputError, clopper_pearson
from analysis.statistics.binomial import bonferroni, student, trials_to_exclude


def tail_at_least(k, n, p):
    """P(Bin(n, p) >= k), in rational numbers."""
    p = Fraction(p)
    return sum(math.comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k, n + 1))


def worst_coverage(limits, n):
    """Smallest probability, over a grid of p and the neighbours of every limit, that p lies within the limits."""
    k = np.arange(n + 1)
    low, high = limits(k, n)
    ends = np.concatenate([low, high])
    candidates = np.concatenate([np.linspace(0.0, 1.0, 401), np.nextafter(ends, -1.0), ends, np.nextafter(ends, 2.0)])
    p = candidates[(candidates >= 0.0) & (candidates <= 1.0)][:, None]
    covered = (low <= p) & (p <= high)
    return float((binom.pmf(k, n, p) * covered).sum(axis=1).min())


def assert_covers(limits, n, level):
    """Coverage by summing the binomial law: no sampling, so no error but rounding."""
    assert worst_coverage(limits, n) >= level - 1e-12


def wald(k, n, level):
    """The textbook's interval, which covers too rarely."""
    from scipy.stats import norm

    rate = k / n
    half = norm.ppf((1.0 + level) / 2.0) * np.sqrt(rate * (1.0 - rate) / n)
    return rate - half, rate + half


@pytest.mark.parametrize("level", [0.5, 0.95, 0.999])
@pytest.mark.parametrize("n", [1, 2, 7, 40, 1000])
def test_limits_solve_the_tail_equations(n, level):
    """P(Bin(n, low) >= k) = P(Bin(n, high) <= k) = (1 - level)/2, solved by bisection of binomial tails."""
    tail = (1.0 - level) / 2.0
    for k in sorted({1, n // 3, n // 2, n - 1} - {0, n}):
        low, high = clopper_pearson(k, n, level)
        assert low == pytest.approx(brentq(lambda p: binom.sf(k - 1, n, p) - tail, 0.0, 1.0, xtol=1e-15), rel=1e-9)  # noqa: B023
        assert high == pytest.approx(brentq(lambda p: binom.cdf(k, n, p) - tail, 0.0, 1.0, xtol=1e-15), rel=1e-9)  # noqa: B023


@pytest.mark.parametrize("n", [1, 2, 5, 8])
def test_limits_solve_the_tail_equations_in_rational_numbers(n):
    """The tails at the limits are 1/40 by exact arithmetic, for every k of a tiny n."""
    for k in range(n + 1):
        low, high = clopper_pearson(k, n, 0.95)
        if k > 0:
            assert float(tail_at_least(k, n, float(low))) == pytest.approx(0.025, rel=1e-12)
        if k < n:
            assert float(1 - tail_at_least(k + 1, n, float(high))) == pytest.approx(0.025, rel=1e-12)


@pytest.mark.parametrize("n", [1, 3, 50, 10**6])
def test_no_success_and_no_failure(n):
    """At k = 0 the interval is [0, 1 - tail^(1/n)], at k = n [tail^(1/n), 1], ends exactly 0 and 1."""
    root = math.exp(math.log(0.025) / n)
    low, high = clopper_pearson([0, n], n, 0.95)
    assert low[0] == 0.0
    assert high[1] == 1.0
    assert high[0] == pytest.approx(-math.expm1(math.log(0.025) / n), rel=1e-9)
    assert low[1] == pytest.approx(root, rel=1e-12)


def test_tiny_probability():
    """3 successes in 10^12 trials: n p is Poisson up to 10^-11, with exact limits 0.618672... and 8.767273..."""
    low, high = clopper_pearson(3, 10**12, 0.95)
    assert float(low) * 1e12 == pytest.approx(float(gammaincinv(3, 0.025)), rel=1e-10)
    assert float(high) * 1e12 == pytest.approx(float(gammaincinv(4, 0.975)), rel=1e-10)
    mean = float(high) * 1e12
    below = math.exp(-mean) * math.fsum([1.0, mean, mean**2 / 2.0, mean**3 / 6.0])
    assert below == pytest.approx(0.025, rel=1e-9)
    assert float(low) * 1e12 == pytest.approx(0.618672, abs=5e-7)


@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
@pytest.mark.parametrize("n", [1, 2, 5, 13, 30, 100])
def test_coverage_is_at_least_the_level_everywhere(n, level):
    """min over p of P(low <= p <= high) >= level, p on a grid and on both sides of every limit, where it jumps."""
    assert_covers(lambda k, n: clopper_pearson(k, n, level), n, level)


def test_coverage_test_rejects_what_is_too_narrow():
    """Control: the Wald interval, and limits with the whole tail on either side, fail the same assertion."""

    def one_tail_each_side(k, n):
        return clopper_pearson(k, n, 0.90)

    for limits in (lambda k, n: wald(k, n, 0.95), one_tail_each_side):
        with pytest.raises(AssertionError):
            assert_covers(limits, 30, 0.95)


def test_limits_rise_with_successes_and_hold_the_rate():
    """low <= k/n <= high, and both limits rise with k; a higher level gives a wider interval."""
    k = np.arange(41)
    low, high = clopper_pearson(k, 40, 0.95)
    wide_low, wide_high = clopper_pearson(k, 40, 0.99)
    assert np.all((low <= k / 40) & (k / 40 <= high))
    assert np.all(np.diff(low) > 0.0)
    assert np.all(np.diff(high) > 0.0)
    assert np.all((wide_low <= low) & (high <= wide_high))


def test_shapes_broadcast():
    """Counts (2, 1) and trials (3,) give limits (2, 3), each as for the pair alone."""
    low, high = clopper_pearson([[1], [2]], [4, 5, 6])
    assert low.shape == high.shape == (2, 3)
    assert (low[1, 2], high[1, 2]) == tuple(clopper_pearson(2, 6))


@pytest.mark.parametrize("family", [1, 2, 20, 1000])
def test_bonferroni(family):
    """family (1 - each) = 1 - level: the misses of all intervals add up to the one allowed; no family, no change."""
    assert family * (1.0 - bonferroni(0.95, family)) == pytest.approx(0.05, rel=1e-9)
    assert bonferroni(0.95, 0) == 0.95 == pytest.approx(bonferroni(0.95, 1))


@pytest.mark.parametrize("level", [0.0, 1.0, -0.1, 95, math.nan, math.inf])
def test_bad_level_is_refused(level):
    """A level outside (0, 1) is an InputError with rule, value and remedy, here and in `bonferroni`."""
    rule = rf"level must be strictly between 0 and 1, got {level}; 0\.95 is usual"
    with pytest.raises(InputError, match=rule):
        clopper_pearson(1, 2, level)
    with pytest.raises(InputError, match=rule):
        bonferroni(level, 3)


def test_trials_to_exclude_are_the_fewest():
    """With so many trials the interval excludes the value, with 2% fewer it does not; an equal rate never does."""
    for rate, value in [(0.95, 0.97), (0.98, 0.97), (0.5, 0.9)]:
        trials = trials_to_exclude(rate, value, 0.99)
        for count, excluded in [(1.01 * trials, True), (0.98 * trials - 1.0, False)]:
            low, high = clopper_pearson(rate * count, count, 0.99)
            assert (value < low or value > high) == excluded
    assert trials_to_exclude(0.97, 0.97, most=10**6) is None


def test_students_interval_has_one_degree_of_freedom_less_than_values():
    """1, 2, 3: standard deviation 1, and t = 4.302653 for two degrees of freedom at 95%; a missing value is none."""
    values = xr.DataArray([[1.0, 2.0, 3.0, np.nan], [1.0, 3.0, np.nan, np.nan]], dims=("row", "seed"))
    mean, low, high = student(values, "seed")
    assert mean.to_numpy().tolist() == [2.0, 2.0]
    half = [4.302653 / math.sqrt(3.0), 12.706205 * math.sqrt(2.0) / math.sqrt(2.0)]
    assert (mean - low).to_numpy() == pytest.approx(half, rel=1e-6)
    assert (high - mean).to_numpy() == pytest.approx(half, rel=1e-6)
