"""The exact covering radius equals enumeration in fractions, to the bit, and has the symmetries it must have."""

from fractions import Fraction

import numpy as np
import oracles
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import GRID, dyadic_entries, dyadic_intervals, dyadics, float_entries, float_intervals

from montecarlo.kernels.covering.coverage import (
    Interval,
    bounds_of_sorted,
    errors_of_sorted,
    gap_bounds,
    gap_radius,
    merged_radii,
    radius_of_sorted,
)


def radii(steps, interval, resolution=0.0):
    """merged_radii of (n,) or (n, m) summands, as an array."""
    steps = steps.reshape(len(steps), -1)
    out = np.full(len(steps), np.nan)
    merged_radii(steps, *interval, resolution, out)
    return out


@given(dyadic_entries(), dyadic_intervals())
def test_every_prefix_equals_enumeration(entries, interval):
    """merged_radii[i] = radius(X_1..X_{i+1}; I) to the bit, for every prefix and any dyadic interval."""
    wanted = [oracles.covering_radius(entries[: i + 1], *interval) for i in range(len(entries))]
    assert [Fraction(r) for r in radii(entries, interval)] == wanted


@given(st.lists(dyadics, min_size=10, max_size=10).map(np.array))
def test_ten_summands_equal_enumeration(entries):
    """n = 10, 1024 sums, over [-1/2, 1/2] and [-1, 1]."""
    for interval in ((-0.5, 0.5), (-1.0, 1.0)):
        assert Fraction(radii(entries, interval)[-1]) == oracles.covering_radius(entries, *interval)


@given(st.data(), st.integers(2, 3), dyadic_intervals())
def test_several_entries_a_step_equal_enumeration(data, m, interval):
    """With m entries a step, step i holds the radius of the first m (i + 1) entries."""
    entries = data.draw(dyadic_entries(min_size=m, max_size=3 * m))
    steps = entries[: len(entries) // m * m].reshape(-1, m)
    wanted = [oracles.covering_radius(steps[: i + 1].ravel(), *interval) for i in range(len(steps))]
    assert [Fraction(r) for r in radii(steps, interval)] == wanted


@given(dyadic_entries(), dyadic_intervals(), dyadics.map(abs))
def test_resolution_is_a_floor(entries, interval, resolution):
    """Radii at or below the resolution are reported as the resolution; larger ones are unchanged, to the bit."""
    np.testing.assert_array_equal(
        radii(entries, interval, resolution), np.maximum(radii(entries, interval), resolution)
    )


@given(dyadic_entries(), dyadic_intervals(), st.randoms(use_true_random=False))
def test_permutation_invariance(entries, interval, random):
    """The radius of all entries does not depend on their order."""
    shuffled = entries[random.sample(range(len(entries)), len(entries))]
    assert radii(shuffled, interval)[-1] == radii(entries, interval)[-1]


@given(dyadic_entries(), dyadic_intervals())
def test_sign_symmetry(entries, interval):
    """radius(-X; [-high, -low]) = radius(X; [low, high])."""
    low, high = interval
    np.testing.assert_array_equal(radii(-entries, (-high, -low)), radii(entries, interval))


@given(dyadic_entries(), dyadic_intervals())
def test_complement_symmetry(entries, interval):
    """S -> complement maps the sums to total - sums, so radius(X; [total - high, total - low]) = radius(X; I)."""
    low, high = interval
    total = entries.sum()
    assert radii(entries, (total - high, total - low))[-1] == radii(entries, interval)[-1]


@given(dyadic_entries(), dyadic_intervals(), st.data())
def test_flipping_one_sign_moves_the_sums(entries, interval, data):
    """The sums of X with x_i negated are the sums of X moved by -x_i, and so is the radius."""
    i = data.draw(st.integers(0, len(entries) - 1))
    flipped = entries.copy()
    flipped[i] = -flipped[i]
    low, high = interval
    assert radii(flipped, (low - entries[i], high - entries[i]))[-1] == radii(entries, interval)[-1]


@given(float_entries(), float_intervals())
def test_never_grows_with_n_and_stays_near_the_truth(entries, interval):
    """More summands never enlarge the radius; on any floats it is within n 2^-53 sum |x| of the truth."""
    found = radii(entries, interval)
    assert np.all(np.diff(found) <= 2.0**-53 * len(entries) * np.abs(entries).sum())
    truth = oracles.covering_radius(entries, *interval)
    # the additions, and the rounding of the distance itself
    allowed = len(entries) * 2.0**-53 * (np.abs(entries).sum() + np.abs(interval).max())
    assert abs(Fraction(found[-1]) - truth) <= allowed


@given(dyadic_entries(), dyadic_intervals())
def test_adding_a_zero_changes_nothing(entries, interval):
    """A zero among the entries, of either sign, adds no sum."""
    with_zero = np.insert(entries, len(entries) // 2, -0.0)
    assert radii(with_zero, interval)[-1] == radii(entries, interval)[-1]


def test_forty_zeros_cost_nothing():
    """Zeros take no memory either: 40 of them beside 3 entries would be 2^43 sums."""
    entries = np.zeros(43)
    entries[[0, 20, 42]] = 0.5, -0.25, 0.125
    assert radii(entries, (-0.5, 0.5))[-1] == oracles.covering_radius([0.5, -0.25, 0.125], -0.5, 0.5)


@given(st.lists(dyadics, min_size=1, max_size=30), dyadic_intervals())
def test_radius_of_sorted_points_equals_enumeration(points, interval):
    """radius_of_sorted of any sorted points, duplicates included, is their covering radius, to the bit."""
    points = np.sort(points)
    padded = np.concatenate([points, [np.nan, 0.0]])  # what lies behind `count` is not looked at
    found = radius_of_sorted(padded, len(points), *interval)
    assert Fraction(found) == oracles.covering_radius_of_points(points.tolist(), *interval)


@pytest.mark.parametrize(
    ("high", "error", "least", "most"),
    [
        (0.5, 0.0, (0.5, 0.5), (0.5, 0.5)),  # the middle is the end: it counts in both
        (0.625, 0.0625, (0.5, 0.5), (0.5, 0.5)),
        (0.625, 0.125, (0.5, 0.5), (0.5, 0.5)),  # as far off as can be, and just inside
        (0.625, 0.25, (0.5, 0.0), (0.5, 0.5)),
        (0.375, 0.0625, (0.375, 0.0), (0.375, 0.0)),
        (0.375, 0.125, (0.375, 0.0), (0.375, 0.375)),
        (0.375, 0.25, (0.375, 0.0), (0.375, 0.375)),
    ],
)
def test_gaps_with_an_uncertain_middle(high, error, least, most):
    """Sums 0 and 1: what an end beside the middle leaves certain and possible; the same mirrored at the other end."""
    assert gap_bounds(0.0, 1.0, Interval(-9.0, high, True), error) == (least, most)
    assert gap_bounds(-1.0, 0.0, Interval(-high, 9.0, True), error) == (least[::-1], most[::-1])


@given(dyadic_entries(), dyadic_intervals())
def test_bounds_without_error_are_the_errors(entries, interval):
    """least = most = (shortfall, excess) to the bit, and one-sided radii in fractions."""
    sums = np.array(sorted(map(float, oracles.subset_sums(entries))))
    least, most = bounds_of_sorted(sums, sums.size, Interval(*interval, True), 0.0)
    assert least == most == errors_of_sorted(sums, sums.size, *interval) == oracles.one_sided_radii(entries, *interval)


@given(dyadics, dyadics.map(abs), dyadic_intervals())
def test_gap_radius_is_a_supremum(left, length, interval):
    """gap_radius = sup over z in gap and interval of the distance to the gap's nearer end, seen on a grid of z."""
    low, high = interval
    right = left + length
    found = gap_radius(left, right, low, high)
    inside = np.linspace(max(left, low), min(right, high), 33) if max(left, low) <= min(right, high) else np.array([])
    if inside.size == 0:
        assert found < 0.0
        return
    distances = np.minimum(inside - left, right - inside)
    spacing = (inside[-1] - inside[0]) / 32.0
    assert distances.max() <= found + GRID / 64.0
    assert found <= distances.max() + spacing / 2.0 + GRID / 64.0
