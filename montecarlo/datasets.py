"""Blocks to one labelled Dataset, and Datasets to netCDF files and back.

The Dataset is the only thing `analysis` ever sees of a simulation:

    critical_epsilon      (event, d, n, trial)  certified upper bound on each trial's critical epsilon
    critical_epsilon_low  (event, d, n, trial)  certified lower bound; absent where the values are exact
    amplitude             (d)                   A in n >= C ln(A / min(epsilon, delta))
    formula               (event)               each event's critical epsilon in words
    trials                (d)                   only where d have different numbers of trials: beyond them, NaN
"""

import json
import platform
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from .checks import file_path, instance
from .durable import replacing
from .errors import InputError
from .identity import identity
from .layouts import LayoutError, require_raw
from .machine import memory_limit, seconds_so_far, source_commit
from .netcdf import add, created, opened
from .plans import Block, Plan
from .seal import TRIALS, checksum
from .untrusted import require_plain_netcdf

SCHEMA = 1
"""Version of the Dataset's layout."""

_PRICED = (0.3, 0.1, 0.03, 0.01)
"""Accuracies for which a Dataset says what its sweep would cost if it were fine enough for them."""

PACKED = {"zlib": True, "complevel": 1, "shuffle": True}
"""How numbers are packed in files."""

OF_MAKING = {"Conventions": "", "provenance": ""}
"""Attributes that a Dataset gets with its file, put aside: what is left says what it holds."""

OF_ORIGIN = ("created", "command", "python", "machine", "wall_seconds", "commit", "versions")
"""What `origin` says: who made a file, in its provenance."""

_TEXTS = {
    "critical_epsilon": "critical epsilon: smallest epsilon at which the event holds (certified upper bound)",
    "critical_epsilon_low": "certified lower bound on the critical epsilon",
    "n": "n, random summands per subset-sum problem",
    "d": "dimension of the target",
    "trial": "independent trial",
    "event": "event, from the statement to what its proof uses",
    "amplitude": "A in n >= C ln(A / min(epsilon, delta)), natural logarithm",
    "formula": "critical epsilon of the event",
    "trials": "trials of each d; beyond them the values along trial are NaN",
}


def assemble(plan: Plan, blocks: Mapping[Block, Mapping[str, NDArray[Any]]]) -> xr.Dataset:
    """The Dataset of a plan from all of its blocks, in whatever order they were computed."""
    rows = np.array(plan.n) - 1
    dataset = frame(plan)
    ordered = sorted(blocks, key=lambda block: block.first)
    for name in trial_variables(plan):
        cells = [
            padded(np.concatenate([blocks[b][name][:, rows] for b in ordered if b.d == d], axis=-1), plan, d)
            for d in plan.d
        ]
        dataset[name] = (TRIALS, np.stack(cells, axis=1), described(name))
    return dataset


def padded(values: NDArray[np.float64], plan: Plan, d: int) -> NDArray[np.float64]:
    """The trials of one d, (..., trial), cut to what the plan wants of it, and NaN up to the most of any d."""
    wanted = values[..., : plan.trials_of(d)]
    missing = plan.trials - wanted.shape[-1]
    return np.pad(wanted, [(0, 0)] * (values.ndim - 1) + [(0, missing)], constant_values=np.nan) if missing else wanted


def frame(plan: Plan) -> xr.Dataset:
    """The Dataset of a plan but for what grows with its trials."""
    claim = plan.claim
    data: dict[str, Any] = {
        "amplitude": ("d", [claim.amplitude(d) for d in plan.d]),
        "formula": ("event", np.array(list(claim.events.values()), dtype=object)),
    }
    coordinates = {
        "event": np.array(list(claim.events), dtype=object),
        "d": np.array(plan.d),
        "n": np.array(plan.n),
        "trial": np.arange(plan.trials),
    }
    if plan.counts:
        data["trials"] = ("d", [plan.trials_of(d) for d in plan.d])
    dataset = xr.Dataset(data, coordinates, _attributes(plan))
    for name in dataset.variables:
        dataset[name].attrs = described(str(name))
    return dataset


def trial_variables(plan: Plan) -> tuple[str, ...]:
    """The variables with a number for every trial; where values are exact, there is no lower bound besides."""
    return ("critical_epsilon", "critical_epsilon_low") if plan.bracketed else ("critical_epsilon",)


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
    packed = {name: PACKED for name, v in dataset.items() if v.dtype.kind == "f"}
    with replacing(path) as beside:
        sealed = dataset.assign_attrs(checksum=checksum(dataset))
        with created(beside) as (file, _):
            add(sealed, file, packed)


def update(dataset: xr.Dataset, path: Path) -> None:
    """`save`, unless the file holds the same already, but for its provenance: then it stays."""
    if not _is_there(dataset, path):
        save(dataset, path)


def _is_there(dataset: xr.Dataset, path: Path) -> bool:
    """Whether `path` is undamaged and holds `dataset`; only its making may differ."""
    if not path.is_file():
        return False
    try:
        found = read(path)
    except Exception:  # a damaged file makes HDF5, h5py, h5netcdf and xarray raise almost anything
        return False
    if found.attrs.pop("checksum", None) != checksum(found):
        return False
    return checksum(dataset.assign_attrs(OF_MAKING)) == checksum(found.assign_attrs(OF_MAKING))


def load(path: str | Path, schema: int | str | None = SCHEMA) -> xr.Dataset:
    """The raw Dataset of a run folder (its raw.nc) or of a netCDF file, in memory. schema: the layout it must have."""
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
    if found != schema:
        other = "open it with the ticketsum that wrote it" if schema == SCHEMA else remedy
        raise InputError(f"{file} must have schema {schema}, got {found}; {other}")
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


def _attributes(plan: Plan) -> dict[str, Any]:
    """Attributes that netCDF can hold: strings and numbers; provenance as one JSON string."""
    claim = plan.claim
    return {
        "Conventions": "CF-1.11",
        "schema": SCHEMA,
        "title": f"Critical epsilons of {claim.title}",
        "claim": claim.name,
        "claim_title": claim.title,
        "label": claim.label,
        "logarithmic": int(claim.logarithmic),
        "parameters": json.dumps(claim.parameters(), sort_keys=True),
        "statement": claim.statement,
        "source": claim.source,
        "seed": str(plan.seed),
        "relative_tolerance": plan.precision.relative_tolerance,
        "resolution": plan.precision.resolution,
        **({"stopping": plan.stopping} if plan.stopping else {}),
        "cost": json.dumps({f"{e:g}": plan.seconds(0.5 * e) for e in _PRICED}),
        "provenance": json.dumps(_provenance(plan), sort_keys=True),
    }


def _provenance(plan: Plan) -> dict[str, Any]:
    return {**identity(plan), "block_trials": {str(d): plan.trials_per_block(d) for d in plan.d}, **origin()}


def origin() -> dict[str, Any]:
    """When, by which command, how long, on which machine, with which versions a Dataset is made, JSON-ready."""
    names = ("ticketsum", "numpy", "scipy", "numba", "xarray")
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": sys.argv,
        "python": platform.python_version(),
        "machine": platform.platform(),
        "wall_seconds": round(seconds_so_far(), 1),
        **({"commit": source_commit()} if source_commit() else {}),
        "versions": {name: _version(name) for name in names},
    }


@cache
def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
