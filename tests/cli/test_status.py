"""What is left of a run, who is at work on it, and runs of several machines put together."""

import json
import shutil
import time
from types import SimpleNamespace

import pytest

from montecarlo import load
from montecarlo.cli.status import _left_text
from montecarlo.storage.lock import locked

LEMMA2 = ("sweep", "lemma2", "--n", "1:20", "--trials", "600", "--relative-tolerance", "0.05", "--resolution", "0.3")


def blocks(folder):
    return sorted((folder / "blocks").glob("*.npz"))


@pytest.fixture
def small_blocks(monkeypatch):
    """At most 128 trials a block."""
    monkeypatch.setattr("montecarlo.sweeps.plan._LARGEST_BLOCK", 128)


def test_status_counts_what_is_there(ticketsum, tmp_path, small_blocks):
    """A finished run has nothing left; with two block files gone, their trials are, and an estimate of the time."""
    assert ticketsum(*LEMMA2, "--d", "1,2", "--jobs", "1", "--out", tmp_path).code == 0
    assert "Nothing is left to do." in ticketsum("status", tmp_path).out
    for path in blocks(tmp_path)[1:3]:
        path.unlink()
    answer = ticketsum("status", tmp_path)
    assert answer.code == 0
    assert "344" in answer.out
    assert "256" in answer.out
    assert "of work are left on" in answer.out
    assert "In use" not in answer.out


def test_status_of_a_larger_request(ticketsum, tmp_path, small_blocks):
    """A sweep that was asked for more, and stopped, shows what it was asked for."""
    assert ticketsum(*LEMMA2, "--jobs", "1", "--out", tmp_path).code == 0
    request = json.loads((tmp_path / "request.json").read_text())
    (tmp_path / "request.json").write_text(json.dumps(request | {"trials": 1000}))
    assert "1,000" in ticketsum("status", tmp_path).out


def test_no_status_without_a_run(ticketsum, tmp_path):
    """One line each: no run, and a run that does not say what it was asked for."""
    assert "a run folder must hold run.json" in ticketsum("status", tmp_path).one_line_error()
    assert ticketsum(*LEMMA2, "--jobs", "1", "--out", tmp_path).code == 0
    (tmp_path / "request.json").write_text("{")
    assert "give the sweep command again" in ticketsum("status", tmp_path).one_line_error()


def test_a_second_process_is_told_who_holds_the_run(ticketsum, ticketsum_process, tmp_path, sweep_command):
    """While one process holds the folder another stops with one line; afterwards it goes on."""
    with locked(tmp_path):
        line = ticketsum_process(*sweep_command, "--out", tmp_path).one_line_error()
        assert f"{tmp_path} is in use by process" in line
        assert "wait for it, or choose another with --out" in line
        assert not (tmp_path / "run.json").exists()
    assert ticketsum(*sweep_command, "--out", tmp_path).code == 0


def test_a_lock_ends_with_its_process(ticketsum, tmp_path, sweep_command):
    """A killed writer leaves no lock behind, whatever its lock file says."""
    (tmp_path / ".ticketsum.lock").write_text(json.dumps({"pid": 1, "host": "nowhere", "since": "long ago"}))
    started = time.monotonic()
    assert ticketsum(*sweep_command, "--out", tmp_path).code == 0
    assert time.monotonic() - started < 60.0
    assert not (tmp_path / ".ticketsum.lock").exists()


def test_runs_of_two_machines_are_put_together(ticketsum, tmp_path, small_blocks):
    """d = 1 here and d = 2 there, and more trials there: their files in one folder are the run of both."""
    one, other, both = (tmp_path / name for name in ("one", "other", "both"))
    assert ticketsum(*LEMMA2, "--d", "1", "--jobs", "1", "--out", one).code == 0
    assert ticketsum(*LEMMA2, "--d", "2", "--jobs", "1", "--out", other).code == 0
    for path in blocks(other):
        shutil.copy(path, one / "blocks")
    answer = ticketsum("consolidate", one)
    assert answer.code == 0, answer.err
    assert "d = 1, 2, 640 trials" in answer.out
    assert ticketsum(*LEMMA2, "--d", "1,2", "--jobs", "1", "--out", both).code == 0
    found = load(one).isel(trial=slice(600))
    assert found["critical_epsilon"].equals(load(both)["critical_epsilon"])
    assert "Nothing is left" in ticketsum("status", one).out


def test_what_does_not_belong_is_refused(ticketsum, tmp_path, small_blocks):
    """A block of another seed among the files: its name and the remedy, in one line; raw.nc stays as it was."""
    one, other = (tmp_path / name for name in ("one", "other"))
    assert ticketsum(*LEMMA2, "--d", "1", "--jobs", "1", "--out", one).code == 0
    assert ticketsum(*LEMMA2, "--d", "2", "--seed", "1", "--jobs", "1", "--out", other).code == 0
    before = (one / "raw.nc").read_bytes()
    shutil.copy(blocks(other)[0], one / "blocks")
    assert f"{blocks(other)[0].name} belongs to another sweep" in ticketsum("consolidate", one).one_line_error()
    assert (one / "raw.nc").read_bytes() == before


def test_other_numbers_are_named(ticketsum, tmp_path):
    """A run of other kernels is not mixed with: one line with both versions and how to go on."""
    assert ticketsum(*LEMMA2, "--jobs", "1", "--out", tmp_path).code == 0
    identity = json.loads((tmp_path / "run.json").read_text())
    (tmp_path / "run.json").write_text(json.dumps(identity | {"numbers": identity["numbers"] | {"covering": 0}}))
    line = ticketsum(*LEMMA2, "--jobs", "1", "--out", tmp_path).one_line_error()
    assert "holds numbers of covering version 0, this ticketsum computes version 1" in line
    assert f"continue it with ticketsum {identity['ticketsum']}, or choose another folder with --out" in line


def test_many_blocks_and_many_trials_take_moments(ticketsum, tmp_path):
    """2 10^4 files, and 10^10 trials asked for: counted, not listed one by one."""
    assert ticketsum(*LEMMA2, "--jobs", "1", "--out", tmp_path).code == 0
    request = json.loads((tmp_path / "request.json").read_text())
    (tmp_path / "request.json").write_text(json.dumps(request | {"trials": 10**10}))
    for first in range(1000, 21_000):
        (tmp_path / "blocks" / f"d0001-n000020-t{first:010d}-{first + 1:010d}.npz").touch()
    started = time.monotonic()
    answer = ticketsum("status", tmp_path)
    assert time.monotonic() - started < 60.0  # a minute even on a busy machine; one by one it took many
    assert answer.code in (0, 2), answer.err


def test_the_time_left_is_that_of_all_cores():
    """600 s of work on one core are 2.5 minutes on four."""
    found = SimpleNamespace(finished=False, seconds=600.0)
    assert _left_text(found, 4).startswith("About 2.5 minutes of work are left on 4 cores")
