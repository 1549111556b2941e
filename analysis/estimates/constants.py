"""The table this project exists for: n*, C = n* / ln(A / epsilon) and the slack of each event, claim by claim.

C(event, d, epsilon)     = n*(event, d, epsilon) / ln(A / epsilon), natural logarithm, at delta = epsilon
slack(event, d, epsilon) = C(event, d, epsilon) / C(main event, d, epsilon) = n*(event) / n*(main event)
"""

import json
from collections.abc import Iterable, Sequence

import numpy as np
import xarray as xr

from ..entry import attribute, claim_about, main_event, raw_datasets, roles
from ..errors import InputError
from ..statistics.binomial import bonferroni
from .samples import CLOPPER_PEARSON, SEQUENCE, cell_trials, is_anytime
from .success import check_epsilon, described, label
from .thresholds import log_terms, quotients, thresholds

COARSE_TO_FINE = (0.3, 0.1, 0.03, 0.01)
"""The accuracies of the table unless asked otherwise."""

UNRESOLVED = "not resolved by the sweep"
BEYOND = "beyond the grid of n"
LEFT_OUT = "where the grid of n has a gap, or starts above it"

_LIMITS = ("", "_low", "_high")
_KNOWN = (
    *(f"{name}{end}" for end in _LIMITS for name in ("n_star", "constant")),
    *(f"slack{end}" for end in _LIMITS),
    "known",
)
_NAMES = ("claim", "title", "label", "event", "rank", "role", "d")
_TEXTS = {
    "epsilon": "accuracy epsilon",
    "n_star": "n*: smallest n with success probability at least 1 - epsilon; NaN where unknown",
    "n_star_low": "lower confidence limit of n*; above the grid, its largest n plus one",
    "n_star_high": "upper confidence limit of n*; inf if the trials certify no n of the grid",
    "constant": "C = n* / ln(A / epsilon), natural logarithm",
    "constant_low": "lower confidence limit of C",
    "constant_high": "upper confidence limit of C",
    "slack": "C over that of the claim's main event at the same d and epsilon",
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
    """n*, C = n* / ln(A / epsilon) and slack = C / C(main event), with intervals; dims (case, epsilon).

    datasets: raw Datasets, one per sweep, of any claims, d and resolutions. A case is a (sweep, event, d); coordinates
    `claim`, `title`, `label`, `event`, `rank`, `role` and `d` name it, so that `.to_dataframe()` is a tidy table.
    Rank 0 is the claim's main event, the statement or else the weakest that implies it; necessary events have ranks
    below 0. Where n* is unknown it is NaN, with C and slack, and `missing` gives the reason: epsilon is below the
    sweep's resolution; or n* is above its grid, which still gives lower limits; or the grid starts above n* or leaves
    numbers out around it, which still gives limits on both sides, the lower one 1 where the grid starts above.
    `trials`: the fewest at any n. Attribute `claims`: `claim_about` of each claim, as JSON.

    level: coverage of each interval. Those of the slack divide the limits of two intervals at 1 - (1 - level) / 2,
    n*_low(event) / n*_high(main) and n*_high(event) / n*_low(main): conservative, and valid although both events
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
    parts = [_cases(dataset, values, level, anytime) for dataset in datasets]
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    dims = {name: ("case", "epsilon")[: column.ndim] for name, column in columns.items()}
    data = {name: (dims[name], column) for name, column in columns.items()}
    table = xr.Dataset(data, {"epsilon": values} | {name: data.pop(name) for name in _NAMES})
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


def _cases(dataset: xr.Dataset, epsilon: np.ndarray, level: float, anytime: bool | None) -> dict[str, np.ndarray]:
    """The columns of one sweep, (case,) or (case, epsilon): an event after the other for each d."""
    events, d = dataset["event"].to_numpy(), dataset["d"].to_numpy()
    seen = [value for value in epsilon if value >= float(dataset.attrs.get("resolution", 0.0))]
    found = _known(dataset, seen, level, anytime) if seen else {}
    unseen = np.full((events.size, d.size, epsilon.size - len(seen)), np.nan)
    values = {name: np.concatenate([found[name], unseen], axis=-1) if seen else unseen for name in _KNOWN}
    known = values.pop("known")
    missing = np.where(np.isnan(known), UNRESOLVED, np.where(known == 0.0, BEYOND, LEFT_OUT))
    values["missing"] = np.where(known == 1.0, "", missing)
    values["log_term"] = log_terms(dataset, epsilon)
    values["cost"] = _costs(dataset, epsilon)
    rows = {name: np.broadcast_to(each, known.shape).swapaxes(0, 1) for name, each in values.items()}
    columns = {name: each.reshape(-1, epsilon.size) for name, each in rows.items()}
    names = {"claim": attribute(dataset, "claim"), "title": attribute(dataset, "claim_title"), "label": label(dataset)}
    texts = {name: np.full(events.size * d.size, str(text), dtype=object) for name, text in names.items()}
    event, role = (
        np.array([str(each) for each in column], dtype=object) for column in (events, roles(dataset).values())
    )
    named = {"event": np.tile(event, d.size), "rank": np.tile(np.arange(events.size) - _main(dataset), d.size)}
    named |= {"role": np.tile(role, d.size)}
    named |= {"d": np.repeat(d.astype(int), events.size)}
    return columns | texts | named | {"trials": cell_trials(dataset).min(axis=-1).T.ravel()}


def _main(dataset: xr.Dataset) -> int:
    """The place of the main event."""
    return list(dataset["event"].to_numpy()).index(main_event(dataset))


def _known(dataset: xr.Dataset, epsilon: list[float], level: float, anytime: bool | None) -> dict[str, np.ndarray]:
    """n*, C and slack where the sweep resolves epsilon; `known`: 1: n* is known, 0: above the grid, 2: left out."""
    levels = (level, bonferroni(level, 2))
    found, wide = (_bounded(thresholds(dataset, epsilon, level=each, anytime=anytime), dataset) for each in levels)
    n_star, above, main = found["n_star"], found.pop("above"), _main(dataset)
    log_term = log_terms(dataset, check_epsilon(epsilon))
    result = {f"constant{end}": quotients(found[f"n_star{end}"], log_term) for end in _LIMITS}
    with np.errstate(all="ignore"):
        result["slack"] = n_star / n_star[main]
        result["slack_low"] = wide["n_star_low"] / wide["n_star_high"][main]
        result["slack_high"] = wide["n_star_high"] / wide["n_star_low"][main]
    for end in _LIMITS:  # nothing is known of a quotient by an unknown n*
        slack = np.where(np.isfinite(n_star[main]), result[f"slack{end}"], np.nan)
        slack[main] = np.where(np.isfinite(n_star[main]), 1.0, np.nan)
        result[f"slack{end}"] = slack
    result["known"] = np.where(above, 0.0, np.where(np.isnan(n_star), 2.0, 1.0))
    return found | result


def _bounded(found: xr.Dataset, dataset: xr.Dataset) -> dict[str, np.ndarray]:
    """n* and its limits, NaN where unknown; a lower limit above the grid is the first n there. `above`: n* is, too."""
    last = np.where(cell_trials(dataset) > 0, dataset["n"].to_numpy(), 0).max(axis=-1)
    n_star, low, high = (found[f"n_star{end}"].to_numpy() for end in _LIMITS)
    above = np.isinf(n_star)
    known = ~above & (found["n_star_from"].to_numpy() == n_star)
    limited = {"n_star": np.where(known, n_star, np.nan), "n_star_low": np.minimum(low, last[..., None] + 1.0)}
    return limited | {"n_star_high": high, "above": above}


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
