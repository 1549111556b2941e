"""Command-line texts to values: grids of n, lists of epsilon, and the parameters of a claim."""

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from difflib import get_close_matches
from typing import Any, TypeVar

from ..checks import grid
from ..claims import Claim, claim_kind, claim_named
from ..claims.validation import require_promises
from ..errors import InputError
from ..sampling.laws import (
    NORMAL,
    NORMAL_NAMES,
    Frozen,
    Law,
    ReluProduct,
    Remainder,
    Uniform,
    UniformProduct,
    number_text,
    parameter_names,
)

Number = TypeVar("Number", int, float)

_LAWS: dict[str, tuple[Callable[..., Law], list[str]]] = {
    "uniform": (Uniform, ["low", "high"]),
    NORMAL: (lambda mean, std: Frozen(NORMAL, (mean, std)), NORMAL_NAMES),
    "product": (UniformProduct, []),
    "relu_product": (ReluProduct, []),
    "remainder": (Remainder, []),
}
"""The laws of the paper and the normal one, and the names of their parameters; others are scipy.NAME."""
_SCIPY = "scipy."
_DEFAULTS: dict[str, dict[str, float]] = {"uniform": {}, NORMAL: {"mean": 0.0, "std": 1.0}}
"""Parameters that may be left out, but for SciPy's loc and scale. The ends of a uniform are 0 and 1 elsewhere."""
_EXAMPLE = {"low": "-1", "high": "1", "mean": "0", "std": "0.5", "loc": "0", "scale": "1"}
LAW_EXAMPLE = "norm:mean=0,std=0.5"


def parse_claim(name: str, parameters: Sequence[str] = ()) -> Claim:
    """The claim called `name` with parameters written as depth=3, weight=0.25 or law=norm:mean=0,std=0.5."""
    given: dict[str, object] = {}
    for text in parameters:
        key, sign, value = text.partition("=")
        if not sign:
            raise InputError(f"a parameter must look like depth=3, got {text!r}; `ticketsum claims` lists them")
        given[key] = value
    kinds = {field.name: field.type for field in fields(claim_kind(name))}  # pyright: ignore[reportArgumentType]
    given = {key: _value(key, str(value), kinds.get(key, str)) for key, value in given.items()}
    try:
        claim = claim_named(name, **given)
    except TypeError as error:  # a parameter without a default
        raise InputError(f"{name} must be given its parameters ({error}); give them with --set NAME=VALUE") from None
    require_promises(claim, claim.smallest_d)
    return claim


def options_text(claim: type[Claim]) -> str:
    """What `--d` and `--set` accept for a claim: '--d 1,2,4, --set depth=2'; empty if nothing."""
    default = claim()
    given = asdict(default)  # pyright: ignore[reportArgumentType]
    sized = ["--d 1,2,4"] if claim.dimensions is None else []
    plain = [f"--set {name}={number_text(value)}" for name, value in given.items() if isinstance(value, (int, float))]
    words = [f"--set {name}={value}" for name, value in given.items() if isinstance(value, str)]
    laws = [f"--set law={LAW_EXAMPLE}"] if "law" in given else []
    return ", ".join(sized + laws + plain + words)


def _value(name: str, text: str, kind: object) -> object:
    kind = {"int": int, "float": float}.get(str(kind), kind)  # a text where annotations are not evaluated
    if kind not in (int, float):
        return parse_law(text) if name == "law" else text
    try:
        return kind(text)  # pyright: ignore[reportCallIssue]
    except ValueError:
        wanted = "a whole number" if kind is int else "a number"
        raise InputError(f"{name} must be {wanted}, got {text!r}") from None


def parse_law(text: str) -> Law:
    """'norm:mean=0,std=0.5' -> the normal law; scipy.NAME is SciPy's own; product, relu_product, remainder, uniform.

    Parameters go by name. A bare number is refused: SciPy's uniform takes loc and scale, not both ends, and the second
    number of a normal law is a variance in textbooks.
    """
    name, _, rest = text.partition(":")
    name, parts = name.strip(), [part.strip() for part in rest.split(",") if part.strip()]
    kind, names = _law_kind(name, text)
    given: dict[str, float] = {}
    for part in parts:
        key, sign, number = (word.strip() for word in part.partition("="))
        if not sign or key not in names or key in given:
            rule = "its parameters by name"
            if sign:
                rule = f"its own parameters ({', '.join(names) or 'none'}) by name, each once"
            raise InputError(f"a law must have {rule}, got {text!r}; write {_forms(name, names, parts)}")
        try:
            given[key] = float(number)
        except ValueError:
            raise InputError(
                f"{key} of a law must be a number, got {text!r}; write {_forms(name, names, ())}"
            ) from None
    full = _DEFAULTS.get(name, {"loc": 0.0, "scale": 1.0}) | given
    if any(key not in full for key in names):
        raise InputError(f"a law must be given all its shapes and ends, got {text!r}; write {_forms(name, names, ())}")
    return kind(*(full[key] for key in names))


def _law_kind(name: str, text: str) -> tuple[Callable[..., Law], list[str]]:
    """What makes the law called `name` of its parameters, and their names."""
    if name in _LAWS:
        return _LAWS[name]
    if name.startswith(_SCIPY):
        scipys = name.removeprefix(_SCIPY)
        return lambda *numbers: Frozen(scipys, numbers), parameter_names(scipys)
    try:
        names = parameter_names(name)
    except InputError:
        near = get_close_matches(name, _LAWS, 1)
        remedy = f"did you mean {near[0]}?" if near else "choose one of these"
        raise InputError(
            f"a law must be {', '.join(_LAWS)} or scipy.NAME, a continuous law of scipy.stats, got {text!r}; {remedy}"
        ) from None
    numbers = [part.strip() for part in text.partition(":")[2].split(",") if part.strip()]
    remedy = _forms(_SCIPY + name, names, numbers)
    raise InputError(f"a law of scipy.stats must be called scipy.NAME, got {text!r}; write {remedy}")


def _forms(name: str, names: list[str], parts: Sequence[str]) -> str:
    """How a law is written with its parameters by name: with the numbers given, where it is clear which is which."""
    if not names:
        return f"{name}, which has no parameters"
    bare = [part for part in parts if "=" not in part]
    if len(bare) == 1 and names[-2:] in (["loc", "scale"], NORMAL_NAMES) and len(names) == 2:
        return " or ".join(f"{name}:{key}={bare[0]}" for key in names)
    shapes = [key for key in names if key not in {"loc", "scale"}]
    told = dict(zip(names, bare, strict=False)) if len(bare) in (len(shapes), len(names)) else {}
    form = f"{name}:{','.join(f'{key}={(_EXAMPLE | told).get(key, key.upper())}' for key in names)}"
    if name == "uniform" and told:
        return f"{form}, or scipy.uniform:loc={bare[0]},scale={bare[1]} if the numbers are SciPy's loc and scale"
    return form


def parse_grid(name: str, text: str) -> tuple[int, ...]:
    """'20' -> (20,), '1:20' -> 1..20, '4:20:2' -> 4, 6, ..., 20, '5,10,20' -> those three; both ends included."""
    values: set[int] = set()
    for part in text.split(","):
        try:
            numbers = [int(number) for number in part.split(":")]
        except ValueError:
            numbers = []
        if not 1 <= len(numbers) <= 3 or (len(numbers) == 3 and numbers[2] < 1):
            raise InputError(f"{name} must look like 20, 1:20, 4:20:2 or 5,10,20, got {text!r}")
        first, last = numbers[0], numbers[min(1, len(numbers) - 1)]
        if last < first:
            raise InputError(f"{name} must rise, got {text!r}; write {last}:{first}")
        grid(name, (last,))  # refuses what is too large to write down
        values.update(range(first, last + 1, numbers[2] if len(numbers) == 3 else 1))
    return tuple(sorted(values))


def parse_epsilon(text: str) -> list[float]:
    """'0.1,0.01' -> [0.1, 0.01]."""
    return parse_numbers("epsilon", text, "0.1,0.01")


def parse_widths(text: str) -> list[int]:
    """'8,8,4' -> [8, 8, 4]."""
    return _listed("widths", text, "8,8,4", int)


def parse_numbers(name: str, text: str, example: str) -> list[float]:
    """'0.5, 0.9' -> [0.5, 0.9]."""
    return _listed(name, text, example, float)


def _listed(name: str, text: str, example: str, kind: type[Number]) -> list[Number]:
    try:
        return [kind(part) for part in text.split(",")]
    except ValueError:
        numbers = "whole numbers" if kind is int else "numbers"
        raise InputError(f"{name} must be {numbers} separated by commas, like {example}, got {text!r}") from None


def parse_names(text: str) -> tuple[Any, ...]:
    """'row, fresh' -> ('row', 'fresh')."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def parse_duration(text: str) -> float:
    """'90', '90s', '10m', '1h30m' -> seconds."""
    found = re.fullmatch(r"(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s?)?", text.strip())
    parts = [float(part or 0.0) for part in found.groups()] if found else []
    seconds = sum(part * unit for part, unit in zip(parts, (3600.0, 60.0, 1.0), strict=False))
    if seconds <= 0.0:
        raise InputError(f"--max-time must look like 90s, 10m or 1h30m, got {text!r}")
    return seconds
