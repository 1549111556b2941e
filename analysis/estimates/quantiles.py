"""Quantiles over trials, with intervals that ask nothing of the law: order statistics.

The q-quantile of the critical epsilon is the accuracy at which the event holds with probability q. Where a trial's
value is known only up to a bracket, low limits are order statistics of the lower bounds, high ones of the upper.
"""

from collections.abc import Iterable

import numpy as np
import xarray as xr

from ..entry import one_of, raw_dataset
from ..errors import InputError
from ..statistics.binomial import Floats, Ranks
from .samples import SEQUENCE, is_anytime, ranks, trials_there
from .success import described, inherited, lower_bounds, numbers

_TEXTS = {
    "epsilon": "quantile of the critical epsilon over trials",
    "epsilon_low": "lower confidence limit of the quantile of the critical epsilon",
    "epsilon_high": "upper confidence limit of the quantile of the critical epsilon",
    "ratio": "quantile of the ratio of two events' critical epsilons over trials",
    "ratio_low": "lower confidence limit of the quantile of the ratio",
    "ratio_high": "upper confidence limit of the quantile of the ratio",
    "quantile": "quantile over trials",
}


def quantiles(
    dataset: xr.Dataset, q: float | Iterable[float] = 0.5, *, level: float = 0.95, anytime: bool | None = None
) -> xr.Dataset:
    """The smallest epsilon at which P(event at epsilon) >= q, for every event, d and n; dims (event, d, n, quantile).

    dataset: raw Dataset of a sweep. q: one value or several, strictly between 0 and 1 (InputError). `epsilon` is the
    sample quantile of the stored upper bounds, the ceil(q trials)-th of them in order; `epsilon_low`, `epsilon_high`
    hold the true quantile with probability `level` at least, each, whatever the law. Too few trials give 0 or inf. A
    cell counts the trials that it has, those that are not missing (NaN); without any, its quantile is NaN.
    anytime: ranks of a confidence sequence, which hold at all numbers of trials at once; None: where the sweep was
    stopped by its own results.

    >>> import analysis, montecarlo
    >>> ds = montecarlo.sweep(montecarlo.Theorem3(), n=10, trials=2000)
    >>> analysis.quantiles(ds, 0.5)["epsilon"].sel(n=[5, 10]).values.ravel().round(2).tolist()
    [0.13, 0.01]
    """
    dataset = raw_dataset(dataset)
    upper, lower = (values.to_numpy() for values in (dataset["critical_epsilon"], lower_bounds(dataset)))
    return _labelled("epsilon", (lower, upper, upper), dataset, q, level, is_anytime(dataset, anytime))


def event_ratio(
    dataset: xr.Dataset,
    of: str,
    to: str,
    q: float | Iterable[float] = 0.5,
    *,
    level: float = 0.95,
    anytime: bool | None = None,
) -> xr.Dataset:
    """Quantiles of (critical epsilon of `of`) / (critical epsilon of `to`), trial by trial; dims (d, n, quantile).

    of, to: names of events. q: one value or several, strictly between 0 and 1. The two events share their trials, so
    this is how much larger the one is, not how their quantiles compare. `ratio` is that of the stored upper bounds;
    limits as in `quantiles`. Equal values have ratio 1, 0 and 0 included; a value known only as [0, resolution] is as
    good as 0 in a denominator, so that the upper limit may be inf.
    """
    dataset = raw_dataset(dataset)
    one, other = (one_of(dataset, "event", event).isel(event=0, drop=True) for event in (of, to))
    upper, upper_to = (each["critical_epsilon"].to_numpy() for each in (one, other))
    lower, lower_to = (lower_bounds(each).to_numpy() for each in (one, other))
    bounds = _divided(lower, upper_to), _divided(upper, upper_to), _divided(upper, lower_to)
    return _labelled("ratio", bounds, one, q, level, is_anytime(dataset, anytime)).assign_attrs(of=of, to=to)


def _divided(one: Floats, other: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(one == other, 1.0, one / other)


def _labelled(  # noqa: PLR0917
    name: str,
    bounds: tuple[Floats, Floats, Floats],
    dataset: xr.Dataset,
    q: float | Iterable[float],
    level: float,
    anytime: bool,
) -> xr.Dataset:
    """Order statistics of lower bounds, values and upper bounds, (..., trial) each, as name_low, name and name_high."""
    shares = _check_quantiles(q)
    dims = tuple(str(dim) for dim in dataset["critical_epsilon"].dims if dim != "trial")
    counts = np.count_nonzero(~np.isnan(bounds[1]), axis=-1)
    places = _places(counts, shares, level, anytime)
    names = (f"{name}_low", name, f"{name}_high")
    ordered = (_order_statistics(*each) for each in zip(bounds, places, strict=True))
    found = dict(zip(names, ordered, strict=True))
    found[name] = np.where(counts[..., None] > 0, found[name], np.nan)
    data = {key: ((*dims, "quantile"), array) for key, array in found.items()}
    coordinates = {dim: dataset[dim] for dim in dims} | {"quantile": shares}
    variables, attributes = trials_there(dataset, counts)
    kind = f"order statistics{f' by a {SEQUENCE}' if anytime else ''}, each at the level"
    attributes |= {"level": level, "interval": kind}
    return described(xr.Dataset(data | variables, coordinates, inherited(dataset) | attributes), _TEXTS)


def _places(counts: Ranks, shares: Floats, level: float, anytime: bool) -> tuple[Ranks, Ranks, Ranks]:
    """Ranks of the low limit, the sample quantile and the high limit in every cell: (..., quantile) each."""
    different, which = np.unique(counts, return_inverse=True)
    ends = [ranks(anytime)(shares, int(count), level) for count in different]
    low, high = (np.stack(each)[which.reshape(counts.shape)] for each in zip(*ends, strict=True))
    middle = np.maximum(np.ceil(shares * counts[..., None] - 1e-9), 1).astype(int)  # 0.07 * 100 is 7.000000000000001
    return low, middle, high


def _order_statistics(values: Floats, ranks: Ranks) -> Floats:
    """X_(rank) along the last axis, without NaN; 0 for rank 0, since nothing here is negative; inf beyond the last."""
    ends = [np.broadcast_to(end, (*values.shape[:-1], 1)) for end in (0.0, np.inf)]
    ordered = np.sort(np.where(np.isnan(values), np.inf, values), axis=-1)
    return np.take_along_axis(np.concatenate([ends[0], ordered, ends[1]], axis=-1), ranks, axis=-1)


def _check_quantiles(q: float | Iterable[float]) -> Floats:
    shares = numbers("q", q)
    if shares.size == 0:
        raise InputError("q must have at least one value, got none; give q=0.5, say")
    for share in shares:
        if not 0.0 < share < 1.0:
            raise InputError(f"q must be strictly between 0 and 1, got {share}; 0.5 is the median")
    return shares
