"""Other processes, clocks and memory: a folder has one writer, clocks mean nothing, a lost worker loses no block."""

import os
import platform
import re
import signal
import subprocess
import sys
import time

import pytest

HOLD = """
import sys, time
from pathlib import Path
from montecarlo.storage.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def held(fresh, server):
    """A run folder with two blocks, and a process that holds it."""
    run = fresh()
    assert server.sweep(run, fault="kill", at=30).code == -9
    process = subprocess.Popen([sys.executable, "-c", HOLD, run], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    yield run, process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_second_process_is_told_and_a_killed_one_lets_go(server, expected, held):
    """Who holds the folder: process, machine, since when; nothing is changed. After kill -9 of it all goes on."""
    run, process = held
    before = {path: path.stat().st_mtime_ns for path in run.rglob("*") if path.is_file()}
    for more in ((), ("--repair",)):
        line = server.sweep(run, *more).complaint()
        wanted = (
            rf"{run} is in use by process {process.pid} on {platform.node()} since \d{{4}}-\d\d-\d\dT[\d:]+\+00:00;"
        )
        assert re.search(wanted, line)
        assert "wait for it, or choose another with --out" in line
    assert "is in use by process" in server("consolidate", run).complaint()
    assert server("status", run).code == 0
    assert {path: path.stat().st_mtime_ns for path in run.rglob("*") if path.is_file()} == before
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert server.sweep(run).code == 0
    assert expected.found_in(run) == ""


def test_clocks_mean_nothing(server, expected, fresh):
    """A clock that goes back an hour at every look, files from the future and from 1970: same bits, nothing redone."""
    run = fresh()
    for at, moment in ((25, time.time() + 1e9), (20, 0.0)):
        assert server.sweep(run, fault="kill", at=at, broken="clock").code == -9
        for path in run.rglob("*"):
            os.utime(path, (moment, moment))
    kept = {path: path.stat().st_ino for path in (run / "blocks").glob("d*")}
    assert kept
    assert server.sweep(run, broken="clock").code == 0
    assert expected.found_in(run) == ""
    assert all(path.stat().st_ino == inode for path, inode in kept.items())


def test_no_memory_for_a_block(server, expected, fresh):
    """MemoryError in a block: one line; the blocks before it are safe, and with more memory it goes on."""
    run = fresh()
    line = server.sweep(run, broken="starve").complaint()
    assert "a block ran out of memory; make room or lower n, then give the same command again to go on" in line
    assert f"(finished blocks are safe in {run})" in line
    assert len(list((run / "blocks").iterdir())) == 2
    assert server.sweep(run).code == 0
    assert expected.found_in(run) == ""


def lost_workers(server, expected, fresh, none_left, moments):
    """kill -9 of one worker at each of these moments: one line, and the same command goes on; how many were hit."""
    hit = 0
    for after in moments:
        run = fresh()
        ended = server.sweep(run, jobs=2, after=after, whom="worker", to_the_end=True)
        if ended.code:
            # loky's resource tracker, a process of its own, may warn besides of what the killed worker leaked
            (line,) = [line for line in ended.err.splitlines() if line.startswith("ticketsum: ")]
            assert (ended.code, "Traceback" in ended.err) == (2, False)
            assert "every worker process must stay alive, got one of 2 that died (out of memory?)" in line
            assert f"finished blocks are safe in {run}, the same command goes on from them" in line
            hit += 1
        assert server.sweep(run).code == 0
        assert expected.found_in(run) == ""
        none_left(ended.session)
    return hit


@pytest.mark.slow
def test_workers_that_are_killed(server, expected, fresh, none_left):
    """At 20 moments of a sweep; a kill that finds no worker, or one that is done, does nothing."""
    life = server.sweep(fresh(), jobs=2).seconds
    hit = lost_workers(server, expected, fresh, none_left, [life * (0.1 + 0.04 * k) for k in range(20)])
    print(f"{hit} of 20 workers were hit at work")
    assert hit >= 3
