"""Quantiles over trials: order statistics whose intervals cover for every law, and ratios taken trial by trial."""

import math
from fractions import Fraction

import numpy as np
import pytest
from calibrated import RejectedError, assert_rate
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, norm

from analysis import InputError, event_ratio, quantiles
from analysis.statistics.binomial import quantile_ranks


def below(k, n, q):
    """P(Bin(n, q) < k), in rational numbers."""
    q = Fraction(q)
    return sum((math.comb(n, i) * q**i * (1 - q) ** (n - i) for i in range(k)), Fraction(0))


def assert_covers(ranks, trials, q, level):
    """P(X_(r) <= quantile < X_(s)) = P(r <= Bin(trials, q) < s) >= level, for continuous laws; nothing is sampled."""
    low, high = ranks(q, trials, level)
    assert np.all(binom.cdf(high - 1, trials, q) - binom.cdf(low - 1, trials, q) >= level - 1e-12)


def normal_ranks(q, trials, level):
    """The textbook's approximation, which covers too rarely."""
    half = norm.ppf((1.0 + level) / 2.0) * np.sqrt(trials * q * (1.0 - q))
    return np.ceil(trials * q - half).astype(int), np.floor(trials * q + half).astype(int)


@pytest.mark.parametrize("level", [0.5, 0.95, 0.999])
@pytest.mark.parametrize("trials", [1, 2, 9, 60])
@pytest.mark.parametrize("q", [0.5, 0.125, 0.9375])
def test_ranks_are_the_tightest_that_hold(trials, q, level):
    """P(Bin < r) <= tail <= P(Bin < r + 1), and likewise above, in rational numbers."""
    low, high = (int(rank) for rank in quantile_ranks(q, trials, level))
    tail = Fraction((1.0 - level) / 2.0)
    assert below(low, trials, q) <= tail <= below(low + 1, trials, q)
    assert 1 - below(high, trials, q) <= tail <= 1 - below(high - 1, trials, q)


@pytest.mark.parametrize("level", [0.5, 0.95, 0.999])
@pytest.mark.parametrize("trials", [1, 10, 100, 4000])
def test_ranks_cover_at_least_at_the_level(trials, level):
    """For every q; control: the normal approximation does not."""
    q = np.linspace(0.001, 0.999, 999)
    assert_covers(quantile_ranks, trials, q, level)
    with pytest.raises(AssertionError):
        assert_covers(normal_ranks, trials, q, level)


def made(raw, seed, runs, *, q):
    """Runs of 60 trials as n = 1, 2, ... of a raw Dataset, and the true q-quantile: three laws, one with big atoms.

    The second half of the trials is known only up to brackets, on one side or on the other.
    """
    generator = np.random.default_rng(seed)
    uniform = generator.uniform(size=(3, runs, 60))
    values = np.stack([uniform[0], -np.log1p(-uniform[1]), np.ceil(4.0 * uniform[2]) / 4.0])
    low, high = values.copy(), values.copy()
    low[..., 30:45] *= 0.9
    high[..., 45:] *= 1.1
    truth = np.array([q, -math.log1p(-q), math.ceil(4.0 * q) / 4.0])
    return raw(high, np.arange(1, runs + 1), low=low, claim="lemma1"), truth


def caught(found, truth):
    """In how many runs, of each law, the limits hold the true quantile."""
    low, high = (found[f"epsilon_{end}"].to_numpy()[:, 0, :, 0] for end in ("low", "high"))
    return ((low <= truth[:, None]) & (truth[:, None] <= high)).sum(axis=1)


@pytest.mark.parametrize("q", [0.5, 0.9])
def test_simulated_coverage(raw, q):
    """In 20 000 runs of 60 trials the 95% interval holds the truth in 95% at least: uniform, exponential, atoms.

    Each assertion raises a false alarm with probability 1e-8; coverage below 0.94 is missed with less than that.
    Control: intervals at 85% and no brackets are caught.
    """
    dataset, truth = made(raw, 3, 20_000, q=q)
    for count in caught(quantiles(dataset, q), truth):
        assert_rate(count, 20_000, 0.95, 1.0)
    careless = quantiles(dataset.drop_vars("critical_epsilon_low"), q, level=0.85)
    with pytest.raises(RejectedError):
        assert_rate(caught(careless, truth)[0], 20_000, 0.95, 1.0)


def test_simulated_coverage_of_ratios(raw):
    """In 20 000 runs of 60 trials the 95% interval holds the median of Y/X in 95% at least, X and Y being dependent.

    Y = X (1 + E), E exponential: the median ratio is 1 + ln 2. False alarm 1e-8. Control: the quotient of the two
    medians, which an unpaired comparison would take for it, is not caught as often.
    """
    generator = np.random.default_rng(4)
    x = generator.uniform(0.1, 1.0, (20_000, 60))
    dataset = raw(np.stack([x, x * (1.0 + generator.exponential(size=x.shape))]), range(1, 20_001), claim="lemma1")
    found = event_ratio(dataset, "construction", "statement")
    low, high = (found[f"ratio_{end}"].to_numpy().ravel() for end in ("low", "high"))
    truth, unpaired = 1.0 + math.log(2.0), 1.45 / 0.55
    assert_rate(np.count_nonzero((low <= truth) & (truth <= high)), 20_000, 0.95, 1.0)
    with pytest.raises(RejectedError):
        assert_rate(np.count_nonzero((low <= unpaired) & (unpaired <= high)), 20_000, 0.95, 1.0)


@given(st.integers(1, 60), st.sampled_from([0.07, 0.25, 0.5, 0.9]), st.integers(0, 10**6))
def test_quantiles_are_order_statistics(raw, trials, q, seed):
    """epsilon is the smallest stored value that a share q of trials does not exceed; limits are sorted trials too."""
    values = np.random.default_rng(seed).uniform(size=(2, 3, trials)).round(2)
    found = quantiles(raw(values, [1, 4, 6]), [q]).sel(event=["statement", "construction"])
    assert found["epsilon"].dims == ("event", "d", "n", "quantile")
    middle, low, high = (found[name].to_numpy()[:, 0, :, 0] for name in ("epsilon", "epsilon_low", "epsilon_high"))
    assert np.all((values <= middle[..., None]).sum(axis=-1) >= q * trials - 1e-9)
    assert np.all((values < middle[..., None]).sum(axis=-1) < q * trials - 1e-9)
    assert np.all((low <= middle) & (middle <= high))
    ordered = np.concatenate([np.zeros((2, 3, 1)), np.sort(values), np.full((2, 3, 1), np.inf)], axis=-1)
    below_it, above_it = quantile_ranks(q, trials)
    np.testing.assert_array_equal(low, ordered[..., below_it])
    np.testing.assert_array_equal(high, ordered[..., above_it])


def test_limits_come_from_both_bounds(raw):
    """The low limit is that of the lower bounds, the high one that of the upper; without brackets they are one."""
    values = np.random.default_rng(0).uniform(0.5, 1.0, (4, 100))
    exact, bracketed = (quantiles(raw(values, range(1, 5), low=low)) for low in (None, 0.5 * values))
    np.testing.assert_array_equal(bracketed["epsilon_low"], 0.5 * exact["epsilon_low"])
    for name in ("epsilon", "epsilon_high"):
        np.testing.assert_array_equal(bracketed[name], exact[name])


def test_several_quantiles_and_dimensions(raw):
    """(event, d, n, quantile), quantiles rising whatever their order; a higher level is wider."""
    dataset = raw(np.random.default_rng(1).uniform(size=(3, 2, 4, 200)), range(1, 5), claim="lemma1")
    found, wide = quantiles(dataset, (0.9, 0.1, 0.5)), quantiles(dataset, (0.9, 0.1, 0.5), level=0.99)
    assert dict(found.sizes) == {"event": 3, "d": 2, "n": 4, "quantile": 3}
    assert found["quantile"].values.tolist() == [0.1, 0.5, 0.9]
    assert (found["epsilon"].diff("quantile") > 0.0).all()
    assert (wide["epsilon_low"] <= found["epsilon_low"]).all()
    assert (found["epsilon_high"] < wide["epsilon_high"]).any()
    assert found.attrs["trials"] == 200
    assert found.attrs["claim"] == "lemma1"


def test_ratio_is_taken_trial_by_trial(raw):
    """Two events with the same sorted values have equal medians, but not a median ratio of 1."""
    one, other = [1.0, 2.0, 4.0], [2.0, 4.0, 1.0]
    dataset = raw(np.array([[one], [other]]), [3])
    found = quantiles(dataset)["epsilon"].squeeze()
    assert found[0] == found[1]
    ratio = event_ratio(dataset, "construction", "statement")
    assert ratio["ratio"].dims == ("d", "n", "quantile")
    assert ratio["ratio"].item() == 2.0
    assert (ratio.attrs["of"], ratio.attrs["to"]) == ("construction", "statement")


@pytest.mark.parametrize(
    ("of", "to", "wanted"),
    [
        ((0.2, 0.3), (0.1, 0.4), (0.5, 0.75, 3.0)),
        ((0.2, 0.3), (0.0, 0.4), (0.5, 0.75, math.inf)),
        ((0.0, 0.1), (0.0, 0.1), (0.0, 1.0, math.inf)),
        ((0.0, 0.0), (0.0, 0.0), (1.0, 1.0, 1.0)),
        ((0.3, 0.3), (0.0, 0.0), (math.inf, math.inf, math.inf)),
        ((0.0, 0.0), (0.1, 0.3), (0.0, 0.0, 0.0)),
    ],
    ids=str,
)
def test_brackets_of_ratios(raw, of, to, wanted):
    """Least and largest quotient that the brackets allow; a denominator that may be 0 leaves no upper limit."""
    low, high = (np.repeat([[[to[end]]], [[of[end]]]], 100, axis=-1) for end in (0, 1))
    found = event_ratio(raw(high, [1], low=low), "construction", "statement")
    assert tuple(found[name].item() for name in ("ratio_low", "ratio", "ratio_high")) == pytest.approx(wanted)


def test_few_trials_certify_nothing(raw):
    """Five trials cannot bound a median at 95%: 0 and inf; six can: the smallest and the largest."""
    values = np.arange(1.0, 7.0)
    five, six = (quantiles(raw(values[None, :m], [1])) for m in (5, 6))
    assert (five["epsilon_low"].item(), five["epsilon_high"].item()) == (0.0, math.inf)
    assert (six["epsilon_low"].item(), six["epsilon_high"].item()) == (1.0, 6.0)


@pytest.mark.parametrize("q", [0.0, 1.0, -0.1, 50, math.nan, [0.5, 1.5]])
def test_bad_quantiles_are_refused(raw, q):
    dataset = raw(np.ones((2, 1, 5)), [1])
    for refused in (lambda: quantiles(dataset, q), lambda: event_ratio(dataset, "statement", "construction", q)):
        with pytest.raises(InputError, match=r"q must be strictly between 0 and 1, got .*; 0.5 is the median"):
            refused()
    with pytest.raises(InputError, match=r"q must have at least one value, got none; give q=0.5, say"):
        quantiles(dataset, [])


def test_unknown_events_and_bad_levels_are_refused(raw):
    dataset = raw(np.ones((2, 1, 5)), [1])
    with pytest.raises(InputError, match=r"event must be one of statement, construction, got 'best'"):
        event_ratio(dataset, "best", "statement")
    with pytest.raises(InputError, match=r"level must be strictly between 0 and 1, got 95"):
        quantiles(dataset, level=95)
