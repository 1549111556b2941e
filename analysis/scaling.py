"""How large n must be, and how it grows: n*(epsilon, delta), the constant C, the slope against ln(A / epsilon).

n*(epsilon, delta) = smallest n of the grid with P(success at n) >= 1 - delta
C(epsilon)         = n* / ln(A / min(epsilon, delta)), natural logarithm
"""

from collections.abc import Iterable

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from .errors import InputError
from .estimates import check_epsilon, check_resolved, described, inherited, success
from .intervals import bonferroni
from .samples import interval_name, is_anytime, trials_of

_RESAMPLES = 200
_TEXTS = {
    "epsilon": "accuracy epsilon",
    "delta": "failure probability delta",
    "log_term": "ln(A / min(epsilon, delta)), natural logarithm",
    "n_star": "n*: smallest n with success probability at least 1 - delta; inf if none on the grid",
    "n_star_low": "lower confidence limit of n*",
    "n_star_high": "upper confidence limit of n*; inf if the trials certify no n of the grid",
    "constant": "C = n* / ln(A / min(epsilon, delta))",
    "constant_low": "lower confidence limit of C",
    "constant_high": "upper confidence limit of C",
    "slope": "fitted growth of n* per unit of ln(1 / epsilon)",
    "slope_low": "2.5% point of the slope over resampled trials",
    "slope_high": "97.5% point of the slope over resampled trials",
    "intercept": "fitted n* at epsilon = 1",
    "counting_bound": "n below which the subset sums are too few to cover: log2(1 / (2 epsilon))",
    "single_sample": "n for the nearest single sample to one fixed target: ln(1/delta) / -ln(1 - epsilon)",
}


def thresholds(
    dataset: xr.Dataset,
    epsilon: float | Iterable[float],
    *,
    delta: float | None = None,
    level: float = 0.95,
    anytime: bool | None = None,
) -> xr.Dataset:
    """n*(epsilon, delta) and C(epsilon) with intervals, for every event and d; dims (event, d, epsilon).

    delta: allowed failure probability, strictly between 0 and 1; None means delta = epsilon, as in the paper.

    The interval is [first n whose upper limit reaches 1 - delta, first n whose lower limit does], with the
    Clopper-Pearson limits of each single n at `level`. It needs no correction for the number of n looked at: P(success)
    rises with n, so n* = m means P(m-1) < 1-delta <= P(m), and only the limits at this one m-1 and m have to hold.
    anytime: as in `success`; one end of a confidence sequence may miss as often as both, and so the limits at m-1 and m
    are at 1 - (1 - level)/2 each.

    >>> import analysis, montecarlo
    >>> ds = montecarlo.sweep(montecarlo.Theorem3(), n=10, trials=2000)
    >>> found = analysis.thresholds(ds, epsilon=[0.3, 0.1]).squeeze()
    >>> found["n_star"].values.tolist(), found["constant"].values.round(2).tolist()
    ([4.0, 9.0], [2.11, 3.0])
    """
    always = is_anytime(dataset, anytime)
    rates = success(dataset, epsilon, level=bonferroni(level, 2) if always else level, anytime=always)
    values = rates["epsilon"]
    deltas = xr.DataArray(_deltas(values.to_numpy(), delta), dims="epsilon")
    required = 1.0 - deltas
    log_term = xr.ufuncs.log(dataset["amplitude"] / values.where(values < deltas, deltas))
    result = xr.Dataset(coords={name: rates[name] for name in ("event", "d", "epsilon")})
    for suffix, rate in (("", "success"), ("_low", "success_high"), ("_high", "success_low")):
        n_star = _first(rates[rate] >= required - 1e-12)
        result[f"n_star{suffix}"] = n_star
        result[f"constant{suffix}"] = (n_star / log_term.where(log_term > 0.0)).transpose("event", "d", "epsilon")
    result = result.assign_coords(delta=("epsilon", deltas.data))
    result["log_term"] = log_term
    result = result.assign({name: rates[name] for name in ("trials",) if name in rates})
    held = "together at the level" if always else "each at the level"
    result.attrs = rates.attrs | {"level": level, "interval": f"{interval_name(always)} at n* - 1 and n*, {held}"}
    return described(result, _TEXTS)


def estimate(
    dataset: xr.Dataset,
    epsilon: Iterable[float],
    *,
    delta: float | None = None,
    level: float = 0.95,
    anytime: bool | None = None,
) -> xr.Dataset:
    """All that is estimated from a sweep in one Dataset: `success`, `thresholds`, `slopes`, on one grid of epsilon."""
    values = check_epsilon(epsilon)
    rates = success(dataset, values, level=level, anytime=anytime)
    found = thresholds(dataset, values, delta=delta, level=level, anytime=anytime)
    return xr.merge(
        [rates, found, slopes(dataset, values, delta=delta)],
        combine_attrs="override",
        compat="no_conflicts",
        join="exact",
    )


def laws(epsilon: float | Iterable[float], *, delta: float | None = None) -> xr.Dataset:
    """The two growth laws every n* lies between, for comparison; dims (epsilon,).

    counting_bound: n >= log2(1 / (2 epsilon)); n summands have 2^n sums, each covers 2 epsilon, an interval of length 1
    needs 1 / (2 epsilon) of them. single_sample: with the nearest single sample in place of a subset sum (the baseline
    of Malach et al., Section 1), one fixed target in [-1/2, 1/2] succeeds with probability 1 - (1 - epsilon)^n for
    X ~ U[-1, 1] and epsilon <= 1/2, hence n = ln(1 / delta) / -ln(1 - epsilon).

    >>> import analysis
    >>> law = analysis.laws(0.01)
    >>> law["counting_bound"].values.round(1).tolist(), law["single_sample"].values.round(1).tolist()
    ([5.6], [458.2])
    """
    values = check_epsilon(epsilon)
    deltas = _deltas(values, delta)
    result = xr.Dataset(coords={"epsilon": values, "delta": ("epsilon", deltas)})
    result["counting_bound"] = ("epsilon", np.maximum(-np.log2(2.0 * values), 0.0))
    small = np.where(values <= 0.5, values, np.nan)
    result["single_sample"] = ("epsilon", -np.log(deltas) / -np.log1p(-small))
    return described(result, _TEXTS)


def slopes(dataset: xr.Dataset, epsilon: Iterable[float], *, delta: float | None = None, seed: int = 0) -> xr.Dataset:
    """Least-squares line n* = intercept + slope ln(1 / epsilon) for every event and d; dims (event, d).

    Only epsilons whose n* lies on the grid count; fewer than three give NaN. The limits of the slope are the 2.5%
    and 97.5% points over resampled trials (bootstrap, approximate), since one trial serves all epsilons. Every d is
    resampled with the same seed, so that its line is what it would be alone.
    """
    values = check_resolved(dataset, epsilon)
    deltas = _deltas(values, delta)
    hits = _hitting_times(dataset, values)
    fits = np.full((4, dataset.sizes["event"], dataset.sizes["d"]), np.nan)
    for d, trials in enumerate(trials_of(dataset)):
        generator = np.random.default_rng(seed)
        for event in range(dataset.sizes["event"]):
            cell = hits[event, d, :trials]
            n_star = _quantiles(cell, deltas)
            if np.count_nonzero(np.isfinite(n_star)) < 3:
                continue
            resampled = [_line(values, _quantiles(sample, deltas))[0] for sample in _resamples(cell, generator)]
            fits[:, event, d] = *_line(values, n_star), *np.nanpercentile(resampled, [2.5, 97.5])
    names = ("slope", "intercept", "slope_low", "slope_high")
    data = {name: (("event", "d"), fit) for name, fit in zip(names, fits, strict=True)}
    return described(xr.Dataset(data, {name: dataset[name] for name in ("event", "d")}, inherited(dataset)), _TEXTS)


def _deltas(epsilon: NDArray[np.float64], delta: float | None) -> NDArray[np.float64]:
    if delta is None:
        return np.minimum(epsilon, np.nextafter(1.0, 0.0))
    if not 0.0 < delta < 1.0:
        raise InputError(f"delta must be strictly between 0 and 1, got {delta}; leave it out for delta = epsilon")
    return np.full(epsilon.shape, float(delta))


def _first(holds: xr.DataArray) -> xr.DataArray:
    """Smallest n at which `holds`; inf if there is none."""
    return holds["n"].where(holds, np.inf).min("n").astype(float).transpose("event", "d", "epsilon")


def _hitting_times(dataset: xr.Dataset, epsilon: NDArray[np.float64]) -> NDArray[np.float64]:
    """First n of each trial at which the event surely holds, inf if none: (event, d, trial, epsilon); padding too."""
    upper = dataset["critical_epsilon"].transpose("event", "d", "trial", "n").to_numpy()
    n = np.append(dataset["n"].to_numpy().astype(float), np.inf)
    return np.stack([n[np.count_nonzero(upper > e, axis=-1)] for e in epsilon], axis=-1)


def _quantiles(hits: NDArray[np.float64], delta: NDArray[np.float64]) -> NDArray[np.float64]:
    """Smallest n by which a fraction 1 - delta of the trials has hit. hits: (trial, epsilon)."""
    trials = hits.shape[0]
    ranks = np.clip(np.ceil((1.0 - delta) * trials - 1e-9).astype(int) - 1, 0, trials - 1)
    return np.array([np.partition(hits[:, j], rank)[rank] for j, rank in enumerate(ranks)])


def _resamples(hits: NDArray[np.float64], generator: np.random.Generator) -> list[NDArray[np.float64]]:
    return [hits[generator.integers(0, len(hits), len(hits))] for _ in range(_RESAMPLES)]


def _line(epsilon: NDArray[np.float64], n_star: NDArray[np.float64]) -> tuple[float, float]:
    """Slope and intercept of n* against ln(1 / epsilon), over the finite points; NaN for fewer than three."""
    finite = np.isfinite(n_star)
    if np.count_nonzero(finite) < 3:
        return np.nan, np.nan
    slope, intercept = np.polyfit(-np.log(epsilon[finite]), n_star[finite], 1)
    return float(slope), float(intercept)
