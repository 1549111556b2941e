"""Sweeps that end when enough is known, or when the time is up."""

import time
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

import analysis
from montecarlo import load
from montecarlo.cli.adaptive import Looks, Rule
from montecarlo.cli.parsing import parse_duration

SWEEP = ("sweep", "theorem3", "--n", "1:8", "--jobs", "1")
BRACKETS = ("sweep", "lemma3", "--d", "2", "--n", "1:40", "--relative-tolerance", "0.5", "--resolution", "0.05")


@pytest.fixture
def small_blocks(monkeypatch):
    """At most 64 trials a block."""
    monkeypatch.setattr("montecarlo.sweeps.plan._LARGEST_BLOCK", 64)


def widest(dataset, epsilon):
    """The largest half-width of the confidence sequence over all cells."""
    trials = dataset.sizes["trial"]
    counts = [(dataset["critical_epsilon"] <= e).sum("trial") for e in epsilon]
    low, high = analysis.confidence_sequence(np.stack(counts), trials)
    return float((high - low).max()) / 2.0


def test_a_sweep_ends_at_its_half_width(ticketsum, tmp_path, small_blocks):
    """Not before, and not much later: with a tenth of its trials less it was not there yet."""
    answer = ticketsum(*SWEEP, "--until", "0.08", "--epsilon", "0.1,0.05", "--out", tmp_path)
    assert answer.code == 0
    assert "Done: " in answer.err
    dataset = load(tmp_path)
    assert dataset.attrs["stopping"] == "half-width 0.08 at 95%; looking at epsilon = 0.1, 0.05"
    assert widest(dataset, (0.1, 0.05)) <= 0.08
    fewer = dataset.isel(trial=slice(0, int(0.9 * dataset.sizes["trial"])))
    assert widest(fewer, (0.1, 0.05)) > 0.08


def test_the_same_numbers_as_a_plain_sweep(ticketsum, tmp_path, small_blocks):
    """Looking changes how many trials there are, never one of them."""
    assert ticketsum(*SWEEP, "--until", "0.12", "--out", tmp_path / "until").code == 0
    found = load(tmp_path / "until")
    assert ticketsum(*SWEEP, "--trials", str(found.sizes["trial"]), "--out", tmp_path / "plain").code == 0
    plain = load(tmp_path / "plain")
    np.testing.assert_array_equal(found["critical_epsilon"], plain["critical_epsilon"])
    assert "stopping" not in plain.attrs


def test_a_smaller_half_width_goes_on(ticketsum, tmp_path, small_blocks):
    """From the blocks there are; `status` knows the trials asked for last."""
    assert ticketsum(*SWEEP, "--until", "0.12", "--out", tmp_path).code == 0
    before = load(tmp_path)["critical_epsilon"]
    assert ticketsum(*SWEEP, "--until", "0.08", "--out", tmp_path).code == 0
    after = load(tmp_path)["critical_epsilon"]
    assert after.sizes["trial"] > before.sizes["trial"]
    np.testing.assert_array_equal(after.isel(trial=slice(0, before.sizes["trial"])), before)
    assert "Nothing is left to do." in ticketsum("status", tmp_path).out


def test_no_more_trials_than_allowed(ticketsum, tmp_path, small_blocks):
    """It says how many would be needed."""
    answer = ticketsum(*SWEEP, "--until", "0.01", "--trials", "500", "--out", tmp_path)
    assert answer.code == 0
    assert "Ended at the 500 --trials allowed" in answer.err
    assert "would be needed" in answer.err
    assert load(tmp_path).sizes["trial"] == 500


def test_time_is_up(ticketsum, tmp_path, small_blocks):
    """Within a few blocks of what was allowed, with results; the same command goes on for as long again."""
    command = ("sweep", "theorem3", "--n", "1:14", "--jobs", "1", "--max-time", "0.3s", "--out", tmp_path)
    started = time.monotonic()
    answer = ticketsum(*command)
    assert answer.code == 0
    assert time.monotonic() - started < 60.0
    first = load(tmp_path).sizes["trial"]
    assert first >= 256
    assert ticketsum(*command).code == 0
    assert load(tmp_path).sizes["trial"] > first


def test_a_half_width_that_brackets_forbid(ticketsum, tmp_path, small_blocks):
    """One line with the remedy; what was simulated is there."""
    answer = ticketsum(
        *BRACKETS, "--until", "0.03", "--epsilon", "0.5", "--trials", "1024", "--jobs", "1", "--out", tmp_path
    )
    assert answer.code == 2
    last = answer.err.splitlines()[-1]
    assert last.startswith(
        "ticketsum: a half-width of 0.03 is out of reach: at d = 2, epsilon = 0.5 the brackets alone"
    )
    assert "lower --relative-tolerance" in last
    assert load(tmp_path).sizes["trial"] >= 256


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--until", "0"), "--until must be a half-width between 0 and 0.5, got 0"),
        (("--until", "0.6"), "--until must be a half-width between 0 and 0.5, got 0.6"),
        (("--max-time", "soon"), "--max-time must look like 90s, 10m or 1h30m, got 'soon'"),
        (("--max-time", "0s"), "--max-time must look like 90s, 10m or 1h30m, got '0s'"),
        (("--epsilon", "0.1"), "--epsilon goes with --until or --max-time, got --epsilon 0.1 alone"),
        (("--until", "0.1", "--epsilon", "-1"), "epsilon must be above 0"),
        (("--until", "0.1", "--epsilon", "0.1", "--resolution", "0.2"), "not below the resolution 0.2, got 0.1"),
    ],
)
def test_rules_that_make_no_sense(ticketsum, tmp_path, options, message):
    assert message in ticketsum(*SWEEP, *options, "--out", tmp_path / "R").one_line_error()
    assert not (tmp_path / "R").exists()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90.0),
        ("90s", 90.0),
        ("1.5m", 90.0),
        ("10m", 600.0),
        ("1h30m", 5400.0),
        ("1h2m3s", 3723.0),
        ("2h", 7200.0),
    ],
)
def test_times_as_they_are_written(text, seconds):
    """Hours, minutes and seconds; a bare number is seconds."""
    assert parse_duration(text) == seconds


def test_one_d_that_has_all_the_trials_allowed_ends_a_sweep():
    """The other one has fewer, and is narrow enough: no time ran out."""
    said = []
    looks = Looks(Rule((0.1,), 0.02, None), "Lemma 2", SimpleNamespace(say=said.append))
    columns = {"half_width": [0.05, 0.01], "needed": [9000.0, 500.0], "reachable": [True, True], "trials": [1000, 500]}
    columns |= {"n": [4, 4], "epsilon": [0.1, 0.1]}
    looks._last = xr.Dataset({name: ("d", values) for name, values in columns.items()}, {"d": [1, 2]})
    looks.report(1000)
    assert said[0].startswith("Ended at the 1,000 --trials allowed")
