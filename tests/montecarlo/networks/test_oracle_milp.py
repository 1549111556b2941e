"""The box supremum of tiny deep networks against all pieces of a line, dense points, and the vertices of one pair."""

import itertools

import numpy as np
import pytest
from differences import KINDS, network
from milp import box_supremum

from montecarlo import InputError
from montecarlo.networks.pairs import pruned_outputs, target_outputs


def errors(pairs, x):
    return np.abs(target_outputs(pairs, x) - pruned_outputs(pairs, x)).max(axis=-1)


@pytest.mark.parametrize("kind", KINDS)
def test_one_input_has_two_ends_whatever_the_depth(kind):
    for widths in [(1, 3, 2), (1, 2, 2, 1)]:
        pairs = network(np.random.default_rng(20), widths, kind=kind)
        found, truth = box_supremum(pairs), errors(pairs, np.array([[1.0], [-1.0]])).max()
        assert found.lower == pytest.approx(truth, abs=1e-9)
        assert truth <= found.upper <= truth + 2.0 * found.allowance


@pytest.mark.parametrize("kind", KINDS)
def test_one_pair_is_decided_at_signs_and_zeros(kind):
    pairs = network(np.random.default_rng(21), (4, 3), kind=kind)
    truth = errors(pairs, np.array(list(itertools.product([-1.0, 0.0, 1.0], repeat=4)))).max()
    found = box_supremum(pairs)
    assert found.lower == pytest.approx(truth, abs=1e-9)
    assert truth <= found.upper <= truth + 2.0 * found.allowance


@pytest.mark.parametrize("kind", KINDS)
def test_two_inputs_are_no_better_on_a_dense_boundary(kind):
    pairs = network(np.random.default_rng(22), (2, 3, 2), kind=kind)
    t = np.linspace(-1.0, 1.0, 4001)
    sides = [np.stack(p, axis=1) for s in (-1.0, 1.0) for p in ((t, s + 0.0 * t), (s + 0.0 * t, t))]
    truth, found = errors(pairs, np.concatenate(sides)).max(), box_supremum(pairs)
    assert truth <= found.upper
    assert found.lower >= truth - 1e-9
    assert found.upper - found.lower <= 2.0 * found.allowance < 1e-3


def test_large_networks_are_refused():
    with pytest.raises(InputError, match="at most 60 neurons, got 103"):
        box_supremum(network(np.random.default_rng(0), (3, 50, 1)))
