"""Command-line texts to values: grids of n, lists of epsilon, and the parameters of a claim."""

import re
from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any, TypeVar

from ..claims import Claim, claim_kind, claim_named
from ..claims.contract import require_promises
from ..distributions import Frozen, Law, ReluProduct, Remainder, UniformProduct
from ..errors import InputError
from ..plans import grid

Number = TypeVar("Number", int, float)

_LAWS: dict[str, type[Law]] = {"product": UniformProduct, "relu_product": ReluProduct, "remainder": Remainder}
"""Laws of the paper; other names are those of scipy.stats."""


def parse_claim(name: str, parameters: Sequence[str] = ()) -> Claim:
    """The claim called `name` with parameters written as depth=3, weight=0.25 or law=norm:0,0.5."""
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
    plain = [f"--set {name}={value:g}" for name, value in given.items() if isinstance(value, (int, float))]
    words = [f"--set {name}={value}" for name, value in given.items() if isinstance(value, str)]
    laws = ["--set law=norm:0,0.5"] if "law" in given else []
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
    """'norm:0,0.5' -> scipy.stats.norm(0, 0.5); product, relu_product and remainder are those of the paper."""
    name, _, numbers = text.partition(":")
    try:
        values = tuple(float(number) for number in numbers.split(",") if number.strip())
    except ValueError:
        raise InputError(
            f"a law must look like norm:0,0.5 (a name of scipy.stats and its parameters), got {text!r}"
        ) from None
    if name in _LAWS and not values:
        return _LAWS[name]()
    return Frozen(name, values)


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
