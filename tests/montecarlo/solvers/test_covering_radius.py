"""Precision states its rules; brackets are combined so that they stay certified, nested and floored."""

from fractions import Fraction

import numpy as np
import oracles
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from strategies import dyadic_intervals, dyadics

from montecarlo import Brackets, InputError, Precision, covering_radius, radius_brackets
from montecarlo.solvers.covering_radius import falling, nested, worse

sizes = st.integers(0, 2**10).map(lambda k: k / 2**10)


@st.composite
def certified(draw, events=1, shape=(3, 4)):
    """Truths and brackets around them: events of rising truth, each with lower <= truth <= upper."""
    truth = np.cumsum(draw(arrays(float, (events, *shape), elements=sizes)), axis=0)
    below = draw(arrays(float, truth.shape, elements=sizes))
    above = draw(arrays(float, truth.shape, elements=sizes))
    return truth, [Brackets(*pair) for pair in zip(np.maximum(truth - below, 0.0), truth + above, strict=True)]


@pytest.mark.parametrize("tolerance", [-0.1, 1.0, 2.0, float("nan"), float("inf")])
def test_tolerance_outside_its_range_is_refused(tolerance):
    """relative_tolerance lies in [0, 1)."""
    with pytest.raises(InputError, match=r"relative_tolerance must be in \[0, 1\), got .*; 0 means exact"):
        Precision(relative_tolerance=tolerance, resolution=0.1)


@pytest.mark.parametrize("resolution", [-1e-9, float("nan"), float("inf")])
def test_resolution_outside_its_range_is_refused(resolution):
    """resolution is 0 or more and finite."""
    with pytest.raises(InputError, match=r"resolution must be 0 or more and finite, got .*; 0 means none"):
        Precision(resolution=resolution)


def test_tolerance_without_resolution_is_refused():
    """A tolerance alone has no end, since radii fall like 2^-n."""
    with pytest.raises(InputError, match=r"relative_tolerance \(0.01\) needs a resolution above 0; set resolution="):
        Precision(relative_tolerance=0.01)


def test_precision_is_exact_without_a_tolerance():
    """A resolution alone keeps enumeration; a tolerance ends it; finer divides the resolution only."""
    assert Precision().exact
    assert Precision(0.0, 0.1).exact
    assert not Precision(0.01, 0.1).exact
    finer = Precision(0.01, 0.1).finer(2.0)
    assert finer.relative_tolerance == 0.01
    assert 0.05 * (1.0 - 1e-11) < finer.resolution < 0.05  # two of them, added up, are at most 0.1


@given(certified(events=2))
def test_worse_encloses_the_larger_of_two(events):
    """Bounds on each of two quantities bound their maximum, and no tighter bound follows from the larger ends."""
    truth, (one, other) = events
    both = worse(one, other)
    assert np.all(both.lower <= truth.max(axis=0))
    assert np.all(truth.max(axis=0) <= both.upper)
    np.testing.assert_array_equal(both.lower, np.maximum(one.lower, other.lower))
    np.testing.assert_array_equal(both.upper, np.maximum(one.upper, other.upper))


@given(certified(events=3))
def test_nested_stays_certified_and_only_sharpens(events):
    """Brackets of rising quantities: afterwards they still enclose the truth, none is wider, and both ends rise."""
    truth, parts = events
    found = nested(parts)
    assert np.all(found.lower <= truth)
    assert np.all(truth <= found.upper)
    assert np.all(found.lower >= [part.lower for part in parts])
    assert np.all(found.upper <= [part.upper for part in parts])
    assert np.all(np.diff(found.lower, axis=0) >= 0.0)
    assert np.all(np.diff(found.upper, axis=0) >= 0.0)


def exactly(*values):
    """Exact values, as bounds."""
    return Brackets(np.array(values), np.array(values))


def test_lower_bounds_give_way_to_upper_ones():
    """Exact values an ulp too large: along the events and along n, both ends become what the upper ones allow."""
    more = np.nextafter(0.5, 1.0)
    along_events = nested([exactly(more, 0.25), exactly(0.5, 0.75)])
    assert [side.tolist() for side in along_events] == [[[0.5, 0.25], [0.5, 0.75]]] * 2
    assert [side.tolist() for side in falling(exactly(0.5, more, 0.25))] == [[0.5, 0.5, 0.25]] * 2
    wide = falling(Brackets(np.array([0.1, 0.2]), np.array([0.5, 0.6])))
    assert [side.tolist() for side in wide] == [[0.1, 0.2], [0.5, 0.5]]


@given(certified(), sizes)
def test_floor_reports_what_is_settled_as_the_resolution(events, resolution):
    """Certified at or below the resolution: [0, resolution]; otherwise unchanged; always still enclosing."""
    truth, (part,) = events
    found = Precision(0.0, resolution).floor(part)
    settled = part.upper <= resolution
    np.testing.assert_array_equal(found.lower, np.where(settled, 0.0, part.lower))
    np.testing.assert_array_equal(found.upper, np.where(settled, resolution, part.upper))
    assert np.all(found.lower <= truth[0])
    assert np.all(truth[0] <= found.upper)


def test_what_is_at_the_resolution_is_settled():
    lower, upper = Precision(0.0, 0.5).floor(Brackets(np.array([0.5]), np.array([0.5])))
    assert (lower.item(), upper.item()) == (0.0, 0.5)


@given(arrays(float, (5, 3), elements=dyadics), sizes)
def test_exact_brackets_have_no_width_above_the_resolution(steps, resolution):
    """Exact precision: lower = upper = radius to the bit above the resolution, [0, resolution] below."""
    found = radius_brackets(steps, (-0.5, 0.5), Precision(0.0, resolution))
    for n, t in np.ndindex(steps.shape):
        truth = oracles.covering_radius(steps[: n + 1, t], -0.5, 0.5)
        wanted = (truth, truth) if truth > resolution else (0, resolution)
        assert (found.lower[n, t], found.upper[n, t]) == wanted


@given(arrays(float, (4, 2, 2), elements=dyadics))
def test_several_summands_a_step_join_together(steps):
    """steps of shape (n, m, trials): prefix n holds m n summands, for both precisions."""
    exact = radius_brackets(steps, (-1.0, 1.0), Precision())
    rough = radius_brackets(steps, (-1.0, 1.0), Precision(0.1, 0.01))
    for n, t in np.ndindex(4, 2):
        truth = oracles.covering_radius(steps[: n + 1, :, t].ravel(), -1.0, 1.0)
        assert exact.upper[n, t] == truth
        assert rough.lower[n, t] <= truth <= rough.upper[n, t]


@pytest.mark.parametrize("precision", [Precision(), Precision(0.0, 0.01), Precision(0.2, 0.01)])
def test_both_bounds_are_non_increasing_in_n(precision):
    """The radius never grows with n, and both of its stored bounds respect that."""
    steps = np.random.default_rng(7).uniform(-1.0, 1.0, (12, 500))
    found = radius_brackets(steps, (-0.5, 0.5), precision)
    assert np.all(np.diff(found.upper, axis=0) <= 0.0)
    assert np.all(np.diff(found.lower, axis=0) <= 0.0)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("precision", [Precision(), Precision(0.1, 0.01)])
def test_summands_that_are_not_finite_are_refused(value, precision):
    """A summand that is not a finite number has no subset sums; the layer above the kernels says so."""
    with pytest.raises(InputError, match="finite"):
        radius_brackets(np.array([[0.5], [value]]), (-0.5, 0.5), precision)


@pytest.mark.parametrize("interval", [(0.5, -0.5), (np.nan, 0.5), (-np.inf, 0.5), (0.0, 1e301)])
def test_interval_that_is_none_is_refused(interval):
    """An interval needs finite ends in order."""
    with pytest.raises(InputError, match="interval"):
        radius_brackets(np.array([[0.5]]), interval, Precision())


@given(st.lists(dyadics, min_size=1, max_size=8), dyadic_intervals())
def test_covering_radius_of_one_row(entries, interval):
    """covering_radius of (n,) is that of all entries, to the bit; with prefixes, of each first few."""
    assert Fraction(covering_radius(entries, interval)[0]) == oracles.covering_radius(entries, *interval)
    every = covering_radius([entries, entries[::-1]], interval, prefixes=True)
    assert every.shape == (len(entries), 2)
    for n in range(len(entries)):
        assert Fraction(every[n, 0]) == oracles.covering_radius(entries[: n + 1], *interval)


def test_covering_radius_of_large_rows_is_bracketed_by_its_tolerance():
    """n = 22, 20 rows: exact values lie within the tolerance below the certified bounds; the resolution is a floor."""
    x = np.random.default_rng(8).uniform(-1.0, 1.0, (20, 22))
    exact = covering_radius(x)
    assert exact.shape == (20,)
    bound = covering_radius(x, relative_tolerance=0.05, resolution=1e-6)
    assert np.all((exact <= bound + 1e-14) & (bound <= exact / 0.95 + 1e-14))
    np.testing.assert_array_equal(covering_radius(x, resolution=1e-5), np.maximum(exact, 1e-5))


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.zeros((2, 0)), r"x must have shape \(trials, n\) or \(n,\) with n at least 1, got \(2, 0\)"),
        (0.5, r"got \(\)"),
        ([[0.1, np.nan]], "summands must be finite"),
        ([[0.1, 1e301]], r"summands must be finite and at most 1e\+300 in size, got 1e\+301; rescale them"),
        (np.ones((1, 60)), "few enough non-zero entries .* got 60; drop entries or take certified brackets"),
    ],
)
def test_covering_radius_refuses(x, message):
    """Wrong shapes, NaN and rows beyond memory get the rule, the value and the remedy."""
    with pytest.raises(InputError, match=message):
        covering_radius(x)


def test_many_entries_far_larger_than_the_interval_are_refused():
    """27 entries near 10^6 and an interval of length 1 around 8 of them: few sums lie there, far from each other."""
    x = np.random.default_rng(1).uniform(-1.0, 1.0, 27) + 1e6
    assert covering_radius(x[:16], (8e6, 8e6 + 1.0)) < 0.1  # enumerated
    with pytest.raises(InputError, match="more than 26 summands must not be much larger than the interval"):
        covering_radius(x, (8e6, 8e6 + 1.0))


def test_what_is_too_much_is_told_in_summands():
    """28 of them, 14 at a step."""
    x = np.random.default_rng(1).uniform(-1.0, 1.0, 28) + 1e6
    with pytest.raises(InputError, match="but the first 28 of trial 0 are"):
        radius_brackets(x.reshape(2, 14, 1), (8e6, 8e6 + 1.0), Precision())


@pytest.mark.slow
def test_sums_too_wide_for_any_grid_are_refused():
    """60 entries of size 1e6 at a resolution of 1e-4: 2^60 sums are too many, and so are 2^26 words."""
    x = np.random.default_rng(0).uniform(-1e6, 1e6, (1, 60))
    message = r"the first 3\d of trial 0 need more than about 1 GiB or double precision; raise relative_tolerance"
    with pytest.raises(InputError, match=message):
        covering_radius(x, relative_tolerance=0.01, resolution=1e-4)
