"""netCDF files, made in memory and written whole, so that HDF5 never sees the disk fail.

HDF5 (2.0.0, with h5py 3.16) that is told of a failed write ends in a segmentation fault, in tracebacks while the
interpreter ends, or goes on as if nothing had happened: of 35 writes of a small file, each failing once, 6 ended in
the first way and 5 in the last.
"""

import io
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xarray as xr
from xarray.backends import H5NetCDFStore

from ..errors import InputError

if TYPE_CHECKING:
    import h5netcdf


@contextmanager
def created(path: Path) -> Iterator["h5netcdf.File"]:
    """A new netCDF file to write to, in memory; `path` gets it when it is whole."""
    import h5netcdf

    content = io.BytesIO()
    with _signals_later():
        file = h5netcdf.File(content, "w")
    try:
        yield file
    finally:
        with _signals_later():
            file.close()
    path.write_bytes(content.getbuffer())


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


@contextmanager
def _signals_later() -> Iterator[None]:
    """Inside, SIGINT and SIGTERM that Python answers wait until the end: h5netcdf is not left half open."""
    waiting: list[int] = []
    handlers: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():  # others are never interrupted
        handlers = {n: h for n in (signal.SIGINT, signal.SIGTERM) if callable(h := signal.getsignal(n))}

    def wait(number: int, _: object) -> None:
        waiting.append(number)

    for number in handlers:
        signal.signal(number, wait)
    try:
        yield
    finally:
        for number, handler in handlers.items():
            if signal.getsignal(number) is wait:  # a handler may have put another in its place
                signal.signal(number, handler)
    for number in waiting:
        handlers[number](number, None)
