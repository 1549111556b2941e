"""Sums of masks in exact arithmetic: equal to rational numbers, correctly rounded, decided at epsilon to the bit."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from montecarlo.kernels.networks.limbs import exact_sums
from montecarlo.networks.exact_sums import sums_of_masks
from montecarlo.networks.masks import pack, padding, unpack
from montecarlo.networks.wide import Blocks

FINE = 2.0**-52
extremes = st.sampled_from([-(2**52), 2**52, 2**52 - 1, 1, -1, 0, 2**26, 2**26 - 1, -(2**26) - 1, 2**51 + 1])
fine = (st.integers(-(2**52), 2**52) | extremes).map(lambda k: k * FINE)
coarse = st.integers(-8, 8).map(lambda k: k / 8)
any_floats = st.floats(-1.0, 1.0) | st.sampled_from([5e-324, 2.0**-53, 1e-300])


@st.composite
def layers(draw, entries=fine):
    """Blocks of a layer, two masks and weights."""
    m, outputs, inputs = draw(st.integers(1, 12)), draw(st.integers(1, 3)), draw(st.integers(1, 3))

    def array(*shape):
        size = int(np.prod(shape))
        return np.array(draw(st.lists(entries, min_size=size, max_size=size))).reshape(shape)

    generator = np.random.default_rng(draw(st.integers(0, 2**32)))
    neurons = pack(generator.random((inputs, m)) < draw(st.sampled_from([0.5, 1.0])))
    masks = pack(generator.random((inputs, outputs, m)) < 0.5)
    return Blocks(array(inputs, m), array(inputs, outputs, m)), neurons, masks, array(outputs, inputs)


def rational(blocks, neurons, masks):
    """(2, outputs, inputs) sums as fractions, entry by entry."""
    inputs, outputs, m = blocks.v.shape
    keep = unpack(masks, m) & unpack(neurons, m)[:, None]
    total = np.full((2, outputs, inputs), Fraction(0))
    for j, i, k in np.argwhere(keep):
        u = Fraction(float(blocks.u[j, k]))
        if u:
            total[int(u < 0), i, j] += Fraction(float(blocks.v[j, i, k])) * u
    return total


def check(case, epsilon):
    blocks, neurons, masks, weights = case
    found, wanted = sums_of_masks(*case, epsilon), rational(blocks, neurons, masks)
    for s, i, j in np.ndindex(found.sums.shape):
        assert found.sums[s, i, j] == float(wanted[s, i, j])
        assert found.missed[s, i, j] == (abs(Fraction(float(weights[i, j])) - wanted[s, i, j]) > Fraction(epsilon))


@pytest.mark.parametrize("entries", [fine, coarse, any_floats], ids=["fine", "coarse", "any"])
def test_sums_equal_rational_numbers(entries):
    """Correctly rounded, and |w - sum| <= epsilon decided without rounding: on the law's grid, and off it."""

    @given(layers(entries), st.sampled_from([0.0, 0.125, 0.01, 1.0]))
    def holds(case, epsilon):
        check(case, epsilon)

    holds()


@given(layers(), st.data())
def test_exactly_epsilon_is_no_miss(case, data):
    """epsilon = |w - sum| where that is a float: no miss; the next float below: a miss."""
    blocks, neurons, masks, weights = case
    wanted = rational(blocks, neurons, masks)
    place = tuple(data.draw(st.integers(0, size - 1)) for size in wanted.shape)
    error = abs(Fraction(float(weights[place[1:]])) - wanted[place])
    limit = float(error)
    found = sums_of_masks(*case, limit).missed[place]
    assert found == (error > Fraction(limit))
    if error > 0:
        assert sums_of_masks(*case, float(np.nextafter(limit, -1.0))).missed[place]


def test_sums_are_not_those_of_floats():
    """Control: added in floats, a third of the sums of 30 entries would be wrong in the last digit."""
    rng = np.random.default_rng(0)
    blocks = Blocks(rng.uniform(-1.0, 1.0, (40, 60)), rng.uniform(-1.0, 1.0, (40, 5, 60)))
    keep = rng.random((40, 5, 60)) < 0.3
    everything = pack(np.ones((40, 60), bool))
    found = sums_of_masks(blocks, everything, pack(keep), np.zeros((5, 40)), None)
    wanted = rational(blocks, everything, pack(keep)).astype(float)
    np.testing.assert_array_equal(found.sums, wanted)
    floats = np.einsum("jk,jik->ij", np.maximum(blocks.u, 0.0), blocks.v * keep)
    assert (floats != wanted[0]).mean() > 0.3
    assert not found.missed.any()


def test_the_most_entries_do_not_overflow():
    """400 of the largest entries there are: of one sign, above 2, left to rational numbers; of two, they cancel."""
    m = 400
    for v in (np.ones(m), np.where(np.arange(m) % 2, 1.0, -1.0) * (1.0 - FINE), np.full(m, -1.0)):
        u = np.full(m, 1.0 - FINE)
        high, low, kept = np.empty((2, 1)), np.empty((2, 1)), np.zeros((2, 1), np.int64)
        exact_sums(u, v[None], pack(np.ones((1, m), bool)), high, low, kept)
        total = sum(Fraction(a) * Fraction(b) for a, b in zip(u, v, strict=True))
        assert kept[0, 0] == m
        if abs(total) <= 2:
            assert Fraction(high[0, 0]) + Fraction(low[0, 0]) == total
        else:
            assert np.isnan(high[0, 0])
        found = sums_of_masks(
            Blocks(u[None], v[None, None]),
            *(pack(np.ones((1, *a, m), bool)) for a in ((), (1,))),
            np.zeros((1, 1)),
            0.5,
        )
        assert found.sums[0, 0, 0] == float(total)


def test_numbers_that_are_none_are_missed():
    """NaN and infinities in use, or numbers far beyond any law: no sum, and a miss."""
    for bad in (np.nan, np.inf, -np.inf, 1e200):
        blocks = Blocks(
            np.array([[0.5, 0.5]]),
            np.array(
                [
                    [[bad, 0.5]],
                ]
            ),
        )
        for keep, sound in (([True, True], False), ([False, True], True)):
            mask = pack(np.array([[keep]]))
            found = sums_of_masks(blocks, pack(np.ones((1, 2), bool)), mask, np.full((1, 1), 0.25), 0.01)
            assert found.missed[0, 0, 0] != sound
            assert np.isnan(found.sums[0, 0, 0]) != sound


@pytest.mark.parametrize("side", ["u", "v"])
def test_numbers_beyond_1_do_not_overflow(side):
    """Four products of 2^10 and 1, whose limbs would add up to 2^64."""
    large, ones = np.full((1, 4), 2.0**10), np.ones((1, 4))
    u, v = (large, ones) if side == "u" else (ones, large)
    every = pack(np.ones((1, 4), bool))
    found = sums_of_masks(Blocks(u, v[None]), every, every[None], np.full((1, 1), 0.25), 0.01)
    assert found.sums[0, 0, 0] == 2.0**12


@given(st.integers(1, 30), st.integers(0, 2**32))
def test_masks_are_packed_and_unpacked(m, seed):
    """Bit k for entry k, from the lowest of the first byte; the bits behind are the padding, and 0."""
    kept = np.random.default_rng(seed).random((3, m)) < 0.5
    packed = pack(kept)
    numbers = [int.from_bytes(row.tobytes(), "little") for row in packed]
    assert numbers == [sum(1 << k for k in np.flatnonzero(row).tolist()) for row in kept]
    np.testing.assert_array_equal(unpack(packed, m), kept)
    assert not (packed & padding(m)).any()
    assert int.from_bytes(padding(m).tobytes(), "little") == (1 << 8 * packed.shape[1]) - (1 << m)
