"""A sweep on a dask cluster: a real scheduler and worker processes on loopback, the bytes of one process."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from montecarlo import Dask, InputError, Lemma1, Precision, Theorem3, workers
from montecarlo.cli import main
from montecarlo.sweeps import run as sweeps
from montecarlo.sweeps.plan import Plan
from montecarlo.sweeps.run import _simulate_alike, run
from montecarlo.workers import LostWorkersError, cluster_unordered

ROOT = Path(__file__).parents[3]
DEATHS = 2
"""Workers an item may kill before this scheduler gives it up; dask's own setting is four."""


@contextmanager
def processes():
    """A function that starts `dask ARGUMENTS`; whatever it started ends with the test."""
    started = []
    settings = {
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests" / "support"), str(Path(__file__).parent)]),
        "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": str(DEATHS - 1),
    }

    def start(*arguments):
        command = [sys.executable, "-m", "dask", *arguments, "--no-dashboard"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        started.append(subprocess.Popen(command, env=os.environ | settings, start_new_session=True, **quiet))
        return started[-1]

    try:
        yield start
    finally:
        for process in started:  # with its nanny's worker; a nanny that is asked to end takes five seconds
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def cluster(*worker_options, size=2):
    """A scheduler and worker processes of one thread each: its address, its process, a second client of it."""
    from distributed import Client

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    with processes() as start:
        scheduler = start("scheduler", "--host", "127.0.0.1", "--port", str(port))
        for _ in range(size):
            start("worker", address, "--nthreads", "1", *worker_options)
        with Client(address, timeout=30, set_as_default=False) as client:
            client.wait_for_workers(size, timeout=60)
            yield address, scheduler, client


@pytest.fixture(scope="module")
def shared():
    """Two workers with nannies, which start them again: for tests that leave the cluster as they found it."""
    with cluster() as found:
        yield found


def files(folder):
    """Block file -> its bytes."""
    return {path.name: path.read_bytes() for path in (folder / "blocks").iterdir()}


@dataclass(frozen=True)
class Lethal(Theorem3):
    """Theorem 3 with a block that ends the process it runs in, but for the one that tries a claim before it starts."""

    home: int = 0

    def draw(self, generator, n, d, trials):
        if os.getpid() != self.home:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().draw(generator, n, d, trials)


def test_cluster_gives_the_bytes_of_one_process_and_survives_a_lost_worker(tmp_path, monkeypatch):
    """Two workers: equal block files, brackets too; one killed in mid-block: equal; the other as well: one line."""
    monkeypatch.setattr(workers, "_PATIENCE_SECONDS", 1.0)
    monkeypatch.setattr(workers, "_POLL_SECONDS", 0.5)
    brackets = Plan(Lemma1(), (1, 12), 192, precision=Precision(0.01, 0.05), block_trials=64)
    plan = Plan(Theorem3(), (4, 18), 1024, block_trials=64)
    for name, one in (("brackets", brackets), ("exact", plan)):
        dict(run(one, tmp_path / name))
    with cluster("--no-nanny") as (address, _, client):
        dict(run(brackets, tmp_path / "cluster", backend=Dask(address)))
        assert files(tmp_path / "cluster") == files(tmp_path / "brackets")
        pids = client.run(os.getpid)
        assert len(pids) == 2

        blocks, seen, busy = run(plan, tmp_path / "killed", backend=Dask(address)), 0, None
        while busy is None:
            next(blocks)
            seen += 1
            busy = next((worker for worker, keys in client.processing().items() if keys), None)
        os.kill(pids.pop(busy), signal.SIGKILL)
        assert 0 < len(list(blocks)) == len(plan.blocks) - seen
        assert client.nthreads().keys() == pids.keys()
        assert files(tmp_path / "killed") == files(tmp_path / "exact")

        os.kill(*pids.values(), signal.SIGKILL)
        with pytest.raises(LostWorkersError, match=rf"^the scheduler has had no worker for 1 s; .*{address}`$"):
            dict(run(plan, None, backend=Dask(address)))


@dataclass(frozen=True)
class Own(Theorem3):
    """A claim that no worker can import: its module is this file."""

    def critical_epsilons(self, draws, precision):
        return Theorem3.critical_epsilons(self, draws, precision).upper


def test_claim_of_a_users_own_comes_with_its_code(shared):
    """A class of a module that workers lack: the numbers of one process; the same module is missing there."""
    plan = Plan(Own(), (4, 8), 256, block_trials=64)
    address, _, client = shared
    assert set(client.run(lambda name: name in sys.modules, Own.__module__).values()) == {False}
    found = dict(run(plan, None, backend=Dask(address)))
    here = dict(run(plan, None))
    assert all(np.array_equal(found[b]["critical_epsilon"], here[b]["critical_epsilon"]) for b in plan.blocks)


def test_numbers_are_compared_jobs_bound_what_is_in_flight_and_the_command_line_agrees(shared, tmp_path):
    """Workers refuse other numbers; `jobs` blocks at once, no more; the command line stores the same bytes."""
    address, _, client = shared
    plan = Plan(Theorem3(), (1, 4), 64)
    with pytest.raises(
        InputError,
        match=r"^workers must compute the same numbers, got those of sampling 1, .*1 for claim 0; inst",
    ):
        list(cluster_unordered(client, partial(_simulate_alike, {"claim": 0}, plan), plan.blocks, jobs=None))
    for jobs, wanted in ((1, 1), (None, 2), (5, 5)):
        taken = iter(range(12))
        items = cluster_unordered(client, abs, taken, jobs=jobs)
        next(items)
        assert next(taken) == wanted + 1  # one is back
        items.close()
    command = ["sweep", "theorem3", "--n", "1:4", "--trials", "5000", "--out"]
    main([*command, str(tmp_path / "here"), "--jobs", "1"])
    main([*command, str(tmp_path / "there"), "--backend", "dask", "--scheduler", address])
    assert files(tmp_path / "there") == files(tmp_path / "here") != {}


def test_block_that_kills_every_worker_is_named(shared, tmp_path, capfd):
    """Not tried forever: one line with the block, nothing of dask's own on stderr; then the cluster works again."""
    address, _, client = shared
    lethal = Plan(Lethal(os.getpid()), (1, 4), 64, block_trials=64)
    named = rf"^Block\(d=1, n=4, first=0, stop=64\) was lost {DEATHS} times, each time its worker died .* memory"
    capfd.readouterr()
    with pytest.raises(LostWorkersError, match=named):
        dict(run(lethal, tmp_path, backend=Dask(address)))
    assert capfd.readouterr() == ("", "")
    assert files(tmp_path) == {}
    client.wait_for_workers(1, timeout=60)  # started again by their nannies
    plan = Plan(Theorem3(), (1, 4), 64)
    assert dict(run(plan, None, backend=Dask(address))).keys() == set(plan.blocks)


def test_scheduler_that_goes_away_is_named(capfd):
    """Killed while blocks are computed: one line with its address, and no waiting for ever."""
    with cluster("--no-nanny", size=1) as (address, scheduler, _), Dask(address).connected() as client:
        capfd.readouterr()
        items = cluster_unordered(client, time.sleep, [0.0, 3.0, 3.0, 3.0], jobs=None)
        next(items)
        os.killpg(scheduler.pid, signal.SIGKILL)
        with pytest.raises(LostWorkersError, match=rf"^the connection to the scheduler {address} was lost"):
            list(items)
        assert capfd.readouterr() == ("", "")


def listener(answer):
    """The address of something that is no scheduler: it accepts, sends `answer`, hangs up unless that is None."""
    server = socket.create_server(("127.0.0.1", 0))
    held = [server]

    def serve():
        held.append(server.accept()[0])
        if answer is not None:
            held[-1].sendall(answer)
            held[-1].close()

    threading.Thread(target=serve, daemon=True).start()
    return f"tcp://127.0.0.1:{server.getsockname()[1]}", held


@pytest.mark.parametrize("answer", [None, b"", b"HTTP/1.1 400 Bad Request\r\n\r\n"], ids=["silent", "closes", "http"])
def test_service_that_is_no_scheduler(answer, monkeypatch):
    """One line within the time limit, whatever answers."""
    monkeypatch.setattr(workers, "_CONNECT_SECONDS", 0.2)
    address, held = listener(answer)
    started = time.monotonic()
    with pytest.raises(InputError, match=rf"^scheduler must be the address of a running dask .*, got '{address}' \(.*"):
        dict(run(Plan(Theorem3(), (1, 4), 64), None, backend=Dask(address)))
    assert time.monotonic() - started < 5.0
    for end in held:
        end.close()


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense", "foo://x:1", "tcp://127.0.0.1:99999", ""])
def test_no_scheduler_there(address, monkeypatch):
    """Nobody listens, or the address is none: the address is in the one line."""
    monkeypatch.setattr(workers, "_CONNECT_SECONDS", 0.2)
    with pytest.raises(
        InputError, match=rf"^scheduler must be .*, got '{address}' \(.*\); start one with `dask sch.*`$"
    ):
        dict(run(Plan(Theorem3(), (1, 4), 64), None, backend=Dask(address)))


def test_finished_run_needs_no_scheduler(tmp_path):
    """With every block on disk nothing is asked of the cluster."""
    plan = Plan(Theorem3(), (1, 4), 64)
    (wanted,), (found,) = (list(run(plan, tmp_path, backend=where)) for where in (None, Dask("tcp://127.0.0.1:1")))
    np.testing.assert_array_equal(found[1]["critical_epsilon"], wanted[1]["critical_epsilon"][..., :64])


def test_without_dask_one_line_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"^the dask backend needs dask; pip install 'dask\[distributed\]'$"):
        dict(run(Plan(Theorem3(), (1, 4), 64), None, backend=Dask("tcp://127.0.0.1:1")))


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (("--backend", "dask"), "--backend dask needs --scheduler tcp://HOST:PORT, got none"),
        (("--scheduler", "tcp://h:1"), "--scheduler goes with --backend dask, got --scheduler tcp://h:1 alone"),
        (("--backend", "dask", "--scheduler", "nonsense"), "scheduler must be the address of a running dask scheduler"),
        (("--backend", "ray"), 'Invalid value "ray" for --backend'),
    ],
)
@pytest.mark.parametrize(
    "command", [("sweep", "theorem3", "--n", "1:3"), ("verify", "theorem3", "--constant", "3"), ("reproduce",)]
)
def test_bad_options_are_one_line_of_the_command(command, options, line, tmp_path, capsys):
    """Exit code 2, one line on stderr, whichever command runs the sweep."""
    with pytest.raises(SystemExit) as end:
        main([*command, "--out", str(tmp_path / "run"), *options])
    (said,) = capsys.readouterr().err.splitlines()
    assert end.value.code == 2
    assert said.startswith(f"ticketsum: {line}")


def test_lost_workers_leave_the_command_a_way_on(tmp_path, capsys, monkeypatch):
    """The line ends with where the finished blocks are, and that the same command goes on."""

    def lost(*_, **__):
        raise LostWorkersError("gone")

    monkeypatch.setattr(sweeps, "run", lost)
    with pytest.raises(SystemExit) as end:
        main(["sweep", "theorem3", "--n", "1:3", "--out", str(tmp_path)])
    assert end.value.code == 2
    wanted = f"ticketsum: gone; finished blocks are safe in {tmp_path}, the same command goes on from them\n"
    assert capsys.readouterr().err == wanted
