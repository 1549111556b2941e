"""A pruned network on disk: a folder of npy files, a header with their checksums, a small Dataset; nothing pickled.

    DIR/network.json                 widths, n, seed, objective, epsilon, misses, provenance, SHA-256 of every file
    DIR/target-K.npy                 W_K (outputs, inputs)
    DIR/u-K.npy, v-K.npy             the wide network (`wide.Blocks`)
    DIR/neurons-K.npy, masks-K.npy   its masks (`masks`)
    DIR/positive-K.npy, negative-K.npy  P and N (`pairs.Pair`), correctly rounded
    DIR/summary.nc                   misses, errors and entries by layer

The folder is written beside its place and renamed when it is whole.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from ..checks import file_path
from ..errors import InputError
from ..solvers.nearest_subset import Objective
from ..storage.atomic import new_folder
from ..storage.blocks import require_writable
from ..storage.dataset import save
from ..storage.provenance import origin
from ..storage.untrusted import read_json, require_regular
from .pairs import Pair
from .plan import MOST_N
from .pruned import Layer, Pruned
from .summaries import summarized
from .targets import Target
from .wide import Wide

FORMAT = "pruned network 1"
_HEADER = "network.json"
SUMMARY = "summary.nc"
_PIECE_VALUES = 2**21
_SMALL = "target", "positive", "negative", "neurons", "masks"
_TYPES = {name: "|u1" if name in {"neurons", "masks"} else "<f8" for name in (*_SMALL, "u", "v")}


@dataclass(frozen=True)
class Stored:
    """A folder that says it holds a pruned network. What it says besides is for `check` to find out."""

    folder: Path
    header: Mapping[str, Any]

    @property
    def wide(self) -> Wide:
        """The wide network that the header names."""
        return Wide(tuple(self.header["widths"]), self.header["n"], self.header["seed"])

    def shape(self, name: str, layer: int) -> tuple[int, ...]:
        """The shape that an array must have."""
        inputs, outputs = self.wide.widths[layer - 1 : layer + 1]
        m = 2 * self.wide.n
        size = -(-m // 8)
        return {
            "u": (inputs, m),
            "v": (inputs, outputs, m),
            "neurons": (inputs, size),
            "masks": (inputs, outputs, size),
        }.get(name, (outputs, inputs))

    def array(self, name: str, layer: int) -> NDArray[Any]:
        """An array, mapped into memory; ValueError where the file is not what it must be."""
        path, wanted = self.folder / f"{name}-{layer}.npy", self.shape(name, layer)
        try:
            require_regular(path)
            found = np.load(path, mmap_mode="r", allow_pickle=False)
        except Exception as error:  # a damaged file makes NumPy raise almost anything
            raise ValueError(f"{path.name} is no array: {error}") from error
        if not isinstance(found, np.memmap):
            raise ValueError(f"{path.name} is no array")  # noqa: TRY004
        if found.shape != wanted or found.dtype.str != _TYPES[name] or not found.flags.c_contiguous:
            raise ValueError(
                f"{path.name} has shape {found.shape} of {found.dtype.str}, not {wanted} of {_TYPES[name]}"
            )
        return found

    def names(self) -> list[str]:
        """The files there must be, but for the header."""
        layers = range(1, len(self.wide.widths))
        return sorted([SUMMARY, *(f"{name}-{k}.npy" for k in layers for name in _TYPES)])


def require_free(folder: Path) -> None:
    """Refuse a place where something is already, or where nothing can be written, before anything is solved."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"a pruned network needs a new folder, got {folder}; choose another with --out")
    require_writable(folder)


def store(pruned: Pruned, folder: Path) -> None:
    """Write everything to `folder`: all of it is there afterwards, or nothing."""
    with new_folder(folder) as beside:
        for k, layer in enumerate(pruned.layers, 1):
            for name, array in _small_arrays(layer).items():
                np.save(beside / f"{name}-{k}.npy", array, allow_pickle=False)
            _write_wide(pruned.wide, k, beside)
        save(summarized(pruned), beside / SUMMARY)
        (beside / _HEADER).write_text(json.dumps(_header(pruned, beside), indent=2))


def _small_arrays(layer: Layer) -> dict[str, NDArray[Any]]:
    pair = layer.pair
    arrays = {"target": pair.weights, "positive": pair.positive, "negative": pair.negative}
    return {**arrays, "neurons": layer.neurons, "masks": layer.masks}


def _write_wide(wide: Wide, layer: int, folder: Path) -> None:
    """u and v of a layer, some blocks at a time."""
    inputs, outputs = wide.widths[layer - 1 : layer + 1]
    shapes = {"u": (inputs, 2 * wide.n), "v": (inputs, outputs, 2 * wide.n)}
    with (folder / f"u-{layer}.npy").open("wb") as u, (folder / f"v-{layer}.npy").open("wb") as v:
        for file, shape in zip((u, v), shapes.values(), strict=True):
            layout: dict[str, Any] = {"descr": "<f8", "fortran_order": False, "shape": shape}
            np.lib.format.write_array_header_1_0(file, layout)
        for first, stop in portions(wide, layer):
            for file, array in zip((u, v), wide.blocks(layer, first, stop), strict=True):
                file.write(np.ascontiguousarray(array, "<f8").data)


def portions(wide: Wide, layer: int) -> Iterator[tuple[int, int]]:
    """(first, stop) of blocks that together hold some 16 MiB of v."""
    inputs, outputs = wide.widths[layer - 1 : layer + 1]
    size = max(_PIECE_VALUES // (2 * wide.n * outputs), 1)
    return ((first, min(first + size, inputs)) for first in range(0, inputs, size))


def _header(pruned: Pruned, folder: Path) -> dict[str, Any]:
    header = {
        "format": FORMAT,
        "widths": pruned.wide.widths,
        "n": pruned.wide.n,
        "seed": pruned.wide.seed,
        "objective": pruned.objective,
        "epsilon": pruned.epsilon,
        "missed": [layer.missed.tolist() for layer in pruned.layers],
        "kept": [layer.kept.tolist() for layer in pruned.layers],
        "files": {path.name: file_checksum(path) for path in sorted(folder.iterdir())},
        "provenance": origin(),
    }
    return {**header, "checksum": header_checksum(header)}


def header_checksum(header: Mapping[str, Any]) -> str:
    """SHA-256 of the header but for its own checksum."""
    said = {key: value for key, value in header.items() if key != "checksum"}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def file_checksum(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def open_stored(folder: str | Path) -> Stored:
    """The network that a folder says it holds; refused if it does not say so in a header that can be read."""
    folder = file_path("folder", folder)
    path = folder / _HEADER
    try:
        header = read_json(path)
    except OSError as error:
        raise InputError(
            f"a pruned network must be a folder with {_HEADER}, got {folder} ({error.strerror}); make one with "
            "`ticketsum prune TARGET.npz --out DIR`"
        ) from error
    except ValueError as error:
        raise InputError(f"{path} must be readable, got damaged JSON; prune again into another folder") from error
    if header.get("format") != FORMAT:
        raise InputError(f"{path} must be of format {FORMAT!r}; open it with the version that made it")
    if header.get("checksum") != header_checksum(header) or not _well_formed(header):
        raise InputError(f"{path} must be as it was written (checksum differs); prune again into another folder")
    return Stored(folder, header)


def _well_formed(header: Mapping[str, Any]) -> bool:
    """Whether the header has what every reader of it takes for granted."""
    try:
        numbers = [*header["widths"], header["n"]]
        counts = [count for name in ("missed", "kept") for layer in header[name] for count in layer]
        whole = all(isinstance(number, int) for number in (*numbers, *counts, header["seed"]))
        layers = len(header["widths"]) - 1
        lengths = [len(header[name]) for name in ("missed", "kept")]
        epsilon = header["epsilon"]
        asked = header["objective"] in get_args(Objective)
        asked = asked and (header["objective"] == "error" if epsilon is None else 0.0 <= epsilon < np.inf)
        fine = whole and min(numbers) >= 1 and header["n"] <= MOST_N and header["seed"] >= 0 and layers >= 1
        return fine and asked and lengths == [layers, layers] and isinstance(header["files"], dict)
    except (KeyError, TypeError, ValueError):
        return False


def load_pruned(folder: str | Path) -> Pruned:
    """A stored network, in memory but for the wide weights, which the seed gives; `check` tells whether it is sound."""
    stored = open_stored(folder)
    header, layers = stored.header, []
    for k in range(1, len(stored.wide.widths)):
        try:
            arrays = [np.array(stored.array(name, k)) for name in _SMALL]
        except ValueError as error:
            reason = str(error).split("\n", maxsplit=1)[0]
            raise InputError(f"layer {k} in {folder} must be readable, got: {reason}; `ticketsum check` it") from error
        counts = (np.array(header[name][k - 1]) for name in ("missed", "kept"))
        layers.append(Layer(Pair(*arrays[:3]), arrays[3], arrays[4], *counts))
    target = Target([layer.pair.weights for layer in layers])
    return Pruned(target, stored.wide, header["objective"], header["epsilon"], tuple(layers))
