"""The search over all masks: its points are where errors can be largest, and it misses no choice of forms."""

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from strategies import dyadics

from montecarlo.kernels.networks.masks import candidate_points, form_outputs, least_errors, mask_errors

neurons_of = st.integers(0, 2**32).map(lambda seed: np.random.default_rng(seed).uniform(-1.0, 1.0, (4, 3)))


def test_points_are_corners_axes_and_kinks():
    """Eight fixed points, then for every neuron both ends of m.x = 0; all on the boundary, no two fixed ones equal."""
    neurons = np.random.default_rng(0).uniform(-1.0, 1.0, (50, 3))
    points = np.empty((2, 108))
    candidate_points(neurons, points)
    assert np.all(np.abs(points).max(axis=0) == 1.0)
    fixed = {tuple(point) for point in points[:, :8].T}
    assert fixed == set(itertools.product((-1.0, 0.0, 1.0), repeat=2)) - {(0.0, 0.0)}
    kinks = points[:, 8:].reshape(2, 50, 2)
    np.testing.assert_array_equal(kinks[:, :, 0], -kinks[:, :, 1])
    assert np.all(np.abs(np.einsum("ik,kie->ie", neurons[:, :2], kinks)) < 1e-15)


def test_neurons_without_weights_are_harmless():
    """m = 0 has no kink: its points are corners, and it changes no error."""
    neurons = np.array([[1.0, 0.0, 0.5], [0.0, 0.0, 0.7], [0.0, -1.0, -0.25]])
    without, with_it = np.empty((2, 2)), np.empty((2, 3))
    mask_errors(neurons[[0, 2]], 0.5, 0.25, without)
    mask_errors(neurons, 0.5, 0.25, with_it)
    assert with_it[0].tolist() == [without[0, 0], without[0, 0], without[0, 1]]


@given(neurons_of)
def test_forms_are_nothing_each_weight_and_both(neurons):
    """outputs[i, f, p] = v relu of what form f keeps; form 0 is silent."""
    points, outputs = np.empty((2, 16)), np.full((4, 4, 16), np.nan)
    candidate_points(neurons, points)
    form_outputs(neurons, points, outputs)
    for f, kept in enumerate([(0, 0), (1, 0), (0, 1), (1, 1)]):
        wanted = neurons[:, 2:] * np.maximum(neurons[:, :2] * kept @ points, 0.0)
        np.testing.assert_allclose(outputs[:, f], wanted, rtol=0.0, atol=1e-15)


@given(st.data(), st.integers(1, 4), st.integers(1, 4))
def test_least_errors_try_every_choice(data, n, forms):
    """min over forms of max over the points seen, for every prefix, to the bit, beside enumeration."""
    outputs = data.draw(arrays(float, (n, forms, 5), elements=dyadics))
    outputs[:, 0] = 0.0
    target, seen = data.draw(arrays(float, 5, elements=dyadics)), np.full(n, 5)
    found = np.empty(n)
    least_errors(target, outputs, seen, found)
    for k in range(n):
        choices = itertools.product(range(forms), repeat=k + 1)
        sums = (sum(outputs[i, form] for i, form in enumerate(choice)) for choice in choices)
        assert found[k] == min(np.abs(target - total).max() for total in sums)


@given(neurons_of)
def test_later_neurons_change_no_bit(neurons):
    """The errors of the first two neurons are the same whoever comes after: later kinks are not looked at."""
    few, many = np.empty((2, 2)), np.empty((2, 4))
    mask_errors(neurons[:2], 0.5, -0.25, few)
    mask_errors(neurons, 0.5, -0.25, many)
    np.testing.assert_array_equal(few, many[:, :2])
