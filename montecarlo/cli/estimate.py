"""`ticketsum estimate`: n* and C of a finished run, with intervals."""

from typing import Annotated

import analysis  # loads nothing until a name of it is used

from ..errors import InputError
from .interrupts import READ_ONLY
from .options import Format, Level, Run, option
from .output import terminal


def estimate(
    run: Run,
    /,
    *,
    epsilon: Annotated[str | None, option("Accuracies, as in 0.1,0.01.", "0.3 to 0.005, as far as resolved")] = None,
    delta: Annotated[float | None, option("Failure probability.", "the accuracy")] = None,
    level: Level = 0.95,
    form: Format = "table",
) -> None:
    """Estimate success probabilities, n* and the constant C from a finished sweep, at any accuracy.

    n* is the smallest n with success probability at least 1 - delta, C = n* / ln(A / min(epsilon, delta)), natural
    logarithm. Prints a table and writes estimates.nc beside the data, unless those are read-only.
    """
    from ..storage.dataset import load, save
    from .parsing import parse_epsilon

    dataset = load(run)
    chosen = analysis.resolved(dataset) if epsilon is None else parse_epsilon(epsilon)
    found = analysis.estimate(dataset, chosen, delta=delta, level=level)
    target = (run if run.is_dir() else run.parent) / "estimates.nc"
    terminal(stderr=False).show_as(analysis.threshold_table(found), form)
    try:
        save(found, target)
    except InputError as error:
        if not isinstance(error.__cause__, OSError) or error.__cause__.errno not in READ_ONLY:
            raise
        terminal().say(f"Not stored: {error.__cause__}")
    else:
        terminal(stderr=form != "table").say(f"Stored in {target}")
