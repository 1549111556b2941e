"""Workers: one function mapped over many items, results as they come; processes here by joblib, or a dask cluster."""

import asyncio
import errno
import logging
import os
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar, cast

from .errors import InputError

if TYPE_CHECKING:
    from distributed import Client, Future

Item = TypeVar("Item")
Result = TypeVar("Result")

_CONNECT_SECONDS = 5.0
_POLL_SECONDS = 2.0
_FOLLOW_SECONDS = 0.5
_PATIENCE_SECONDS = 60.0
"""So long may a cluster be without any worker."""


class LostWorkersError(InputError):
    """Worker processes, or the way to them, are gone; what they had finished is not."""


def unordered(function: Callable[[Item], Result], items: Iterable[Item], jobs: int) -> Iterator[Result]:
    """`function(item)` for every item, in whatever order `jobs` worker processes finish them.

    Ctrl-C reaches the whole process group, but only the parent answers it: it ends its workers. A worker that is killed
    ends them all, with a LostWorkersError; a parent that is killed ends them, too. Where there can be no semaphores, as
    on a full /dev/shm, threads of this process take the place of workers, as joblib does it.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*joblib will operate in serial mode")
        from joblib import Parallel, delayed

    start = {"initializer": _begin, "initargs": (os.getpid(),)}
    ours = {"backend": "loky", "prefer": None, "require": None, "verbose": 0}  # whatever joblib.parallel_config says
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "joblib backend 'loky' is not available")
        parallel: Any = Parallel(n_jobs=jobs, return_as="generator_unordered", **ours, **start)
    try:
        with _started():  # the first items are handed out here: workers can be lost, too
            done: Iterator[Any] = iter(parallel(delayed(function)(item) for item in items))
        with warnings.catch_warnings():
            warnings.filterwarnings(
                "ignore", "[0-9]+ tasks (have been|which were)", UserWarning
            )  # who stops early means to
            yield from done
    except (BrokenProcessPool, MemoryError) as error:
        raise LostWorkersError(
            f"every worker process must stay alive, got one of {jobs} that died (out of memory?); give fewer --jobs"
        ) from error


@contextmanager
def _started() -> Iterator[None]:
    """Around the start of workers: what they inherit, and what to say where the system has no room for them."""
    try:
        with _quiet_tracker(), _interrupts_blocked(), _safe_path():
            yield
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        remedy = "make room in /dev/shm, where their semaphores lie, or give --jobs 1" if full else "give fewer --jobs"
        raise LostWorkersError(f"worker processes must be able to start, got: {error.strerror}; {remedy}") from error


@contextmanager
def _safe_path() -> Iterator[None]:
    """Python processes started here do not look for the standard library in the working directory.

    Started by -m or -c, they would: a user's random.py or numpy.py there would be loaded in its place.
    """
    before = os.environ.get("PYTHONSAFEPATH")
    os.environ["PYTHONSAFEPATH"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONSAFEPATH"]
        else:
            os.environ["PYTHONSAFEPATH"] = before


def _begin(parent: int) -> None:
    """In a new worker: deaf to Ctrl-C, and gone when its parent is."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":  # where a process keeps the number of a parent that has ended
        threading.Thread(target=_follow, args=(parent,), daemon=True).start()


def _follow(parent: int) -> None:
    """End this process soon after its parent: left alone it would wait for work for five minutes (joblib 1.6)."""
    while os.getppid() == parent:
        time.sleep(_FOLLOW_SECONDS)
    os._exit(1)


@contextmanager
def _quiet_tracker() -> Iterator[None]:
    """Processes started here do not warn of semaphores that were left over, or were gone before they could be removed.

    After an interrupt joblib's resource tracker (1.6) may do so, on stderr, and there is nothing for anybody to do.
    """
    option = "ignore:resource_tracker"
    sys.warnoptions.append(option)  # handed down by multiprocessing as -W
    try:
        yield
    finally:
        sys.warnoptions.remove(option)


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


@dataclass(frozen=True)
class Dask:
    """A dask cluster, reached through its scheduler: tcp://HOST:PORT. Its machines need no disk in common with ours."""

    scheduler: str

    @contextmanager
    def connected(self) -> Iterator["Client"]:
        """A client of the cluster, within seconds; an InputError says why there is none. It keeps stderr to itself."""
        try:
            import distributed
        except ImportError as error:
            raise InputError("the dask backend needs dask; pip install 'dask[distributed]'") from error
        with _quiet():
            try:
                with ThreadPoolExecutor(1) as thread:  # a notebook has a running event loop in its own
                    thread.submit(asyncio.run, _answered(self.scheduler)).result()
                client = distributed.Client(self.scheduler, timeout=_CONNECT_SECONDS, set_as_default=False)
            except Exception as error:  # what another service answers can raise anything, a MemoryError for one
                raise InputError(
                    f"scheduler must be the address of a running dask scheduler, got {self.scheduler!r} "
                    f"({_first_line(error)}); start one with `dask scheduler`"
                ) from error
            with client:
                yield client


def cluster_unordered(
    client: "Client", function: Callable[[Item], Result], items: Iterable[Item], jobs: int | None
) -> Iterator[Result]:
    """`function(item)` for every item, in whatever order a dask cluster finishes them, `jobs` at a time.

    jobs: all threads of all workers unless given, counted again after every item. An item is tried again elsewhere when
    its worker is lost. One whose workers die again and again, a cluster without workers, and a scheduler that is gone
    raise a LostWorkersError.
    """
    # Not joblib's backend (1.6): it calls back for results only, and waits forever for an item dask has given up.
    waiting, running = iter(items), dict[Any, Item]()
    finished: SimpleQueue[Future[Result]] = SimpleQueue()

    def fill() -> None:
        free = (jobs or max(_threads(client), 1)) - len(running)
        for item in islice(waiting, max(free, 0)):
            future = client.submit(function, item, pure=False)
            running[future.key] = item
            future.add_done_callback(finished.put)

    fill()
    while running:
        future = _next(client, finished)
        result = _result(client, future, running.pop(future.key))
        fill()  # before the result is written, so that no worker waits for that
        yield result


def _next(client: "Client", finished: "SimpleQueue[Future[Result]]") -> "Future[Result]":
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        with suppress(Empty):
            return finished.get(timeout=_POLL_SECONDS)
        deadline = _later(client, deadline)


def _result(client: "Client", future: "Future[Result]", item: object) -> Result:
    from distributed import KilledWorker

    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return future.result(timeout=_POLL_SECONDS)
        except TimeoutError:  # its worker was lost after it had finished: dask computes it again
            if future.status == "error":
                raise
            deadline = _later(client, deadline)
        except KilledWorker as error:
            times = error.allowed_failures + 1
            raise LostWorkersError(
                f"{item!r} was lost {times} times, each time its worker died (out of memory?); "
                "give the workers more memory or fewer threads"
            ) from error
        except MemoryError as error:
            raise LostWorkersError(
                f"{item!r} ran out of memory on its worker; give the workers more memory or fewer threads"
            ) from error
        except (CancelledError, asyncio.CancelledError) as error:
            raise _gone(client) from error


def _later(client: "Client", deadline: float) -> float:
    """Until when to wait on: from now if there are workers, else no longer than before."""
    if _threads(client):
        return time.monotonic() + _PATIENCE_SECONDS
    if time.monotonic() > deadline:
        raise LostWorkersError(
            f"the scheduler has had no worker for {_PATIENCE_SECONDS:.0f} s; "
            f"start some with `dask worker {_address(client)}`"
        )
    return deadline


def _threads(client: "Client") -> int:
    if client.status == "running":
        with suppress(OSError):
            return sum(cast("dict[str, int]", client.nthreads()).values())
    raise _gone(client)


def _gone(client: "Client") -> LostWorkersError:
    return LostWorkersError(f"the connection to the scheduler {_address(client)} was lost; start it again")


def _address(client: "Client") -> str:
    return str(client.scheduler.address) if client.scheduler else "HOST:PORT"


async def _answered(address: str) -> None:
    """A Client waits forever for the answer of a service that accepts it and stays silent; this does not."""
    from distributed.comm.core import connect
    from distributed.security import Security

    options = Security().get_connection_args("client")
    comm = await asyncio.wait_for(connect(address, timeout=_CONNECT_SECONDS, **options), _CONNECT_SECONDS + 1.0)
    comm.abort()


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


@contextmanager
def _quiet() -> Iterator[None]:
    """Nothing of dask's own logging on stderr: what matters is raised."""
    loggers = [logging.getLogger(name) for name in ("distributed", "distributed.client", "tornado.application")]
    before = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.CRITICAL + 1)
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
