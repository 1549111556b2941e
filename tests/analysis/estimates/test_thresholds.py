"""n*(epsilon, delta), the constant C, slopes and the two laws they lie between."""

import itertools
import math
from fractions import Fraction

import calibrated
import numpy as np
import oracles
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from analysis import InputError, estimate, laws, slopes, success, thresholds

GRID = (1, 2, 4, 7)
"""A grid of n with gaps."""


def slow_n_star(hits, delta):
    """Smallest n of the grid by which at least (1 - delta) of the trials have hit, by trying each, in fractions."""
    for n in GRID:
        if Fraction(sum(hit <= n for hit in hits), len(hits)) >= 1 - delta:
            return float(n)
    return math.inf


def order_statistic(hits, delta):
    """The ceil((1 - delta) trials)-th hitting time."""
    return float(sorted(hits)[math.ceil((1 - delta) * len(hits)) - 1])


hitting_times = st.lists(st.sampled_from([*GRID, math.inf]), min_size=1, max_size=30)


@given(hits=hitting_times, delta=st.integers(1, 63).map(lambda k: Fraction(k, 64)))
def test_n_star_is_an_order_statistic_of_hitting_times(raw, hits, delta):
    """n* = the ceil((1 - delta) trials)-th hitting time = what a slow loop over n finds; inf if beyond the grid."""
    reached = np.array([[hit <= n for hit in hits] for n in GRID])
    found = thresholds(raw(np.where(reached, 0.1, 0.2), GRID), 0.1, delta=float(delta))["n_star"].item()
    assert found == slow_n_star(hits, delta) == order_statistic(hits, delta)


def all_count_vectors(trials, cells):
    """Every (k_1 <= ... <= k_cells <= trials): successes at each n of a coupled sweep."""
    return np.array(list(itertools.combinations_with_replacement(range(trials + 1), cells)))


def law_of_counts(counts, trials, rates):
    """Probability of each count vector when a trial has hit by the i-th n with probability rates[i]: multinomial."""
    from scipy.stats import multinomial

    rest = np.full((len(counts), 1), trials)
    hits = np.diff(np.concatenate([np.zeros_like(rest), counts, rest], axis=1), axis=1)
    return multinomial.pmf(hits, trials, np.diff([0.0, *rates, 1.0]))


def coverage(found, law, truth, shrink=(0, 0)):
    """P(n_star_low <= n* <= n_star_high), each end moved inwards by `shrink`, under the law of the counts."""
    low = found["n_star_low"].squeeze().to_numpy() + shrink[0]
    high = found["n_star_high"].squeeze().to_numpy() - shrink[1]
    return float(law[(low <= truth) & (truth <= high)].sum())


MODELS = [(0.8, 0.9, 0.99), (0.79999, 0.9, 0.99), (0.2, 0.95, 0.999), (0.5, 0.79999, 0.80001), (0.1, 0.5, 0.79999)]
"""P(success) at n = 1, 2, 3; 0.8 is needed. Boundary cases lie just on either side of it."""


def test_interval_of_n_star_covers_at_the_level(counted):
    """P(interval holds n*) >= 95% for five laws of success, exactly, by summing over every outcome of 24 trials.

    Controls: with one end moved inwards by a single n, coverage drops below the level for some of them.
    """
    trials, delta = 24, 0.2
    counts = all_count_vectors(trials, 3)
    found = thresholds(counted(counts, trials, [1, 2, 3]), 0.1, delta=delta)
    kept, shrunk_low, shrunk_high = [], [], []
    for rates in MODELS:
        law = law_of_counts(counts, trials, rates)
        truth = next((n for n, rate in enumerate(rates, 1) if rate >= 1.0 - delta), math.inf)
        assert law.sum() == pytest.approx(1.0)
        kept.append(coverage(found, law, truth))
        shrunk_low.append(coverage(found, law, truth, (1, 0)))
        shrunk_high.append(coverage(found, law, truth, (0, 1)))
    assert min(kept) >= 0.95
    assert min(shrunk_low) < 0.95
    assert min(shrunk_high) < 0.95


def test_interval_ends_come_from_the_limits_of_success(random_raw):
    """low = first n whose upper limit reaches 1 - delta, high = first whose lower limit does; low <= n* <= high."""
    dataset = random_raw(events=2)
    found = thresholds(dataset, [0.5, 0.3, 0.1], level=0.9)
    rates = success(dataset, [0.5, 0.3, 0.1], level=0.9)
    for event, e in itertools.product(("statement", "construction"), (0.5, 0.3, 0.1)):
        for end, limit in (("n_star", "success"), ("n_star_low", "success_high"), ("n_star_high", "success_low")):
            curve = rates[limit].sel(event=event, epsilon=e, d=1)
            good = curve["n"].where(curve >= 1.0 - e - 1e-12, drop=True)
            expected = float(good.min()) if good.size else math.inf
            assert found[end].sel(event=event, epsilon=e, d=1).item() == expected
    assert ((found["n_star_low"] <= found["n_star"]) & (found["n_star"] <= found["n_star_high"])).all()


def test_brackets_widen_the_interval(raw):
    """Where trials succeed only possibly, n* keeps the sure count and only its lower end falls."""
    upper = np.array([[0.2] * 400, [0.05] * 400])
    exact = thresholds(raw(upper, [1, 2]), 0.1)
    open_ended = thresholds(raw(upper, [1, 2], low=np.array([[0.09] * 400, [0.04] * 400])), 0.1)
    names = ["n_star_low", "n_star", "n_star_high"]
    assert [exact[name].item() for name in names] == [2, 2, 2]
    assert [open_ended[name].item() for name in names] == [1, 2, 2]


@pytest.mark.parametrize("delta", [None, 0.5, 0.01])
def test_constant_is_n_star_over_the_natural_log(counted, delta):
    """C = n* / ln(A / min(epsilon, delta)) and so do its limits, with the A of each d; delta = epsilon by default."""
    dataset = counted([[10, 99, 100], [0, 10, 99]], 100, [3, 5, 8], amplitude=[2.0, 6.0])
    found = thresholds(dataset, 0.1, delta=delta)
    smaller = min(0.1, delta or 0.1)
    for d, amplitude in ((1, 2.0), (2, 6.0)):
        cell = found.sel(d=d, epsilon=0.1, event="statement")
        assert cell["log_term"].item() == pytest.approx(math.log(amplitude) - math.log(smaller), rel=1e-14)
        for suffix in ("", "_low", "_high"):
            expected = cell[f"n_star{suffix}"].item() / math.log(amplitude / smaller)
            assert cell[f"constant{suffix}"].item() == pytest.approx(expected, rel=1e-14)
    assert found["delta"].item() == (delta or 0.1)
    assert found["n_star"].sel(d=1).item() == 5
    assert np.isfinite(found["constant"].sel(d=1)).all()


def test_delta_one_half_is_the_median_hitting_time(raw):
    """delta = 1/2: the n by which half of the trials have hit, whatever epsilon asks."""
    hits = np.array([1, 2, 2, 4, 4, 7])
    reached = np.array(GRID)[:, None] >= hits
    assert thresholds(raw(np.where(reached, 0.01, 1.0), GRID), [0.3, 0.01], delta=0.5)["n_star"].values.tolist() == [
        [[2.0, 2.0]]
    ]


def test_nothing_on_the_grid_is_infinite(counted):
    """If no n qualifies, n* and C are inf with n_star_high; if the trials certify none, only the upper ends are."""
    nowhere = thresholds(counted([0, 0], 100, [1, 2]), 0.1)
    assert all(np.isinf(nowhere[name]).all() for name in nowhere if str(name) != "log_term")
    uncertified = thresholds(counted([0, 90], 100, [1, 2]), 0.1)
    assert uncertified["n_star"].item() == 2.0
    assert np.isinf(uncertified["n_star_high"]).all()
    assert np.isinf(uncertified["constant_high"]).all()


@pytest.mark.parametrize("delta", [0.0, 1.0, 2, -0.5, math.nan])
def test_bad_delta_is_refused(random_raw, delta):
    """A delta outside (0, 1) is an InputError wherever it is taken."""
    rule = rf"delta must be strictly between 0 and 1, got {delta}; leave it out for delta = epsilon"
    for call in (thresholds, slopes, estimate):
        with pytest.raises(InputError, match=rule):
            call(random_raw(), [0.1], delta=delta)
    with pytest.raises(InputError, match=rule):
        laws([0.1], delta=delta)


@pytest.mark.parametrize("bad", [0.0, -1.0, math.nan, math.inf])
def test_bad_epsilon_is_refused(random_raw, bad):
    """An epsilon that is not finite and above 0, or below the resolution, or none at all, is refused everywhere."""
    for call in (thresholds, slopes, estimate):
        with pytest.raises(InputError, match="epsilon must be finite and above 0"):
            call(random_raw(), [0.1, bad])
        with pytest.raises(InputError, match="epsilon must have at least one value"):
            call(random_raw(), [])
        with pytest.raises(InputError, match=r"at least the sweep's resolution 0\.2, got 0\.1"):
            call(random_raw(resolution=0.2), [0.3, 0.1])
    with pytest.raises(InputError, match="epsilon must be finite and above 0"):
        laws([bad])


def test_slope_of_an_exact_line(hitting):
    """n* = 2 + 3 j at epsilon = exp(-j - 1): slope 3, intercept -1, and resampling equal trials moves nothing."""
    epsilons = np.exp(-np.arange(1.0, 6.0))
    dataset = hitting([2, 5, 8, 11, 14], np.arange(1, 16), epsilons)
    assert thresholds(dataset, epsilons, delta=0.5)["n_star"].squeeze().values.tolist() == [2, 5, 8, 11, 14]
    line = slopes(dataset, epsilons, delta=0.5).squeeze()
    for name, value in (("slope", 3.0), ("intercept", -1.0), ("slope_low", 3.0), ("slope_high", 3.0)):
        assert line[name].item() == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize("trials", [37, 200])
def test_slope_is_fitted_through_n_star(random_raw, trials):
    """Slope and intercept are those of the least-squares line through the n* that `thresholds` gives."""
    epsilons = [0.5, 0.3, 0.2, 0.1, 0.05]
    dataset = random_raw(n=25, trials=trials, events=2)
    n_star, line = thresholds(dataset, epsilons)["n_star"], slopes(dataset, epsilons)
    for event in ("statement", "construction"):
        values = n_star.sel(event=event, d=1)
        assert np.isfinite(values).sum() >= 3
        good = values.where(np.isfinite(values), drop=True)
        design = np.stack([-np.log(good["epsilon"]), np.ones(good.size)], axis=1)
        expected = np.linalg.lstsq(design, good.to_numpy(), rcond=None)[0]
        cell = line.sel(event=event, d=1)
        assert [cell["slope"].item(), cell["intercept"].item()] == pytest.approx(expected, rel=1e-9)


def test_slope_leaves_out_what_is_beyond_the_grid(hitting):
    """Epsilons without n* on the grid do not bend the line; with fewer than three others there is none."""
    epsilons = np.exp(-np.arange(1.0, 6.0))
    short = hitting([2, 5, 8, 11, 14], np.arange(1, 10), epsilons)
    assert slopes(short, epsilons, delta=0.5)["slope"].item() == pytest.approx(3.0, rel=1e-12)
    for dataset, values in ((short, epsilons[:2]), (hitting([2, 5, 8, 11, 14], [1, 2, 5], epsilons), epsilons)):
        line = slopes(dataset, values, delta=0.5)
        assert all(np.isnan(line[name]).all() for name in ("slope", "intercept", "slope_low", "slope_high"))


def test_slope_limits_hold_the_slope_and_narrow_with_trials(raw):
    """Bootstrap limits: the same every time, on both sides of the slope, narrower with 16 times the trials.

    The critical epsilon is exp(-rate n), rate ~ U[0.01, 0.03] by trial, so the median n* is 50 ln(1/epsilon).
    """
    epsilons, n = [0.5, 0.3, 0.2, 0.1, 0.05], np.arange(1, 601)
    widths = []
    for trials in (100, 1600):
        rates = np.random.default_rng(trials).uniform(0.01, 0.03, trials)
        dataset = raw(np.exp(-np.outer(n, rates)), n)
        line = slopes(dataset, epsilons, delta=0.5).squeeze()
        xr.testing.assert_identical(line, slopes(dataset, epsilons, delta=0.5).squeeze())
        assert line["slope_low"] <= line["slope"] <= line["slope_high"]
        widths.append((line["slope_high"] - line["slope_low"]).item())
    assert 45.0 < line["slope"].item() < 55.0
    assert 0.0 < widths[1] < 0.6 * widths[0]


def test_estimate_is_all_three_in_one(random_raw):
    """estimate = success + thresholds + slopes on one grid, equal to each of them alone, in any order of epsilon."""
    dataset = random_raw(events=2)
    found = estimate(dataset, [0.1, 0.5, 0.3, 0.2], delta=0.4, level=0.9)
    parts = (
        success(dataset, [0.5, 0.3, 0.2, 0.1], level=0.9),
        thresholds(dataset, [0.5, 0.3, 0.2, 0.1], delta=0.4, level=0.9),
        slopes(dataset, [0.5, 0.3, 0.2, 0.1], delta=0.4),
    )
    names = {str(name) for part in parts for name in part.data_vars}
    assert names == set(map(str, found.data_vars))
    for part in parts:
        for name in part.data_vars:
            xr.testing.assert_identical(found[name].reset_coords(drop=True), part[name].reset_coords(drop=True))


@pytest.mark.parametrize("delta", [None, 0.25])
def test_laws_in_closed_form(delta):
    """Smallest n with 2^n >= 1/(2 epsilon), and with (1 - epsilon)^n <= delta, found by counting up; NaN above 1/2."""
    epsilon = [0.6, 0.5, 0.3, 0.1, 0.03, 0.003]
    found = laws(epsilon, delta=delta)
    for e in map(Fraction, map(str, epsilon)):
        cell = found.sel(epsilon=float(e))
        wanted = Fraction(delta) if delta else e
        sums = next(n for n in itertools.count() if 2**n * 2 * e >= 1)
        assert math.ceil(cell["counting_bound"].item() - 1e-9) == sums
        if e > Fraction(1, 2):
            assert math.isnan(cell["single_sample"].item())
        else:
            samples = next(n for n in itertools.count() if (1 - float(e)) ** n <= float(wanted) * (1 + 1e-12))
            assert math.ceil(cell["single_sample"].item() - 1e-9) == samples


def test_single_sample_law_by_simulation():
    """At n = single_sample the nearest of n uniforms hits one target with probability 1 - delta, not with n - 5.

    40 000 trials, false alarm 1e-8 each; n is rounded, so the rate is compared with the law's at that n.
    """
    trials, epsilon, delta, target = 40_000, 0.05, 0.1, 0.45
    n = round(laws(epsilon, delta=delta)["single_sample"].item())
    draws = np.random.default_rng(7).uniform(-1.0, 1.0, (trials, n))
    hit = np.abs(draws - target).min(axis=1) <= epsilon
    rate = 1.0 - delta ** (n / laws(epsilon, delta=delta)["single_sample"].item())
    calibrated.assert_rate(int(hit.sum()), trials, rate, rate)
    fewer = np.abs(draws[:, 5:] - target).min(axis=1) <= epsilon
    with pytest.raises(calibrated.RejectedError):
        calibrated.assert_rate(int(fewer.sum()), trials, rate, rate)


def test_counting_bound_by_enumeration():
    """No n summands, random or best possible, cover [-1/2, 1/2] within epsilon unless n >= log2(1/(2 epsilon))."""
    generator = np.random.default_rng(3)
    for n in range(1, 7):
        for _ in range(20):
            radius = float(oracles.covering_radius(generator.uniform(-1.0, 1.0, n), -0.5, 0.5))
            assert laws(radius)["counting_bound"].item() <= n
        # Half-cells, spread by powers of two around 0, are the best there is: the bound is met.
        best = [2.0**-k for k in range(1, n + 1)]
        radius = float(oracles.covering_radius(best, -(2.0 ** -(n + 1)), 1.0 - 2.0 ** -(n + 1)))
        assert laws(radius)["counting_bound"].item() == pytest.approx(n)
