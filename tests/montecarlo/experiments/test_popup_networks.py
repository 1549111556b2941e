"""Experiment 2 before and between its steps: initial weights and scores, the order of images, rates, and speeds."""

import math
from importlib.util import find_spec
from itertools import chain

import lazy_loader
import numpy as np
import pytest
from few_digits import few

from montecarlo.experiments.edge_popup import experiment as experiment2
from montecarlo.experiments.edge_popup import images as popup_images
from montecarlo.experiments.edge_popup import training as popup_training
from montecarlo.experiments.edge_popup.images import BATCH, Data, batches
from montecarlo.experiments.edge_popup.networks import dense, filters, initial
from montecarlo.experiments.edge_popup.runs import TrainingRun

pytestmark = pytest.mark.skipif(find_spec("torch") is None, reason="needs torch: pip install 'ticketsum[experiments]'")
torch = lazy_loader.load("torch")  # collecting takes 3 s less


def run_of(structure, *, network="fc2", sparsity=0.5, epochs=1, seed=0):
    return TrainingRun(network, structure, sparsity, epochs, seed)


FANS = {"wide": [784, 2508], "ours": [1, 784, 1, 500], "ours+relu": [1, 784, 1, 500]}


@pytest.mark.parametrize("structure", FANS)
def test_weights_and_scores_are_kaiming(structure):
    """Deviation sqrt(2 / fan) to 4 of its errors; |s| up to 1 / sqrt(fan), both signs; one has ReLU on its products."""
    learner = initial(run_of(structure))
    assert (learner.paired, learner.rectified) == (structure != "wide", structure == "ours+relu")
    for matrix, fan in zip(learner.pruned, FANS[structure], strict=True):
        weight, score = matrix.weight.numpy(), matrix.score.numpy()
        assert weight.std() == pytest.approx(math.sqrt(2.0 / fan), rel=4.0 / math.sqrt(2.0 * weight.size))
        assert abs(weight.mean()) < 5.0 * weight.std() / math.sqrt(weight.size)
        bound = fan**-0.5
        assert 0.99 * bound < score.max() <= bound * (1.0 + 1e-6)
        assert 0.99 * bound < -score.min() <= bound * (1.0 + 1e-6)
        assert score.std() == pytest.approx(bound / math.sqrt(3.0), rel=0.05)


def test_the_baseline_and_its_rival_are_kaiming():
    """Plain matrices that learn; the dense rival has the shapes of the wide network."""
    own, rival = initial(run_of("baseline", sparsity=0.0)), dense(run_of("ours"))
    for matrices, fans in ((own.plain, [784, 500]), (rival.plain, [784, 2508])):
        for matrix, fan in zip(matrices, fans, strict=True):
            assert matrix.requires_grad
            assert matrix.shape[1] == fan
            found = matrix.detach().numpy()
            assert found.std() == pytest.approx(math.sqrt(2.0 / fan), rel=4.0 / math.sqrt(2.0 * found.size))


def test_filters_are_kaiming():
    """LeNet-5's 6 of 5 x 5 pixels, and 16 of 6 such planes."""
    for filter_, fan in zip(filters(0, "lenet5"), (25, 150), strict=True):
        assert filter_[0].numel() == fan
        assert filter_.std().item() == pytest.approx(math.sqrt(2.0 / fan), rel=4.0 / math.sqrt(2.0 * filter_.numel()))


def streams_of(run):
    """The first numbers of every matrix, weights and scores, free of their scale."""
    found = []
    for matrix in initial(run).pruned:
        for tensor in (matrix.weight, matrix.score):
            first = tensor.flatten()[:8].numpy()
            found.append(tuple((first / np.abs(first).max()).round(5).tolist()))
    return found


def test_every_matrix_has_numbers_of_its_own():
    """Whatever the structure and the seed; the same at every sparsity and number of epochs."""
    found = [streams_of(run_of(structure, seed=seed)) for structure in ("ours", "wide") for seed in (0, 1)]
    every = [stream for streams in found for stream in streams]
    assert len(set(every)) == len(every) == 2 * (8 + 4)
    assert streams_of(run_of("wide", sparsity=0.9, epochs=20)) == streams_of(run_of("wide"))


@pytest.fixture
def numbered():
    """130 images that are their own labels."""
    numbers = torch.arange(130)
    return Data(numbers[:, None].float(), numbers, None, None)


def orders(run, data, steps):
    """Labels in the order they come, and whether each came with its image."""
    parts = list(batches(run, data, steps))
    assert all(torch.equal(images[:, 0], labels.float()) for images, labels in parts)
    return [labels.tolist() for _, labels in parts]


def test_every_epoch_has_all_images_in_an_order_of_its_own(numbered):
    """Three batches an epoch, the last of 2 images; as many as asked for."""
    found = orders(run_of("ours"), numbered, 7)
    assert list(map(len, found)) == [BATCH, BATCH, 2] * 2 + [BATCH]
    first, second = ([*chain(*found[k : k + 3])] for k in (0, 3))
    assert sorted(first) == sorted(second) == list(range(130))
    assert len({tuple(first), tuple(second), tuple(range(130))}) == 3


def test_the_order_is_that_of_a_seed(numbered):
    """For all structures, sparsities and epochs; another seed has another."""
    wanted = orders(run_of("ours"), numbered, 3)
    for other in (run_of("wide"), run_of("baseline", sparsity=0.0), run_of("ours", sparsity=0.9, epochs=9)):
        assert orders(other, numbered, 3) == wanted
    assert orders(run_of("ours", seed=1), numbered, 3) != wanted


def test_few_images_are_the_first_with_their_labels(monkeypatch):
    monkeypatch.setattr(popup_images, "digits", few)
    popup_images._pixels.cache_clear()
    found, all_of_them = popup_images.data_of(run_of("wide"), 100), few("train")
    popup_images._pixels.cache_clear()
    np.testing.assert_allclose(found.images.numpy(), all_of_them.images[:100], rtol=1e-6)
    np.testing.assert_array_equal(found.labels.numpy(), all_of_them.labels[:100])


class Recorded:
    """A pruned matrix that writes down what it is taught."""

    def __init__(self):
        self.rates = []

    def learn(self, rates):
        self.rates.append(rates)


class Fixed:
    """A network of one recorded matrix whose answers need no weights."""

    def __init__(self):
        self.layers = [Recorded()]

    def outputs(self, images):
        return torch.zeros(len(images), 10, requires_grad=True)


@pytest.mark.parametrize(("network", "rate"), [("fc2", 0.1), ("fc4", 0.1), ("lenet5", 0.01)])
def test_rates_fall_as_a_cosine(network, rate):
    """Section 5: momentum 0.9, weight decay 0.0005, from 0.1 (LeNet-5: 0.01) to 0 over all steps."""
    learner = Fixed()
    step = popup_training._stepper(learner, run_of("ours", network=network), 8)
    for _ in range(8):
        step(torch.zeros(2, 784), torch.zeros(2, dtype=torch.long))
    wanted = [(rate * math.cos(math.pi * k / 16) ** 2, 0.9, 0.0005) for k in range(8)]
    np.testing.assert_allclose(learner.layers[0].rates, wanted, rtol=1e-12)


def test_dense_networks_fall_as_the_same_cosine():
    rates, run = [], run_of("baseline", sparsity=0.0)
    original = torch.optim.SGD.step

    def recorded(self, *arguments, **options):
        rates.append([self.param_groups[0][name] for name in ("lr", "momentum", "weight_decay")])
        return original(self, *arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch.optim.SGD, "step", recorded)
        step = popup_training._stepper(initial(run), run, 4)
        for _ in range(4):
            step(torch.zeros(2, 784), torch.zeros(2, dtype=torch.long))
    wanted = [(0.1 * math.cos(math.pi * k / 8) ** 2, 0.9, 0.0005) for k in range(4)]
    np.testing.assert_allclose(rates, wanted, rtol=1e-9)


def test_speeds_are_medians():
    """Three steps of 2, 4 and 1 ms beside dense ones of 4, 2 and 4: 64 images in 2 and in 4 ms, ratios 2, 1/2 and 4."""
    times = [(0.002, 0.004), (0.004, 0.002), (0.001, 0.004)]
    assert popup_training._speeds(times) == pytest.approx({"speed": 32_000, "dense_speed": 16_000, "speed_share": 2.0})
    assert popup_training._speeds([(0.002, math.nan)]) == pytest.approx({"speed": 32_000})
    assert popup_training._speeds([]) == {}


def test_epochs_are_steps(monkeypatch):
    """Three epochs of 130 images in batches of 64, evaluated after each."""
    steps = []
    monkeypatch.setattr(popup_images, "digits", few)
    monkeypatch.setattr(popup_training, "_stepper", lambda *_: lambda *_: steps.append("step"))
    monkeypatch.setattr(popup_training, "_correct", lambda *_: steps.append("test") or len(steps))
    found = popup_training.trained(run_of("baseline", sparsity=0.0, epochs=3), images=130)
    assert steps == [*["step"] * 3, "test"] * 3
    assert found["history"] == [4, 8, 12]
    assert found["correct"] == 12


def test_a_network_that_learns_nothing_has_one_accuracy(monkeypatch):
    monkeypatch.setattr(popup_images, "digits", few)
    found = popup_training.trained(run_of("ours", sparsity=0.0, epochs=3), images=130)
    assert found["history"] == [found["correct"]] * 3


def test_expected_seconds_are_those_of_all_epochs(monkeypatch):
    """At 100 images a second: 3 epochs of 200, and 1; a speed is measured once a kind of network."""
    measured = []
    monkeypatch.setattr(experiment2, "speed", lambda one, images: measured.append(one) or 100.0)
    runs = [run_of("ours", epochs=3), run_of("ours", sparsity=0.9), run_of("ours", sparsity=0.0)]
    assert experiment2.expected_seconds(runs[:2], 200) == pytest.approx(6.0 + 2.0)
    assert len(measured) == 1
    assert experiment2.expected_seconds(runs, 200) == pytest.approx(6.0 + 2.0 + 2.0)
    assert len(measured) == 3


def test_trained_filters_take_time_once_a_seed(monkeypatch):
    """At 100 images a second: 50 epochs of 200 images for the filters, and 1 for each run."""
    monkeypatch.setattr(experiment2, "speed", lambda *_: 100.0)
    runs = [TrainingRun("lenet5", "ours", sparsity, 1, 0, "trained") for sparsity in (0.5, 0.9)]
    assert experiment2.expected_seconds(runs, 200) == pytest.approx(100.0 + 2.0 + 2.0)
