"""Simulate random subset sums and the claims about them.

    ds = montecarlo.sweep(montecarlo.Theorem3(), n=20, trials=10_000, seed=0)

    pruned = montecarlo.prune(montecarlo.random_target("gaussian", (8, 8, 4)), n=30, seed=0, epsilon=0.01)

Names are loaded on first use, so that `import montecarlo` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .claims import (
        CLAIMS,
        Claim,
        Corollary2,
        Lemma1,
        Lemma2,
        Lemma3,
        PrunedNetwork,
        SingleLink,
        SingleSample,
        SubsetSum,
        Theorem1,
        Theorem3,
        TinyNeuron,
        claim_named,
    )
    from .datasets import load, save
    from .errors import InputError
    from .fits import fit_laws
    from .networks.bounds import Certificate, bounds
    from .networks.checking import Checked, check
    from .networks.pruned import Pruned
    from .networks.pruning import prune
    from .networks.random_targets import random_target
    from .networks.storage import load_pruned
    from .networks.targets import Target, load_target, save_target
    from .portraits import portray_sums
    from .radius import Brackets, Precision, covering_radius, radius_brackets
    from .subsets import Subsets, nearest_subset
    from .sweeps import sweep
    from .workers import Dask

_HOMES = {
    "claims": (
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
        "claim_named",
    ),
    "datasets": ("load", "save"),
    "errors": ("InputError",),
    "fits": ("fit_laws",),
    "networks.bounds": ("Certificate", "bounds"),
    "networks.checking": ("Checked", "check"),
    "networks.pruned": ("Pruned",),
    "networks.pruning": ("prune",),
    "networks.random_targets": ("random_target",),
    "networks.storage": ("load_pruned",),
    "networks.targets": ("Target", "load_target", "save_target"),
    "portraits": ("portray_sums",),
    "radius": ("Brackets", "Precision", "covering_radius", "radius_brackets"),
    "subsets": ("Subsets", "nearest_subset"),
    "sweeps": ("sweep",),
    "workers": ("Dask",),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "CLAIMS",
    "Brackets",
    "Certificate",
    "Checked",
    "Claim",
    "Corollary2",
    "Dask",
    "InputError",
    "Lemma1",
    "Lemma2",
    "Lemma3",
    "Precision",
    "Pruned",
    "PrunedNetwork",
    "SingleLink",
    "SingleSample",
    "SubsetSum",
    "Subsets",
    "Target",
    "Theorem1",
    "Theorem3",
    "TinyNeuron",
    "bounds",
    "check",
    "claim_named",
    "covering_radius",
    "fit_laws",
    "load",
    "load_pruned",
    "load_target",
    "nearest_subset",
    "portray_sums",
    "prune",
    "radius_brackets",
    "random_target",
    "save",
    "save_target",
    "sweep",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = value  # found at once from now on
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
