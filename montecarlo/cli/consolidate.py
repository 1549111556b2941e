"""`ticketsum consolidate`: one file of all blocks of a run, those of other machines included."""

from pathlib import Path
from typing import Annotated

from .options import Trusted, option
from .output import numbered, terminal


def consolidate(run: Annotated[Path, option("A run folder.")], /, *, claim: Trusted = None) -> None:
    """Make raw.nc of all blocks in a run folder, wherever they were computed.

    Runs of one seed on several machines are put together by copying their files into one folder's blocks/; blocks that
    do not belong, or do not agree in the trials they share, are refused.
    """
    from ..sweeps.status import merge

    plan = merge(run, claim)
    grid = f"n up to {plan.n_max}, d = {', '.join(map(str, plan.d))}, {numbered(plan.trials, 'trial')}"
    terminal(stderr=False).say(f"{run / 'raw.nc'}: {plan.claim.label}, {grid}")
