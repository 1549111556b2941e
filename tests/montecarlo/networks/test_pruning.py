"""Pruning a random network to a target: promises of the objectives, sides, the literal network, same bits anyhow."""

import itertools
from contextlib import contextmanager
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import oracles
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from montecarlo import InputError, Target, prune, random_target
from montecarlo.networks import literal, wide
from montecarlo.networks import plan as plans
from montecarlo.networks import prune as pruning
from montecarlo.networks.masks import unpack
from montecarlo.networks.pairs import pruned_outputs, target_outputs
from montecarlo.sampling.laws import Uniform
from montecarlo.solvers.nearest_subset import MOST_ENTRIES
from montecarlo.storage import lock


class Coarse(Uniform):
    """U[-1, 1] rounded to multiples of 1/16: whole networks of these are computed without rounding."""

    def sample(self, generator, n, trials):
        return np.round(16.0 * super().sample(generator, n, trials)) / 16.0


def dyadic_inputs(inputs, count=50):
    return np.random.default_rng(0).integers(-16, 17, (count, inputs)) / 16.0


def alike(one, other):
    """Equal masks, maps and counts, bit for bit."""
    return all(
        np.array_equal(a, b)
        for pair in zip(one.layers, other.layers, strict=True)
        for a, b in zip((*pair[0].pair, *pair[0][1:]), (*pair[1].pair, *pair[1][1:]), strict=True)
    )


@settings(max_examples=40)
@given(
    st.lists(st.integers(1, 4), min_size=2, max_size=4),
    st.integers(1, 5),
    st.integers(0, 2**32),
    st.sampled_from([("error", None), ("error", 0.05), ("within", 0.05), ("within", 0.3), ("fewest", 0.1)]),
)
def test_objectives_keep_their_promise(widths, n, seed, asked):
    """Every mask by enumeration: the least error; within epsilon, or a miss where nothing is; the fewest entries."""
    objective, epsilon = asked
    target = random_target("gaussian", widths, seed)
    found = prune(target, n=n, seed=seed, epsilon=epsilon, objective=objective)
    for k, layer in enumerate(found.layers, 1):
        missed = np.zeros(2, int)
        u, v = found.wide.layer(k)
        kept = unpack(layer.masks, 2 * n)
        for i, j in np.ndindex(layer.pair.weights.shape):
            w = layer.pair.weights[i, j]
            for s, sums in enumerate((layer.pair.positive, layer.pair.negative)):
                side = u[j] < 0 if s else u[j] > 0
                if s and k > 1:
                    assert not kept[j, i, side].any()
                    assert sums[i, j] == 0.0
                    continue
                entries = v[j, i, side] * u[j, side]
                error, least = abs(w - sums[i, j]), float(oracles.nearest_error(entries, w))
                best = None if epsilon is None else oracles.fewest_within(entries, w, epsilon)
                missed[s] += epsilon is not None and best is None
                if objective == "error" or best is None:
                    assert error == pytest.approx(least, abs=1e-14)
                elif objective == "within":
                    assert error <= epsilon
                else:
                    assert (kept[j, i, side].sum(), error) == (best[0], pytest.approx(float(best[1]), abs=1e-14))
        assert layer.missed.tolist() == missed.tolist()
        assert layer.kept.sum() == kept.sum()


@pytest.mark.parametrize("widths", [(2, 3), (3, 1, 2), (2, 3, 2, 1)])
def test_the_literal_network_is_what_the_pairs_say(monkeypatch, widths):
    """Dense random matrices and full masks of their shapes, neuron by neuron, give P x+ + N x-, exactly."""
    monkeypatch.setattr(wide, "_LAW", Coarse())
    target = Target([np.round(64.0 * w) / 64.0 for w in random_target("gaussian", widths, 1).weights])
    found = prune(target, n=6, epsilon=0.02)
    layers = literal.written_out(found)
    shapes = [shape for a, b in itertools.pairwise(widths) for shape in ((12 * a, a), (b, 12 * a))]
    assert [layer.matrix.shape for layer in layers] == [layer.mask.shape for layer in layers] == shapes
    assert all((layer.matrix != 0.0).mean() > 0.9 for layer in layers)  # what masks prune away is there
    x = dyadic_inputs(widths[0])
    np.testing.assert_array_equal(literal.outputs(layers, x), pruned_outputs(found.pairs, x))
    changed = layers[-1].mask.copy()
    hidden = literal.outputs(layers[:-1], x).max(axis=0) > 0.0
    changed[0, np.flatnonzero(hidden & (layers[-1].matrix[0] != 0.0))[0]] ^= True
    others = (*layers[:-1], literal.WideLayer(layers[-1].matrix, changed))
    assert (literal.outputs(others, x) != pruned_outputs(found.pairs, x)).any()


def test_the_network_comes_near_its_target():
    """8-8-4 at n = 30, epsilon = 0.01: nothing missed, f - g on the unit ball below what Theorem 1's chain gives."""
    target = random_target("gaussian", (8, 8, 4), seed=0)
    found = prune(target, n=30, epsilon=0.01)
    assert found.missed == 0
    x = np.random.default_rng(1).standard_normal((1000, 8))
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    distance = np.linalg.norm(target_outputs(found.pairs, x) - pruned_outputs(found.pairs, x), axis=1).max()
    assert 0.0 < distance < (1.0 + 0.01 * 8.0) * (1.0 + 0.01 * np.sqrt(32.0)) - 1.0
    np.testing.assert_allclose(
        literal.outputs(literal.written_out(found), x), pruned_outputs(found.pairs, x), atol=1e-13
    )


def test_same_bits_whatever_the_workers(monkeypatch):
    """In this process, in two, block by block or in one piece: masks, maps and counts."""
    target = random_target("gaussian", (7, 6, 5), seed=2)
    one = prune(target, n=12, seed=5, epsilon=0.01)
    monkeypatch.setattr(pruning, "_WORTH_SECONDS", 0.0)
    assert alike(one, prune(target, n=12, seed=5, epsilon=0.01, jobs=2))
    monkeypatch.setattr(plans, "_PART_BYTES", 0.0)
    seen = []
    assert alike(one, prune(target, n=12, seed=5, epsilon=0.01, progress=lambda *state: seen.append(state)))
    assert seen == [(done, 72) for done in (0, *range(6, 43, 6), *range(47, 73, 5))]
    assert not alike(one, prune(target, n=12, seed=6, epsilon=0.01))


def test_the_wide_network_knows_neither_target_nor_n():
    """A larger n continues a smaller one's neurons; layers, blocks and entries that are pruned anyway are others."""
    small, large = wide.Wide((3, 4, 2), 5, 7), wide.Wide((3, 4, 2), 9, 7)
    for k in (1, 2):
        for a, b in zip(small.layer(k), large.layer(k), strict=True):
            np.testing.assert_array_equal(a, b[..., :10])
    np.testing.assert_array_equal(small.unused(1, 2), large.unused(1, 2)[:10])
    numbers = [small.layer(1).u, small.layer(1).v, small.layer(2).u, small.layer(2).v]
    numbers += [small.unused(k, j) for k in (1, 2) for j in range((3, 4)[k - 1])]
    drawn = np.concatenate([np.ravel(values) for values in numbers])
    assert np.unique(drawn[drawn != 0.0]).size == np.count_nonzero(drawn) == 10 * (3 + 12 + 4 + 8 + 3 * 2 + 4 * 3)
    np.testing.assert_array_equal(small.blocks(1, 1, 3).v, small.layer(1).v[1:3])


def test_a_side_uses_its_first_forty_neurons():
    """n = 60: some 60 neurons a side, the first 40 of them used, the others pruned away."""
    found = prune(random_target("gaussian", (2, 2, 2)), n=60, epsilon=0.1)
    for k, layer in enumerate(found.layers, 1):
        u = found.wide.layer(k).u
        for block, kept in zip(u, unpack(layer.neurons, 120), strict=True):
            for s, fires in enumerate((block > 0.0, block < 0.0)):
                first = np.flatnonzero(fires)[:MOST_ENTRIES] if k == 1 or s == 0 else []
                assert np.flatnonzero(kept & fires).tolist() == list(first)


def test_a_side_without_neurons_is_missed():
    """n = 1: in half of the blocks both neurons have one sign, and nothing serves the other: the empty sum, a miss."""
    found = prune(Target([np.full((1, 40), 0.9)]), n=1, seed=0, epsilon=0.01)
    u = found.wide.layer(1).u
    for s, sums in enumerate((found.layers[0].pair.positive, found.layers[0].pair.negative)):
        without = ~((u < 0) if s else (u > 0)).any(axis=1)
        assert 0 < without.sum() < 40
        assert (sums[0, without] == 0.0).all()
        assert found.layers[0].missed[s] >= without.sum()


def test_nothing_is_drawn_again():
    """A target out of reach leaves the wide network as it is: misses, with their nearest subsets."""
    easy, hard = (prune(Target([np.full((3, 3), w)]), n=2, seed=1, epsilon=1e-6) for w in (0.0, 1.0))
    assert easy.missed == 0
    assert hard.missed == 18
    for a, b in zip(easy.wide.layer(1), hard.wide.layer(1), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n": 0}, "n must be a whole number of at least 1, got 0"),
        ({"n": 201}, "n must be at most 200, got 201; lower it"),
        ({"n": 2.0}, "n must be a whole number of at least 1, got 2.0"),
        ({"n": 2, "seed": -1}, "seed must be a whole number of at least 0, got -1"),
        ({"n": 2, "epsilon": -0.1}, "epsilon must be 0 or more and finite, got -0.1; set epsilon=0.01"),
        ({"n": 2, "epsilon": float("nan")}, "epsilon must be 0 or more and finite, got nan"),
        ({"n": 2, "objective": "within"}, "epsilon must be given for 'within', got none"),
        ({"n": 2, "objective": "most"}, "objective must be one of error, within, fewest, got 'most'"),
        ({"n": 2, "epsilon": 0.1, "jobs": 0}, "jobs must be a whole number of at least 1, got 0"),
    ],
)
def test_bad_options_are_refused(options, message):
    with pytest.raises(InputError, match=message):
        prune([np.eye(2)], **options)


def test_what_is_too_large_is_refused_before_it_starts(monkeypatch, tmp_path):
    """Memory, disk and years, each with the estimate, before a number is drawn."""
    monkeypatch.setattr(wide, "generator", None)
    target = random_target("equal", (50, 50))
    monkeypatch.setattr(plans, "memory_limit", lambda: 1e4)
    with pytest.raises(InputError, match=r"2,500 weights at n = 30 needs about 117 KiB, but there are about 9.77 KiB"):
        prune(target, n=30, epsilon=0.01)
    monkeypatch.undo()
    monkeypatch.setattr(plans.shutil, "disk_usage", lambda path: SimpleNamespace(free=1000))
    with pytest.raises(InputError, match=r"2,500 weights at n = 30 need about 1.22 MiB on disk, but .* has room for"):
        prune(target, n=30, epsilon=0.01, out=tmp_path / "new")
    monkeypatch.setattr(plans, "_LONGEST", 1.0)
    with pytest.raises(InputError, match=r"pruning would take about 0 years of one core; lower n"):
        prune(target, n=40)
    assert not any(tmp_path.iterdir())


def test_matrices_are_targets():
    """A list of arrays is taken as it is, and checked as a target."""
    assert prune([np.eye(2) * 0.5], n=3).target.widths == (2, 2)
    assert prune([[[0.5]]], n=3).missed == 0
    with pytest.raises(InputError, match="W1 of the target must have"):
        prune([np.eye(2) * 2.0], n=3)


def test_errors_are_exact():
    """|w - P| of what was found, against rational numbers: P is the sum correctly rounded."""
    found = prune(random_target("sparse", (5, 5), 1), n=8, seed=3)
    u, v = found.wide.layer(1)
    kept = unpack(found.layers[0].masks, 16)
    for i, j in np.ndindex(5, 5):
        total = sum(
            (Fraction(v[j, i, k]) * Fraction(u[j, k]) for k in np.flatnonzero(kept[j, i] & (u[j] > 0.0))), Fraction(0)
        )
        assert found.layers[0].pair.positive[i, j] == float(total)


def test_a_folder_that_was_filled_meanwhile_is_refused_before_any_work(tmp_path, monkeypatch):
    """Between the first look and the lock another process stored its network there."""

    @contextmanager
    def late(folder):
        folder.mkdir()
        (folder / "network.json").write_text("{}")
        yield

    monkeypatch.setattr(lock, "reserved", late)
    with pytest.raises(InputError, match="a pruned network needs a new folder"):
        prune([[[0.5]]], n=2, out=tmp_path / "DIR", progress=lambda *_: pytest.fail("worked"))
