"""Each claim's critical epsilon is what the claim says, seen from networks and enumeration, not from our kernels."""

import json
from dataclasses import dataclass

import numpy as np
import oracles
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from strategies import dyadics

from montecarlo import (
    CLAIMS,
    Claim,
    Corollary2,
    Lemma1,
    Lemma2,
    Lemma3,
    Precision,
    SingleLink,
    Theorem1,
    Theorem3,
    claim_named,
    sweep,
)
from montecarlo.sweeps.plan import Plan

weights = st.integers(-(2**10), 2**10).map(lambda k: k / 2**10)
"""Products of two are multiples of 2^-20."""

claims = pytest.mark.parametrize("claim", [claim() for claim in CLAIMS.values()], ids=list(CLAIMS))
TRIALS = {"tiny_neuron": 40}
"""Of claims whose trials take milliseconds."""
LARGEST_N = {"tiny_neuron": 6}
"""Of claims of which a whole block is simulated for seconds at n = 8."""
COMPOSED = {"theorem1"}
"""Claims of several radii even for d = 1, some of which may be settled while others are not."""


def exact(claim, draws):
    """Critical epsilons (event, n, trial) of given draws."""
    return claim.critical_epsilons(draws, Precision()).upper


def critical(claim, n, trials=2000, **options):
    """Critical epsilons (event, n, trial) of a sweep."""
    return sweep(claim, n=n, trials=trials, **options).critical_epsilon.values[:, 0]


def test_theorem3_at_one_summand_is_one_half():
    """n = 1: radius = 1/2 in every trial, since the end of [-1/2, 1/2] on X_1's other side has 0 nearest to it."""
    assert np.all(critical(Theorem3(), 1) == 0.5)


def test_corollary2_at_one_summand_is_one():
    """n = 1: radius = 1 in every trial: the end of [-1, 1] on the other side of Z_1 has 0 nearest to it."""
    assert np.all(critical(Corollary2(), 1) == 1.0)


def test_lemma1_at_one_step_is_one_and_two():
    """n = 1: two neurons; either both fire on one side of x or one on each, so w = 1 or w = -1 is missed by 1."""
    assert critical(Lemma1(), 1)[:, 0].tolist() == [[1.0] * 2000, [1.0] * 2000, [2.0] * 2000]


@given(arrays(float, (5, 2), elements=dyadics))
def test_theorem3_is_the_covering_radius(draws):
    """Critical epsilon = radius(X; [-1/2, 1/2]) for every prefix, to the bit."""
    found = exact(Theorem3(), draws)
    assert found.shape == (1, 5, 2)
    for n, t in np.ndindex(5, 2):
        assert found[0, n, t] == oracles.covering_radius(draws[: n + 1, t], -0.5, 0.5)


@given(arrays(float, (5, 2), elements=dyadics))
def test_corollary2_is_the_covering_radius(draws):
    """Critical epsilon = radius(Z; [-1, 1]) for every prefix, to the bit."""
    found = exact(Corollary2(), draws)
    assert found.shape == (1, 5, 2)
    for n, t in np.ndindex(5, 2):
        assert found[0, n, t] == oracles.covering_radius(draws[: n + 1, t], -1.0, 1.0)


@given(arrays(float, (3, 4, 1), elements=weights))
def test_lemma1_statement_is_the_error_of_the_best_network(draws):
    """Statement: sup over w of the best mask's sup over x of |w x - g(x)|, over all masks of the real network.

    Up to 6 neurons, 64 masks, every w where the worst can be; the network is evaluated neuron by neuron.
    """
    statement = exact(Lemma1(), draws)[0, :, 0]
    for n in (1, 2, 3):
        a, b, c, d = draws[:n, :, 0].T
        u, v = np.concatenate([a, c]), np.concatenate([b, d])
        assert statement[n - 1] == oracles.worst_network_error(u, v)


@given(arrays(float, (3, 4, 1), elements=weights))
def test_lemma1_construction_keeps_the_proofs_neurons(draws):
    """Construction: the same over the proof's masks, a only where a > 0 and c only where c < 0; proof: twice it."""
    _, construction, proof = exact(Lemma1(), draws)[:, :, 0]
    for n in (1, 2, 3):
        a, b, c, d = draws[:n, :, 0].T
        u, v = np.concatenate([a, c]), np.concatenate([b, d])
        kept = np.concatenate([a > 0.0, c < 0.0])
        assert construction[n - 1] == oracles.worst_network_error(u, v, kept)
        assert proof[n - 1] == 2.0 * construction[n - 1]


def test_lemma1_bounds_every_target():
    """No w on a grid of [-1, 1] has an error above the critical epsilon; the worst w on the grid comes near it."""
    draws = Lemma1().draw(np.random.default_rng(21), 3, 1, 20)
    statement = exact(Lemma1(), draws)[0, -1]
    targets = np.linspace(-1.0, 1.0, 257)
    for t in range(20):
        a, b, c, d = draws[:, :, t].T
        errors = oracles.network_errors(np.concatenate([a, c]), np.concatenate([b, d]), targets)
        assert np.all(errors <= statement[t] + 1e-12)
        assert errors.max() >= statement[t] - 1.0 / 256.0  # the error changes with w at most as fast as w


@pytest.mark.parametrize("options", [{}, {"resolution": 0.3}, {"relative_tolerance": 0.05, "resolution": 0.3}], ids=str)
def test_lemma1_events_are_nested_in_every_trial(options):
    """statement <= construction <= proof, for upper and for lower bounds, at every n and in every trial."""
    found = sweep(Lemma1(), n=8, trials=1000, **options)
    for name in {"critical_epsilon", "critical_epsilon_low"} & set(found.data_vars):
        assert np.all(np.diff(found[name].values, axis=0) >= 0.0)


@claims
@pytest.mark.parametrize("options", [{}, {"relative_tolerance": 0.05, "resolution": 0.2}], ids=str)
def test_critical_epsilons_never_grow_with_n(claim, options):
    """A trial is one growing sequence, so more summands never make its critical epsilon larger."""
    found = critical(claim, LARGEST_N.get(claim.name, 8), trials=TRIALS.get(claim.name, 200), **options)
    assert np.all(np.diff(found, axis=1) <= 0.0)


@claims
def test_brackets_enclose_the_exact_critical_epsilon(claim):
    """critical_epsilon_low <= exact <= critical_epsilon in every event and trial, in width as promised, if it is."""
    n, trials = LARGEST_N.get(claim.name, 8), TRIALS.get(claim.name, 500)
    truth = critical(claim, n, trials=trials)
    found = sweep(claim, n=n, trials=trials, relative_tolerance=0.05, resolution=0.1)
    lower, upper = (found[name].values[:, 0] for name in ("critical_epsilon_low", "critical_epsilon"))
    assert np.all(lower <= truth + 1e-14)
    assert np.all(truth <= upper + 1e-14)
    assert np.all(upper >= 0.1)
    if claim.bracketed:  # its own bounds, wide or not
        return
    spare = 0.05 * upper + 0.1 * (1.0 + upper) if claim.name in COMPOSED else 0.0
    assert np.all((upper - lower <= 0.05 * upper + spare + 1e-14) | (upper == 0.1))


@claims
def test_resolution_alone_floors_the_exact_values(claim):
    """With a resolution and no tolerance: exact above it, [0, resolution] at or below it."""
    trials = TRIALS.get(claim.name, 500)
    truth = critical(claim, 8, trials=trials)
    found = sweep(claim, n=8, trials=trials, resolution=0.3)
    lower, upper = (found[name].values[:, 0] for name in ("critical_epsilon_low", "critical_epsilon"))
    if claim.name in COMPOSED:
        assert np.all((lower <= truth + 1e-14) & (truth <= upper + 1e-14) & (upper >= 0.3))
        assert np.all(upper - lower <= 0.3 * (1.0 + upper))
        return
    np.testing.assert_array_equal(upper, np.maximum(truth, 0.3))
    if claim.bracketed:
        assert np.all((lower <= upper) & ((lower == 0.0) | (truth > 0.3)))
        return
    np.testing.assert_array_equal(lower, np.where(truth > 0.3, truth, 0.0))


@pytest.mark.parametrize(("claim", "d"), [(Lemma1(), 1), (Lemma2(), 2), (Lemma3(), 2), (Theorem1(1), 2)])
def test_what_is_settled_everywhere_is_at_most_the_resolution(claim, d):
    """Every radius is below its share of a resolution of 32: so is what they make up, in all events."""
    draws = claim.draw(np.random.default_rng(23), 3, d, 5)
    assert np.all(claim.critical_epsilons(draws, Precision(0.0, 32.0)).upper <= 32.0)


@claims
def test_claim_describes_itself(claim):
    """Every claim has the texts and numbers a report needs, and is found by its name."""
    assert claim_named(claim.name) == claim
    assert claim.amplitude(claim.smallest_d) >= 1.0
    assert claim.amplitude(2) >= 2.0
    assert claim.label.startswith(claim.title)
    assert all([claim.title, claim.statement, claim.source, *claim.events.values()])
    assert claim.statement.endswith(".")
    assert json.loads(json.dumps(claim.parameters())) == claim.parameters()


def test_a_whole_number_passes_for_a_parameter_that_is_a_float():
    """weight=0, as `--set weight=0` gives it."""
    assert claim_named("single_link", weight=0) == SingleLink(0.0)


def test_the_least_dimension_is_taken_unless_another_is_asked_for():
    """A claim that is about d = 3 and d = 2."""

    @dataclass(frozen=True)
    class Two(Theorem3):
        dimensions = (3, 2)

    assert Plan(Two(), (1,), 1).d == (2,)


@pytest.mark.parametrize(
    ("claim", "d", "amplitude", "problems"),
    [
        (Lemma1(), 1, 2.0, 4),
        (Lemma2(), 3, 3.0, 12),
        (Lemma3(), 3, 9.0, 36),
        (Lemma3(2), 3, 6.0, 24),
        (Theorem1(1), 3, 9.0, 36),
        (Theorem1(4), 3, 36.0, 144),
    ],
    ids=lambda value: value.label if isinstance(value, Claim) else f"{value:g}",
)
def test_numbers_of_layers(claim, d, amplitude, problems):
    """A = 2, d, d1 d2 and d^2 l as the statements have it; four radii for each weight."""
    assert claim.amplitude(d) == amplitude
    assert claim.cost(5, d, Precision()).problems == problems


@claims
def test_draws_have_n_first_and_trials_last(claim):
    """draw gives (n, ..., trials) of finite numbers of size at most 1."""
    drawn = claim.draw(np.random.default_rng(22), 5, 1, 7)
    assert (drawn.shape[0], drawn.shape[-1]) == (5, 7)
    assert np.all(np.abs(drawn) <= 1.0)
