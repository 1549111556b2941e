"""Success probabilities against independent simulations and closed-form laws, with broken variants that must fail.

Every assertion rejects right code with probability at most 1e-8.
"""

from functools import cache, partial

import numpy as np
import oracles
import pytest
from calibrated import RejectedError, assert_law, assert_same_rate, dkw_threshold

from montecarlo import Corollary2, Lemma1, Theorem3, sweep
from montecarlo.kernels.covering.coverage import radius_of_sorted
from montecarlo.sampling.laws import Uniform
from montecarlo.sampling.streams import draw_trials

TRIALS = 20_000


def independent(seed):
    """A generator of another family than ours."""
    return np.random.Generator(np.random.MT19937(seed))


@cache
def simulated(claim, n):
    """Critical epsilons (event, trial) of our sweep."""
    return sweep(claim, n=[n], trials=TRIALS, seed=31).critical_epsilon.values[:, 0, 0]


def ours(claim, n, epsilon, event=0):
    """Successes at epsilon of our sweep, of TRIALS trials."""
    return int(np.sum(simulated(claim, n)[event] <= epsilon))


def theorem3_successes(n, epsilon, low=-1.0, sums_kept=slice(None), seed=32):
    """Successes of Theorem 3 by plain numpy; `low` and `sums_kept` make the broken variants."""
    sums = oracles.all_sums(independent(seed).uniform(low, 1.0, (TRIALS, n)))[:, sums_kept]
    return int(np.sum(oracles.covering_radii_of_points(sums, -0.5, 0.5) <= epsilon))


@pytest.mark.parametrize(("n", "epsilon"), [(3, 0.2), (8, 0.05)])
def test_theorem3_agrees_with_an_independent_simulation(n, epsilon):
    """P(critical epsilon <= epsilon) equals that of a numpy simulation; a difference of 0.05 would be noticed."""
    successes = ours(Theorem3(), n, epsilon)
    assert 0.1 * TRIALS < successes < 0.9 * TRIALS  # where a difference shows
    assert_same_rate(successes, theorem3_successes(n, epsilon), TRIALS)


@pytest.mark.parametrize(
    "broken",
    [{"sums_kept": slice(None, -1)}, {"sums_kept": slice(1, None)}, {"low": 0.0}, {"low": -0.3}],
    ids=["full set dropped", "empty set dropped", "sampler on [0, 1]", "sampler on [-0.3, 1]"],
)
def test_broken_theorem3_is_caught(broken):
    """Negative controls: a subset dropped, X on [0, 1], X on [-0.3, 1]."""
    with pytest.raises(RejectedError):
        assert_same_rate(ours(Theorem3(), 3, 0.2), theorem3_successes(3, 0.2, **broken), TRIALS)


def test_theorem3_with_another_n_is_caught():
    """Negative control: n off by one, either way."""
    for n in (2, 4):
        with pytest.raises(RejectedError):
            assert_same_rate(ours(Theorem3(), 3, 0.2), theorem3_successes(n, 0.2), TRIALS)


def test_corollary2_agrees_with_an_independent_simulation():
    """n = 9, epsilon = 0.4: ReLU products by plain numpy; products without the ReLU are caught."""
    a, b = independent(33).uniform(-1.0, 1.0, (2, TRIALS, 9))
    sums = oracles.all_sums(b * np.maximum(a, 0.0))
    successes = ours(Corollary2(), 9, 0.4)
    assert 0.1 * TRIALS < successes < 0.9 * TRIALS
    assert_same_rate(successes, int(np.sum(oracles.covering_radii_of_points(sums, -1.0, 1.0) <= 0.4)), TRIALS)
    without_relu = oracles.covering_radii_of_points(oracles.all_sums(b * a), -1.0, 1.0)
    with pytest.raises(RejectedError):
        assert_same_rate(successes, int(np.sum(without_relu <= 0.4)), TRIALS)


@cache
def lemma1_sides(every):
    """Covering radii of both sides of x, of `every` neuron that fires there or of those that the proof keeps."""
    a, b, c, d = independent(34).uniform(-1.0, 1.0, (4, TRIALS, 5))
    u, v = np.concatenate([a, c], axis=1), np.concatenate([b, d], axis=1)
    if every:
        sides = [v * np.maximum(u, 0.0), v * np.minimum(u, 0.0)]
    else:
        sides = [b * np.maximum(a, 0.0), d * np.minimum(c, 0.0)]
    return [oracles.covering_radii_of_points(oracles.all_sums(side), -1.0, 1.0) for side in sides]


@pytest.mark.parametrize(("event", "epsilon"), [(0, 0.6), (1, 0.8), (2, 1.6)])
def test_lemma1_agrees_with_an_independent_simulation(event, epsilon):
    """n = 5, each event: its two subset-sum problems by plain numpy from weights of another generator."""
    radii = lemma1_sides(event == 0)
    value = np.maximum(*radii) * (2.0 if event == 2 else 1.0)
    successes = ours(Lemma1(), 5, epsilon, event)
    assert 0.02 * TRIALS < successes < 0.9 * TRIALS
    assert_same_rate(successes, int(np.sum(value <= epsilon)), TRIALS)
    with pytest.raises(RejectedError):  # one side of x forgotten
        assert_same_rate(successes, int(np.sum(radii[0] * value / np.maximum(*radii) <= epsilon)), TRIALS)


def bare_radii(points):
    """Covering radius over [-1, 1] of every column of points, no sums taken, by our kernel."""
    return np.array([radius_of_sorted(np.sort(column), len(column), -1.0, 1.0) for column in points.T])


def bare_law(n):
    return partial(oracles.bare_points_cdf, n)


def our_points(n, low=-1.0):
    """n points in each of TRIALS trials, drawn as Theorem 3 draws its summands."""
    law = Uniform(low, 1.0)
    return draw_trials(lambda rng, trials: law.sample(rng, n, trials), 35, {"claim": "points"}, 0, TRIALS)


@pytest.mark.parametrize("n", [1, 2, 10])
def test_bare_points_follow_the_law_of_spacings(n):
    """Kernel, sampler and stream together against the closed form, a distance of 0.044 noticed (DKW)."""
    assert 2.0 * dkw_threshold(TRIALS) < 0.044
    assert_law(bare_radii(our_points(n)), bare_law(n))


@pytest.mark.parametrize(
    ("points", "n"),
    [
        (lambda: our_points(10, low=0.0), 10),
        (lambda: our_points(10)[1:], 10),
        (lambda: np.sort(our_points(10), axis=0)[:-1], 10),
        (lambda: our_points(10), 11),
        (lambda: our_points(10), 9),
        (lambda: our_points(10, low=-0.9), 10),
    ],
    ids=["on [0, 1]", "first point dropped", "largest point dropped", "n + 1", "n - 1", "on [-0.9, 1]"],
)
def test_broken_bare_points_are_caught(points, n):
    """Negative controls: a sampler on [0, 1], a dropped point, n off by one either way, a slightly short interval."""
    with pytest.raises(RejectedError):
        assert_law(bare_radii(points()), bare_law(n))
