"""Whatever weight is asked for, the pruned network is within the critical epsilon of it; at the worst weight, just so.

Networks of one output: Section 3.1, Theorem 3, Corollary 2, Lemma 1 and Lemma 2. The masks are those of the package's
kernels, the networks are evaluated as networks. On dyadic numbers nothing is rounded, and equal means to the bit.
"""

import numpy as np
import pruned
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from oracles import hard_targets, least_prefix
from pruned import as_draws, as_layer, box
from strategies import BESIDE, dyadics, layers, neuron_weights

from montecarlo import Corollary2, Lemma1, Lemma2, Precision, SingleLink, Theorem3, nearest_subset

ROUNDING = 1e-12
"""Far above the additions of some dozens of floats below 1, far below every critical epsilon looked at."""


def exact(claim, draws, event="statement"):
    """Critical epsilons of one event, (n, trial)."""
    return events(claim, draws)[event]


def events(claim, draws):
    """Critical epsilons by event, (n, trial) each."""
    return dict(zip(claim.events, claim.critical_epsilons(draws, Precision()).upper, strict=True))


def blockwise(draws):
    """Those of Lemma 2's blockwise; in every draw its assignment is at least reach and at most blockwise."""
    found = events(Lemma2(), draws)
    assert np.all(found["reach"] <= found["assignment"] + ROUNDING)
    assert np.all(found["assignment"] <= found["blockwise"])
    return found["blockwise"]


def linear_errors(a, targets, x):
    """sup over x of |w x - g(x)| for every w, g pruned to the nearest subset."""
    masks = nearest_subset(a, targets).masks
    return np.abs(targets[:, None] * x - pruned.linear_outputs(a, masks, x)).max(axis=1)


def every_mask_fails(outputs, weight, epsilon, x):
    """No mask at all does better than epsilon for this weight; outputs: (masks, points)."""
    return np.abs(weight * x - outputs).max(axis=1).min() == epsilon


@given(arrays(float, st.tuples(st.integers(1, 7), st.just(1)), elements=dyadics), st.integers(0, 99))
def test_theorem3_and_one_weight_of_section_3_1(draws, seed):
    """Error <= radius at every |w| <= 1/2, equal at the worst; with w given, equal to its own critical epsilon."""
    a, x = draws[:, 0], box(1)[:, 0]
    epsilon = exact(Theorem3(), draws)[-1, 0]
    some = np.random.default_rng(seed).integers(-(2**19), 2**19, 20) * 2.0**-20
    targets = np.concatenate([hard_targets([a], -0.5, 0.5, beside=BESIDE), some])
    errors = linear_errors(a, targets, x)
    assert errors.max() == epsilon
    worst = targets[errors.argmax()]
    assert every_mask_fails(pruned.linear_outputs(a, np.arange(2**a.size), x), worst, epsilon, x)
    for w, error in list(zip(targets, errors, strict=True))[seed % 7 :: 7]:
        assert exact(SingleLink(w), draws, "one weight")[-1, 0] == error


@given(arrays(float, st.tuples(st.integers(1, 7), st.just(2)), elements=neuron_weights), st.integers(0, 99))
def test_corollary2(neurons, seed):
    """g(x) = (b * s)^T relu(a x) on 0 <= x <= 1: error <= radius of Z = b max(a, 0) at every |w| <= 1, and attained."""
    a, b = neurons.T
    z, x = b * np.maximum(a, 0.0), np.linspace(0.0, 1.0, 65)
    epsilon = exact(Corollary2(), z[:, None])[-1, 0]
    some = np.random.default_rng(seed).integers(-(2**20), 2**20, 20) * 2.0**-20
    targets = np.concatenate([hard_targets([z], -1.0, 1.0, beside=BESIDE), some])
    outputs = (pruned.binary(nearest_subset(z, targets).masks, z.size) * b) @ np.maximum(a[:, None] * x, 0.0)
    errors = np.abs(targets[:, None] * x - outputs).max(axis=1)
    assert errors.max() == epsilon
    every = (pruned.binary(np.arange(2**z.size), z.size) * b) @ np.maximum(a[:, None] * x, 0.0)
    assert every_mask_fails(every, targets[errors.argmax()], epsilon, x)


def weight_errors(layer, targets, serve="statement"):
    """sup over x of |w x - g(x)| for every w, g the pruned network of Lemma 1."""
    weights = targets[:, None]
    return np.abs(pruned.errors(pruned.pruned(layer, weights, serve), weights, box(1))).max(axis=0)


@pytest.mark.parametrize("event", ["statement", "construction"])
@given(layers(), st.integers(0, 99))
def test_lemma1(event, layer, seed):
    """Error <= critical epsilon at every |w| <= 1 and attained, with all neurons and with those of the proof."""
    epsilon = exact(Lemma1(), layer.reshape(-1, 4, 1), event)[-1, 0]
    some = np.random.default_rng(seed).integers(-(2**20), 2**20, 20) * 2.0**-20
    targets = hard_targets(pruned.summands(layer, 0, 0, event), -1.0, 1.0, beside=BESIDE)
    errors = weight_errors(layer, np.concatenate([targets, some]), event)
    assert errors.max() == epsilon


@given(layers(most_steps=2))
def test_lemma1_at_the_worst_weight_no_mask_does_better(layer):
    """All 2^(2n) masks as rows of one network: the least of their errors is the critical epsilon."""
    epsilon = exact(Lemma1(), layer.reshape(-1, 4, 1))[-1, 0]
    targets = hard_targets(pruned.summands(layer, 0, 0), -1.0, 1.0, beside=BESIDE)
    worst = targets[[weight_errors(layer, targets).argmax()]][:, None]
    network, size = pruned.pruned(layer, worst), 2 * len(layer)
    every = network._replace(keep_second=pruned.binary(np.arange(2**size), size).astype(float))
    assert np.abs(pruned.errors(every, worst, box(1))).max(axis=0).min() == epsilon


def worst_of_block(layer, j, sign, steps, most=None):
    """The w_j at which block j alone has its largest sign * (w x - g(x)), its subsets decided just beside w_j."""
    block = layer[:steps, :, :, [j]]
    targets = hard_targets(pruned.summands(block, 0, 0), -1.0, 1.0, beside=0.0, most=most)[:, None]
    found = []
    for asked in (targets - BESIDE, targets + BESIDE):  # where two sums are equally near, each once
        found += zip(worst_of(pruned.pruned(block, asked), targets, sign), targets[:, 0], asked[:, 0], strict=True)
    return max(found)


def worst_of(network, weights, sign):
    """sup over sign vectors of sign * (w^T x - g(x)), for every row."""
    return (sign * pruned.errors(network, weights, box(weights.shape[1]))).max(axis=0)


def worst_case(layer, steps, most=None):
    """(error, network, weights) for the first steps' neurons, every block at its own worst weight of one sign."""
    found = []
    for sign in (1.0, -1.0):
        _, weights, asked = np.array([worst_of_block(layer, j, sign, steps, most) for j in range(layer.shape[3])]).T
        network = pruned.pruned(layer, asked[None], steps=steps)
        found.append((worst_error(network, weights[None]), network, weights[None]))
    return max(found, key=lambda case: case[0])


def worst_error(network, weights):
    """sup over x of |w^T x - g(x)|, for the worst row."""
    return np.abs(pruned.errors(network, weights, box(weights.shape[1]))).max()


def mixed_targets(layer, generator, rows, **options):
    """Rows of weights, each w_ij one of the targets that are hard for it: (rows of the layer * rows, d)."""
    outputs, d = layer.shape[2] - 1, layer.shape[3]
    hard = {"low": -1.0, "high": 1.0, "beside": BESIDE} | options
    picked = [
        generator.choice(hard_targets(pruned.summands(layer, i, j), **hard), rows)
        for i in range(outputs)
        for j in range(d)
    ]
    return np.array(picked).reshape(outputs, d, rows).transpose(2, 0, 1).reshape(-1, d)


@settings(max_examples=50)
@given(layers(most_inputs=3), st.integers(0, 99))
def test_lemma2(layer, seed):
    """Error <= blockwise at every |w|_inf <= 1; equal to it where every block is at its own worst weight.

    d = 1, 2, 3, on a grid with every sign vector. Of the neurons those of the prefix with the least value are used.
    """
    epsilons = blockwise(as_draws(layer))[:, 0]
    steps, generator = least_prefix(epsilons), np.random.default_rng(seed)
    d = layer.shape[3]
    some = generator.integers(-(2**20), 2**20, (10, d)) * 2.0**-20
    weights = np.concatenate([mixed_targets(layer[:steps], generator, 40), some, generator.choice([-1.0, 1.0], (8, d))])
    network = pruned.pruned(layer, weights, steps=steps)
    assert worst_error(network, weights) <= epsilons[-1]
    assert worst_case(layer, steps)[0] == epsilons[-1]


def test_lemma2_errors_of_one_sign_add_up_to_less_than_the_sum():
    """Two blocks that each miss w = 1 or w = -1 by 1, on opposite sides: 11/8 and not R_1 + R_2 = 2.

    Block 1 has the slopes 0, 3/4 on x > 0 and 0, -3/4 on x < 0: too high by 1 at most, too low by 3/8. Block 2 has
    them exchanged.
    """
    layer = np.array([[[[1.0, 1.0], [0.75, -0.75]], [[-1.0, -1.0], [0.75, -0.75]]]])
    draws = as_draws(layer)
    assert (blockwise(draws)[0, 0], exact(Lemma2(), draws, "sum")[0, 0]) == (1.375, 2.0)
    assert worst_case(layer, 1)[0] == 1.375
    hard = [hard_targets(pruned.summands(layer, 0, j), -1.0, 1.0, beside=BESIDE) for j in range(2)]
    weights = np.stack(np.meshgrid(*hard), axis=-1).reshape(-1, 2)  # every pair of hard targets
    assert worst_error(pruned.pruned(layer, weights), weights) == 1.375


def test_lemma2_more_neurons_can_make_the_nearest_subsets_worse():
    """Block 1 has the slopes -1, -5/8, 5/8, 3/4 on x > 0: too high by 1/8 at most, and by 1/4 once -1/8 joins them.

    Its x < 0 and too low cost 1/8 and 1/4 throughout; block 2 is too high by 1 and too low by 3/8, as above. So the
    nearest subsets of five steps are worse than those of four, 10/8 against 9/8, and a mask does well to leave the
    fifth out: the event keeps 9/8.
    """
    a, c = [-1.0, -0.625, 0.625, 0.75, -0.125], [-1.0, 0.5, 0.25, 0.25, 0.0]
    layer = np.zeros((5, 2, 2, 2))
    layer[:, 0, 0], layer[:, 1, 0] = 1.0, -1.0
    layer[:, 0, 1, 0], layer[:, 1, 1, 0] = a, np.negative(c)
    layer[0, :, 1, 1] = 0.75
    assert worst_case(layer, 4)[0] == 1.125
    assert worst_case(layer, 5)[0] == 1.25
    assert blockwise(as_draws(layer))[3:, 0].tolist() == [1.125, 1.125]


@pytest.mark.parametrize("n", [8, 12])
@pytest.mark.parametrize("d", [1, 2, 3])
def test_lemma1_and_lemma2_on_uniform_floats(n, d):
    """The same on what the claims draw, up to 24 neurons a block: the widest gaps, just beside them, random weights."""
    generator = np.random.default_rng([n, d])
    draws = Lemma2().draw(generator, n, d, 6)
    epsilons = blockwise(draws)
    for trial in range(draws.shape[-1]):
        layer, steps = as_layer(draws, trial), least_prefix(epsilons[:, trial])
        weights = mixed_targets(layer[:steps], generator, 60, most=10, beside=1e-9)
        weights = np.concatenate([weights, generator.uniform(-1.0, 1.0, (60, d))])
        found = worst_error(pruned.pruned(layer, weights, steps=steps), weights)
        assert found <= epsilons[-1, trial] + ROUNDING
        assert worst_case(layer, steps, most=4)[0] == pytest.approx(epsilons[-1, trial], abs=4.0 * d * BESIDE)
        if d == 1:
            assert exact(Lemma1(), draws.reshape(n, 4, -1))[-1, trial] == pytest.approx(
                epsilons[-1, trial], abs=ROUNDING
            )


@pytest.mark.parametrize(("claim", "end"), [(Theorem3(), 0.5), (Corollary2(), 1.0)], ids=["theorem3", "corollary2"])
def test_damage_to_a_mask_breaks_the_guarantee(claim, end):
    """Control at the worst weights of 40 draws: within epsilon in all, within 0.99 epsilon in none.

    With a flipped bit within epsilon in at most 2, where the flip leads to the other nearest sum.
    """
    generator = np.random.default_rng(32)
    draws, x = claim.draw(generator, 12, 1, 40), np.linspace(0.0, 1.0, 33)
    broken = np.zeros(3, int)
    for a, epsilon in zip(draws.T, exact(claim, draws)[-1] + ROUNDING, strict=True):
        targets = np.concatenate([hard_targets([a], -end, end, beside=1e-9), generator.uniform(-end, end, 50)])
        errors = linear_errors(a, targets, x)
        worst = targets[[errors.argmax()]]
        mask = nearest_subset(a, worst).masks ^ np.uint64(1 << int(generator.choice(np.flatnonzero(a))))
        wrong = np.abs(worst * x - pruned.linear_outputs(a, mask, x)).max()
        broken += [errors.max() > epsilon, errors.max() > 0.99 * epsilon, wrong > epsilon]
    assert broken[:2].tolist() == [0, 40]
    assert broken[2] >= 38


def flipped(network, x, generator):
    """The network with one bit flipped in the mask of a neuron that fires at x."""
    fires = np.flatnonzero((network.keep_first * network.first) @ x > 0.0)
    keep = network.keep_second.copy()
    keep[0, generator.choice(fires)] -= 1.0
    return network._replace(keep_second=np.abs(keep))


def reweighted(network, x, generator):
    """The network with one kept neuron's second weight drawn again, of those that fire at x."""
    fires = np.flatnonzero(((network.keep_first * network.first) @ x > 0.0) & (network.keep_second[0] > 0.0))
    second = network.second.copy()
    if fires.size:
        second[0, generator.choice(fires)] = generator.uniform(-1.0, 1.0)
    return network._replace(second=second)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_damage_to_a_network_breaks_the_guarantee(d):
    """Control at the worst weights of 60 draws: within epsilon in all; within 0.99 epsilon in none.

    A flipped bit of a neuron that fires breaks it in at least 48 of them (errors of other blocks may make up for it), a
    new second weight, which may be a better one, in at least 36.
    """
    generator = np.random.default_rng([31, d])
    draws = Lemma2().draw(generator, 10, d, 60)
    epsilons = blockwise(draws)
    broken = dict.fromkeys(["sound", "one percent less", "flipped", "reweighted"], 0)
    for trial, epsilon in enumerate(epsilons[-1] + ROUNDING):
        error, network, weights = worst_case(as_layer(draws, trial), least_prefix(epsilons[:, trial]), most=4)
        x = box(d)[np.abs(pruned.errors(network, weights, box(d)))[:, 0].argmax()]
        broken["sound"] += error > epsilon
        broken["one percent less"] += error > 0.99 * epsilon
        for damage in (flipped, reweighted):
            broken[damage.__name__] += worst_error(damage(network, x, generator), weights) > epsilon
    assert (broken["sound"], broken["one percent less"]) == (0, 60)
    assert broken["flipped"] >= 48
    assert broken["reweighted"] >= 36
