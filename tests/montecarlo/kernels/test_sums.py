"""Doubling keeps the sums sorted and loses none; counting zeros agrees with Python's integers."""

from fractions import Fraction

import numpy as np
import oracles
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit
from strategies import dyadic_entries

from montecarlo.kernels.bits import leading_zeros, trailing_zeros
from montecarlo.kernels.covering.merge import double_sums, double_sums_and_masks


@njit
def zeros_of(word):
    return trailing_zeros(word), leading_zeros(word)


@given(dyadic_entries(max_size=9))
def test_doubling_gives_all_sums_sorted(entries):
    """After every entry the array holds all 2^k sums, equal ones repeated, in rising order."""
    sums, count = np.zeros(2 ** len(entries)), 1
    for x in entries:
        spare = np.full_like(sums, np.nan)
        double_sums(sums[:count], x, spare[: 2 * count])
        sums, count = spare, 2 * count
    assert [Fraction(s) for s in sums] == sorted(oracles.subset_sums(entries))


@given(dyadic_entries(max_size=8))
def test_masks_travel_with_their_sums(entries):
    """double_sums_and_masks carries with every sum the subset that makes it."""
    sums, masks = np.zeros(1), np.zeros(1, np.uint64)
    for i, x in enumerate(entries):
        next_sums, next_masks = np.empty(2 * sums.size), np.empty(2 * sums.size, np.uint64)
        double_sums_and_masks(sums, masks, (x, np.uint64(1 << i)), next_sums, next_masks)
        sums, masks = next_sums, next_masks
    everything = oracles.subset_sums(entries)
    assert sorted(masks.tolist()) == list(range(2 ** len(entries)))
    assert [Fraction(s) for s in sums] == [everything[int(mask)] for mask in masks]
    assert np.all(np.diff(sums) >= 0.0)


@given(dyadic_entries(max_size=8))
def test_sums_are_symmetric_about_half_the_total(entries):
    """The complement of a subset mirrors its sum: sorted sums read backwards are total - sums."""
    sums, count = np.zeros(2 ** len(entries)), 1
    for x in entries:
        spare = np.empty_like(sums)
        double_sums(sums[:count], x, spare[: 2 * count])
        sums, count = spare, 2 * count
    np.testing.assert_array_equal(sums[::-1], entries.sum() - sums)


@pytest.mark.parametrize("word", [0, 1, 2, 2**63, 2**64 - 1, 2**32, 2**31 - 1])
def test_zeros_of_special_words(word):
    """0 has 64 zeros on both sides; the corners of the word are counted right."""
    check_zeros(word)


@given(st.integers(0, 2**64 - 1) | st.integers(0, 63).map(lambda b: 1 << b))
def test_zeros_of_any_word(word):
    """Trailing and leading zeros as Python's integers have them."""
    check_zeros(word)


def check_zeros(word):
    trailing = (word & -word).bit_length() - 1 if word else 64
    assert zeros_of(np.uint64(word)) == (trailing, 64 - word.bit_length())
