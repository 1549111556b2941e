"""The accuracy that n reaches, C over a range and the ratio of slopes: oracles, coverage, error rates."""

import math

import numpy as np
import pytest
from calibrated import RejectedError, assert_rate
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import InputError, accuracies, growth, range_constants, thresholds
from analysis.statistics.binomial import clopper_pearson

values_of = st.lists(st.integers(1, 60).map(lambda k: k / 64), min_size=1, max_size=25)


def slow_crossing(values, rates, delta=None):
    """The least epsilon of all that may matter with rates[number of values <= epsilon] >= 1 - epsilon (1 - delta)."""
    candidates = sorted([0.0, *values, *(1.0 - rates)])
    for epsilon in candidates:
        failure = 1.0 - rates[sum(value <= epsilon for value in values)]
        if failure <= (epsilon if delta is None else delta + 1e-12):
            return epsilon
    return math.inf


@settings(max_examples=25)
@given(values=values_of, delta=st.sampled_from([None, 0.25, 0.03125]))
def test_accuracy_is_the_least_epsilon_that_succeeds_often_enough(raw, values, delta):
    """Point and limits, each by trying every epsilon at which something changes."""
    found = accuracies(raw([values], [3]), delta=delta).isel(event=0, d=0, n=0)
    low, high = clopper_pearson(np.arange(len(values) + 1), len(values), 0.95)
    share = np.arange(len(values) + 1) / len(values)
    assert found["accuracy"].item() == slow_crossing(values, share, delta)
    assert found["accuracy_low"].item() == slow_crossing(values, high, delta)
    assert found["accuracy_high"].item() == slow_crossing(values, low, delta)


def test_brackets_widen_the_limits(raw):
    """The lower limit goes by the lower bounds of the trials, the upper one by the upper bounds."""
    upper, lower = np.full((1, 400), 0.5), np.full((1, 400), 0.25)
    found = accuracies(raw(upper, [3], low=lower)).squeeze()
    assert (found["accuracy_low"], found["accuracy"], found["accuracy_high"]) == (0.25, 0.5, 0.5)


def test_accuracy_is_n_star_read_the_other_way_round(random_raw):
    """n*(epsilon) <= n exactly where accuracy(n) <= epsilon."""
    dataset = random_raw(n=14, trials=150, events=2)
    reached = accuracies(dataset)["accuracy"].isel(d=0)
    for epsilon in (0.601, 0.303, 0.111, 0.071):
        n_star = thresholds(dataset, epsilon)["n_star"].isel(d=0, epsilon=0)
        assert np.array_equal(reached <= epsilon, (n_star <= dataset["n"]).transpose("event", "n"))


def test_below_the_resolution_only_the_upper_limit_is_known(raw):
    """All 1,000 trials are settled at the resolution: no number, but at most that."""
    found = accuracies(raw(np.full((1, 1000), 0.05), [3], low=np.zeros((1, 1000)), resolution=0.05)).squeeze()
    assert np.isnan(found["accuracy"])
    assert (found["accuracy_low"].item(), found["accuracy_high"].item()) == (pytest.approx(0.0, abs=1e-12), 0.05)


def test_cells_without_trials_are_unknown(raw):
    """NaN everywhere at n = 4: the accuracy is NaN, its limits 0 and 1; with a fixed delta 0 and inf."""
    values = np.full((2, 50), 0.25)
    values[1] = np.nan
    for delta, most in ((None, 1.0), (0.25, math.inf)):
        found = accuracies(raw(values, [3, 4]), delta=delta).squeeze().sel(n=4)
        assert np.isnan(found["accuracy"])
        assert (found["accuracy_low"], found["accuracy_high"]) == (0.0, most)


def test_few_trials_certify_no_fixed_delta(raw):
    """3 trials without failure do not exclude delta = 0.01: the upper limit is inf."""
    assert accuracies(raw(np.full((1, 3), 0.25), [3]), delta=0.01)["accuracy_high"].item() == math.inf


def test_simultaneous_limits_are_those_at_the_level_shared_among_n(random_raw):
    """10 n at 95% together: each at 99.5%."""
    dataset = random_raw(n=10)
    together, each = accuracies(dataset, simultaneous=True), accuracies(dataset, level=0.995)
    assert together["accuracy_high"].equals(each["accuracy_high"])
    assert "together for all n" in together.attrs["interval"]


def power_law(accuracy, trials, generator):
    """Coupled trials whose accuracy at the k-th n is accuracy[k]: P(value > a) = a at a = accuracy, falling with n."""
    a = np.asarray(accuracy)[:, None]
    return a * (a / generator.uniform(size=trials))


def law_of_growth(ratio, steps=4, coarsest=0.4, finest=0.008):
    """Accuracies at n = 1, 2, ...: `steps` n for the first half of the range, in ln, and ratio * steps for the rest."""
    depth = np.concatenate([[0.0], np.cumsum(np.repeat([ratio, 1.0], [steps, ratio * steps]))])
    return coarsest * np.exp(-depth * math.log(coarsest / finest) / depth[-1])


def simulated(raw, ratio, trials, runs, seed):
    """Ratios of slopes with limits of runs whose true ratio at the middle of the range is known."""
    generator = np.random.default_rng(seed)
    accuracy = law_of_growth(ratio)
    n = np.arange(1, accuracy.size + 1)
    data = (raw(power_law(accuracy, trials, generator), n) for _ in range(runs))
    return [growth(dataset, [accuracy[0], accuracy[-1]]).squeeze() for dataset in data]


def test_limits_of_the_accuracy_cover(raw):
    """95% of 200 runs at least hold the truth, all 5 n at once; limits moved together by a tenth do not."""
    accuracy = np.array([0.5, 0.2, 0.1, 0.05, 0.02])
    generator = np.random.default_rng(1)
    runs = [
        accuracies(raw(power_law(accuracy, 500, generator), np.arange(5) + 1), simultaneous=True).squeeze()
        for _ in range(200)
    ]
    low, high = (np.stack([run[name].to_numpy() for run in runs]) for name in ("accuracy_low", "accuracy_high"))
    held = np.all((low <= accuracy) & (accuracy <= high), axis=1)
    assert_rate(np.count_nonzero(held), 200, 0.95, 1.0)
    middle = np.sqrt(low * high)
    narrow = np.all((middle * 0.98 <= accuracy) & (accuracy <= middle * 1.02), axis=1)
    with pytest.raises(RejectedError):
        assert_rate(np.count_nonzero(narrow), 200, 0.95, 1.0)


def test_the_ratio_of_slopes_has_limits_that_cover(raw):
    """Ratio 1: the limits of 100 runs of 2,000 trials hold it at least at the level; they are at most a factor 2 apart.

    The middle n is chosen by the trials, and so the truth is that of the chosen n: both halves are straight lines.
    """
    found = simulated(raw, 1, 2000, 100, seed=2)
    held = sum(float(run["growth_ratio_low"]) <= 1.0 <= float(run["growth_ratio_high"]) for run in found)
    assert_rate(held, 100, 0.95, 1.0)
    widths = [float(run["growth_ratio_high"] / run["growth_ratio_low"]) for run in found]
    assert np.median(widths) < 2.5


def test_slopes_of_a_known_law(raw):
    """2 steps of n for ln(1/epsilon) = 1, then 6: slopes 2 and 6, ratio 3, from exact quantiles."""
    accuracy = law_of_growth(3, steps=2, coarsest=0.5, finest=0.5 * math.exp(-2.0))
    u = (np.arange(20_000) + 0.5) / 20_000
    found = growth(raw(accuracy[:, None] * (accuracy[:, None] / u), np.arange(9) + 1), [0.51, 0.067]).squeeze()
    assert found["coarse_slope"].item() == pytest.approx(2.0, rel=0.01)
    assert found["fine_slope"].item() == pytest.approx(6.0, rel=0.01)
    assert found["growth_ratio"].item() == pytest.approx(3.0, rel=0.02)
    assert (found["n_coarse"], found["n_middle"], found["n_fine"]) == (1, 3, 9)


def test_growth_needs_three_n_in_the_range(raw):
    """Two n between the accuracies: no ratio, limits 0 and inf; one accuracy is refused."""
    dataset = raw(power_law([0.5, 0.2, 0.1], 500, np.random.default_rng(3)), [1, 2, 3])
    found = growth(dataset, [0.3, 0.05]).squeeze()
    assert np.isnan(found["growth_ratio"])
    assert (found["growth_ratio_low"], found["growth_ratio_high"]) == (0.0, math.inf)
    with pytest.raises(InputError, match="at least two accuracies"):
        growth(dataset, 0.1)


def test_range_constant_is_the_largest_of_all_epsilons_between(random_raw):
    """Against n*(epsilon) / ln(A / epsilon) on a grid of 4,000 accuracies, the jumps of n* among them."""
    dataset = random_raw(n=14, trials=300)
    coarsest, finest = 0.4, 0.05
    reached = accuracies(dataset)["accuracy"].to_numpy().ravel()
    jumps = np.nextafter(reached[(reached > finest) & (reached <= coarsest)], 0.0)
    epsilon = np.unique(np.concatenate([np.geomspace(finest, coarsest, 4000), jumps]))
    n_star = thresholds(dataset, epsilon)["n_star"].to_numpy().ravel()[::-1]
    slow = np.max(n_star / np.log(2.0 / epsilon))
    assert range_constants(dataset, [coarsest, finest])["range_constant"].item() == pytest.approx(slow, rel=1e-12)


def test_range_constant_beyond_the_grid_has_a_lower_limit_alone(random_raw):
    """n up to 4 does not reach 0.001: the constant is inf, its lower limit at least 5 / ln(A / accuracy(4))."""
    dataset = random_raw(n=4, trials=300)
    found = range_constants(dataset, [0.3, 0.001]).squeeze()
    least = accuracies(dataset, simultaneous=True)["accuracy_low"].to_numpy().ravel()[-1]
    assert found["range_constant"] == found["range_constant_high"] == math.inf
    assert found["range_constant_low"].item() == pytest.approx(5.0 / math.log(2.0 / min(least, 0.3)))


def test_range_constant_with_gaps_in_the_grid(random_raw):
    """n = 2, 5, 9: the lower limit counts from the n after the one before, the upper one from the n that is there."""
    dataset = random_raw(n=9, trials=300)
    whole, some = (range_constants(part, [0.4, 0.2]).squeeze() for part in (dataset, dataset.sel(n=[2, 5, 9])))
    assert some["range_constant_low"] <= whole["range_constant"] <= some["range_constant_high"]


def test_range_constant_needs_a_logarithm_above_0(random_raw):
    """A = 0.25 is below epsilon = 0.4: NaN."""
    assert np.isnan(range_constants(random_raw(amplitude=0.25), [0.4, 0.2])["range_constant"]).all()
