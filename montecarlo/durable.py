"""Files that appear whole or not at all: written beside their place, flushed to disk, renamed, their folder flushed."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .errors import InputError


@contextmanager
def replacing(path: Path, option: str = "--out") -> Iterator[Path]:
    """A file beside `path` to write to, which takes its place when it is done; nothing else is ever seen there.

    A crash, an error or Ctrl-C leaves what was there before; a link stays a link. What the system refuses is an
    InputError that says which `option` chooses another place.
    """
    try:
        with _beside(path.resolve()) as beside:
            path.resolve().parent.mkdir(parents=True, exist_ok=True)
            yield beside
            with beside.open("rb+") as file:
                os.fsync(file.fileno())
            _replace(beside, path.resolve())
    except OSError as error:
        error.filename = str(path)
        raise InputError(
            f"{path} must be writable, got: {error.strerror or error}; choose another with {option}"
        ) from error


def write_atomically(path: Path, content: bytes) -> None:
    """Put `content` at `path`: a reader, or a crash, finds the old file or the new one, never a part."""
    try:
        with _beside(path) as beside:
            with beside.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            _replace(beside, path)
    except OSError as error:
        error.filename = str(path)  # flushing says none, and nobody knows the file beside
        raise


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """A folder beside `path` to fill with files, which becomes `path`, so far empty or not there, when it is done.

    An error or Ctrl-C leaves nothing; what a killed process left beside is removed by the next one.
    """
    path = path.absolute()
    beside = temporary(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileNotFoundError):
        shutil.rmtree(beside)
    beside.mkdir()
    try:
        yield beside
        for file in beside.iterdir():
            with file.open("rb+") as opened:
                os.fsync(opened.fileno())
        _replace(beside, path)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def temporary(path: Path) -> Path:
    """The file beside `path` that is written to before it is renamed; a kill may leave it."""
    return path.with_name(f".{path.name}.tmp")


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """The temporary file, removed if it was not finished; on a full disk it would take the room that is wanted."""
    beside = temporary(path)
    try:
        yield beside
    except BaseException:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise


def _replace(beside: Path, path: Path) -> None:
    """Rename a finished file to its place and flush the folder that names it."""
    beside.replace(path)
    if hasattr(os, "O_DIRECTORY"):
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
