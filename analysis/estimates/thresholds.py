"""How large n must be, and how it grows: n*(epsilon, delta), the constant C, the slope against ln(A / epsilon).

n*(epsilon, delta) = smallest n with P(success at n) >= 1 - delta
C(epsilon)         = n* / ln(A / min(epsilon, delta)), natural logarithm
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..entry import raw_dataset, variable
from ..statistics.binomial import bonferroni, check_share
from .samples import cell_trials, interval_name, is_anytime, trial_sets
from .success import check_epsilon, check_resolved, described, inherited, success

_RESAMPLES = 200
_DRAWN_AT_ONCE = 1_000_000
"""Draws of trials that are held in memory together."""
_TEXTS = {
    "epsilon": "accuracy epsilon",
    "delta": "failure probability delta",
    "log_term": "ln(A / min(epsilon, delta)), natural logarithm",
    "n_star": "n*: smallest n of the grid with success probability at least 1 - delta; inf if none",
    "n_star_from": "smallest n that n* can be by the same estimates: less than n_star where the grid leaves n out",
    "n_star_low": "lower confidence limit of n*; inf if the trials certify that none of the grid succeeds",
    "n_star_high": "upper confidence limit of n*; inf if the trials certify no n of the grid",
    "constant": "C = n* / ln(A / min(epsilon, delta))",
    "constant_low": "lower confidence limit of C",
    "constant_high": "upper confidence limit of C",
    "slope": "fitted growth of n* per unit of ln(1 / epsilon)",
    "slope_low": "2.5% point of the slope over resampled trials",
    "slope_high": "97.5% point of the slope over resampled trials",
    "slope_trials": "trials that limits of the slope need at every n",
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

    n* is any whole number, and a grid that starts late or leaves numbers out only encloses it: `n_star` is the first n
    of the grid with success at least 1 - delta, `n_star_from` the number after the grid's n before it, 1 where there is
    none. They differ where n* is only known to lie from one to the other: 1 and 10 say "at most 10".

    The interval goes from the number after the grid's last n before the first whose upper limit reaches 1 - delta, to
    the first n whose lower limit does, with the Clopper-Pearson limits of each single n at `level`; from 1, the least
    that n* can be, if the grid starts above. It needs no correction for the number of n looked at: P(success) rises
    with n, so n* = m means P(m-1) < 1-delta <= P(m), and only the limits at this one m-1 and m have to hold. Where
    trials are missing at some n, the risk is shared among the stretches of n with equal trials.
    anytime: as in `success`; one end of a confidence sequence may miss as often as both, and so the limits at m-1 and m
    are at 1 - (1 - level)/2 each.

    >>> import analysis, montecarlo
    >>> ds = montecarlo.sweep(montecarlo.Theorem3(), n=10, trials=2000)
    >>> found = analysis.thresholds(ds, epsilon=[0.3, 0.1]).squeeze()
    >>> found["n_star"].values.tolist(), found["constant"].values.round(2).tolist()
    ([4.0, 9.0], [2.11, 3.0])
    """
    dataset = raw_dataset(dataset)
    always = is_anytime(dataset, anytime)
    rates = success(dataset, epsilon, level=bonferroni(level, trial_sets(dataset) * (1 + always)), anytime=always)
    values = rates["epsilon"].to_numpy()
    deltas = _deltas(values, delta)
    required, dims = 1.0 - deltas - 1e-12, ("event", "d", "epsilon")
    shares, low, high = (rates[name].to_numpy() for name in ("success", "success_low", "success_high"))
    n, from_n = dataset["n"].to_numpy(), _next_n(dataset)
    n_star = {
        "n_star": _first(shares >= required, n),
        "n_star_from": _first(shares >= required, from_n),
        "n_star_low": _first((high >= required) & ~np.isnan(shares), from_n),
        "n_star_high": _first(low >= required, n),
    }
    log_term = log_terms(dataset, np.minimum(values, deltas))
    data = {name: (dims, array) for name, array in n_star.items()}
    for end in ("", "_low", "_high"):
        data[f"constant{end}"] = dims, quotients(n_star[f"n_star{end}"], log_term)
    coordinates = {name: rates[name] for name in dims} | {"delta": ("epsilon", deltas)}
    if "role" in rates.coords:
        coordinates["role"] = rates["role"]
    result = xr.Dataset(data, coordinates)
    result["log_term"] = ("d", "epsilon"), log_term
    if "trials" in rates:
        counts = rates["trials"]
        result["trials"] = counts.min("n", keep_attrs=True) if "n" in counts.dims else counts
    held = "together at the level" if always else "each at the level"
    result.attrs = rates.attrs | {"level": level, "interval": f"{interval_name(always)} at n* - 1 and n*, {held}"}
    return described(result, _TEXTS)


def log_terms(dataset: xr.Dataset, epsilon: NDArray[np.float64]) -> NDArray[np.float64]:
    """ln(A / epsilon) of a raw Dataset, natural logarithm: (d, epsilon)."""
    with np.errstate(all="ignore"):  # an amplitude may be anything where a file was changed
        ratio = variable(dataset, "amplitude").to_numpy()[:, None] / epsilon
    return np.log(ratio)


def quotients(n_star: NDArray[np.float64], log_term: NDArray[np.float64]) -> NDArray[np.float64]:
    """C = n* / log_term; NaN where the logarithm is not positive."""
    with np.errstate(all="ignore"):
        return n_star / np.where(log_term > 0.0, log_term, np.nan)


def estimate(
    dataset: xr.Dataset,
    epsilon: Iterable[float],
    *,
    delta: float | None = None,
    level: float = 0.95,
    anytime: bool | None = None,
) -> xr.Dataset:
    """All that is estimated from a sweep in one Dataset: `success`, `thresholds`, `slopes`, on one grid of epsilon."""
    dataset = raw_dataset(dataset)
    values = check_epsilon(epsilon)
    rates = success(dataset, values, level=level, anytime=anytime)
    found = thresholds(dataset, values, delta=delta, level=level, anytime=anytime)
    return xr.merge(
        [rates, found.drop_vars("trials", errors="ignore"), slopes(dataset, values, delta=delta)],
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

    Only epsilons whose n* lies on the grid, with the n before it, count; fewer than three give NaN. The limits of the
    slope are the 2.5% and 97.5% points over resampled trials (bootstrap, approximate), since one trial serves all
    epsilons. Every d is resampled with the same seed, so that its line is what it would be alone. Resampling cannot
    show more than the trials do: the limits are NaN where some n has fewer than `slope_trials` of them, which a 95%
    interval of every quantile that the line goes through would need.
    """
    dataset = raw_dataset(dataset)
    values = check_resolved(dataset, epsilon)
    deltas = _deltas(values, delta)
    fits = np.full((5, dataset.sizes["event"], dataset.sizes["d"]), np.nan)
    counts = cell_trials(dataset)
    for d in range(dataset.sizes["d"]):
        generator = np.random.default_rng(seed)
        for event in range(dataset.sizes["event"]):
            hits = _Hits.of(dataset.isel(event=event, d=d), values)
            n_star = hits.n_star(np.arange(hits.group.size)[None, :], deltas)[0]
            used = np.isfinite(n_star)
            if np.count_nonzero(used) < 3:
                continue
            fits[:2, event, d], fits[4, event, d] = _line(values, n_star), _trials_for_limits(deltas[used])
            if counts[event, d][counts[event, d] > 0].min() < fits[4, event, d]:
                continue
            resampled = np.concatenate([hits.n_star(drawn, deltas) for drawn in hits.resampled(generator)])
            fits[2:4, event, d] = np.nanpercentile(_slopes_of(values, resampled), [2.5, 97.5])
    names = ("slope", "intercept", "slope_low", "slope_high", "slope_trials")
    data = {name: (("event", "d"), fit) for name, fit in zip(names, fits, strict=True)}
    return described(xr.Dataset(data, {name: dataset[name] for name in ("event", "d")}, inherited(dataset)), _TEXTS)


def _deltas(epsilon: NDArray[np.float64], delta: float | None) -> NDArray[np.float64]:
    if delta is None:
        return np.minimum(epsilon, np.nextafter(1.0, 0.0))
    return np.full(epsilon.shape, float(check_share("delta", delta, "leave it out for delta = epsilon")))


def _first(holds: NDArray[np.bool_], values: NDArray[np.int64]) -> NDArray[np.float64]:
    """The value at the smallest n at which it holds, inf if there is none: (event, d, epsilon).

    holds: (event, d, n, epsilon). values: rising with n, (n,) or (event, d, n).
    """
    return np.where(holds, values[..., None], np.inf).min(axis=2)


def _next_n(dataset: xr.Dataset) -> NDArray[np.int64]:
    """The number after the last n with trials before each n, 1 where there is none: (event, d, n)."""
    before = np.maximum.accumulate(np.where(cell_trials(dataset) > 0, dataset["n"].to_numpy(), 0), axis=-1)
    return np.concatenate([np.zeros_like(before[..., :1]), before[..., :-1]], axis=-1) + 1


def _trials_for_limits(deltas: NDArray[np.float64]) -> int:
    """The fewest trials whose order statistics hold every (1 - delta)-quantile at 95% on both sides."""
    rarest = min(deltas.min(), 1.0 - deltas.max())
    return math.ceil(math.log(0.025) / math.log1p(-rarest) - 1e-9)


@dataclass(frozen=True)
class _Hits:
    """When each trial of one event and d first hits, as a place on the grid, by groups of trials with equal n."""

    n: NDArray[np.float64]
    """The grid, and inf behind it."""
    exact: NDArray[np.bool_]
    """Whether the n before has trials, so that an n* there is known."""
    there: NDArray[np.bool_]
    """Which n each group of trials has: (group, n)."""
    group: NDArray[np.int64]
    """The group of each trial."""
    first: NDArray[np.int64]
    """Place of the first n at which each trial surely succeeds, behind the grid if at none: (trial, epsilon)."""

    @classmethod
    def of(cls, cell: xr.Dataset, epsilon: NDArray[np.float64]) -> "_Hits":
        upper = cell["critical_epsilon"].transpose("trial", "n").to_numpy()
        there = ~np.isnan(upper)
        some = there.any(axis=1)
        upper, there = upper[some], there[some]
        n = cell["n"].to_numpy().astype(float)
        if there.all():
            groups, group = np.ones((1, n.size), dtype=bool), np.zeros(len(there), dtype=int)
        else:
            groups, group = np.unique(there, axis=0, return_inverse=True)
        places = np.arange(n.size)
        first = np.stack([np.where(upper <= e, places, n.size).min(axis=1, initial=n.size) for e in epsilon], axis=-1)
        known = np.where(groups.any(axis=0), n, 0.0)
        before = np.concatenate([[0.0], np.maximum.accumulate(known)[:-1]])
        return cls(np.append(n, np.inf), np.append(n - before == 1.0, True), groups, group.ravel(), first)

    def resampled(self, generator: np.random.Generator) -> Iterator[NDArray[np.int64]]:
        """As many trials, drawn with replacement, again and again; a few samples at once: (sample, trial)."""
        trials = self.group.size
        most = max(_DRAWN_AT_ONCE // max(trials, 1), 1)
        for start in range(0, _RESAMPLES, most):
            yield generator.integers(0, trials, (min(most, _RESAMPLES - start), trials))

    def n_star(self, drawn: NDArray[np.int64], deltas: NDArray[np.float64]) -> NDArray[np.float64]:
        """Smallest n by which a share 1 - delta of the trials of each sample has hit: (sample, epsilon).

        inf behind the grid, NaN if n are left out. drawn: trials of every sample, (sample, trial).
        """
        samples, groups, places = len(drawn), self.there.shape[0], self.n.size
        cells = np.arange(samples)[:, None] * groups + self.group[drawn]
        trials = np.bincount(cells.ravel(), minlength=samples * groups).reshape(samples, groups) @ self.there
        found = np.empty((samples, deltas.size))
        for k, delta in enumerate(deltas):
            at = cells * places + np.ascontiguousarray(self.first[:, k])[drawn]
            hits = np.bincount(at.ravel(), minlength=samples * groups * places).reshape(samples, groups, places)
            reached = (hits.cumsum(axis=2)[:, :, :-1] * self.there).sum(axis=1)
            enough = reached >= np.maximum(np.ceil((1.0 - delta) * trials - 1e-9), 1.0)
            place = np.where(enough.any(axis=1), enough.argmax(axis=1), places - 1)
            found[:, k] = np.where(self.exact[place], self.n[place], np.nan)
        return found


def _slopes_of(epsilon: NDArray[np.float64], n_star: NDArray[np.float64]) -> NDArray[np.float64]:
    """The slope of `_line` for every row of n*; equal rows are fitted once."""
    different, which = np.unique(n_star, axis=0, return_inverse=True)
    return np.array([_line(epsilon, row)[0] for row in different])[which.ravel()]


def _line(epsilon: NDArray[np.float64], n_star: NDArray[np.float64]) -> tuple[float, float]:
    """Slope and intercept of n* against ln(1 / epsilon), over the finite points; NaN for fewer than three."""
    finite = np.isfinite(n_star)
    if np.count_nonzero(finite) < 3:
        return np.nan, np.nan
    slope, intercept = np.polyfit(-np.log(epsilon[finite]), n_star[finite], 1)
    return float(slope), float(intercept)
