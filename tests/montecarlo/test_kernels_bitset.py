"""Brackets from the bitset enclose the true covering radius, as narrowly as promised."""

from fractions import Fraction

import numpy as np
import oracles
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from strategies import dyadic_entries, dyadic_intervals, float_entries, float_intervals

from montecarlo.kernels.bitset import (
    add_entry,
    bracket,
    bracket_radii,
    bracket_radii_of_trials,
    empty_sum,
    last_bit_up_to,
    radius_of_bits,
    shift_or,
)

WORD = 64
TOLERANCES = st.sampled_from([0.5, 0.1, 0.01])
RESOLUTIONS = st.sampled_from([0.25, 0.05, 0.01])

bit_strings = st.integers(0, 2**320 - 1) | st.sets(st.integers(0, 319), min_size=1, max_size=24).map(
    lambda bits: sum(1 << b for b in bits)
)


def to_words(number, words):
    """A Python integer as `words` 64-bit words, lowest first."""
    return np.array([number >> (WORD * i) & (2**WORD - 1) for i in range(words)], dtype=np.uint64)


def to_integer(words):
    """64-bit words, lowest first, as a Python integer."""
    return sum(int(word) << (WORD * i) for i, word in enumerate(words))


def brackets(steps, interval, tolerance, resolution):
    """bracket_radii of (n,) or (n, m) summands: lower and upper, (n,) each."""
    steps = steps.reshape(len(steps), -1)
    out = np.full((2, len(steps)), np.nan)
    bracket_radii(steps, interval, tolerance, resolution, out)
    return out


@given(bit_strings, st.integers(0, 700) | st.sampled_from([0, 63, 64, 65, 127, 128, 320, 384]))
@example(number=2**320 - 1, shift=1)
def test_shift_or_equals_big_integers(number, shift):
    """new = old | old << shift, for long words as for Python integers, and says how many words that takes."""
    words = max(1, -(-number.bit_length() // WORD))
    old = to_words(number, words + shift // WORD + 1)
    new = np.full(words + shift // WORD + 1, 2**64 - 1, dtype=np.uint64)  # stale content must not show through
    total = shift_or(old, words, shift, new)
    assert to_integer(new[:total]) == number | number << shift
    assert to_integer(old) == number


@given(bit_strings, st.floats(-3.0, 400.0) | st.integers(-2, 400).map(float))
def test_last_bit_up_to_equals_a_loop(number, low):
    """The highest set bit at or below `low`, or -inf."""
    bits = [b for b in range(320) if number >> b & 1 and b <= low]
    assert last_bit_up_to(to_words(number, 5), 5, low) == (bits[-1] if bits else -np.inf)


@given(bit_strings.filter(bool), st.integers(-60, 400), st.integers(0, 400), st.sampled_from([0.0, 0.5, 0.25]))
@example(number=sum(1 << b for b in (0, 40, 64, 110, 128, 140)), low=0, length=140, shift=0.0)  # wide gap inside a word
def test_radius_of_bits_equals_enumeration(number, low, length, shift):
    """The covering radius of the set bits as points, over any interval, also off the grid, also out of reach."""
    low, high = low + shift, low + length + 0.5 * shift
    low, high = min(low, high), max(low, high)
    points = [b for b in range(320) if number >> b & 1]
    found = radius_of_bits(to_words(number, 5), 5, low, high)
    assert Fraction(found) == oracles.covering_radius_of_points(points, low, high)


@given(dyadic_entries(), st.sampled_from([2.0**-8, 2.0**-14]))
def test_state_holds_the_rounded_sums(entries, width):
    """Set bits plus origin are exactly the sums of the rounded entries, and P, N sum the residuals."""
    state = empty_sum(entries, width)
    for x in entries:
        state = add_entry(state, x, width)
    bits, _, span, origin, plus, minus = state
    rounded = [int(np.rint(x / width)) for x in entries]
    residuals = entries / width - rounded
    wanted = {int(s) - origin for s in oracles.subset_sums(rounded)}
    assert to_integer(bits[: span // WORD + 1]) == sum(1 << b for b in wanted)
    assert plus == residuals[residuals > 0].sum()
    assert minus == -residuals[residuals < 0].sum()


@given(float_entries(max_size=6), float_intervals(), st.sampled_from([0.5, 0.125, 2.0**-7]))
def test_one_bracket_encloses_the_truth(entries, interval, width):
    """lower <= radius <= upper for any width of the grid, however coarse."""
    scaled = entries / max(1.0, np.abs(entries).max())
    state = empty_sum(scaled, width)
    for x in scaled:
        state = add_entry(state, x, width)
    lower, upper = bracket(state, width, interval)
    assert lower <= oracles.covering_radius(scaled, *interval) <= upper


@given(float_entries(), float_intervals(), TOLERANCES, RESOLUTIONS)
def test_brackets_enclose_the_truth_and_keep_their_promise(entries, interval, tolerance, resolution):
    """lower <= radius <= upper in every prefix; upper - lower <= tolerance * upper, or [0, resolution]."""
    lower, upper = brackets(entries, interval, tolerance, resolution)
    for i in range(len(entries)):
        truth = oracles.covering_radius(entries[: i + 1], *interval)
        assert lower[i] <= truth <= upper[i]
        settled = lower[i] == 0.0 and upper[i] == resolution
        assert settled or upper[i] > resolution
        assert settled or upper[i] - lower[i] <= tolerance * upper[i]
    assert np.all(np.diff(upper) <= 0.0)


@given(st.data(), st.integers(2, 3), float_intervals())
def test_several_entries_a_step(data, m, interval):
    """With m entries a step the bracket of step i encloses the radius of the first m (i + 1) entries."""
    entries = data.draw(float_entries(min_size=m, max_size=3 * m))
    steps = entries[: len(entries) // m * m].reshape(-1, m)
    lower, upper = brackets(steps, interval, 0.05, 0.02)
    for i in range(len(steps)):
        assert lower[i] <= oracles.covering_radius(steps[: i + 1].ravel(), *interval) <= upper[i]


@given(st.lists(st.integers(-160, 160).map(lambda k: k / 128.0), min_size=1, max_size=8).map(np.array))
def test_multiples_of_the_width_give_the_exact_radius(entries):
    """Where every x is a multiple of the grid width nothing is rounded: lower = upper = radius, to the bit."""
    lower, upper = brackets(entries, (-0.5, 0.5), 0.01, 1e-3)
    for i in range(len(entries)):
        truth = oracles.covering_radius(entries[: i + 1], -0.5, 0.5)
        assert Fraction(upper[i]) == max(truth, Fraction(1e-3))
        assert Fraction(lower[i]) == (truth if truth > 1e-3 else 0)


@given(dyadic_entries(), dyadic_intervals().filter(lambda i: max(map(abs, i)) <= 2.0))
def test_sign_symmetry(entries, interval):
    """Brackets of -X over the mirrored interval enclose the same radius."""
    low, high = interval
    one, other = brackets(entries, interval, 0.05, 0.01), brackets(-entries, (-high, -low), 0.05, 0.01)
    assert np.all(np.maximum(one[0], other[0]) <= np.minimum(one[1], other[1]))


def test_point_interval_at_a_sum_settles_at_once():
    """low = high = 0 is the empty sum: the radius is 0, so every bracket is [0, resolution]."""
    lower, upper = brackets(np.array([0.3, -0.7]), (0.0, 0.0), 0.1, 0.05)
    assert lower.tolist() == [0.0, 0.0]
    assert upper.tolist() == [0.05, 0.05]


@pytest.mark.parametrize("m", [1, 2])
def test_trials_are_independent_columns(m):
    """bracket_radii_of_trials[:, :, t] is bracket_radii of trial t."""
    steps = np.random.default_rng(3).uniform(-1.0, 1.0, (4, 6, m))
    out = np.empty((2, 6, 4))
    bracket_radii_of_trials(steps, (-1.0, 1.0), 0.05, 0.02, out)
    for t in range(4):
        np.testing.assert_array_equal(out[:, :, t], brackets(steps[t], (-1.0, 1.0), 0.05, 0.02))


def test_brackets_enclose_the_exact_radius_at_eighteen():
    """n = 18, 200 trials of U[-1, 1]: enclosed at every prefix, where enumeration in fractions would take hours."""
    from montecarlo.kernels.exact import exact_radii_of_trials

    steps = np.random.default_rng(4).uniform(-1.0, 1.0, (200, 18, 1))
    exact, out = np.empty((18, 200)), np.empty((2, 18, 200))
    exact_radii_of_trials(steps, (-0.5, 0.5), 0.0, exact)
    bracket_radii_of_trials(steps, (-0.5, 0.5), 0.01, 1e-3, out)
    rounding = 18 * 18 * 2.0**-53
    assert np.all(out[0] <= exact + rounding)
    assert np.all(exact <= out[1] + rounding)
    open_ones = out[1] > 1e-3
    assert np.all((out[1] - out[0])[open_ones] <= 0.01 * out[1][open_ones])
    assert np.all(out[0][~open_ones] == 0.0)
