"""The blocks of a run to one netCDF file, a block at a time: memory does not grow with the trials."""

from collections.abc import Iterator
from pathlib import Path

import h5netcdf
import numpy as np
import xarray as xr

from .datasets import described, frame, trial_variables
from .durable import replacing
from .errors import InputError
from .inventory import Arrays, cut, inventory
from .netcdf import add, created
from .plans import Block, Plan
from .seal import TRIALS, Seal
from .store import Run

_CHUNK_VALUES = 2**16
_PADDING_TRIALS = 4096


def consolidate(plan: Plan, folder: Run, path: Path) -> None:
    """Write the Dataset of `plan` from the blocks of `folder` to `path`, atomically; it is `datasets.assemble`'s.

    Blocks that are missing are an InputError.
    """
    with replacing(path) as beside:
        small, seal = frame(plan), Seal()
        for name, variable in small.variables.items():
            seal.begin(str(name), variable.dims, variable.shape)
            seal.add(str(name), variable.to_numpy())
        with created(beside) as (file, check):
            add(small, file)
            for name in trial_variables(plan):
                _add_variable(file, name, small)
                seal.begin(name, TRIALS, _shape(small))
            for block, arrays in _padded(plan, _stored(plan, folder)):
                d, trials = plan.d.index(block.d), slice(block.first, block.stop)
                for name, array in arrays.items():
                    values = array[:, np.array(plan.n) - 1]
                    file.variables[name][:, d, :, trials] = values
                    seal.add(name, values)
                check()
            file.attrs["checksum"] = seal.checksum(small.attrs)


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
