"""netCDF files written through a file of our own, so that HDF5 never sees the disk fail.

HDF5 (2.0.0, with h5py 3.16) that is told of a failed write ends in a segmentation fault, in tracebacks while the
interpreter ends, or goes on as if nothing had happened: of 35 writes of a small file, each failing once, 6 ended in
the first way and 5 in the last. Ours answers every write with success, remembers the first failure, and raises it when
HDF5 is done.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xarray as xr
from xarray.backends import H5NetCDFStore

from ..errors import InputError

if TYPE_CHECKING:
    import h5netcdf


@contextmanager
def created(path: Path) -> Iterator[tuple["h5netcdf.File", Callable[[], None]]]:
    """A new netCDF file to write to, and a function that raises what has gone wrong so far.

    The OSError of the first write that failed is raised at the end at the latest, as are Ctrl-C and SIGTERM: Python
    code that HDF5 calls must not be interrupted. Long work calls the function between its steps.
    """
    import h5netcdf

    with path.open("wb+", buffering=0) as raw, _signals_later() as raise_signals:
        disk = _Disk(raw.fileno())

        def check() -> None:
            if disk.failure is not None:
                raise disk.failure
            raise_signals()

        try:
            with h5netcdf.File(disk, "w") as file:
                yield file, check
        except Exception as error:
            if disk.failure is not None:  # HDF5 reads what it has not written
                raise disk.failure from error
            raise
        check()


def add(dataset: xr.Dataset, file: "h5netcdf.File", packing: Mapping[Any, Mapping[str, Any]] | None = None) -> None:
    """Write `dataset` to an open file; packing: encodings of its variables. InputError for what netCDF cannot hold."""
    dataset = dataset.copy()
    for name, encoding in (packing or {}).items():
        dataset[name].encoding = dict(encoding)
    try:
        dataset.dump_to_store(H5NetCDFStore(file))
    except OSError:
        raise
    except Exception as error:  # xarray and h5netcdf raise almost anything
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise InputError(f"a Dataset must be what netCDF can hold, got one that it cannot ({reason:.200})") from error


@contextmanager
def opened(path: Path) -> Iterator[xr.Dataset]:
    """The Dataset of a netCDF file, closed at the end. Ctrl-C and SIGTERM wait while h5netcdf opens and closes it."""
    with _signals_later():
        dataset = xr.open_dataset(path, engine="h5netcdf", decode_times=False)
    try:
        yield dataset
    finally:
        with _signals_later():
            dataset.close()


def attributes(path: Path) -> dict[str, Any]:
    """The attributes of a netCDF file as a whole; no variable is looked at."""
    import h5netcdf

    with _signals_later(), h5netcdf.File(path, "r") as file:
        return dict(H5NetCDFStore(file).get_attrs())


class _Disk:
    """A file as HDF5 asks for it, whose writes never fail; `failure` is the first that would have."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._at = 0
        self._size = 0
        self.failure: OSError | None = None

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._at = offset + (0, self._at, self._size)[whence]
        return self._at

    def tell(self) -> int:
        return self._at

    def write(self, content: memoryview) -> int:
        view = memoryview(content).cast("B")
        start, self._at = self._at, self._at + len(view)
        self._size = max(self._size, self._at)
        try:
            done = 0
            while done < len(view) and self.failure is None:
                done += os.pwrite(self._descriptor, view[done:], start + done)
        except OSError as error:
            self.failure = error
        return len(view)

    def readinto(self, content: memoryview) -> int:
        view = memoryview(content).cast("B")
        found = b""
        try:
            found = os.pread(self._descriptor, len(view), self._at)
        except OSError as error:
            self.failure = self.failure or error
        view[:] = found.ljust(len(view), b"\0")  # what was never written, or could not be
        self._at += len(view)
        return len(view)

    def read(self, size: int = -1) -> bytes:
        content = bytearray(max(self._size - self._at, 0) if size < 0 else size)
        self.readinto(memoryview(content))
        return bytes(content)

    def truncate(self, size: int) -> int:
        self._size = size
        try:
            os.ftruncate(self._descriptor, size)
        except OSError as error:
            self.failure = self.failure or error
        return size

    def flush(self) -> None:
        """Nothing is held back here."""


@contextmanager
def _signals_later() -> Iterator[Callable[[], None]]:
    """Inside, SIGINT and SIGTERM that Python answers wait until the function is called, or until the end."""
    waiting: list[int] = []
    handlers: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():  # others are never interrupted
        handlers = {n: h for n in (signal.SIGINT, signal.SIGTERM) if callable(h := signal.getsignal(n))}

    def raise_waiting() -> None:
        while waiting:
            number = waiting.pop(0)
            handlers[number](number, None)

    def wait(number: int, _: object) -> None:
        waiting.append(number)

    for number in handlers:
        signal.signal(number, wait)
    try:
        yield raise_waiting
    finally:
        for number, handler in handlers.items():
            if signal.getsignal(number) is wait:  # a handler may have put another in its place
                signal.signal(number, handler)
    raise_waiting()
