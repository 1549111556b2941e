"""The claims of the paper that can be simulated, by name."""

import difflib
import math
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, cast, get_type_hints

from ..checks import shown
from ..errors import InputError
from ..sampling.laws import law_from
from .base import Claim, Event, Role
from .corollary2 import Corollary2
from .cost import Cost, covering_cost
from .lemma1 import Lemma1
from .lemma2 import Lemma2
from .lemma3 import Lemma3
from .pruned_network import PrunedNetwork
from .single_link import SingleLink, SingleSample
from .subset_sum import SubsetSum
from .theorem1 import Theorem1
from .theorem3 import Theorem3
from .tiny_neuron import TinyNeuron
from .validation import require_claim

_ALL = (
    *(SingleSample, SingleLink, Theorem3, Corollary2, Lemma1, Lemma2, Lemma3),
    *(Theorem1, PrunedNetwork, TinyNeuron, SubsetSum),
)
CLAIMS: dict[str, type[Claim]] = {claim.name: claim for claim in _ALL}


def as_claim(claim: Any) -> Claim:
    """A claim as it is, of its class with the defaults, or of its name: "theorem3", or module:Name."""
    if isinstance(claim, Claim):
        return claim
    if isinstance(claim, type) and issubclass(claim, Claim):
        return _made(claim, claim.__name__, {})
    if isinstance(claim, str):
        return claim_named(claim)
    raise InputError(f"claim must be a Claim, its class or its name, got {shown(claim)}; give 'theorem3', say")


def claim_kind(name: str) -> type[Claim]:
    """The class of the claim called `name`, or module:Name for one of a user's own, which is imported.

    An unknown name suggests the nearest one, or lists those there are.
    """
    if not isinstance(name, str):
        raise InputError(f"a claim's name must be a text, got {shown(name)}; give 'theorem3', say")
    if name in CLAIMS:
        return CLAIMS[name]
    if ":" in name:
        from .plugins import own_claim

        return own_claim(name)
    near = difflib.get_close_matches(name.lower(), CLAIMS, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]}?" if near else f"choose one of {', '.join(CLAIMS)}"
    raise InputError(
        f"a claim's name must be one of those `ticketsum claims` lists, or module:Name, got {name!r}; {hint}"
    )


def claim_named(name: str, /, **parameters: object) -> Claim:
    """The claim called `name` in `CLAIMS`, or module:Name for one of a user's own, which is imported.

    parameters: those of its class, with their defaults unless given; an unknown one lists those there are.

    >>> import montecarlo
    >>> montecarlo.claim_named("theorem1", depth=3)
    Theorem1(depth=3)
    """
    return _made(claim_kind(name), name, parameters)


def _made(kind: type[Claim], name: str, parameters: Mapping[str, object]) -> Claim:
    require_claim(kind)
    known = [field.name for field in fields(kind)]  # pyright: ignore[reportArgumentType]
    for given in parameters:
        if given not in known:
            there = f"choose from {', '.join(known)}" if known else "it has none"
            raise InputError(f"a parameter of {name} must be one it has, got {given!r}; {there}")
    try:
        hints = get_type_hints(kind)
    except Exception:  # of a user's own class, whose annotations may name anything
        hints = {}
    for given, value in parameters.items():
        _require_type(f"{given} of {name}", hints.get(given), value)
    try:
        return kind(**parameters)
    except InputError:
        raise
    except Exception as error:  # a parameter that has no default; what the class of a user's own raises
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise InputError(
            f"{name} must have parameters that make it a claim, got {shown(parameters)} ({reason})"
        ) from error


def _require_type(what: str, hint: object, value: object) -> None:
    """Refuse a value of another type than the field's annotation, where that is a plain one; int passes as float."""
    allowed = {int: "a whole number", float: "a finite number", str: "a text", bool: "true or false"}
    if hint not in allowed:
        return
    fits = type(value) is hint or (hint is float and type(value) is int)
    if not fits or (hint is float and not math.isfinite(cast("float", value))):
        raise InputError(f"{what} must be {allowed[cast('type', hint)]}, got {value!r}")


def claim_from(identity: Mapping[str, Any], named: str | None = None) -> Claim:
    """The claim of a run, from the name and the parameters in its run.json.

    A run may come from anybody, so no module is imported because run.json names it. A claim of a user's own is an
    InputError unless the caller has named it as well, module:Name, in `named`; a caller that names another is one, too.
    """
    name = plugin_of(identity) or str(identity["claim"])
    if named is not None and named != name:
        raise InputError(f"the run holds the claim {name}, got {named}; name that one, or leave --claim out")
    if named is None and name not in CLAIMS:
        raise InputError(
            f"the run's claim {name} is not one of ticketsum's, and its code runs only when you name it; if you trust "
            "it, add --claim module:Name"
        )
    given = {name: _parameter(value) for name, value in dict(identity["parameters"]).items()}
    return _made(claim_kind(name), name, given)


def plugin_of(identity: Mapping[str, Any]) -> str | None:
    """module:Name of a run's claim where it is a user's own; None where it is one of this package's."""
    found = identity.get("class")
    return None if found is None else str(found)


def _parameter(value: Any) -> Any:
    if isinstance(value, dict) and "class" in value:
        return law_from(value)
    return tuple(value) if isinstance(value, list) else value


__all__ = [
    "CLAIMS",
    "Claim",
    "Corollary2",
    "Cost",
    "Event",
    "Lemma1",
    "Lemma2",
    "Lemma3",
    "PrunedNetwork",
    "Role",
    "SingleLink",
    "SingleSample",
    "SubsetSum",
    "Theorem1",
    "Theorem3",
    "TinyNeuron",
    "as_claim",
    "claim_from",
    "claim_kind",
    "claim_named",
    "covering_cost",
    "plugin_of",
]
