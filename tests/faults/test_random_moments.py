"""Signals at random moments of a sweep's life: what is left goes on to the same bits, and nobody stays behind."""

import random
import signal
from collections import Counter

import pytest

KILL, INTERRUPT, TERMINATE = signal.SIGKILL, signal.SIGINT, signal.SIGTERM
CODES = {KILL: -9, INTERRUPT: 130, TERMINATE: 143}


def phase_of(run):
    """What a sweep was at when it ended."""
    found = {path.relative_to(run).as_posix() for path in run.rglob("*")} if run.exists() else set()
    blocks = [name for name in found if name.startswith("blocks/d")]
    if "raw.nc" in found:
        return "finished"
    if any(name.startswith(".raw.nc.") for name in found) or len(blocks) == 5:
        return "consolidation"
    return "blocks" if blocks else "start" if found else "nothing"


def complaint(ended, run, number):
    """What is wrong with how a command ended; Ctrl-C and SIGTERM get a hint as soon as there is something to go on."""
    if ended.code != CODES[number] or "Traceback" in ended.err:
        return f"code {ended.code}: {ended.err}"
    hint = f"Finished blocks are safe in {run}; give the same command again to go on."
    silent = number != KILL and hint not in ended.err and phase_of(run) in {"start", "blocks", "consolidation"}
    return f"no hint: {ended.err}" if silent else ""


@pytest.fixture(scope="session")
def lives(server, tmp_path_factory):
    """How long a sweep takes with so many jobs, in seconds; measured once."""
    known = {}

    def life(jobs):
        if jobs not in known:
            known[jobs] = server.sweep(tmp_path_factory.mktemp("life").resolve() / "RUN", jobs=jobs).seconds
        return known[jobs]

    return life


@pytest.fixture
def strike(server, expected, fresh, none_left, lives):
    """Strike sweeps, each at a moment drawn uniformly from its life; (what went wrong, in which phases they were)."""

    def struck(count, number, jobs=1, whom="all", **how):
        chance, lost, phases = random.Random(100 * number + 10 * jobs + len(whom)), {}, Counter()
        while phases.total() < count:
            run, after = fresh(), chance.uniform(0.0, lives(jobs))
            ended = server.sweep(run, jobs=jobs, after=after, signal=number, whom=whom, **how)
            if ended.code == 0 and phase_of(run) == "finished":
                continue  # it was faster this time
            phases[phase_of(run)] += 1
            key = f"{phases.total()}: {after:.4f} s, {phase_of(run)}"
            wrong = complaint(ended, run, number)
            again = server.sweep(run, **how)  # at once: nobody left behind may hold the folder
            wrong = wrong or (expected.found_in(run) if again.code == 0 else f"again: {again.err.splitlines()[-1:]}")
            none_left(ended.session)
            wrong = wrong or expected.found_in(run)  # whoever was left has changed nothing
            if wrong:
                lost[key] = wrong
        print(f"{count} of {number.name} to {whom} of {jobs}: {dict(phases)}")
        return lost, phases

    return struck


@pytest.mark.parametrize(
    ("jobs", "whom", "count"), [(1, "all", 4), pytest.param(2, "writer", 1, marks=pytest.mark.slow)]
)
def test_some_kills(strike, jobs, whom, count):
    """kill -9 of all processes, and of the writer alone, whose workers have to end as well."""
    assert strike(count, KILL, jobs, whom)[0] == {}


@pytest.mark.slow
@pytest.mark.parametrize(("jobs", "whom", "count"), [(1, "all", 40), (2, "all", 8), (2, "writer", 8)])
def test_many_kills(strike, jobs, whom, count):
    """The same 56 times; with one job the moments reach from the start to the consolidation."""
    lost, phases = strike(count, KILL, jobs, whom)
    assert lost == {}
    assert jobs == 2 or {"start", "blocks", "consolidation"} <= phases.keys()


@pytest.mark.slow
def test_kills_catch_a_writer_in_place(strike):
    """Negative control: files written to their place in two steps are lost, one of 60 at least."""
    assert strike(60, KILL, broken="slow copy")[0] != {}


@pytest.mark.parametrize("number", [INTERRUPT, TERMINATE])
def test_interruptions(strike, number):
    """Ctrl-C and SIGTERM: their exit codes, the hint, and it goes on."""
    assert strike(3, number)[0] == {}


@pytest.mark.slow
@pytest.mark.parametrize("number", [INTERRUPT, TERMINATE])
@pytest.mark.parametrize(("jobs", "whom", "count"), [(1, "all", 20), (2, "all", 4), (2, "writer", 4)])
def test_many_interruptions(strike, number, jobs, whom, count):
    """The same more often, with workers, to all processes and to the writer alone."""
    assert strike(count, number, jobs, whom)[0] == {}
