"""Theorem 1 for one f: beside networks written out mask by mask, dense inputs, and the slower bounds of `networks`."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from montecarlo import InputError, Precision, PrunedNetwork, sweep
from montecarlo.claims import pruned_network
from montecarlo.claims.validation import certified
from montecarlo.networks import literal
from montecarlo.networks import prune as pruning
from montecarlo.networks.bounds.sandwich import bounds
from montecarlo.networks.pairs import Pair
from montecarlo.networks.wide import Blocks

weights = st.integers(-(2**10), 2**10).map(lambda k: k / 2**10)
"""Products of two are multiples of 2^-20, and sums of them are exact."""

SHAPES = pytest.mark.parametrize(("depth", "d"), [(1, 1), (2, 1), (1, 2), (2, 2), (3, 2), (2, 3)])


class DrawnWide:
    """The first n steps of one trial's draws as the wide network that `literal` writes out; M is full of numbers."""

    def __init__(self, draws, n):
        self.n, self.d = n, draws.shape[3]
        self.u = draws[:n, :2].reshape(2 * n, *draws.shape[2:])
        self.v = draws[:n, 2 : 2 + 2 * self.d].reshape(2 * n, self.d, *draws.shape[2:])

    def layer(self, k):
        """Blocks with j first: u (d, 2n), v (d, d, 2n)."""
        return Blocks(self.u[:, k - 1].T.copy(), self.v[:, :, k - 1].transpose(2, 1, 0).copy())

    def unused(self, k, j):
        """What neurons of block j see of other inputs: masked, so any numbers do."""
        return np.insert(np.random.default_rng(k).uniform(-1.0, 1.0, (2 * self.n, self.d - 1)), j, 0.0, axis=1)


def target_of(draws):
    """W_1, ..., W_l of one trial."""
    return np.ascontiguousarray(draws[0, -draws.shape[3] :].transpose(1, 0, 2))


def written_out(draws, n, *, swapped=False):
    """The network of one trial with 2n neurons a block, pruned by `networks.pruning`; matrices and masks.

    swapped: with the masks of the other side, a control.
    """
    wide, layers = DrawnWide(draws, n), []
    for k, matrix in enumerate(target_of(draws), 1):
        blocks = wide.layer(k)
        solved = Blocks(-blocks.u, blocks.v) if swapped else blocks
        neurons, masks, _ = pruning.prune_blocks(solved, matrix, k == 1, "error", None)
        layers.append(SimpleNamespace(pair=Pair(matrix, matrix, matrix), neurons=neurons, masks=masks))
    return literal.written_out(SimpleNamespace(wide=wide, layers=layers))


def sphere(d, points=720):
    """Rows of norm 1, all of both ends for d = 1, equally far apart for d = 2."""
    if d == 1:
        return np.array([[1.0], [-1.0]])
    if d == 2:
        angles = 2.0 * np.pi * np.arange(points) / points
        return np.stack([np.cos(angles), np.sin(angles)], axis=1)
    drawn = np.random.default_rng(5).standard_normal((points, d))
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


def dense_errors(draws, *, swapped=False):
    """For n' = 1..n the largest ||f(x) - g(x)|| on the sphere's points, both networks matrix by matrix."""
    x = sphere(draws.shape[3])
    f = x
    for k, matrix in enumerate(target_of(draws)):
        f = (np.maximum(f, 0.0) if k else f) @ matrix.T
    networks = [written_out(draws, n, swapped=swapped) for n in range(1, len(draws) + 1)]
    return np.array([np.linalg.norm(f - literal.outputs(network, x), axis=1).max() for network in networks])


def assert_safe(upper, dense):
    """No input is worse than certified; the best n' so far is what counts."""
    assert np.all(np.minimum.accumulate(dense) <= upper + 1e-12)


def bracketed(claim, draws, **options):
    """(lower, upper) of both events, (event, n, trial)."""
    return certified(claim, draws, Precision(**options))


@SHAPES
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_bounds_enclose_the_literal_network(depth, d, data):
    """Dyadic draws: dense inputs never exceed the upper bound, and the lower one never exceeds the least supremum.

    Between points of the circle f - g rises by less than 5^depth / 2 times their distance, 2 pi / 720.
    """
    draws = data.draw(arrays(float, (3, 2 + 3 * d, depth, d, 1), elements=weights, fill=st.nothing()))
    lower, upper = (side[0, :, 0] for side in bracketed(PrunedNetwork(depth), draws))
    dense = dense_errors(draws[..., 0])
    assert_safe(upper, dense)
    missed = 0.0 if d == 1 else 0.01 * (2.0 * d) ** (2 * depth)
    assert np.all(lower <= np.minimum.accumulate(dense) + missed)
    if d == 1:
        np.testing.assert_allclose(lower, np.minimum.accumulate(dense), atol=1e-9)  # both ends are tried


@SHAPES
def test_random_trials_are_safe_and_nearly_attained(depth, d):
    """20 trials of the claim's own draws at n = 1..6: dense <= upper, lower <= dense up to the points' distance.

    The attack falls short of dense points by 2% in the mean at most, now and then by more.
    """
    draws = PrunedNetwork(depth).draw(np.random.default_rng(3), 6, d, 20)
    lower, upper = bracketed(PrunedNetwork(depth), draws)
    shares = []
    for t in range(20):
        dense = dense_errors(draws[..., t])
        assert_safe(upper[0, :, t], dense)
        if d < 3:
            assert np.all(lower[0, :, t] <= np.minimum.accumulate(dense) * 1.01 + 1e-9)
            if dense.min() > 0.0:  # relu leaves nothing of some f, nor of g
                shares.append(lower[0, :, t] / np.minimum.accumulate(dense))
    assert d == 3 or np.mean(shares) >= 0.98


def test_masks_of_the_wrong_side_are_caught():
    """Control: a network whose masks were solved for the other side of u exceeds what is certified, in most trials."""
    draws = PrunedNetwork(2).draw(np.random.default_rng(4), 10, 2, 20)
    upper, caught = bracketed(PrunedNetwork(2), draws).upper[0], 0
    for t in range(20):
        try:
            assert_safe(upper[:, t], dense_errors(draws[..., t], swapped=True))
        except AssertionError:
            caught += 1
    assert caught >= 15


@SHAPES
def test_chain_is_the_product_of_entrywise_errors(depth, d):
    """prod (1 + ||R_k||) - 1 with P and N read off the literal matrices; for ||W_k|| <= 1, best n' so far."""
    draws = PrunedNetwork(depth).draw(np.random.default_rng(6), 5, d, 4)
    lower, upper = (side[1] for side in bracketed(PrunedNetwork(depth), draws))
    for t in range(4):
        least = np.inf
        for n in range(1, 6):
            layers, product = written_out(draws[..., t], n), 1.0
            for k, matrix in enumerate(target_of(draws[..., t])):
                first, second = (layer.matrix * layer.mask for layer in layers[2 * k : 2 * k + 2])
                positive, negative = second @ np.maximum(first, 0.0), second @ np.minimum(first, 0.0)
                both = [np.abs(matrix - positive)] + ([np.abs(matrix - negative)] if k == 0 else [])
                product *= 1.0 + np.linalg.norm(np.max(both, axis=0), 2)
            least = min(least, product - 1.0)
            assert lower[n - 1, t] <= least + 1e-12
            assert least <= upper[n - 1, t] + 1e-12
            assert upper[n - 1, t] <= 1.003 * lower[n - 1, t]


@pytest.mark.parametrize(("depth", "d"), [(1, 2), (2, 2), (2, 4), (3, 3)])
def test_bounds_agree_with_the_slower_ones(depth, d):
    """One network: lower <= upper of `networks.bounds` and its lower <= upper; attacks differ by a tenth at most."""
    draws = PrunedNetwork(depth).draw(np.random.default_rng(7), 1, d, 6)
    lower, upper = (side[0, 0] for side in bracketed(PrunedNetwork(depth), draws))
    for t in range(6):
        layers = [layer.matrix * layer.mask for layer in written_out(draws[..., t], 1)]
        maps = [
            (b @ np.maximum(a, 0.0), b @ np.minimum(a, 0.0)) for a, b in zip(layers[::2], layers[1::2], strict=True)
        ]
        found = bounds([Pair(w, *pair) for w, pair in zip(target_of(draws[..., t]), maps, strict=True)])
        assert lower[t] <= found.upper * (1.0 + 1e-12)
        assert found.lower <= upper[t]
        assert lower[t] >= 0.9 * found.lower


def test_larger_n_and_other_trials_change_nothing():
    """Coupling in n, and independence of trials: a part of the draws has the same numbers, to the bit."""
    claim = PrunedNetwork(2, "orthogonal")
    draws = claim.draw(np.random.default_rng(8), 9, 3, 12)
    whole = bracketed(claim, draws, resolution=0.2)
    for one, part, alone in zip(
        whole,
        bracketed(claim, draws[:5], resolution=0.2),
        bracketed(claim, draws[..., 7:8], resolution=0.2),
        strict=True,
    ):
        np.testing.assert_array_equal(one[:, :5], part)
        np.testing.assert_array_equal(one[..., 7:8], alone)


def test_blocks_and_workers_change_nothing():
    """The same numbers for any block size and number of jobs."""
    claim = PrunedNetwork(2)
    one, other = (sweep(claim, n=6, d=2, trials=100, **options) for options in ({}, {"jobs": 2}))
    assert one.drop_attrs().equals(other.drop_attrs())
    draws = claim.draw(np.random.default_rng(9), 6, 2, 64)
    found = bracketed(claim, draws).upper
    np.testing.assert_array_equal(
        np.concatenate([bracketed(claim, draws[..., k : k + 16]).upper for k in range(0, 64, 16)], -1), found
    )


@pytest.mark.parametrize("kind", ["gaussian", "orthogonal", "low-rank", "sparse", "equal"])
def test_events_are_nested_and_never_grow(kind):
    """Both bounds of both events: nested, non-increasing in n; the bracket is stored without any tolerance."""
    found = sweep(PrunedNetwork(2, kind), n=10, d=3, trials=64)
    lower, upper = (found[name].values[:, 0] for name in ("critical_epsilon_low", "critical_epsilon"))
    assert np.all(lower <= upper)
    for side in (lower, upper):
        assert np.all(side[0] <= side[1])
        assert np.all(np.diff(side, axis=1) <= 0.0)
    assert np.median(upper[0, -1]) < 0.5 * np.median(upper[0, 0])


@pytest.mark.parametrize("kind", ["gaussian", "orthogonal", "low-rank", "sparse", "equal"])
def test_targets_are_fresh_and_of_norm_1(kind):
    """W_k differs from trial to trial ("equal" does not), is the same at every n, and has norm 1."""
    draws = PrunedNetwork(3, kind).draw(np.random.default_rng(10), 4, 5, 6)
    targets = np.stack([target_of(draws[..., t]) for t in range(6)])
    assert np.all(draws[:, -5:] == draws[:1, -5:])
    norms = np.linalg.norm(targets, 2, axis=(-2, -1))
    np.testing.assert_allclose(norms, 1.0, atol=1e-11)
    assert np.all(norms <= 1.0)
    assert len(np.unique(targets.reshape(18, -1), axis=0)) == (1 if kind == "equal" else 18)


def test_sides_with_more_than_40_neurons():
    """n = 25 with all u > 0: the first 40 of 50 neurons count, and x < 0 has none, so the error there stays |W x|."""
    claim = PrunedNetwork(1, "equal")
    draws = claim.draw(np.random.default_rng(11), 21, 1, 1)
    draws[:, :2] = np.abs(draws[:, :2])
    lower, upper = (side[0, :, 0] for side in bracketed(claim, draws))
    np.testing.assert_allclose(lower, 1.0, atol=1e-9)
    np.testing.assert_allclose(upper, 1.0, rtol=1e-3)


def test_attacks_start_at_both_ends_of_every_axis():
    """f - g has a kink at x_j = 0, so that one end says nothing of the other."""
    starts = pruned_network._starting_directions(3)
    assert starts.shape == (18, 3)
    assert {tuple(sign * axis) for sign in (1.0, -1.0) for axis in np.eye(3)} <= {tuple(start) for start in starts}


def test_subsets_cost_no_more_where_sides_are_full():
    """From n = 37 on most sides have their 40 neurons; what is left to pay are bounds."""
    below, full, largest = (PrunedNetwork().cost(n, 2, Precision()).seconds for n in (36, 37, 40))
    assert below * 1.3 < full
    assert largest < 1.01 * full


def test_bad_parameters_are_refused():
    """depth, kind, n: the rule and the value."""
    with pytest.raises(InputError, match=r"^depth must be a whole number of at least 1, got 0"):
        PrunedNetwork(0)
    with pytest.raises(InputError, match=r"^kind of target must be one of gaussian, .*, got 'dense'"):
        PrunedNetwork(2, "dense")
    with pytest.raises(InputError, match=r"^n of Theorem 1, one f must be at most 40, got 41"):
        sweep(PrunedNetwork(), n=[41], d=2, trials=1)
