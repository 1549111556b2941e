"""What ends a command early: Ctrl-C, SIGTERM, a disk that fails; and the line that remains."""

import errno
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from .output import terminal

REMEDIES = {
    errno.ENOSPC: "make room",
    errno.EDQUOT: "make room",
    errno.EFBIG: "raise the limit on file sizes (ulimit -f)",
    errno.EIO: "look after the disk",
    errno.EROFS: "make it writable",
}
"""What is to be done about a disk that fails, whatever lies on it."""


READ_ONLY = {errno.EACCES, errno.EPERM, errno.EROFS}
"""What the system says of folders that are not to be written to."""


class Terminated(KeyboardInterrupt):
    """SIGTERM: whoever can be interrupted by Ctrl-C can be by this, and cleans up in the same way."""


@contextmanager
def terminations_raised() -> Iterator[None]:
    """Inside, SIGTERM raises Terminated, unless somebody else answers it.

    Workers are processes of another program, which inherit no handler: SIGTERM ends them.
    """
    ours = threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    if ours:
        signal.signal(signal.SIGTERM, _raise_terminated)
    try:
        yield
    finally:
        if ours:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _raise_terminated(*_: Any) -> NoReturn:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one must not cut short what the first one started
    raise Terminated


@contextmanager
def interruption(consequence: str) -> Iterator[None]:
    """Inside, Ctrl-C and SIGTERM say on their way out what they leave.

    What goes wrong while they are answered (workers ended by the same signal, a pool that is shut down) is their doing,
    and they go on in its place.
    """
    try:
        yield
    except BaseException as error:
        interrupt = _interrupt_behind(error)
        if interrupt is None:
            raise
        what = "Terminated" if isinstance(interrupt, Terminated) else "Interrupted"
        terminal().say("")
        terminal().say(f"{what}. {consequence}")
        if interrupt is error:
            raise
        raise type(interrupt) from error


def _interrupt_behind(error: BaseException | None) -> KeyboardInterrupt | None:
    """The interrupt that `error` is, or in whose course it was raised; causes and contexts can run in circles."""
    seen: list[BaseException] = []
    while error is not None and error not in seen and not isinstance(error, KeyboardInterrupt):
        seen.append(error)
        error = error.__cause__ or error.__context__
    return error if isinstance(error, KeyboardInterrupt) else None


def unwritten(error: OSError, folder: Path | None = None) -> str:
    """One line for a file that the system would not read or write: which, why, and the remedy."""
    place = error.filename or folder
    reason = error.strerror or str(error).split("\n", maxsplit=1)[0]
    remedy = REMEDIES.get(error.errno or 0, "see to it")
    safe = f" (finished blocks are safe in {folder})" if folder else ""
    return f"{f'{place}: ' if place else ''}{reason}; {remedy}, then give the same command again to go on{safe}"
