"""What a raw Dataset holds, asked of every file before anything is made of it: names, dims, types, ranges.

A checksum finds damage; whoever can write a file can seal it again. So nothing of a file is taken for granted that is
not asked here. The layout itself is described in `datasets`.
"""

import json
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import xarray as xr

from .checksum import TRIALS

_MOST_TEXT = 10_000
_MOST_JSON = 1_000_000
"""Letters."""
_DIMS = {
    "critical_epsilon": TRIALS,
    "critical_epsilon_low": TRIALS,
    **dict.fromkeys(("amplitude", "amplitude_of_proof"), ("d",)),
    **dict.fromkeys(("formula", "role", "words"), ("event",)),
    "trials": ("d",),
    **{name: (name,) for name in TRIALS},
}
_OPTIONAL = {"critical_epsilon_low", "trials", "role", "words", "amplitude_of_proof"}
"""Variables that a file may lack: exact values have no lower bound; others are new, or of some claims alone."""
_ROLES = {"statement", "implies", "implied_by"}
_MOST_COUNT = 1_000_000


class LayoutError(ValueError):
    """What a Dataset must hold, and what is there instead."""


def require_raw(dataset: xr.Dataset) -> None:
    """Refuse, with a LayoutError, whatever is no raw Dataset of a sweep."""
    names = set(map(str, dataset.variables))
    if missing := sorted(_DIMS.keys() - _OPTIONAL - names):
        raise LayoutError(f"it lacks {', '.join(missing)}")
    if others := sorted(names - _DIMS.keys()):
        raise LayoutError(f"it has {others[0]!r:.60}, which is not of a sweep")
    for name in sorted(names):
        if dataset[name].dims != _DIMS[name]:
            raise LayoutError(f"its {name} must have the dims {_DIMS[name]}, got {dataset[name].dims!r:.80}")
    _require_coordinates(dataset)
    _require_values(dataset)
    _require_attributes(dataset.attrs)


def _require_coordinates(dataset: xr.Dataset) -> None:
    for name in ("event", "formula", *sorted({"role", "words"} & set(dataset.variables))):
        texts = dataset[name].to_numpy().tolist()
        if not all(isinstance(text, str) and len(text) <= _MOST_TEXT for text in texts):
            raise LayoutError(f"its {name} must be texts of at most {_MOST_TEXT:,} letters")
    if "role" in dataset and (odd := set(dataset["role"].to_numpy().tolist()) - _ROLES):
        raise LayoutError(f"its roles must be {', '.join(sorted(_ROLES))}, got {min(odd)!r:.60}")
    events = dataset["event"].to_numpy().tolist()
    if not events or len(set(events)) < len(events):
        raise LayoutError("its events must be at least one, and no two alike")
    for name, least in (("d", 1), ("n", 1), ("trial", 0)):
        values = dataset[name].to_numpy()
        if values.dtype.kind not in "iu" or not values.size or values[0] < least or (np.diff(values) <= 0).any():
            raise LayoutError(f"its {name} must be rising whole numbers from {least} on")


def _require_values(dataset: xr.Dataset) -> None:
    for name in {"amplitude", "amplitude_of_proof"} & set(dataset.variables):
        amplitude = _numbers(dataset, name, "f")
        if not (np.isfinite(amplitude) & (amplitude > 0.0)).all():
            raise LayoutError(f"its {name} must be finite and positive")
    upper = _numbers(dataset, "critical_epsilon", "f")
    most = upper.shape[-1]
    trials = _numbers(dataset, "trials", "iu") if "trials" in dataset else np.full(upper.shape[1], most)
    if trials.min() < 1 or trials.max() > most:
        raise LayoutError(f"its trials must be from 1 to {most:,}")
    lower = _numbers(dataset, "critical_epsilon_low", "f") if "critical_epsilon_low" in dataset else upper
    for d, count in enumerate(trials):
        low, high = lower[:, d, :, :count], upper[:, d, :, :count]
        if not ((low >= 0.0) & (low <= high) & (high < math.inf)).all():
            raise LayoutError(
                "its critical epsilons must be finite numbers of at least 0, no lower bound above its upper one"
            )
        if not (np.isnan(lower[:, d, :, count:]).all() and np.isnan(upper[:, d, :, count:]).all()):
            raise LayoutError("its critical epsilons must be missing beyond the trials of their d")


def _numbers(dataset: xr.Dataset, name: str, kinds: str) -> Any:
    values = dataset[name].to_numpy()
    if values.dtype.kind not in kinds:
        raise LayoutError(f"its {name} must be numbers, got {values.dtype}")
    return values


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= _MOST_TEXT


def _is_seed(value: Any) -> bool:
    return _is_text(value) and value.isascii() and value.isdigit()


def _is_share(value: Any) -> bool:
    return _is_number(value) and 0.0 <= value < 1.0


def _is_number(value: Any) -> bool:
    """Whether it is a finite number of at least 0."""
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool) and 0.0 <= float(value) < math.inf


def _is_flag(value: Any) -> bool:
    return isinstance(value, (int, np.integer)) and value in (0, 1)


def _is_count(value: Any) -> bool:
    return _is_number(value) and isinstance(value, (int, np.integer)) and int(value) <= _MOST_COUNT


def _is_object(value: Any) -> bool:
    return _decoded(value) is not None


def _is_cost(value: Any) -> bool:
    try:
        return all(float(key) >= 0.0 and _is_number(cost) for key, cost in (_decoded(value) or {"": 0}).items())
    except ValueError:
        return False


def _is_provenance(value: Any) -> bool:
    found = _decoded(value) or {}
    texts = all(_is_text(found.get(name)) for name in ("created", "machine", "python"))
    versions, command = found.get("versions"), found.get("command")
    return (
        texts
        and (_are_versions(found.get("numbers")) or _is_text(found.get("fingerprint")))
        and _is_text(found.get("commit", ""))
        and isinstance(versions, dict)
        and all(map(_is_text, versions.values()))
        and isinstance(command, list)
        and all(map(_is_text, command))
    )


def _are_versions(value: Any) -> bool:
    """Whether these are versions of numbers; files of earlier versions have a fingerprint of the sources instead."""
    return isinstance(value, dict) and all(map(_is_text, value)) and all(map(_is_number, value.values()))


_ATTRIBUTES: dict[str, tuple[Callable[[Any], bool], str]] = {
    **dict.fromkeys(("title", "claim", "claim_title", "label", "statement", "source"), (_is_text, "a text")),
    **dict.fromkeys(("words", "group"), (_is_text, "a text")),
    **dict.fromkeys(("color_slot", "neurons", "paper_factor"), (_is_count, "a whole number of at least 0")),
    **dict.fromkeys(("logarithmic", "every_matrix"), (_is_flag, "0 or 1")),
    "parameters": (_is_object, "a JSON object"),
    "seed": (_is_seed, "a whole number as a text"),
    "relative_tolerance": (_is_share, "a number in [0, 1)"),
    "resolution": (_is_number, "a number of at least 0"),
    "cost": (_is_cost, "a JSON object of seconds by accuracy"),
    "provenance": (_is_provenance, "a JSON object with numbers, created, command, versions and machine"),
}
_NEW = {"words", "group", "color_slot", "neurons", "paper_factor", "every_matrix"}
"""Attributes that older files lack."""


def _require_attributes(attributes: Mapping[Any, Any]) -> None:
    for name, (fits, what) in _ATTRIBUTES.items():
        if name in _NEW and name not in attributes:
            continue
        if not fits(attributes.get(name)):
            raise LayoutError(f"its {name} must be {what}, got {attributes.get(name)!r:.60}")
    for name, value in attributes.items():
        if not (isinstance(value, (int, float, np.number)) or (isinstance(value, str) and len(value) <= _MOST_JSON)):
            raise LayoutError(f"its {name!s:.60} must be a text or a number, got {value!r:.60}")


def _decoded(value: Any) -> dict[str, Any] | None:
    """The JSON object in a text; None if there is none."""
    try:
        found = json.loads(value) if isinstance(value, str) and len(value) <= _MOST_JSON else None
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
