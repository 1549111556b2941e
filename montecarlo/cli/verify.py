"""`ticketsum verify`: the sweep that a claim with a given constant has to pass, and the verdict."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import analysis  # loads nothing until a name of it is used

from ..errors import InputError
from .options import Backend, ClaimName, D, Jobs, Repair, Scheduler, Seed, Set, cluster, option
from .output import numbered, terminal
from .progress import progress_bar
from .sweep import swept

if TYPE_CHECKING:
    from ..claims import Claim
    from ..sweeps.plan import Plan

_EXACT_SUMS = 2.0**22 * (1.0 + 1e-9)
"""Verification is exact up to this many subset sums per problem on average, but for roundings of that average."""
_MOST_N = 200


def verify(  # noqa: PLR0913
    claim: ClaimName,
    *,
    constant: Annotated[float, option("The constant C, natural logarithm, to be put to the test.")],
    epsilon: Annotated[str, option("Accuracies; delta is the same.")] = "0.3,0.1,0.03,0.01",
    event: Annotated[str | None, option("An event of the claim.", "the first")] = None,
    d: D = None,
    parameters: Set = None,
    trials: Annotated[int, option("Independent trials.")] = 10_000,
    out: Annotated[Path | None, option("Run folder.", "ticketsum-verify-CLAIM-C")] = None,
    seed: Seed = 0,
    jobs: Jobs = None,
    backend: Backend = "local",
    scheduler: Scheduler = None,
    repair: Repair = False,
) -> None:
    """Put a constant to the test: at n = ceil(C ln(A / epsilon)), is the success probability at least 1 - epsilon.

    Simulates just those n and answers SUPPORTED, REFUTED or UNDECIDED, all epsilons together at 95%, with the cell
    that decided it and, where it is open, about how many trials would settle it: `ticketsum verify theorem3
    --constant 2.5`.
    """
    from ..storage.dataset import load
    from .parsing import parse_claim, parse_epsilon, parse_grid

    chosen, epsilons = parse_claim(claim, parameters or ()), parse_epsilon(epsilon)
    events = list(chosen.events)
    if event is not None and event not in events:
        raise InputError(f"event of {chosen.name} must be one of {', '.join(events)}, got {event!r}")
    plan = _plan(chosen, constant, epsilons, trials, seed, () if d is None else parse_grid("d", d))
    folder = out or Path(f"ticketsum-verify-{chosen.name}-{constant:g}")
    notice = f"{chosen.label}: n = {', '.join(map(str, plan.n))}, {numbered(trials, 'trial')}; stored in {folder}"
    show = progress_bar(plan, notice, terminal())
    swept(plan, folder, jobs=jobs, backend=cluster(backend, scheduler), repair=repair, show=show)
    verdict = analysis.judge(load(folder), epsilons, constant=constant, event=event)
    terminal(stderr=False).say(f"{chosen.label}, {event or events[0]}: {verdict.outcome}, {verdict.reason}")


def _plan(  # noqa: PLR0917
    claim: "Claim", constant: float, epsilons: Sequence[float], trials: int, seed: int, d: Sequence[int]
) -> "Plan":
    """A sweep of just the n = ceil(C ln(A / epsilon)) that the claim names; certified to 1% where exact is too dear.

    Its resolution is below the smallest epsilon, so that every epsilon is decided.
    """
    from ..checks import grid
    from ..solvers.covering_radius import Precision
    from ..sweeps.plan import Plan

    if not 0.0 < constant < float("inf"):
        raise InputError(f"constant must be finite and above 0, got {constant}; try --constant 3")
    dimensions = grid("d", d or (claim.smallest_d,))
    required = [analysis.required_n(constant, claim.amplitude(k), epsilon) for epsilon in epsilons for k in dimensions]
    most = min(_MOST_N, claim.largest_n or _MOST_N)
    if max(required) > most:
        raise InputError(
            f"constant must lead to n of at most {most}, got {constant:g} and n = {max(required)}; lower it, "
            "or leave out the smallest epsilon"
        )
    sums = max(claim.cost(max(required), k, Precision()).sums for k in dimensions)
    precision = Precision() if sums <= _EXACT_SUMS else Precision(0.01, 0.5 * min(epsilons))
    return Plan(claim, grid("n", required), trials, seed, dimensions, precision)
