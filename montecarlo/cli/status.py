"""`ticketsum status` and `ticketsum consolidate`: how far a run is, and one file of all its blocks."""

from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from ..runs import Status, merge
from ..runs import status as status_of
from .running import duration

if TYPE_CHECKING:
    from rich.console import Console


def show(run: Path, claim: str | None, cores: int, console: "Console") -> None:
    """Print what is done and what is left of a run, for every d, and who works on it."""
    found = status_of(run, claim)
    title = f"{found.label}: n up to {found.request.n[-1]}, seed {found.seed}"
    table = Table(title=title, title_justify="left")
    for heading in ("d", "trials there", "wanted", "left"):
        table.add_column(heading, justify="right")
    for d, done in found.done.items():
        wanted = found.request.trials[d]
        table.add_row(f"{d}", f"{done:,}", f"{wanted:,}", f"{wanted - done:,}")
    console.print(table)
    console.print(_left_text(found, cores), highlight=False, soft_wrap=True)
    if found.holder is not None:
        text = ", ".join(f"{key} {value}" for key, value in found.holder.items() if key != "command")
        console.print(f"In use: {text}", highlight=False, soft_wrap=True)


def _left_text(found: Status, cores: int) -> str:
    if found.finished:
        return "Nothing is left to do."
    if found.seconds is None:
        return f"Trials are left; --claim {found.label}, if you trust its code, estimates their time."
    return f"About {duration(found.seconds / cores)} of work are left on {cores} cores; the sweep command resumes it."


def gather(run: Path, claim: str | None, console: "Console") -> None:
    """Make raw.nc of all blocks in a run folder, those copied from other machines included."""
    plan = merge(run, claim)
    grid = f"n up to {plan.n_max}, d = {', '.join(map(str, plan.d))}, {plan.trials:,} trials"
    console.print(f"{run / 'raw.nc'}: {plan.claim.label}, {grid}", highlight=False, soft_wrap=True)
