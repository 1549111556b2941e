"""What a cell of Experiment 1 is, and the name of its file."""

import re
from dataclasses import dataclass
from typing import ClassVar, Literal, cast

from ...solvers.nearest_subset import Objective
from .coefficients import Sharing

Scale = Literal["unit", "fitted"]
_NAME = re.compile(r"(row|fresh|products)-(unit|fitted)-(error|within|fewest)-n(\d+)-e(.+)-s(\d+)")


@dataclass(frozen=True)
class Cell:
    """One way to approximate all weights. scale: coefficients on [-1, 1], or on [-a, a] with a the largest |w|."""

    experiment: ClassVar[str] = "experiment1"

    coefficients: Sharing
    scale: Scale
    objective: Objective
    n: int
    epsilon: float
    seed: int

    @property
    def name(self) -> str:
        """File name without ending."""
        return f"{self.coefficients}-{self.scale}-{self.objective}-n{self.n:02d}-e{self.epsilon!r}-s{self.seed}"

    @staticmethod
    def named(name: str) -> "Cell | None":
        """The cell of a file name without ending; None if it is no cell's."""
        found = _NAME.fullmatch(name)
        if not found:
            return None
        coefficients, scale, objective, n, epsilon, seed = found.groups()
        return Cell(
            cast("Sharing", coefficients), cast("Scale", scale), cast("Objective", objective),
            int(n), float(epsilon), int(seed),
        )  # fmt: skip
