"""What every claim promises, and what is said where one of a user's own does not keep it.

1. It is a frozen dataclass whose fields are JSON: they are part of the address of its random numbers.
2. `draw` takes all randomness from its generator, (n, ..., trials), and a larger n continues a smaller one to the bit.
3. A critical epsilon at n depends on the first n steps of its own trial alone, to the bit.
4. Critical epsilons are finite numbers of at least 0 with lower <= upper; they never rise with n, and rise along the
   events, from the statement to what its proof uses: no lower bound may exceed an upper one of what is not smaller.

`require_promises` tries 1 to 3 on a few trials before anything is stored; `certified` asks for 4 in every block. A
violation within what the additions can be off by is none: `certified` levels it, so that what is stored keeps 4 to the
bit.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import is_dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..checks import instance, whole
from ..errors import InputError
from ..sampling.streams import STRAND, generator
from ..solvers.covering_radius import Brackets, Precision, falling, nested
from .base import Claim, Event, Floats, Role, events_of
from .cost import Cost

_ROUNDING = 1e-12
"""By so much, relatively, values may rise that must not: products and sums of them in another order."""
_MOST_COUNT = 1_000_000
"""The largest whole number that an attribute of a claim may be."""
_STEPS, _TRIALS = 6, 5
"""A trial run of a claim: so many n, and so many trials."""


def certified(claim: Claim, draws: Floats, precision: Precision) -> Brackets:
    """Bounds on the critical epsilons of a block, (event, n, trial); what breaks promise 4 is an InputError.

    Values at or below the resolution become [0, resolution]. Upper bounds are then sharpened by those of smaller n and
    of later events, lower ones by those of earlier events, and give way where they exceed the upper one by a rounding.
    Nothing depends on a larger n.
    """
    found = claim.critical_epsilons(draws, precision)
    lower, upper = (_shaped(claim, side, draws) for side in (found if isinstance(found, Brackets) else (found, found)))
    least, most = np.minimum.accumulate(upper, axis=1), np.maximum.accumulate(lower, axis=0)
    for name, wrong in (
        ("be finite numbers of at least 0", ~(np.isfinite(lower) & np.isfinite(upper) & (lower >= 0.0))),
        ("have lower <= upper", _exceeds(lower, upper, draws)),
        ("not rise with n, since every trial keeps the steps it has", _exceeds(lower, least, draws)),
        ("rise along the events, each implied by the next", _exceeds(most, upper, draws)),
    ):
        if wrong.any():
            event, n, trial = (int(i[0]) for i in np.nonzero(wrong))
            values = f"[{lower[event, n, trial]:.6g}, {upper[event, n, trial]:.6g}]"
            where = f"{list(claim.events)[event]}, n = {n + 1}, trial {trial} of a block"
            raise InputError(f"critical epsilons of {claim.name} must {name}, got {values} at {where}; mend the claim")
    return nested([falling(precision.floor(Brackets(*sides))) for sides in zip(lower, upper, strict=True)])


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
    instance(f"the cost of {claim.name}", claim.cost(most, d, Precision()), Cost, "return montecarlo.Cost(seconds)")
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
    for name in ("name", "statement", "title", "source", "words", "group"):
        if not isinstance(getattr(kind, name, None), str):
            raise InputError(f"{where} must have a {name}, a text; write {name} = '...' in the class")
    whole(f"neurons of {where}", kind.neurons, 0, _MOST_COUNT)
    if kind.color_slot is not None:
        whole(f"color_slot of {where}", kind.color_slot, 0, _MOST_COUNT)
    for name in ("logarithmic", "every_matrix", "bracketed"):
        instance(f"{name} of {where}", getattr(kind, name), bool, "write True or False")
    if not re.fullmatch(r"[\w.-]+", kind.name):
        raise InputError(f"the name of {where} must be letters, digits, '_', '-' and '.', got {kind.name!r}")
    _require_events(kind.events, where)


def _require_events(events: Any, where: str) -> None:
    """Names with a formula each; roles in the only order that nesting allows: each event is implied by the next."""
    if not (isinstance(events, Mapping) and events and all(isinstance(name, str) for name in events)):
        raise InputError(f"the events of {where} must be names with a formula each, as in {{'statement': '...'}}")
    for name, event in events.items():
        texts = (event.formula, event.words) if isinstance(event, Event) else (event,)
        if not all(isinstance(text, str) for text in texts):
            raise InputError(f"event {name!r} of {where} must be a formula or an Event of texts, got {event!r:.60}")
    roles = [event.role for event in events_of(events).values()]
    order = [Role.IMPLIED_BY, Role.STATEMENT, Role.IMPLIES]
    if roles != sorted(roles, key=order.index) or roles.count(Role.STATEMENT) > 1:
        raise InputError(
            f"the roles of the events of {where} must be implied_by, then statement once at most, then implies, since "
            f"each event is implied by the next, got {', '.join(roles)}; reorder the events"
        )


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


def _exceeds(lower: Floats, upper: Floats, draws: Floats) -> NDArray[np.bool_]:
    """Where lower > upper, (event, n, trial), by more than a rounding.

    Sums of numbers of order 1 leave errors as small as 1e-9, so a rounding is no small part of a critical epsilon. N
    numbers x added up in two orders differ by at most N 2^-52 sum |x|, to first order (Higham, Accuracy and Stability
    of Numerical Algorithms, 2nd ed., 4.2); N and x are all numbers of the trial's first n steps, and 1 for a target.
    """
    wrong = lower > upper * (1.0 + _ROUNDING)
    if wrong.any():
        n, trials = draws.shape[0], draws.shape[-1]
        sizes = np.abs(draws).reshape(n, -1, trials)
        numbers = sizes.shape[1] * np.arange(1.0, n + 1.0)[:, None]
        with np.errstate(over="ignore"):
            rounding = numbers * 2.0**-52 * (1.0 + np.cumsum(sizes.sum(axis=1), axis=0))
            wrong &= lower > upper + rounding * (1.0 + upper)
    return wrong
