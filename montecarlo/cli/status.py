"""`ticketsum status` and `ticketsum consolidate`: how far a run is, and one file of all its blocks."""

from pathlib import Path
from typing import TYPE_CHECKING

from analysis.verbatim import command_text

from ..sweeps.status import Status, merge
from ..sweeps.status import status as status_of
from .output import Column, Table
from .running import duration, numbered

if TYPE_CHECKING:
    from .output import Terminal


def show(run: Path, claim: str | None, cores: int, console: "Terminal") -> None:
    """Print what is done and what is left of a run, for every d, and who works on it."""
    found = status_of(run, claim)
    title = f"{found.label}: n up to {found.request.n[-1]}, seed {found.seed}"
    table = Table(title, [Column("d", key=True), *map(Column, ("trials stored", "wanted", "left"))])
    for d, done in found.done.items():
        wanted = found.request.trials[d]
        table.add(f"{d}", f"{done:,}", f"{wanted:,}", f"{wanted - done:,}")
    console.show(table)
    console.say(_left_text(found, cores))
    if found.holder is not None:
        text = ", ".join(f"{key} {value}" for key, value in found.holder.items() if key != "command")
        console.say(f"In use: {text}")


def _left_text(found: Status, cores: int) -> str:
    if found.finished:
        return "Nothing is left to do."
    if found.seconds is None:
        return (
            f"Trials are left; {command_text(['--claim', found.label])}, if you trust its code, estimates their time."
        )
    return f"About {duration(found.seconds / cores)} of work are left on {cores} cores; the sweep command resumes it."


def gather(run: Path, claim: str | None, console: "Terminal") -> None:
    """Make raw.nc of all blocks in a run folder, those copied from other machines included."""
    plan = merge(run, claim)
    grid = f"n up to {plan.n_max}, d = {', '.join(map(str, plan.d))}, {numbered(plan.trials, 'trial')}"
    console.say(f"{run / 'raw.nc'}: {plan.claim.label}, {grid}")
