"""What pruning a network will take, checked and priced before it starts."""

import math
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import get_args

from ..checks import accuracy, one_of, seed_number, whole
from ..errors import InputError
from ..solvers.nearest_subset import MOST_ENTRIES, Objective
from ..system import memory_limit, size_text
from .targets import Target
from .wide import Wide

MOST_N = 200
"""Of so many neurons a sum uses the first 40; `kernels.limbs` adds up to 400 without overflow."""
_SECONDS = {"within": 1.5e-6, "fewest": 5e-5}
"""Of one weight and side at n = 30 and epsilon = 0.01; finer ones take longer."""
_ERROR_SECONDS = 2.4e-4
"""Of the least error at n = 30, twice as much with two more."""
_OVERHEAD = 5e-5
"""Of a call, one for each block and side."""
_PART_SECONDS = 0.3
_PART_BYTES = 2.0**25
_LONGEST = 365 * 86400.0


@dataclass(frozen=True)
class Plan:
    """A target, the size and seed of the wide network, and what is asked of the masks; checked."""

    target: Target
    n: int
    seed: int
    objective: Objective
    epsilon: float | None

    def __post_init__(self) -> None:
        object.__setattr__(self, "n", whole("n", self.n, 1, MOST_N))
        object.__setattr__(self, "seed", seed_number(self.seed))
        one_of("objective", self.objective, get_args(Objective))
        if self.epsilon is None and self.objective != "error":
            raise InputError(f"epsilon must be given for {self.objective!r}, got none; set epsilon=0.01")
        if self.epsilon is not None:
            object.__setattr__(self, "epsilon", accuracy("epsilon", self.epsilon, "set epsilon=0.01"))
        if self.seconds() > _LONGEST:
            raise InputError(
                f"pruning would take about {self.seconds() / 86400 / 365:.0f} years of one core; lower n, or take a "
                "smaller target, or objective='within' with an epsilon"
            )

    @property
    def wide(self) -> Wide:
        """The random network."""
        return Wide(self.target.widths, self.n, self.seed)

    @staticmethod
    def checked_jobs(jobs: int | None) -> int:
        """The number of worker processes."""
        return 1 if jobs is None else whole("jobs", jobs, 1)

    def seconds(self) -> float:
        """Roughly, on one core."""
        widths = self.target.widths
        sums = self.target.size + widths[0] * widths[1]
        return sums * self._seconds_each() + 2.0 * _OVERHEAD * sum(widths[:-1])

    def _seconds_each(self) -> float:
        if self.objective == "error":
            return _ERROR_SECONDS * 2.0 ** (0.5 * (min(self.n, MOST_ENTRIES) - 30))
        return _SECONDS[self.objective]

    def memory_bytes(self) -> float:
        """W, P, N, two masks and a copy of the columns of W that travel."""
        return self.target.size * (4 * 8.0 + 2.0 * math.ceil(2 * self.n / 8))

    def stored_bytes(self) -> float:
        """W, P, N, v and the masks."""
        return self.target.size * (3 * 8.0 + 2 * self.n * 8.0 + math.ceil(2 * self.n / 8))

    def require_memory(self) -> None:
        """Refuse a target that will not fit."""
        need, room = self.memory_bytes(), memory_limit()
        if need > room:
            raise InputError(
                f"pruning to {self.target.size:,} weights at n = {self.n} needs {size_text(need)}, but there are "
                f"{size_text(room)} to plan with; take a smaller target"
            )

    def require_disk(self, folder: Path) -> None:
        """Refuse a network whose files will not fit beside `folder`."""
        there = next((path for path in folder.absolute().parents if path.is_dir()), Path("/"))
        need, free = self.stored_bytes(), float(shutil.disk_usage(there).free)
        if need > free:
            raise InputError(
                f"{self.target.size:,} weights at n = {self.n} need {size_text(need)} on disk, but {there} has room "
                f"for {size_text(free)}; lower n, or choose another folder with --out"
            )

    def parts(self) -> Iterator[tuple[int, int, int]]:
        """(layer, first, stop): blocks in portions of about a third of a second and at most some 32 MiB."""
        for layer, (inputs, outputs) in enumerate(pairwise(self.target.widths), 1):
            seconds = 2.0 * (outputs * self._seconds_each() + _OVERHEAD)
            most = min(_PART_SECONDS / seconds, _PART_BYTES / (16.0 * self.n * outputs))
            size = max(int(most), 1)
            for first in range(0, inputs, size):
                yield layer, first, min(first + size, inputs)
