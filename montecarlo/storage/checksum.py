"""Checksums of Datasets, of their content: the same for one in memory and for its file, however that is packed."""

import hashlib
import json
from collections.abc import Iterator

import numpy as np
import xarray as xr

TRIALS = ("event", "d", "n", "trial")
"""The dimensions of the variables that grow with the trials; they are hashed trial by trial, in order of d."""
_PIECE_VALUES = 2**22


def checksum(dataset: xr.Dataset) -> str:
    """SHA-256 over names, dimensions, shapes and values of all variables and over the attributes but `checksum`."""
    digest = hashlib.sha256()
    for name in sorted(map(str, dataset.variables)):
        digest.update(_digest(name, dataset.variables[name]))
    plain = {key: value.item() if isinstance(value, np.generic) else value for key, value in dataset.attrs.items()}
    digest.update(
        json.dumps({k: v for k, v in plain.items() if k != "checksum"}, sort_keys=True, default=repr).encode()
    )
    return digest.hexdigest()


def _digest(name: str, variable: xr.Variable) -> bytes:
    """That of a variable; trials are read, or copied, a few at a time, trial first."""
    digest = hashlib.sha256(f"{name} {variable.dims} {variable.shape}\n".encode())
    for part in _trials(variable) if variable.dims == TRIALS else [variable]:
        values = part.to_numpy()
        if values.dtype.kind not in "fiu":
            digest.update(repr(values.tolist()).encode())
        else:
            digest.update((np.moveaxis(values, -1, 0) if values.ndim else values).tobytes())
    return digest.digest()


def _trials(variable: xr.Variable) -> Iterator[xr.Variable]:
    events, dimensions, n, trials = variable.shape
    step = max(_PIECE_VALUES // max(events * n, 1), 1)
    for d in range(dimensions):
        for first in range(0, trials, step):
            yield variable[:, d, :, first : first + step]
