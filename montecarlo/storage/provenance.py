"""Where a file comes from: when, by which command, on which machine, with which versions."""

import platform
import sys
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from ..system import seconds_so_far, source_commit

OF_MAKING = {"Conventions": "", "provenance": ""}
"""Attributes that a Dataset gets with its file, put aside: what is left says what it holds."""

OF_ORIGIN = ("created", "command", "python", "machine", "wall_seconds", "commit", "versions")
"""What `origin` says: who made a file, in its provenance."""


def origin() -> dict[str, Any]:
    """When, by which command, how long, on which machine, with which versions a Dataset is made, JSON-ready."""
    names = ("ticketsum", "numpy", "scipy", "numba", "xarray")
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": sys.argv,
        "python": platform.python_version(),
        "machine": platform.platform(),
        "wall_seconds": round(seconds_so_far(), 1),
        **({"commit": source_commit()} if source_commit() else {}),
        "versions": {name: _version(name) for name in names},
    }


def ticketsum_version() -> str:
    """The version of ticketsum that runs."""
    return _version("ticketsum")


@cache
def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
