"""The fault injector, the server that forks commands under it, and what is expected of a run that went wrong."""

import json
import os
import shutil
import subprocess
import sys
import time
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import pytest
import xarray as xr

HERE = Path(__file__).parent
SWEEP = ("sweep", "theorem3", "--n", "1:6", "--trials", "300")
"""Five blocks of 64 trials (`SMALL_BLOCK` of server.py)."""


class Ended(NamedTuple):
    """How a command ended; `calls` that change the folder were counted."""

    code: int
    calls: int
    seconds: float
    session: int
    err: str

    def complaint(self):
        """The one line on stderr that says what went wrong; all others show progress."""
        assert self.code == 2, self
        lines = [line for line in self.err.splitlines() if not line.startswith("Theorem 3: ")]
        assert len(lines) == 1, self.err
        assert lines[0].startswith("ticketsum: ")
        return lines[0]


class Server:
    """Commands forked from a process that has everything compiled; see server.py."""

    def __init__(self, folder, shim):
        self.folder = folder
        environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "COLUMNS": "100"}
        environment["LD_PRELOAD"] = str(shim)
        self.process = subprocess.Popen(
            [sys.executable, HERE / "server.py", folder / "warm"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
        )
        assert json.loads(self.process.stdout.readline()) == "ready"

    def __call__(self, *arguments, **fault):
        """Run `ticketsum ARGUMENTS`, under a fault if one is given."""
        err = self.folder / "err"
        request = {"arguments": [*map(str, arguments)], "err": str(err)} | fault
        print(json.dumps(request), file=self.process.stdin, flush=True)
        answer = json.loads(self.process.stdout.readline())
        return Ended(**answer, err=err.read_text())

    def sweep(self, run, *more, jobs=1, **fault):
        """Run SWEEP in the folder `run`; a fault is one of calls that change this folder."""
        return self(*SWEEP, "--jobs", jobs, "--out", run, *more, folder=str(run), **fault)

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=60)
        self.process.stdout.close()


@pytest.fixture(scope="session")
def shim(tmp_path_factory):
    """The fault injector, compiled."""
    compiler = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    if not sys.platform.startswith("linux"):
        pytest.skip("faults are injected by LD_PRELOAD, which needs Linux")
    if compiler is None:
        pytest.skip("no C compiler (cc, gcc, clang) to build the fault injector with; install gcc")
    library = tmp_path_factory.mktemp("shim") / "shim.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, HERE / "shim.c", "-ldl"], check=True)
    return library


@pytest.fixture(scope="session")
def server(tmp_path_factory, shim):
    """The program under the fault injector; closed when all tests are done."""
    started = Server(tmp_path_factory.mktemp("server").resolve(), shim)
    yield started
    started.close()


class Expected(NamedTuple):
    """What a run that nothing happened to leaves behind."""

    folder: Path
    numbers: xr.Dataset
    files: list[str]

    def found_in(self, run):
        """Whether `run` has come to the same files and, to the bit, the same numbers."""
        if names(run) != self.files:
            return f"files {sorted(set(names(run)) ^ set(self.files))}"
        found = numbers_of(run)
        same = found.equals(self.numbers) and all(
            found[name].values.tobytes() == values.values.tobytes()
            for name, values in self.numbers.variables.items()
            if values.dtype.kind == "f"
        )
        return "" if same else "other numbers"


def names(folder):
    """Relative paths of all files below `folder`, but for a lock, which stays where it cannot be removed."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")
    return sorted(path.relative_to(folder).as_posix() for path in found)


def numbers_of(run):
    """The Dataset of a finished run."""
    return xr.load_dataset(run / "raw.nc", engine="h5netcdf")


@pytest.fixture(scope="session")
def expected(server, tmp_path_factory):
    """The run of SWEEP, and its copy to compare with: computed twice, so that it is known to be reproducible."""
    folder = tmp_path_factory.mktemp("untouched").resolve() / "RUN"
    assert server.sweep(folder).code == 0
    return Expected(folder, numbers_of(folder), names(folder))


def part_of_a_run(path):
    """What a path below a run is for, whatever temporary files are called."""
    names = (".lock", "run.json", "request.json", "raw.nc")
    return next((name for name in names if name in path), "a block" if path.startswith("/blocks/") else path)


class Calls(NamedTuple):
    """The calls of SWEEP that change its folder, numbered from 1, and what each is: ("rename", "run.json"), say."""

    done: list[tuple[str, str]]

    @property
    def count(self):
        """How many there are to be killed at."""
        return len(self.done)

    @property
    def kinds(self):
        """The first call of each kind; files of blocks are one kind."""
        return sorted({what: k for k, what in reversed([*enumerate(self.done, 1)])}.values())

    @property
    def different(self):
        """All calls, but of equal ones in a row, as HDF5's writes are, the first, every sixth, and the last."""
        points, last = [], 0
        for _, same in groupby(self.done):
            first, last = last + 1, last + len(list(same))
            points += sorted({*range(first, last + 1, 6), last})
        return points

    def of(self, kind):
        """The first call of each kind that is a "write", say."""
        return [k for k in self.kinds if self.done[k - 1][0] == kind]


@pytest.fixture(scope="session")
def calls(server, expected, tmp_path_factory):
    """All calls there are to be killed at; the same in every run."""
    found = []
    for _ in range(2):
        folder = tmp_path_factory.mktemp("count").resolve()
        ended = server.sweep(folder / "RUN", trace=str(folder / "trace"))
        lines = (line.split("\t") for line in (folder / "trace").read_text().splitlines())
        found.append([(call, part_of_a_run(path.removeprefix(f"{folder}/RUN"))) for call, path in lines])
        assert ended.calls == len(found[-1]) > 30
    assert found[0] == found[1]
    return Calls(found[0])


@pytest.fixture
def fresh(tmp_path):
    """A run folder for every call: removed and named again, absolute and without links."""

    def make():
        run = tmp_path.resolve() / "RUN"
        shutil.rmtree(run, ignore_errors=True)
        return run

    return make


def alive(session):
    """Processes of a session that still run, other than zombies."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = path.read_text()
        except OSError:
            continue
        state, _, _, owner = text.rpartition(")")[2].split()[:4]
        if int(owner) == session and state != "Z":
            found.append(f"{path.parent.name} {text.split('(')[1].split(')')[0]}")
    return found


@pytest.fixture(scope="session")
def none_left():
    """Assert that a session has no process left, in the end."""

    def check(session, seconds=20.0):
        deadline = time.monotonic() + seconds
        while (left := alive(session)) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert left == []

    return check
