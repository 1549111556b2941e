"""Files that come with the package: those of `data/` in a checkout, or where pip put them (share/ticketsum)."""

from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

from ..errors import InputError
from ..storage.atomic import write_atomically

_CHECKOUT = Path(__file__).resolve().parents[2]
_INSTALLED = "share/ticketsum/"


def shipped(name: str) -> Path:
    """The file `name`, relative to `data/`: "mnist/train-labels-idx1-ubyte.gz". One that is absent is an InputError.

    pip may put data files below a prefix, a user's folder or a target folder; its own record says where they are.
    """
    if (_CHECKOUT / "pyproject.toml").exists():
        found = _CHECKOUT / "data" / name
    else:
        found = next((Path(str(f.locate())) for f in _recorded() if f.as_posix().endswith(_INSTALLED + name)), None)
    if found is None or not found.is_file():
        where = found or f"{_INSTALLED}{name}"
        raise InputError(f"{where} must come with ticketsum, and is not there; install ticketsum again")
    return found


def copied(name: str, folder: Path) -> Path:
    """A copy of the file `name` as `folder`/shipped.nc, so that what is said of it can be read from there."""
    source, copy = shipped(name), folder / "shipped.nc"
    if not copy.exists() or copy.read_bytes() != source.read_bytes():
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(copy, source.read_bytes())
    return copy


def _recorded() -> list:
    try:
        return files("ticketsum") or []
    except PackageNotFoundError:
        return []
