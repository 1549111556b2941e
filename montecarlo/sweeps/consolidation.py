"""The blocks of a run to one netCDF file, a block at a time: memory for that file, and little more."""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5netcdf
import numpy as np
import xarray as xr

from ..errors import InputError
from ..storage.atomic import replacing
from ..storage.blocks import Block, Run
from ..storage.checksum import TRIALS, Seal, checksum
from ..storage.dataset import described
from ..storage.netcdf import add, created, opened
from ..storage.provenance import OF_ORIGIN
from ..storage.untrusted import require_plain_netcdf
from .assemble import frame, trial_variables
from .identity import identity
from .inventory import Arrays, cut, inventory
from .plan import Plan

_CHUNK_VALUES = 2**16
_PADDING_TRIALS = 4096


def consolidate(plan: Plan, folder: Run, path: Path, *, computed: bool = True) -> None:
    """Write the Dataset of `plan` from the blocks of `folder` to `path`, atomically; it is `assemble`'s.

    A file of the same numbers that is there already stays, whenever and by whatever command it was made. Blocks that
    are missing are an InputError. computed: whether this command computed blocks, or only puts them together. Who made
    the file that is replaced stays in its provenance, under "earlier" or in its own place; who only put blocks together
    stands under "consolidated".
    """
    plan.require_loadable()
    small = frame(plan)
    if _is_there(plan, folder, path, small):
        return
    small.attrs["provenance"] = _with_makers(path, small.attrs["provenance"], identity(plan), computed=computed)
    with replacing(path) as beside, created(beside) as file:
        add(small, file)
        for name in trial_variables(plan):
            _add_variable(file, name, small)
        seal = Seal()
        for block, arrays in _sealed(plan, folder, small, seal):
            d, trials = plan.d.index(block.d), slice(block.first, block.stop)
            for name, values in arrays.items():
                file.variables[name][:, d, :, trials] = values
        file.attrs["checksum"] = seal.checksum(small.attrs)


def _with_makers(path: Path, own: str, same: dict[str, Any], *, computed: bool) -> str:
    """The provenance `own`, and that of the file at `path` if it is of the same sweep."""
    new = json.loads(own)
    if not path.is_file():
        return own
    try:
        require_plain_netcdf(path, math.inf)
        with opened(path) as found:
            made = dict(json.loads(found.attrs["provenance"]))
    except Exception:  # none there, or a damaged one
        return own
    if any(made.get(name) != value for name, value in json.loads(json.dumps(same)).items()):
        return own
    makers = {name: list(made[name]) for name in ("earlier", "consolidated") if isinstance(made.get(name), list)}
    before = {name: made[name] for name in OF_ORIGIN if name in made}
    now = {name: new[name] for name in OF_ORIGIN if name in new}
    if computed:
        merged = {**new, **makers, "earlier": [*makers.get("earlier", []), before]}
    else:
        rest = {name: value for name, value in new.items() if name not in OF_ORIGIN}
        merged = {**rest, **before, **makers, "consolidated": [*makers.get("consolidated", []), now]}
    return json.dumps(merged, sort_keys=True)


def _is_there(plan: Plan, folder: Run, path: Path, small: xr.Dataset) -> bool:
    """Whether `path` is undamaged and holds what the blocks come to, by the same code: only its making may differ."""
    if not path.is_file():
        return False
    try:
        require_plain_netcdf(path, math.inf)
        with opened(path) as found:
            stored, made = found.attrs.get("checksum"), found.attrs.get("provenance")
            if stored != checksum(found):
                return False
    except Exception:  # a damaged file makes HDF5, h5py, h5netcdf and xarray raise almost anything
        return False
    seal = Seal()
    for _ in _sealed(plan, folder, small, seal):
        pass
    return stored == seal.checksum(small.attrs | {"provenance": made})


def _sealed(plan: Plan, folder: Run, small: xr.Dataset, seal: Seal) -> Iterator[tuple[Block, Arrays]]:
    """The blocks of the file to be, in order, cut to the plan's n; all of them and `small` go under the seal."""
    for name, variable in small.variables.items():
        seal.begin(str(name), variable.dims, variable.shape)
        seal.add(str(name), variable.to_numpy())
    for name in trial_variables(plan):
        seal.begin(name, TRIALS, _shape(small))
    for block, arrays in _padded(plan, _stored(plan, folder)):
        values = {name: array[:, np.array(plan.n) - 1] for name, array in arrays.items()}
        for name, value in values.items():
            seal.add(name, value)
        yield block, values


def _stored(plan: Plan, folder: Run) -> Iterator[tuple[Block, Arrays]]:
    """The plan's trials in order, cut to its n; the variables it wants."""
    pieces, missing = inventory(plan, folder.blocks())
    if missing:
        raise InputError(
            f"{folder.folder} must hold all trials, but {missing[0].name} is missing; give the sweep command again"
        )
    for piece in pieces:
        arrays = cut(folder.read(piece.block), piece, plan)
        block = Block(piece.block.d, plan.n_max, piece.first, piece.stop)
        yield block, {name: arrays[name] for name in trial_variables(plan)}


def _padded(plan: Plan, stored: Iterator[tuple[Block, Arrays]]) -> Iterator[tuple[Block, Arrays]]:
    """The same, and after the trials of a d that has fewer than others, blocks of NaN."""
    for block, arrays in stored:
        yield block, arrays
        if block.stop != plan.trials_of(block.d):
            continue
        for first in range(block.stop, plan.trials, _PADDING_TRIALS):
            stop = min(first + _PADDING_TRIALS, plan.trials)
            shapes = {name: (*array.shape[:-1], stop - first) for name, array in arrays.items()}
            yield Block(block.d, block.n, first, stop), {name: np.full(shape, np.nan) for name, shape in shapes.items()}


def _shape(small: xr.Dataset) -> tuple[int, ...]:
    return tuple(small.sizes[dim] for dim in TRIALS)


def _add_variable(file: h5netcdf.File, name: str, small: xr.Dataset) -> None:
    """A variable without values, unpacked: 48 MB/s of gzip took a tenth to a quarter of the kernels' own time."""
    shape = _shape(small)
    chunks = (1, 1, shape[2], min(max(_CHUNK_VALUES // shape[2], 1), shape[3]))
    variable = file.create_variable(name, TRIALS, np.dtype(float), chunks=chunks)
    variable.attrs.update(described(name))
