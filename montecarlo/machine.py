"""What this machine has."""

import math
import os
import subprocess
import time
from contextlib import suppress
from functools import cache
from pathlib import Path

_STARTED = time.monotonic()


def memory_limit() -> float:
    """Bytes this process may plan with: 80% of physical memory or of the container's limit; inf if unknown."""
    limits = []
    with suppress(AttributeError, ValueError, OSError):
        limits.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    with suppress(ValueError, OSError):
        limits.append(int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return 0.8 * min(limits, default=math.inf)


def size_text(count: float) -> str:
    """A number of bytes for people: 12.3 GiB."""
    for unit in ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB"):
        if count < 1024.0:
            return f"about {count:.3g} {unit}"
        count /= 1024.0
    return "over 1024 PiB"


def seconds_so_far() -> float:
    """Wall time since this process began to load the package."""
    return time.monotonic() - _STARTED


@cache
def source_commit() -> str:
    """The commit of the checkout that this package is run from, "-dirty" if it was changed since; empty if unknown."""
    here = Path(__file__).resolve().parent
    if not (here.parent / ".git").exists():
        return ""
    command = ["git", "-C", str(here), "describe", "--always", "--dirty", "--abbrev=40", "--exclude", "*"]
    with suppress(OSError, subprocess.SubprocessError):
        return subprocess.run(command, capture_output=True, text=True, timeout=5.0, check=True).stdout.strip()  # noqa: S603
    return ""
