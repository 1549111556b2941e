"""`ticketsum sweep`: one claim over a grid of n, with a number of trials that is fixed or that the results decide."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from analysis.verbatim import command_text

from ..errors import InputError
from .interrupts import REMEDIES, interruption, unwritten
from .options import Backend, ClaimName, D, Jobs, Repair, Scheduler, Seed, Set, cluster, expected, option, processes
from .output import numbered, terminal, typed
from .progress import progress_bar

if TYPE_CHECKING:
    from ..sweeps.plan import Plan
    from ..sweeps.run import Progress
    from ..workers import Dask


def sweep(  # noqa: PLR0913
    claim: ClaimName,
    *,
    n: Annotated[str | None, option("Grid of n: 20, 1:20, 4:20:2 or 5,10,20.", "1:16")] = None,
    d: D = None,
    parameters: Set = None,
    trials: Annotated[
        int | None, option("Independent trials; with --until or --max-time their largest number.", "10,000")
    ] = None,
    until: Annotated[
        float | None, option("Continue until all intervals at --epsilon have this half-width, for example 0.01.")
    ] = None,
    max_time: Annotated[str | None, option("Stop after this time: 90s, 10m, 1h30m.")] = None,
    epsilon: Annotated[str | None, option("Accuracies that --until and --max-time look at.", "0.1,0.01")] = None,
    out: Annotated[Path | None, option("Run folder.", "ticketsum-CLAIM")] = None,
    relative_tolerance: Annotated[float, option("0 for exact, 0.01 for certified within 1%.")] = 0.0,
    resolution: Annotated[float, option("Critical epsilons are not followed below this.")] = 0.0,
    seed: Seed = 0,
    jobs: Jobs = None,
    backend: Backend = "local",
    scheduler: Scheduler = None,
    repair: Repair = False,
) -> None:
    """Simulate one claim over a grid of n and store every trial's critical epsilon.

    Exact work doubles with n; the product claims (corollary2, the lemmas, theorem1) need n around 60 and so certified
    brackets: `ticketsum sweep lemma1 --n 1:80 --relative-tolerance 0.01 --resolution 0.005`. Layers and networks take a
    width: `ticketsum sweep theorem1 --set depth=3 --d 2,4 --n 1:100 --relative-tolerance 0.01 --resolution 0.05`. An
    interrupted sweep resumes when the same command is given again. A sweep that its results end, `--until 0.01
    --epsilon 0.1,0.01`, puts the trials where the intervals are widest; the intervals allow for that.
    """
    from ..solvers.covering_radius import Precision
    from ..sweeps.plan import Plan
    from .adaptive import FIRST_TRIALS, stopping_rule, sweep_to_rule
    from .parsing import parse_claim, parse_grid

    chosen, where = parse_claim(claim, parameters or ()), cluster(backend, scheduler)
    precision = Precision(relative_tolerance, resolution)
    sizes = parse_grid("n", f"1:{min(chosen.largest_n or 16, 16)}" if n is None else n)
    rule = stopping_rule(until, max_time, epsilon, precision)
    first = FIRST_TRIALS if rule else 10_000 if trials is None else trials
    plan = Plan(chosen, sizes, first, seed, () if d is None else parse_grid("d", d), precision)
    folder = out or Path(f"ticketsum-{chosen.name}")
    console = terminal()
    options: dict[str, Any] = {"jobs": jobs, "backend": where, "repair": repair}
    if rule is not None:
        sweep_to_rule(plan, folder, rule, trials, console=console, options=options)
    else:
        notice = (
            f"{chosen.label}: {numbered(plan.trials, 'trial')} in {numbered(plan.block_count, 'block')}, "
            f"about {expected(plan.seconds(), jobs, where)}, {plan.stored_bytes() / 2**20:.1f} MiB on disk"
        )
        swept(plan, folder, show=progress_bar(plan, notice, console), **options)
    next_step = command_text(["ticketsum", "estimate", typed(folder), "--epsilon", "0.1,0.01"])
    console.say(f"Stored in {folder}. Next: {next_step}")


def swept(
    plan: "Plan",
    folder: Path,
    *,
    jobs: int | None,
    repair: bool,
    show: "AbstractContextManager[Progress]",
    backend: "Dask | None" = None,
    looks: "Callable[..., Plan] | None" = None,
) -> None:
    """Run what is missing of `plan` in `folder` and consolidate to raw.nc; a few blocks at a time are in memory.

    looks: `sweep_until` with its rule, for a sweep that ends by its results.
    """
    from ..storage.blocks import Run
    from ..storage.lock import locked
    from ..sweeps.consolidation import consolidate
    from ..sweeps.run import run
    from ..workers import LostWorkersError

    wanted = processes(jobs) if backend is None else jobs
    safe = f"Finished blocks are safe in {folder}; give the same command again to go on."
    try:
        with interruption(safe), locked(folder), show as progress:
            options = {"jobs": wanted, "backend": backend, "progress": progress, "repair": repair}
            if looks is not None:
                plan = looks(plan, folder, **options)
            else:
                for _ in run(plan, folder, **options):
                    pass
            consolidate(plan, Run.open(folder), folder / "raw.nc")
    except LostWorkersError as error:
        raise InputError(
            f"{error}; finished blocks are safe in {folder}, the same command goes on from them"
        ) from error
    except MemoryError as error:
        raise InputError(
            f"a block ran out of memory; make room or lower n, then give the same command again to go on "
            f"(finished blocks are safe in {folder})"
        ) from error
    except OSError as error:
        raise InputError(unwritten(error, folder)) from error
    except InputError as error:
        cause = error.__cause__
        if isinstance(cause, OSError) and cause.errno in REMEDIES:  # another --out is no remedy for hours of blocks
            raise InputError(unwritten(cause, folder)) from cause
        raise
