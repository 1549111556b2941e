"""The claims of the paper that can be simulated, by name."""

import difflib
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from ..distributions import law_from
from ..errors import InputError
from .base import Claim
from .corollary2 import Corollary2
from .lemma1 import Lemma1
from .lemma2 import Lemma2
from .lemma3 import Lemma3
from .pruned_network import PrunedNetwork
from .single_link import SingleLink, SingleSample
from .subset_sum import SubsetSum
from .theorem1 import Theorem1
from .theorem3 import Theorem3
from .tiny_neuron import TinyNeuron

_ALL = (
    *(SingleSample, SingleLink, Theorem3, Corollary2, Lemma1, Lemma2, Lemma3),
    *(Theorem1, PrunedNetwork, TinyNeuron, SubsetSum),
)
CLAIMS: dict[str, type[Claim]] = {claim.name: claim for claim in _ALL}


def claim_named(name: str, **parameters: object) -> Claim:
    """The claim called `name`; an unknown name or parameter suggests the nearest one, or lists those there are."""
    if name in CLAIMS:
        known = [field.name for field in fields(CLAIMS[name])]  # pyright: ignore[reportArgumentType]
        for given in parameters:
            if given not in known:
                there = f"choose from {', '.join(known)}" if known else "it has none"
                raise InputError(f"a parameter of {name} must be one it has, got {given!r}; {there}")
        return CLAIMS[name](**parameters)
    near = difflib.get_close_matches(name.lower(), CLAIMS, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]}?" if near else f"choose one of {', '.join(CLAIMS)}"
    raise InputError(f"a claim's name must be one of those `ticketsum claims` lists, got {name!r}; {hint}")


def claim_from(identity: Mapping[str, Any]) -> Claim:
    """The claim of a run, from what its run.json says: a name and parameters."""
    given = {k: law_from(v) if k == "law" else v for k, v in dict(identity["parameters"]).items()}
    return claim_named(identity["claim"], **given)


__all__ = [
    "CLAIMS",
    "Claim",
    "Corollary2",
    "Lemma1",
    "Lemma2",
    "Lemma3",
    "PrunedNetwork",
    "SingleLink",
    "SingleSample",
    "SubsetSum",
    "Theorem1",
    "Theorem3",
    "TinyNeuron",
    "claim_from",
    "claim_named",
]
