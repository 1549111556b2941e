"""Sweeps that look at their results and end when enough is known, or when the time is up.

A look is at the trials 0..count-1 of every d, in the order of their addresses: never at whatever blocks happened to be
finished, since how long a block takes may have to do with what comes out of it. The counts depend on the numbers alone,
so that a sweep which was interrupted comes to the same looks and the same end; only a deadline depends on the machine.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..storage.blocks import Block
from ..workers import Dask
from .inventory import Arrays
from .plan import Plan
from .run import Progress, run

if TYPE_CHECKING:
    import xarray as xr

Decision = Callable[["xr.Dataset"], Mapping[int, int]]
"""From the counts of a look (`Tally.dataset`) to the trials each d is to have in all; no more than it has: done."""


class _Counts(NamedTuple):
    """Of one piece of trials: from where to where, and how many surely and possibly succeed, (event, n, epsilon)."""

    first: int
    stop: int
    surely: NDArray[np.int64]
    possibly: NDArray[np.int64]


class Tally:
    """Successes among the first trials of every d, added up piece by piece in the order of the trials."""

    def __init__(self, plan: Plan, epsilon: Sequence[float]) -> None:
        """`plan` says which n are looked at; epsilon: accuracies, each at least the resolution."""
        self.plan, self.epsilon = plan, tuple(epsilon)
        shape = len(plan.claim.events), len(plan.n), len(self.epsilon)
        self.counted = dict.fromkeys(plan.d, 0)
        self._sums = {d: (np.zeros(shape, int), np.zeros(shape, int)) for d in plan.d}
        self._waiting: dict[int, list[_Counts]] = {d: [] for d in plan.d}

    def add(self, block: Block, arrays: Arrays, most: int) -> None:
        """Count a block's trials up to `most`; what is counted already is left out, what comes too early waits."""
        first, stop = max(block.first, self.counted[block.d]), min(block.stop, most)
        if first >= stop:
            return
        trials = slice(first - block.first, stop - block.first)
        upper = arrays["critical_epsilon"]
        both = (self._successes(array[..., trials]) for array in (upper, arrays.get("critical_epsilon_low", upper)))
        waiting = self._waiting[block.d]
        waiting.append(_Counts(first, stop, *both))
        while ready := [counts for counts in waiting if counts.first == self.counted[block.d]]:
            waiting.remove(ready[0])
            for total, counted in zip(self._sums[block.d], (ready[0].surely, ready[0].possibly), strict=True):
                np.add(total, counted, out=total)
            self.counted[block.d] = ready[0].stop

    def dataset(self) -> "xr.Dataset":
        """`surely`, `possibly` (event, d, n, epsilon) and `trials` (d): all that a look sees."""
        import xarray as xr

        dims = "event", "d", "n", "epsilon"
        sums = {
            name: (dims, np.stack([self._sums[d][k] for d in self.plan.d], axis=1))
            for k, name in enumerate(("surely", "possibly"))
        }
        names = np.array(list(self.plan.claim.events), dtype=object)
        coordinates = {"event": names, "d": list(self.plan.d), "n": list(self.plan.n), "epsilon": list(self.epsilon)}
        return xr.Dataset({**sums, "trials": ("d", list(self.counted.values()))}, coordinates)

    def _successes(self, values: NDArray[np.float64]) -> NDArray[np.int64]:
        rows = values[:, np.array(self.plan.n) - 1]
        return np.stack([np.count_nonzero(rows <= e, axis=-1) for e in self.epsilon], axis=-1)


def sweep_until(  # noqa: PLR0913
    plan: Plan,
    out: str | Path,
    *,
    epsilon: Sequence[float],
    decide: Decision,
    most: int,
    deadline: float | None = None,
    jobs: int | None = None,
    backend: Dask | None = None,
    progress: Progress | None = None,
    repair: bool = False,
) -> Plan:
    """Sweep into `out`, look, let `decide` say which d need more trials, and so on until none does.

    plan: the grid, and the trials of the first look. most: the most trials a d may have. deadline: a time of
    `time.monotonic()` after which one more new block is waited for at most, but for those that give each d some trials;
    all that was stored before counts even so. Returns the plan with the trials each d has in the end: what lies beyond
    them on disk has not been looked at. Others as in `run`.
    """
    tally = Tally(plan, epsilon)
    counts = {d: min(most, plan.whole_blocks(d, plan.trials)) for d in plan.d}

    def late() -> bool:
        return deadline is not None and time.monotonic() > deadline and all(tally.counted.values())

    while True:
        current = replace(plan, counts=tuple(counts.values()))
        told = _shifted(progress, sum(tally.counted.values()))
        looked = run(
            current, out, jobs=jobs, backend=backend, progress=told, repair=repair, since=tally.counted, enough=late
        )
        with closing(looked) as pieces:
            for block, arrays in pieces:
                tally.add(block, arrays, current.trials_of(block.d))
        if tally.counted != counts:  # the time is up
            decide(tally.dataset())  # sees the last state too
            return replace(plan, counts=tuple(tally.counted.values()))
        wanted = {d: min(most, plan.whole_blocks(d, trials)) for d, trials in decide(tally.dataset()).items()}
        if all(trials <= counts[d] for d, trials in wanted.items()):
            return current
        counts |= {d: max(trials, counts[d]) for d, trials in wanted.items()}


def _shifted(progress: Progress | None, before: int) -> Progress | None:
    """`progress` of one look as that of all looks together."""
    return progress and (lambda done, total: progress(before + done, before + total))
