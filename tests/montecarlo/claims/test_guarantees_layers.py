"""Whatever W or deep f is asked for, the pruned network is within the critical epsilon of it: Lemma 3 and Theorem 1.

The networks are evaluated as networks, with one mask of the shape of every wide matrix. What is safe here need not be
attained, since the rows' worst x differ; a layer of one row is Lemma 2, which is (see test_guarantees.py).
"""

import numpy as np
import pruned
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import hard_targets, least_prefix
from pruned import as_draws, as_layer, box
from strategies import BESIDE, layers

from montecarlo import Lemma1, Lemma3, Precision, Theorem1

ROUNDING = 1e-12
"""Relative, for square roots, norms and products of (1 + norm), and absolute, for the additions."""


def within(errors, epsilon):
    """Whether all errors are at most epsilon, up to rounding."""
    return np.max(errors) <= epsilon * (1.0 + ROUNDING) + ROUNDING


def exact(claim, draws, event):
    """Critical epsilons of one event, (n, trial)."""
    return claim.critical_epsilons(draws, Precision()).upper[list(claim.events).index(event)]


def blockwise(claim, draws):
    """Critical epsilons of Lemma 3's blockwise; its assignment is at least reach and at most blockwise."""
    reach, assignment, found = (exact(claim, draws, event) for event in ("reach", "assignment", "blockwise"))
    assert np.all(reach <= assignment * (1.0 + ROUNDING))
    assert np.all(assignment <= found)
    return found


def of_norm_one(matrix):
    """The matrix divided by its spectral norm, a hair below 1; 0 stays 0."""
    norm = np.linalg.norm(matrix, 2)
    return matrix / norm * (1.0 - 1e-15) if norm > 0.0 else matrix


FAMILIES = {
    "gaussian": lambda rng, d2, d1: of_norm_one(rng.normal(size=(d2, d1))),
    "orthogonal": lambda rng, d2, d1: np.linalg.qr(rng.normal(size=(max(d1, d2), max(d1, d2))))[0][:d2, :d1],
    "signed permutation": lambda rng, d2, d1: (
        rng.choice([-1.0, 1.0], d1) * np.eye(max(d1, d2))[rng.permutation(max(d1, d2))][:d2, :d1]
    ),
    "all equal": lambda rng, d2, d1: of_norm_one(np.full((d2, d1), rng.choice([-1.0, 1.0]))),
    "rank one": lambda rng, d2, d1: of_norm_one(np.outer(rng.normal(size=d2), rng.normal(size=d1))),
    "zero": lambda rng, d2, d1: np.zeros((d2, d1)),
}
"""W with ||W|| <= 1: name -> function of (generator, rows, columns). Permutations ask for the ends of [-1, 1]."""


def hard_matrices(layer, generator, many, **options):
    """Matrices each of whose w_ij is hard for its own neurons, or beside such a target: (many, d2, d1)."""
    outputs, d = layer.shape[2] - 1, layer.shape[3]
    options = {"beside": BESIDE} | options
    hard = [hard_targets(pruned.summands(layer, i, j), -1.0, 1.0, **options) for i, j in np.ndindex(outputs, d)]
    return np.stack([generator.choice(targets, many) for targets in hard], axis=-1).reshape(many, outputs, d)


def layer_errors(layer, matrices, steps):
    """sup over x of ||W x - g(x)||_2 for every W of (many, d2, d1), x on a grid with all sign vectors."""
    many, outputs, d = matrices.shape
    weights = matrices.reshape(-1, d)
    found = pruned.errors(pruned.pruned(layer, weights, steps=steps), weights, box(d))
    return np.linalg.norm(found.reshape(-1, many, outputs), axis=2).max(axis=0)


def asked_of_a_layer(layer, generator, **options):
    """Matrices for Lemma 3: hard ones, signs alone, uniform ones (|w_ij| <= 1), and every family of ||W|| <= 1."""
    outputs, d = layer.shape[2] - 1, layer.shape[3]
    signs = generator.choice([-1.0, 1.0], (16, outputs, d))
    some = generator.uniform(-1.0, 1.0, (16, outputs, d))
    bounded = np.array([family(generator, outputs, d) for family in FAMILIES.values() for _ in range(2)])
    return np.concatenate([hard_matrices(layer, generator, 48, **options), signs, some, bounded])


@settings(max_examples=40)
@given(layers(most_steps=3, most_rows=3, most_inputs=3), st.integers(0, 99))
def test_lemma3(layer, seed):
    """l2 error <= blockwise for every |w_ij| <= 1, d1 and d2 from 1 to 3, u_j shared by the rows, masks S by row."""
    epsilons = blockwise(Lemma3(layer.shape[2] - 1), as_draws(layer))[:, 0]
    steps = least_prefix(epsilons)
    assert within(
        layer_errors(layer, asked_of_a_layer(layer[:steps], np.random.default_rng(seed)), steps), epsilons[-1]
    )


@pytest.mark.parametrize("shape", [(1, 3), (3, 1), (2, 2), (3, 2), (3, 3)], ids=lambda shape: f"{shape[0]}x{shape[1]}")
def test_lemma3_on_uniform_floats(shape):
    """The same on what the claim draws, d2 x d1, 24 neurons a block: the widest gaps and just beside them."""
    (outputs, d), generator = shape, np.random.default_rng([41, *shape])
    claim = Lemma3(outputs)
    draws = claim.draw(generator, 12, d, 4)
    epsilons = blockwise(claim, draws)
    for trial in range(4):
        layer, steps = as_layer(draws, trial, outputs), least_prefix(epsilons[:, trial])
        asked = asked_of_a_layer(layer[:steps], generator, most=6, beside=1e-9)
        assert within(layer_errors(layer, asked, steps), epsilons[-1, trial])


def target(matrices, x):
    """f(x) = W_l relu(... relu(W_1 x)) for every row of x."""
    for k, weights in enumerate(matrices):
        x = (np.maximum(x, 0.0) if k else x) @ weights.T
    return x


def through(networks, x):
    """The pruned random network of twice the depth, pair of layers by pair of layers, at every row of x."""
    for k, network in enumerate(networks):
        x = network(np.maximum(x, 0.0) if k else x)
    return x


def deep(draws, matrices, serve="statement"):
    """The pruned pairs of layers of one trial's draws of Theorem 1, (n, 2, 1 + d, l, d); layer 1 sees both signs."""
    return [
        pruned.pruned(draws[:, :, :, k], weights, serve if k else "statement") for k, weights in enumerate(matrices)
    ]


def radii(layer):
    """R_ij, the statement of Lemma 1 for every weight of a pair of layers."""
    outputs, d = layer.shape[2] - 1, layer.shape[3]
    blocks = np.stack([layer[:, :, [0, 1 + i], j].reshape(-1, 4) for i, j in np.ndindex(outputs, d)], axis=-1)
    return exact(Lemma1(), blocks, "statement")[-1].reshape(outputs, d)


def ball(draws, matrices, generator):
    """Points of ||x|| <= 1: inside, on the sphere, along the axes, and the top singular directions of W_1, W_2 W_1, ...

    and of R_1, whose signs are left open.
    """
    d = draws.shape[-1]
    sphere = generator.normal(size=(120, d))
    sphere /= np.linalg.norm(sphere, axis=1, keepdims=True)
    top, product = [], np.eye(d)
    for weights in matrices:
        product = weights @ product
        top += list(np.linalg.svd(product)[2])
    signs = box(d)[np.all(np.abs(box(d)) == 1.0, axis=1)]
    top += list(np.linalg.svd(radii(draws[:, :, :, 0]))[2][0] * signs)
    inside = sphere * generator.uniform(size=(120, 1)) ** (1.0 / d)
    return np.concatenate([sphere, inside, np.eye(d), -np.eye(d), top, np.negative(top)]) * (1.0 - 1e-15)


def deep_error(networks, matrices, x):
    """The largest ||f(x) - g(x)||, both evaluated layer by layer."""
    return np.linalg.norm(target(matrices, x) - through(networks, x), axis=1).max()


def asked_of_a_network(draws, generator):
    """f in F: every family of W in all layers, families mixed, and diagonals of weights that are hard for layer k."""
    d, depth = draws.shape[-1], draws.shape[3]
    for family in FAMILIES.values():
        yield [family(generator, d, d) for _ in range(depth)]
    yield [generator.choice(list(FAMILIES.values()))(generator, d, d) for _ in range(depth)]
    hard = [hard_matrices(draws[:, :, :, k], generator, 2, most=6, beside=1e-9) for k in range(depth)]
    for choice in range(2):
        yield [matrices[choice] * np.eye(d) for matrices in hard]


def check_theorem1(draws, generator):
    """Both events in which masks are chosen: the certificate, and layers 2, 3, ... without the neurons with u < 0."""
    claim = Theorem1(draws.shape[3])
    certificate, sharper = (exact(claim, draws[..., None], e)[-1, 0] for e in ("certificate", "sharper certificate"))
    for matrices in asked_of_a_network(draws, generator):
        x = ball(draws, matrices, generator)
        assert within(deep_error(deep(draws, matrices), matrices, x), certificate)
        networks = deep(draws, matrices, "non-negative")
        for network in networks[1:]:
            assert not network.keep_second[:, (network.keep_first * network.first).sum(axis=1) < 0.0].any()
        assert within(deep_error(networks, matrices, x), sharper)


@settings(max_examples=15)
@given(st.integers(1, 5), st.integers(1, 3), st.integers(1, 3), st.booleans(), st.integers(0, 2**32))
def test_theorem1(n, d, depth, spread, seed):
    """||f(x) - g(x)|| <= certificate for all f tried and ||x|| <= 1; dyadic weights, widths and depths 1 to 3."""
    generator = np.random.default_rng(seed)
    draws = generator.integers(-(2**10), 2**10, (n, 2, 1 + d, depth, d), endpoint=True) / 2**10
    if spread:  # else the sums seldom reach the ends of [-1, 1]
        draws[:, :, 0] = np.where(draws[:, :, 0] < 0.0, -1.0, 1.0)
    check_theorem1(draws, generator)


@pytest.mark.parametrize("n", [8, 18])
@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize("d", [1, 2, 3])
def test_theorem1_on_uniform_floats(n, depth, d):
    """The same on what the claim draws, up to 36 neurons a block, where the certificate says something."""
    generator = np.random.default_rng([42, n, depth, d])
    draws = Theorem1(depth).draw(generator, n, d, 2)
    for trial in range(2):
        check_theorem1(draws[..., trial], generator)


@pytest.mark.slow
@pytest.mark.parametrize("depth", [1, 2, 3, 4])
@pytest.mark.parametrize("d", [1, 2, 3, 4])
def test_theorem1_on_many_uniform_floats(depth, d):
    """The same with many more trials."""
    generator = np.random.default_rng([43, depth, d])
    draws = Theorem1(depth).draw(generator, 18, d, 6)
    for trial in range(6):
        check_theorem1(draws[..., trial], generator)


def without_largest(network):
    """The network with the mask's bit of the neuron with the largest |v u| flipped."""
    sizes = np.abs(network.second * (network.keep_first * network.first).sum(axis=1))
    at = np.unravel_index(sizes.argmax(), sizes.shape)
    keep = network.keep_second.copy()
    keep[at] = 1.0 - keep[at]
    return network._replace(keep_second=keep)


@pytest.mark.parametrize("shape", [(1, 2), (2, 2), (3, 2)], ids=lambda shape: f"{shape[0]}x{shape[1]}")
def test_damage_to_a_layer_breaks_lemma3(shape):
    """Control, 20 draws, the worst W tried: sound in all; in at least 15 broken by a flipped bit, and by half the n.

    In 10 at least some W tried has an error above 0.9 epsilon, so the bound is no loose one.
    """
    (outputs, d), generator = shape, np.random.default_rng([44, *shape])
    draws = Lemma3(outputs).draw(generator, 14, d, 20)
    epsilons = blockwise(Lemma3(outputs), draws)
    broken, broken_by = np.zeros((2, 2), int)
    for trial, epsilon in enumerate(epsilons[-1]):
        layer, steps = as_layer(draws, trial, outputs), least_prefix(epsilons[:, trial])
        asked = asked_of_a_layer(layer[:steps], generator, most=4, beside=1e-9)
        errors = layer_errors(layer, asked, steps)
        worst = asked[errors.argmax()]
        flipped = without_largest(pruned.pruned(layer, worst, steps=steps))
        wrong = np.linalg.norm(pruned.errors(flipped, worst, box(d)), axis=1)
        few = layer_errors(layer, asked, 7)
        broken += [not within(errors, epsilon), not within(errors, 0.9 * epsilon)]
        broken_by += [not within(wrong, epsilon), not within(few, epsilon)]
    assert broken[0] == 0
    assert broken[1] >= 10
    assert np.all(broken_by >= 15)


@pytest.mark.parametrize("depth", [1, 2])
@pytest.mark.parametrize("d", [1, 2])
def test_damage_to_a_network_breaks_theorem1(d, depth):
    """Control, 9 draws at n = 18, where the certificate is small: sound in all, broken in at least 6 by each damage.

    The damage: a flipped bit in every pair of layers, masks that keep four steps, the masks of -f.
    """
    generator = np.random.default_rng([45, d, depth])
    draws = Theorem1(depth).draw(generator, 18, d, 9)
    broken = np.zeros(4, int)
    for trial, epsilon in enumerate(exact(Theorem1(depth), draws, "certificate")[-1]):
        one, worst = draws[..., trial], np.zeros(4)
        for matrices in asked_of_a_network(one, generator):
            x, sound = ball(one, matrices, generator), deep(one, matrices)
            networks = sound, [*map(without_largest, sound)], deep(one[:4], matrices), deep(one, np.negative(matrices))
            worst = np.maximum(worst, [deep_error(each, matrices, x) for each in networks])
        broken += [not within(error, epsilon) for error in worst]
    assert broken[0] == 0
    assert np.all(broken[1:] >= 6)


def test_one_weight_in_one_pair_of_layers_attains_theorem1():
    """Depth 1, width 1: some w has the error of the certificate in each of 50 draws, so 1% less breaks in all."""
    generator = np.random.default_rng(46)
    draws = Theorem1(1).draw(generator, 8, 1, 50)
    for trial, epsilon in enumerate(exact(Theorem1(1), draws, "certificate")[-1]):
        one = draws[..., trial]
        layer = one[:, :, :, 0]
        hard = hard_targets(pruned.summands(layer, 0, 0), -1.0, 1.0, beside=0.0)
        errors = np.abs(pruned.errors(pruned.pruned(layer, hard[:, None]), hard[:, None], box(1))).max(axis=0)
        worst = [hard[errors.argmax()].reshape(1, 1)]
        error = deep_error(deep(one, worst), worst, ball(one, worst, generator))
        assert within(error, epsilon)
        assert not within(error, 0.99 * epsilon)
