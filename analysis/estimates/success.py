"""From critical epsilons to success probabilities, for any epsilon after the fact.

P(event at epsilon) = P(critical epsilon <= epsilon). Where a trial's critical epsilon is known only up to a
bracket [lower, upper], it succeeds *surely* if upper <= epsilon and *possibly* if lower <= epsilon; an interval
takes its low end from the sure count and its high end from the possible one, so that rounding never hides as bias.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..entry import About, attribute, raw_dataset
from ..errors import InputError
from ..statistics.binomial import bonferroni
from .samples import cell_trials, interval_name, is_anytime, limits, trials_there

EPSILONS = (0.3, 0.2, 0.1, 0.05, 0.03, 0.02, 0.01, 0.005)
"""Where estimates are made unless asked otherwise."""

_TEXTS = {
    "success": "estimated success probability",
    "success_low": "lower confidence limit of the success probability",
    "success_high": "upper confidence limit of the success probability",
    "surely": "trials that surely succeed",
    "possibly": "trials that possibly succeed",
    "epsilon": "accuracy epsilon",
}


def success(
    dataset: xr.Dataset,
    epsilon: float | Iterable[float],
    *,
    level: float = 0.95,
    simultaneous: bool = False,
    anytime: bool | None = None,
) -> xr.Dataset:
    """P(event at epsilon) for every event, d and n, with Clopper-Pearson intervals; dims (event, d, n, epsilon).

    dataset: raw Dataset of a sweep. epsilon: one value or several, finite, above 0 and not below the resolution of
    the sweep, under which it kept no detail (InputError). level: coverage of each interval, or of all of them
    together (Bonferroni) if `simultaneous`. anytime: confidence sequences instead, which hold at all numbers of trials
    at once; None: where the sweep was stopped by its own results. `success` is the sure count over the trials of the
    cell, those that are not missing (NaN); a cell without any has NaN, and limits 0 and 1. Where cells have different
    numbers of trials, `trials` says how many.

    >>> import analysis, montecarlo
    >>> ds = montecarlo.sweep(montecarlo.Theorem3(), n=10, trials=2000)
    >>> rates = analysis.success(ds, epsilon=0.1).squeeze()
    >>> rates["success"].sel(n=[6, 8, 10]).values.round(2).tolist()
    [0.59, 0.89, 0.97]
    >>> rates["success_low"].sel(n=10).round(2).item()
    0.96
    """
    dataset = raw_dataset(dataset)
    values = check_resolved(dataset, epsilon)
    upper = dataset["critical_epsilon"]
    lower = lower_bounds(dataset)
    surely = _count(upper, values)
    possibly = _count(lower, values)
    counts = cell_trials(dataset)
    trials = counts[..., None]
    each = bonferroni(level, surely.size) if simultaneous else level
    always = is_anytime(dataset, anytime)
    low, _ = limits(always)(surely, trials, each)
    _, high = limits(always)(possibly, trials, each)
    dims = ("event", "d", "n", "epsilon")
    data = {
        "success": np.where(trials > 0, surely / np.maximum(trials, 1), np.nan),
        "success_low": low,
        "success_high": high,
        "surely": surely,
        "possibly": possibly,
    }
    coordinates: dict[str, Any] = {name: dataset[name] for name in ("event", "d", "n")} | {"epsilon": values}
    if "role" in dataset:
        coordinates["role"] = ("event", dataset["role"].to_numpy(), dataset["role"].attrs)
    variables, attributes = trials_there(dataset, counts)
    result = xr.Dataset({name: (dims, array) for name, array in data.items()} | variables, coordinates)
    together = "simultaneous over the grid" if simultaneous else "each at the level"
    result.attrs = (
        inherited(dataset)
        | attributes
        | {
            "level": level,
            "interval": f"{interval_name(always)}, {together}",
        }
    )
    return described(result, _TEXTS)


def lower_bounds(dataset: xr.Dataset) -> xr.DataArray:
    """Lower bounds on the critical epsilons; the values themselves where they are exact."""
    return dataset["critical_epsilon_low" if "critical_epsilon_low" in dataset else "critical_epsilon"]


def check_epsilon(epsilon: float | Iterable[float]) -> NDArray[np.float64]:
    """The values as an array, sorted from large to small; each finite and above 0, at least one."""
    values = numbers("epsilon", epsilon)
    if values.size == 0:
        raise InputError("epsilon must have at least one value, got none; give epsilon=0.01, say")
    for value in values:
        if not (np.isfinite(value) and value > 0.0):
            raise InputError(f"epsilon must be finite and above 0, got {value}")
    return values[::-1].copy()


def numbers(name: str, values: Any) -> NDArray[np.float64]:
    """One value or several, a list, an array or a DataArray of any shape, as rising numbers, each once."""
    several = isinstance(values, Iterable) and not hasattr(values, "shape") and not isinstance(values, str)
    try:
        array = np.asarray(list(values) if several else values)
        if array.dtype.kind in "fiu" or array.size == 0:
            return np.unique(array.astype(float))
    except ValueError:  # ragged
        pass
    raise InputError(f"{name} must be a number or several, got {values!r:.60}")


def check_resolved(dataset: xr.Dataset, epsilon: float | Iterable[float]) -> NDArray[np.float64]:
    """As `check_epsilon`; refuses besides what lies below the resolution of the sweep, where it kept no detail."""
    values = check_epsilon(epsilon)
    resolution = float(dataset.attrs.get("resolution", 0.0))
    if values[-1] < resolution:
        raise InputError(
            f"epsilon must be at least the sweep's resolution {resolution:g}, got {values[-1]:g}; "
            "sweep again with a smaller resolution"
        )
    return values


def resolved(dataset: xr.Dataset, epsilon: Iterable[float] = EPSILONS) -> list[float]:
    """What of `epsilon` is at or above the sweep's resolution, from large to small; the resolution if nothing is."""
    resolution = float(attribute(dataset, "resolution"))
    return [float(value) for value in check_epsilon(epsilon) if value >= resolution] or [resolution]


def described(dataset: xr.Dataset, texts: dict[str, str]) -> xr.Dataset:
    """`dataset` with long names and units, so that xarray's own plots label themselves."""
    for name, text in texts.items():
        if name in dataset.variables:
            dataset[name].attrs = {"long_name": text, "units": "1"}
    return dataset


def _count(values: xr.DataArray, epsilon: NDArray[np.float64]) -> NDArray[np.int64]:
    """Trials with a value at or below epsilon, which NaN never is: (event, d, n, epsilon)."""
    array = values.to_numpy()
    return np.stack([np.count_nonzero(array <= e, axis=-1) for e in epsilon], axis=-1)


def inherited(dataset: xr.Dataset) -> dict[str, Any]:
    """The attributes of a sweep that its estimates keep: what was claimed, and where the numbers come from."""
    names = ("claim", "claim_title", "label", "statement", "source", "parameters", "seed", "relative_tolerance")
    kept = (*names, "resolution", "provenance", "stopping", *About._fields)
    return {name: dataset.attrs[name] for name in kept if name in dataset.attrs}


def label(dataset: xr.Dataset) -> str:
    """What tells a sweep and its estimates from others of the same claim; the claim's title in older files."""
    return str(dataset.attrs["label"] if "label" in dataset.attrs else attribute(dataset, "claim_title"))
