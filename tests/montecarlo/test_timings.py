"""Timings: the solvers answer the same questions, are compared, and their work is counted."""

import numpy as np
import oracles
import pytest
from hypothesis import given
from strategies import dyadic_entries, dyadic_intervals

import montecarlo.timings as timed
from montecarlo import InputError
from montecarlo.timings import brute_force, merging, time_solvers


@pytest.fixture(scope="module")
def timings():
    return time_solvers([6, 12, 14], rounds=2)


def test_layout(timings):
    """Seconds for every solver, n and round; work and trials whatever the machine."""
    assert timings["seconds"].dims == ("solver", "n", "round")
    assert timings["seconds"].shape == (3, 3, 2)
    assert np.all(timings["seconds"] > 0.0)
    assert timings["work"].dims == ("count", "n", "round")
    assert np.all(timings["work"].sel(n=6) == 0.0)  # so few are merged
    assert np.all(timings["work"].sel(n=14) > 0.0)
    assert np.all(timings["trials"] == 64)


def test_work_is_reproducible(timings):
    """The counts depend on the seed alone."""
    again = time_solvers([14], rounds=2)
    np.testing.assert_array_equal(again["work"].sel(n=14), timings["work"].sel(n=14))
    other = time_solvers([14], rounds=2, seed=1)
    assert np.any(other["work"] != again["work"])


def test_rounds_have_trials_of_their_own(timings):
    """Another round is another sample, so its work is another."""
    first, second = (timings["work"].sel(n=14).isel(round=k) for k in (0, 1))
    assert np.any(first != second)


def test_work_is_a_mean_over_trials():
    x = np.random.default_rng(3).uniform(-1.0, 1.0, (5, 14))
    np.testing.assert_allclose(timed._work(x), np.mean([timed._work(row[None]) for row in x], axis=0), rtol=1e-12)


def test_seconds_are_those_of_a_trial(monkeypatch):
    """A batch of 64 trials that takes 6.4 s."""
    monkeypatch.setattr(timed, "_timed", lambda work: (work(), 6.4))
    np.testing.assert_allclose(time_solvers([8], rounds=1)["seconds"], 0.1)


@pytest.mark.parametrize(("seconds", "best"), [((0.05, 0.01, 0.03), 0.01), ((0.2,), 0.2), ((0.05, 0.2), 0.05)])
def test_the_best_of_three_short_calls_counts(monkeypatch, seconds, best):
    """One of more than 0.1 s is not repeated."""
    moments = [moment for k, length in enumerate(seconds) for moment in (10.0 * k, 10.0 * k + length)]
    calls = iter([*moments, *(100.0 + k for k in range(6))])
    monkeypatch.setattr(timed.time, "perf_counter", lambda: next(calls))
    answer, found = timed._timed(lambda: "answer")
    assert answer == "answer"
    assert found == pytest.approx(best)


def test_slow_solvers_are_left_out(monkeypatch):
    """Beyond their largest n brute force and merging are NaN, ours is not."""
    monkeypatch.setitem(timed._LARGEST, "brute force", 12)
    monkeypatch.setitem(timed._LARGEST, "merging", 12)
    seconds = time_solvers([12, 13], rounds=1)["seconds"].isel(round=0)
    assert np.isnan(seconds.sel(n=13)).to_numpy().tolist() == [True, True, False]
    assert not np.isnan(seconds.sel(n=12)).any()


def test_different_answers_are_noticed(monkeypatch):
    """Control: a solver that is off in the ninth digit is not timed in silence."""
    monkeypatch.setattr(timed, "brute_force", lambda x: brute_force(x) * (1.0 + 1e-9))
    with pytest.raises(AssertionError):
        time_solvers([8], rounds=1)


@given(dyadic_entries(), dyadic_intervals())
def test_peers_equal_enumeration(entries, interval):
    """Brute force and merging are themselves exact, to the bit on dyadic inputs."""
    wanted = oracles.covering_radius(entries, *interval)
    assert brute_force(entries, interval) == wanted
    assert merging(entries, interval) == wanted


def test_progress_counts_to_the_end():
    seen = []
    time_solvers([2, 3, 5], rounds=1, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize(
    ("n", "rounds", "message"),
    [
        ([1], 1, r"n must be a whole number of at least 2, got 1"),
        ([35], 1, r"n must be at most 34, got 35; lower it"),
        ([], 1, r"n must not be empty; give n=8:22, say"),
        ([4], 0, r"rounds must be a whole number of at least 1, got 0"),
    ],
)
def test_bad_input_is_refused(n, rounds, message):
    with pytest.raises(InputError, match=message):
        time_solvers(n, rounds=rounds)


def test_too_little_memory_is_refused(monkeypatch):
    monkeypatch.setattr(timed, "memory_limit", lambda: 2.0**30)
    with pytest.raises(InputError, match=r"timing n = 32 needs about 2 GiB, but there are about 1 GiB; lower n"):
        time_solvers([32])
