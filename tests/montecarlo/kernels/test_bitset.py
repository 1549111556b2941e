"""The growing bitset holds the rounded sums, and its bracket encloses the true covering radius."""

from fractions import Fraction

import numpy as np
import oracles
from hypothesis import example, given
from hypothesis import strategies as st
from strategies import dyadic_entries, float_entries, float_intervals

from montecarlo.kernels.covering.bitset import (
    add_entry,
    bracket,
    empty_sum,
    errors_of_bits,
    first_bit_above,
    last_bit_up_to,
    shift_or,
    widest_between,
    words_with,
)
from montecarlo.kernels.covering.coverage import Interval
from montecarlo.kernels.covering.runs import SHORTEST

WORD = 64

bit_strings = st.integers(0, 2**320 - 1) | st.sets(st.integers(0, 319), min_size=1, max_size=24).map(
    lambda bits: sum(1 << b for b in bits)
)


def to_words(number, words):
    """A Python integer as `words` 64-bit words, lowest first."""
    return np.array([number >> (WORD * i) & (2**WORD - 1) for i in range(words)], dtype=np.uint64)


def to_integer(words):
    """64-bit words, lowest first, as a Python integer."""
    return sum(int(word) << (WORD * i) for i, word in enumerate(words))


def bitset_of(entries, width):
    """All entries added one by one, in scratch arrays full of rubbish."""
    room = int(np.abs(np.rint(entries / width)).sum()) // WORD + 8
    bitset = empty_sum((np.full(room, 2**64 - 1, np.uint64), np.full(room, 2**64 - 1, np.uint64)), width)
    for x in entries:
        needed = words_with(bitset, x)
        bitset = add_entry(bitset, x)
        assert bitset.span // WORD + 1 <= needed
    return bitset


@given(bit_strings, st.integers(0, 700) | st.sampled_from([0, 63, 64, 65, 127, 128, 320, 384]))
@example(number=2**320 - 1, shift=1)
def test_shift_or_equals_big_integers(number, shift):
    """new = old | old << shift, for long words as for Python integers, and says how many words that takes."""
    words = max(1, -(-number.bit_length() // WORD))
    old = to_words(number, words + shift // WORD + 1)
    old[words:] = np.uint64(2**64 - 1)  # neither must what lies behind
    new = np.full(words + shift // WORD + 1, 2**64 - 1, dtype=np.uint64)  # stale content must not show through
    total = shift_or(old, words, shift, new)
    assert to_integer(new[:total]) == number | number << shift
    assert to_integer(old[:words]) == number


@given(bit_strings, st.floats(-3.0, 400.0) | st.integers(-2, 400).map(float))
def test_last_bit_up_to_equals_a_loop(number, low):
    """The highest set bit at or below `low`, or -inf."""
    bits = [b for b in range(320) if number >> b & 1 and b <= low]
    assert last_bit_up_to(to_words(number, 5), 5, low) == (bits[-1] if bits else -np.inf)


@given(bit_strings, st.floats(-3.0, 400.0) | st.integers(-2, 400).map(float))
def test_first_bit_above_equals_a_loop(number, low):
    """The lowest set bit above `low`, or +inf."""
    bits = [b for b in range(320) if number >> b & 1 and b > low]
    assert first_bit_above(to_words(number, 5), 5, low) == (bits[0] if bits else np.inf)


@given(bit_strings.filter(lambda number: number.bit_count() > 1), st.integers(SHORTEST, 100), st.data())
@example(number=sum(1 << b for b in (0, 40, 64, 110, 128, 140)), least=SHORTEST, data=None)
def test_widest_between_equals_a_loop(number, least, data):
    """The widest gap between neighbouring set bits of a stretch, or 0; the words are left as they were."""
    points = [b for b in range(320) if number >> b & 1]
    if data is not None:
        first, last = sorted(data.draw(st.lists(st.integers(0, len(points) - 1), min_size=2, max_size=2)))
        points = points[first : last + 1]
    words = to_words(number, 6)
    widest = max(np.diff(points), default=0)
    assert widest_between(words, points[0], points[-1], least) == (widest if widest >= least else 0)
    assert to_integer(words) == number


@given(bit_strings.filter(bool), st.integers(-60, 400), st.integers(0, 400), st.sampled_from([0.0, 0.5, 0.25]))
@example(number=sum(1 << b for b in (0, 40, 64, 110, 128, 140)), low=0, length=140, shift=0.0)  # wide gap inside a word
def test_errors_of_bits_encloses_enumeration(number, low, length, shift):
    """Bounds on the covering radius of the set bits as points, over any interval, also off the grid, also out of reach.

    They differ only where no gap of SHORTEST bits or more decides, and then only by the half of that.
    """
    low, high = low + shift, low + length + 0.5 * shift
    low, high = min(low, high), max(low, high)
    points = [b for b in range(320) if number >> b & 1]
    least, most = map(max, errors_of_bits(to_words(number, 6), 5, Interval(low, high, False), 0.0))
    truth = oracles.covering_radius_of_points(points, low, high)
    assert Fraction(least) <= truth <= Fraction(most)
    assert least == most or most == SHORTEST / 2


@given(dyadic_entries(), st.sampled_from([2.0**-8, 2.0**-14]))
def test_bitset_holds_the_rounded_sums(entries, width):
    """Set bits plus origin are exactly the sums of the rounded entries, and P, N sum the residuals."""
    bitset = bitset_of(entries, width)
    rounded = [int(np.rint(x / width)) for x in entries]
    residuals = entries / width - rounded
    wanted = {int(s) - bitset.origin for s in oracles.subset_sums(rounded)}
    assert to_integer(bitset.bits[: bitset.span // WORD + 1]) == sum(1 << b for b in wanted)
    assert bitset.plus == residuals[residuals > 0].sum()
    assert bitset.minus == -residuals[residuals < 0].sum()


@given(float_entries(max_size=6), float_intervals(), st.sampled_from([0.5, 0.125, 2.0**-7]))
def test_bracket_encloses_the_truth(entries, interval, width):
    """lower <= radius <= upper for any width of the grid, however coarse."""
    scaled = entries / max(1.0, np.abs(entries).max())
    lower, upper = map(max, bracket(bitset_of(scaled, width), Interval(*interval, False)))
    assert lower <= oracles.covering_radius(scaled, *interval) <= upper
    lower, upper = bracket(bitset_of(scaled, width), Interval(*interval, True))
    truth = oracles.one_sided_radii(scaled, *interval)
    assert np.all(np.less_equal(lower, truth))
    assert np.all(np.less_equal(truth, upper))
