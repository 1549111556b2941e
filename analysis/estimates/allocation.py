"""Where the next trials of a sweep should go, and how many, from what a look at it has counted.

A cell is one (event, n, epsilon) of a d. All cells of a d share their trials, so that the widest interval of any of
them decides. Of several d the widest come first: they are brought down by a factor sqrt(2) at a look, or to the
half-width that is asked for, and by no more than twice their trials, since a forecast from few trials is a poor one.
"""

import numpy as np
import xarray as xr

from ..entry import check_number, estimated
from ..errors import InputError
from .stopping import half_width as width_of
from .stopping import most_needed


def next_look(tallies: xr.Dataset, half_width: float | None = None, *, level: float = 0.95) -> xr.Dataset:
    """For every d the trials it should have at the next look; those it has, if nothing more is to be gained.

    tallies: `surely` and `possibly` succeeding trials (event, d, n, epsilon) out of `trials` (d). half_width: what all
    intervals are to come down to, of the confidence sequence at `level`; None for as narrow as possible.

    Result, all (d): `half_width`, the widest there is, with its `event`, `n` and `epsilon`; `reachable`, whether more
    trials can bring it down; `needed`, a forecast of the trials for `half_width`, inf if brackets alone are wider;
    `wanted`, the trials to have at the next look. More than twice the trials there are is never asked for.
    """
    tallies = estimated(
        tallies, ("surely", "possibly", "trials"), "montecarlo.sweeps.adaptive", dims=("event", "d", "n", "epsilon")
    )
    if half_width is not None and not 0.0 < check_number("half_width", half_width) < 0.5:
        raise InputError(f"half_width must be between 0 and 0.5, got {half_width}; 0.01, say")
    trials = tallies["trials"].to_numpy().astype(float)
    cells = [tallies[name].transpose("d", "event", "n", "epsilon").to_numpy() for name in ("surely", "possibly")]
    shape = cells[0].shape[1:]
    surely, possibly = (cell.reshape(trials.size, -1).astype(float) for cell in cells)
    widths = width_of(surely, possibly, trials[:, None], level)
    widest = widths.argmax(axis=1)
    worst = widths.max(axis=1)
    limits = ((possibly - surely) / trials[:, None] / 2.0).max(axis=1)  # of ever more trials with the same shares
    goal = 0.0 if half_width is None else half_width
    open_ = (worst > goal) & (limits < (worst / np.sqrt(2.0) if half_width is None else goal))
    aim = max(goal, (worst[open_].max() if open_.any() else 0.0) / np.sqrt(2.0))
    growing = open_ & (worst > aim)
    wanted = trials.copy()
    for k in np.flatnonzero(growing):
        wanted[k] = min(most_needed(surely[k], possibly[k], trials[k], aim, level), 2.0 * trials[k])
    needed = trials.copy()
    for k in np.flatnonzero(worst > goal):
        needed[k] = np.inf if goal == 0.0 else most_needed(surely[k], possibly[k], trials[k], goal, level)
    event, n, epsilon = np.unravel_index(widest, shape)
    data = {
        "half_width": worst,
        "event": tallies["event"].to_numpy()[event],
        "n": tallies["n"].to_numpy()[n],
        "epsilon": tallies["epsilon"].to_numpy()[epsilon],
        "reachable": open_ | (worst <= goal),
        "needed": needed,
        "wanted": wanted.astype(int),
    }
    return xr.Dataset({name: ("d", values) for name, values in data.items()}, {"d": tallies["d"].to_numpy()})
