"""The sums next to a point, found back from the bits, are those that enumeration finds."""

import numpy as np
import oracles
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import dyadic_entries, dyadics

from montecarlo.kernels.covering.grid import grid_over, shifts_and_offsets, window_words
from montecarlo.kernels.covering.merge import all_sums, by_decreasing_size
from montecarlo.kernels.covering.tails import Origins, subsets_around, sums_next_to_end
from montecarlo.kernels.covering.window import fill_window
from montecarlo.kernels.nearest.halves import split_halves


def window(entries, low, high, width):
    """(bits, grid, origins) of the window over [low, high], half of the entries shifted in."""
    ordered = by_decreasing_size(entries)
    large, small = np.split(ordered, [ordered.size // 2])
    sums, values = np.empty(2**large.size), np.empty(2**small.size)
    all_sums(large, sums)
    all_sums(small, values)
    grid = grid_over(low, high, small, width, 0.0)
    shifts, offsets = shifts_and_offsets(small, width)
    bits, spare, work = np.zeros(1 << 14, np.uint64), np.zeros(1 << 14, np.uint64), np.zeros(4, np.int64)
    assert window_words(low, high, small, width) <= bits.size
    fill_window(sums, shifts, grid, (bits, spare, work))
    origins = Origins(bits, offsets, values, split_halves(large), np.empty(3 * values.size, np.int64), work)
    return spare, grid, origins


@given(
    dyadic_entries(min_size=2).filter(lambda x: np.count_nonzero(x) > 1),
    dyadics,
    st.sampled_from([0.0, 0.25, 2.0]),
    st.sampled_from([2.0**-3, 2.0**-7, 0.9 * 2.0**-10]),
)
def test_neighbours_of_any_point(entries, z, around, width):
    """below = the largest sum <= z, above = the smallest > z, be they bits apart or not in the window at all."""
    bits, grid, origins = window(entries, z - around, z + around, width)
    below, above = sums_next_to_end(z, bits, grid, origins)
    sums = oracles.subset_sums(entries)
    assert below == max((s for s in sums if s <= z), default=-np.inf)
    assert above == min((s for s in sums if s > z), default=np.inf)
    assert origins.work[2] == 1


def test_few_subsets_are_walked():
    """U[-1, 1], n = 16: of 256 subsets fewer than 16 are left next to a point in the median, and never all."""
    rng = np.random.default_rng(1)
    counts = []
    for _ in range(50):
        bits, grid, origins = window(rng.uniform(-1.0, 1.0, 16), -0.5, 0.5, 2e-5)
        sums_next_to_end(rng.uniform(-0.5, 0.5), bits, grid, origins)
        counts.append(origins.work[3] // (origins.halves[0].size + origins.halves[1].size - 3))
    assert np.median(counts) <= 16
    assert max(counts) < 256


@pytest.mark.parametrize(("left", "right"), [(-1, 500), (0, 500), (300, -1), (300, 64 * 10_000)])
def test_all_subsets_where_the_window_ends(left, right):
    """With a set bit missing on one side nothing is left out."""
    _, grid, origins = window(np.array([0.7, -0.3, 0.2, 0.1]), -0.5, 0.5, 2.0**-9)
    assert subsets_around(left, right, 400, grid, origins) == 4
    assert origins.near[:4].tolist() == [0, 1, 2, 3]


def test_all_subsets_where_bits_are_blurred():
    """Where the additions are wrong by more than a bit nothing is left out; else most is."""
    _, grid, origins = window(np.random.default_rng(2).uniform(-1.0, 1.0, 14), -0.5, 0.5, 2.0**-12)
    assert subsets_around(2000, 2020, 2010, grid._replace(blurred=True), origins) == 128
    assert subsets_around(2000, 2020, 2010, grid, origins) < 64
    assert grid_over(-0.5, 0.5, np.ones(1), 2.0**-12, 2.0**-11).blurred
