"""Success probabilities from critical epsilons: counts, brackets, monotone, whatever order epsilon comes in."""

import math

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from analysis import InputError, clopper_pearson, resolved, success
from analysis.statistics.binomial import bonferroni

UNIT = 1.0 / 64.0
"""Critical epsilons and epsilons are multiples of this, so that ties happen."""


@st.composite
def brackets(draw):
    """Upper and lower critical epsilons (event, d, n, trial), non-increasing in n, lower <= upper."""
    shape = tuple(draw(st.integers(1, most)) for most in (2, 2, 4, 6))
    size = math.prod(shape)
    upper = np.array(draw(st.lists(st.integers(1, 12), min_size=size, max_size=size))).reshape(shape)
    slack = np.array(draw(st.lists(st.integers(0, 3), min_size=size, max_size=size))).reshape(shape)
    upper = np.minimum.accumulate(upper, axis=2)
    lower = np.minimum.accumulate(np.maximum(upper - slack, 0), axis=2)
    return upper * UNIT, lower * UNIT


epsilons = st.lists(st.integers(1, 13).map(lambda k: k * UNIT), min_size=1, max_size=5)


@given(both=brackets(), epsilon=epsilons)
def test_counts_equal_a_slow_loop(raw, both, epsilon):
    """surely = #{upper <= epsilon}, possibly = #{lower <= epsilon}, ties included; success = surely / trials."""
    upper, lower = both
    dataset = raw(upper, range(1, upper.shape[2] + 1), low=lower, tolerance=0.5, resolution=UNIT)
    found = success(dataset, epsilon)
    cells = found.sel(event=dataset["event"], epsilon=epsilon).transpose("event", "d", "n", "epsilon", ...)
    surely, possibly, rates = (cells[name].to_numpy() for name in ("surely", "possibly", "success"))
    for event, d, n in np.ndindex(upper.shape[:3]):
        for k, e in enumerate(epsilon):
            at = event, d, n, k
            assert surely[at] == sum(value <= e for value in upper[event, d, n])
            assert possibly[at] == sum(value <= e for value in lower[event, d, n])
            assert rates[at] == surely[at] / upper.shape[3]


@given(both=brackets(), epsilon=epsilons)
def test_success_rises_with_n_and_epsilon(raw, both, epsilon):
    """Success and both limits are non-decreasing in n, whose trials are coupled, and in epsilon."""
    upper, lower = both
    found = success(raw(upper, range(1, upper.shape[2] + 1), low=lower), epsilon)
    for name in ("success", "success_low", "success_high"):
        values = found[name].transpose("event", "d", "n", "epsilon").to_numpy()
        assert np.all(np.diff(values, axis=2) >= 0.0)
        assert np.all(np.diff(values, axis=3) <= 0.0)  # epsilon falls along its axis


def test_low_end_from_sure_and_high_end_from_possible_count(raw):
    """With brackets 2 trials surely, 5 possibly succeed: the interval is [low of 2/8, high of 5/8]."""
    upper = np.array([[0.05, 0.1, 0.2, 0.2, 0.2, 0.9, 0.9, 0.9]])
    lower = np.array([[0.04, 0.1, 0.1, 0.05, 0.09, 0.8, 0.8, 0.8]])
    cell = success(raw(upper, [3], low=lower), 0.1).squeeze()
    assert (cell["surely"], cell["possibly"], cell["success"]) == (2, 5, 0.25)
    assert cell["success_low"] == clopper_pearson(2, 8)[0]
    assert cell["success_high"] == clopper_pearson(5, 8)[1]


def test_exact_values_have_equal_counts(raw):
    """Without lower bounds a trial possibly succeeds only if it surely does."""
    found = success(raw([[0.05, 0.1, 0.2]], [1]), [0.1, 0.3])
    assert found["possibly"].equals(found["surely"])
    assert found["surely"].sel(epsilon=0.1).item() == 2
    assert found.attrs["trials"] == 3


@pytest.mark.parametrize(
    "epsilon",
    [[0.3, 0.1, 0.03], [0.03, 0.1, 0.3], [0.1, 0.3, 0.1, 0.03, 0.3], (0.1, 0.03, 0.3), np.array([0.3, 0.03, 0.1])],
)
def test_order_and_duplicates_of_epsilon_do_not_matter(random_raw, epsilon):
    """Any order, any repetition, any sequence of epsilon: the same Dataset, from large to small."""
    found = success(random_raw(), epsilon)
    xr.testing.assert_identical(found, success(random_raw(), iter([0.3, 0.1, 0.03])))
    assert found["epsilon"].to_numpy().tolist() == [0.3, 0.1, 0.03]


@pytest.mark.parametrize("epsilon", [0.25, np.float64(0.25), 1])
def test_one_epsilon_need_not_be_a_list(random_raw, epsilon):
    """A single number is a grid of one."""
    xr.testing.assert_identical(success(random_raw(), epsilon), success(random_raw(), [epsilon]))


def test_order_of_dimensions_does_not_matter(random_raw):
    """Dimensions are known by name: a transposed Dataset gives the same estimates, dims (event, d, n, epsilon)."""
    dataset = random_raw(events=2)
    found = success(dataset, [0.3, 0.1])
    xr.testing.assert_identical(found, success(dataset.transpose("trial", "n", "d", "event"), [0.3, 0.1]))
    assert found["success"].dims == ("event", "d", "n", "epsilon")
    assert found["event"].to_numpy().tolist() == ["statement", "construction"]


def test_simultaneous_intervals_share_the_level(random_raw):
    """simultaneous: every cell's interval has the level 1 - (1 - level) / cells; the estimates stay."""
    dataset = random_raw(n=5, events=2)
    each, together = (success(dataset, [0.3, 0.1], level=0.9, simultaneous=flag) for flag in (False, True))
    low, high = clopper_pearson(each["surely"], 200, bonferroni(0.9, 2 * 5 * 2))
    assert np.array_equal(together["success_low"], low)
    assert np.array_equal(together["success_high"], high)
    assert together["success"].equals(each["success"])
    assert (together["success_low"] <= each["success_low"]).all()
    assert "simultaneous" in together.attrs["interval"]
    assert "simultaneous" not in each.attrs["interval"]


def test_estimates_say_where_they_come_from_and_leave_the_data_alone(random_raw):
    """Claim, source, seed and precision are inherited, every variable is named, and the raw Dataset is unchanged."""
    dataset = random_raw(claim="lemma1")
    before = dataset.copy(deep=True)
    found = success(dataset, 0.1, level=0.9)
    assert found.attrs["claim"] == "lemma1"
    assert found.attrs["level"] == 0.9
    assert {"source", "seed", "provenance", "resolution", "relative_tolerance"} <= set(found.attrs)
    assert all(found[name].attrs["long_name"] and found[name].attrs["units"] == "1" for name in found.data_vars)
    xr.testing.assert_identical(dataset, before)


@pytest.mark.parametrize("bad", [0, 0.0, -0.1, math.nan, math.inf, [0.1, 0.0], [math.nan, 0.1]])
def test_bad_epsilon_is_refused(random_raw, bad):
    """An epsilon that is not finite and above 0 is an InputError that names it, alone or among good ones."""
    with pytest.raises(InputError, match=r"epsilon must be finite and above 0, got (0\.0|-0\.1|nan|inf)$"):
        success(random_raw(), bad)


@pytest.mark.parametrize("empty", [[], (), np.array([])])
def test_no_epsilon_is_refused(random_raw, empty):
    """No epsilon at all is an InputError that gives an example."""
    with pytest.raises(InputError, match=r"epsilon must have at least one value, got none; give epsilon=0\.01, say"):
        success(random_raw(), empty)


def test_epsilon_below_the_resolution_is_refused(raw):
    """Below the resolution the sweep kept no detail: refused with value and remedy; at the resolution allowed."""
    dataset = raw([[0.05, 0.05, 0.2]], [1], resolution=0.05, tolerance=0.01)
    with pytest.raises(InputError, match=r"at least the sweep's resolution 0\.05, got 0\.04; .* smaller resolution"):
        success(dataset, [0.1, 0.04])
    assert success(dataset, 0.05)["surely"].item() == 2


@pytest.mark.parametrize(
    ("resolution", "wanted"),
    [(0.0, [0.3, 0.1, 0.05]), (0.05, [0.3, 0.1, 0.05]), (0.06, [0.3, 0.1]), (0.3, [0.3]), (0.4, [0.4])],
)
def test_the_resolution_itself_is_resolved(raw, resolution, wanted):
    """A sweep counts surely at its resolution; below it nothing, and where nothing is left the resolution stands."""
    assert resolved(raw(np.full((1, 2), 0.5), [1], resolution=resolution), [0.05, 0.3, 0.1]) == wanted
