"""Assertions about random numbers, each with a stated probability of failing when the code is right.

FALSE_ALARM bounds that probability for one assertion; the suite makes fewer than 90 of them (64 when last counted, slow
tests and every parameter included), so that all of them together fail by chance with probability below
90 * 1e-8 < 1e-6. Seeds are fixed, hence a failure never comes and goes: the rates say why the thresholds are what they
are, and how large a defect would have been noticed.
"""

import math

import numpy as np
from scipy import stats

FALSE_ALARM = 1e-8
"""Probability that one assertion rejects right code."""


class RejectedError(AssertionError):
    """A random sample that right code would produce with probability below the stated false alarm."""


def assert_rate(successes, trials, low, high, false_alarm=FALSE_ALARM):
    """A success probability lies in [low, high] (exact binomial tails).

    Right code fails with probability at most `false_alarm`. A rate outside by `noticeable_rate_error` is missed with
    probability at most `false_alarm`.
    """
    too_few = stats.binom.cdf(successes, trials, low)
    too_many = stats.binom.sf(successes - 1, trials, high)
    if min(too_few, too_many) < false_alarm / 2.0:
        raise RejectedError(f"{successes} of {trials} successes, for a probability in [{low}, {high}]")


def noticeable_rate_error(trials, false_alarm=FALSE_ALARM):
    """Distance from [low, high] at which `assert_rate` misses with probability at most `false_alarm` (Hoeffding)."""
    return 2.0 * math.sqrt(math.log(2.0 / false_alarm) / (2.0 * trials))


def assert_same_rate(one, other, trials, false_alarm=FALSE_ALARM):
    """Two success counts, each out of `trials`, have the same success probability (Fisher's exact test).

    Right code fails with probability at most `false_alarm`, whatever the common rate. With 20 000 trials each, rates
    that differ by 0.05 are missed with probability below 1e-4 (normal approximation: 10 against a threshold of 5.73
    standard deviations).
    """
    table = [[one, trials - one], [other, trials - other]]
    if stats.fisher_exact(table).pvalue < false_alarm:
        raise RejectedError(f"{one} and {other} successes of {trials} each, for one common probability")


def assert_law(sample, cdf, false_alarm=FALSE_ALARM):
    """A sample of independent draws has distribution function `cdf`, atoms allowed (Dvoretzky-Kiefer-Wolfowitz).

    P(sup |F_m - F| > t) <= 2 exp(-2 m t^2) with Massart's constant, so right code fails with probability at most
    `false_alarm`. A law at a distance of 2 t from `cdf` is missed with probability at most `false_alarm` / 2.
    """
    values, counts = np.unique(np.asarray(sample).ravel(), return_counts=True)
    m = counts.sum()
    up_to = np.cumsum(counts) / m
    before = up_to - counts / m
    limit = np.nextafter(values, -np.inf)  # F just below each value, which differs from F at an atom
    distance = max(np.max(np.abs(up_to - cdf(values))), np.max(np.abs(cdf(limit) - before)))
    if distance > dkw_threshold(m, false_alarm):
        raise RejectedError(f"distance {distance:.4f} from the law, above {dkw_threshold(m, false_alarm):.4f} for {m}")


def dkw_threshold(m, false_alarm=FALSE_ALARM):
    """t with 2 exp(-2 m t^2) = false_alarm."""
    return math.sqrt(math.log(2.0 / false_alarm) / (2.0 * m))
