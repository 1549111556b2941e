"""Networks of Experiment 2: shapes, numbers of weights, and how many a layer keeps. Needs no torch."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from math import floor, prod
from typing import get_args

import pytest

from montecarlo.experiments.edge_popup.experiment import SPARSITY
from montecarlo.experiments.edge_popup.runs import TrainingRun
from montecarlo.experiments.edge_popup.structures import (
    NETWORKS,
    PAIRS,
    NetworkName,
    Structure,
    kept_of,
    shapes,
    weights,
)
from montecarlo.storage.records import name_of

NAMES = get_args(NetworkName)


def test_networks_are_those_of_the_paper():
    """Section 5: widths of FC2, FC4 and LeNet-5's linear layers, and their learning rates."""
    assert {name: (network.widths, network.learning_rate) for name, network in NETWORKS.items()} == {
        "fc2": ((784, 500, 10), 0.1),
        "fc4": ((784, 500, 500, 500, 10), 0.1),
        "lenet5": ((400, 120, 84, 10), 0.01),
    }


def test_weights_of_two_layers_by_hand():
    assert weights("fc2", "baseline") == 784 * 500 + 500 * 10 == 397_000
    assert weights("fc2", "ours") == 5 * (784 + 784 * 500 + 500 + 500 * 10) == 1_991_420
    assert shapes("fc2", "ours") == [(5, 784), (500, 3920), (5, 500), (10, 2500)]


@pytest.mark.parametrize("network", NAMES)
def test_wide_has_as_many_weights_as_ours_within_1_percent(network):
    """And fits together. Control: the baseline has a fifth of them."""
    ours, wide = weights(network, "ours"), weights(network, "wide")
    assert abs(wide - ours) <= 0.01 * ours
    assert abs(weights(network, "baseline") - ours) > 0.5 * ours
    assert weights(network, "ours+relu") == ours
    for structure in ("wide", "baseline"):
        found = shapes(network, structure)
        assert found[0][1] == NETWORKS[network].widths[0]
        assert found[-1][0] == 10
        assert all(after[1] == before[0] for before, after in pairwise(found))


@pytest.mark.parametrize("network", NAMES)
def test_pairs_fit_together(network):
    found = shapes(network, "ours")
    for first, second in zip(found[::2], found[1::2], strict=True):
        assert first[0] == PAIRS
        assert second[1] == PAIRS * first[1]


@pytest.mark.parametrize("sparsity", [*SPARSITY, 0.29, 0.57, 0.7])
def test_kept_weights_at_every_sparsity(sparsity):
    """0 keeps all, and no layer of any network is emptied; the last three are decimals that binary rounds down."""
    for network in NAMES:
        for structure in get_args(Structure):
            for size in map(prod, shapes(network, structure)):
                kept = kept_of(size, sparsity)
                assert kept == size - floor(Fraction(str(sparsity)) * size)
                assert 1 <= kept <= size
                assert (kept == size) == (sparsity <= 0.0)


def test_one_weight_is_kept_whatever_rounding_says():
    assert kept_of(10, 1.0 - 2.0**-53) == 1


def test_files_of_runs_are_named_as_ever():
    """Folders of hours of training are found again."""
    run = TrainingRun("lenet5", "ours+relu", 0.025, 100, 12)
    assert name_of(run) == "lenet5-ours+relu-s0.025-e100-seed12"
    assert name_of(replace(run, sparsity=0.0, filters="trained")) == "lenet5-ours+relu-s0.0-e100-seed12-trained-filters"
