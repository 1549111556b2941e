"""Worker processes hear nothing of Ctrl-C, from their first instruction on; one that dies is one line."""

import os
import signal
import subprocess
import sys

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
