"""Versions of numbers: a folder is continued only by code that computes the same ones.

A family of code (a kind of kernels, the sampling, a claim, an experiment) has a `NUMBERS` version, raised by hand
whenever its numbers change, which golden values hold it to. An identity has those that its numbers depend on under
"numbers"; a folder also names the ticketsum that began it, which is no part of its identity.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..system import source_commit
from .provenance import ticketsum_version

BEGUN_BY = "ticketsum"
"""Where a folder names the ticketsum that began it."""


def begun_by() -> dict[str, str]:
    """The ticketsum that begins a folder, JSON-ready: its version and, in a checkout, its commit."""
    commit = source_commit()
    return {BEGUN_BY: ticketsum_version() + (f" at commit {commit}" if commit else "")}


def versions_text(numbers: Mapping[str, Any]) -> str:
    """'sampling 1, covering 2'."""
    return ", ".join(f"{family} {version}" for family, version in numbers.items())


def require_same_numbers(folder: Path, stored: Mapping[str, Any], numbers: Mapping[str, int]) -> None:
    """Refuse to continue a folder whose numbers are of other versions than `numbers`, naming the family that differs.

    stored: what the folder says of itself, with the ticketsum that began it.
    """
    versions = stored.get("numbers")
    if versions is None:
        raise InputError(
            f"{folder} was begun before numbers had versions (source fingerprint {stored.get('fingerprint')}); "
            "continue it with the commit of ticketsum 0.1.0 that began it, or choose another folder with --out"
        )
    for family, version in numbers.items():
        held = versions.get(family) if isinstance(versions, Mapping) else versions
        if held != version:
            raise InputError(
                f"{folder} holds numbers of {family} version {held}, this ticketsum computes version {version}; "
                f"continue it with ticketsum {stored.get(BEGUN_BY, 'as it was then')}, "
                "or choose another folder with --out"
            )
