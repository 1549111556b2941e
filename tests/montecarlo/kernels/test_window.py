"""The parts of the exact filter against slow truths: windows of bits, runs of empty bits, neighbours of a point."""

import itertools

import numpy as np
import oracles
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import dyadic_entries, dyadics

from montecarlo.kernels.bits import BLOCK
from montecarlo.kernels.covering.grid import Grid, grid_over, window_words
from montecarlo.kernels.covering.merge import all_sums, by_decreasing_size
from montecarlo.kernels.covering.runs import SHORTEST, empty_from, widest_gaps
from montecarlo.kernels.covering.window import clear_outside, fill_window, shift_or
from montecarlo.kernels.nearest.halves import neighbours, split_halves

words = st.integers(0, 2**64 - 1)


def integer(bits):
    """A word array as one integer, word 0 lowest."""
    return sum(int(word) << (64 * i) for i, word in enumerate(bits))


def padded(values, room=40):
    """A word array with zeros behind."""
    return np.array([*values, *[0] * room], dtype=np.uint64)


@pytest.mark.parametrize("in_place", [False, True])
@given(data=st.data(), old=st.lists(words, min_size=1, max_size=30), shift=st.integers(0, 1900))
def test_shift_or_is_or_of_two_windows(in_place, data, old, shift):
    """new = old | old >> shift in the words that can be known; in place too, for shifts of any size."""
    shift = min(shift, 64 * len(old) - 1)
    size = data.draw(st.integers(0, len(old) - shift // 64 - 1))
    before = padded(old)
    new = before if in_place else np.full(before.size, 2**64 - 1, np.uint64)
    shift_or(before, shift, size, new)
    whole = integer(old)
    assert integer(new[:size]) == (whole | whole >> shift) & (2 ** (64 * size) - 1)


@given(
    dyadic_entries(max_size=5),
    st.lists(st.integers(-300, 300), min_size=1, max_size=4),
    st.integers(-400, 300),
    st.integers(1, 9),
)
def test_window_holds_all_sums_and_shifts(entries, shifts, start, size):
    """Bit j of the finished window: floor(s / width) + some shifts = start + j; the marked bits: without shifts."""
    sums = np.empty(2 ** len(entries))
    all_sums(entries, sums)
    bits, spare, work = np.full(80, 7, np.uint64), np.full(80, 7, np.uint64), np.zeros(4, np.int64)
    fill_window(sums, np.array(shifts), Grid(2.0**-7, 0.0, 0.0, start, size, False), (bits, spare, work))
    floors = {int(np.floor(s * 2.0**7)) for s in sums}
    base = start - sum(s for s in shifts if s > 0)
    marked = size + sum(abs(s) // 64 + 1 for s in shifts)
    assert integer(bits[:marked]) == sum(1 << f - base for f in floors if 0 <= f - base < 64 * marked)
    wanted = {f + int(s) - start for f in floors for s in oracles.subset_sums(shifts)}
    assert integer(spare[:size]) == sum(1 << j for j in wanted if 0 <= j < 64 * size)
    assert work[0] == sums.size


@given(st.lists(words, min_size=1, max_size=5), st.data())
def test_clear_outside_keeps_the_bits_between(old, data):
    """Bits e below `low` and e above `high` are cleared, those between kept, the word behind them is cleared."""
    low = data.draw(st.floats(1.0, 64.0 * len(old) - 2.5))
    high = data.draw(st.floats(low + 0.5, 64.0 * len(old) - 2.0))
    bits = padded([*old, 5])
    clear_outside(bits, Grid(0.5, -10.0, 0.75, 0, len(old), False), 0.5 * (low - 10.0), 0.5 * (high - 10.0))
    wanted = [(integer(old) >> j) & 1 if low - 0.75 <= j <= high + 0.75 else 0 for j in range(64 * len(old) + 64)]
    assert [(integer(bits) >> j) & 1 for j in range(64 * len(old) + 64)] == wanted


@given(words, words, st.integers(0, 8))
def test_empty_runs_are_found_across_words(word, above, extra):
    """Bit j is set where 8 + extra bits from j on are all zero, those of the next word included."""
    sparse = word & (word >> 7) & (word >> 13)  # about 8 bits a word
    whole, run = sparse | above << 64, (1 << 8 + extra) - 1
    found = int(empty_from(np.uint64(above), np.uint64(sparse), np.uint64(extra)))
    assert found == sum(1 << j for j in range(64) if whole >> j & run == 0)


@pytest.mark.parametrize("least", [SHORTEST, 12, 16, 17, 24, 32, 50, 64, 100, 128, 300])
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
        count, widest, after = widest_gaps(bits, 0, size, (least, 5), gaps)
        assert after == size
        truth = [(a, b) for a, b in itertools.pairwise(places.tolist()) if b - a >= least]
        longest = max((b - a for a, b in truth), default=0)
        assert widest == longest
        assert [tuple(gap) for gap in gaps[:, :count].T] == [(a, b) for a, b in truth if b - a >= longest - 5]


@pytest.mark.parametrize("least", range(SHORTEST, 20))
def test_a_gap_just_long_enough_is_found(least):
    """The only one, between the bits 60 and 60 + least; a bit less is none."""
    for length, wanted in ((least, [(60, 60 + least)]), (least - 1, [])):
        bits = padded([1 << 60, 1 << length - 4])
        gaps = np.empty((2, 4096), np.int64)
        count, widest, _ = widest_gaps(bits, 0, 2, (least, 0), gaps)
        assert widest == (length if wanted else 0)
        assert [tuple(gap) for gap in gaps[:, :count].T] == wanted


def test_full_list_of_gaps_says_where_to_go_on():
    """A thousand equal gaps do not fit into the list: the rest is found from the word it names, nothing twice."""
    bits = padded([1] * 1000)
    gaps = np.empty((2, 600), np.int64)
    start, found = 0, []
    while start < 1000:
        count, widest, start = widest_gaps(bits, start, 1000, (SHORTEST, 5), gaps)
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


@given(
    st.floats(-3.0, 3.0),
    st.floats(0.0, 2.0),
    st.lists(st.floats(-2.0, 2.0).filter(bool), min_size=1, max_size=8).map(np.array),
    st.floats(1e-3, 3.0),
)
def test_window_words_are_enough(low, length, rounded, width):
    """The estimate in floats never falls short of what `grid_over` and `fill_window` use, and not far beyond either."""
    high = low + length
    grid = grid_over(low, high, rounded, width, 0.0)
    used = grid.words + sum(int(abs(np.rint(x / width))) // 64 + 1 for x in rounded) + BLOCK
    assert used <= window_words(low, high, rounded, width) <= used + 2 * rounded.size + 2 * BLOCK


def test_astronomical_windows_are_infinite():
    """Bits that 60 binary digits can't number are not asked for, nor is anything that overflows."""
    assert window_words(1e300, 1e300, np.ones(3), 1.0) == np.inf
    assert window_words(0.0, 1.0, np.full(3, 1e300), 1e-10) > 1e300
