"""Datasets to netCDF files and back: written atomically, with a checksum that is compared when they are read."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from ..checks import file_path, instance
from ..errors import InputError
from ..system import memory_limit
from .atomic import replacing
from .checksum import checksum
from .layouts import LayoutError, require_raw
from .netcdf import add, created, opened
from .provenance import OF_MAKING, origin
from .untrusted import require_plain_netcdf

SCHEMA = 1
"""Version of the Dataset's layout."""

PACKED = {"zlib": True, "complevel": 1, "shuffle": True}
"""How numbers are packed in files."""

_TEXTS = {
    "critical_epsilon": "critical epsilon: smallest epsilon at which the event holds (certified upper bound)",
    "critical_epsilon_low": "certified lower bound on the critical epsilon",
    "n": "n, random summands per subset-sum problem",
    "d": "dimension of the target",
    "trial": "independent trial",
    "event": "event, from the statement to what its proof uses",
    "amplitude_of_proof": "A that the proof needs, where it is not the printed one",
    "amplitude": "A in n >= C ln(A / min(epsilon, delta)), natural logarithm",
    "formula": "critical epsilon of the event",
    "role": "the event's relation to the statement: statement, implies (sufficient) or implied_by (necessary)",
    "words": "the event in a few words",
    "trials": "trials of each d; beyond them the values along trial are NaN",
}


def described(name: str) -> dict[str, str]:
    """Attributes of a variable, by which xarray's own plots label themselves."""
    return {"long_name": _TEXTS[name], "units": "1"}


def save(dataset: xr.Dataset, path: str | Path) -> None:
    """Write `dataset` as netCDF, atomically: a crash leaves the old file or the new one.

    One that does not say where it comes from, made of several sweeps, say, is given the provenance of the moment.
    """
    dataset = instance("dataset", dataset, xr.Dataset, "give what `montecarlo.sweep` returns")
    path = file_path("path", path)
    if path.is_dir():
        raise InputError(f"path must be that of a file, got the folder {path}; give {path / 'raw.nc'}")
    if "provenance" not in dataset.attrs:
        made = {"Conventions": "CF-1.11", "provenance": json.dumps(origin(), sort_keys=True)}
        dataset = dataset.assign_attrs(made | dataset.attrs)
    write(dataset, path, {name: PACKED for name, v in dataset.items() if v.dtype.kind == "f"})


def write(dataset: xr.Dataset, path: Path, packing: Mapping[Any, Mapping[str, Any]] | None = None) -> None:
    """Write `dataset` with its checksum, atomically; packing: encodings of its variables, none by default."""
    sealed = dataset.assign_attrs(checksum=checksum(dataset))
    with replacing(path) as beside, created(beside) as file:
        add(sealed, file, packing)


def update(dataset: xr.Dataset, path: Path) -> None:
    """`save`, unless the file holds the same already, but for its provenance: then it stays."""
    if not is_there(dataset, path):
        save(dataset, path)


def is_there(dataset: xr.Dataset, path: Path) -> bool:
    """Whether `path` is undamaged and holds `dataset`; only its making may differ. A few trials are read at a time."""
    if not path.is_file():
        return False
    try:
        require_plain_netcdf(path, math.inf)
        with opened(path) as found:
            stored = found.attrs["checksum"]
            making = {name: found.attrs[name] for name in OF_MAKING if name in found.attrs}
            if stored != checksum(found):
                return False
    except Exception:  # a damaged file makes HDF5, h5py, h5netcdf and xarray raise almost anything
        return False
    return stored == checksum(dataset.assign_attrs(making))


def load(path: str | Path, schema: int | str | tuple[str, ...] | None = SCHEMA) -> xr.Dataset:
    """The raw Dataset of a run folder (its raw.nc) or of a netCDF file, in memory.

    schema: the layout it must have, or several, of which it must have one, the newest first.
    """
    path = file_path("path", path)
    file = path / "raw.nc" if path.is_dir() else path
    if not file.exists():
        raise InputError(
            f"a finished run must hold raw.nc, got {path}; run or finish `ticketsum sweep ... --out {path}`"
        )
    remedy = "run the sweep again to rebuild it" if schema == SCHEMA else "delete it and run the command again"
    try:
        dataset = read(file)
    except Exception as error:  # a damaged file makes HDF5, h5py, h5netcdf and xarray raise almost anything
        reason = str(error).split("\n", maxsplit=1)[0]
        raise InputError(f"{file} is not a readable netCDF file ({reason}); {remedy}") from error
    found = dataset.attrs.get("schema")
    if not (found is None or isinstance(found, str | int | np.integer)):
        found = repr(found)[:60]  # arrays do not compare
    if isinstance(found, (int, np.integer)) and isinstance(schema, int) and found > schema:
        raise InputError(
            f"{file} has schema {found}, newer than the {schema} of this ticketsum; install a newer ticketsum"
        )
    layouts = schema if isinstance(schema, tuple) else (schema,)
    if found not in layouts:
        other = "open it with the ticketsum that wrote it" if schema == SCHEMA else remedy
        raise InputError(f"{file} must have schema {layouts[0]}, got {found}; {other}")
    if dataset.attrs.pop("checksum", None) != checksum(dataset):
        raise InputError(f"{file} is not a readable netCDF file (checksum differs); {remedy}")
    if schema == SCHEMA:
        try:
            require_raw(dataset)
        except LayoutError as error:
            raise InputError(f"{file} must be the raw Dataset of a sweep, but {error}; {remedy}") from error
    return dataset


def read(path: Path) -> xr.Dataset:
    """A netCDF file, in memory; it may come from anybody. The libraries below raise almost anything."""
    require_plain_netcdf(path, memory_limit())
    with opened(path) as dataset:
        return dataset.load()
