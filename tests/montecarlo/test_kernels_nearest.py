"""The nearest subset found from two halves is a nearest one, and its mask says which."""

from fractions import Fraction

import numpy as np
import oracles
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import dyadic_entries, dyadic_intervals, dyadics

from montecarlo.kernels.nearest import half_sums, nearest_mask, nearest_masks, sum_of_mask

targets = dyadics | st.sampled_from([0.0, -20.0, 20.0])


@given(dyadic_entries(max_size=10), targets)
def test_error_equals_enumeration(entries, target):
    """|target - sum of the mask| is the minimum over all subsets, to the bit, and the mask reproduces the sum."""
    mask = int(nearest_mask(entries, target))
    assert 0 <= mask < 2 ** len(entries)
    total = oracles.subset_sums(entries)[mask]
    assert abs(Fraction(target) - total) == oracles.nearest_error(entries, target)
    assert Fraction(sum_of_mask(entries, np.uint64(mask))) == total


@given(dyadic_entries(max_size=9), dyadic_intervals())
def test_worst_target_attains_the_covering_radius(entries, interval):
    """At a worst target (an end, or midway in the widest gap) the nearest error is the covering radius."""
    radius = oracles.covering_radius(entries, *interval)
    for target in oracles.worst_targets(entries, *interval)[:3]:
        if Fraction(float(target)) == target:
            total = oracles.subset_sums(entries)[int(nearest_mask(entries, float(target)))]
            assert abs(target - total) == radius


@given(dyadic_entries(max_size=8))
def test_every_sum_is_its_own_nearest(entries):
    """A target that is a subset sum is met exactly."""
    for total in oracles.subset_sums(entries)[::7]:
        assert sum_of_mask(entries, nearest_mask(entries, float(total))) == total


@given(dyadic_entries(max_size=8), st.integers(0, 3))
def test_half_sums_are_sorted_and_know_their_masks(entries, first):
    """half_sums gives all sums of x[first:last], sorted, each with the mask that makes it (bit i for x[i])."""
    first = min(first, len(entries))
    sums, masks = half_sums(entries, first, len(entries))
    assert np.all(np.diff(sums) >= 0.0)
    assert sorted(masks.tolist()) == [k << first for k in range(2 ** (len(entries) - first))]
    everything = oracles.subset_sums(entries)
    assert [Fraction(s) for s in sums] == [everything[int(mask)] for mask in masks]


def test_masks_of_forty_entries_are_as_good_as_a_random_search():
    """n = 40, beyond enumeration: no worse than the best of 10^5 random subsets, and below 1e-8 in every trial."""
    rng = np.random.default_rng(5)
    for _ in range(3):
        x, target = rng.uniform(-1.0, 1.0, 40), rng.uniform(-0.5, 0.5)
        error = abs(sum_of_mask(x, nearest_mask(x, target)) - target)
        tried = rng.integers(0, 2, (100_000, 40)) @ x
        assert error <= np.abs(tried - target).min()
        assert error < 1e-8


def test_bit_63_is_an_entry_like_any_other():
    """64 entries fill the mask: the last entry is bit 63. Powers of 4, so that the answer is unique."""
    x = np.zeros(64)
    x[63], x[0] = 1.0, 4.0
    # 2^32 sums a half would be too many, so the mask is only read here
    assert sum_of_mask(x, np.uint64(2**63)) == 1.0
    assert sum_of_mask(x, np.uint64(2**63 + 1)) == 5.0


@pytest.mark.parametrize("n", [1, 2, 7])
def test_many_targets_are_solved_one_by_one(n):
    """nearest_masks[t] is nearest_mask of row t, with the sum added afresh from the mask."""
    rng = np.random.default_rng(6)
    coefficients, wanted = rng.uniform(-1.0, 1.0, (50, n)), rng.uniform(-1.0, 1.0, 50)
    masks, sums = np.zeros(50, np.uint64), np.zeros(50)
    nearest_masks(coefficients, wanted, masks, sums)
    best = np.abs(oracles.all_sums(coefficients) - wanted[:, None]).min(axis=1)
    np.testing.assert_allclose(np.abs(sums - wanted), best, atol=1e-15 * n)
    for x, mask, total in zip(coefficients, masks, sums, strict=True):
        assert total == sum_of_mask(x, mask)
