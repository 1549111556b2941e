"""Checksums of Datasets that can be made piece by piece: a file larger than memory can be sealed and checked."""

import hashlib
import json
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

TRIALS = ("event", "d", "n", "trial")
"""The dimensions of the variables that grow with the trials; they are hashed trial by trial, in order of d."""
_PIECE_VALUES = 2**22


class Seal:
    """SHA-256 over names, dimensions, shapes and values of all variables and over the attributes."""

    def __init__(self) -> None:
        self._variables: dict[str, Any] = {}

    def begin(self, name: str, dims: tuple[object, ...], shape: tuple[int, ...]) -> None:
        """A variable whose values follow."""
        self._variables[name] = hashlib.sha256(f"{name} {dims} {shape}\n".encode())

    def add(self, name: str, values: NDArray[Any]) -> None:
        """More values of the variable: all of them, or, with dims `TRIALS`, (event, n, trial) of the next trials."""
        if values.dtype.kind not in "fiu":
            self._variables[name].update(repr(values.tolist()).encode())
        else:
            self._variables[name].update(np.ascontiguousarray(np.moveaxis(values, -1, 0) if values.ndim else values))

    def checksum(self, attributes: dict[Any, Any]) -> str:
        """The seal of all variables and of the attributes, as a file gives them back."""
        digest = hashlib.sha256()
        for name in sorted(self._variables):
            digest.update(self._variables[name].digest())
        plain = {key: value.item() if isinstance(value, np.generic) else value for key, value in attributes.items()}
        digest.update(
            json.dumps({k: v for k, v in plain.items() if k != "checksum"}, sort_keys=True, default=repr).encode()
        )
        return digest.hexdigest()


def checksum(dataset: xr.Dataset) -> str:
    """The seal of a Dataset in memory, or of an open file: trials are read a few at a time."""
    seal = Seal()
    for name, variable in dataset.variables.items():
        seal.begin(str(name), variable.dims, variable.shape)
        if variable.dims != TRIALS:
            seal.add(str(name), variable.to_numpy())
            continue
        events, _, n, trials = variable.shape
        step = max(_PIECE_VALUES // max(events * n, 1), 1)
        for d in range(variable.shape[1]):
            for first in range(0, trials, step):
                seal.add(str(name), variable[:, d, :, first : first + step].to_numpy())
    return seal.checksum(dataset.attrs)
