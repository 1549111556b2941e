"""The supremum of one pair's error over the ball and the box, against closed forms, brute force and samples."""

import itertools

import numpy as np
import pytest
from differences import KINDS, faces_by_force, network, networks, plane_by_angle
from hypothesis import given, settings

from montecarlo import InputError
from montecarlo.networks.bounds.attack import inside_ball
from montecarlo.networks.bounds.exact import enclose
from montecarlo.networks.bounds.norms import kinked_difference_up, norm_up
from montecarlo.networks.pairs import Pair, pruned_outputs, target_outputs

SLACK = 1e-9
ROUNDING = 1e-12


def cases(most_inputs, many=1, fewest=1, outputs=(1, 2, 4)):
    """One pair a case, of every kind, with so many inputs and outputs."""
    generator = np.random.default_rng(most_inputs)
    for kind, d, m, _ in itertools.product(KINDS, range(fewest, most_inputs + 1), outputs, range(many)):
        yield network(generator, (d, m), kind=kind)[0]


def agrees(found, value):
    """lower <= value <= upper up to rounding, and the two within the slack."""
    assert found.lower <= value * (1.0 + ROUNDING)
    assert value <= found.upper * (1.0 + ROUNDING)
    assert found.upper <= found.lower * (1.0 + SLACK)


def test_one_input_has_two_ends():
    for pair in cases(1):
        ends = [np.linalg.norm(pair.weights - side) for side in (pair.positive, pair.negative)]
        agrees(enclose(pair), max(ends))
        agrees(enclose(pair, "box"), max(ends))


def test_two_inputs_have_a_closed_form_in_every_quadrant():
    for pair in cases(2, fewest=2, many=2):
        agrees(enclose(pair), plane_by_angle(pair))


def test_few_inputs_equal_all_eigenvectors_of_all_faces():
    for pair in cases(4, fewest=3):
        agrees(enclose(pair), faces_by_force(pair))


@settings(max_examples=15)
@given(networks(most_layers=1, most_width=5))
def test_repeated_eigenvalues_are_no_exception(pairs):
    agrees(enclose(pairs[0]), faces_by_force(pairs[0]))


def test_no_sample_is_above_the_supremum():
    generator = np.random.default_rng(8)
    for pair in cases(7, fewest=3, outputs=(3,)):
        points = generator.standard_normal((2000, pair.weights.shape[1]))
        for domain, x in (("ball", inside_ball(points)), ("box", np.clip(2.0 * points, -1.0, 1.0))):
            values = np.linalg.norm(target_outputs([pair], x) - pruned_outputs([pair], x), axis=1)
            assert values.max() <= enclose(pair, domain).upper * (1.0 + ROUNDING) + 1e-14


def test_the_box_is_decided_at_signs_and_zeros():
    for pair in cases(4):
        x = np.array(list(itertools.product([-1.0, 0.0, 1.0], repeat=pair.weights.shape[1])))
        values = np.linalg.norm(target_outputs([pair], x) - pruned_outputs([pair], x), axis=1)
        agrees(enclose(pair, "box"), values.max())


def test_one_output_over_the_box_is_a_sum():
    for pair in cases(5, outputs=(1,), many=6):
        a, b = pair.weights - pair.positive, pair.weights - pair.negative
        sums = [np.maximum(np.maximum(v * a, -v * b), 0.0).sum() for v in (1.0, -1.0)]
        agrees(enclose(pair, "box"), max(sums))


def test_the_input_is_in_its_domain_and_attains_the_lower_bound():
    for pair, domain in itertools.product(cases(5, fewest=4, outputs=(1, 3)), ("ball", "box")):
        found = enclose(pair, domain)
        assert np.linalg.norm(found.x, 2 if domain == "ball" else np.inf) <= 1.0 + ROUNDING
        error = np.linalg.norm(target_outputs([pair], found.x) - pruned_outputs([pair], found.x))
        assert error == pytest.approx(found.lower, rel=1e-9, abs=1e-12)


def test_the_largest_spectral_norm_over_sign_patterns_is_a_bound_but_not_the_supremum():
    apart = 0
    for pair in cases(4, fewest=3, outputs=(2, 4)):
        sides = pair.weights - pair.positive, pair.negative - pair.weights
        d = pair.weights.shape[1]
        norms = [
            norm_up(np.stack([sides[s][:, j] for j, s in enumerate(signs)], axis=1))
            for signs in itertools.product((0, 1), repeat=d)
        ]
        assert max(norms) >= enclose(pair).lower
        apart += max(norms) > enclose(pair).upper * 1.001
    assert apart > 5


@pytest.mark.parametrize("scale", [2.0**-400, 2.0**-40, 2.0**400])
def test_scaling_by_powers_of_two_scales_the_supremum(scale):
    pair = network(np.random.default_rng(9), (5, 3))[0]
    found, scaled = enclose(pair), enclose(Pair(*(scale * matrix for matrix in pair)))
    assert scaled.upper == scale * found.upper
    assert scaled.lower == pytest.approx(scale * found.lower, rel=1e-12)


def test_equal_and_orthogonal_errors():
    w = np.ones((2, 3))
    assert enclose(Pair(w, w, w)).upper == enclose(Pair(w, w, w), "box").upper == 0.0
    flip = np.eye(4)
    agrees(enclose(Pair(flip, 0.0 * flip, 0.0 * flip)), 1.0)
    agrees(enclose(Pair(flip, 0.0 * flip, 0.0 * flip), "box"), 2.0)
    ones = np.ones((3, 12))
    agrees(enclose(Pair(ones, 0.0 * ones, 2.0 * ones)), 6.0)


def test_the_certificate_is_above_the_supremum():
    for pair in cases(6, fewest=5, outputs=(3,)):
        assert kinked_difference_up(*pair) >= enclose(pair).lower


def test_many_inputs_are_refused():
    w = np.zeros((1, 13))
    with pytest.raises(InputError, match="at most 12 inputs, got 13"):
        enclose(Pair(w, w, w))
