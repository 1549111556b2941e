"""`ticketsum status`: how far a run is."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import analysis  # loads nothing until a name of it is used
from analysis.verbatim import command_text

from ..system import cores
from .options import Trusted, option
from .output import duration, terminal

if TYPE_CHECKING:
    from ..sweeps.status import Status


def status(run: Annotated[Path, option("A run folder, finished or not.")], /, *, claim: Trusted = None) -> None:
    """Show what of a sweep is done, what is left, and about how long that takes; also while it runs."""
    from ..sweeps.status import status as status_of

    console, found = terminal(stderr=False), status_of(run, claim)
    title = f"{found.label}: n up to {found.request.n[-1]}, seed {found.seed}"
    columns = [analysis.Column("d", key=True), *map(analysis.Column, ("trials stored", "requested", "left"))]
    table = analysis.Table(title, columns)
    for d, done in found.done.items():
        requested = found.request.trials[d]
        table.add(d, done, requested, requested - done)
    console.show(table)
    console.say(_left_text(found, cores()))
    if found.holder is not None:
        text = ", ".join(f"{key} {value}" for key, value in found.holder.items() if key != "command")
        console.say(f"In use: {text}")


def _left_text(found: "Status", cores: int) -> str:
    if found.finished:
        return "Nothing is left to do."
    if found.seconds is None:
        return (
            f"Trials are left; {command_text(['--claim', found.label])}, if you trust its code, estimates their time."
        )
    return f"About {duration(found.seconds / cores)} of work are left on {cores} cores; the sweep command resumes it."
