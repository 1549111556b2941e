"""Lemma 2 with every mask tried: beside literal enumeration of s and T, beside dense inputs, and beside Lemma 1."""

import itertools

import numpy as np
import oracles
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from montecarlo import InputError, Precision, TinyNeuron, sweep

eighths = st.integers(-8, 8).map(lambda k: k / 8.0)
powers = st.sampled_from([1.0, -1.0, 0.5, -0.5, 0.25, -0.25])
targets = st.tuples(eighths, eighths)


@st.composite
def dyadic_neurons(draw, max_size=3):
    """Rows m1, m2, v whose kinks are dyadic: of m1, m2 the larger one is a power of two; equal, zero, all zero too."""
    small = st.sampled_from([0.0, 1.0, -1.0, 0.5, 0.25, -0.75, 0.625])
    rows = st.tuples(powers | st.just(0.0), small, eighths, st.booleans())
    size = draw(st.integers(1, max_size))
    drawn = [draw(rows) for _ in range(size)]
    return np.array([(m * part, m, v) if swap else (m, m * part, v) for m, part, v, swap in drawn])


float_neurons = st.integers(0, 2**32).map(lambda seed: np.random.default_rng(seed).uniform(-1.0, 1.0, (3, 3)))


def errors(neurons, w1, w2):
    """(best masks, blockwise) of every prefix of one trial's neurons: shape (2, n)."""
    draws = np.asarray(neurons)[:, :, None]
    return TinyNeuron(w1, w2).critical_epsilons(draws, Precision()).upper[:, :, 0]


def dense_errors(neurons, w1, w2, x, choices):
    """max over the columns of x of |w^T x - g(x)|, for each choice of a form (0 to 3) a neuron, rows of `choices`."""
    kept = np.array([[0, 0], [1, 0], [0, 1], [1, 1]])[choices]  # (choice, neuron, weight)
    fired = np.maximum((kept * neurons[:, :2]) @ x, 0.0)
    return np.abs(w1 * x[0] + w2 * x[1] - np.einsum("i,cix->cx", neurons[:, 2], fired)).max(axis=1)


def every_choice(n, blockwise=False):
    forms = [(0, 1 + i % 2) if blockwise else range(4) for i in range(n)]
    return np.array(list(itertools.product(*forms)))


def dense_square(points=4000):
    """Corners and random points of the square, most of them on its boundary: columns."""
    x = np.random.default_rng(7).uniform(-1.0, 1.0, (2, points))
    x[0, ::3], x[1, 1::3] = np.sign(x[0, ::3]), np.sign(x[1, 1::3])
    return np.concatenate([x, [[1.0, 1.0, -1.0, -1.0], [1.0, -1.0, 1.0, -1.0]]], axis=1)


def assert_safe(claimed, dense):
    """No input is worse than claimed, up to rounding."""
    assert np.all(dense <= claimed + 1e-14)


@settings(max_examples=12)
@given(dyadic_neurons(), targets)
def test_least_errors_equal_enumeration_of_all_masks(neurons, w):
    """Both events, every prefix, to the bit: all s in {0,1}^n, T in {0,1}^(n x 2) in fractions, cut at all kinks."""
    found = errors(neurons, *w)
    for k in range(len(neurons)):
        assert found[0, k] == oracles.best_mask_error(neurons[: k + 1], *w)
        assert found[1, k] == oracles.best_mask_error(neurons[: k + 1], *w, blockwise=True)


@settings(max_examples=3)
@given(float_neurons, targets)
def test_kinks_anywhere_equal_enumeration_up_to_rounding(neurons, w):
    """Kinks at any angle."""
    found = errors(neurons, *w)[:, -1]
    assert found[0] == pytest.approx(float(oracles.best_mask_error(neurons, *w)), abs=1e-15)
    assert found[1] == pytest.approx(float(oracles.best_mask_error(neurons, *w, blockwise=True)), abs=1e-15)


@given(float_neurons, targets)
def test_errors_are_safe_and_attained(neurons, w):
    """Some masks let no dense input exceed the claimed error, and no masks are better than claimed.

    Inputs within 0.01 of each point of the boundary, slopes of at most 4: the dense error misses 0.04 at most.
    """
    found = errors(neurons, *w)
    side = np.linspace(-1.0, 1.0, 101)
    ring = [np.stack(pair) for end in (-1.0, 1.0) for pair in ((0 * side + end, side), (side, 0 * side + end))]
    x = np.concatenate([dense_square(), *ring], axis=1)
    for event, blockwise in enumerate((False, True)):
        dense = dense_errors(neurons, *w, x, every_choice(3, blockwise)).min()
        assert_safe(found[event, -1], dense)
        assert found[event, -1] <= dense + 0.04


def test_kinks_count():
    """Control: with corners and axis points alone, some input refutes the error claimed for the masks best there.

    The share of such trials is about 0.07; fewer than 10 of 600 come with probability below 1e-8.
    """
    corners, x = np.array(list(itertools.product((-1.0, 0.0, 1.0), repeat=2))).T, dense_square()
    refuted = 0
    for neurons in np.random.default_rng(0).uniform(-1.0, 1.0, (600, 4, 3)):
        choices = every_choice(4)
        coarse = dense_errors(neurons, 0.5, -0.25, corners, choices)
        best = coarse.argmin()
        try:
            assert_safe(coarse[best], dense_errors(neurons, 0.5, -0.25, x, choices[best : best + 1]))
        except AssertionError:
            refuted += 1
        assert errors(neurons, 0.5, -0.25)[0, -1] >= coarse[best] - 1e-15
    assert refuted >= 10


@given(dyadic_neurons(max_size=5), eighths)
def test_one_weight_of_zero_leaves_lemma_1(neurons, w):
    """w = (w1, 0): the second block is pruned away, and the first is Lemma 1's problem for w1, with its own masks."""
    mine = neurons[::2]
    assert errors(neurons, w, 0.0)[1, -1] == oracles.network_errors(mine[:, 0], mine[:, 2], [w])[0]


@given(st.integers(0, 2**32), targets)
def test_blockwise_is_two_problems_of_one_input(seed, w):
    """min over s_1, s_2 of max(P_1 + P_2, N_1 + N_2): P_j, N_j the largest error of block j upwards and downwards.

    A block's error is a_j x_j for x_j > 0, b_j x_j for x_j < 0: P_j = max(a_j, -b_j, 0), N_j = max(-a_j, b_j, 0).
    """
    neurons = np.random.default_rng(seed).uniform(-1.0, 1.0, (6, 3))
    ends = []
    for j in range(2):
        products = neurons[j::2, j] * neurons[j::2, 2]
        firing = neurons[j::2, j] > 0, neurons[j::2, j] < 0
        up, down = (oracles.all_sums((products * side)[None])[0] for side in firing)
        a, b = w[j] - up, w[j] - down
        ends.append((np.maximum(np.maximum(a, -b), 0.0), np.maximum(np.maximum(-a, b), 0.0)))
    (p1, n1), (p2, n2) = ends
    least = np.maximum(np.add.outer(p1, p2), np.add.outer(n1, n2)).min()
    assert errors(neurons, *w)[1, -1] == pytest.approx(least, abs=1e-14)


@given(dyadic_neurons(max_size=4), targets, st.randoms(use_true_random=False))
def test_symmetries(neurons, w, random):
    """The best masks care neither for the order of neurons, nor for that of inputs, nor for a sign of w, v or of x."""
    best = errors(neurons, *w)[0, -1]
    assert best == errors(neurons[random.sample(range(len(neurons)), len(neurons))], *w)[0, -1]
    assert best == errors(neurons[:, [1, 0, 2]], w[1], w[0])[0, -1]
    assert best == errors(neurons * [1.0, 1.0, -1.0], -w[0], -w[1])[0, -1]
    assert best == errors(neurons * [-1.0, 1.0, 1.0], -w[0], w[1])[0, -1]


@pytest.mark.parametrize("w", [(1.0, -0.5), (0.5, -0.25), (0.0, 1.0)])
def test_events_are_nested_and_never_grow(w):
    """best masks <= blockwise <= |w1| + |w2|, all non-increasing in n, in every trial, without tolerance."""
    found = sweep(TinyNeuron(*w), n=6, trials=1000).critical_epsilon.values[:, 0]
    assert np.all(found[0] <= found[1])
    assert np.all(found[1] <= abs(w[0]) + abs(w[1]))
    assert np.all(np.diff(found, axis=1) <= 0.0)
    assert np.mean(found[0, -1] < found[1, -1]) > 0.5  # about 0.9; 1000 trials: false alarm below 1e-100


def test_one_neuron_is_no_help():
    """n = 1: a neuron is silent at x or at -x, so the error is |w1| + |w2| in every trial, whatever the masks."""
    found = sweep(TinyNeuron(1.0, -0.5), n=1, trials=500).critical_epsilon
    assert np.all(found == 1.5)


def test_four_neurons_can_be_exact():
    """relu(x) - relu(-x) = x for either input: four blockwise neurons have error 0, three do not."""
    neurons = [[1.0, 0.3, 0.5], [0.2, 1.0, -0.25], [-1.0, 0.7, -0.5], [0.1, -1.0, 0.25]]
    found = errors(neurons, 0.5, -0.25)
    assert found[1].tolist() == [0.75, 0.5, 0.25, 0.0]
    assert found[0, -1] == 0.0


@pytest.mark.parametrize("weight", [1.5, -1.01, np.nan])
@pytest.mark.parametrize("name", ["w1", "w2"])
def test_weights_beyond_one_are_refused(name, weight):
    with pytest.raises(InputError, match=rf"{name} must be in \[-1, 1\], got {weight}; Lemma 2 is about"):
        TinyNeuron(**{name: weight})


def test_sweeps_are_for_two_inputs_and_few_neurons():
    """d = 2 without being asked; another d, or more neurons than can be tried, are refused in one line."""
    assert sweep(TinyNeuron(), n=2, trials=3).d.values.tolist() == [2]
    with pytest.raises(InputError, match=r"^d of Lemma 2, all masks must be one of \[2\], got 1$"):
        sweep(TinyNeuron(), n=2, trials=3, d=1)
    with pytest.raises(InputError, match=r"^n of Lemma 2, all masks must be at most 8, got 9; lower n$"):
        sweep(TinyNeuron(), n=[2, 9], trials=3)
