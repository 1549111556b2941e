"""`ticketsum show`: what a stored file is about and where its numbers come from, for people and as JSON."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import analysis  # loads nothing until a name of it is used
from analysis.verbatim import command_text

from ..errors import InputError
from .options import flag, option
from .output import terminal

_HEADINGS = {
    "file": "file",
    "title": "title",
    "claim": "claim",
    "label": "label",
    "parameters": "parameters",
    "words": "in a few words",
    "group": "group",
    "statement": "statement",
    "source": "source",
    "events": "events",
    "grid": "grid",
    "trials": "trials",
    "samples": "draws of each law",
    "precision": "precision",
    "level": "confidence level",
    "interval": "intervals",
    "seed": "seed",
    "created": "created",
    "command": "command",
    "machine": "machine",
    "versions": "versions",
    "numbers": "numbers",
    "source_hash": "source hash",
    "fingerprint": "source fingerprint",
    "n_max": "largest n drawn",
    "block_trials": "trials per block",
    "format": "format of blocks",
}
"""What is shown first, in this order; whatever else there is follows under the name it has."""
_LEFT_OUT = frozenset(
    {
        *("Conventions", "claim_title", "claims", "color_slot", "cost", "every_matrix", "logarithmic", "neurons"),
        *("python", "relative_tolerance", "resolution", "roles"),
    }
)
"""What people do not ask for, or what other lines say; `--json` has it."""
_FEW = 12
"""Values of a coordinate that are listed one by one if they are no range."""


def show(
    run: Annotated[Path, option("A run folder, or one of its netCDF files.")],
    /,
    *,
    as_json: Annotated[bool, flag("The same and more as JSON.", name="--json")] = False,
) -> None:
    """Show what a run is and where its numbers come from: claim, events, grid, precision, seed, command, versions.

    Takes raw.nc, estimates.nc, constants.nc, laws.nc and timings.nc too: `ticketsum show RUN`, `ticketsum show
    RUN/estimates.nc --json`.
    """
    console, found = terminal(stderr=False), facts(run)
    if as_json:
        for line in json.dumps(found, indent=2, allow_nan=False).replace("\x7f", "\\u007f").splitlines():
            console.say(line)
        return
    console.show(analysis.Facts(list(_rows(found))))


def facts(path: Path) -> dict[str, Any]:
    """Everything but the numbers of a run (its raw.nc) or of one of our netCDF files, JSON-ready.

    The file's attributes by name, those that are JSON decoded (`provenance`, `parameters`, `cost`); `file`; `events`,
    each with its formula if the file has them; `grid`, the values of n, d and epsilon; `sizes`. A file that is damaged,
    or that is not ours, is an InputError.
    """
    from ..storage.dataset import load

    file = path / "raw.nc" if path.is_dir() else path
    dataset = load(file if file.exists() else path, _schema(file))
    found = {str(name): _decoded(value) for name, value in dataset.attrs.items()}
    events = dataset["event"].to_numpy() if "event" in dataset.dims else ()
    formulas = dataset["formula"].to_numpy() if "formula" in dataset else [None] * len(events)
    found["file"] = str(file)
    found["events"] = {str(event): formula for event, formula in zip(events, formulas, strict=True)}
    if "role" in dataset and dataset["role"].dims == ("event",):
        found["roles"] = {str(event): str(role) for event, role in zip(events, dataset["role"].to_numpy(), strict=True)}
    found["grid"] = {name: dataset[name].to_numpy() for name in ("n", "d", "epsilon") if name in dataset.dims}
    if "trials" in dataset and dataset["trials"].dims == ("d",):
        found["trials"] = dataset["trials"].to_numpy()
    found["sizes"] = {str(name): size for name, size in dataset.sizes.items()}
    return _json_ready(found)


def _schema(file: Path) -> Any:
    """The layout that a file says it has; that of a run where it cannot be read, so that `load` says why."""
    from ..experiments.edge_popup.experiment import SCHEMAS as EXPERIMENT2
    from ..experiments.subset_sums.experiment import SCHEMA as EXPERIMENT1
    from ..law_checks import SCHEMA as FITS
    from ..packing import SCHEMAS as PACKINGS
    from ..storage.dataset import SCHEMA
    from ..storage.netcdf import attributes
    from ..storage.untrusted import require_plain_netcdf
    from ..timings import SCHEMA as TIMINGS

    try:
        require_plain_netcdf(file, math.inf)
        said = attributes(file)
    except Exception:  # the same libraries as in `load`, which raise almost anything
        return SCHEMA
    found = said.get("schema")
    if not (found is None or isinstance(found, str) or hasattr(found, "__index__")):
        return SCHEMA
    if found is None and "checksum" not in said:
        raise InputError(f"{file} must be a file that ticketsum wrote, got another; give a run folder or a file in it")
    known = (None, EXPERIMENT1, *EXPERIMENT2, FITS, TIMINGS, *PACKINGS)  # estimates and constants have no schema
    return found if found in known else SCHEMA


def _decoded(value: Any) -> Any:
    """JSON texts to what they say, but only objects: a seed stays the text that it is."""
    if not (isinstance(value, str) and value.startswith("{")):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):  # not ours, so shown as it is
        return value


def _json_ready(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _json_ready(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)) or getattr(value, "ndim", 0):
        return [_json_ready(entry) for entry in value]
    plain = value.item() if hasattr(value, "item") else value
    if plain is None or isinstance(plain, (bool, int, str)) or (isinstance(plain, float) and math.isfinite(plain)):
        return plain
    return str(plain)


def _rows(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Heading and text of every line: the known ones in their order, then all others under their own names."""
    said = _readable(_merged(found))
    said["grid"] = "; ".join(f"{name} = {grid_text(values)}" for name, values in found["grid"].items())
    others = sorted(name for name in said if name not in _HEADINGS and name not in _LEFT_OUT)
    for name in (*_HEADINGS, *others):
        lines = _events(found) if name == "events" else [_text(said.get(name))]
        for i, line in enumerate(lines):
            if line:
                yield ("" if i else _HEADINGS.get(name, name)), line


def _merged(found: Mapping[str, Any]) -> dict[str, Any]:
    """Provenance and attributes as one; what the two say differently is there twice."""
    provenance = found.get("provenance", {})
    provenance = provenance if isinstance(provenance, Mapping) else {"provenance": provenance}
    own = {name: value for name, value in found.items() if name not in {"provenance", "sizes", "schema"}}
    if "trial" in found["sizes"]:
        own.setdefault("trials", found["sizes"]["trial"])
    both = provenance.keys() & own.keys()
    differing = {name for name in both if _text(provenance[name]) != _text(own[name])}
    return {**provenance, **own, **{f"{name} of provenance": provenance[name] for name in differing}}


def _readable(said: dict[str, Any]) -> dict[str, Any]:
    """The same with the values that people read otherwise: precision, versions, command, counts."""
    if "relative_tolerance" in said:
        said["precision"] = _precision(said["relative_tolerance"], said.get("resolution", 0.0))
    if "versions" in said and "python" in said:
        said["versions"] = f"python {_text(said['python'])}, {_text(said['versions'])}"
    if isinstance(said.get("command"), list):
        said["command"] = _command([str(word) for word in said["command"]])
    if isinstance(said.get("trials"), int):
        said["trials"] = f"{said['trials']:,}"
    if isinstance(said.get("trials"), list):  # one number for each d
        said["trials"] = ", ".join(f"{trials:,}" for trials in said["trials"])
    if said.get("block_trials") == 0:
        said["block_trials"] = "chosen by their cost"
    return said


def _events(found: Mapping[str, Any]) -> list[str]:
    """A line per event: its name, its formula and its role, as far as the file has them."""
    from ..claims import Role

    meaning = {str(role): role.meaning for role in Role}
    roles = {event: f" ({meaning.get(role, role)})" for event, role in found.get("roles", {}).items()}
    return [
        event if formula is None else f"{event}: critical epsilon = {formula}{roles.get(event, '')}"
        for event, formula in found["events"].items()
    ]


def grid_text(values: Sequence[Any]) -> str:
    """[1, 2, 3] -> '1:3', [4, 6, 8] -> '4:8:2', [5, 10, 20] -> '5,10,20': what `--n` would take for these values."""
    if len(values) > 2 and all(isinstance(value, int) for value in values):
        steps = {b - a for a, b in pairwise(values)}
        if len(steps) == 1:
            return f"{values[0]}:{values[-1]}" + ("" if steps == {1} else f":{steps.pop()}")
    shown = values if len(values) <= _FEW else [*values[: _FEW - 2], "...", values[-1]]
    return ",".join(value if isinstance(value, str) else f"{value:g}" for value in shown)


def _precision(tolerance: Any, resolution: Any) -> str:
    percent = f"{100.0 * tolerance:g}%" if isinstance(tolerance, float) else tolerance
    within = f"certified within {percent}" if tolerance else "exact"
    return within + (f"; critical epsilons not followed below {resolution}" if resolution else "")


def _command(words: list[str]) -> str:
    """The words as they can be typed; `python -m montecarlo` has its file as first word."""
    ours = bool(words) and Path(words[0]).name in {"__main__.py", "ticketsum"}
    return command_text(["ticketsum", *words[1:]] if ours else words)


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_text(entry)}" for name, entry in value.items())
    if isinstance(value, list):
        return ", ".join(_text(entry) for entry in value)
    return "" if value is None else str(value)
