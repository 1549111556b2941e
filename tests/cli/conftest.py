"""Ways to run the command line: in this process, in another one, and small finished runs to work on."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
from typing import NamedTuple

import pytest

SWEEP = ("sweep", "theorem3", "--n", "1:5", "--trials", "9000", "--jobs", "1")
"""Three blocks of 4096 trials, in a fraction of a second."""


class Answer(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str

    def one_line_error(self):
        """The only line on stderr of a command that refused its input."""
        lines = self.err.splitlines()
        assert self.code == 2, self.err
        assert len(lines) == 1, self.err
        assert lines[0].startswith("ticketsum: ")
        assert "Traceback" not in self.out + self.err
        return lines[0]


def contents(folder):
    """Path -> (SHA-256, inode, time of change) of every file below `folder`, but for the lock."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".lock":
            status = path.stat()
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            found[path.relative_to(folder).as_posix()] = (digest, status.st_ino, status.st_mtime_ns)
    return found


def start_process(*arguments, cwd, before=lambda: None):
    """`python -m montecarlo ...` in a process group of its own, its output captured; `before` runs in it first."""

    def prepare():
        # Where the suite itself runs in the background, SIGINT is ignored, and ignored signals are inherited.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        before()

    return subprocess.Popen(
        [sys.executable, "-m", "montecarlo", *map(str, arguments)],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=os.environ | {"COLUMNS": "100"},
        preexec_fn=prepare,  # noqa: PLW1509
    )


def end(process):
    """Kill the group of a process that still runs."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.fixture
def ticketsum(capsys):
    """Run `ticketsum ARGUMENTS` in this process."""

    def run(*arguments):
        from montecarlo.cli import main

        capsys.readouterr()
        try:
            main([str(argument) for argument in arguments])
            code = 0
        except SystemExit as end:
            code = end.code or 0
        return Answer(code, *capsys.readouterr())

    return run


@pytest.fixture
def ticketsum_process(tmp_path):
    """Run `python -m montecarlo ARGUMENTS` to its end."""

    def run(*arguments, **options):
        process = start_process(*arguments, cwd=tmp_path, **options)
        try:
            out, err = process.communicate(timeout=60)
        finally:
            end(process)
        return Answer(process.returncode, out, err)

    return run


@pytest.fixture
def start(tmp_path):
    """Start `python -m montecarlo ARGUMENTS`; it is ended with the test if it still runs."""
    started = []

    def run(*arguments):
        started.append(start_process(*arguments, cwd=tmp_path))
        return started[-1]

    yield run
    for process in started:
        end(process)


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """A finished run of three blocks, made once: to be read, or copied."""
    from montecarlo.cli import main

    folder = tmp_path_factory.mktemp("made") / "RUN"
    main([*SWEEP, "--out", str(folder)])
    return folder


@pytest.fixture
def finished(made, tmp_path):
    """A copy of it."""
    return shutil.copytree(made, tmp_path / "RUN")


@pytest.fixture
def files():
    """`contents`."""
    return contents


@pytest.fixture
def sweep_command():
    """The command that makes the `finished` run, without its folder."""
    return SWEEP
