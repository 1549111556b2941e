"""Records on disk: what was measured for a key, one small file each, written atomically, verified when read.

A key is a frozen dataclass of numbers and texts; the name of its file is made of its fields. OUT/EXPERIMENT.json says
what all records depend on (data, versions of numbers), OUT/cells/*.json what was measured for a key, with a checksum. A
killed run resumes with the records it lacks.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from ..errors import InputError
from .atomic import make_folder, remove_left_over, require_inside, write_atomically
from .blocks import unwritable
from .numbers import begun_by, require_same_numbers
from .untrusted import read_json

_PLAIN = re.compile(r"[\w.+]{1,40}")


class Key(Protocol):
    """What a record is of: a frozen dataclass of numbers and texts."""

    experiment: ClassVar[str]
    """Name of the folder's JSON file, without ending."""
    __dataclass_fields__: ClassVar[dict[str, Any]]


AnyKey = TypeVar("AnyKey", bound=Key)


def name_of(key: Key) -> str:
    """The file name of a key without ending: a part per field that is not at its default, as in row-n21-epsilon0.01.

    A text that is long, or has other signs than letters, digits, _ . and +, stands there as a digest. A class may give
    other parts in `parts`, by name of the field, {"epsilon": "e{}"} for example.
    """
    parts: Mapping[str, str] = getattr(key, "parts", {})
    given = ((of.name, getattr(key, of.name)) for of in fields(key) if getattr(key, of.name) != of.default)
    return "-".join(
        parts.get(name, "{}" if isinstance(value, str) else f"{name}{{}}").format(_plain(value))
        for name, value in given
    )


def _plain(value: object) -> object:
    if not isinstance(value, str) or _PLAIN.fullmatch(value):
        return value
    return hashlib.sha256(value.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Records(Generic[AnyKey]):
    """The records of one kind of keys in a folder."""

    folder: Path
    identity: Mapping[str, Any]
    kind: type[AnyKey]

    @staticmethod
    def create_or_open(folder: Path, identity: Mapping[str, Any], kind: type[AnyKey]) -> "Records[AnyKey]":
        """The records in `folder`, made if there are none. Those that depend on something else are refused."""
        file = folder / f"{kind.experiment}.json"
        require_inside(folder, file.name, "cells")
        try:
            make_folder(folder / "cells")
            if not file.exists():
                write_atomically(file, json.dumps({**identity, **begun_by()}, indent=2).encode())
            stored = read_json(file)
        except OSError as error:
            raise unwritable(folder, error) from error
        except ValueError as error:
            raise InputError(f"{file} cannot be read ({error}); choose another folder with --out") from error
        for name, required in identity.items():
            if name == "numbers":
                require_same_numbers(folder, stored, required)
            elif stored.get(name) != required:
                raise InputError(
                    f"{folder} holds records of another {name}, {stored.get(name)!r}, not {required!r}; "
                    "choose another --out"
                )
        remove_left_over(folder / "cells")
        return Records(folder, identity, kind)

    def __contains__(self, key: AnyKey) -> bool:
        return self._path(key).exists()

    def all(self) -> dict[AnyKey, dict[str, Any]]:
        """What was measured for every key, in the order of their files; an InputError if one is damaged."""
        read = (self._read(path) for path in sorted((self.folder / "cells").glob("*.json")))
        return dict(read)

    def write(self, key: AnyKey, measured: Mapping[str, Any]) -> None:
        """Store what was measured."""
        content = {"identity": self.identity, "cell": asdict(key), "measured": measured}
        write_atomically(self._path(key), json.dumps({**content, "checksum": _checksum(content)}).encode())

    def read(self, key: AnyKey) -> dict[str, Any]:
        """What was measured for a key; an InputError if its file is not what was written for it."""
        return self._read(self._path(key))[1]

    def computed(self, key: AnyKey, compute: Callable[[], Any]) -> Any:
        """What `compute` gives, from the record of `key` if there is one, which is stored otherwise."""
        if key not in self:
            self.write(key, {"found": compute()})
        return self.read(key)["found"]

    def _path(self, key: AnyKey) -> Path:
        return self.folder / "cells" / f"{name_of(key)}.json"

    def _read(self, path: Path) -> tuple[AnyKey, dict[str, Any]]:
        """The key of a file and what was measured for it."""
        try:
            content = read_json(path)
            sound = content.pop("checksum") == _checksum(content) and content["identity"] == dict(self.identity)
            key, measured = self.kind(**content["cell"]), dict(content["measured"])
            sound = sound and _typed(key) and self._path(key) == path
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError(f"record {path} is damaged ({error}); delete it to have it computed again") from error
        if not sound:
            raise InputError(f"record {path} is damaged (checksum differs); delete it to have it computed again")
        return key, measured


def _typed(key: Key) -> bool:
    """Whether every field has the type it should have; all but numbers are texts."""
    kinds = ((getattr(key, of.name), of.type if of.type in {int, float} else str) for of in fields(key))
    return all(type(value) is kind for value, kind in kinds)


def _checksum(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
