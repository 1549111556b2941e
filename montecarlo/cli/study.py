"""What a study of the main job is, what it works with, and a cache of its figures."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from functools import cache, cached_property
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import analysis

from ..storage.atomic import replacing
from ..storage.checksum import checksum
from ..storage.provenance import OF_MAKING
from ..storage.untrusted import read_json

if TYPE_CHECKING:
    import xarray as xr

    from ..workers import Dask
    from .scales import Scale

Datasets: TypeAlias = "Mapping[str, xr.Dataset]"
Pictures: TypeAlias = "Mapping[str, list[analysis.Picture]]"
_LIBRARIES = ("matplotlib", "numpy", "scipy", "seaborn", "xarray")


@dataclass(frozen=True)
class Job:
    """The main job: what to do in which folder, and the Datasets of the studies that have run, by name."""

    scale: "Scale"
    out: Path
    seed: int = 0
    jobs: int | None = None
    backend: "Dask | None" = None
    repair: bool = False
    datasets: "dict[str, Datasets]" = field(default_factory=dict)

    @property
    def figures(self) -> Path:
        """The folder of the figures that the page shows."""
        return self.out / "figures"

    @cached_property
    def cache(self) -> "FigureCache":
        """Of the whole folder."""
        return FigureCache(self.out)


@dataclass(frozen=True)
class Part:
    """What a study adds to the page.

    own: figures of each sweep, in the order of `Job.datasets["sweeps"]`; attached: figures of a claim, by its name;
    together: figures that compare claims.
    """

    sections: "Sequence[analysis.Section]" = ()
    own: "Sequence[Sequence[analysis.Picture]]" = ()
    attached: "Pictures" = field(default_factory=dict)
    together: "Sequence[analysis.Picture]" = ()


class Study(Protocol):
    """One entry of the main job: it runs what its folder lacks, draws, and adds its part to the page."""

    @property
    def name(self) -> str:
        """Of the study, by which others find its Datasets."""
        ...

    def folders(self, job: Job) -> "Iterable[str]":
        """The folders below OUT that it writes to."""
        ...

    def run(self, job: Job) -> "Datasets":
        """Compute and store what is missing; every Dataset by a name."""
        ...

    def figures(self, job: Job, found: "Datasets") -> "Pictures":
        """Draw what has changed; the pictures, by a name of a set."""
        ...

    def part(self, job: Job, found: "Datasets", drawn: "Pictures") -> Part:
        """What it adds to the page."""
        ...


class FigureCache:
    """The record `made.json` of a folder: for each name a key, the files that were made, and what to say of them.

    Equal inputs and equal code are not drawn or estimated again.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._file = folder, folder / "made.json"
        self._known = _read(self._file)

    def pictures(
        self,
        name: str,
        inputs: Iterable["xr.Dataset"],
        draw: Callable[[], Sequence["analysis.Picture"]],
        options: object = None,
    ) -> "list[analysis.Picture]":
        """What `draw` makes of `inputs` and `options`: drawn only if these, the code or a file changed."""
        key = key_of(inputs, options)
        known = self._known.get(name)
        if isinstance(known, dict) and known.get("key") == key and isinstance(known.get("pictures"), list):
            found = [_picture(self._folder, said) for said in known["pictures"]]
            if found and all(
                picture is not None and _said(picture, self._folder) == said
                for picture, said in zip(found, known["pictures"], strict=True)
            ):
                return [picture for picture in found if picture is not None]
        made = list(draw())
        self._store(name, {"key": key, "pictures": [_said(picture, self._folder) for picture in made]})
        return made

    def file(
        self, path: Path, inputs: Iterable["xr.Dataset"], make: Callable[[], object], options: object = None
    ) -> None:
        """`make()` writes `path`, unless it was made of the same inputs and options by the same code."""
        key, name = key_of(inputs, options), str(path.relative_to(self._folder))
        if self._known.get(name) != {"key": key, "hash": _hash(path)}:
            make()
            self._store(name, {"key": key, "hash": _hash(path)})

    def _store(self, name: str, value: dict[str, Any]) -> None:
        self._known[name] = value
        with replacing(self._file) as beside:
            beside.write_text(json.dumps(self._known, indent=1, sort_keys=True), encoding="utf-8")


def key_of(inputs: Iterable["xr.Dataset"], options: object = None) -> str:
    """Hash of the values and attributes of Datasets, of the options, and of all sources that make something of them.

    Not of their provenance, which says when a file was put together, and by which command.
    """
    digest = hashlib.sha256(_code().encode())
    for dataset in inputs:
        digest.update(checksum(dataset.assign_attrs(OF_MAKING)).encode())
    digest.update(repr(options).encode())
    return digest.hexdigest()[:32]


@cache
def _code() -> str:
    """Hash of all sources of `analysis`, and the versions of the libraries below it."""
    digest = hashlib.sha256(repr([(name, version(name)) for name in _LIBRARIES]).encode())
    for path in sorted(Path(str(files("analysis"))).rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _read(file: Path) -> dict[str, Any]:
    try:
        return read_json(file)
    except (OSError, ValueError):
        return {}


def _hash(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""


def _said(picture: "analysis.Picture", folder: Path) -> dict[str, str]:
    paths = {kind: str(getattr(picture, kind).relative_to(folder)) for kind in ("png", "svg")}
    hashes = {f"{kind}_hash": _hash(getattr(picture, kind)) for kind in ("png", "svg")}
    return {name: str(value) for name, value in asdict(picture).items()} | paths | hashes


def _picture(folder: Path, said: Any) -> "analysis.Picture | None":
    """The picture that a record names; None if it is no record, or one of files outside of the folder."""
    names = [field.name for field in fields(analysis.Picture)]
    if not (isinstance(said, dict) and all(isinstance(said.get(name), str) for name in names)):
        return None
    values: dict[str, Any] = {name: said[name] for name in names}
    for kind in ("png", "svg"):
        values[kind] = folder / said[kind]
        if not values[kind].resolve().is_relative_to(folder.resolve()):
            return None
    return analysis.Picture(**values)
