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
    from .errors import InputError
    from .law_checks import fit_laws
    from .networks.bounds.sandwich import Certificate, bounds
    from .networks.check import Checked, check
    from .networks.files import load_pruned
    from .networks.prune import prune
    from .networks.pruned import Pruned
    from .networks.random_targets import random_target
    from .networks.targets import Target, load_target, save_target
    from .solvers.covering_radius import Brackets, Precision, covering_radius, radius_brackets
    from .solvers.nearest_subset import Subsets, nearest_subset
    from .storage.dataset import load, save
    from .sweeps.run import sweep
    from .sweeps.subset_sums import portray_sums
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
    "storage.dataset": ("load", "save"),
    "errors": ("InputError",),
    "law_checks": ("fit_laws",),
    "networks.bounds.sandwich": ("Certificate", "bounds"),
    "networks.check": ("Checked", "check"),
    "networks.pruned": ("Pruned",),
    "networks.prune": ("prune",),
    "networks.random_targets": ("random_target",),
    "networks.files": ("load_pruned",),
    "networks.targets": ("Target", "load_target", "save_target"),
    "sweeps.subset_sums": ("portray_sums",),
    "solvers.covering_radius": ("Brackets", "Precision", "covering_radius", "radius_brackets"),
    "solvers.nearest_subset": ("Subsets", "nearest_subset"),
    "sweeps.run": ("sweep",),
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
