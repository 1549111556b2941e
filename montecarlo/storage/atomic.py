"""Files and folders that appear whole or not at all: written beside their place, flushed, renamed.

What is written beside its place has a random name with our mark, is created and never opened, and stays locked while
its writer lives: two writers never share one, and one whose lock can be taken was left by a process that was killed.
"""

import os
import re
import secrets
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..errors import InputError

MARK = ".ticketsum"
_MARKED = re.compile(rf"\.(.+)\.[0-9a-f]{{16}}{re.escape(MARK)}\.tmp", re.DOTALL)
NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
"""Flags to open a file that others may have put there: no link is followed, no pipe is waited for."""


@contextmanager
def replacing(path: Path, option: str = "--out", *, follow: bool = False) -> Iterator[Path]:
    """A file beside `path` to write to, which takes its place when it is done; nothing else is ever seen there.

    A crash, an error or Ctrl-C leaves what was there before. A link that leaves its folder is refused; with `follow`,
    for a path that the user named, it stays a link and its target is replaced. What the system refuses is an InputError
    that says which `option` chooses another place.
    """
    place = Path(os.path.realpath(path))
    if not follow and not place.is_relative_to(os.path.realpath(path.parent)):
        raise InputError(f"{path} must lie in its folder, got a link to {place}; remove the link, or write to {place}")
    if place.exists() and not place.is_file():
        raise InputError(f"{path} must be a file, got a folder or a device; choose another with {option}")
    try:
        make_folder(place.parent)
        remove_left_over(place.parent, place.name)
        with _replaced(place) as (beside, _):
            yield beside
    except OSError as error:
        error.filename = str(path)
        raise InputError(
            f"{path} must be writable, got: {error.strerror or error}; choose another with {option}"
        ) from error


def write_atomically(path: Path, content: bytes) -> None:
    """Put `content` at `path`: a reader, or a crash, finds the old file or the new one, never a part.

    What `path` names is replaced, never written to: a link, or a second name of the file, keeps what it leads to.
    """
    try:
        with _replaced(path) as (_, descriptor), os.fdopen(descriptor, "wb", closefd=False) as file:
            file.write(content)
    except OSError as error:
        error.filename = str(path)  # flushing says none, and nobody knows the file beside
        raise


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """A folder beside `path` to fill with files, which becomes `path`, so far empty or not there, when it is done.

    A link is followed. An error or Ctrl-C leaves nothing; what a killed process left beside is removed by the next one.
    """
    place = Path(os.path.realpath(path))
    make_folder(place.parent)
    remove_left_over(place.parent, place.name)
    beside, descriptor = _begun(place, _new_folder)
    try:
        yield beside
        for file in beside.iterdir():
            with file.open("rb+") as opened:
                os.fsync(opened.fileno())
        _flush_folder(beside)
        beside.replace(place)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
        _close(descriptor)
    _flush_folder(place.parent)


def make_folder(folder: Path) -> None:
    """Make sure that `folder` is there, also after a crash: what is made is flushed to the folder that names it."""
    place = Path(os.path.realpath(folder))
    missing = [path for path in (place, *place.parents) if not path.exists()]
    place.mkdir(parents=True, exist_ok=True)
    for made in missing:
        _flush_folder(made.parent)


def is_left_over(name: str) -> bool:
    """Whether a name has our mark: that of a file beside its place."""
    return _MARKED.fullmatch(name) is not None


def remove_left_over(folder: Path, name: str | None = None) -> None:
    """Remove what killed processes left beside files of `folder`, or beside the file `name` alone.

    That is what has our mark, is no link, and can be locked. Where there are no locks nothing is removed.
    """
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            marked = _MARKED.fullmatch(entry.name)
            if marked and name in {None, marked[1]}:
                _remove_unless_alive(Path(entry.path))


def require_inside(folder: Path, *names: str) -> None:
    """Refuse links among these files and folders of `folder` that leave it, and what is neither file nor folder."""
    home = os.path.realpath(folder)
    for path in (folder / name for name in names):
        place = Path(os.path.realpath(path))
        if not place.is_relative_to(home):
            raise InputError(
                f"{path} must lie in its folder, got a link to {place}; remove the link, or choose another folder"
            )
        if place.exists() and not place.is_file() and not place.is_dir():
            raise InputError(f"{path} must be a file or a folder, got neither; remove it, or choose another folder")


def hold(descriptor: int, *, shared: bool = False) -> bool | None:
    """Lock an open file until it is closed; False: another process has done so; None: there are no locks here."""
    try:
        import fcntl
    except ImportError:  # Windows
        return None
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return None
    return True


def is_at(path: Path, descriptor: int) -> bool:
    """Whether `path` still names the open file: it may have been removed, and another made, before it was locked."""
    try:
        return os.path.samestat(os.lstat(path), os.fstat(descriptor))
    except FileNotFoundError:
        return False


@contextmanager
def _replaced(place: Path) -> Iterator[tuple[Path, int]]:
    """A new file beside `place`, open, which is renamed to it when all is well, and else removed: it takes up room."""
    beside, descriptor = _begun(place, _new_file)
    try:
        yield beside, descriptor
        os.fsync(descriptor)
        beside.replace(place)
    except BaseException:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise
    finally:
        _close(descriptor)
    _flush_folder(place.parent)


def _begun(place: Path, make: Callable[[Path], int]) -> tuple[Path, int]:
    """What `make` makes beside `place`, and its descriptor, locked."""
    while True:
        beside = place.with_name(f".{place.name}.{secrets.token_hex(8)}{MARK}.tmp")
        descriptor = make(beside)
        if descriptor < 0 or (hold(descriptor) is not False and is_at(beside, descriptor)):
            return beside, descriptor
        os.close(descriptor)  # somebody took it for left over before it was locked


def _new_file(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | NO_LINK | getattr(os, "O_BINARY", 0), 0o666)


def _new_folder(path: Path) -> int:
    path.mkdir()
    return _opened_folder(path)


def _opened_folder(path: Path) -> int:
    """Its descriptor; -1 where folders have none (Windows)."""
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY) if hasattr(os, "O_DIRECTORY") else -1


def _close(descriptor: int) -> None:
    if descriptor >= 0:
        os.close(descriptor)


def _flush_folder(folder: Path) -> None:
    """Flush the names in a folder to disk."""
    descriptor = _opened_folder(folder)
    try:
        if descriptor >= 0:
            os.fsync(descriptor)
    finally:
        _close(descriptor)


def _remove_unless_alive(path: Path) -> None:
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY | NO_LINK)
        try:
            kind = os.fstat(descriptor).st_mode
            if hold(descriptor) and is_at(path, descriptor):
                if stat.S_ISDIR(kind):
                    shutil.rmtree(path)
                elif stat.S_ISREG(kind):
                    path.unlink()
        finally:
            os.close(descriptor)
