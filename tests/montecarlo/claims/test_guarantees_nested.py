"""The claims agree with each other: events are nested, and each is an earlier claim on the same draws re-arranged."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pruned import as_draws
from strategies import layers

from montecarlo import Brackets, Corollary2, Lemma1, Lemma2, Lemma3, Precision, Theorem1
from montecarlo.claims import blocks, deals
from montecarlo.claims.validation import certified

EXACT, BRACKETS = Precision(), Precision(0.05, 0.1)

of_every_width = pytest.mark.parametrize(
    ("claim", "d"),
    [
        (Lemma1(), 1),
        *((Lemma2(), d) for d in (1, 2, 3)),
        *((Lemma3(outputs), d) for outputs, d in ((0, 2), (3, 2), (1, 3), (0, 3))),
        *((Theorem1(depth), d) for depth, d in ((1, 2), (2, 2), (3, 2), (2, 3))),
    ],
    ids=lambda value: value.label if isinstance(value, Lemma1 | Lemma2 | Lemma3 | Theorem1) else f"d={value}",
)


def found(claim, draws, precision=EXACT):
    """Bounds on the critical epsilons: lower and upper, (event, n, trial)."""
    return certified(claim, draws, precision)


def exact(claim, draws):
    """Critical epsilons (event, n, trial)."""
    return found(claim, draws).upper


def events(claim, draws):
    """Critical epsilons by event, (n, trial) each; refused where assignment is not from reach to blockwise."""
    return dict(zip(claim.events, exact(claim, draws), strict=True))


def drawn(claim, d, n=8, trials=60):
    """Draws of one seed for each claim and d."""
    return claim.draw(np.random.default_rng([51, d]), n, d, trials)


@of_every_width
@pytest.mark.parametrize("precision", [EXACT, Precision(0.0, 0.3), BRACKETS], ids=["exact", "floored", "brackets"])
def test_events_are_nested_and_never_grow_with_n(claim, d, precision):
    """In every trial and at every n each event implies the next, for both bounds; more neurons never make one worse.

    Lower bounds may rise with n where brackets get narrower: later n must not change what an earlier one has.
    """
    lower, upper = found(claim, drawn(claim, d), precision)
    for bound in (lower, upper):
        assert np.all(np.diff(bound, axis=0) >= 0.0)
    assert np.all(np.diff(upper, axis=1) <= 0.0)
    if precision == EXACT:
        assert np.all(np.diff(lower, axis=1) <= 0.0)
    assert np.all(lower <= upper)
    assert np.any(np.diff(upper, axis=0) > 0.0)  # the events differ
    assert np.any(np.diff(upper, axis=1) < 0.0)  # and the neurons help


@of_every_width
@pytest.mark.parametrize("precision", [EXACT, Precision(0.0, 0.3), BRACKETS], ids=["exact", "floored", "brackets"])
def test_a_larger_n_changes_nothing_before(claim, d, precision):
    """The numbers up to n are those of a sweep that ends at n, to the bit, so that sweeps can be extended."""
    draws = drawn(claim, d)
    for longer, shorter in zip(found(claim, draws, precision), found(claim, draws[:5], precision), strict=True):
        np.testing.assert_array_equal(longer[:, :5], shorter)


@of_every_width
@pytest.mark.parametrize("precision", [Precision(0.0, 0.3), BRACKETS, Precision(0.3, 0.05)], ids=str)
def test_brackets_enclose_the_exact_values(claim, d, precision):
    """lower <= exact <= upper in every event, trial and n; and neither bound is a mere 0 or infinity."""
    draws = drawn(claim, d)
    truth, (lower, upper) = exact(claim, draws), found(claim, draws, precision)
    rounding = 1e-13 * truth.max()
    assert np.all((lower <= truth + rounding) & (truth <= upper + rounding))
    assert np.any(truth * 0.5 < lower)
    assert np.any(truth * 2.0 > upper)


@given(layers(most_steps=4))
def test_one_block_is_lemma_1(layer):
    """d = 1 of Lemma 2 and 1 x 1 of Lemma 3: statement, thrice, and proof of Lemma 1, to the bit."""
    one = events(Lemma1(), layer.reshape(-1, 4, 1))
    for same in (events(Lemma2(), as_draws(layer)), events(Lemma3(1), as_draws(layer))):
        for event in ("assignment", "blockwise", "sum"):  # one input has one assignment
            np.testing.assert_array_equal(same[event], one["statement"])
        np.testing.assert_array_equal(same["proof"], one["proof"])


@given(layers(most_steps=4, most_inputs=3))
def test_one_row_is_lemma_2(layer):
    """Lemma 3 with one output: blockwise, sum and proof of Lemma 2 with as many inputs; the square root rounds."""
    rows, neuron = (events(claim, as_draws(layer)) for claim in (Lemma3(1), Lemma2()))
    np.testing.assert_allclose(rows["blockwise"], neuron["blockwise"], rtol=1e-15)
    for event in ("sum", "proof"):
        np.testing.assert_array_equal(rows[event], neuron[event])


def statements(layer):
    """Lemma 1's critical epsilons of every weight of a pair of layers, (event, n, rows, d)."""
    n, _, outputs, d = layer.shape
    blocks = np.stack([layer[:, :, [0, 1 + i], j].reshape(n, 4) for i, j in np.ndindex(outputs - 1, d)], axis=-1)
    return exact(Lemma1(), blocks).reshape(3, n, outputs - 1, d)


@settings(max_examples=40)
@given(layers(most_steps=4, most_rows=3, most_inputs=3))
def test_lemma_3_adds_up_lemma_1(layer):
    """sum = sum_ij R_ij and proof = d1 d2 max_ij, R and proof those of Lemma 1 on each block's own neurons."""
    found = events(Lemma3(layer.shape[2] - 1), as_draws(layer))
    statement, _, doubled = statements(layer)
    np.testing.assert_array_equal(found["sum"][:, 0], statement.sum(axis=(1, 2)))
    np.testing.assert_array_equal(found["proof"][:, 0], statement[0].size * doubled.max(axis=(1, 2)))


@given(st.integers(1, 3), st.integers(1, 5), st.integers(0, 2**32))
def test_depth_one_is_a_norm_of_lemma_1(d, n, seed):
    """max_ij R_ij <= certificate = ||R|| <= sum_ij R_ij of Lemma 3; proof = 2 x Lemma 3's, where larger.

    At width 1 all of them are R; layer 1 sees both signs, so the sharper event is the certificate.
    """
    draws = Theorem1(1).draw(np.random.default_rng(seed), n, d, 1)
    layer = draws[:, :, :, 0, :, 0]
    sharper, certificate, proof = exact(Theorem1(1), draws)[:, :, 0]
    found_of_layer = events(Lemma3(), as_draws(layer))
    every, single = (found_of_layer[event][:, 0] for event in ("sum", "proof"))
    norms = np.linalg.norm(statements(layer)[0], ord=2, axis=(1, 2))
    np.testing.assert_allclose(certificate, norms, rtol=1e-11)
    lower, upper = (bound[1, :, 0] for bound in found(Theorem1(1), draws))
    assert np.all((lower < norms) & (norms < upper))  # rounded outwards
    np.testing.assert_array_equal(sharper, certificate)
    assert np.all(statements(layer)[0].max(axis=(1, 2)) <= certificate * (1.0 + 1e-11))
    assert np.all(certificate <= every * (1.0 + 1e-11))
    np.testing.assert_allclose(proof, np.maximum(2.0 * single, certificate), rtol=1e-15)
    if d == 1:
        np.testing.assert_allclose(certificate, every, rtol=1e-11)


def test_the_proof_is_not_below_the_certificate_where_errors_are_large():
    """Five layers that give nothing: every radius is 1, 2^5 - 1 the product, and 4 * 5 what the proof adds up."""
    nothing = np.zeros((1, 2, 2, 5, 1, 1))
    np.testing.assert_allclose(Theorem1(5).critical_epsilons(nothing, Precision()).upper.ravel(), 31.0, rtol=1e-9)


@pytest.mark.parametrize("claim", [Lemma2(), Lemma3(1)])
def test_each_weight_keeps_its_least_bound(monkeypatch, claim):
    """A bracket that rises with n is sharpened before those of two weights are added: 1 + 1, where each n has 3."""
    upper = np.array([[1.0, 2.0], [2.0, 1.0]]).reshape((2, 2, 1) if claim == Lemma2() else (2, 1, 2, 1))
    rising = Brackets(np.zeros(upper.shape), upper)
    monkeypatch.setattr(blocks, "signed_errors", lambda *_: (rising, rising))
    monkeypatch.setattr(deals, "either_side", lambda draws, rows, blockwise, precision, total: (blockwise, blockwise))
    draws = claim.draw(np.random.default_rng(0), 2, 2, 1)
    every = list(claim.events).index("sum")
    assert claim.critical_epsilons(draws, Precision()).upper[every].ravel().tolist() == [3.0, 2.0]


@given(st.integers(1, 3), st.integers(1, 3), st.integers(1, 6), st.integers(0, 2**32))
def test_depths_multiply(depth, d, n, seed):
    """certificate = prod_k (1 + ||R_k||) - 1, the sharper event the same with the neurons u > 0 alone for k >= 2.

    R_k+ is Corollary 2 for Z = v max(u, 0) of all 2n neurons. Width 1, depth 2: (1 + R_1)(1 + R_2) - 1.
    """
    draws = Theorem1(depth).draw(np.random.default_rng(seed), n, d, 1)
    sharper, certificate, _ = exact(Theorem1(depth), draws)[:, :, 0]
    full, half = np.ones((2, n))
    for k in range(depth):
        layer = draws[:, :, :, k, :, 0]
        norms, halves = (np.linalg.norm(radii, ord=2, axis=(1, 2)) for radii in (statements(layer)[0], positive(layer)))
        full *= 1.0 + norms
        half *= 1.0 + (halves if k else norms)
    np.testing.assert_allclose(certificate, full - 1.0, rtol=1e-10)
    np.testing.assert_allclose(sharper, half - 1.0, rtol=1e-10)


def positive(layer):
    """Corollary 2's critical epsilons of Z = v max(u, 0), (n, rows, d): two neurons join at every step."""
    n, _, outputs, d = layer.shape
    z = layer[:, :, 1:] * np.maximum(layer[:, :, :1], 0.0)
    return exact(Corollary2(), z.reshape(2 * n, -1))[0, 1::2].reshape(n, outputs - 1, d)
