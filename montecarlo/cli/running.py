"""What commands do while they run: sweep a plan into its folder, time the solvers, speak to the terminal."""

import errno
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from ..errors import InputError
from ..system import cores

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    import xarray as xr

    from ..sweeps.plan import Plan
    from ..sweeps.run import Progress
    from ..workers import Dask
    from .output import Terminal


_REMEDIES = {
    errno.ENOSPC: "make room",
    errno.EDQUOT: "make room",
    errno.EFBIG: "raise the limit on file sizes (ulimit -f)",
    errno.EIO: "look after the disk",
    errno.EROFS: "make it writable",
}
"""What is to be done about a disk that fails, whatever lies on it."""


READ_ONLY = {errno.EACCES, errno.EPERM, errno.EROFS}
"""What the system says of folders that are not to be written to."""


class Terminated(KeyboardInterrupt):
    """SIGTERM: whoever can be interrupted by Ctrl-C can be by this, and cleans up in the same way."""


@contextmanager
def terminations_raised() -> Iterator[None]:
    """Inside, SIGTERM raises Terminated, unless somebody else answers it.

    Workers are processes of another program, which inherit no handler: SIGTERM ends them.
    """
    ours = threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    if ours:
        signal.signal(signal.SIGTERM, _raise_terminated)
    try:
        yield
    finally:
        if ours:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _raise_terminated(*_: Any) -> NoReturn:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one must not cut short what the first one started
    raise Terminated


@contextmanager
def interruption(consequence: str) -> Iterator[None]:
    """Inside, Ctrl-C and SIGTERM say on their way out what they leave.

    What goes wrong while they are answered (workers ended by the same signal, a pool that is shut down) is their doing,
    and they go on in its place.
    """
    try:
        yield
    except BaseException as error:
        interrupt = _interrupt_behind(error)
        if interrupt is None:
            raise
        what = "Terminated" if isinstance(interrupt, Terminated) else "Interrupted"
        terminal().say("")
        terminal().say(f"{what}. {consequence}")
        if interrupt is error:
            raise
        raise type(interrupt) from error


def _interrupt_behind(error: BaseException | None) -> KeyboardInterrupt | None:
    """The interrupt that `error` is, or in whose course it was raised; causes and contexts can run in circles."""
    seen: list[BaseException] = []
    while error is not None and error not in seen and not isinstance(error, KeyboardInterrupt):
        seen.append(error)
        error = error.__cause__ or error.__context__
    return error if isinstance(error, KeyboardInterrupt) else None


def unwritten(error: OSError, folder: Path | None = None) -> str:
    """One line for a file that the system would not read or write: which, why, and the remedy."""
    place = error.filename or folder
    reason = error.strerror or str(error).split("\n", maxsplit=1)[0]
    remedy = _REMEDIES.get(error.errno or 0, "see to it")
    safe = f" (finished blocks are safe in {folder})" if folder else ""
    return f"{f'{place}: ' if place else ''}{reason}; {remedy}, then give the same command again to go on{safe}"


def swept(
    plan: "Plan",
    folder: Path,
    *,
    jobs: int | None,
    repair: bool,
    show: "AbstractContextManager[Progress]",
    backend: "Dask | None" = None,
    looks: "Callable[..., Plan] | None" = None,
) -> None:
    """Run what is missing of `plan` in `folder` and consolidate to raw.nc; a few blocks at a time are in memory.

    looks: `sweep_until` with its rule, for a sweep that ends by its results.
    """
    from ..storage.blocks import Run
    from ..storage.lock import locked
    from ..sweeps.consolidation import consolidate
    from ..sweeps.run import run
    from ..workers import LostWorkersError

    wanted = processes(jobs) if backend is None else jobs
    safe = f"Finished blocks are safe in {folder}; give the same command again to go on."
    try:
        with interruption(safe), locked(folder), show as progress:
            options = {"jobs": wanted, "backend": backend, "progress": progress, "repair": repair}
            if looks is not None:
                plan = looks(plan, folder, **options)
            else:
                for _ in run(plan, folder, **options):
                    pass
            consolidate(plan, Run.open(folder), folder / "raw.nc")
    except LostWorkersError as error:
        raise InputError(
            f"{error}; finished blocks are safe in {folder}, the same command goes on from them"
        ) from error
    except MemoryError as error:
        raise InputError(
            f"a block ran out of memory; make room or lower n, then give the same command again to go on "
            f"(finished blocks are safe in {folder})"
        ) from error
    except OSError as error:
        raise InputError(unwritten(error, folder)) from error
    except InputError as error:
        cause = error.__cause__
        if isinstance(cause, OSError) and cause.errno in _REMEDIES:  # another --out is no remedy for hours of blocks
            raise InputError(unwritten(cause, folder)) from cause
        raise


def cluster(backend: str, scheduler: str | None) -> "Dask | None":
    """The cluster that --backend and --scheduler name; none for this machine."""
    from ..workers import Dask

    if backend == "local":
        if scheduler is not None:
            raise InputError(f"--scheduler goes with --backend dask, got --scheduler {scheduler} alone; give both")
        return None
    if scheduler is None:
        raise InputError("--backend dask needs --scheduler tcp://HOST:PORT, got none; `dask scheduler` prints its own")
    return Dask(scheduler)


def expected(seconds: float, jobs: int | None, backend: "Dask | None") -> str:
    """How long so many seconds of work on one core will take, as far as that is known before asking a cluster."""
    if jobs is None and backend is not None:
        return f"{duration(seconds)} of one core"
    return duration(seconds / (jobs or cores()))


def timed(sizes: Sequence[int], file: Path, *, rounds: int, again: bool) -> "xr.Dataset":
    """Timings of the solvers, from `file` unless they are to be made again, then stored there."""
    from ..storage.blocks import require_writable
    from ..storage.dataset import load, save
    from ..timings import SCHEMA, time_solvers
    from .progress import counted

    if file.exists() and not again:
        return load(file, SCHEMA)
    require_writable(file.parent)
    with counted("timing the solvers", terminal()) as progress:
        save(time_solvers(sizes, rounds=rounds, progress=progress), file)
    return load(file, SCHEMA)


def terminal(*, stderr: bool = True) -> "Terminal":
    """Progress and messages go to stderr, results to stdout."""
    from .output import Terminal

    return Terminal.standard(stderr=stderr)


def typed(path: Path) -> str:
    """A path as a word of a command, where one that begins with a dash would be an option."""
    return f"./{path}" if str(path).startswith("-") else str(path)


def processes(jobs: int | None) -> int:
    """Worker processes: `jobs`, at least 1; all cores unless given."""
    from ..checks import whole

    return cores() if jobs is None else whole("jobs", jobs, 1)


def duration(seconds: float) -> str:
    """A length of time for people."""
    for unit, length in (("days", 86400.0), ("hours", 3600.0), ("minutes", 60.0)):
        if seconds >= 1.5 * length:
            return f"{seconds / length:.1f} {unit}"
    return f"{max(seconds, 1.0):.0f} s"


def numbered(count: int, noun: str) -> str:
    """So many of something: '1 block', '2,048 trials'."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
