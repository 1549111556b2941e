"""What this machine has."""

import math
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

_STARTED = time.monotonic()


def memory_limit(root: Path = Path("/")) -> float:
    """Bytes this process may plan with: 80% of what it may have at most; inf if unknown.

    That is physical memory, or the least limit of its control groups (v1 and v2), or what `ulimit` leaves it. root: of
    the file system that tells the limits.
    """
    limits = [
        *_group_limits(root, "memory", ("memory.max", "memory.high", "memory.limit_in_bytes")),
        *_left_by_ulimit(),
    ]
    with suppress(AttributeError, ValueError, OSError):
        limits.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    return 0.8 * min(limits, default=math.inf)


def cores(root: Path = Path("/")) -> int:
    """Cores that this process may use: by its affinity and the quotas of its control groups."""
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min([there, *map(math.ceil, _group_limits(root, "cpu", ("cpu.max", "cpu.cfs_quota_us")))])


def _group_limits(root: Path, controller: str, files: tuple[str, ...]) -> Iterator[float]:
    """The limits in `files` of the control group of this process, and of all groups that hold it."""
    with suppress(OSError):
        for line in (root / "proc/self/cgroup").read_text().splitlines():
            _, controllers, place = line.split(":", 2)
            if controllers and controller not in controllers.split(","):
                continue
            top = root / "sys/fs/cgroup" / (controller if controllers else "")
            inner = [part for part in place.split("/") if part]
            if ".." in inner:  # outside of what is mounted here
                inner = []
            for depth in range(len(inner) + 1):
                yield from _limits_in(top.joinpath(*inner[:depth]), files)


def _limits_in(group: Path, files: tuple[str, ...]) -> Iterator[float]:
    for name in files:
        with suppress(OSError, ValueError):  # not of this version, or "max"
            values = (group / name).read_text().split()
            if name == "cpu.cfs_quota_us":  # v1; -1 is none
                values.append((group / "cpu.cfs_period_us").read_text())
            limit, per = float(values[0]), float(values[1]) if len(values) > 1 else 1.0
            if limit > 0.0:
                yield limit / per


def _left_by_ulimit() -> Iterator[float]:
    """What `ulimit -v` and `ulimit -d` leave of the address space, besides what this process has taken."""
    try:
        import resource
    except ImportError:  # Windows
        return
    taken = {resource.RLIMIT_AS: 0, resource.RLIMIT_DATA: 0}
    with suppress(OSError, ValueError):
        pages = [int(word) for word in Path("/proc/self/statm").read_text().split()]
        taken = {resource.RLIMIT_AS: pages[0], resource.RLIMIT_DATA: pages[5]}
    for kind, count in taken.items():
        limit = resource.getrlimit(kind)[0]
        if limit != resource.RLIM_INFINITY:
            yield max(limit - count * resource.getpagesize(), 0.0)


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
