"""Failure probabilities averaged over all signs: against every sign vector, and from one end against all sums."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from montecarlo.kernels.covering.failures import (
    Failing,
    dense_from,
    failures_in_full,
    failures_in_tail,
    pairs_below,
    sums_up_to,
)

ROOM = 1 << 22


def all_sums(entries):
    """All subset sums, sorted."""
    sums = np.zeros(1)
    for x in entries:
        sums = np.concatenate([sums, sums + x])
    return np.sort(sums)


def covers(entries, epsilon, half):
    """Whether every z in [-half, half] is within epsilon of a subset sum: at both ends and in every gap's middle."""
    sums = all_sums(entries)
    z = np.concatenate([[-half, half], (sums[1:] + sums[:-1]) / 2])
    z = z[abs(z) <= half]
    return np.abs(z[:, None] - sums).min(axis=1).max() <= epsilon


def share_of_failing_signs(entries, epsilon, half):
    """Every sign vector tried."""
    signs = itertools.product((-1.0, 1.0), repeat=len(entries))
    return np.mean([not covers(np.multiply(entries, each), epsilon, half) for each in signs])


def in_full(entries, epsilons, half):
    """The kernel, from all sums."""
    out = np.empty(len(epsilons))
    failures_in_full(np.sort(np.array(entries, dtype=float)), Failing(half, np.array(epsilons)), out)
    return out


def in_tail(entries, epsilons, half, guess=0.5):
    """(x, the kernel's answer) from the sums near one end."""
    out = np.full(len(epsilons), np.nan)
    failing = Failing(half, np.array(epsilons))
    return failures_in_tail(np.sort(np.array(entries, dtype=float)), failing, guess, ROOM, out), out


@settings(max_examples=25)
@given(
    entries=st.lists(st.integers(1, 64).map(lambda k: k / 64), min_size=1, max_size=6),
    half=st.sampled_from([0.5, 1.0]),
)
def test_every_sign_vector_is_counted(entries, half):
    """Shares for three accuracies at once, 9/128, 3/32 and 5/16, at which sums of multiples of 1/64 leave some ties."""
    epsilons = [5 / 16, 3 / 32, 9 / 128]
    expected = [share_of_failing_signs(entries, epsilon, half) for epsilon in epsilons]
    assert in_full(entries, epsilons, half).tolist() == expected


def test_accuracies_beyond_the_interval_never_fail():
    """epsilon >= h: the empty sum alone covers [-h, h]."""
    assert in_full([0.25, 0.75], [0.75, 0.5, 0.25], 0.5)[:2].tolist() == [0.0, 0.0]


@pytest.mark.parametrize(("n", "law", "half"), [(16, "uniform", 0.5), (18, "uniform", 1.0), (17, "product", 1.0)])
def test_one_end_tells_all(n, law, half):
    """The count from the sums near one end is that of all 2^n sums, in 12 draws, at 3 accuracies; most are certain."""
    generator, certified = np.random.default_rng(n), 0
    for _ in range(12):
        entries = generator.uniform(size=n) * (generator.uniform(size=n) if law == "product" else 1.0)
        epsilons = [0.1, 0.03, 0.01]
        x, found = in_tail(entries, epsilons, half)
        if np.isfinite(x):
            certified += 1
            assert found.tolist() == in_full(entries, epsilons, half).tolist()
        else:
            assert np.isnan(found).all()
    assert certified >= 9


@settings(max_examples=20)
@given(seed=st.integers(0, 10**6), n=st.integers(10, 15), guess=st.sampled_from([0.01, 0.5, 4.0]))
def test_a_certificate_holds(seed, n, guess):
    """No two neighbouring sums on [x, A - x] are further apart than the gap, whatever x the search began with."""
    entries = np.sort(np.random.default_rng(seed).uniform(size=n))
    for gap in (0.05, 0.2):
        x = dense_from(entries, gap, ROOM, guess)
        sums = all_sums(entries)
        inside = sums[(sums >= x) & (sums <= entries.sum() - x)]
        if np.isfinite(x) and x < entries.sum() / 2:
            before, after = sums[sums < x][-1:], sums[sums > entries.sum() - x][:1]
            ends = np.concatenate([before, inside, after])
            assert np.diff(np.clip(ends, x, entries.sum() - x)).max() <= gap


def test_what_cannot_be_certified_is_not_counted():
    """Three entries leave gaps everywhere; a bitset that would need more room than there is gives up."""
    x, found = in_tail([0.3, 0.6, 0.9], [0.01], 0.5)
    assert np.isinf(x)
    assert np.isnan(found).all()
    entries = np.sort(np.random.default_rng(1).uniform(size=20))
    assert np.isinf(dense_from(entries, 0.02, 8, 0.5))
    assert np.isfinite(dense_from(entries, 0.02, ROOM, 0.5))


@given(
    entries=st.lists(st.integers(0, 40).map(lambda k: k / 32), max_size=9),
    limit=st.integers(0, 160).map(lambda k: k / 32),
)
def test_sums_up_to_a_limit(entries, limit):
    """All subset sums at or below it, sorted; with too little room, how many there are at least, negated."""
    entries, sums = np.sort(entries), np.empty(512)
    count = sums_up_to(entries, limit, sums)
    expected = all_sums(entries)
    expected = expected[expected <= limit]
    assert sums[:count].tolist() == expected.tolist()
    if count > 1:
        assert -count <= sums_up_to(entries, limit, np.empty(count - 1)) < 0


def test_pairs_are_counted_below_a_limit_and_not_at_it():
    """0, 1, 2 and 0, 0.5, 3: four sums below 2, which 2 + 0 is not, and five below 2.5."""
    one, other = np.array([0.0, 1.0, 2.0]), np.array([0.0, 0.5, 3.0])
    assert pairs_below(one, other, 2.0) == 4
    assert pairs_below(one, other, 2.5) == 5
