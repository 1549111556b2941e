"""A run on disk: one immutable file a block, written atomically, verified whenever it is read.

    RUN/run.json        what the run is: claim, seed, precision, versions of numbers
    RUN/request.json    what was asked for last: n, d, trials
    RUN/blocks/*.npz    one file a block: arrays (never pickled) and a JSON header with key and checksum

A file is written beside its place, flushed to disk and renamed, so that a kill at any moment leaves either the
whole block or none of it. Nothing is written through a link that leaves the folder.
"""

import hashlib
import io
import json
import os
import re
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from .atomic import is_left_over, make_folder, remove_left_over, require_inside, write_atomically
from .numbers import BEGUN_BY, begun_by, require_same_numbers
from .untrusted import read_arrays, read_bytes, read_json

FORMAT = 3
"""Version of the block and run files."""
_READ = {FORMAT: {"numbers": dict}, 2: {"fingerprint": str}}
"""The formats that are read; 2 named its code by a hash of all sources."""
_FIELDS: dict[str, type | tuple[type, ...]] = {
    "claim": str,
    "parameters": dict,
    "seed": int,
    "relative_tolerance": (int, float),
    "resolution": (int, float),
}
"""What run.json has to say, besides its format."""

_MOST_JSON = 2**24
"""Bytes of run.json and request.json: the numbers of a grid are a few each."""
_MOST_BLOCK = 2**33
"""Bytes of a block, far beyond those of half a second."""
WRITTEN = ("run.json", "request.json", "raw.nc", "blocks")
"""What is written to a run folder."""

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Block:
    """The trials first..stop-1 of dimension d, for every n up to `n`: the unit of work, and of what a kill can lose."""

    d: int
    n: int
    first: int
    stop: int

    @property
    def trials(self) -> int:
        """Number of trials in the block."""
        return self.stop - self.first

    @property
    def name(self) -> str:
        """File name without ending, unique in a run."""
        return f"d{self.d:04d}-n{self.n:06d}-t{self.first:010d}-{self.stop:010d}"

    @staticmethod
    def named(name: str) -> "Block | None":
        """The block of a file name without ending; None if it is no block's."""
        found = re.fullmatch(r"d(\d+)-n(\d+)-t(\d+)-(\d+)", name)
        return Block(*map(int, found.groups())) if found else None


class DamagedBlockError(InputError):
    """A block file whose content is not what was written."""


@dataclass(frozen=True)
class Run:
    """A run folder that holds one sweep, described by `identity`: everything its numbers depend on."""

    folder: Path
    identity: Mapping[str, Any]

    @staticmethod
    def create_or_open(folder: Path, identity: Mapping[str, Any]) -> "Run":
        """The run in `folder`, made if there is none. A folder that holds another sweep is refused, and left alone.

        Call it while `lock.locked` holds the folder.
        """
        require_inside(folder, *WRITTEN)
        try:
            if not (folder / "run.json").exists():
                _require_free(folder)
                make_folder(folder / "blocks")
                write_atomically(folder / "run.json", json.dumps({**identity, **begun_by()}, indent=2).encode())
            found = Run.open(folder)
            found.require(identity)
            make_folder(folder / "blocks")
        except OSError as error:
            raise unwritable(folder, error) from error
        remove_left_over(folder)
        remove_left_over(folder / "blocks")
        return found

    @staticmethod
    def open(folder: Path) -> "Run":
        """The run that `folder` holds."""
        try:
            identity = read_json(folder / "run.json", _MOST_JSON)
        except FileNotFoundError as error:
            remedy = "make one with `ticketsum sweep`"
            if (folder / "network.json").is_file():
                remedy = "it holds a pruned network, which `ticketsum check` and `ticketsum plot` look at"
            raise InputError(f"a run folder must hold run.json, got {folder}; {remedy}") from error
        except (OSError, ValueError) as error:
            raise InputError(
                f"{folder / 'run.json'} cannot be read ({error}); restore it or choose another folder"
            ) from error
        found = identity.get("format")
        if not isinstance(found, int) or found not in _READ:
            raise InputError(
                f"{folder / 'run.json'} is not a run of format {FORMAT}; open it with the version that made it"
            )
        for name, kind in (_FIELDS | _READ[found]).items():
            if not isinstance(identity.get(name), kind) or isinstance(identity[name], bool):
                raise InputError(
                    f"{folder / 'run.json'} cannot be read (its {name} is {identity.get(name)!r}); "
                    "restore it or choose another folder"
                )
        return Run(folder, identity)

    def remember(self, request: Mapping[str, Any]) -> None:
        """Write down what was asked for last: the grid and the trials, which `status` compares with what is there."""
        content = json.dumps(request).encode()
        path = self.folder / "request.json"
        try:
            if not _holds(path, content):
                write_atomically(path, content)
        except OSError as error:
            raise unwritable(self.folder, error) from error

    def request(self) -> dict[str, Any]:
        """What was asked for last; OSError or ValueError where that cannot be read."""
        return read_json(self.folder / "request.json", _MOST_JSON)

    def path(self, block: Block) -> Path:
        """The file of `block`."""
        return self.folder / "blocks" / f"{block.name}.npz"

    def blocks(self) -> list[Block]:
        """The blocks there are files for, in order of d, trials and n; only reading one tells whether it is sound."""
        found = ((Block.named(path.stem), path.stem) for path in (self.folder / "blocks").glob("*.npz"))
        ours = (block for block, name in found if block is not None and block.name == name)
        return sorted(ours, key=lambda b: (b.d, b.first, b.n, b.stop))

    def has(self, block: Block) -> bool:
        """Whether a file for `block` exists."""
        return self.path(block).exists()

    def discard(self, block: Block) -> None:
        """Remove the file of `block`."""
        self.path(block).unlink()

    def write(self, block: Block, arrays: Arrays) -> None:
        """Store a finished block."""
        header = {"key": self._key(block), "checksum": checksum(arrays)}
        packed = io.BytesIO()
        np.savez(packed, allow_pickle=False, header=_bytes_as_array(json.dumps(header).encode()), **arrays)
        write_atomically(self.path(block), packed.getvalue())

    def read(self, block: Block) -> dict[str, NDArray[Any]]:
        """The arrays of `block`. What was altered, cut short or belongs elsewhere raises DamagedBlockError."""
        path = self.path(block)
        try:
            arrays = read_arrays(path, _MOST_BLOCK, stored=True)
            header = json.loads(arrays.pop("header").tobytes())
            sound = header["checksum"] == checksum(arrays)
            key = header["key"]
        except Exception as error:  # a damaged file makes NumPy, zipfile, zlib and struct raise almost anything
            raise DamagedBlockError(f"block {path} is damaged ({error}); recompute it with --repair") from error
        if not sound:
            raise DamagedBlockError(f"block {path} is damaged (checksum differs); recompute it with --repair")
        if key != self._key(block):
            raise DamagedBlockError(f"block {path} belongs to another sweep; recompute it with --repair")
        if not _fits(block, arrays):
            raise DamagedBlockError(f"block {path} holds no critical epsilons; recompute it with --repair")
        return arrays

    def _key(self, block: Block) -> dict[str, Any]:
        return {**{name: value for name, value in self.identity.items() if name != BEGUN_BY}, **asdict(block)}

    def require(self, identity: Mapping[str, Any]) -> None:
        """Refuse a folder whose identity is not `identity`, naming what differs."""
        for name, required in json.loads(json.dumps(identity)).items():
            stored = self.identity.get(name)
            if name == "numbers":
                require_same_numbers(self.folder, self.identity, required)
            elif stored != required and name == "source_hash":
                raise InputError(
                    f"{self.folder} was made by other code of its claim (source hash {stored}, now {required}); "
                    "restore that code, or choose another folder with --out"
                )
            elif stored != required and name != "format":
                raise InputError(
                    f"{self.folder} holds another sweep: its {name} is {stored!r}, not {required!r}; "
                    "choose another folder with --out"
                )


def _holds(path: Path, content: bytes) -> bool:
    """Whether a file holds just `content`; one that cannot be read does not."""
    try:
        return read_bytes(path, len(content)) == content
    except (OSError, ValueError):
        return False


def _fits(block: Block, arrays: Arrays) -> bool:
    """Whether these are bounds on critical epsilons of every event, n and trial of the block."""
    upper = arrays.get("critical_epsilon")
    lower = arrays.get("critical_epsilon_low", upper)
    if upper is None or lower is None or not arrays.keys() <= {"critical_epsilon", "critical_epsilon_low"}:
        return False
    sizes = block.n, block.trials
    shaped = all(side.dtype.str == "<f8" and side.ndim == 3 and side.shape[1:] == sizes for side in (lower, upper))
    in_order = shaped and lower.shape == upper.shape and (lower >= 0.0) & (lower <= upper) & (upper < np.inf)
    return bool(np.all(in_order))


def _require_free(folder: Path) -> None:
    """Refuse a folder, no run so far, whose blocks/ holds something other than blocks."""
    blocks = folder / "blocks"
    others = [path.name for path in blocks.iterdir() if Block.named(path.stem) is None] if blocks.is_dir() else []
    others = [name for name in others if not is_left_over(name)]
    if others:
        raise InputError(
            f"a new run needs a folder without other files in blocks/, got {blocks / min(others)}; "
            "choose another with --out"
        )


def checksum(arrays: Arrays) -> str:
    """SHA-256 over names, types, shapes and bytes of the arrays."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def require_writable(folder: Path) -> None:
    """Refuse a folder that no file can be written to, before hours go into what is to lie there. Leaves no trace."""
    made: list[Path] = []
    folder = Path(os.path.realpath(folder))
    try:
        made = [path for path in (folder, *folder.parents) if not path.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise unwritable(folder, error) from error
    finally:
        for path in made:
            with suppress(OSError):
                path.rmdir()


def unwritable(folder: Path, error: OSError) -> InputError:
    """What to say of a folder that cannot be written to."""
    return InputError(f"the output folder must be writable, got {folder} ({error.strerror}); choose another with --out")


def _bytes_as_array(content: bytes) -> NDArray[np.uint8]:
    return np.frombuffer(content, dtype=np.uint8)
