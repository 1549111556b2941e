"""How many trials each d of a sweep has, what stopped it, and which intervals are honest then.

A raw Dataset may have an integer variable `trials` (d): the trials of a d are then the first so many along `trial`, and
what follows is NaN. Without it every d has all. A non-empty attribute `stopping` says that the sweep looked at its own
results to decide when to stop. Each trial of a d is independent of all that was seen before it, of whatever event, n or
d, so that a confidence sequence holds there, and for every d at its own number of trials. Clopper-Pearson does not.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from .errors import InputError
from .intervals import Floats, clopper_pearson, quantile_ranks
from .sequences import confidence_sequence, sequence_ranks

SEQUENCE = "confidence sequence (valid however the sweep was stopped)"
CLOPPER_PEARSON = "Clopper-Pearson"
_TEXT = {"long_name": "trials of each d", "units": "1"}


def trials_of(dataset: xr.Dataset) -> NDArray[np.int64]:
    """Number of trials of every d of a raw Dataset: (d,). What is no number from 1 to the stored ones: InputError."""
    stored = dataset.sizes["trial"]
    if "trials" not in dataset:
        return np.full(dataset.sizes["d"], stored)
    counts = dataset["trials"].to_numpy()
    for count in counts:
        if not (1 <= count <= stored and count == int(count)):
            raise InputError(f"trials of every d must be from 1 to the {stored} stored, got {count}; consolidate again")
    return counts.astype(int)


def trials_there(dataset: xr.Dataset) -> tuple[dict[str, Any], dict[str, Any]]:
    """(variables, attributes) that tell estimates of a raw Dataset its trials: one number, or `trials` (d)."""
    counts = trials_of(dataset)
    return ({"trials": ("d", counts, _TEXT)}, {}) if "trials" in dataset else ({}, {"trials": dataset.sizes["trial"]})


def trials_text(dataset: xr.Dataset) -> str:
    """The number of trials, or from the least to the most of any d, of a raw Dataset or of its estimates: "1,000"."""
    stored = dataset.attrs.get("trials", dataset.sizes.get("trial"))
    counts = dataset["trials"].to_numpy() if "trials" in dataset else np.array(stored)
    least, most = int(counts.min()), int(counts.max())
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"


def is_anytime(dataset: xr.Dataset, anytime: bool | None = None) -> bool:
    """Whether intervals have to hold at all numbers of trials at once; None: if its own results stopped the sweep."""
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
