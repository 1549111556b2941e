"""What the numbers of a sweep depend on: two runs may share a folder, or be merged, only if this is equal."""

import hashlib
import inspect
from typing import Any

from ..claims import blocks
from ..claims.base import Claim
from ..claims.plugins import source_texts
from ..claims.validation import is_ours
from ..sampling import laws as distributions
from ..sampling import matrices, portable, streams
from ..solvers import covering_radius as radius
from ..solvers import nearest_subset as subsets
from ..storage.blocks import FORMAT
from .plan import Plan


def identity(plan: Plan) -> dict[str, Any]:
    """Everything the numbers of a run depend on, JSON-ready; two sweeps may share a folder only if it is equal.

    Not the grid of n and d, nor the trials: a run grows in all three, and what it has stays as it is.
    """
    kind = type(plan.claim)
    return {
        "format": FORMAT,
        "claim": plan.claim.name,
        **({} if is_ours(kind) else {"class": f"{kind.__module__}:{kind.__qualname__}"}),
        "parameters": plan.claim.parameters(),
        "seed": plan.seed,
        "relative_tolerance": plan.precision.relative_tolerance,
        "resolution": plan.precision.resolution,
        "fingerprint": fingerprint(plan.claim),
    }


def fingerprint(claim: Claim) -> str:
    """Hash of the sources that numbers come from: kernels, streams, laws, the claim. Other code, other blocks.

    Of a claim of a user's own it is the whole file, and whatever it uses of its folder.
    """
    digest = _shared_sources()
    if is_ours(type(claim)):
        module = inspect.getmodule(type(claim))
        digest.update(inspect.getsource(module).encode() if module else b"")
    for text in source_texts(claim):
        digest.update(text.encode())
    return digest.hexdigest()[:16]


def common_fingerprint() -> str:
    """Hash of the sources that all claims share."""
    return _shared_sources().hexdigest()[:16]


def _shared_sources() -> "hashlib._Hash":
    from ..kernels._jit import source_fingerprint

    digest = hashlib.sha256(source_fingerprint().encode())
    for module in (streams, distributions, matrices, portable, radius, subsets, blocks):
        digest.update(inspect.getsource(module).encode())
    return digest
