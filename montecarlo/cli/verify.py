"""`ticketsum verify`: whether a given constant is enough, or how n* grows, and the verdict."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import analysis  # loads nothing until a name of it is used

from ..errors import InputError
from .options import Backend, ClaimName, D, Jobs, Repair, Scheduler, Seed, Set, cluster, flag, option
from .output import numbered, terminal
from .progress import progress_bar
from .sweep import swept

if TYPE_CHECKING:
    from ..claims import Claim
    from ..solvers.covering_radius import Precision
    from ..sweeps.plan import Plan

_EXACT_SUMS = 2.0**22 * (1.0 + 1e-9)
"""Verification is exact up to this many subset sums per problem on average, but for roundings of that average."""
_MOST_N, _MOST_GROWN = 200, 2000
"""Largest n for a given constant, and for growth, whose claims may have none."""
_PILOT, _FIRST_N = 64, 12
"""Trials, and the first n, by which the grid of n is chosen that growth is judged on."""
_EXIT = {"SUPPORTED": 0, "REFUTED": 1, "UNDECIDED": 3}


def verify(  # noqa: PLR0913
    claim: ClaimName,
    *,
    constant: Annotated[float | None, option("The constant C, natural logarithm.", "how n* grows is judged")] = None,
    epsilon: Annotated[str, option("Accuracies; delta is the same.")] = "0.3,0.1,0.03,0.01",
    event: Annotated[str | None, option("The one event to judge by.", "all that can decide")] = None,
    d: D = None,
    parameters: Set = None,
    trials: Annotated[int, option("Independent trials.")] = 10_000,
    out: Annotated[Path | None, option("Run folder.", "ticketsum-verify-CLAIM-C or -growth")] = None,
    json_: Annotated[bool, flag("Print the verdict as JSON.", name="--json")] = False,
    seed: Seed = 0,
    jobs: Jobs = None,
    backend: Backend = "local",
    scheduler: Scheduler = None,
    repair: Repair = False,
) -> None:
    """Ask a claim a question that can be answered no, and answer SUPPORTED, REFUTED or UNDECIDED.

    With a constant: at n = ceil(C ln(A / epsilon)), is the success probability at least 1 - epsilon? `ticketsum verify
    theorem3 --constant 2.5` simulates just those n and names the cell that decided it; where it is open, about how many
    trials would settle it. Where the proof needs another A than is printed, both are judged.

    Without one: does n* grow like ln(1/epsilon) over the accuracies? `ticketsum verify theorem3` supports it,
    `ticketsum verify single_sample` refutes it.

    A sufficient event that fails refutes nothing, a necessary one that holds supports nothing. The exit code is 0 for
    SUPPORTED, 1 for REFUTED, 3 for UNDECIDED (of A as printed), 2 for bad input.
    """
    from ..storage.dataset import load
    from .parsing import parse_claim, parse_epsilon, parse_grid

    chosen, epsilons = parse_claim(claim, parameters or ()), parse_epsilon(epsilon)
    events = list(chosen.events)
    if event is not None and event not in events:
        raise InputError(f"event of {chosen.name} must be one of {', '.join(events)}, got {event!r}")
    dimensions = () if d is None else parse_grid("d", d)
    if constant is None:
        plan = _growth_plan(chosen, epsilons, trials, seed, dimensions)
        question, sizes = "growth", f"n = 1 to {plan.n_max}"
    else:
        plan = _plan(chosen, constant, epsilons, trials, seed, dimensions)
        question, sizes = f"{constant:g}", f"n = {', '.join(map(str, plan.n))}"
    folder = out or Path(f"ticketsum-verify-{chosen.name}-{question}")
    notice = f"{chosen.label}: {sizes}, {numbered(trials, 'trial')}; stored in {folder}"
    show = progress_bar(plan, notice, terminal())
    swept(plan, folder, jobs=jobs, backend=cluster(backend, scheduler), repair=repair, show=show)
    dataset = load(folder)
    verdicts = {
        reading: analysis.judge(dataset, epsilons, constant=constant, event=event, reading=reading)
        for reading in _readings(chosen, plan, constant)
    }
    about = {"claim": chosen.name, "label": chosen.label, "event": event, "epsilon": list(epsilons), "run": str(folder)}
    if json_:
        print(json.dumps(about | _as_json(verdicts, constant)))  # noqa: T201
    else:
        name = chosen.label if event is None else f"{chosen.label}, {event}"
        for reading, verdict in verdicts.items():
            note = f"{name}, A as {_READ[reading]}" if len(verdicts) > 1 else name
            terminal(stderr=False).say(f"{note}: {verdict.outcome}, {verdict.reason}")
    sys.exit(_EXIT[verdicts["printed"].outcome])


_READ: dict[str, str] = {"printed": "printed", "proof": "the proof needs it"}


def _readings(claim: "Claim", plan: "Plan", constant: float | None) -> "list[Literal['printed', 'proof']]":
    """Which A to judge a constant with: a second one where the proof needs another than the printed."""
    differ = any(claim.amplitude_of_proof(d) != claim.amplitude(d) for d in plan.d)
    return ["printed", "proof"] if differ and constant is not None else ["printed"]


def _as_json(verdicts: "dict[Any, analysis.Verdict]", constant: float | None) -> dict[str, Any]:
    """Every verdict by its reading of A. constant: the one given; else one that is enough for the range, or null."""
    found = {
        reading: {
            "outcome": str(verdict.outcome),
            "reason": verdict.reason,
            "constant": verdict.constant if verdict.constant == verdict.constant else None,
        }
        for reading, verdict in verdicts.items()
    }
    return {"question": "growth" if constant is None else "constant", "verdicts": found}


def _plan(  # noqa: PLR0917
    claim: "Claim", constant: float, epsilons: Sequence[float], trials: int, seed: int, d: Sequence[int]
) -> "Plan":
    """A sweep of just the n = ceil(C ln(A / epsilon)) that the claim names; certified to 1% where exact is too dear.

    Its resolution is below the smallest epsilon, so that every epsilon is decided.
    """
    from ..checks import grid
    from ..sweeps.plan import Plan

    if not 0.0 < constant < float("inf"):
        raise InputError(f"constant must be finite and above 0, got {constant}; try --constant 3")
    dimensions = grid("d", d or (claim.smallest_d,))
    required = [
        analysis.required_n(constant, amplitude, epsilon)
        for epsilon in epsilons
        for k in dimensions
        for amplitude in (claim.amplitude(k), claim.amplitude_of_proof(k))
    ]
    most = min(_MOST_N, claim.largest_n or _MOST_N)
    if max(required) > most:
        raise InputError(
            f"constant must lead to n of at most {most}, got {constant:g} and n = {max(required)}; lower it, "
            "or leave out the smallest epsilon"
        )
    return Plan(
        claim, grid("n", required), trials, seed, dimensions, _precision(claim, max(required), dimensions, epsilons)
    )


def _growth_plan(claim: "Claim", epsilons: Sequence[float], trials: int, seed: int, d: Sequence[int]) -> "Plan":
    """A sweep of every n from 1 to where the finest accuracy is surely passed, found by a few trials."""
    from ..checks import grid
    from ..sweeps.plan import Plan
    from ..sweeps.run import sweep

    if len(set(epsilons)) < 2:
        raise InputError(f"--epsilon must have at least two accuracies for growth, got {epsilons[0]:g}; give 0.3,0.01")
    for epsilon in epsilons:
        if not 0.0 < epsilon < float("inf"):
            raise InputError(f"epsilon must be finite and above 0, got {epsilon}")
    dimensions = grid("d", d or (claim.smallest_d,))
    most, n = min(_MOST_GROWN, claim.largest_n or _MOST_GROWN), _FIRST_N
    while True:
        n = min(n, most)
        precision = _precision(claim, n, dimensions, epsilons)
        pilot = sweep(claim, n=n, d=dimensions, trials=_PILOT, seed=seed, jobs=1, **vars(precision))
        accuracy = analysis.accuracies(pilot)["accuracy"].sel(event=analysis.main_event(pilot)).fillna(0.0)
        passed = (accuracy.max("d") <= 0.5 * min(epsilons)).to_numpy()
        if passed.any() or n == most:
            break
        n *= 2
    last = min(most, int(1.1 * passed.argmax()) + 3) if passed.any() else most
    return Plan(
        claim, tuple(range(1, last + 1)), trials, seed, dimensions, _precision(claim, last, dimensions, epsilons)
    )


def _precision(claim: "Claim", n: int, dimensions: Sequence[int], epsilons: Sequence[float]) -> "Precision":
    """Exact, or where that is too dear certified to 1% above half of the finest accuracy."""
    from ..solvers.covering_radius import Precision

    sums = max(claim.cost(n, k, Precision()).sums for k in dimensions)
    return Precision() if sums <= _EXACT_SUMS else Precision(0.01, 0.5 * min(epsilons))
