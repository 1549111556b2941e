"""Norms rounded up, against rational arithmetic; the same for differences evaluated at a point, rounded down."""

from fractions import Fraction

import numpy as np
import pytest
from differences import KINDS, at_least_norm, network, networks, rational, square_at
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from montecarlo.networks.bounds.attack import inside_ball
from montecarlo.networks.bounds.enclosures import add, difference_down, exact
from montecarlo.networks.bounds.norms import (
    UNIT,
    difference_up,
    frobenius_up,
    kinked_up,
    norm_up,
    product_up,
    rows_up,
    sum_up,
)

SLACK = 1e-9
SHAPES = st.tuples(st.integers(1, 4), st.integers(1, 4))
DYADIC = st.integers(-(2**10), 2**10).map(lambda k: k / 2**10)


def families():
    """Matrices of all sorts up to 6 x 7: random, of rank one, orthogonal, with entries far apart."""
    generator = np.random.default_rng(1)
    for _ in range(40):
        m, n = generator.integers(1, 7, 2)
        yield generator.standard_normal((m, n))
        yield np.outer(generator.standard_normal(m), generator.standard_normal(n))
        yield np.linalg.qr(generator.standard_normal((n, n)))[0]
        yield generator.standard_normal((m, n)) * 10.0 ** generator.integers(-150, 150, (m, 1))


@given(SHAPES.flatmap(lambda shape: arrays(float, shape, elements=DYADIC)))
def test_a_norm_is_never_below_the_true_one_and_hardly_above(matrix):
    assert at_least_norm(norm_up(matrix), matrix)
    assert norm_up(matrix) <= np.linalg.norm(matrix, 2) * (1.0 + SLACK)


def test_norms_of_random_matrices_hold_and_rounding_to_nearest_would_not():
    matrices = list(families())
    assert all(at_least_norm(norm_up(matrix), matrix) for matrix in matrices)
    assert all(norm_up(matrix) <= np.linalg.norm(matrix, 2) * (1.0 + SLACK) for matrix in matrices)
    assert sum(not at_least_norm(np.linalg.norm(matrix, 2), matrix) for matrix in matrices) > len(matrices) // 8


def test_wide_and_tall_norms_are_within_the_slack():
    generator = np.random.default_rng(2)
    for shape in [(300, 40), (40, 300), (200, 200)]:
        matrix = generator.uniform(-1.0, 1.0, shape)
        assert 1.0 < norm_up(matrix) / np.linalg.norm(matrix, 2) < 1.0 + SLACK


@pytest.mark.parametrize("exponent", [-900, 900, 1015])
def test_scaling_by_powers_of_two_scales_the_bound(exponent):
    matrix = np.random.default_rng(3).integers(-32, 33, (3, 4)) / 1.0
    scaled = norm_up(np.ldexp(matrix, exponent))
    assert at_least_norm(scaled, np.ldexp(matrix, exponent))
    assert scaled == np.ldexp(norm_up(matrix), exponent)


def test_a_bound_below_the_normal_numbers_is_rounded_up_as_well():
    """2^-1070 times integers: the bound is above the norm, by two of the smallest numbers at most."""
    matrix = np.random.default_rng(3).integers(-32, 33, (3, 4)) / 1.0
    scaled = norm_up(np.ldexp(matrix, -1070))
    assert at_least_norm(scaled, np.ldexp(matrix, -1070))
    assert 0.0 <= scaled - np.ldexp(norm_up(matrix), -1070) <= 2.0 * 2.0**-1074


def test_a_bound_that_overflows_is_infinite_and_zeros_have_norm_0():
    assert norm_up(np.full((4, 4), 1.7e308)) == np.inf
    zeros = np.zeros((2, 3))
    assert norm_up(zeros) == frobenius_up(zeros) == kinked_up(zeros, zeros) == difference_up(zeros, zeros) == 0.0
    assert norm_up(np.array([[-5e-324]])) >= 5e-324
    assert sum_up(0.0, 0.0) == product_up(0.0, np.inf) == 0.0


@given(st.lists(st.floats(0.0, 1e6), min_size=1, max_size=5))
def test_sums_and_products_are_rounded_up(terms):
    exact = [Fraction(term) for term in terms]
    assert Fraction(sum_up(*terms)) >= sum(exact)
    assert Fraction(product_up(*terms)) >= np.prod(np.array(exact, dtype=object))


def test_norms_of_differences_allow_for_the_rounding_of_the_difference():
    generator = np.random.default_rng(4)
    for _ in range(100):
        one = generator.standard_normal((3, 4))
        other = one + generator.standard_normal((3, 4)) * 10.0 ** generator.uniform(-15.0, 15.0, (3, 4))
        assert at_least_norm(difference_up(one, other), rational(one) - rational(other))


def test_a_rounded_difference_has_a_bound_of_its_own():
    """Above that of the difference as it was rounded, by 2 u times its Frobenius norm at least."""
    one, other = np.array([[1.0, 0.25]]), np.array([[-(2.0**-54), 0.0]])
    assert difference_up(one, other) >= norm_up(one - other) + 2.0 * UNIT


def test_a_sum_is_known_up_to_its_rounding():
    """1 + 2^-60 is 1 in float64."""
    found = add(exact(np.array([1.0])), exact(np.array([2.0**-60])))
    assert abs(1 + Fraction(1, 2**60) - Fraction(found.centre[0])) <= Fraction(found.radius[0])


def test_a_map_with_a_kink_is_bounded_and_one_without_has_its_norm():
    generator = np.random.default_rng(5)
    for _ in range(100):
        shape = generator.integers(1, 6, 2)
        a, b = generator.standard_normal((2, *shape))
        x = inside_ball(generator.standard_normal((500, shape[1])))
        images = np.linalg.norm(np.maximum(x, 0.0) @ a.T + np.minimum(x, 0.0) @ b.T, axis=1)
        assert images.max() <= kinked_up(a, b) <= min(norm_up(np.hstack([a, b])), rows_up(a, b)) * (1.0 + SLACK)
        assert kinked_up(a, a) == norm_up(a)


def test_one_row_with_a_kink_is_bounded_by_its_supremum():
    a, b = np.array([[3.0, -1.0, 0.0]]), np.array([[-4.0, -2.0, 5.0]])
    assert kinked_up(a, b) == pytest.approx(np.sqrt(26.0), rel=1e-12)  # upwards (4, 2, 0), downwards (0, 1, 5)


@settings(max_examples=60)
@given(networks(), st.integers(0, 2**32))
def test_differences_at_a_point_are_never_above_the_true_ones(pairs, seed):
    for x in inside_ball(np.random.default_rng(seed).standard_normal((4, pairs[0].weights.shape[1]))):
        value, square = difference_down(pairs, x), square_at(pairs, x)
        assert Fraction(value) ** 2 <= square
        assert value >= np.sqrt(float(square)) * (1.0 - SLACK) - 1e-13


@pytest.mark.parametrize("kind", KINDS)
def test_small_differences_keep_their_relative_precision(kind):
    generator = np.random.default_rng(6)
    for _ in range(10):
        pairs = network(generator, (4, 5, 3), size=1e-9, kind=kind)
        x = inside_ball(generator.standard_normal(4))
        value, square = difference_down(pairs, x), square_at(pairs, x)
        assert Fraction(value) ** 2 <= square
        assert value >= float(square) ** 0.5 * (1.0 - 1e-5)


@given(arrays(float, (3, 5), elements=st.floats(-1e300, 1e300)))
def test_points_put_in_the_ball_are_in_it(points):
    for x, before in zip(inside_ball(points), points, strict=True):
        square = sum(Fraction(float(value)) ** 2 for value in x)
        assert square <= 1
        assert square > 1 - Fraction(1, 10**12) if before.any() else square == 0
