"""What this machine has."""

import math
import os
from contextlib import suppress
from pathlib import Path


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
