"""What one training run of Experiment 2 is, and the name of its file."""

import re
from dataclasses import dataclass
from typing import ClassVar, cast

from .structures import Filters, NetworkName, Structure

_NAME = re.compile(r"(fc2|fc4|lenet5)-(ours|ours\+relu|wide|baseline)-s(.+)-e(\d+)-seed(\d+)(-trained-filters)?")


@dataclass(frozen=True)
class TrainingRun:
    """A network of some structure, pruned or (baseline) trained. sparsity: fraction of weights removed, below 1.

    filters: of frozen convolutions; `random` for networks without them.
    """

    experiment: ClassVar[str] = "experiment2"

    network: NetworkName
    structure: Structure
    sparsity: float
    epochs: int
    seed: int
    filters: Filters = "random"

    @property
    def name(self) -> str:
        """File name without ending."""
        ending = "-trained-filters" if self.filters == "trained" else ""
        return f"{self.network}-{self.structure}-s{self.sparsity!r}-e{self.epochs}-seed{self.seed}{ending}"

    @staticmethod
    def named(name: str) -> "TrainingRun | None":
        """The run of a file name without ending; None if it is no run's."""
        found = _NAME.fullmatch(name)
        if not found:
            return None
        network, structure, sparsity, epochs, seed, ending = found.groups()
        return TrainingRun(
            cast("NetworkName", network),
            cast("Structure", structure),
            float(sparsity),
            int(epochs),
            int(seed),
            "trained" if ending else "random",
        )
