"""What every claim promises, and what is said where one of a user's own does not keep it.

1. It is a frozen dataclass whose fields are JSON: they are part of the address of its random numbers.
2. `draw` takes all randomness from its generator, (n, ..., trials), and a larger n continues a smaller one to the bit.
3. A critical epsilon at n depends on the first n steps of its own trial alone, to the bit.
4. Critical epsilons are finite numbers of at least 0 with lower <= upper; upper ones never rise with n, and rise along
   the events, from the statement to what its proof uses.

`require_promises` tries 1 to 3 on a few trials before anything is stored; `certified` asks for 4 in every block.
"""

import json
import re
from dataclasses import is_dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..radius import Brackets, Precision, falling, nested
from ..streams import STRAND, generator
from .base import Claim, Floats

_ROUNDING = 1e-12
"""By so much, relatively, values may rise that must not: sums that are added up in another order."""
_STEPS, _TRIALS = 6, 5
"""A trial run of a claim: so many n, and so many trials."""


def certified(claim: Claim, draws: Floats, precision: Precision) -> Brackets:
    """Bounds on the critical epsilons of a block, (event, n, trial); what breaks promise 4 is an InputError.

    Values at or below the resolution become [0, resolution]; what rises by a rounding alone is levelled.
    """
    found = claim.critical_epsilons(draws, precision)
    lower, upper = (_shaped(claim, side, draws) for side in (found if isinstance(found, Brackets) else (found, found)))
    for name, wrong in (
        ("be finite numbers of at least 0", ~(np.isfinite(lower) & np.isfinite(upper) & (lower >= 0.0))),
        ("have lower <= upper", lower > upper),
        ("not rise with n, since every trial keeps the steps it has", _rises(upper, 1)),
        ("rise along the events, each implied by the next", _rises(-upper, 0)),
    ):
        if wrong.any():
            event, n, trial = (int(i[0]) for i in np.nonzero(wrong))
            values = f"[{lower[event, n, trial]:.6g}, {upper[event, n, trial]:.6g}]"
            where = f"{list(claim.events)[event]}, n = {n + 1}, trial {trial} of a block"
            raise InputError(f"critical epsilons of {claim.name} must {name}, got {values} at {where}; mend the claim")
    if is_ours(type(claim)):
        return Brackets(lower, upper)
    level = [falling(precision.floor(Brackets(*sides))) for sides in zip(lower, upper, strict=True)]
    return nested(level)


def require_promises(claim: Claim, d: int) -> None:
    """Refuse a claim of a user's own that breaks promises 1 to 3, as far as a few trials show it."""
    if is_ours(type(claim)):
        return
    require_claim(type(claim))
    try:
        _try_out(claim, d)
    except (InputError, MemoryError):
        raise
    except Exception as error:  # what a user wrote may raise anything
        line = str(error).split("\n", maxsplit=1)[0]
        raise InputError(
            f"{claim.name} failed on a few trials ({type(error).__name__}: {line}); mend the claim"
        ) from error


def _try_out(claim: Claim, d: int) -> None:
    _require_parameters(claim)
    most = min(_STEPS, claim.largest_n or _STEPS)
    address = {"claim": claim.name, "parameters": claim.parameters(), "d": d}
    draws = _drawn(claim, address, most, d)
    values = certified(claim, draws, Precision()).upper
    for n in range(1, most):
        _require_equal(claim, "draw", f"n = {n} and n = {most}", _drawn(claim, address, n, d), draws[:n])
        fewer = certified(claim, draws[:n], Precision()).upper
        _require_equal(claim, "critical_epsilons", f"n = {n} and n = {most}", fewer, values[:, :n])
    alone = certified(claim, draws[..., 1:2].copy(), Precision()).upper
    _require_equal(claim, "critical_epsilons", f"one trial and {_TRIALS}", alone, values[..., 1:2])


def require_claim(kind: type[Claim]) -> None:
    """Refuse a class that does not say what a claim has to say."""
    where = f"claim {kind.__module__}:{kind.__qualname__}"
    if not (is_dataclass(kind) and "__dataclass_fields__" in vars(kind) and kind.__dataclass_params__.frozen):  # pyright: ignore
        raise InputError(f"{where} must be a frozen dataclass; write @dataclass(frozen=True) above it")
    if lacking := sorted(kind.__abstractmethods__):
        raise InputError(f"{where} must have the methods draw and critical_epsilons, lacks {' and '.join(lacking)}")
    for name in ("name", "statement", "title", "source"):
        if not isinstance(getattr(kind, name, None), str):
            raise InputError(f"{where} must have a {name}, a text; write {name} = '...' in the class")
    if not re.fullmatch(r"[\w.-]+", kind.name):
        raise InputError(f"the name of {where} must be letters, digits, '_', '-' and '.', got {kind.name!r}")
    events: Any = kind.events
    if not (isinstance(events, dict) and events and all(isinstance(t, str) for item in events.items() for t in item)):
        raise InputError(f"the events of {where} must be names with a formula each, as in {{'statement': '...'}}")


def is_ours(kind: type[Claim]) -> bool:
    """Whether a claim is one of this package's, which its tests hold to what is asked here."""
    return kind.__module__.startswith(f"{__package__}.")


def _require_parameters(claim: Claim) -> None:
    try:
        json.dumps(claim.parameters(), allow_nan=False)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"parameters of {claim.name} must be numbers, texts or laws ({error}); give it a method parameters()"
        ) from None


def _drawn(claim: Claim, address: dict[str, Any], n: int, d: int) -> Floats:
    """A few trials up to n, from a generator of their own."""
    draws = claim.draw(generator(0, {**address, "strand": 0}), n, d, STRAND)
    shape = np.shape(draws)
    if len(shape) < 2 or shape[0] != n or shape[-1] != STRAND:
        raise InputError(
            f"draw of {claim.name} must have shape (n, ..., trials) = ({n}, ..., {STRAND}), got {shape}; "
            "n comes first and trials last"
        )
    return draws[..., :_TRIALS]


def _require_equal(claim: Claim, method: str, what: str, one: Floats, other: Floats) -> None:
    if not np.array_equal(one, other):
        rules = {
            "draw": "take all randomness from its generator, n slowest, so that a larger n continues a smaller one",
            "critical_epsilons": "at n depend on the first n steps of a trial alone, to the bit",
        }
        raise InputError(f"{method} of {claim.name} must {rules[method]}, but {what} differ; mend the claim")


def _shaped(claim: Claim, values: Any, draws: Floats) -> Floats:
    """(event, n, trial), the event's axis put in where there is one event."""
    wanted = (len(claim.events), draws.shape[0], draws.shape[-1])
    found = np.asarray(values)
    found = found[None] if found.ndim == 2 and wanted[0] == 1 else found
    if found.shape != wanted or found.dtype.kind not in "fiu":
        raise InputError(
            f"critical_epsilons of {claim.name} must be numbers of shape (event, n, trial) = {wanted}, got "
            f"{found.dtype} of shape {np.shape(values)}; mend the claim"
        )
    return found.astype(float, copy=False)


def _rises(values: Floats, axis: int) -> NDArray[np.bool_]:
    """Where a value is larger than the one before it along an axis, by more than a rounding."""
    before = np.roll(values, 1, axis)
    wrong = values > before + _ROUNDING * np.abs(before)
    wrong[(slice(None),) * axis + (0,)] = False
    return wrong
