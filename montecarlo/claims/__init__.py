"""The claims of the paper that can be simulated, by name."""

import difflib

from ..errors import InputError
from .base import Claim
from .corollary2 import Corollary2
from .lemma1 import Lemma1
from .single_link import SingleLink, SingleSample
from .subset_sum import SubsetSum
from .theorem3 import Theorem3
from .tiny_neuron import TinyNeuron

CLAIMS: dict[str, type[Claim]] = {
    claim.name: claim for claim in (SingleSample, SingleLink, Theorem3, Corollary2, Lemma1, TinyNeuron, SubsetSum)
}


def claim_named(name: str) -> Claim:
    """The claim called `name` with its default parameters; an unknown name suggests the nearest one."""
    if name in CLAIMS:
        return CLAIMS[name]()
    near = difflib.get_close_matches(name.lower(), CLAIMS, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]}?" if near else f"choose one of {', '.join(CLAIMS)}"
    raise InputError(f"a claim's name must be one of those `ticketsum claims` lists, got {name!r}; {hint}")


__all__ = [
    "CLAIMS",
    "Claim",
    "Corollary2",
    "Lemma1",
    "SingleLink",
    "SingleSample",
    "SubsetSum",
    "Theorem3",
    "TinyNeuron",
    "claim_named",
]
