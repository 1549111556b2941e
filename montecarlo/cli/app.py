"""The commands that compute. Each imports what it needs when it runs, so that `--help` answers at once."""

import io
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import CycloptsError, Parameter

import analysis  # loads nothing until a name of it is used
from analysis.verbatim import command_text, plain

from ..errors import InputError
from .options import Backend, ClaimName, D, Jobs, Repair, Scheduler, Seed, Set
from .root import app
from .running import (
    Terminated,
    cluster,
    expected,
    numbered,
    swept,
    terminal,
    terminations_raised,
    timed,
    typed,
    unwritten,
)


@app.command
def reproduce(
    *,
    scale: Annotated[Literal["quick", "paper", "deep"], Parameter(help="How much is simulated.")] = "quick",
    out: Annotated[Path, Parameter(help="Folder for everything that is made.")] = Path("reproduction"),
    seed: Seed = 0,
    jobs: Jobs = None,
    backend: Backend = "local",
    scheduler: Scheduler = None,
    repair: Repair = False,
) -> None:
    """Run the main sweeps, estimate, draw, and write one page: OUT/index.html.

    Simulates every statement of the upper bound over n: Section 3.1, Theorem 3 and the baseline exactly, Corollary 2,
    Lemmas 1 to 3 and Theorem 1 by certified brackets; other laws; all masks of a tiny network. Puts the laws of Lemma 4
    and Corollary 1 to the test, and times the exact solver beside brute force. Interrupted, it goes on where it
    stopped when the same command is given again.
    """
    from ..storage.lock import locked
    from .reproduce import run
    from .scales import Scale

    where = cluster(backend, scheduler)
    with locked(out):
        run(Scale(scale), out, seed, jobs=jobs, backend=where, repair=repair)


@app.command
def sweep(  # noqa: PLR0913
    claim: ClaimName,
    *,
    n: Annotated[str | None, Parameter(help="Grid of n: 20, 1:20, 4:20:2 or 5,10,20; 1:16 unless given.")] = None,
    d: D = None,
    parameters: Set = None,
    trials: Annotated[
        int | None, Parameter(help="Independent trials, 10,000 unless given; with --until or --max-time the most.")
    ] = None,
    until: Annotated[
        float | None, Parameter(help="Go on until all intervals at --epsilon have this half-width: 0.01, say.")
    ] = None,
    max_time: Annotated[str | None, Parameter(help="Stop after so long: 90s, 10m, 1h30m.")] = None,
    epsilon: Annotated[
        str | None, Parameter(help="Accuracies that --until and --max-time look at; 0.1,0.01 unless given.")
    ] = None,
    out: Annotated[Path | None, Parameter(help="Run folder; ticketsum-CLAIM unless given.")] = None,
    relative_tolerance: Annotated[float, Parameter(help="0 for exact, 0.01 for certified within 1%.")] = 0.0,
    resolution: Annotated[float, Parameter(help="Critical epsilons are not followed below this.")] = 0.0,
    seed: Seed = 0,
    jobs: Jobs = None,
    backend: Backend = "local",
    scheduler: Scheduler = None,
    repair: Repair = False,
) -> None:
    """Simulate one claim over a grid of n and store every trial's critical epsilon.

    Exact work doubles with n; the product claims (corollary2, the lemmas, theorem1) need n around 60 and so certified
    brackets: `ticketsum sweep lemma1 --n 1:80 --relative-tolerance 0.01 --resolution 0.005`. Layers and networks take a
    width: `ticketsum sweep theorem1 --set depth=3 --d 2,4 --n 1:100 --relative-tolerance 0.01 --resolution 0.05`. A
    sweep that was interrupted goes on where it stopped when the same command is given again. One that ends by what it
    finds, `--until 0.01 --epsilon 0.1,0.01`, puts the trials where the intervals are widest; they hold in spite of it.
    """
    from ..solvers.covering_radius import Precision
    from ..sweeps.plan import Plan
    from . import until as recipe
    from .parsing import parse_claim, parse_grid
    from .progress import progress_bar

    chosen, where = parse_claim(claim, parameters or ()), cluster(backend, scheduler)
    precision = Precision(relative_tolerance, resolution)
    sizes = parse_grid("n", f"1:{min(chosen.largest_n or 16, 16)}" if n is None else n)
    rule = recipe.rule(until, max_time, epsilon, precision)
    first = (10_000 if trials is None else trials) if rule is None else recipe.FIRST_TRIALS
    plan = Plan(chosen, sizes, first, seed, () if d is None else parse_grid("d", d), precision)
    folder = out or Path(f"ticketsum-{chosen.name}")
    console = terminal()
    options: dict[str, Any] = {"jobs": jobs, "backend": where, "repair": repair}
    if rule is not None:
        recipe.swept_until(plan, folder, rule, trials, console=console, options=options)
    else:
        notice = (
            f"{chosen.label}: {numbered(plan.trials, 'trial')} in {numbered(plan.block_count, 'block')}, "
            f"about {expected(plan.seconds(), jobs, where)}, {plan.stored_bytes() / 2**20:.1f} MiB on disk"
        )
        swept(plan, folder, show=progress_bar(plan, notice, console), **options)
    next_step = command_text(["ticketsum", "estimate", typed(folder), "--epsilon", "0.1,0.01"])
    console.say(f"Stored in {folder}. Next: {next_step}")


@app.command
def verify(  # noqa: PLR0913
    claim: ClaimName,
    *,
    constant: Annotated[float, Parameter(help="The constant C, natural logarithm, to be put to the test.")],
    epsilon: Annotated[str, Parameter(help="Accuracies, as in 0.1,0.01; delta is the same.")] = "0.3,0.1,0.03,0.01",
    event: Annotated[str | None, Parameter(help="An event of the claim; the first unless given.")] = None,
    d: D = None,
    parameters: Set = None,
    trials: Annotated[int, Parameter(help="Independent trials.")] = 10_000,
    out: Annotated[Path | None, Parameter(help="Run folder; ticketsum-verify-CLAIM-C unless given.")] = None,
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
    from . import verify as recipe
    from .parsing import parse_claim, parse_epsilon, parse_grid
    from .progress import progress_bar

    chosen = parse_claim(claim, parameters or ())
    epsilons = parse_epsilon(epsilon)
    events = list(chosen.events)
    if event is not None and event not in events:
        raise InputError(f"event of {chosen.name} must be one of {', '.join(events)}, got {event!r}")
    plan = recipe.plan(chosen, constant, epsilons, trials, seed, () if d is None else parse_grid("d", d))
    console = terminal(stderr=False)
    folder = out or Path(f"ticketsum-verify-{chosen.name}-{constant:g}")
    notice = f"{chosen.label}: n = {', '.join(map(str, plan.n))}, {numbered(trials, 'trial')}; kept in {folder}"
    show = progress_bar(plan, notice, terminal())
    swept(plan, folder, jobs=jobs, backend=cluster(backend, scheduler), repair=repair, show=show)
    dataset = load(folder)
    verdict = analysis.judge(dataset, epsilons, constant=constant, event=event)
    name = event or events[0]
    console.say(f"{chosen.label}, {name}: {verdict.outcome}, {verdict.reason}")


@app.command
def timings(
    *,
    n: Annotated[str, Parameter(help="Numbers of summands: 8:24, say; 34 at most.")] = "8:22",
    rounds: Annotated[int, Parameter(help="Fresh trials for each n; the picture shows their median and range.")] = 5,
    out: Annotated[Path, Parameter(help="Folder for timings.nc and the figure.")] = Path("timings"),
) -> None:
    """Time one exact covering radius on this machine: brute force, merging, and ticketsum.

    One core. Every solver answers the same questions, and the answers are compared. Also counts the work that ours
    does, which does not depend on the machine.
    """
    from ..storage.lock import locked
    from .parsing import parse_grid
    from .tables import speed_table

    sizes = parse_grid("n", n)
    with locked(out):
        found = timed(sizes, out / "timings.nc", rounds=rounds, again=True)
        picture = analysis.draw_timings(found, out)
    console = terminal(stderr=False)
    console.show(speed_table(analysis.speed(found)))
    console.say(f"{picture.png}  {picture.svg}")


@app.command
def laws(
    *,
    samples: Annotated[int, Parameter(help="Draws from each law.")] = 100_000,
    seed: Seed = 0,
    level: Annotated[float, Parameter(help="Confidence level of all bounds together.")] = 0.95,
    out: Annotated[Path, Parameter(help="Folder for laws.nc and the figure.")] = Path("laws"),
) -> None:
    """Put the laws of Lemma 4 and Corollary 1 to the test: draws beside their distribution functions.

    The largest difference has a bound that it keeps for any right law (Dvoretzky-Kiefer-Wolfowitz). Shown beside them:
    a weight of Corollary 1 that is wrong, as a negative control.
    """
    from . import laws as recipe

    recipe.run(samples, seed, level, out, console=terminal(stderr=False), progress=terminal())


@app.command
def claims(claim: Annotated[str | None, Parameter(help="One alone: a name, or module:Name.")] = None) -> None:
    """List what can be simulated: name, source, statement, events, their roles, and what `--d` and `--set` can change.

    One of your own is a class in a Python file: `ticketsum claims my_claims:Threshold` looks for class Threshold in
    ./my_claims.py or an installed module and tries on a few trials whether it keeps what a claim promises; `sweep` and
    `verify` take it by the same name.
    """
    from ..claims import CLAIMS, claim_kind
    from .parsing import parse_claim
    from .show import claim_lines

    if claim is not None:
        parse_claim(claim)
    console = terminal(stderr=False)
    for name, kind in CLAIMS.items() if claim is None else [(claim, claim_kind(claim))]:
        console.say(f"  {kind.source}", bold=name)
        for line in claim_lines(kind):
            console.say(line)
        console.say("")


def _open_closed_streams() -> None:
    """Let devnull stand for standard streams that are closed, as by `>&-`: workers flush theirs when they start.

    The descriptors are filled as well, from 0 on, or the next file that is opened would be what workers print to.
    """
    closed = [name for name in ("stdin", "stdout", "stderr") if getattr(sys, name) is None]
    for number in range(3 if closed else 0):
        descriptor = os.open(os.devnull, os.O_RDWR)  # the lowest number that is free
        if descriptor > number:
            os.close(descriptor)
        else:
            os.set_inheritable(descriptor, True)
    for name in closed:
        stream = Path(os.devnull).open("r" if name == "stdin" else "w", encoding="utf-8")  # noqa: SIM115 - to the end
        setattr(sys, name, stream)


def main(tokens: Sequence[str] | None = None) -> None:
    """Run the command line.

    What standard output cannot encode is spelled out.

    Bad input, and files that cannot be read or written, give one line on stderr and exit code 2; Ctrl-C gives 130, and
    SIGTERM, which is how batch systems end a job, 143. A reader of our output that has gone, as in `| head`, gives 1.
    """
    _open_closed_streams()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    if tokens is None:  # the program itself: figures go to files, whatever MPLBACKEND a notebook has set
        tokens = sys.argv[1:]
        os.environ["MPLBACKEND"] = "agg"
    try:
        _refuse_empty(tokens)
        with terminations_raised():
            app(tokens, exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        _fail(" ".join(str(error).split()))
    except Terminated:
        sys.exit(143)
    except KeyboardInterrupt:
        sys.exit(130)
    except (InputError, analysis.InputError) as error:
        _fail(str(error))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left to be flushed fails no more
        sys.exit(1)
    except OSError as error:
        _fail(unwritten(error))


def _refuse_empty(tokens: Sequence[str]) -> None:
    """An empty word, of a variable that is not set, say: --out "" would be the working directory."""
    for before, token in zip(["", *tokens], tokens, strict=False):
        if token == "" or re.fullmatch("--[a-z-]+=", token):
            name = token.rstrip("=") or (before if before.startswith("--") else "an argument")
            raise InputError(f"{name} must not be empty, got ''; give a value or leave it out")


def _fail(message: str) -> None:
    print(f"ticketsum: {plain(message)}", file=sys.stderr)  # noqa: T201
    sys.exit(2)
