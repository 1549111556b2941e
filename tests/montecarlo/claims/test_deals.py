"""What Lemmas 2 and 3 leave open: reach is necessary, the best deal found sufficient, and both bound the statement."""

import math
from fractions import Fraction

import numpy as np
import pytest
from calibrated import RejectedError, assert_rate

from montecarlo import Lemma2, Lemma3, Precision, sweep
from montecarlo.claims import deals
from montecarlo.kernels.networks.masks import mask_errors_of_trials

EXACT = Precision()


def drawn(n, d, rows, trials, seed=0):
    """Draws as Lemmas 2 and 3 make them."""
    shape = n, 2, rows + deals.weights_per_neuron(d), d, trials
    return np.random.default_rng(seed).uniform(-1.0, 1.0, shape)


def test_every_neuron_has_a_weight_for_every_input():
    """Block j, half h: first weight of input j in row 0, of the inputs after it in the last rows, modulo d."""
    draws = drawn(2, 3, 2, 1)
    neurons = deals.hidden(draws, 2)
    for n, half, j, row, i in np.ndindex(2, 2, 3, 2, 3):
        first = draws[n, half, 0 if i == j else 2 + (i - j) % 3, j, 0]
        k = 3 * half + j
        assert neurons.products[n, k, row, i, 0] == draws[n, half, 1 + row, j, 0] * first
        assert neurons.positive[n, k, i, 0] == (first > 0.0)


def test_reach_is_necessary_whatever_the_masks():
    """8 neurons, 2 inputs: the least error of all masks at w = (+-1, +-1), (+-1, 0), (0, +-1) is nowhere below reach.

    The largest of these errors exceeds reach by little in most trials, so that reach is no trivial bound.
    """
    draws = drawn(2, 2, 1, 40)
    reach = deals.reach(deals.hidden(draws, 1), total=True)[1]
    first = np.stack([draws[:, :, 0], draws[:, :, 2]], axis=2)  # (n, half, own or other, block, trial)
    weights = np.concatenate([first[:, :, :, 0], first[:, :, ::-1, 1]], axis=1)  # both inputs of block 0, of block 1
    second = np.concatenate([draws[:, :, 1, 0], draws[:, :, 1, 1]], axis=1)
    neurons = np.concatenate([weights, second[:, :, None]], axis=2).reshape(8, 3, 40)
    errors = []
    for w1, w2 in [(a, b) for a in (-1.0, 0.0, 1.0) for b in (-1.0, 0.0, 1.0) if a or b]:
        out = np.empty((2, 8, 40))
        mask_errors_of_trials(np.ascontiguousarray(np.moveaxis(neurons, -1, 0)), w1, w2, out)
        errors.append(out[0, -1])
    worst = np.max(errors, axis=0)
    assert np.all(reach <= worst + 1e-12)
    assert np.median(worst / reach) < 1.2


@pytest.mark.parametrize(("total", "value"), [(True, 0.5 + 0.75), (False, 0.75)])
def test_reach_of_one_neuron_per_side(total, value):
    """Two inputs reach 1/2 and 1/4 at one end of one side and 1 elsewhere: what is missing adds up where |w|_inf <= 1.

    With ||W|| <= 1 a row of two weights 1/sqrt(2) misses sqrt(2) - 3/4 < 3/4, the second weight alone 3/4.
    """
    products, positive = np.ones((1, 8, 1, 2, 1)), np.zeros((1, 8, 2, 1), dtype=bool)
    products[0, :, 0, :, 0] = 0.0
    for i, short in enumerate((0.5, 0.25)):  # neurons 4 i to 4 i + 3: (x > 0, +), (x > 0, -), (x < 0, +), (x < 0, -)
        products[0, 4 * i : 4 * i + 4, 0, i, 0] = short, -1.0, -1.0, 1.0
        positive[0, 4 * i : 4 * i + 2, i, 0] = True
    assert deals.reach(deals.Hidden(products, positive), total).item() == value


def test_the_number_of_masks_is_enough():
    """The largest power of two up to (d! / 2^(2 n d^2))^(1/d), in rational numbers; 2^-1000 where it is smaller."""
    for d in (1, 2, 3, 5):
        for n, found in enumerate(deals.masks_enough(2, d), start=1):
            assert Fraction(found) ** d <= Fraction(math.factorial(d), 2 ** (2 * n * d * d)) < Fraction(2 * found) ** d
    assert deals.masks_enough(1, 800)[0] == 2.0**-1000


def test_one_row_of_norm_1_is_no_row_of_ones():
    """Lemma 3 with one output asks less of reach than Lemma 2 on the same draws: sqrt(2) at most, not 2."""
    draws = drawn(1, 2, 1, 50)
    one_row, every_weight = (claim.critical_epsilons(draws, EXACT).lower[0, 0] for claim in (Lemma3(1), Lemma2()))
    assert np.array_equal(one_row, deals.reach(deals.hidden(draws, 1), total=False)[0])
    assert one_row.max() <= math.sqrt(2.0) < every_weight.max()


@pytest.mark.parametrize("claim", [Lemma2(), Lemma3(), Lemma3(1)], ids=lambda claim: claim.label)
def test_the_statement_lies_between_two_events(claim):
    """reach <= assignment <= blockwise in every trial; assignment is mostly less for d = 2, the same for d = 1."""
    dataset = sweep(claim, n=6, d=[1, 2], trials=64)
    reach, best, blockwise = (dataset["critical_epsilon"].sel(event=e) for e in ("reach", "assignment", "blockwise"))
    assert bool((reach <= best).all())
    assert bool((best <= blockwise).all())
    assert bool((best.sel(d=1) == blockwise.sel(d=1)).all())
    assert float((best < blockwise).sel(d=2, n=6).mean()) > 0.9


def test_more_inputs_than_are_dealt_anew_leave_both_events_open():
    """d = 5: from 0, or what the number of masks leaves, to blockwise."""
    brackets = Lemma2().critical_epsilons(drawn(3, 5, 1, 4), EXACT)
    reach, best, blockwise = (brackets.upper[k] for k in range(3))
    assert np.array_equal(best, blockwise)
    assert np.array_equal(reach, blockwise)
    assert np.array_equal(brackets.lower[1], np.zeros_like(blockwise))
    assert np.array_equal(brackets.lower[0], np.broadcast_to(deals.masks_enough(3, 5)[:, None], blockwise.shape))


@pytest.mark.parametrize(
    ("n", "epsilon", "least", "trials"),
    [(5, 0.9, 0.187, 800), pytest.param(8, 0.5, 0.55, 4000, marks=pytest.mark.slow)],
)
def test_masks_chosen_after_the_draw_succeed_where_blocks_fail(n, epsilon, least, trials):
    """Lemma 2, d = 2: P at least 0.187 (0.55) by assignment, and far below by blockwise."""
    success = sweep(Lemma2(), n=n, d=2, trials=trials)["critical_epsilon"].sel(n=n, d=2) <= epsilon
    best, blockwise = (int(success.sel(event=event).sum()) for event in ("assignment", "blockwise"))
    assert_rate(best, trials, least, 1.0)
    with pytest.raises(RejectedError):
        assert_rate(blockwise, trials, least, 1.0)
