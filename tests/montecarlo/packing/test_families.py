"""The functions a network can be pruned to: counts against brute force, errors against samples and a grid."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from montecarlo import InputError
from montecarlo.packing import (
    count_deep_functions,
    count_functions,
    error_bounds,
    errors_at,
    forms,
    operator_norms,
    prunings,
)

small = st.integers(-3, 3)


def brute_count(inner, outer, probes):
    """Distinct tuples of values at the probes over all masks, neuron by neuron, in integers."""
    s, d = inner.shape
    seen = set()
    for bits in product((0, 1), repeat=2 * s * d):
        t, keep = np.reshape(bits[: s * d], (s, d)), np.reshape(bits[s * d :], (d, s))
        m, n = (t * inner).tolist(), (keep * outer).tolist()
        values = []
        for x in probes:
            hidden = [max(sum(a * b for a, b in zip(row, x, strict=True)), 0) for row in m]
            values += [sum(a * b for a, b in zip(row, hidden, strict=True)) for row in n]
        seen.add(tuple(values))
    return len(seen)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(small, small), min_size=1, max_size=4))
def test_counts_on_the_line_are_those_of_brute_force(neurons):
    """d = 1: all 4^s masks at x = 1 and x = -1, where a function is settled; coinciding weights included."""
    inner, outer = (np.array(part) for part in zip(*neurons, strict=True))
    probes = [(1,), (-1,)]
    assert count_functions(inner[:, None], outer[None]) == brute_count(inner[:, None], outer[None], probes)


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 2**30), st.sampled_from([1, 2, 5]))
def test_counts_in_the_plane_are_those_of_brute_force(seed, size):
    """d = 2, s = 2: all 256 masks at 40 points; few values make kinks and sums coincide."""
    generator = np.random.default_rng(seed)
    inner, outer = generator.integers(-size, size + 1, (2, 2)), generator.integers(-size, size + 1, (2, 2))
    probes = generator.integers(-97, 98, (40, 2)).tolist()
    assert count_functions(inner, outer) == brute_count(inner, outer, probes)


@pytest.mark.parametrize(("d", "most"), [(1, 12), (2, 4), (3, 2)])
def test_generic_networks_have_the_closed_form(d, most):
    """(1 + (2^d - 1)^2)^s functions of 2^(2sd) masks, for weights without coincidences; d = 1: 2^s of 4^s."""
    generator = np.random.default_rng(d)
    for s in range(1, most + 1):
        inner, outer = generator.integers(1, 2**18, (s, d)), generator.integers(1, 2**18, (d, s))
        inner *= generator.choice([-1, 1], (s, d))
        masks, functions = prunings(d, s)
        assert count_functions(inner, outer) == functions == forms(d) ** s
        assert masks == 4 ** (s * d)


def test_special_networks_have_fewer():
    """Equal neurons are one and the same twice: 3 functions of two for d = 1, not 4; a zero weight leaves nothing."""
    assert count_functions(np.array([[1], [1]]), np.array([[1, 1]])) == 3
    assert count_functions(np.array([[0], [1]]), np.array([[1, 1]])) == 2


def test_opposite_rows_share_a_line():
    """relu(2y) + relu(-x - y) + relu(x - y) is the same with all signs turned; 4,096 prunings, told apart on a grid."""
    half = np.array([[0, 2], [-1, -1], [1, -1]])
    inner, points = np.concatenate([half, -half]), np.array(list(product(range(-4, 5), repeat=2)))
    values = np.zeros((1, len(points)))
    for row in inner:
        forms = np.array([np.maximum(points @ (row * kept), 0) for kept in product((0, 1), repeat=2)])
        values = np.unique((values[:, None] + forms).reshape(-1, len(points)), axis=0)
    assert count_functions(inner, np.array([[1] * 6, [0] * 6])) == len(values) == 644


def test_deep_counts_are_those_of_brute_force():
    """Depth 3, widths 1 and 2: all 8 and 256 masks, one by one; at most 2^m."""
    generator = np.random.default_rng(0)
    for k in (1, 2, 2, 2):
        a, c, b = generator.integers(-4, 5, k), generator.integers(-4, 5, k), generator.integers(-4, 5, (k, k))
        seen = set()
        for bits in product((0, 1), repeat=2 * k + k * k):
            t, u, v = np.array(bits[:k]) * a, np.array(bits[k : 2 * k]) * c, np.reshape(bits[2 * k :], (k, k)) * b
            seen.add(tuple(int(u @ np.maximum(v @ np.maximum(t * x, 0), 0)) for x in (1, -1)))
        assert count_deep_functions(a, b, c) == len(seen) <= 2 ** (2 * k + k * k)


def test_what_cannot_be_counted_is_refused():
    with pytest.raises(InputError, match="M must hold integers of at most 2\\^20 in size"):
        count_functions(np.array([[0.5]]), np.array([[1]]))
    with pytest.raises(InputError, match=r"functions of s = 12 neurons, d = 2, need about .* to be counted; lower s"):
        count_functions(np.ones((12, 2), int), np.ones((2, 12), int))
    with pytest.raises(InputError, match="width must be at most 3"):
        count_deep_functions(np.ones(4, int), np.ones((4, 4), int), np.ones(4, int))


@pytest.mark.parametrize("s", [0, 1, 3, 6])
@pytest.mark.parametrize("kind", ["random", "masked", "integer"])
def test_errors_in_the_plane_lie_between_samples_and_a_certified_grid(s, kind):
    """d = 2: no sample on the circle is above; on a grid of angle h, the largest and its slope times h/2 is."""
    generator = np.random.default_rng(s)
    for _ in range(10):
        inner, outer, target = (generator.normal(size=shape) for shape in ((s, 2), (2, s), (2, 2)))
        if kind == "masked":
            inner, outer = inner * (generator.random((s, 2)) < 0.5), outer * (generator.random((2, s)) < 0.6)
        if kind == "integer":
            inner, outer, target = np.rint(inner), np.rint(outer), np.rint(target)
        lower, upper = error_bounds(inner, outer, target)
        assert lower == upper
        angles = np.linspace(0.0, 2.0 * np.pi, 4001)
        sampled = errors_at(inner, outer, target, np.stack([np.cos(angles), np.sin(angles)], axis=1)).max()
        steepest = np.linalg.norm(target, 2) + sum(
            np.linalg.norm(outer[:, i]) * np.linalg.norm(inner[i]) for i in range(s)
        )
        assert sampled <= upper * (1.0 + 1e-12) + 1e-12
        assert upper <= sampled + steepest * (angles[1] - angles[0]) / 2.0


@pytest.mark.parametrize("d", [1, 3, 4])
def test_bounds_beyond_the_plane_hold(d):
    """Samples inside the ball stay below the upper bound; the lower one is attained; a linear g is exact."""
    generator = np.random.default_rng(d)
    for _ in range(20):
        inner, outer, target = (generator.normal(size=shape) for shape in ((5, d), (d, 5), (d, d)))
        lower, upper = error_bounds(inner, outer, target)
        points = generator.normal(size=(2000, d))
        points /= np.linalg.norm(points, axis=1)[:, None]
        assert lower <= upper * (1.0 + 1e-12)
        assert errors_at(inner, outer, target, points).max() <= upper * (1.0 + 1e-12)
        linear = np.concatenate([np.eye(d), -np.eye(d)]), np.concatenate([np.eye(d), -np.eye(d)], axis=1)
        norm = operator_norms((np.eye(d) - target)[None])[0]
        assert error_bounds(*linear, target)[0] == pytest.approx(norm, rel=1e-9)


@pytest.mark.parametrize("signs", list(product((1.0, -1.0), repeat=2)))
def test_a_neuron_that_fires_on_one_side_is_met_there(signs):
    """d = 3, one neuron beside W = 0: its error is attained at one end of the singular vector alone."""
    inner, outer = signs[0] * np.array([[1.0, 2.0, 2.0]]) / 3.0, signs[1] * np.eye(3)[:, :1]
    np.testing.assert_allclose(error_bounds(inner, outer, np.zeros((3, 3))), 1.0, rtol=1e-12)


def test_errors_on_the_line_are_those_of_the_ends():
    """d = 1: the larger of the errors at 1 and -1, exactly on dyadic weights."""
    inner, outer = np.array([[1.0], [-0.5], [0.25]]), np.array([[0.5, 1.0, -1.0]])
    assert error_bounds(inner, outer, [[0.375]]) == (0.875, 0.875)  # slopes 1/4 and -1/2
