"""What a run folder was asked for, how much of it is there, and putting blocks from several machines together."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path
from typing import Any

from ..checks import grid, whole
from ..claims import Claim, claim_from, plugin_of
from ..errors import InputError
from ..solvers.covering_radius import Precision
from ..storage.atomic import require_inside
from ..storage.blocks import WRITTEN, Block, Run
from ..storage.lock import holder, locked
from .consolidation import consolidate
from .identity import identity
from .inventory import inventory
from .plan import Plan
from .run import require_agreement


@dataclass(frozen=True)
class Request:
    """What was asked of a run folder last: the grid of n and d, and the trials of each d."""

    n: tuple[int, ...]
    trials: dict[int, int]
    """Trials of each d, in the order of d."""
    stopping: str = ""
    """The rule by which the trials ended, where it looked at their results."""

    @staticmethod
    def of(run: Run) -> "Request":
        """What request.json of a run holds, checked; an InputError if it cannot be what was written there."""
        try:
            asked = run.request()
            d, n = (grid(name, list(asked[name])) for name in ("d", "n"))
            most = [whole("trials", count, 1) for count in asked.get("counts") or [asked["trials"]] * len(d)]
            return Request(n, dict(zip(d, most, strict=True)), str(asked.get("stopping", "")))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(
                f"what was asked of {run.folder} cannot be read ({error}); give the sweep command again"
            ) from error


@dataclass(frozen=True)
class Status:
    """How far a run is. A claim of a user's own that was not named has no price: seconds is None."""

    label: str
    """The claim and its parameters; of a claim that was not named, what run.json calls it."""
    seed: int
    request: Request
    done: dict[int, int]
    """Trials that are there, for each d."""
    seconds: float | None
    """What is left, estimated on one core."""
    holder: dict[str, Any] | None
    """Who is working on it: pid, host, since, command; None if nobody is."""

    @property
    def finished(self) -> bool:
        """Whether every trial that was asked for is there."""
        return all(self.done[d] >= wanted for d, wanted in self.request.trials.items())


def status(folder: str | Path, claim: str | None = None) -> Status:
    """How far the run in `folder` is. Reads names of block files alone, so that it may be asked while the sweep runs.

    claim: module:Name of a claim of a user's own, which is imported to estimate the time that is left. A module that
    only the run names is not.
    """
    folder = Path(folder)
    run = Run.open(folder)
    request, identity = Request.of(run), run.identity
    done = _covered(run.blocks(), request)
    plugin = plugin_of(identity)
    if plugin is not None and claim is None:
        return Status(plugin, identity["seed"], request, done, None, holder(folder))
    plan = _plan(run, request, claim)
    seconds = sum(plan.seconds_for(d, wanted - done[d]) for d, wanted in request.trials.items())
    return Status(plan.claim.label, identity["seed"], request, done, seconds, holder(folder))


def _covered(stored: Iterable[Block], request: Request) -> dict[int, int]:
    """How many of the trials that were asked for are in blocks, for each d; `stored` is in order of trials."""
    done, reached = dict.fromkeys(request.trials, 0), dict.fromkeys(request.trials, 0)
    for block in stored:
        if block.d in done and block.n >= request.n[-1]:
            first, stop = max(block.first, reached[block.d]), min(block.stop, request.trials[block.d])
            done[block.d] += max(stop - first, 0)
            reached[block.d] = max(reached[block.d], stop)
    return done


def _plan(run: Run, request: Request, claim: str | None) -> Plan:
    """The plan of a request. claim: module:Name, where the run's is a user's own."""
    precision = Precision(run.identity["relative_tolerance"], run.identity["resolution"])
    counts = tuple(request.trials.values())
    grids = request.n, max(counts), run.identity["seed"], tuple(request.trials)
    return Plan(claim_from(run.identity, claim), *grids, precision, counts=counts, stopping=request.stopping)


def merge(folder: str | Path, claim: str | None = None) -> Plan:
    """Make raw.nc from all blocks in `folder`, wherever it was computed: its d, n, and each d's trials from 0 on.

    Where the blocks hold what was asked for last and no more than blocks are longer, raw.nc is of just that: its n, and
    2,000 trials of 2,048. What was asked for stays written down, unless the blocks hold more of n, d or trials.

    Blocks of another seed, claim, precision or code do not belong, and blocks that hold the same trials must agree:
    both are an InputError that names them. claim: module:Name, where the run's is a user's own; its code is
    needed, and runs only if it is named here. Returns the plan that raw.nc is of.
    """
    folder = Path(folder)
    with locked(folder):
        require_inside(folder, *WRITTEN)
        run = Run.open(folder)
        known = claim_from(run.identity, claim)
        stored = run.blocks()
        if not stored:
            raise InputError(
                f"{folder} must hold blocks, got none; copy those of a run of the same seed to its blocks/"
            )
        for k, block in enumerate(stored):
            arrays = run.read(block)
            following = (stored[i] for i in range(k + 1, len(stored)))
            others = list(takewhile(lambda b, one=block: b.d == one.d and b.first < one.stop, following))
            require_agreement(run, known, block, arrays, others)
        plan, wanted = _all_of(run, known), _asked(run, claim)
        run.require(identity(plan))  # or raw.nc would name versions that its numbers are not of
        if wanted is not None and _is_just(wanted, plan, stored):
            plan = wanted
        elif wanted is None or _holds_more(plan, wanted):
            run.remember(plan.request())
        consolidate(plan, run, folder / "raw.nc", computed=False)
    return plan


def _all_of(run: Run, claim: Claim) -> Plan:
    """The largest grid that the blocks of a run fill: every d, n up to the least of their largest, trials from 0."""
    stored, identity = run.blocks(), run.identity
    dimensions = tuple(sorted({block.d for block in stored}))
    n_max = min(max(b.n for b in stored if b.d == d) for d in dimensions)
    precision = Precision(identity["relative_tolerance"], identity["resolution"])
    most = max(block.stop for block in stored)
    plan = Plan(claim, tuple(range(1, n_max + 1)), most, identity["seed"], dimensions, precision)
    _, missing = inventory(plan, stored)
    counts = tuple(min((b.first for b in missing if b.d == d), default=most) for d in dimensions)
    if 0 in counts:
        d = dimensions[counts.index(0)]
        raise InputError(f"{run.folder} must hold trials from 0 on for every d, but d = {d} has none; sweep them first")
    return replace(plan, counts=counts, stopping=_stopping(run))


def _asked(run: Run, claim: str | None) -> Plan | None:
    """The plan that was asked for last; None where nothing can be read about it, in a folder of copied blocks, say."""
    with suppress(InputError):
        return _plan(run, Request.of(run), claim)
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
