"""Sweeps: a claim over a grid, block by block, in parallel, only what is missing."""

import pickle
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..checks import file_path, grid, instance, whole
from ..claims import as_claim
from ..claims.base import Claim, Floats
from ..claims.plugins import packed, sources
from ..claims.validation import certified, require_promises
from ..errors import InputError
from ..sampling import streams
from ..solvers.covering_radius import Precision
from ..storage.blocks import Block, DamagedBlockError, Run
from ..storage.lock import locked
from ..storage.numbers import versions_text
from ..workers import Dask, cluster_unordered, unordered
from .identity import common_numbers, identity, numbers
from .inventory import Arrays, Piece, cut, inventory, overlapping
from .plan import Plan

if TYPE_CHECKING:
    import xarray as xr
    from distributed import Client

_ROUNDING = 1e-9
"""By so much, relative to 1 + epsilon, a critical epsilon of a claim that is not portable may differ elsewhere.

A covering radius changes by at most the sum of what its summands change by, |x| 2^-50 each at most for functions that
are off by 4 units in the last place: 1e-9 is for sum |x| = 10^6.
"""

Progress = Callable[[int, int], object]
"""Called with (trials done so far, trials in all) after every block."""


def sweep(  # noqa: PLR0913
    claim: Claim | type[Claim] | str,
    *,
    n: int | Iterable[int],
    trials: int,
    seed: int = 0,
    d: int | Iterable[int] | None = None,
    relative_tolerance: float = 0.0,
    resolution: float = 0.0,
    out: str | Path | None = None,
    jobs: int | None = None,
    backend: Dask | None = None,
    progress: Progress | None = None,
    repair: bool = False,
) -> "xr.Dataset":
    """Critical epsilon of every event of `claim`, for every n and d and `trials` independent trials.

    claim: a claim, its class (with the defaults of its parameters), or its name: "theorem3", or module:Name for one
    of a user's own. n: an int m for 1..m, or the values wanted. d: the dimensions; the smallest the claim is about
    unless given. relative_tolerance, resolution: see `Precision`; (0, 0) is exact. out: a folder for the blocks; a
    sweep that finds some of its blocks there computes the others. jobs: worker processes, one unless given. backend: a
    dask cluster, as in Dask("tcp://HOST:PORT"), whose workers hold `jobs` blocks at a time, one a thread unless given.
    repair: recompute blocks whose file is damaged, instead of raising an InputError.

    Returns a Dataset with `critical_epsilon`, a certified upper bound, dims (event, d, n, trial); where it is not
    exact also `critical_epsilon_low`, a certified lower bound. The numbers depend on claim, d, seed and precision only.

    >>> import montecarlo
    >>> ds = montecarlo.sweep(montecarlo.Theorem3(), n=10, trials=2000)
    >>> dict(ds.sizes)
    {'d': 1, 'event': 1, 'n': 10, 'trial': 2000}
    >>> ds["critical_epsilon"].sel(n=[5, 10]).median("trial").squeeze().values.round(3).tolist()
    [0.135, 0.01]
    """
    from .assemble import assemble

    claim = as_claim(claim)
    dimensions = grid("d", claim.smallest_d if d is None else d, single=True)
    precision = Precision(relative_tolerance, resolution)
    plan = Plan(claim, grid("n", n), trials, seed, dimensions, precision)
    plan.require_memory()
    out = None if out is None else file_path("out", out)
    with nullcontext() if out is None else locked(out):
        return assemble(plan, run(plan, out, jobs=jobs, backend=backend, progress=progress, repair=repair))


def run(
    plan: Plan,
    out: str | Path | None,
    *,
    jobs: int | None = None,
    backend: Dask | None = None,
    progress: Progress | None = None,
    repair: bool = False,
    since: Mapping[int, int] | None = None,
    enough: Callable[[], bool] | None = None,
) -> Generator[tuple[Block, Arrays]]:
    """Yield the trials of `plan` in blocks with their arrays, those found in `out` first; new ones are stored first.

    Found ones are cut to the plan's n and trials. A run may hold more than the plan asks for, and less: what is missing
    is computed. Blocks that overlap must agree in what they have in common (see `require_agreement`), or an InputError
    names them. One that fails does not end the others: an InputError names it when they are done. since: for each d the
    trials, from 0 on, that are not asked for again; what is found of them is left out. enough: asked after every new
    block whether to leave out the rest; never before all that was found is given.
    """
    jobs = None if jobs is None else whole("jobs", jobs, 1)
    backend = None if backend is None else instance("backend", backend, Dask, "give Dask('tcp://HOST:PORT')")
    require_promises(plan.claim, plan.d[0])
    folder = None if out is None else _opened(plan, Path(out), repair=repair)
    stored = [] if folder is None else folder.blocks()
    pieces, missing = inventory(plan, stored)
    pieces = [piece for piece in pieces if piece.stop > (since or {}).get(piece.block.d, 0)]
    count = _Count(progress, sum(piece.stop - piece.first for piece in pieces), sum(block.trials for block in missing))
    if folder is not None:
        _require_sound(folder, pieces)
    with backend.connected() if backend and missing else nullcontext() as client:
        count.tell()
        if folder is not None:
            yield from _cut(plan, folder, pieces)
        simulated = _simulate_all(plan, missing, jobs, client)
        for block, arrays in _require_all(simulated, len(missing), folder, enough):
            if folder is not None:
                require_agreement(folder, plan.claim, block, arrays, overlapping(block, stored))
                folder.write(block, arrays)
            count.add(block.trials)
            yield block, arrays


@dataclass
class _Count:
    """Trials done and missing, told to `progress` if there is one."""

    progress: Progress | None
    done: int
    missing: int

    def add(self, trials: int) -> None:
        self.done, self.missing = self.done + trials, self.missing - trials
        self.tell()

    def tell(self) -> None:
        if self.progress:
            self.progress(self.done, self.done + self.missing)


def _require_sound(folder: Run, pieces: Iterable[Piece]) -> None:
    """Refuse damaged blocks before anything is computed or given."""
    for piece in pieces:
        folder.read(piece.block)


def _cut(plan: Plan, folder: Run, pieces: Iterable[Piece]) -> Iterator[tuple[Block, Arrays]]:
    """Stored trials, cut to the plan's n and trials."""
    for piece in pieces:
        block = Block(piece.block.d, plan.n_max, piece.first, piece.stop)
        yield block, cut(folder.read(piece.block), piece, plan)


def _require_all(
    simulated: Iterable[tuple[Block, Arrays | str]], count: int, folder: Run | None, enough: Callable[[], bool] | None
) -> Iterator[tuple[Block, Arrays]]:
    """Those of `count` blocks that succeed, until it is enough; then an InputError that names the first that failed."""
    failed: dict[Block, str] = {}
    for block, arrays in simulated:
        if isinstance(arrays, str):
            failed[block] = arrays
            continue
        yield block, arrays
        if enough and enough():
            break
    if failed:
        block, reason = next(iter(failed.items()))
        others = "" if folder is None else f"; the others are stored in {folder.folder}"
        raise InputError(f"{len(failed)} of {count} blocks failed, {block.name} first: {reason}{others}")


def simulate(plan: Plan, block: Block) -> tuple[Block, Arrays]:
    """The arrays of one block: `critical_epsilon` and, where brackets are open, its lower bound; (event, n, trial)."""
    claim = plan.claim
    draws = drawn(claim, plan.seed, block)
    lower, upper = certified(claim, draws, plan.precision)
    arrays: Arrays = {"critical_epsilon": upper}
    if plan.bracketed:
        arrays["critical_epsilon_low"] = lower
    return block, arrays


def drawn(claim: Claim, seed: int, block: Block) -> Floats:
    """The randomness of the block's trials, (n, ..., trial)."""
    address = {"claim": claim.name, "parameters": claim.parameters(), "d": block.d}
    return streams.draw_trials(
        lambda generator, trials: claim.draw(generator, block.n, block.d, trials),
        seed,
        address,
        block.first,
        block.stop,
    )


def _opened(plan: Plan, out: Path, *, repair: bool) -> Run:
    """The run in `out`, if there is room for the plan; with `repair`, without the blocks that are damaged."""
    plan.require_memory()
    plan.require_disk(out)
    folder = Run.create_or_open(out, identity(plan))
    folder.remember(plan.request())
    if repair:
        _discard_damaged(folder)
    return folder


def _discard_damaged(folder: Run) -> None:
    """Remove the block files that cannot be read, so that their trials are computed again."""
    for block in folder.blocks():
        try:
            folder.read(block)
        except DamagedBlockError:
            folder.discard(block)


def require_agreement(folder: Run, claim: Claim, block: Block, arrays: Arrays, others: Iterable[Block]) -> None:
    """Refuse numbers that contradict those stored for the same trials: code, or a machine, that is not the same.

    Numbers of a portable claim must be equal. Of others, whose last digits depend on the processor, the bounds of one
    and the same critical epsilon must leave room for it: no lower one above the other's upper one, up to 1e-9.
    """
    for other in others:
        n, first, stop = min(block.n, other.n), max(block.first, other.first), min(block.stop, other.stop)
        ones, held = (
            {name: array[:, :n, first - b.first : stop - b.first] for name, array in found.items()}
            for b, found in ((block, arrays), (other, folder.read(other)))
        )
        if not (_equal(ones, held) if claim.portable else _compatible(ones, held)):
            raise InputError(
                f"blocks {block.name} and {other.name} in {folder.folder} must agree in the trials they share "
                f"(seed {folder.identity['seed']}), and do not; "
                "sweep into a new folder"
            )


def _equal(one: Arrays, other: Arrays) -> bool:
    return all(np.array_equal(array, other[name]) for name, array in one.items())


def _compatible(one: Arrays, other: Arrays) -> bool:
    """Whether two bounds, or exact values, can be of the same critical epsilons."""
    return all(
        bool(np.all(a.get("critical_epsilon_low", a["critical_epsilon"]) <= upper + _ROUNDING * (1.0 + upper)))
        for a, upper in ((one, other["critical_epsilon"]), (other, one["critical_epsilon"]))
    )


def _simulate_all(
    plan: Plan, blocks: list[Block], jobs: int | None, client: "Client | None"
) -> Iterator[tuple[Block, Arrays | str]]:
    """Every block with its arrays, or with what went wrong."""
    plan = replace(plan)  # without the list of its blocks, which would travel with every block
    own = packed(plan, plan.claim) if sources(plan.claim) else b""
    if client is not None:
        alike = partial(_simulate_alike, common_numbers() if own else numbers(plan.claim), own or plan)
        yield from cluster_unordered(client, alike, blocks, jobs)
        return
    if jobs is None or jobs == 1 or len(blocks) < 2:
        yield from (_attempt(plan, block) for block in blocks)
        return
    with suppress(Exception):  # one trial, here, so that the workers find the machine code cached; errors come again
        simulate(plan, replace(blocks[0], stop=blocks[0].first + 1))
    yield from unordered(partial(_attempt, own or plan), blocks, jobs)


def _simulate_alike(wanted: dict[str, int], plan: Plan | bytes, block: Block) -> tuple[Block, Arrays | str]:
    """`_attempt` on another machine, whose versions of numbers must be ours.

    A claim of a user's own comes with its code, so that the package's alone can differ.
    """
    found = common_numbers() if isinstance(plan, bytes) else numbers(plan.claim)
    if found != wanted:
        raise InputError(
            f"workers must compute the same numbers, got those of {versions_text(found)} for {versions_text(wanted)}; "
            "install the same version there"
        )
    return _attempt(plan, block)


@lru_cache(maxsize=1)
def _unpacked(plan: bytes) -> Plan:
    """The plan that `packed` made; once a worker, so that what its claim compiles is compiled once."""
    return pickle.loads(plan)  # noqa: S301 - from the process that started this one, or the cluster's client


def _attempt(plan: Plan | bytes, block: Block) -> tuple[Block, Arrays | str]:
    """A block's arrays, or the reason why there are none: one that fails must not end the others."""
    try:
        return simulate(_unpacked(plan) if isinstance(plan, bytes) else plan, block)
    except InputError as error:
        return block, str(error)
    except MemoryError:  # not the block's fault: with fewer workers there may be enough
        raise
    except Exception as error:  # a claim of a user's own may raise anything
        return block, f"{type(error).__name__}: {error}"
