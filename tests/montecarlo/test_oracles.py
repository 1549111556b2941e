"""The slow truths agree with each other and with hand-made cases, before anything is measured against them."""

from fractions import Fraction

import numpy as np
import oracles
import pytest
from calibrated import RejectedError, assert_law, assert_rate, assert_same_rate, noticeable_rate_error
from hypothesis import given
from strategies import dyadic_entries, dyadic_intervals


@pytest.mark.parametrize(
    ("entries", "interval", "radius"),
    [
        ([], (-0.5, 0.5), Fraction(1, 2)),
        ([1.0], (-1.0, 1.0), Fraction(1)),
        ([0.25, -0.5], (-0.5, 0.5), Fraction(1, 4)),
        ([0.5, 0.5], (0.0, 1.0), Fraction(1, 4)),
        ([0.25], (2.0, 3.0), Fraction(11, 4)),
        ([0.75], (0.25, 0.25), Fraction(1, 4)),
    ],
)
def test_covering_radius_of_hand_made_cases(entries, interval, radius):
    """Six covering radii worked out by hand: the empty sum alone, ends, gaps, duplicates, misses, a single target."""
    assert oracles.covering_radius(entries, *interval) == radius


@given(dyadic_entries(max_size=6), dyadic_intervals())
def test_float_oracle_equals_rational_oracle(entries, interval):
    """Sort-and-difference in floats equals trying every candidate in fractions, on dyadic input."""
    floats = oracles.covering_radii_of_points(oracles.all_sums(entries[None]), *interval)
    assert Fraction(floats[0]) == oracles.covering_radius(entries, *interval)


@given(dyadic_entries(max_size=6), dyadic_intervals())
def test_worst_target_attains_the_covering_radius(entries, interval):
    """The supremum over targets is a maximum: some end or midpoint is as far from every sum as the radius."""
    radius = oracles.covering_radius(entries, *interval)
    targets = oracles.worst_targets(entries, *interval)
    assert targets
    assert all(min(abs(z - s) for s in oracles.subset_sums(entries)) == radius for z in targets)


def test_bare_points_law_at_one_and_two_points():
    """n = 1: the radius is 1 + |X|, uniform on [1, 2]. n = 2: it is at most 1 when the points lie either side of 0."""
    assert [oracles.bare_points_cdf(1, r) for r in (0.99, 1.0, 1.25, 2.0)] == pytest.approx([0.0, 0.0, 0.25, 1.0])
    # X_(1) in [-1, -1/2] and X_(2) in [1/2, 1], gap at most 1: only the corner (-1/2, 1/2), so probability 0
    assert oracles.bare_points_cdf(2, 0.5) == pytest.approx(0.0)
    # r = 1: X_(1) <= 0 <= X_(2), any gap, probability 1/2
    assert oracles.bare_points_cdf(2, 1.0) == pytest.approx(0.5)


def test_largest_spacing_brackets_the_radius_of_bare_points():
    """max spacing / 2 <= radius <= max spacing in every sample, hence the two laws bracket each other."""
    for n in (1, 3, 10):
        for r in np.linspace(0.01, 2.0, 50):
            below, above = oracles.largest_spacing_cdf(n, r / 2.0), oracles.largest_spacing_cdf(n, r)
            assert below - 1e-12 <= oracles.bare_points_cdf(n, r) <= above + 1e-12


def test_largest_spacing_law_of_numpy_points():
    """The closed form against sorted uniforms (false alarm 1e-8), and a point too many is caught."""
    spacings = np.diff(np.sort(np.random.default_rng(1).random((20_000, 6))), prepend=0.0, append=1.0, axis=1)
    law = np.vectorize(lambda x, n: oracles.largest_spacing_cdf(n, x))
    assert_law(spacings.max(axis=1), lambda x: law(x, 6))
    with pytest.raises(RejectedError):
        assert_law(spacings.max(axis=1), lambda x: law(x, 7))


def test_assertions_reject_what_they_say_they_notice():
    """A rate off by the stated distance, two rates 0.05 apart and a law 2 t away are all rejected; right ones pass."""
    off = noticeable_rate_error(10_000)
    assert_rate(5_000, 10_000, low=0.5, high=0.5)
    with pytest.raises(RejectedError):
        assert_rate(5_000 - int(10_000 * off), 10_000, low=0.5, high=0.6)
    with pytest.raises(RejectedError):
        assert_rate(6_000 + int(10_000 * off), 10_000, low=0.5, high=0.6)
    assert_same_rate(10_000, 10_100, 20_000)
    with pytest.raises(RejectedError):
        assert_same_rate(10_000, 11_000, 20_000)
    sample = (np.arange(10_000) + 0.5) / 10_000
    assert_law(sample, lambda z: np.clip(z, 0.0, 1.0))
    with pytest.raises(RejectedError):
        assert_law(sample, lambda z: np.clip(z - 0.065, 0.0, 1.0))
