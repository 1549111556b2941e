"""Checks at the public entrances: what a caller gave, in the type that the layers below trust, or one line why not.

A whole number is an int or a NumPy integer: 10.0, True and "10" are refused, as they are slips more often than wishes.
A real number may also be a float, a Fraction or an array of one number without dimensions.
"""

import math
import os
from collections.abc import Callable, Iterable, Mapping
from numbers import Real
from operator import index
from pathlib import Path
from typing import Any, SupportsIndex, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import InputError

Kind = TypeVar("Kind")

_MOST_SHOWN = 80
_LARGEST_VALUE = 100_000
"""Largest n or d in a grid; far beyond reach, and small enough to write down."""
LARGEST_SEED = 2**128 - 1
"""As many bits as NumPy's own seeds have, and few enough to write down."""


def shown(value: object) -> str:
    """`value` on one line, cut short."""
    try:
        text = " ".join(repr(value.item() if isinstance(value, np.generic) else value).split())
    except Exception:  # integers of more than 4,300 digits have no repr; a class of a user's own may raise anything
        text = f"an unprintable {type(value).__name__}"
    return text if len(text) <= _MOST_SHOWN else f"{text[: _MOST_SHOWN - 3]}..."


def whole(name: str, value: object, least: int, most: int | None = None) -> int:
    """`value` as an int if it is a whole number within its limits; NumPy's integers are, bool and float are not."""
    number = _as_int(value)
    if number is None or number < least:
        raise InputError(f"{name} must be a whole number of at least {least}, got {shown(value)}")
    if most is not None and number > most:
        raise InputError(f"{name} must be at most {most}, got {shown(value)}; lower it")
    return number


def _as_int(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, SupportsIndex) or np.ma.is_masked(value):
        return None
    try:
        return index(value)
    except TypeError:  # an array of several numbers, of floats, or NumPy's own bool
        return None


def seed_number(value: object) -> int:
    """A seed: 0 to 2^128 - 1."""
    return whole("seed", value, 0, LARGEST_SEED)


def grid(name: str, values: int | Iterable[int], *, single: bool = False) -> tuple[int, ...]:
    """Sorted distinct grid values, each a whole number of at least 1.

    A number m alone means 1..m, or with `single` m itself.
    """
    if isinstance(values, Iterable) and getattr(values, "ndim", 1):
        numbers = {whole(name, value, 1, _LARGEST_VALUE) for value in values}
    else:
        last = whole(name, values, 1, _LARGEST_VALUE)
        numbers = {last} if single else set(range(1, last + 1))
    if not numbers:
        raise InputError(f"the grid of {name} must not be empty; give {name}=1:20, say")
    return tuple(sorted(numbers))


def number(rule: str, value: Any, holds: Callable[[float], bool], remedy: str) -> float:
    """`value` as a Python number if it is a real one and `holds`; rule: "weight must be in [-1/2, 1/2]", say.

    An int stays an int: it is part of the address of random numbers as it was given.
    """
    plain = value
    if getattr(value, "ndim", None) == 0 and hasattr(value, "item") and not np.ma.is_masked(value):
        plain = value.item()
    if isinstance(plain, Real) and not isinstance(plain, bool):
        plain = plain if isinstance(plain, int | float) else _as_float(plain)
        if holds(_as_float(plain)):
            return plain
    raise InputError(f"{rule}, got {shown(value)}; {remedy}")


def accuracy(name: str, value: Any, remedy: str) -> float:
    """An accuracy: 0 or more and finite."""
    return number(f"{name} must be 0 or more and finite", value, lambda x: 0.0 <= x < math.inf, remedy)


def _as_float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def reals(name: str, values: ArrayLike, most: float | None = None) -> NDArray[np.float64]:
    """`values` as a writeable float64 array, copied only if need be. Refuses what is not real, finite, at most `most`.

    Masked entries and imaginary parts would be lost in the conversion; bools, texts and objects are no numbers.
    """
    try:
        masked, array = has_masked(values), np.asarray(values)
    except Exception as error:  # rows of several lengths; whatever an object's own conversion raises
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise InputError(
            f"{name} must be an array of real numbers, got something else ({reason}); give rows of one length"
        ) from error
    if masked:
        raise InputError(f"{name} must have no masked entries, got a masked array; fill or drop them")
    if array.dtype.kind not in "fiu":
        raise InputError(f"{name} must be real numbers, got {shown(values)} ({array.dtype}); convert them to float64")
    with np.errstate(over="ignore"):  # a longer float may become infinite
        array = array.astype(float, copy=not array.flags.writeable)  # kernels are compiled anew for read-only arrays
    largest = np.abs(array).max(initial=0.0)
    if not np.isfinite(largest) and most is None:
        raise InputError(f"{name} must be finite, got {largest:g}; put numbers there")
    if most is not None and not largest <= most:
        raise InputError(f"{name} must be finite and at most {most:g} in size, got {largest:g}; rescale them")
    return array


def has_masked(values: Any) -> bool:
    """Whether an entry is masked, also of arrays in a list, whose masks NumPy drops."""
    if isinstance(values, list | tuple):
        return any(has_masked(part) for part in values if isinstance(part, list | tuple | np.ma.MaskedArray))
    return np.ma.is_masked(values)


def interval_ends(interval: ArrayLike, most: float) -> tuple[float, float]:
    """(low, high) of an interval, low <= high, both finite and at most `most` in size."""
    ends = reals("the interval's ends", interval, most)
    if ends.shape != (2,):
        raise InputError(f"interval must be two numbers, got {shown(interval)}; give (-0.5, 0.5)")
    low, high = ends.tolist()
    if low > high:
        raise InputError(f"interval must have low <= high, got ({low}, {high}); swap them")
    return low, high


def one_of(name: str, value: object, choices: Iterable[str]) -> str:
    """One of some names."""
    names = list(choices)
    if not isinstance(value, str) or value not in names:
        raise InputError(f"{name} must be one of {', '.join(names)}, got {shown(value)}")
    return value


def some_of(name: str, values: Any, choices: Iterable[str]) -> None:
    """One of some names or more."""
    names = list(choices)
    given = listed(name, values, f"give {tuple(names[:1])}")
    wrong = [value for value in given if not isinstance(value, str) or value not in names]
    if wrong or not given:
        first = (wrong or ["none"])[0]
        told = first if isinstance(first, str) else shown(first)
        raise InputError(f"{name} must be some of {', '.join(names)}, got {told}")


def instance(name: str, value: object, kind: type[Kind], remedy: str) -> Kind:
    """`value`, if it is of a class."""
    if not isinstance(value, kind):
        raise InputError(f"{name} must be a {kind.__name__}, got {shown(value)}; {remedy}")
    return value


def listed(name: str, values: Any, remedy: str) -> list[Any]:
    """The values of a list, a tuple, an array or another iterable; a text or a single number is none."""
    if isinstance(values, str | bytes) or not isinstance(values, Iterable) or getattr(values, "ndim", 1) == 0:
        raise InputError(f"{name} must be a list, got {shown(values)}; {remedy}")
    return list(values)


def optional(name: str, value: Any, kind: type[Kind], remedy: str) -> Kind | None:
    """None, or a value of a class."""
    return None if value is None else instance(name, value, kind, remedy)


def mapping(name: str, values: Any, remedy: str) -> Mapping[Any, Any]:
    """A dictionary."""
    if not isinstance(values, Mapping):
        raise InputError(f"{name} must be a dictionary, got {shown(values)}; {remedy}")
    return values


def file_path(name: str, value: object) -> Path:
    """A path: a text, or an object of pathlib. The empty text, of a variable that is not set, is none."""
    text = os.fspath(value) if isinstance(value, str | os.PathLike) else None
    if text == "":
        raise InputError(f"{name} must not be empty, got ''; give 'FOLDER/FILE'")
    if not isinstance(text, str) or "\0" in text:
        raise InputError(f"{name} must be a path, a text or a pathlib.Path, got {shown(value)}; give 'FOLDER/FILE'")
    return Path(text)
