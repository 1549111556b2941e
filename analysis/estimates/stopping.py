"""How wide the intervals of a sweep are so far, and about how many trials make them as narrow as is wanted.

What a sweep asks between two looks at its own results; widths are therefore those of confidence sequences, which
hold at whichever look it stops.
"""

from collections.abc import Iterable

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from ..entry import check_number, raw_dataset
from ..errors import InputError
from ..statistics.binomial import Floats, check_counts
from ..statistics.confidence_sequence import sequence_around
from .samples import cell_trials
from .success import success

MOST = 1e12
"""A forecast beyond is none: inf."""
_HALVINGS = 40


def half_width(surely: ArrayLike, possibly: ArrayLike, trials: ArrayLike, level: float = 0.95) -> Floats:
    """(high of the possible count - low of the sure count) / 2, by the confidence sequence; shapes broadcast.

    surely, possibly: trials that succeed, and that may; out of `trials`.

    >>> import analysis
    >>> analysis.half_width(90, 90, 100).round(3).item()
    0.099
    """
    low, high = sequence_around(surely, possibly, trials, level)
    return (high - low) / 2.0


def half_widths(dataset: xr.Dataset, epsilon: float | Iterable[float], level: float = 0.95) -> xr.DataArray:
    """Half the width of each success probability's confidence sequence; dims (event, d, n, epsilon).

    dataset: raw Dataset. epsilon: as in `analysis.success`.
    """
    rates = success(dataset, epsilon, level=level, anytime=True)
    widths = (rates["success_high"] - rates["success_low"]) / 2.0
    return widths.rename("half_width").assign_attrs(long_name="half the width of the confidence sequence", units="1")


def forecast_trials(
    surely: ArrayLike, possibly: ArrayLike, trials: ArrayLike, wanted: float, level: float = 0.95
) -> Floats:
    """About how many trials in all until `half_width` is at most `wanted`, if both shares stay as they are.

    surely, possibly: as in `half_width`. At least `trials`; with none so far, shares of 1/2 are taken, which need the
    most. inf beyond 1e12, and where the shares themselves are 2 `wanted` apart, so that no number will do. A forecast,
    not a promise: shares will move. wanted: above 0 (InputError). Shapes broadcast.
    """
    if not check_number("the half-width wanted", wanted) > 0.0:
        raise InputError(f"the half-width wanted must be above 0, got {wanted}; 0.01 is usual")
    (sure, so_far), (possible, _) = check_counts(surely, trials), check_counts(possibly, trials)
    sure, possible, so_far = np.broadcast_arrays(sure, possible, so_far)
    known = so_far > 0.0
    shares = [np.where(known, count / np.where(known, so_far, 1.0), 0.5) for count in (sure, possible)]

    def enough(total: Floats) -> np.ndarray:
        return half_width(shares[0] * total, shares[1] * total, total, level) <= wanted

    low, high = np.maximum(so_far, 1.0), np.full(so_far.shape, MOST)
    done, reachable = enough(low) & known, enough(high)
    asked = reachable & ~done
    for _ in range(_HALVINGS):
        if np.all(np.ceil(high[asked]) <= np.floor(low[asked]) + 1.0):  # no further step changes the whole number
            break
        middle = np.sqrt(low * high)
        good = enough(middle)
        low, high = np.where(good, low, middle), np.where(good, middle, high)
    return np.where(done, so_far, np.where(reachable, np.ceil(high), np.inf))


def most_needed(
    surely: ArrayLike, possibly: ArrayLike, trials: ArrayLike, wanted: float, level: float = 0.95
) -> Floats:
    """The largest of `forecast_trials` over the last axis."""
    counts = np.stack(np.broadcast_arrays(surely, possibly, trials))
    different, which = np.unique(counts.reshape(3, -1), axis=1, return_inverse=True)  # equal cells need the same
    needed = forecast_trials(different[0], different[1], different[2], wanted, level)
    return needed[which].reshape(counts.shape[1:]).max(axis=-1)


def trials_needed(
    dataset: xr.Dataset, epsilon: float | Iterable[float], wanted: float, level: float = 0.95
) -> xr.DataArray:
    """About how many trials each d needs in all until every (event, n, epsilon) has a half-width of at most `wanted`.

    dims (d). The trials it has where all are narrow enough; where cells have different numbers of trials, those of the
    cell that needs the most; inf where brackets are too wide for any number of them.
    dataset: raw Dataset. Forecasts as in `forecast_trials`.
    """
    dataset = raw_dataset(dataset)
    rates = success(dataset, epsilon, level=level, anytime=True)
    trials = np.broadcast_to(cell_trials(dataset)[..., None], rates["surely"].shape)
    surely, possibly, counted = (
        np.moveaxis(each, 1, 0).reshape(each.shape[1], -1)
        for each in (rates["surely"].to_numpy(), rates["possibly"].to_numpy(), trials)
    )
    needed = most_needed(surely, possibly, counted, wanted, level)
    return xr.DataArray(needed, {"d": dataset["d"]}, "d", "trials_needed", {"long_name": "trials in all", "units": "1"})
