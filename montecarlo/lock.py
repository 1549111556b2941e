"""One writer a run: a second process is told who holds the folder, and stops before it does anything."""

import json
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .errors import InputError
from .store import unwritable

_NAME = ".lock"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold `folder`, made if there is none; an InputError names the process that holds it already.

    The operating system lets go of the lock when its process ends, however that happens. Where a file system has no
    locks (or the system none, as Windows), none is taken.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = os.open(folder / _NAME, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise unwritable(folder, error) from error
    try:
        if not _taken(file):
            raise InputError(f"{folder} is in use {_holder_text(folder)}; wait for it, or choose another with --out")
        text = {"pid": os.getpid(), "host": platform.node(), "since": _now(), "command": sys.argv}
        with suppress(OSError):  # a full disk: who holds it is not known, that it is held is
            os.ftruncate(file, 0)
            os.pwrite(file, json.dumps(text).encode(), 0)
        try:
            yield
        finally:
            with suppress(OSError):
                os.ftruncate(file, 0)
    finally:
        os.close(file)


def holder(folder: Path) -> dict[str, Any] | None:
    """Who holds `folder`: pid, host, since, command; None if nobody does."""
    try:
        file = os.open(folder / _NAME, os.O_RDWR)
    except OSError:
        return None
    try:
        return None if _taken(file) else _said(folder)
    finally:
        os.close(file)


def _taken(file: int) -> bool:
    """Take the lock of an open file, until it is closed; False if another process has it."""
    try:
        import fcntl
    except ImportError:  # Windows
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return True
    return True


def _said(folder: Path) -> dict[str, Any]:
    with suppress(OSError, ValueError):
        found = json.loads((folder / _NAME).read_text())
        if isinstance(found, dict):
            return found
    return {}


def _holder_text(folder: Path) -> str:
    found = _said(folder)
    if not found:
        return "by another process"
    return f"by process {found.get('pid')} on {found.get('host')} since {found.get('since')}"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
