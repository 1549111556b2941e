"""What a run folder was asked for, how much of it is there, and putting blocks from several machines together."""

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .claims import claim_from
from .consolidation import consolidate
from .errors import InputError
from .identity import identity
from .inventory import inventory
from .lock import holder, locked
from .plans import Block, Plan
from .radius import Precision
from .store import Run
from .sweeps import require_agreement


@dataclass(frozen=True)
class Status:
    """How far a run is. done: trials that are there, for each d; seconds: what is left, estimated on one core."""

    plan: Plan
    done: dict[int, int]
    seconds: float
    holder: dict[str, Any] | None
    """Who is working on it: pid, host, since, command; None if nobody is."""

    @property
    def finished(self) -> bool:
        """Whether every trial of the plan is there."""
        return all(count >= self.plan.trials_of(d) for d, count in self.done.items())


def requested(folder: Path) -> Plan:
    """The plan that was asked for last in a run folder."""
    identity = Run.open(folder).identity
    precision = Precision(identity["relative_tolerance"], identity["resolution"])
    try:
        wanted = Run.open(folder).request()
        grid = tuple(wanted["n"]), wanted["trials"], identity["seed"], tuple(wanted["d"])
        more = {"counts": tuple(wanted.get("counts", ())), "stopping": str(wanted.get("stopping", ""))}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"what was asked of {folder} cannot be read ({error}); give the sweep command again"
        ) from error
    return Plan(claim_from(identity, folder), *grid, precision, **more)


def status(folder: str | Path) -> Status:
    """How far the run in `folder` is. Reads names of files only, so that it may be asked while the sweep runs."""
    folder = Path(folder)
    plan = requested(folder)
    pieces, missing = inventory(plan, Run.open(folder).blocks())
    done = dict.fromkeys(plan.d, 0)
    for piece in pieces:
        done[piece.block.d] += piece.stop - piece.first
    seconds = sum(plan.seconds_of(block) for block in missing)
    return Status(plan, done, seconds, holder(folder))


def merge(folder: str | Path) -> Plan:
    """Make raw.nc from all blocks in `folder`, wherever it was computed: its d, n, and each d's trials from 0 on.

    Where the blocks hold what was asked for last and no more than blocks are longer, raw.nc is of just that: its n, and
    2,000 trials of 2,048. What was asked for stays written down, unless the blocks hold more of n, d or trials.

    Blocks of another seed, claim, precision or code do not belong, and blocks that hold the same trials must agree:
    both are an InputError that names them. Returns the plan that raw.nc is of.
    """
    folder = Path(folder)
    with locked(folder):
        run = Run.open(folder)
        stored = run.blocks()
        if not stored:
            raise InputError(
                f"{folder} must hold blocks, got none; copy those of a run of the same seed to its blocks/"
            )
        for k, block in enumerate(stored):
            arrays = run.read(block)
            others = [b for b in stored[k + 1 :] if b.d == block.d and b.first < block.stop and block.first < b.stop]
            require_agreement(run, block, arrays, others)
        plan, wanted = _all_of(run), _asked(folder)
        run.require(identity(plan))  # or raw.nc would name code that its numbers are not of
        if wanted is not None and _is_just(wanted, plan, stored):
            plan = wanted
        elif wanted is None or _holds_more(plan, wanted):
            run.remember(plan.request())
        consolidate(plan, run, folder / "raw.nc", computed=False)
    return plan


def _all_of(run: Run) -> Plan:
    """The largest grid that the blocks of a run fill: every d, n up to the least of their largest, trials from 0."""
    stored, identity = run.blocks(), run.identity
    dimensions = tuple(sorted({block.d for block in stored}))
    n_max = min(max(b.n for b in stored if b.d == d) for d in dimensions)
    precision = Precision(identity["relative_tolerance"], identity["resolution"])
    most = max(block.stop for block in stored)
    claim = claim_from(identity, run.folder)
    plan = Plan(claim, tuple(range(1, n_max + 1)), most, identity["seed"], dimensions, precision)
    _, missing = inventory(plan, stored)
    counts = tuple(min((b.first for b in missing if b.d == d), default=most) for d in dimensions)
    if 0 in counts:
        d = dimensions[counts.index(0)]
        raise InputError(f"{run.folder} must hold trials from 0 on for every d, but d = {d} has none; sweep them first")
    return replace(plan, counts=counts, stopping=_stopping(run))


def _asked(folder: Path) -> Plan | None:
    """The plan that was asked for last; None where nothing can be read about it, in a folder of copied blocks, say."""
    with suppress(InputError):
        return requested(folder)
    return None


def _is_just(wanted: Plan, found: Plan, stored: list[Block]) -> bool:
    """Whether the blocks hold what was asked for, and beyond it only what a last block is longer."""
    if wanted.d != found.d or wanted.n_max != found.n_max:
        return False
    pieces, missing = inventory(wanted, stored)
    ends = {
        d: max((p.block.stop for p in pieces if p.block.d == d and p.stop == wanted.trials_of(d)), default=0)
        for d in wanted.d
    }
    return not missing and all(found.trials_of(d) <= ends[d] for d in wanted.d)


def _holds_more(found: Plan, wanted: Plan) -> bool:
    """Whether there is an n, a d, or a trial that was not asked for."""
    if found.n_max > wanted.n_max or not set(found.d) <= set(wanted.d):
        return True
    return any(found.trials_of(d) > wanted.trials_of(d) for d in found.d)


def _stopping(run: Run) -> str:
    """The rule by which the trials of a run ended; none where nothing is written down about them."""
    with suppress(OSError, ValueError):
        return str(run.request().get("stopping", ""))
    return ""
