"""What one training run of Experiment 2 is."""

from dataclasses import dataclass
from typing import ClassVar

from .structures import Filters, NetworkName, Structure


@dataclass(frozen=True)
class TrainingRun:
    """A network of some structure, pruned or (baseline) trained. sparsity: fraction of weights removed, below 1.

    filters: of frozen convolutions; `random` for networks without them.
    """

    experiment: ClassVar[str] = "experiment2"
    parts: ClassVar[dict[str, str]] = {"sparsity": "s{}", "epochs": "e{}", "filters": "{}-filters"}

    network: NetworkName
    structure: Structure
    sparsity: float
    epochs: int
    seed: int
    filters: Filters = "random"
