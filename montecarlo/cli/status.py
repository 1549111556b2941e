"""`ticketsum status` and `ticketsum consolidate`: how far a run is, and one file of all its blocks."""

from pathlib import Path
from typing import TYPE_CHECKING

from ..runs import merge
from ..runs import status as status_of
from .output import Column, Table
from .running import duration

if TYPE_CHECKING:
    from .output import Terminal


def show(run: Path, cores: int, console: "Terminal") -> None:
    """Print what is done and what is left of a run, for every d, and who works on it."""
    found = status_of(run)
    plan = found.plan
    title = f"{plan.claim.label}: n up to {plan.n_max}, seed {plan.seed}"
    table = Table(title, [Column("d", key=True), *map(Column, ("trials there", "wanted", "left"))])
    for d, done in found.done.items():
        table.add(f"{d}", f"{done:,}", f"{plan.trials_of(d):,}", f"{max(plan.trials_of(d) - done, 0):,}")
    console.show(table)
    console.say(_left_text(found.finished, found.seconds / cores, cores))
    if found.holder is not None:
        text = ", ".join(f"{key} {value}" for key, value in found.holder.items() if key != "command")
        console.say(f"In use: {text}")


def _left_text(finished: bool, seconds: float, cores: int) -> str:
    if finished:
        return "Nothing is left to do."
    return f"About {duration(seconds)} of work are left on {cores} cores; the sweep command goes on where it stopped."


def gather(run: Path, console: "Terminal") -> None:
    """Make raw.nc of all blocks in a run folder, those copied from other machines included."""
    plan = merge(run)
    grid = f"n up to {plan.n_max}, d = {', '.join(map(str, plan.d))}, {plan.trials:,} trials"
    console.say(f"{run / 'raw.nc'}: {plan.claim.label}, {grid}")
