"""Edge-popup: exactly the largest scores, gradients for scores alone, weights that never move, and that it learns."""

from importlib.util import find_spec
from math import prod

import lazy_loader
import numpy as np
import pytest
from few_digits import TESTED, few
from hypothesis import given
from hypothesis import strategies as st

from montecarlo.experiments.edge_popup import images as popup_images
from montecarlo.experiments.edge_popup import masks as edge_popup
from montecarlo.experiments.edge_popup import networks as popup_networks
from montecarlo.experiments.edge_popup import training as popup_training
from montecarlo.experiments.edge_popup.experiment import SPARSITY
from montecarlo.experiments.edge_popup.masks import Pruned, forward
from montecarlo.experiments.edge_popup.runs import TrainingRun
from montecarlo.experiments.edge_popup.structures import kept_of, shapes
from montecarlo.experiments.edge_popup.training import trained

pytestmark = pytest.mark.skipif(find_spec("torch") is None, reason="needs torch: pip install 'ticketsum[experiments]'")
torch = lazy_loader.load("torch")  # collecting takes 3 s less

IMAGES = 6400
CHANCE = 0.1 * TESTED


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Two steps of the dense network beside each run, few images."""
    monkeypatch.setattr(popup_training, "_TIMED_STEPS", 2)
    monkeypatch.setattr(popup_images, "digits", few)


def pruned(scores, keep):
    """A row of weights 1, 2, ... with some scores."""
    weights = torch.arange(1.0, len(scores) + 1.0)[None]
    return Pruned(weights, torch.tensor([scores], dtype=torch.float32), keep)


def largest(scores, keep):
    """The mask by a stable sort: the first of equal |s| is kept."""
    order = np.argsort(-np.abs(np.float32(scores)), kind="stable")
    mask = np.zeros(len(scores), bool)
    mask[order[:keep]] = True
    return mask


def test_a_gradient_is_used_once():
    """The next step starts from none: they are not added up."""
    found = pruned([3.0, 2.0, 1.0], 2)
    found.used.grad = torch.ones_like(found.used)
    found.learn((0.1, 0.9, 0.0005))
    assert found.used.grad is None


tied = st.lists(st.integers(-4, 4), min_size=2, max_size=30)


@given(tied, tied, st.data())
def test_the_mask_is_that_of_a_sort(before, after, data):
    """Also with ties, with zeros, and when the band about the last threshold misses the new one."""
    size = min(len(before), len(after))
    keep = data.draw(st.integers(1, size))
    found = pruned(before[:size], keep)
    for scores in (before, after, [score + 0.001 for score in after]):
        found.score.copy_(torch.tensor([scores[:size]], dtype=torch.float32))
        if found.trained:
            found.refresh()
        np.testing.assert_array_equal(found.mask()[0], largest(scores[:size], keep))
        here = found.used.detach().clone()
        assert torch.equal(here, found.weight * torch.from_numpy(found.mask()))
        with torch.no_grad():
            found._refresh_elsewhere()
        assert torch.equal(found.used, here)


@pytest.mark.parametrize("weights", [[0.0, 1.0, 0.0, 0.0, 2.0], [0.0] * 5])
@pytest.mark.parametrize("keep", [1, 2, 3, 5])
def test_a_kept_weight_of_zero_is_kept(weights, keep):
    """A normal rounds to 0 about once in 2^23 draws of float32: the mask is of the scores, whatever the weights."""
    scores = [5.0, -4.0, 3.0, -2.0, 1.0]
    found = Pruned(torch.tensor([weights]), torch.tensor([scores]), keep)
    assert found.mask()[0].tolist() == [True] * keep + [False] * (5 - keep)
    assert found._largest().tolist() == list(range(keep))
    assert found.used[0].tolist() == weights[:keep] + [0.0] * (5 - keep)


@pytest.mark.parametrize("sparsity", SPARSITY)
@pytest.mark.parametrize("structure", ["ours", "wide"])
def test_counts_at_every_sparsity(structure, sparsity):
    """Of a real network, and still after scores have moved a little and a lot."""
    generator = np.random.default_rng(0)
    for shape in shapes("lenet5", structure):
        weight, score = (torch.from_numpy(generator.standard_normal(shape, dtype=np.float32)) for _ in range(2))
        keep = kept_of(prod(shape), sparsity)
        found = Pruned(weight, score, keep)
        for step in (0.0, 0.001, 1.0):
            found.score.add_(step * torch.from_numpy(generator.standard_normal(shape, dtype=np.float32)))
            if found.trained:
                found.refresh()
            assert found.mask().sum() == keep


def through_autograd(weight, score, mask):
    """w mask(|s|) whose mask passes gradients on unchanged: the straight-through estimator by autograd itself."""
    size = score.abs()
    return weight * (size + (mask - size).detach())


@pytest.mark.parametrize("rectified", [False, True])
def test_gradients_are_those_of_the_straight_through_estimator(rectified):
    """To float32 rounding, and they reach scores alone. Control: without the sign of the scores they differ."""
    generator = torch.Generator().manual_seed(0)

    def normal(*shape):
        return torch.randn(*shape, generator=generator)

    sizes = [(5, 6), (4, 30), (5, 4), (3, 20)]
    matrices = [Pruned(normal(*size), normal(*size), max(prod(size) // 2, 1)) for size in sizes]
    images, labels = normal(7, 6), torch.tensor([0, 1, 2, 0, 1, 2, 0])
    style = {"paired": True, "rectified": rectified}
    loss = torch.nn.functional.cross_entropy
    loss(forward([matrix.used for matrix in matrices], images, **style), labels).backward()
    scores = [matrix.score.clone().requires_grad_() for matrix in matrices]
    masks = [torch.from_numpy(matrix.mask()).float() for matrix in matrices]
    parts = [through_autograd(m.weight, s, k) for m, s, k in zip(matrices, scores, masks, strict=True)]
    loss(forward(parts, images, **style), labels).backward()
    for matrix, score in zip(matrices, scores, strict=True):
        matrix.learn((0.0, 0.0, 0.0))  # nothing moves, and the velocity is the gradient
        assert matrix.weight.grad is None
        assert torch.equal(matrix.score, score)
        assert torch.allclose(matrix.velocity, score.grad, rtol=1e-4, atol=1e-7)
        assert (score.grad[(score < 0) & (score.grad != 0)] * matrix.weight[(score < 0) & (score.grad != 0)]).numel()
        assert not torch.allclose(matrix.velocity * score.sign(), score.grad, rtol=1e-4, atol=1e-7)


@pytest.fixture(params=[False, True], ids=["ours", "ours+relu"])
def learner(request):
    """Two layers in the structure of Figure 1c, half of the weights pruned."""
    generator = torch.Generator().manual_seed(0)
    sizes = [(5, 6), (4, 30), (5, 4), (3, 20)]
    weights, scores = ([torch.randn(*size, generator=generator) for size in sizes] for _ in range(2))
    pruned = [Pruned(*values, values[0].numel() // 2) for values in zip(weights, scores, strict=True)]
    return popup_networks.Learner(pruned, [], [], paired=True, rectified=request.param)


def test_a_pair_is_the_matrix_it_makes_of_inputs_that_are_not_negative(learner):
    """Outputs, and gradients of all four matrices, as of the layers written out; also after a step.

    Control: with ReLU, of negative inputs it is another.
    """
    inputs, labels = torch.rand(7, 6, generator=torch.Generator().manual_seed(1)), torch.tensor([0, 1, 2, 0, 1, 2, 0])
    loss = torch.nn.functional.cross_entropy
    for _ in range(2):
        written_out = forward([m.used for m in learner.pruned], inputs, paired=True, rectified=learner.rectified)
        loss(written_out, labels).backward()
        wanted = [m.used.grad * m.weight * m.score.sign() for m in learner.pruned]
        for matrix in learner.pruned:
            matrix.used.grad = None
        assert torch.allclose(learner.outputs(inputs), written_out, rtol=1e-4, atol=1e-6)
        loss(learner.outputs(inputs), labels).backward()
        for layer in learner.layers:
            layer.learn((0.1, 0.0, 0.0))
        for matrix, gradient in zip(learner.pruned, wanted, strict=True):
            assert torch.allclose(matrix.velocity, gradient, rtol=1e-4, atol=1e-6)
            assert matrix.used.grad is None
    others = forward([m.used for m in learner.pruned], -inputs, paired=True, rectified=learner.rectified)
    assert torch.allclose(learner.outputs(-inputs), others, rtol=1e-4, atol=1e-6) != learner.rectified


def test_scores_move_as_torch_moves_them():
    """Ten steps of its SGD with momentum and weight decay, on either device's way, to float32 rounding.

    Control: without momentum they are elsewhere.
    """
    generator = torch.Generator().manual_seed(0)
    weight, start = torch.randn(6, 7, generator=generator), torch.randn(6, 7, generator=generator)
    gradients = torch.randn(10, 6, 7, generator=generator)
    theirs = start.clone().requires_grad_()
    optimizer = torch.optim.SGD([theirs], 0.1, 0.9, weight_decay=0.01)
    ours, elsewhere, without = (Pruned(weight, start.clone(), 20) for _ in range(3))
    for gradient in gradients:
        theirs.grad = gradient * weight * theirs.detach().sign()
        optimizer.step()
        elsewhere._learn_elsewhere(gradient, (0.1, 0.9, 0.01))
        for one, momentum in ((ours, 0.9), (without, 0.0)):
            one.used.grad = gradient.clone()
            one.learn((0.1, momentum, 0.01))
    for one in (ours, elsewhere):
        assert torch.allclose(one.score, theirs, rtol=1e-4, atol=1e-5)
    assert not torch.allclose(without.score, theirs, rtol=0.1, atol=0.1)


def test_the_pair_of_layers_is_figure_1c():
    """Output o of x is sum_jk v_{o, (k, j)} relu(u_{k, j} x_j), by plain loops."""
    generator = np.random.default_rng(0)
    u, v, x = generator.normal(size=(5, 3)), generator.normal(size=(2, 15)), generator.normal(size=(4, 3))
    tensors = [torch.from_numpy(array) for array in (u, v)]
    for rectified in (False, True):
        found = forward(tensors, torch.from_numpy(x), paired=True, rectified=rectified).numpy()
        for b in range(4):
            products = [u[k, j] * x[b, j] for k in range(5) for j in range(3)]
            hidden = [max(p, 0.0) if rectified else p for p in products]
            np.testing.assert_allclose(found[b], [np.dot(row, hidden) for row in v], rtol=1e-12)


@pytest.fixture
def learners(monkeypatch):
    """The learners of all training runs, with their weights as they were before."""
    made = []
    original = popup_training.initial

    def remembered(run):
        learner = original(run)
        made.append((learner, [matrix.weight.clone() for matrix in learner.pruned]))
        return learner

    monkeypatch.setattr(popup_training, "initial", remembered)
    return made


@pytest.mark.parametrize("structure", ["ours", "ours+relu"])
def test_weights_do_not_move_and_masks_keep_their_count(learners, structure):
    found = trained(TrainingRun("fc2", structure, 0.9, 1, 0), images=320)
    ((learner, before),) = learners
    for matrix, weight in zip(learner.pruned, before, strict=True):
        assert torch.equal(matrix.weight, weight)
        assert matrix.mask().sum() == matrix.keep
        assert torch.equal(matrix.used[matrix.used != 0], weight[matrix.used != 0])
    assert found["kept"] == sum(matrix.keep for matrix in learner.pruned)


def test_equal_seeds_give_equal_masks_whatever_torch_had_for_threads(learners):
    """A run takes one thread and gives them back. Control: another seed gives other masks."""
    run = TrainingRun("fc2", "wide", 0.5, 1, 3)
    threads = torch.get_num_threads()
    try:
        for count in (1, 2):
            torch.set_num_threads(count)
            trained(run, images=320)
            assert torch.get_num_threads() == count
    finally:
        torch.set_num_threads(threads)
    trained(TrainingRun("fc2", "wide", 0.5, 1, 4), images=320)
    one, two, other = ([matrix.mask() for matrix in learner.pruned] for learner, _ in learners)
    assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_masks_learn_and_weights_alone_do_not(monkeypatch):
    """100 steps: at least 60% right where chance is 10%.

    Equal on equal machines; seeds 0 to 2 have 77% to 79% of 1,000 test images. Controls below 30%: nothing pruned;
    scores that hear nothing of their sign.
    """
    run = TrainingRun("fc2", "wide", 0.5, 1, 0)
    assert trained(run, IMAGES)["correct"] > 6 * CHANCE
    assert trained(TrainingRun("fc2", "wide", 0.0, 1, 0), IMAGES)["correct"] < 3 * CHANCE

    def signless(gradients, weights, scores, velocities, rates):
        signs = np.where(scores > 0, np.float32(1.0), np.float32(-1.0))
        original(gradients * signs, weights, scores, velocities, rates)

    original = edge_popup.moved_scores
    monkeypatch.setattr(edge_popup, "moved_scores", signless)
    assert trained(run, IMAGES)["correct"] < 3 * CHANCE


def test_the_baseline_learns():
    assert trained(TrainingRun("fc2", "baseline", 0.0, 1, 0), IMAGES)["correct"] > 8 * CHANCE


def test_speed_is_measured_beside_a_dense_network():
    """Of as many weights, in the same run; nothing is trained where nothing is pruned."""
    found = trained(TrainingRun("fc2", "wide", 0.9, 1, 0), images=320)
    assert found["speed"] > 0.0
    assert found["dense_speed"] > 0.0
    assert "speed" not in trained(TrainingRun("fc2", "wide", 0.0, 1, 0), images=320)


def test_convolutions_are_frozen_where_a_network_is_pruned():
    """All structures of a seed learn from what its random filters make; control: another seed's are others."""
    runs = {name: TrainingRun("lenet5", name, 0.5, 1, 0) for name in ("ours", "wide", "baseline")}
    random_filters = popup_networks.filters(0, "lenet5")
    made = popup_networks.convolved(random_filters, popup_images.data_of(runs["baseline"], 64).images)
    for structure in ("ours", "wide"):
        assert popup_networks.initial(runs[structure]).convolutions == []
        assert torch.equal(popup_images.data_of(runs[structure], 64).images, made)
    other = TrainingRun("lenet5", "ours", 0.5, 1, 1)
    assert not torch.equal(popup_images.data_of(other, 64).images, made)
    learned = popup_networks.initial(runs["baseline"]).convolutions
    assert all(torch.equal(one, two) and one.requires_grad for one, two in zip(learned, random_filters, strict=True))


def test_trained_filters_are_those_of_the_baseline(monkeypatch, learners):
    """Of the same seed, after FILTER_EPOCHS; what is pruned learns from what they make. Control: random ones."""
    monkeypatch.setattr(popup_training, "FILTER_EPOCHS", 2)
    popup_training._trained_filters.cache_clear()
    run = TrainingRun("lenet5", "wide", 0.5, 1, 0, "trained")
    trained(run, images=192)
    trained(TrainingRun("lenet5", "baseline", 0.0, 2, 0), images=192)
    (first, _), _, (baseline, _) = learners
    popup_training._trained_filters.cache_clear()
    assert all(torch.equal(one, two) for one, two in zip(first.convolutions, baseline.convolutions, strict=True))
    images = popup_images.data_of(TrainingRun("lenet5", "baseline", 0.0, 2, 0), 192).images
    used = popup_images.data_of(run, 192, lambda *_: [f.detach() for f in first.convolutions]).images
    assert torch.equal(used, popup_networks.convolved(first.convolutions, images).detach())
    assert not torch.allclose(used, popup_images.data_of(run, 192).images)


@pytest.mark.slow
def test_frozen_convolutions_are_shared_and_trained_in_the_baseline():
    """LeNet-5 on few images; features are made once, of one seed's filters for all structures."""
    counts = {
        structure: trained(TrainingRun("lenet5", structure, 0.5 if structure != "baseline" else 0.0, 2, 0), IMAGES)
        for structure in ("ours", "wide", "baseline")
    }
    assert all(found["correct"] > 5 * CHANCE for found in counts.values())
