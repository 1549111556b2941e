"""What commands do while they run: sweep a plan into its folder, time the solvers, speak to the terminal."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    import xarray as xr
    from rich.console import Console

    from ..plans import Plan
    from ..sweeps import Progress


def swept(
    plan: "Plan", folder: Path, *, jobs: int | None, repair: bool, show: "AbstractContextManager[Progress]"
) -> None:
    """Run what is missing of `plan` in `folder` and consolidate to raw.nc; a few blocks at a time are in memory."""
    from ..consolidation import consolidate
    from ..lock import locked
    from ..store import Run
    from ..sweeps import run

    try:
        with locked(folder), show as progress:
            for _ in run(plan, folder, jobs=cores() if jobs is None else jobs, progress=progress, repair=repair):
                pass
            consolidate(plan, Run.open(folder), folder / "raw.nc")
    except KeyboardInterrupt:
        text = f"\nInterrupted. Finished blocks are safe in {folder}; give the same command again to go on."
        terminal().print(text, highlight=False, soft_wrap=True)
        raise


def timed(sizes: Sequence[int], file: Path, *, rounds: int, again: bool) -> "xr.Dataset":
    """Timings of the solvers, from `file` unless they are to be made again, then stored there."""
    from ..datasets import load, save
    from ..store import require_writable
    from ..timings import SCHEMA, time_solvers
    from .progress import counted

    if file.exists() and not again:
        return load(file, SCHEMA)
    require_writable(file.parent)
    with counted("timing the solvers", terminal()) as progress:
        found = time_solvers(sizes, rounds=rounds, progress=progress)
    save(found, file)
    return found


def terminal(*, stderr: bool = True) -> "Console":
    """Progress and messages go to stderr, results to stdout."""
    from rich.console import Console

    return Console(stderr=stderr)


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def duration(seconds: float) -> str:
    """A length of time for people."""
    for unit, length in (("days", 86400.0), ("hours", 3600.0), ("minutes", 60.0)):
        if seconds >= 1.5 * length:
            return f"{seconds / length:.1f} {unit}"
    return f"{max(seconds, 1.0):.0f} s"
