"""Section 3.1 and its baseline: the least error for one weight, for every weight, with sums and without."""

import numpy as np
import oracles
import pytest
from calibrated import RejectedError, assert_rate
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from strategies import dyadics

from montecarlo import InputError, Precision, SingleLink, SingleSample, Theorem3, sweep

half = st.integers(-(2**19), 2**19).map(lambda k: k * 2.0**-20)


def exact(claim, draws):
    """Critical epsilons (event, n, trial) of given draws."""
    return claim.critical_epsilons(draws, Precision()).upper


@given(arrays(float, (6, 2), elements=dyadics), half)
def test_one_weight_is_the_least_error(draws, weight):
    """min over S of |w - sum_S a_i| for every prefix, to the bit, beside enumeration in fractions."""
    found = exact(SingleLink(weight), draws)[0]
    for n, t in np.ndindex(6, 2):
        assert found[n, t] == oracles.nearest_error(draws[: n + 1, t], weight)


@given(arrays(float, (5, 2), elements=dyadics), half)
def test_one_sample_is_the_nearest_point(draws, weight):
    """min over i of |w - a_i|, and the covering radius of the points alone, for every prefix, to the bit."""
    one, every = exact(SingleSample(weight), draws)
    for n, t in np.ndindex(5, 2):
        points = draws[: n + 1, t]
        assert one[n, t] == np.abs(points - weight).min()
        assert every[n, t] == oracles.covering_radius_of_points(points, -0.5, 0.5)


def test_every_weight_is_theorem_3():
    """The same draws give the same covering radii, and no single weight is worse."""
    draws = Theorem3().draw(np.random.default_rng(0), 14, 1, 200)
    one, every = exact(SingleLink(0.3), draws)
    np.testing.assert_array_equal(every, exact(Theorem3(), draws)[0])
    assert np.all(one <= every)


@pytest.mark.parametrize("weight", [0.5, 0.0, -0.2])
@pytest.mark.parametrize(("n", "epsilon"), [(3, 0.3), (20, 0.1)])
def test_one_sample_follows_its_closed_form(weight, n, epsilon):
    """P(min |w - a_i| <= epsilon) = 1 - (1 - epsilon)^n for |w| <= 1/2."""
    found = sweep(SingleSample(weight), n=[n], trials=20_000, seed=3).critical_epsilon.sel(event="one weight")
    successes = int((found <= epsilon).sum())
    rate, other = 1.0 - (1.0 - epsilon) ** n, 1.0 - (1.0 - epsilon) ** (n + 4)
    assert_rate(successes, 20_000, rate, rate)
    with pytest.raises(RejectedError):  # control: the law of four samples more
        assert_rate(successes, 20_000, other, other)


def test_sums_reach_further_than_samples():
    """At epsilon = 0.05 fourteen summands do for every weight in over 95% of trials, 60 samples in less than half.

    True rates are about 0.99 and 0.02: false alarms below 1e-9.
    """
    sums = sweep(SingleLink(), n=[14], trials=400).critical_epsilon.sel(event="every weight")
    samples = sweep(SingleSample(), n=[60], trials=400).critical_epsilon.sel(event="every weight")
    assert float((sums <= 0.05).mean()) > 0.95
    assert float((samples <= 0.05).mean()) < 0.5


def test_brackets_enclose_one_weight_beyond_forty_summands():
    """Subsets of the first 40 bound the error from above; from below nothing is known of what the others could do."""
    draws = np.random.default_rng(1).uniform(-1.0, 1.0, (45, 20)) * 1e-3  # far too small for w = 1/2
    lower, upper = SingleLink(0.5).critical_epsilons(draws, Precision(0.01, 1e-3))
    assert np.all(lower[0, 40:] == 0.0)
    assert np.all(upper[0, 40:] == upper[0, 39])
    np.testing.assert_array_equal(lower[0, :40], upper[0, :40])


@pytest.mark.parametrize("weight", [0.6, -1.0, np.nan])
@pytest.mark.parametrize("claim", [SingleLink, SingleSample])
def test_weights_beyond_the_interval_are_refused(claim, weight):
    with pytest.raises(InputError, match=rf"weight must be in \[-1/2, 1/2\], got {weight}; "):
        claim(weight)
