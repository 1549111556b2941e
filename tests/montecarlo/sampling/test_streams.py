"""Numbers depend on their address alone: who draws them, when, in which cut and how far, changes no bit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from montecarlo.claims import CLAIMS
from montecarlo.sampling.streams import STRAND, draw_trials, generator

ADDRESS = {"claim": "theorem3", "parameters": {}, "d": 1, "strand": 0}
claims = pytest.mark.parametrize("claim", [claim() for claim in CLAIMS.values()], ids=list(CLAIMS))

PINNED_WORDS = [13276966844734905275, 12290904291910365181, 10015273303351170031]
PINNED_NORMALS = [-1.6765352157303688, 0.8332622056301149, -1.1620315241438823, 0.17341714210047351]
PINNED_DRAWS = {
    "lemma2": (0.3507320161734162, -0.23852577344621118),
    "lemma3": (0.6991769729261332, -0.5463926953738787),
    "theorem1": (0.8634182095645992, 0.41673420495056646),
    "pruned_network": (0.5233532144193689, -0.9999999999990813),
    "subset_sum": (-0.5995273442926197, -0.490414656726889),
    "single_link": (0.43606789340510677, 0.6292628463481666),
    "single_sample": (0.18248534805486138, -0.13529196175042046),
    "theorem3": (0.43949162970795963, -0.3924858572531511),
    "corollary2": (0.02509596436029219, 0.14695893615813352),
    "lemma1": (-0.6345960850727264, 0.6061919952370567),
    "tiny_neuron": (0.3181590618868495, -0.37691742016782737),
}


def normals(rng, trials):
    return rng.standard_normal((3, trials))


def test_equal_addresses_give_equal_numbers():
    """The order of an address's keys does not matter, nor who asks first."""
    backwards = dict(reversed(ADDRESS.items()))
    np.testing.assert_array_equal(generator(5, ADDRESS).random(100), generator(5, backwards).random(100))


@pytest.mark.parametrize(
    ("seed", "change"),
    [
        (6, {}),
        (5, {"claim": "lemma1"}),
        (5, {"parameters": {"low": 0}}),
        (5, {"d": 2}),
        (5, {"strand": 1}),
        (5, {"strand": "0"}),
        (5 + 2**32, {}),
        (5 + 2**64, {}),
    ],
)
def test_different_addresses_give_different_numbers(seed, change):
    """Every part of an address counts, its type and the high words of the seed included."""
    one, other = generator(5, ADDRESS).random(1000), generator(seed, {**ADDRESS, **change}).random(1000)
    assert not np.any(one == other)


def test_address_must_be_plain_numbers_and_strings():
    """NaN has no JSON text, and an object none that is the same tomorrow."""
    with pytest.raises(ValueError, match="JSON"):
        generator(0, {"d": float("nan")})
    with pytest.raises(TypeError, match="JSON"):
        generator(0, {"claim": object()})


def test_first_numbers_are_pinned():
    """A change of generator, hash, strand length or address layout changes these and all published results."""
    assert STRAND == 64
    assert generator(0, ADDRESS).integers(0, 2**64, 3, dtype=np.uint64).tolist() == PINNED_WORDS
    drawn = draw_trials(normals, 1, {"claim": "x"}, 62, 66)
    np.testing.assert_array_equal(drawn[0], PINNED_NORMALS)


@claims
def test_draws_of_every_claim_are_pinned(claim):
    """The first and the last number that is not 0, of trials 0 to 99, for seed 0."""
    d = claim.smallest_d
    address = {"claim": claim.name, "parameters": claim.parameters(), "d": d}
    drawn = draw_trials(lambda rng, trials: claim.draw(rng, 4, d, trials), 0, address, 0, 100)
    drawn = drawn[drawn != 0.0]
    assert (drawn[0], drawn[-1]) == PINNED_DRAWS[claim.name]


@given(st.integers(0, 300), st.integers(1, 200))
def test_any_range_is_cut_from_the_same_strands(first, length):
    """Trials first..stop-1 are those columns of one long run, wherever the cut falls."""
    everything = draw_trials(normals, 2, ADDRESS, 0, 512)
    np.testing.assert_array_equal(
        draw_trials(normals, 2, ADDRESS, first, first + length), everything[:, first : first + length]
    )


@claims
@pytest.mark.parametrize("n", [1, 7])
def test_larger_n_continues_the_rows(claim, n):
    """The first n rows of a draw of 20 are the draw of n, bit for bit."""
    longer, shorter = (claim.draw(generator(3, ADDRESS), m, 1, 50) for m in (20, n))
    assert shorter.shape[0] == n
    assert shorter.shape[-1] == 50
    np.testing.assert_array_equal(longer[:n], shorter)


@claims
def test_trials_of_a_draw_differ(claim):
    """No two trials, and no two strands, hold the same numbers."""
    drawn = draw_trials(lambda rng, trials: claim.draw(rng, 40, 1, trials), 0, ADDRESS, 0, 200)
    assert len(np.unique(drawn.reshape(-1, 200), axis=1).T) == 200
