"""The table this project exists for: n*, C = n* / ln(A / epsilon) and the slack of each event, claim by claim.

C(event, d, epsilon)     = n*(event, d, epsilon) / ln(A / epsilon), natural logarithm, at delta = epsilon
slack(event, d, epsilon) = C(event, d, epsilon) / C(first event, d, epsilon) = n*(event) / n*(first event)
"""

import json
from collections.abc import Iterable, Sequence

import numpy as np
import xarray as xr

from ..entry import attribute, claim_about, raw_datasets, variable
from ..errors import InputError
from ..statistics.binomial import bonferroni
from .samples import CLOPPER_PEARSON, SEQUENCE, cell_trials, is_anytime
from .success import check_epsilon, described, label
from .thresholds import thresholds

COARSE_TO_FINE = (0.3, 0.1, 0.03, 0.01)
"""The accuracies of the table unless asked otherwise."""

UNRESOLVED = "not resolved by the sweep"
BEYOND = "beyond the grid of n"
LEFT_OUT = "where the grid of n has a gap, or starts above it"

_LIMITS = ("", "_low", "_high")
_TEXTS = {
    "epsilon": "accuracy epsilon",
    "n_star": "n*: smallest n with success probability at least 1 - epsilon; NaN where unknown",
    "n_star_low": "lower confidence limit of n*; above the grid, its largest n plus one",
    "n_star_high": "upper confidence limit of n*; inf if the trials certify no n of the grid",
    "constant": "C = n* / ln(A / epsilon), natural logarithm",
    "constant_low": "lower confidence limit of C",
    "constant_high": "upper confidence limit of C",
    "slack": "C over that of the claim's first event at the same d and epsilon",
    "slack_low": "lower confidence limit of the slack",
    "slack_high": "upper confidence limit of the slack",
    "log_term": "ln(A / epsilon), natural logarithm",
    "missing": "why n* is unknown; empty where it is known",
    "cost": "estimated seconds on one core of a sweep fine enough for epsilon; NaN if not estimated",
    "trials": "trials of the sweep at this event and d, the fewest at any n",
}


def constants(
    datasets: Sequence[xr.Dataset],
    epsilon: float | Iterable[float] = COARSE_TO_FINE,
    *,
    level: float = 0.95,
    anytime: bool | None = None,
) -> xr.Dataset:
    """n*, C = n* / ln(A / epsilon) and slack = C / C(first event), with intervals; dims (case, epsilon).

    datasets: raw Datasets, one a sweep, of any claims, d and resolutions. A case is a (sweep, event, d); coordinates
    `claim`, `title`, `label`, `event`, `rank` (0 for the claim's first event) and `d` name it, so that
    `.to_dataframe()` is a tidy table. Where n* is unknown it is NaN, with C and slack, and `missing` says why: the
    epsilon is below the sweep's resolution; or n* is above its grid, which still gives lower limits; or the grid starts
    above n* or leaves numbers out around it, which still gives limits on both sides, the lower one 1 where the grid
    starts above. `trials`: the fewest at any n. Attribute `claims`: `claim_about` of each claim, as JSON.

    level: coverage of each interval. Those of the slack divide the limits of two intervals at 1 - (1 - level) / 2,
    n*_low(event) / n*_high(first) and n*_high(event) / n*_low(first): conservative, and valid although both events
    share their trials.

    anytime: by confidence sequences; None: where a sweep was stopped by its own results. No Dataset at all is an
    InputError.

    >>> import analysis, montecarlo
    >>> ds = montecarlo.sweep(montecarlo.Theorem3(), n=10, trials=2000)
    >>> table = analysis.constants([ds], [0.3, 0.1]).squeeze().to_dataframe()
    >>> table[["n_star", "constant"]].round(2)
             n_star  constant
    epsilon
    0.3         4.0      2.11
    0.1         9.0      3.00
    """
    datasets, values = raw_datasets(datasets), check_epsilon(epsilon)
    if not datasets:
        raise InputError("constants need at least one sweep, got none; give the Dataset of a finished run")
    parts = [part for dataset in datasets for part in _cases(dataset, values, level, anytime)]
    table = xr.concat(parts, "case", coords="different", compat="equals", join="exact", combine_attrs="override")
    table.attrs = {
        "level": level,
        "interval": f"{_kinds(datasets, anytime)} at n* - 1 and n*; slack: quotients of limits that hold together at "
        "the level",
        "claims": json.dumps({str(attribute(each, "claim")): claim_about(each)._asdict() for each in datasets}),
    }
    return described(table, _TEXTS)


def _kinds(datasets: Sequence[xr.Dataset], anytime: bool | None) -> str:
    """The kind of interval of all sweeps; where there are both kinds, with the labels of those stopped by results."""
    stopped = [label(dataset) for dataset in datasets if is_anytime(dataset, anytime)]
    if len(stopped) in (0, len(datasets)):
        return SEQUENCE if stopped else CLOPPER_PEARSON
    return f"{CLOPPER_PEARSON}, but for {', '.join(dict.fromkeys(stopped))} {SEQUENCE},"


def _cases(dataset: xr.Dataset, epsilon: np.ndarray, level: float, anytime: bool | None) -> list[xr.Dataset]:
    """The rows of one sweep, an event after the other for each d."""
    seen = [value for value in epsilon if value >= float(dataset.attrs.get("resolution", 0.0))]
    found = _known(dataset, seen, level, anytime).reindex(epsilon=epsilon)
    found["missing"] = xr.where(found["known"].isnull(), UNRESOLVED, xr.where(found["known"] == 0.0, BEYOND, LEFT_OUT))
    found["missing"] = xr.where(found["known"] == 1.0, "", found["missing"])
    found["log_term"] = _log_term(dataset, found["epsilon"])
    found["cost"] = ("epsilon", _costs(dataset, epsilon))
    names = {"claim": attribute(dataset, "claim"), "title": attribute(dataset, "claim_title"), "label": label(dataset)}
    rows: list[xr.Dataset] = []
    fewest = cell_trials(dataset).min(axis=-1)
    for index, d in enumerate(dataset["d"].to_numpy()):
        for rank, event in enumerate(dataset["event"].to_numpy()):
            row = found.drop_vars("known").sel(event=event, d=d).reset_coords(drop=True).expand_dims("case")
            named = names | {"event": str(event), "rank": rank, "d": int(d)}
            row = row.assign_coords({name: ("case", _one(value)) for name, value in named.items()})
            rows.append(row.assign(trials=("case", [int(fewest[rank, index])])))
    return rows


def _one(value: object) -> np.ndarray:
    """A column of one row; text as objects, since NumPy's own strings have a fixed length."""
    return np.array([value], dtype=object if isinstance(value, str) else int)


def _known(dataset: xr.Dataset, epsilon: list[float], level: float, anytime: bool | None) -> xr.Dataset:
    """n*, C and slack where the sweep resolves epsilon; `known`: 1: n* is known, 0: above the grid, 2: left out."""
    if not epsilon:
        return _nothing(dataset)
    levels = (level, bonferroni(level, 2))
    found, wide = (thresholds(dataset, epsilon, level=each, anytime=anytime) for each in levels)
    result, above = xr.Dataset(), np.isinf(found["n_star"])
    found, wide = (_bounded(each, dataset) for each in (found, wide))
    first, first_wide = found["n_star"].isel(event=0, drop=True), wide.isel(event=0, drop=True)
    log_term = _log_term(dataset, found["epsilon"])
    for end in _LIMITS:
        result[f"n_star{end}"] = found[f"n_star{end}"]
        result[f"constant{end}"] = found[f"n_star{end}"] / log_term.where(log_term > 0.0)
    result["slack"] = found["n_star"] / first
    result["slack_low"] = wide["n_star_low"] / first_wide["n_star_high"]
    result["slack_high"] = wide["n_star_high"] / first_wide["n_star_low"]
    itself = xr.DataArray(np.arange(dataset.sizes["event"]) == 0, dims="event")
    for end in _LIMITS:  # nothing is known of a quotient by an unknown n*
        result[f"slack{end}"] = result[f"slack{end}"].where(np.isfinite(first))
        result[f"slack{end}"] = xr.where(itself & np.isfinite(first), 1.0, result[f"slack{end}"])
    result["known"] = xr.where(above, 0.0, xr.where(found["n_star"].notnull(), 1.0, 2.0))
    return result.transpose("event", "d", "epsilon").drop_vars("delta")


def _log_term(dataset: xr.Dataset, epsilon: xr.DataArray) -> xr.DataArray:
    return xr.ufuncs.log(variable(dataset, "amplitude") / epsilon)


def _bounded(found: xr.Dataset, dataset: xr.Dataset) -> xr.Dataset:
    """Thresholds with NaN for an n* that is not known; a lower limit above the grid is the first n there."""
    n = xr.DataArray(np.where(cell_trials(dataset) > 0, dataset["n"].to_numpy(), 0).max(axis=-1), dims=("event", "d"))
    known = np.isfinite(found["n_star"]) & (found["n_star_from"] == found["n_star"])
    limited = {"n_star": found["n_star"].where(known), "n_star_low": np.minimum(found["n_star_low"], n + 1.0)}
    return found.assign(limited)


def _nothing(dataset: xr.Dataset) -> xr.Dataset:
    """The layout of `_known` without an epsilon."""
    empty = np.empty((dataset.sizes["event"], dataset.sizes["d"], 0))
    names = [f"{name}{end}" for name in ("n_star", "constant", "slack") for end in _LIMITS]
    coordinates = {"event": dataset["event"], "d": dataset["d"], "epsilon": np.empty(0)}
    return xr.Dataset(dict.fromkeys((*names, "known"), (("event", "d", "epsilon"), empty)), coordinates)


def _costs(dataset: xr.Dataset, epsilon: np.ndarray) -> np.ndarray:
    """Estimated seconds of the sweep, were it fine enough for each epsilon; NaN where the sweep does not say."""
    text = dataset.attrs.get("cost", "{}")
    try:
        said = {float(key): float(seconds) for key, seconds in json.loads(text).items()}
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(
            f"the cost of {label(dataset)} must be seconds by accuracy as JSON, got {text!r:.60}; run its sweep again"
        ) from error
    return np.array([said.get(float(value), np.nan) for value in epsilon])
