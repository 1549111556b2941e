"""Worker processes hear nothing of Ctrl-C, from their first instruction on."""

import os
import signal
import sys

import pytest

from montecarlo.workers import unordered


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
