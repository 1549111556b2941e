"""Training runs as one file of JSON lines, small enough to be committed, from which another machine continues.

The first line is what all runs depend on, every other one a run with the checksum of its record.
`ticketsum experiment2 --records FILE` takes over what OUT lacks, and writes the file anew after every run.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ...errors import InputError
from ...storage.atomic import write_atomically
from ...storage.blocks import unwritable
from ...storage.untrusted import MOST_JSON, read_bytes
from .runs import TrainingRun

Runs = Mapping[TrainingRun, Mapping[str, Any]]
"""What was measured of each."""


def write_lines(file: Path, identity: Mapping[str, Any], runs: Runs) -> None:
    """Put all runs into `file`, in the order of their fields, whole or not at all."""
    lines = [json.dumps(dict(identity))]
    for run in sorted(runs, key=lambda one: tuple(asdict(one).values())):
        content = {"cell": asdict(run), "measured": runs[run]}
        lines.append(json.dumps({**content, "checksum": _checksum(identity, content)}))
    try:
        write_atomically(file, ("\n".join(lines) + "\n").encode())
    except OSError as error:
        raise unwritable(file.parent, error) from error


def read_lines(file: Path, identity: Mapping[str, Any], check: Callable[[TrainingRun], object]) -> Runs:
    """The runs of `file`; an InputError if one is damaged, or all depend on something else than `identity`.

    check: raises an InputError for a run that cannot be.
    """
    try:
        first, *others = read_bytes(file, MOST_JSON).decode().splitlines()
        stored = dict(json.loads(first))
        runs = dict(_run(line, stored) for line in others)
        for run in runs:
            check(run)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(f"{file} must hold training runs, got a damaged file ({error}); restore it") from error
    for name in sorted({*stored, *identity}):
        here, there = identity.get(name), stored.get(name)
        if here != there:
            raise InputError(
                f"{file} holds training runs of another {name}, {there!r}, not {here!r}; give another file"
            )
    return runs


def _run(line: str, identity: Mapping[str, Any]) -> tuple[TrainingRun, dict[str, Any]]:
    content = json.loads(line)
    run = TrainingRun(**content["cell"])
    if content.pop("checksum") != _checksum(identity, content):
        raise ValueError(f"checksum of {run} differs")
    return run, dict(content["measured"])


def _checksum(identity: Mapping[str, Any], content: Mapping[str, Any]) -> str:
    """That of the run's record in a folder."""
    whole = json.dumps({"identity": dict(identity), **content}, sort_keys=True)
    return hashlib.sha256(whole.encode()).hexdigest()
