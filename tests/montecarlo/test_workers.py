"""Worker processes hear nothing of Ctrl-C, from their first instruction on; one that dies is one line."""

import errno
import os
import shutil
import signal
import subprocess
import sys

import joblib
import pytest

from montecarlo.workers import LostWorkersError, unordered


def ears(item):
    """The item, the process, and what it would do about SIGINT."""
    blocked = signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ())
    return item, os.getpid(), blocked, signal.getsignal(signal.SIGINT)


@pytest.mark.skipif(sys.platform == "win32", reason="no signal masks there")
def test_workers_never_hear_an_interrupt():
    """Blocked when the process starts, whoever starts it first, and ignored afterwards; the parent hears again."""
    answers = list(unordered(ears, range(6), 2))
    assert sorted(item for item, *_ in answers) == list(range(6))
    assert all(process != os.getpid() for _, process, *_ in answers)
    assert {(blocked, handler) for *_, blocked, handler in answers} == {(True, signal.SIG_IGN)}
    assert ears(0)[2:] == (False, signal.default_int_handler)


def killed(item):
    """The item, unless it is 3: then its process is killed, as by the system when memory runs out."""
    if item == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return item


def starved(item):
    raise MemoryError(f"Unable to allocate {item} bytes")


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
@pytest.mark.parametrize("function", [killed, starved])
def test_worker_that_dies_is_one_line(function):
    """Killed or out of memory: the remedy, not a traceback of joblib's; the next call has new workers."""
    with pytest.raises(
        LostWorkersError, match=r"^every worker .* one of 2 that died \(out of memory\?\); give fewer --jobs$"
    ):
        list(unordered(function, range(8), 2))
    assert sorted(unordered(abs, range(4), 2)) == list(range(4))


TRACKER = """
import sys
from pathlib import Path
from montecarlo.workers import unordered
from joblib.externals.loky.backend.resource_tracker import _resource_tracker
assert sorted(unordered(abs, [-1, -2], 2)) == [1, 2]
print(Path(f"/proc/{_resource_tracker._pid}/cmdline").read_text().split("\\0"), sys.warnoptions)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_the_tracker_of_semaphores_says_nothing():
    """Left-overs of an interrupt are no matter for a user; options of this process stay as they are."""
    answer = subprocess.run([sys.executable, "-c", TRACKER], capture_output=True, text=True, check=True)
    command, options = answer.stdout.split("] [")
    assert "-Wignore:resource_tracker" in command
    assert "resource_tracker" not in options


@pytest.mark.parametrize("settings", [{"backend": "threading", "n_jobs": 4}, {"require": "sharedmem", "verbose": 100}])
def test_settings_of_joblib_around_us_change_nothing(settings, capfd):
    """Workers are processes, as many as `jobs`, and quiet, inside of any joblib.parallel_config."""
    with joblib.parallel_config(**settings):
        answers = list(unordered(ears, range(6), 2))
    assert sorted(item for item, *_ in answers) == list(range(6))
    assert os.getpid() not in {process for _, process, *_ in answers}
    assert len({process for _, process, *_ in answers}) <= 2
    assert capfd.readouterr() == ("", "")


SHADOWED = """
from montecarlo.workers import unordered
if __name__ == "__main__":
    print(sorted(unordered(abs, [-1, -2], 2)))
    import os; print(os.environ.get("PYTHONSAFEPATH"))
"""


def test_files_of_the_working_directory_stand_for_no_library(tmp_path):
    """A user's random.py, tempfile.py, joblib.py, analysis.py there are not what workers import."""
    program = tmp_path / "elsewhere" / "program.py"
    program.parent.mkdir()
    program.write_text(SHADOWED)
    for name in ("random", "tempfile", "joblib", "montecarlo", "analysis"):
        (tmp_path / f"{name}.py").write_text("raise SystemError('the file of the working directory')")
    done = subprocess.run(
        [sys.executable, program], check=False, cwd=tmp_path, capture_output=True, text=True, timeout=300
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "[1, 2]\nNone\n", "")


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (errno.ENOSPC, "No space left on device; make room in /dev/shm, where their semaphores lie, or give --jobs 1"),
        (errno.EDQUOT, "Disk quota exceeded; make room in /dev/shm, where their semaphores lie, or give --jobs 1"),
        (errno.EAGAIN, "Resource temporarily unavailable; give fewer --jobs"),
    ],
)
def test_workers_that_cannot_start_say_why(monkeypatch, number, remedy):
    """It is not an output folder that has no room."""

    def refused(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("joblib.Parallel.__call__", refused)
    with pytest.raises(LostWorkersError, match=f"^worker processes must be able to start, got: {remedy}$"):
        list(unordered(abs, range(4), 2))


def test_without_semaphores_threads_do_the_work(tmp_path):
    """As on a full /dev/shm, where joblib cannot make one: equal results, and nothing on stderr."""
    program = tmp_path / "program.py"
    program.write_text(SHADOWED)
    none = os.environ | {"JOBLIB_MULTIPROCESSING": "0"}
    command = [sys.executable, "-W", "error", program]
    done = subprocess.run(command, check=False, env=none, capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stdout, done.stderr) == (0, "[1, 2]\nNone\n", "")


FULL = """
mount -t tmpfs -o size=4k tmpfs /dev/shm && head -c 8192 /dev/zero > /dev/shm/full 2>/dev/null
"$@"
"""


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux") or os.geteuid() != 0, reason="mounts a full /dev/shm")
def test_a_full_shared_memory_stops_nobody(tmp_path):
    """The same where it is really full."""
    if (
        not shutil.which("unshare")
        or subprocess.run(["unshare", "-m", "true"], check=False, capture_output=True).returncode
    ):
        pytest.skip("needs a mount namespace of its own")
    program = tmp_path / "program.py"
    program.write_text(SHADOWED)
    command = ["unshare", "-m", "sh", "-c", FULL, "sh", sys.executable, "-W", "error", program]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stdout, done.stderr) == (0, "[1, 2]\nNone\n", "")
