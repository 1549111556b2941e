"""Random matrices of norm 1: what each kind promises of entries, rank and singular values."""

import numpy as np
import pytest
from calibrated import assert_rate

from montecarlo import InputError
from montecarlo.sampling.matrices import check_kind, unit_matrix

KINDS = ("gaussian", "orthogonal", "low-rank", "sparse", "equal")
SHAPES = ((4, 4), (3, 7), (7, 3), (1, 6))


def made(kind, shape, seed=0):
    return unit_matrix(kind, np.random.default_rng(seed), *shape)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", KINDS)
def test_norms_are_1_and_surely_not_above(kind, shape):
    """Of 20 draws, by singular values; 2^-40 is left for rounding."""
    for seed in range(20):
        matrix = made(kind, shape, seed)
        assert matrix.shape == shape
        assert 1.0 - 1e-11 < np.linalg.svd(matrix, compute_uv=False)[0] < 1.0 - 1e-13


@pytest.mark.parametrize("shape", SHAPES)
def test_gaussian_entries_are_those_drawn(shape):
    drawn = np.random.default_rng(0).standard_normal(shape)
    ratio = made("gaussian", shape) / drawn
    np.testing.assert_allclose(ratio, ratio[0, 0], rtol=1e-13)


@pytest.mark.parametrize("shape", SHAPES)
def test_orthogonal_matrices_are_factors_with_a_positive_triangle(shape):
    """Q of Q R = A, tall and gaussian, R upper triangular and positive on its diagonal; transposed where it is wide."""
    tall = np.random.default_rng(0).standard_normal((max(shape), min(shape)))
    matrix = made("orthogonal", shape)
    q = matrix if shape[0] >= shape[1] else matrix.T
    triangle = q.T @ tall
    np.testing.assert_allclose(np.tril(triangle, -1), 0.0, atol=1e-11)
    assert (np.diag(triangle) > 0.0).all()
    np.testing.assert_allclose(np.linalg.svd(matrix, compute_uv=False), 1.0, rtol=1e-11)


def test_orthogonal_entries_have_both_signs():
    """The first entry is positive in half of 400 draws (1e-8)."""
    assert_rate(sum(made("orthogonal", (3, 3), seed)[0, 0] > 0.0 for seed in range(400)), 400, 0.5, 0.5)


@pytest.mark.parametrize(("shape", "rank"), [((6, 9), 2), ((9, 6), 2), ((1, 6), 1)])
def test_low_rank(shape, rank):
    assert np.linalg.matrix_rank(made("low-rank", shape)) == rank


@pytest.mark.parametrize(("shape", "count"), [((50, 9), 4), ((50, 4), 4), ((9, 3), 3)])
def test_sparse_rows_have_4_weights(shape, count):
    """Fewer where there are fewer inputs; over 50 rows no input of 9 is left out."""
    matrix = made("sparse", shape)
    assert (np.count_nonzero(matrix, axis=1) == count).all()
    assert matrix.any(axis=0).all()


def test_equal_weights_are_equal():
    np.testing.assert_allclose(made("equal", (4, 9)), 1.0 / 6.0, rtol=1e-11)


def test_another_kind_is_refused():
    with pytest.raises(InputError, match=r"kind of target must be one of gaussian, .*, equal, got 'dense'"):
        check_kind("dense")
