"""How every kernel is compiled: cached on disk under a key that changes with any kernel source.

Numba decides whether a cached function is fresh by looking at that function's own file. An edited helper in
another file, or a changed global constant, goes unseen and the old machine code keeps answering. The cache
folder is therefore named after a hash of *all* kernel sources: other sources, other folder.

The cache only saves time. Where no folder can be written to, this process and its workers share a temporary one;
machine code that cannot be stored or read back is compiled again.
"""

import atexit
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
from numba import config, njit
from numba.core.caching import FunctionCache

_settings, _njit = cast("Any", config), cast("Any", njit)
_Function = TypeVar("_Function", bound=Callable[..., Any])
_TEMPORARY = "TICKETSUM_TEMPORARY_KERNELS"
"""Environment variable that hands a temporary cache folder down to worker processes."""


@cache
def source_fingerprint() -> str:
    """First 16 hexadecimal digits of the SHA-256 hash of all kernel sources."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


@cache
def cache_folder() -> Path | None:
    """Where compiled kernels live: below NUMBA_CACHE_DIR, else in the user's cache, else in a temporary folder.

    None where nothing can be written to.
    """
    name = f"ticketsum-kernels-{source_fingerprint()}"
    for home in _homes():
        if _writable(home / name):
            return home / name
    given = Path(os.environ.get(_TEMPORARY, ""))
    if given.name.startswith(name) and _writable(given):
        return given
    return _temporary(name)


def _homes() -> Iterator[Path]:
    for variable in ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME"):
        if home := os.environ.get(variable):
            yield Path(home)
    if sys.platform != "win32":
        with suppress(RuntimeError):  # a user without HOME, whom the system does not know
            yield Path("~/.cache").expanduser()
    elif home := os.environ.get("LOCALAPPDATA"):
        yield Path(home)


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _temporary(name: str) -> Path | None:
    """A new folder, removed when this process ends; workers that it starts find it by the environment."""
    try:
        folder = tempfile.mkdtemp(prefix=f"{name}-")
    except OSError:
        return None
    os.environ[_TEMPORARY] = folder
    atexit.register(_remove, folder, os.getpid())
    return Path(folder)


def _remove(folder: str, owner: int) -> None:
    if os.getpid() == owner:  # not a fork of it
        shutil.rmtree(folder, ignore_errors=True)


class _Cache(FunctionCache):
    """Numba's cache, whose failures cost a compilation and nothing else."""

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Machine code on disk; None if there is none, or its file is damaged."""
        try:
            return super().load_overload(sig, target_context)
        except Exception:  # unpickling part of a file raises almost anything
            with suppress(OSError):
                self.flush()
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Store machine code, unless the disk is full or the folder has gone."""
        with suppress(OSError):
            super().save_overload(sig, data)


def kernel(function: _Function, inline: str = "never") -> _Function:
    """Compile `function` on first call: no Python objects, no GIL, no fastmath, machine code cached on disk.

    Under NUMBA_DISABLE_JIT=1 it runs as it is written and, like machine code, wraps and rounds without a word.
    """
    compiled: Any = _njit(nogil=True, error_model="numpy", no_cfunc_wrapper=True, inline=inline)(function)
    if compiled is function:
        return np.errstate(all="ignore")(function)
    if cache_folder() is not None:
        compiled._cache = _cache_of(function) or compiled._cache  # noqa: SLF001  (what njit(cache=True) does)
    return compiled


def inlined(function: _Function) -> _Function:
    """A kernel whose source joins that of its callers, for large kernels with one or two of them.

    Machine code of a kernel contains, and optimizes again, that of all kernels it calls: a chain of large kernels is
    compiled once per link. Inlining the links of `exact` and `brackets` saves a third of their compilation.
    """
    return kernel(function, "always")


def _cache_of(function: Callable[..., Any]) -> _Cache | None:
    """The cache of one kernel in our folder.

    Numba reads its cache location when a cache is made, so the setting is changed for just that
    moment and other users of Numba in the same process keep theirs.
    """
    folder, before = str(cache_folder()), _settings.CACHE_DIR
    _settings.CACHE_DIR = folder
    try:
        found = _Cache(function)
    except (OSError, RuntimeError):  # the folder went away or filled up since it was chosen
        return None
    finally:
        _settings.CACHE_DIR = before
    return found if found.cache_path.startswith(folder) else None  # Numba's next choice knows no key of ours


@kernel
def assign(out: Any, values: Any) -> None:
    """out[:] = values, of one dimension; written so, Numba would also compile an error message, which takes 3 s."""
    for i in range(values.size):
        out[i] = values[i]
