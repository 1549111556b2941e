"""Sweeps: a claim over a grid, block by block, in parallel, only what is missing."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from . import streams
from .claims.base import Claim
from .errors import InputError
from .identity import fingerprint, identity
from .plans import Block, Plan, grid, whole
from .radius import Precision
from .store import DamagedBlockError, Run
from .workers import Dask, cluster_unordered, unordered

if TYPE_CHECKING:
    import xarray as xr
    from distributed import Client

Progress = Callable[[int, int], object]
"""Called with (trials done so far, trials in all) after every block."""

Arrays = dict[str, NDArray[Any]]


def sweep(  # noqa: PLR0913
    claim: Claim,
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

    n: an int m for 1..m, or the values wanted. d: the dimensions; the smallest the claim is about unless given.
    relative_tolerance, resolution: see `Precision`; (0, 0) is exact. out: a folder for the blocks; a sweep that finds
    some of its blocks there computes the others. jobs: worker processes, one unless given. backend: a dask cluster, as
    in Dask("tcp://HOST:PORT"), whose workers hold `jobs` blocks at a time, one a thread unless given. repair:
    recompute blocks whose file is damaged, instead of raising an InputError.

    Returns a Dataset with `critical_epsilon`, a certified upper bound, dims (event, d, n, trial); where it is not
    exact also `critical_epsilon_low`, a certified lower bound. The numbers depend on claim, d, seed and precision only.
    """
    from .datasets import assemble

    wanted = claim.smallest_d if d is None else d
    dimensions = grid("d", wanted if isinstance(wanted, Iterable) else (wanted,))
    precision = Precision(relative_tolerance, resolution)
    plan = Plan(claim, grid("n", n), trials, seed, dimensions, precision)
    return assemble(plan, dict(run(plan, out, jobs=jobs, backend=backend, progress=progress, repair=repair)))


def run(
    plan: Plan,
    out: str | Path | None,
    *,
    jobs: int | None = None,
    backend: Dask | None = None,
    progress: Progress | None = None,
    repair: bool = False,
) -> Iterator[tuple[Block, Arrays]]:
    """Yield every block of `plan` with its arrays, those found in `out` first; new ones are stored, then yielded."""
    jobs = None if jobs is None else whole("jobs", jobs, 1)
    folder = None if out is None else Run.create_or_open(Path(out), identity(plan))
    found: list[tuple[Block, Arrays]] = []
    missing: list[Block] = []
    for block in plan.blocks:
        arrays = None if folder is None else _stored(folder, block, repair)
        if arrays is None:
            missing.append(block)
        else:
            found.append((block, arrays))
    total = sum(block.trials for block in plan.blocks)
    done = total - sum(block.trials for block in missing)
    with backend.connected() if backend and missing else nullcontext() as client:
        if progress:
            progress(done, total)
        yield from found
        for block, arrays in _simulate_all(plan, missing, jobs, client):
            if folder is not None:
                folder.write(block, arrays)
            done += block.trials
            if progress:
                progress(done, total)
            yield block, arrays


def simulate(plan: Plan, block: Block) -> tuple[Block, Arrays]:
    """The arrays of one block: `critical_epsilon` and, where brackets are open, its lower bound; (event, n, trial)."""
    claim = plan.claim
    address = {"claim": claim.name, "parameters": claim.parameters(), "d": block.d}
    draws = streams.draw_trials(
        lambda generator, trials: claim.draw(generator, plan.n_max, block.d, trials),
        plan.seed,
        address,
        block.first,
        block.stop,
    )
    lower, upper = claim.critical_epsilons(draws, plan.precision)
    arrays: Arrays = {"critical_epsilon": upper}
    if plan.bracketed:
        arrays["critical_epsilon_low"] = lower
    return block, arrays


def _stored(folder: Run, block: Block, repair: bool) -> Arrays | None:
    if not folder.has(block):
        return None
    try:
        return folder.read(block)
    except DamagedBlockError:
        if not repair:
            raise
        return None


def _simulate_all(
    plan: Plan, blocks: list[Block], jobs: int | None, client: "Client | None"
) -> Iterator[tuple[Block, Arrays]]:
    plan = replace(plan)  # without the list of its blocks, which would travel with every block
    if client is not None:
        yield from cluster_unordered(client, partial(_simulate_alike, fingerprint(plan.claim), plan), blocks, jobs)
        return
    if jobs is None or jobs == 1 or len(blocks) < 2:
        yield from (simulate(plan, block) for block in blocks)
        return
    yield simulate(plan, blocks[0])  # compiles here, so that the workers find the machine code cached
    yield from unordered(partial(simulate, plan), blocks[1:], jobs)


def _simulate_alike(wanted: str, plan: Plan, block: Block) -> tuple[Block, Arrays]:
    """`simulate` on another machine, whose sources must be ours: other code, other numbers."""
    found = fingerprint(plan.claim)
    if found != wanted:
        raise InputError(
            f"workers must run the same sources, got fingerprint {found} for {wanted}; install the same version there"
        )
    return simulate(plan, block)
