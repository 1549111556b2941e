"""The commands about runs that are there: estimate, compare, draw, look at, export, put together."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

import analysis  # loads nothing until a name of it is used

from ..errors import InputError
from ..system import cores
from .root import app
from .running import READ_ONLY, terminal

_PLUGIN = Annotated[
    str | None,
    Parameter(help="module:Name, for a run of a claim of your own: its code runs only if you name it here."),
]


@app.command
def estimate(
    run: Annotated[Path, Parameter(help="A run folder, or a raw netCDF file.")],
    *,
    epsilon: Annotated[str | None, Parameter(help="Accuracies, as in 0.1,0.01; 0.3 to 0.005 unless given.")] = None,
    delta: Annotated[float | None, Parameter(help="Failure probability; the accuracy itself unless given.")] = None,
    level: Annotated[float, Parameter(help="Confidence level of the intervals.")] = 0.95,
) -> None:
    """Estimate success probabilities, n* and the constant C from a finished sweep, at any accuracy.

    n* is the smallest n with success probability at least 1 - delta, C = n* / ln(A / min(epsilon, delta)), natural
    logarithm. Prints a table and writes estimates.nc beside the data, unless those are read-only.
    """
    from ..storage.dataset import load, save
    from .parsing import parse_epsilon
    from .tables import threshold_table

    dataset = load(run)
    chosen = analysis.resolved(dataset) if epsilon is None else parse_epsilon(epsilon)
    found = analysis.estimate(dataset, chosen, delta=delta, level=level)
    target = (run if run.is_dir() else run.parent) / "estimates.nc"
    console = terminal(stderr=False)
    console.show(threshold_table(found))
    try:
        save(found, target)
    except InputError as error:
        if not isinstance(error.__cause__, OSError) or error.__cause__.errno not in READ_ONLY:
            raise
        terminal().say(f"Not stored: {error.__cause__}")
    else:
        console.say(f"Stored in {target}")


@app.command
def compare(
    runs: Annotated[list[Path], Parameter(help="Run folders or raw netCDF files, one or more.", negative="")],
    *,
    epsilon: Annotated[str | None, Parameter(help="Accuracies; 0.3,0.1,0.03,0.01 unless given.")] = None,
    out: Annotated[Path, Parameter(help="Folder for constants.nc, constants.csv and the figure.")] = Path("comparison"),
) -> None:
    """Put finished sweeps side by side: n*, the constant C and the slack of every event, claim by claim.

    C = n* / ln(A / epsilon), natural logarithm, at delta = epsilon; the slack is C over that of the claim's first
    event at the same d and epsilon. Prints the table and draws n* of all claims against ln(A / epsilon).
    """
    from .compare import compare as body
    from .parsing import parse_epsilon

    body(runs, out, None if epsilon is None else parse_epsilon(epsilon), terminal(stderr=False))


@app.command
def status(run: Annotated[Path, Parameter(help="A run folder, finished or not.")], *, claim: _PLUGIN = None) -> None:
    """Show what of a sweep is done, what is left, and about how long that takes; also while it runs."""
    from .status import show

    show(run, claim, cores(), terminal(stderr=False))


@app.command
def consolidate(run: Annotated[Path, Parameter(help="A run folder.")], *, claim: _PLUGIN = None) -> None:
    """Make raw.nc of all blocks in a run folder, wherever they were computed.

    Runs of one seed on several machines are put together by copying their files into one folder's blocks/; blocks that
    do not belong, or do not agree in the trials they share, are refused.
    """
    from .status import gather

    gather(run, claim, terminal(stderr=False))


@app.command
def plot(
    run: Annotated[Path, Parameter(help="A run folder, a raw netCDF file, or a small pruned network.")],
    *,
    out: Annotated[Path | None, Parameter(help="Folder for the figures; RUN/figures unless given.")] = None,
) -> None:
    """Draw a finished sweep: n* against accuracy, the heat map of success, success against n (PNG and SVG).

    Of a network that `ticketsum prune` stored, draw which edges were kept and which pruned, layer by layer.
    """
    from ..storage.atomic import require_inside
    from ..storage.dataset import load
    from ..storage.lock import MOMENT, locked
    from .structures import is_network, stored_structures

    home = run if run.is_dir() else run.parent
    if out is None:
        require_inside(home, "figures")
    folder = out or home / "figures"
    console = terminal(stderr=False)
    loaded = [] if is_network(run) else [load(run)]
    with locked(folder, wait=MOMENT):
        pictures = analysis.draw_pictures(loaded, folder) if loaded else stored_structures(run, folder)
    for picture in pictures:
        console.say(f"{picture.png}  {picture.svg}")


@app.command
def show(
    run: Annotated[Path, Parameter(help="A run folder, or one of its netCDF files.")],
    *,
    as_json: Annotated[bool, Parameter(name="--json", negative="", help="The same and more as JSON.")] = False,
) -> None:
    """Show what a run is and where its numbers come from: claim, events, grid, precision, seed, command, versions.

    Takes raw.nc, estimates.nc, constants.nc, laws.nc and timings.nc too: `ticketsum show RUN`, `ticketsum show
    RUN/estimates.nc --json`.
    """
    from .show import show as body

    body(run, terminal(stderr=False), as_json=as_json)


@app.command
def export(  # noqa: PLR0913
    run: Annotated[Path, Parameter(help="A run folder, or a raw netCDF file.")],
    *,
    what: Annotated[
        Literal["estimates", "trials", "thresholds"],
        Parameter(help="Success probabilities; every trial's critical epsilon; n* and C."),
    ] = "estimates",
    csv: Annotated[Path | None, Parameter(help="CSV file; RUN/export.csv unless a file is given.")] = None,
    parquet: Annotated[Path | None, Parameter(help="Parquet file; needs ticketsum[parquet].")] = None,
    epsilon: Annotated[str | None, Parameter(help="Accuracies, as in 0.1,0.01; 0.3 to 0.005 unless given.")] = None,
    delta: Annotated[float | None, Parameter(help="Failure probability of n*; the accuracy unless given.")] = None,
    level: Annotated[float, Parameter(help="Confidence level of the intervals.")] = 0.95,
    n: Annotated[str | None, Parameter(help="Only these n: 4,8 or 1:20.")] = None,
    d: Annotated[str | None, Parameter(help="Only these d.")] = None,
    event: Annotated[list[str] | None, Parameter(negative="", help="Only this event; can be repeated.")] = None,
) -> None:
    """Write a tidy table, a row an observation, that pandas, seaborn and R take as it is: CSV or Parquet.

    Columns have the names of the Dataset: `ticketsum export RUN --epsilon 0.1,0.01 --csv rates.csv`, then
    seaborn.lineplot(data=pandas.read_csv("rates.csv"), x="n", y="success", hue="epsilon"). In CSV, a text
    that a spreadsheet would take for a formula has an apostrophe in front.
    """
    from . import export as recipe
    from .parsing import parse_epsilon, parse_grid

    asked = recipe.Question(what, None if epsilon is None else parse_epsilon(epsilon), delta, level)
    grids = {name: None if text is None else parse_grid(name, text) for name, text in (("n", n), ("d", d))}
    recipe.run(run, asked, {**grids, "event": event}, csv=csv, parquet=parquet)
