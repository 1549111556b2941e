"""How many trials each cell of a sweep has, what stopped it, and which intervals are honest then.

A trial that is NaN is missing: where d have different numbers of trials (`trials` (d) of a raw Dataset), and where runs
over different n were put together. Every cell (event, d, n) counts its own. A non-empty attribute `stopping` says that
the sweep looked at its own results to decide when to stop. Each trial of a d is independent of all that was seen before
it, of whatever event, n or d, so that a confidence sequence holds there, and for every d at its own number of trials.
Clopper-Pearson does not.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..entry import estimated, raw_dataset, require_dataset
from ..errors import InputError
from ..statistics.binomial import Floats, clopper_pearson, quantile_ranks
from ..statistics.confidence_sequence import confidence_sequence, sequence_ranks

SEQUENCE = "confidence sequence (valid however the sweep was stopped)"
CLOPPER_PEARSON = "Clopper-Pearson"
_TEXT = {"long_name": "trials of each d", "units": "1"}


def trials_of(dataset: xr.Dataset) -> NDArray[np.int64]:
    """Trials of every d of a raw Dataset that have a value at some n: (d,).

    Where its variable `trials` is no number from 1 to the stored ones: InputError.
    """
    dataset = raw_dataset(dataset)
    _check_trials(dataset)
    there = dataset["critical_epsilon"].notnull().any(["event", "n"])
    return there.sum("trial").to_numpy()


def cell_trials(dataset: xr.Dataset) -> NDArray[np.int64]:
    """Trials of every cell of a raw Dataset, those that are not missing: (event, d, n)."""
    _check_trials(dataset)
    return dataset.sizes["trial"] - np.count_nonzero(np.isnan(dataset["critical_epsilon"].to_numpy()), axis=-1)


def trial_sets(dataset: xr.Dataset) -> int:
    """Into how many stretches of n, with equal trials in each, the grid falls; the most of any event and d.

    Within a stretch successes only rise with n. What is concluded from the best of several n, one of each stretch, has
    to share its risk among so many.
    """
    missing = np.isnan(dataset["critical_epsilon"].to_numpy())
    if not missing.any():
        return 1
    cells = missing.reshape(-1, *missing.shape[2:])
    filled = [cell[~cell.all(axis=-1)] for cell in cells]
    return max(1 + int(np.count_nonzero((cell[1:] != cell[:-1]).any(axis=-1))) for cell in filled)


def trials_there(dataset: xr.Dataset, counts: NDArray[np.int64] | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
    """(variables, attributes) that tell estimates of a raw Dataset its trials: one number, or `trials`.

    counts: trials of every cell, (event, d, n) or (d, n). `trials` is by d if that is all they depend on.
    """
    counts = cell_trials(dataset) if counts is None else counts
    of_d = counts.max(axis=(*range(counts.ndim - 2), counts.ndim - 1))
    if np.any(counts != of_d[:, None]):
        dims = ("event", "d", "n")[-counts.ndim :]
        return {"trials": (dims, counts, _TEXT | {"long_name": "trials of each cell"})}, {}
    if "trials" in dataset or np.any(of_d != of_d[0]):
        return {"trials": ("d", of_d, _TEXT)}, {}
    return {}, {"trials": int(of_d[0])}


def trials_text(dataset: xr.Dataset) -> str:
    """The number of trials, or from the least to the most of any cell, of a raw Dataset or its estimates: "1,000"."""
    if isinstance(dataset, xr.Dataset) and "critical_epsilon" not in dataset:
        estimated(dataset, (), "analysis.success")
        if "trials" not in dataset and "trials" not in dataset.attrs:
            raise InputError("the Dataset must have trials, as a variable or an attribute, got neither")
        counts = dataset["trials"].to_numpy() if "trials" in dataset else np.array(dataset.attrs["trials"])
    else:
        counts = cell_trials(raw_dataset(dataset))
    least, most = int(counts.min()), int(counts.max())
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"


def _check_trials(dataset: xr.Dataset) -> None:
    stored = dataset.sizes["trial"]
    if "trials" in dataset and dataset["trials"].dims == ("d",):
        for count in dataset["trials"].to_numpy():
            if not (1 <= count <= stored and count == int(count)):
                raise InputError(
                    f"trials of every d must be from 1 to the {stored} stored, got {count}; consolidate again"
                )


def is_anytime(dataset: xr.Dataset, anytime: bool | None = None) -> bool:
    """Whether intervals have to hold at all numbers of trials at once; None: if its own results stopped the sweep."""
    require_dataset(dataset)
    return bool(dataset.attrs.get("stopping", "")) if anytime is None else anytime


def limits(anytime: bool) -> Callable[..., tuple[Floats, Floats]]:
    """(successes, trials, level) to the interval of the probability."""
    return confidence_sequence if anytime else clopper_pearson


def ranks(anytime: bool) -> Callable[..., tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """(q, trials, level) to the ranks of the order statistics that hold the q-quantile."""
    return sequence_ranks if anytime else quantile_ranks


def interval_name(anytime: bool) -> str:
    """The kind of interval, for people."""
    return SEQUENCE if anytime else CLOPPER_PEARSON


def bands_text(datasets: Sequence[xr.Dataset]) -> str:
    """The kind of the 95% intervals that are drawn."""
    stopped = [is_anytime(dataset) for dataset in datasets]
    if not any(stopped):
        return "exact 95% intervals"
    return f"95% intervals ({SEQUENCE if all(stopped) else f'exact; {SEQUENCE} where its results stopped a sweep'})"
