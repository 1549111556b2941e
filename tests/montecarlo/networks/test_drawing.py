"""Drawings of pruned networks are the networks: their edges alone compute the same function."""

import numpy as np
import pytest

import montecarlo
from montecarlo import InputError
from montecarlo.networks.drawing import drawing, linear_link
from montecarlo.networks.literal import outputs, written_out

TARGET = [[[0.6, -0.4], [0.3, 0.5]], [[0.5, 0.2]]]


@pytest.fixture(scope="module")
def pruned():
    return montecarlo.prune(TARGET, n=4, seed=3)


def matrices(drawn):
    """Both matrices of a drawn pair, pruned edges 0."""
    sizes = (drawn.sizes["hidden"], drawn.sizes["input"]), (drawn.sizes["output"], drawn.sizes["hidden"])
    found = [np.zeros(size) for size in sizes]
    for k in range(drawn.sizes["edge"]):
        edge = drawn.isel(edge=k)
        weight = edge["weight"].item() * edge["kept"].item()
        found[edge["stage"].item() - 1][edge["end"].item(), edge["start"].item()] = weight
    return found


def test_edges_compute_what_the_network_does(pruned):
    """Layer by layer on random inputs; there is one edge for every entry of the wide matrices."""
    x = np.random.default_rng(1).uniform(-1.0, 1.0, (50, 2))
    values = x
    for layer in (1, 2):
        drawn = drawing(pruned, layer)
        first, second = matrices(drawn)
        assert drawn.sizes["edge"] == first.size + second.size
        values = np.maximum(values, 0.0) if layer == 2 else values
        values = np.maximum(values @ first.T, 0.0) @ second.T
    np.testing.assert_allclose(values, outputs(written_out(pruned), x), atol=1e-12)


def test_hidden_neurons_stand_by_block_and_by_what_they_see(pruned):
    """Blocks one after the other, in each u falls; only own edges of the first stage are kept."""
    drawn = drawing(pruned)
    assert drawn["block"].to_numpy().tolist() == [0] * 8 + [1] * 8
    into = drawn.isel(edge=np.flatnonzero((drawn["stage"] == 1) & (drawn["own"] == 1)))
    for block in (0, 1):
        own = into.isel(edge=np.flatnonzero(into["start"] == block)).sortby("end")
        assert (np.diff(own["weight"]) < 0.0).all()
    assert (drawn["kept"] <= drawn["own"]).all()


def test_maps_are_those_of_the_pair(pruned):
    for layer in (1, 2):
        drawn, pair = drawing(pruned, layer), pruned.layers[layer - 1].pair
        np.testing.assert_array_equal(drawn["target"], pair.weights)
        np.testing.assert_array_equal(drawn["positive"], pair.positive)
        np.testing.assert_array_equal(drawn["negative"], pair.negative)


def test_linear_link_keeps_the_nearest_subset():
    """Among all 2^n subsets of the a_i; the second layer is ones."""
    drawn = linear_link(0.6, 8, seed=2)
    first, second = matrices(drawn)
    a = first[:, 0]
    sums = [a[[bool(mask >> k & 1) for k in range(8)]].sum() for mask in range(256)]
    total = (second @ first).item()
    assert abs(total - 0.6) == pytest.approx(np.abs(np.asarray(sums) - 0.6).min(), abs=1e-15)
    assert drawn["positive"].item() == pytest.approx(total, abs=1e-15)
    assert set(np.unique(second)) <= {0.0, 1.0}


def test_neurons_of_a_link_stand_from_the_largest_to_the_smallest():
    a = matrices(linear_link(0.6, 8, seed=2))[0][:, 0]
    assert a.tolist() == sorted(a, reverse=True)


def test_what_cannot_be_drawn_is_refused(pruned):
    with pytest.raises(InputError, match="layer must be at most 2, got 3"):
        drawing(pruned, 3)
    with pytest.raises(InputError, match="more than 64 hidden neurons in a layer cannot be drawn, got 80"):
        drawing(montecarlo.prune([np.full((1, 2), 0.3)], n=20, seed=0, epsilon=0.1))
    with pytest.raises(InputError, match="n must be at most 64, got 65"):
        linear_link(0.5, 65)
