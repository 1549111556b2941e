"""What the numbers of a sweep depend on: two runs may share a folder, or be merged, only if this is equal."""

import hashlib
from typing import Any

from ..claims.base import Claim
from ..claims.plugins import source_texts
from ..claims.validation import is_ours
from ..kernels import covering, nearest, networks
from ..sampling import NUMBERS as SAMPLING
from ..storage.blocks import FORMAT
from .plan import Plan

_KERNELS = {"covering": covering.NUMBERS, "nearest": nearest.NUMBERS, "networks": networks.NUMBERS}


def identity(plan: Plan) -> dict[str, Any]:
    """Everything the numbers of a run depend on, JSON-ready; two sweeps may share a folder only if it is equal.

    Not the grid of n and d, nor the trials: a run grows in all three, and what it has stays as it is.
    """
    kind = type(plan.claim)
    source = own_source(plan.claim)
    return {
        "format": FORMAT,
        "claim": plan.claim.name,
        **({} if is_ours(kind) else {"class": f"{kind.__module__}:{kind.__qualname__}"}),
        "parameters": plan.claim.parameters(),
        "seed": plan.seed,
        "relative_tolerance": plan.precision.relative_tolerance,
        "resolution": plan.precision.resolution,
        "numbers": numbers(plan.claim),
        **({"source_hash": source} if source else {}),
    }


def numbers(claim: Claim) -> dict[str, int]:
    """The versions of the families that the numbers of a claim come from: sampling, kernels, the claim itself.

    A claim of a user's own has no version: `own_source` stands for it.
    """
    if is_ours(type(claim)):
        kernels = {name: _KERNELS[name] for name in claim.kernels}
        return {"sampling": SAMPLING, **kernels, "claim": claim.numbers}
    return common_numbers()


def common_numbers() -> dict[str, int]:
    """The versions of all families that claims share."""
    return {"sampling": SAMPLING, **_KERNELS}


def own_source(claim: Claim) -> str:
    """Hash of a user's own code in a claim or its law: its file, and whatever it uses of its folder; "" without any."""
    texts = "".join(source_texts(claim))
    return hashlib.sha256(texts.encode()).hexdigest()[:16] if texts else ""
