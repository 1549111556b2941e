"""What a sweep will do, checked and priced before it starts: the grid, its blocks, its memory and its time."""

import math
import shutil
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from ..checks import grid, seed_number, whole
from ..claims.base import Claim
from ..claims.cost import Cost
from ..errors import InputError
from ..sampling.streams import STRAND
from ..solvers.covering_radius import BITSET_WORDS, Precision
from ..storage.blocks import Block
from ..system import memory_limit, size_text

_COPIES = 8
"""Arrays as large as the summands of a block that a worker holds at once, at most."""
_BLOCK_SECONDS = 0.5
_LARGEST_BLOCK = 4096
_MOST_TRIALS = 10**10
_LONGEST = 10 * 365 * 86400.0
"""Sweeps estimated to take longer than ten years are refused as slips of the pen."""


@dataclass(frozen=True)
class Plan:
    """One claim over a grid of n and d. Checked on creation; every violation is an InputError."""

    claim: Claim
    n: tuple[int, ...]
    trials: int
    seed: int = 0
    d: tuple[int, ...] = ()
    """The dimensions; the smallest one the claim is about unless given."""
    precision: Precision = field(default_factory=Precision)
    block_trials: int = 0
    """Trials per block; 0 chooses for every d a power of two that takes about half a second."""
    counts: tuple[int, ...] = ()
    """Trials of each d, where they differ: the trials 0..count-1. All have `trials`, the most, unless given."""
    stopping: str = ""
    """The rule by which the trials ended, where it looked at their results; empty where they were fixed beforehand."""

    def __post_init__(self) -> None:
        checked = {
            "n": grid("n", self.n),
            "d": grid("d", self.d or (self.claim.smallest_d,)),
            "trials": whole("trials", self.trials, 1, _MOST_TRIALS),
            "seed": seed_number(self.seed),
            "block_trials": whole("block_trials", self.block_trials, 0),
        }
        if self.counts:
            counts = tuple(whole("trials", count, 1, _MOST_TRIALS) for count in self.counts)
            if len(counts) != len(checked["d"]):
                raise InputError(f"counts must be one for each of d = {list(checked['d'])}, got {list(counts)}")
            checked |= {"trials": max(counts), "counts": counts if len(set(counts)) > 1 else ()}
        for name, value in checked.items():
            object.__setattr__(self, name, value)
        allowed = self.claim.dimensions
        for d in self.d:
            if allowed is not None and d not in allowed:
                raise InputError(f"d of {self.claim.title} must be one of {list(allowed)}, got {d}")
        most = self.claim.largest_n
        if most is not None and self.n_max > most:
            raise InputError(f"n of {self.claim.title} must be at most {most}, got {self.n_max}; lower n")
        self._refuse_the_impossible()

    @property
    def n_max(self) -> int:
        """The largest n; all smaller ones come with it, since a trial is one growing sequence."""
        return self.n[-1]

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """All blocks; the last one of a cell is full as well, so that more trials later find it done."""
        sizes = {d: self.trials_per_block(d) for d in self.d}
        return tuple(
            Block(d, self.n_max, k, k + sizes[d]) for d in self.d for k in range(0, self.trials_of(d), sizes[d])
        )

    @property
    def block_count(self) -> int:
        """How many blocks there are, without a list of them."""
        return sum(self.whole_blocks(d, self.trials_of(d)) // self.trials_per_block(d) for d in self.d)

    def whole_blocks(self, d: int, trials: int) -> int:
        """So many trials of one d or a few more, in whole blocks."""
        size = self.trials_per_block(d)
        return -(-trials // size) * size

    def trials_of(self, d: int) -> int:
        """Trials of one d."""
        return self.counts[self.d.index(d)] if self.counts else self.trials

    def request(self) -> dict[str, Any]:
        """What is asked for beyond the identity of a run, JSON-ready."""
        asked = {"n": self.n, "d": self.d, "trials": self.trials}
        return (
            asked
            | ({"counts": self.counts} if self.counts else {})
            | ({"stopping": self.stopping} if self.stopping else {})
        )

    def trials_per_block(self, d: int) -> int:
        """Trials of a block of one cell; it does not depend on the other cells, nor on how many trials there are."""
        if self.block_trials:
            return self.block_trials
        wanted = _BLOCK_SECONDS / self._cost(d).seconds
        return 2 ** int(math.log2(min(max(wanted, 1.0), _LARGEST_BLOCK)))

    def seconds(self, resolution: float | None = None) -> float:
        """Estimated kernel time in all, on one core of the machine the constants were measured on.

        resolution: another one than the plan's, for what finer brackets would cost; an exact plan has its one price.
        """
        precision = self.precision
        if resolution is not None and not self.precision.exact:
            precision = Precision(self.precision.relative_tolerance, resolution)
        return sum(self.whole_blocks(d, self.trials_of(d)) * self._cost(d, precision).seconds for d in self.d)

    def seconds_for(self, d: int, trials: int) -> float:
        """Estimated kernel time of so many trials of one d."""
        return trials * self._cost(d).seconds

    def worker_bytes(self) -> float:
        """Memory one worker needs at its peak: one subset-sum problem of the largest n, and the summands of a block."""
        return self._problem_bytes() + max(map(self._block_bytes, self.d))

    def _cost(self, d: int, precision: Precision | None = None) -> Cost:
        return self.claim.cost(self.n_max, d, precision or self.precision)

    def _problem_bytes(self) -> float:
        return max(self._cost(d).problem_bytes for d in self.d)

    def _block_bytes(self, d: int) -> float:
        cost = self._cost(d)
        return 8.0 * _COPIES * self.n_max * cost.summands * cost.problems * max(self.trials_per_block(d), STRAND)

    def stored_bytes(self) -> int:
        """Size of the block files."""
        return 8 * self._values_per_trial() * sum(map(self.trials_of, self.d))

    def require_memory(self) -> None:
        """Refuse a plan whose numbers do not fit into memory twice: as a Dataset, and as the file made of it."""
        values = len(self.claim.events) * len(self.n) * len(self.d) * self.trials  # padded to the most trials
        need, room = 16.0 * values * (2 if self.bracketed else 1), memory_limit()
        if need > room:
            raise InputError(
                f"the numbers of {self.trials} trials need {size_text(need)}, but there are {size_text(room)} "
                "to plan with; lower trials or n"
            )

    def require_disk(self, folder: Path) -> None:
        """Refuse a plan whose blocks and raw.nc will not fit beside what `folder`, if there is one, holds already."""
        there = next((path for path in (folder, *folder.absolute().parents) if path.is_dir()), Path("/"))
        free = float(shutil.disk_usage(there).free)
        held = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        need = 2.0 * self.stored_bytes()
        if need > free + held:
            raise InputError(
                f"the numbers of {self.trials} trials need {size_text(need)} on disk, but {folder} has room for "
                f"{size_text(free)}; lower trials or n, or choose another folder with --out"
            )

    @property
    def bracketed(self) -> bool:
        """Whether lower and upper bounds differ, so that both are stored."""
        return self.claim.bracketed or not self.precision.exact or self.precision.resolution > 0.0

    def _values_per_trial(self) -> int:
        return len(self.claim.events) * self.n_max * (2 if self.bracketed else 1)

    def _refuse_the_impossible(self) -> None:
        need, room = self._problem_bytes(), memory_limit()
        worker_room = room if self.precision.exact else min(room, 16.0 * BITSET_WORDS)
        each = {d: self._cost(d).seconds for d in self.d}
        for d in self.d:
            if self._block_bytes(d) > room:
                raise InputError(
                    f"d = {d} needs {size_text(self._block_bytes(d))} a worker for its {self._cost(d).problems:,} "
                    f"subset-sum problems (about {each[d]:.2g} s a trial), but there are {size_text(room)}; lower d"
                )
        if need > worker_room:
            where = f" at d = {self.d[-1]}" if self.d[-1] > 1 else ""
            raise InputError(
                f"n up to {self.n_max}{where} needs {size_text(need)} a worker, "
                f"but there are {size_text(worker_room)}; "
                + (
                    "lower n, or take certified brackets: relative_tolerance=0.01, resolution=0.005"
                    if self.precision.exact
                    else "lower n or raise the resolution"
                )
            )
        once = sum(each[d] * self.trials_of(d) for d in self.d)
        if once > _LONGEST:
            raise InputError(
                f"the sweep would take about {once / 86400 / 365:.0f} years; lower n or trials, or raise the resolution"
            )
