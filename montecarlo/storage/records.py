"""Finished cells of an experiment on disk: one small file each, written atomically, verified when read.

OUT/EXPERIMENT.json says what all cells depend on (data, versions of numbers), OUT/cells/*.json what was measured in a
cell, with a checksum. A killed run goes on with the cells it lacks.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from ..errors import InputError
from .atomic import make_folder, remove_left_over, require_inside, write_atomically
from .blocks import unwritable
from .numbers import begun_by, require_same_numbers
from .untrusted import read_json


class Kind(Protocol):
    """A kind of cells: a frozen dataclass of numbers and texts that a file name can tell."""

    experiment: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def name(self) -> str:
        """File name without ending."""
        ...

    @staticmethod
    def named(name: str) -> Any:
        """The cell of a file name without ending; None if it is no cell's."""
        ...


AnyCell = TypeVar("AnyCell", bound=Kind)


@dataclass(frozen=True)
class Cells(Generic[AnyCell]):
    """The finished cells of a kind in a folder."""

    folder: Path
    identity: Mapping[str, Any]
    kind: type[AnyCell]

    @staticmethod
    def create_or_open(folder: Path, identity: Mapping[str, Any], kind: type[AnyCell]) -> "Cells[AnyCell]":
        """The cells in `folder`, made if there is none. One whose cells depend on something else is refused."""
        file = folder / f"{kind.experiment}.json"
        require_inside(folder, file.name, "cells")
        try:
            make_folder(folder / "cells")
            if not file.exists():
                write_atomically(file, json.dumps({**identity, **begun_by()}, indent=2).encode())
            held = read_json(file)
        except OSError as error:
            raise unwritable(folder, error) from error
        except ValueError as error:
            raise InputError(f"{file} cannot be read ({error}); choose another folder with --out") from error
        for name, wanted in identity.items():
            found = held.get(name)
            if name == "numbers":
                require_same_numbers(folder, held, wanted)
            elif found != wanted:
                raise InputError(
                    f"{folder} holds cells of another {name}, {found!r}, not {wanted!r}; choose another --out"
                )
        remove_left_over(folder / "cells")
        return Cells(folder, identity, kind)

    def __contains__(self, cell: AnyCell) -> bool:
        return self._path(cell).exists()

    def all(self) -> list[AnyCell]:
        """The cells there are, in the order of their names."""
        found = (self.kind.named(path.stem) for path in sorted((self.folder / "cells").glob("*.json")))
        return [cell for cell in found if cell is not None]

    def write(self, cell: AnyCell, measured: Mapping[str, Any]) -> None:
        """Store a finished cell."""
        content = {"identity": self.identity, "cell": asdict(cell), "measured": measured}
        write_atomically(self._path(cell), json.dumps({**content, "checksum": _checksum(content)}).encode())

    def read(self, cell: AnyCell) -> dict[str, Any]:
        """What was measured in a cell; an InputError if its file is not what was written for it."""
        path = self._path(cell)
        try:
            content = read_json(path)
            sound = content.pop("checksum") == _checksum(content)
            sound = sound and content["cell"] == asdict(cell) and content["identity"] == dict(self.identity)
            measured = dict(content["measured"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError(f"cell {path} is damaged ({error}); delete it to have it computed again") from error
        if not sound:
            raise InputError(f"cell {path} is damaged (checksum differs); delete it to have it computed again")
        return measured

    def _path(self, cell: AnyCell) -> Path:
        return self.folder / "cells" / f"{cell.name}.json"


def _checksum(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
