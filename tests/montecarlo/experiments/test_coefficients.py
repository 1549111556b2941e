"""Coefficients of Experiment 1: their law, what shares them, and subsets against brute force."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from calibrated import RejectedError, assert_law

from montecarlo.experiments.subset_sums.coefficients import Draw, Rows, solve
from montecarlo.sampling.laws import ReluProduct, Uniform

SHARINGS = ("row", "fresh", "products")


def coefficients_of(draw, layer, row, inputs):
    """(inputs, n): what each weight of a row may use, from the definition."""
    own = draw.own(layer, row, inputs)
    if draw.sharing == "row":
        return np.tile(own, (inputs, 1))
    return own.T if draw.sharing == "fresh" else (own * draw.shared(layer, inputs)).T


def sum_of(entries, mask):
    """The exact sum of a subset, and the one that float64 gives, added in order."""
    chosen = [float(entries[k]) for k in range(entries.size) if int(mask) >> k & 1]
    return sum(map(Fraction, chosen), Fraction(0)), sum(chosen, 0.0)


def least_error(entries, weight):
    sums = [sum((Fraction(float(x)) for x in some), Fraction(0)) for k in range(entries.size + 1)
            for some in itertools.combinations(entries, k)]  # fmt: skip
    return min(abs(Fraction(weight) - s) for s in sums)


def fewest(entries, weight, epsilon):
    """The least number of entries within epsilon; None if there is none."""
    for k in range(entries.size + 1):
        if any(abs(weight - sum(some)) <= epsilon for some in itertools.combinations(entries.tolist(), k)):
            return k
    return None


@pytest.mark.parametrize("sharing", SHARINGS)
def test_sums_are_those_of_the_masks_and_nearest(sharing):
    """Sums to the bit from the masks; errors the least there are in rational arithmetic, up to rounding."""
    draw = Draw(sharing, 9, 0.5, 3)
    weights = np.random.default_rng(1).uniform(-0.4, 0.4, (2, 6))
    _, sums, masks = solve(Rows(draw, "error", None, 1, 4, weights))
    for i, j in np.ndindex(weights.shape):
        entries = coefficients_of(draw, 1, 4 + i, 6)[j]
        exact, added = sum_of(entries, masks[i, j])
        assert sums[i, j] == added
        assert abs(Fraction(weights[i, j]) - exact) <= least_error(entries, weights[i, j]) + Fraction(2.0**-48)


def test_products_of_none_some_and_all():
    """Of 40 inputs some have no u > 0, some one, some both: each weight has the nearest of its sums."""
    draw, weights = Draw("products", 2, 1.0, 0), np.random.default_rng(4).uniform(-0.5, 0.5, (2, 40))
    assert set(np.count_nonzero(draw.shared(0, 40), axis=0)) == {0, 1, 2}
    _, sums, _ = solve(Rows(draw, "error", None, 0, 0, weights))
    for i, j in np.ndindex(weights.shape):
        entries = coefficients_of(draw, 0, i, 40)[j]
        error = abs(Fraction(weights[i, j]) - Fraction(sums[i, j]))
        assert abs(error - least_error(entries, weights[i, j])) < 2.0**-50


@pytest.mark.parametrize("sharing", SHARINGS)
@pytest.mark.parametrize("objective", ["within", "fewest"])
def test_subsets_within_epsilon(sharing, objective):
    """Whatever can be reached is reached; fewest is the least number there is."""
    draw, epsilon = Draw(sharing, 8, 1.0, 5), 0.05
    weights = np.random.default_rng(2).uniform(-0.5, 0.5, (2, 6))
    _, sums, masks = solve(Rows(draw, objective, epsilon, 0, 0, weights))
    reached = 0
    for i, j in np.ndindex(weights.shape):
        entries = coefficients_of(draw, 0, i, 6)[j]
        assert sums[i, j] == sum_of(entries, masks[i, j])[1]
        least = fewest(entries, weights[i, j], epsilon)
        assert (abs(weights[i, j] - sums[i, j]) <= epsilon) == (least is not None)
        reached += least is not None
        if objective == "fewest" and least is not None:
            assert int(masks[i, j]).bit_count() == least
    assert reached > 0


def test_products_keep_nothing_where_u_is_not_positive():
    draw = Draw("products", 12, 1.0, 0)
    _, _, masks = solve(Rows(draw, "error", None, 0, 0, np.full((3, 50), 0.2)))
    off = draw.shared(0, 50) == 0.0
    assert off.any()
    for k, j in np.argwhere(off):
        assert not (masks[:, j] >> np.uint64(k) & np.uint64(1)).any()


@pytest.mark.parametrize("sharing", SHARINGS)
def test_smaller_n_and_other_bounds_are_coupled(sharing):
    """Draws of n = 5 are the first of n = 9; those on [-1/4, 1/4] are a quarter of those on [-1, 1], to the bit."""
    few, many, narrow = (Draw(sharing, n, bound, 7) for n, bound in ((5, 1.0), (9, 1.0), (9, 0.25)))
    assert np.array_equal(few.own(0, 2, 11), many.own(0, 2, 11)[:5])
    assert np.array_equal(narrow.own(0, 2, 11), 0.25 * many.own(0, 2, 11))
    assert np.array_equal(few.shared(0, 11), many.shared(0, 11)[:5])


def test_rows_layers_seeds_and_kinds_differ():
    places = [("fresh", 0, 0, 0), ("fresh", 0, 0, 1), ("fresh", 0, 1, 0), ("fresh", 1, 0, 0), ("products", 0, 0, 0)]
    drawn = [Draw(kind, 5, 1.0, seed).own(layer, row, 4).tobytes() for kind, seed, layer, row in places]
    assert len(set(drawn)) == len(places)


def test_laws():
    """a ~ U[-1/2, 1/2]; products as in Corollary 2. Control: the range of [-1, 1] is rejected."""
    a = np.stack([Draw("fresh", 5, 0.5, 0).own(0, row, 800) for row in range(5)])
    assert_law(a, Uniform(-0.5, 0.5).cdf)
    with pytest.raises(RejectedError):
        assert_law(a, Uniform().cdf)
    products = Draw("products", 40, 1.0, 0)
    one = products.own(0, 0, 500) * products.shared(0, 500)
    assert_law(one, ReluProduct().cdf)


def test_counts_of_random_numbers():
    assert [Draw(kind, 21, 1.0, 0).count((500, 784)) for kind in SHARINGS] == [10_500, 8_232_000, 8_248_464]
