"""Norms of tiny matrices: above the truth, by little, whatever the entries; beside LAPACK and dense inputs."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from montecarlo.kernels.networks.norms import MOST_SQUARINGS, SQUARINGS, kinked_up, norm_up

entries = st.integers(-(2**20), 2**20).map(lambda k: k / 2**20) | st.sampled_from([0.0, 1e-160, -1e-200, 1e150, 1.0])
shapes = st.tuples(st.integers(1, 5), st.integers(1, 5))


@given(shapes.flatmap(lambda shape: arrays(float, shape, elements=entries)))
def test_norm_is_enclosed(a):
    """norm <= norm_up <= norm d^(2^-(s+2)), up to the rounding of the reference."""
    norm = np.linalg.norm(a, 2)
    for squarings in (SQUARINGS, MOST_SQUARINGS):
        found = norm_up(a, squarings)
        assert found >= norm * (1.0 - 1e-13)
        assert found <= norm * (len(a) ** 0.5 ** (squarings + 2) * (1.0 + 1e-12)) + 1e-300


@given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=5))
def test_norm_of_a_row_is_not_below_the_truth(row):
    """One row: the square of the bound is at least the sum of squares, in fractions."""
    found = norm_up(np.array([row], float) / 7.0, SQUARINGS)
    assert Fraction(found) ** 2 >= sum(Fraction(value / 7.0) ** 2 for value in row)


def test_norm_of_a_target_is_not_above_1():
    """What `matrices.unit_matrix` gives has a norm that is seen to be at most 1."""
    from montecarlo.sampling.matrices import unit_matrix

    for d in (1, 2, 8, 30):
        assert 1.0 - 1e-11 < norm_up(unit_matrix("gaussian", np.random.default_rng(d), d, d), MOST_SQUARINGS) <= 1.0


@pytest.mark.parametrize("d", [1, 2, 3, 4])
def test_kinked_norm_is_safe(d):
    """||a x+ + b x-|| at 2000 points of the sphere is not above the bound, which is below ||[a, b]|| 1.5."""
    rng = np.random.default_rng(d)
    x = rng.standard_normal((2000, d))
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    for a, b in rng.standard_normal((50, 2, d, d)):
        values = np.linalg.norm(np.maximum(x, 0.0) @ a.T + np.minimum(x, 0.0) @ b.T, axis=1)
        found = kinked_up(a, b)
        assert values.max() <= found
        assert found <= 1.5 * np.linalg.norm(np.hstack([a, b]), 2)


def test_kinked_norm_without_a_kink_is_the_norm():
    """a = b: the norm of a, up to the least share."""
    a = np.random.default_rng(0).standard_normal((3, 3))
    assert kinked_up(a, a) == pytest.approx(np.linalg.norm(a, 2), rel=1e-3)
    assert kinked_up(0.0 * a, 0.0 * a) == 0.0
