"""The parts of the exact filter against slow truths: windows of bits, runs of empty bits, neighbours of a point."""

import itertools

import numpy as np
import oracles
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import dyadic_entries, dyadics

from montecarlo.kernels.halves import neighbours, split_halves
from montecarlo.kernels.runs import SHORTEST, widest_gaps
from montecarlo.kernels.sums import all_sums, by_decreasing_size
from montecarlo.kernels.window import PADDING, add_shifted, clear_outside, mark_sums

words = st.integers(0, 2**64 - 1)


def integer(bits):
    """A word array as one integer, word 0 lowest."""
    return sum(int(word) << (64 * i) for i, word in enumerate(bits))


def padded(values, room=40):
    """A word array with zeros behind."""
    return np.array([*values, *[0] * room], dtype=np.uint64)


@given(st.data(), st.lists(words, min_size=1, max_size=8), st.integers(-600, 600) | st.sampled_from([-128, -64, 64]))
def test_add_shifted_is_or_of_two_windows(data, old, shift):
    """new = (old | old shifted by `shift`), moved down by `skip` words and cut to the new window."""
    skip = data.draw(st.integers(0, len(old) - 1))
    size = data.draw(st.integers(1, len(old) - skip))
    new = np.full(size + PADDING, 2**64 - 1, np.uint64)
    add_shifted(padded(old), len(old), skip, shift, size, new)
    whole = integer(old)
    moved = whole << shift if shift >= 0 else whole >> -shift
    kept = ((whole | (moved & (2 ** (64 * len(old) + 600) - 1))) >> (64 * skip)) & (2 ** (64 * size) - 1)
    assert integer(new[:size]) == kept
    assert not new[size:].any()


@given(st.lists(words, min_size=1, max_size=5), st.data())
def test_clear_outside_keeps_the_bits_between(old, data):
    """Bits below `low` and above `high` are cleared, those from low to high kept."""
    low = data.draw(st.floats(0.0, 64.0 * len(old) - 1.5))
    high = data.draw(st.floats(low + 0.5, 64.0 * len(old) - 1.0))
    bits = padded(old)
    clear_outside(bits, len(old), low, high)
    wanted = [(integer(old) >> j) & 1 if low <= j <= high else 0 for j in range(64 * len(old))]
    assert [(integer(bits) >> j) & 1 for j in range(64 * len(old))] == wanted


@given(dyadic_entries(max_size=6), st.integers(-20, 4), st.integers(1, 12))
def test_marked_bits_are_the_sums_in_the_window(entries, base, size):
    """Bit floor(s / width) - 64 base is set for every sum s in the window, and no other bit."""
    sums = np.empty(2 ** len(entries))
    all_sums(entries, sums)
    bits = np.full(size + PADDING, 7, np.uint64)
    mark_sums(sums, 2.0**-7, base * 64, size, bits)
    places = {int(np.floor(s * 2.0**7)) - 64 * base for s in sums}
    assert integer(bits) == sum(1 << place for place in places if 0 <= place < 64 * size)


@pytest.mark.parametrize("least", [16, 24, 32, 50, 64, 100, 128, 300])
def test_widest_gaps_are_found(least):
    """Every gap of at least `least` bits within `slack` of the widest, and none twice, on random sparse bits."""
    rng = np.random.default_rng(least)
    for density in (0.3, 0.05, 0.01, 0.002):
        size = int(rng.integers(1, 60))
        places = np.flatnonzero(rng.random(64 * size) < density)
        bits = padded([0] * size)
        for place in places:
            bits[place // 64] |= np.uint64(1 << int(place % 64))
        gaps = np.empty((2, 4096), np.int64)
        count, widest, after = widest_gaps(bits, 0, size, 5, least, gaps)
        assert after == size
        truth = [(a, b) for a, b in itertools.pairwise(places.tolist()) if b - a >= least]
        longest = max((b - a for a, b in truth), default=0)
        assert widest == longest
        assert [tuple(gap) for gap in gaps[:, :count].T] == [(a, b) for a, b in truth if b - a >= longest - 5]


def test_full_list_of_gaps_says_where_to_go_on():
    """A thousand equal gaps do not fit into the list: the rest is found from the word it names, nothing twice."""
    bits = padded([1] * 1000)
    gaps = np.empty((2, 300), np.int64)
    start, found = 0, []
    while start < 1000:
        count, widest, start = widest_gaps(bits, start, 1000, 5, SHORTEST, gaps)
        assert widest == 64
        found += gaps[0, :count].tolist()
    assert found == [64 * i for i in range(999)]


@given(dyadic_entries(max_size=8), st.lists(dyadics, min_size=4, max_size=4))
def test_neighbours_are_the_nearest_sums(entries, points):
    """below = the largest sum <= z, above = the smallest sum > z, infinite where there is none."""
    left, right = split_halves(entries)
    below, above = np.empty(4), np.empty(4)
    neighbours(left, right, np.array(points), below, above)
    sums = oracles.subset_sums(entries)
    for z, low, high in zip(points, below, above, strict=True):
        assert low == max((s for s in sums if s <= z), default=-np.inf)
        assert high == min((s for s in sums if s > z), default=np.inf)


@given(dyadic_entries())
def test_order_is_by_decreasing_size(entries):
    """The non-zero entries, the largest in absolute value first."""
    assert by_decreasing_size(entries).tolist() == sorted(entries[entries != 0.0], key=abs, reverse=True)
