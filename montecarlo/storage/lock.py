"""One writer a folder: a second process is told who holds it, and stops before it does anything."""

import errno
import json
import os
import platform
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..errors import InputError
from .atomic import MARK, NO_LINK, hold, is_at, make_folder
from .blocks import unwritable

_NAME = f"{MARK}.lock"
_GRACE, _PAUSE = 0.2, 0.02
"""Seconds for which a folder may be looked at by `holder`; between two tries."""
_MOST_TEXT = 2**16
MOMENT = 60.0
"""Seconds that commands wait for each other whose work takes moments: drawing, comparing."""


@contextmanager
def locked(folder: Path, *, wait: float = 0.0) -> Iterator[None]:
    """Hold `folder`, made if there is none; an InputError names the process that holds it, still after `wait` seconds.

    The operating system lets go of the lock when its process ends, however that happens. Where a file system has no
    locks (or the system none, as Windows), none is taken.
    """
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        make_folder(folder)
    except OSError as error:
        raise unwritable(folder, error) from error
    try:
        with _held(folder / _NAME, folder, wait):
            yield
    except BaseException:
        with suppress(OSError):  # what was refused leaves no empty folder
            for path in made:
                path.rmdir()
        raise


@contextmanager
def reserved(folder: Path) -> Iterator[None]:
    """The same for a folder that must stay empty, or is not there yet: the lock lies beside it."""
    place = Path(os.path.realpath(folder))
    try:
        make_folder(place.parent)
    except OSError as error:
        raise unwritable(folder, error) from error
    with _held(place.with_name(f".{place.name}{_NAME}"), folder, 0.0):
        yield


def holder(folder: Path) -> dict[str, Any] | None:
    """Who holds `folder`: pid, host, since, command; None if nobody does."""
    try:
        file = os.open(folder / _NAME, os.O_RDONLY | NO_LINK)
    except OSError:
        return None
    try:
        return _said(file) if hold(file, shared=True) is False else None
    finally:
        os.close(file)


@contextmanager
def _held(path: Path, folder: Path, wait: float) -> Iterator[None]:
    """Hold `folder` by the lock `path`. It is removed at the end; whoever waited for it sees that and makes another."""
    file = _acquired(path, folder, wait)
    try:
        text = {"pid": os.getpid(), "host": platform.node(), "since": _now(), "command": sys.argv}
        with suppress(OSError):  # a full disk: who holds it is not known, that it is held is
            os.ftruncate(file, 0)
            os.pwrite(file, json.dumps(text).encode(), 0)
        yield
    finally:
        with suppress(OSError):
            path.unlink()
        os.close(file)


def _acquired(path: Path, folder: Path, wait: float) -> int:
    """The lock, open and held."""
    deadline = time.monotonic() + max(wait, _GRACE)
    while True:
        file = _opened(path, folder)
        if hold(file) is not False:
            if is_at(path, file):
                return file
            os.close(file)
            continue
        found = _said(file)
        os.close(file)
        if time.monotonic() >= deadline:
            raise InputError(f"{folder} is in use {_text(found)}; wait for it, or choose another with --out")
        time.sleep(_PAUSE)


def _opened(path: Path, folder: Path) -> int:
    """The file of a lock, made if there is none: one with a single name, since its content is overwritten."""
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | NO_LINK, 0o666)
    except OSError as error:
        if error.errno not in {errno.ELOOP, errno.EISDIR, errno.ENXIO}:
            raise unwritable(folder, error) from error
    else:
        found = os.fstat(file)
        if stat.S_ISREG(found.st_mode) and found.st_nlink < 2:
            return file
        os.close(file)
    raise InputError(f"{path} must be a file of its own, got a link, a folder or a device; remove it")


def _said(file: int) -> dict[str, Any]:
    """What the holder of a lock wrote into it."""
    with suppress(OSError, ValueError, RecursionError):
        found = json.loads(os.pread(file, _MOST_TEXT, 0))
        if isinstance(found, dict):
            return found
    return {}


def _text(holder: dict[str, Any]) -> str:
    if not holder:
        return "by another process"
    return f"by process {holder.get('pid')} on {holder.get('host')} since {holder.get('since')}"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
