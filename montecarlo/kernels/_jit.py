"""How every kernel is compiled: cached on disk under a key that changes with any kernel source.

Numba decides whether a cached function is fresh by looking at that function's own file. An edited helper in
another file, or a changed global constant, goes unseen and the old machine code keeps answering. The cache
folder is therefore named after a hash of *all* kernel sources: other sources, other folder.
"""

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import config, njit

_settings = cast("Any", config)
_Function = TypeVar("_Function", bound=Callable[..., Any])


@cache
def source_fingerprint() -> str:
    """First 16 hexadecimal digits of the SHA-256 hash of all kernel sources."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


@cache
def cache_folder() -> Path:
    """Where compiled kernels live: below NUMBA_CACHE_DIR if set, else the user's cache, else a temporary folder."""
    name = f"ticketsum-kernels-{source_fingerprint()}"
    homes = [
        os.environ.get("NUMBA_CACHE_DIR"),
        os.environ.get("XDG_CACHE_HOME"),
        os.environ.get("LOCALAPPDATA") if sys.platform == "win32" else str(Path("~/.cache").expanduser()),
    ]
    for home in filter(None, homes):
        folder = Path(home) / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return folder
    return Path(tempfile.mkdtemp(prefix=name))


def kernel(function: _Function) -> _Function:
    """Compile `function` on first call: no Python objects, no GIL, no fastmath, machine code cached on disk.

    Numba reads its cache location when the function is decorated, so the setting is changed for just that
    moment and other users of Numba in the same process keep theirs.
    """
    before = _settings.CACHE_DIR
    _settings.CACHE_DIR = str(cache_folder())
    try:
        return cast("_Function", njit(cache=True, nogil=True, error_model="numpy")(function))
    finally:
        _settings.CACHE_DIR = before
