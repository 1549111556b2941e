"""Worker processes: one function mapped over many items by joblib, results as they come, Ctrl-C for the parent only."""

import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def unordered(function: Callable[[Item], Result], items: Iterable[Item], jobs: int) -> Iterator[Result]:
    """`function(item)` for every item, in whatever order `jobs` worker processes finish them.

    Ctrl-C reaches the whole process group, but only the parent answers it: it ends its workers.
    """
    from joblib import Parallel, delayed

    parallel = Parallel(n_jobs=jobs, return_as="generator_unordered", initializer=_ignore_interrupts)
    with _interrupts_blocked():
        done: Iterator[Any] = iter(parallel(delayed(function)(item) for item in items))
    yield from done


def _ignore_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Processes started here inherit a blocked SIGINT, so that none is interrupted before it can ignore it.

    `multiprocessing` starts its resource tracker with the
    first worker and unblocks SIGINT after that (CPython 3.11), so the tracker has to be there first.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
