"""Entries in no subset sum near the interval are left out, and only those."""

import numpy as np
import oracles
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import dyadic_intervals, dyadics

from montecarlo.kernels.covering.coverage import Interval
from montecarlo.kernels.covering.relevant import exact_sum, reach_alone, relevant

giants = st.sampled_from([3.0, -3.0, 3.5, -6.25, 64.0, -64.0, 61.0, -67.5, 2.0**40, -(2.0**40), 2.0**40 + 2.0])


def kept(entries, interval=(-0.5, 0.5)):
    return relevant(np.array(entries, dtype=float), Interval(*interval, False)).tolist()


@given(st.lists(giants | dyadics | st.just(0.0), min_size=1, max_size=8), dyadic_intervals())
def test_one_sided_radii_stay_the_same(entries, interval):
    """Exactly, in fractions; what is kept stays in its place."""
    found = kept(entries, interval)
    assert all(new in (0.0, old) for new, old in zip(found, entries, strict=True))
    assert oracles.one_sided_radii(found, *interval) == oracles.one_sided_radii(entries, *interval)


@given(st.lists(giants | dyadics, min_size=1, max_size=8), st.sampled_from([(-0.5, 0.5), (-1.0, 0.25), (30.0, 31.0)]))
def test_what_a_near_sum_other_than_0_needs_is_kept(entries, interval):
    """Whatever is left out is in no sum within R of the interval, but in sums of giants that are 0."""
    found, reach = kept(entries, interval), max(map(abs, interval))
    sums = oracles.subset_sums(entries)
    for i in np.flatnonzero((np.array(found) == 0.0) & (np.array(entries) != 0.0)):
        for mask, total in enumerate(sums):
            if mask >> int(i) & 1 and interval[0] - reach <= total <= interval[1] + reach:
                chosen = [entries[j] for j in range(len(entries)) if mask >> j & 1 and found[j] == 0.0]
                assert sum(chosen) == 0.0


@pytest.mark.parametrize(
    ("entries", "left"),
    [
        ([1e20], [0.0]),
        ([0.25, 1e20, -0.75], [0.25, 0.0, -0.75]),
        ([1e20, -3e19, 0.5], [0.0, 0.0, 0.5]),
        ([1e12, -6e11, -5e11, 0.5], [0.0, 0.0, 0.0, 0.5]),  # 6e11 + 5e11 is more than 1e12: the largest decides nothing
        ([1e20, -1e20, 0.5], [0.0, 0.0, 0.5]),
        ([1e20, 0.5, -1e20, 1e20], [0.0, 0.5, 0.0, 0.0]),
        ([3.0, -2.75, 0.5], [3.0, -2.75, 0.5]),
        ([3.0, -2.25], [3.0, -2.25]),
        ([3.0, 3.0, -2.75], [3.0, 3.0, -2.75]),
        ([1.0, -1.0, 0.75], [1.0, -1.0, 0.75]),
        ([1.0625, 0.5], [0.0, 0.5]),
        ([1.0625, 0.5, -0.125], [1.0625, 0.5, -0.125]),
        ([2.0**60, -(2.0**60) + 2.0**9, -511.75, 0.5], [2.0**60, -(2.0**60) + 2.0**9, -511.75, 0.5]),
        ([2.0**60, -(2.0**60) + 2.0**9, -512.0, 0.5], [0.0, 0.0, 0.0, 0.5]),
        ([2.0**60, -(2.0**60) + 2.0**9, 512.0, 0.5], [0.0, 0.0, 0.0, 0.5]),
    ],
)
def test_giants(entries, left):
    """I = [-1/2, 1/2]: alone, with others too small to bring them back, cancelling to 0, to less than 1; mirrored."""
    assert kept(entries) == left
    assert kept([-x for x in entries]) == [-x for x in left]


def test_many_giants_of_one_sign_are_left_out():
    """More than a mask has bits."""
    assert not any(kept(np.full(200, 7.0)))


def test_too_many_subsets_to_follow_are_kept():
    """27 entries near 10^6, eight of which reach the interval."""
    entries = np.random.default_rng(1).uniform(-1.0, 1.0, 27) + 1e6
    assert kept(entries, (8e6, 8e6 + 1.0)) == entries.tolist()


@pytest.mark.parametrize(
    ("interval", "size"), [((-0.5, 0.5), 1.0), ((-1.0, 0.25), 1.25), ((0.25, 1.0), 0.75), ((-2.0, -1.0), 1.0)]
)
def test_size_within_reach_alone(interval, size):
    """Of either sign: high + R, and R - low."""
    assert reach_alone(Interval(*interval, False)) == size


def test_the_error_of_a_sum_is_measured():
    """2^53 + 1 rounds to 2^53, off by 1; what was off before stays so."""
    assert exact_sum(2.0**53, 0.0, 1.0) == (2.0**53, pytest.approx(1.0))
    assert exact_sum(1.0, 0.0, 2.0**53)[1] >= 1.0
    assert exact_sum(0.5, 0.25, 0.25) == (0.75, pytest.approx(0.25))
    assert exact_sum(1e20, 0.0, -1e20) == (0.0, 0.0)
