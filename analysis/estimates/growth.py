"""How n* grows: the accuracy that n reaches, C for a whole range of accuracies, and whether growth is logarithmic.

accuracy(n) = the least epsilon with P(event at epsilon) >= 1 - epsilon (or 1 - delta)

It is n* read the other way round, n*(epsilon) <= n exactly when accuracy(n) <= epsilon, but it is a real number: no
rounding to whole n hides how n* grows, and limits for every n at once are limits for every epsilon at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..entry import raw_dataset, variable
from ..errors import InputError
from ..statistics.binomial import bonferroni, check_share
from .samples import cell_trials, interval_name, is_anytime, limits, trials_there
from .success import check_resolved, described, inherited, lower_bounds

Floats = NDArray[np.float64]

LARGEST_RATIO = 1.5
"""Growth counts as logarithmic if the slope of n* against ln(1/epsilon) rises by less than this factor."""

_TEXTS = {
    "accuracy": "least epsilon with success probability at least 1 - epsilon (1 - delta) at n",
    "accuracy_low": "lower confidence limit of the accuracy",
    "accuracy_high": "upper confidence limit of the accuracy",
    "range_constant": "C over the range: least C with n*(epsilon) <= C ln(A / epsilon) for every epsilon in it",
    "range_constant_low": "lower confidence limit of C over the range",
    "range_constant_high": "upper confidence limit of C over the range",
    "growth_ratio": "slope of n* against ln(1/epsilon) in the finer half of the range over that in the coarser half",
    "growth_ratio_low": "lower confidence limit of the ratio of slopes",
    "growth_ratio_high": "upper confidence limit of the ratio of slopes",
    "coarse_slope": "slope of n* against ln(1/epsilon) in the coarser half of the range",
    "fine_slope": "slope of n* against ln(1/epsilon) in the finer half of the range",
    "n_coarse": "n at the coarse end of the range",
    "n_middle": "n in the middle of the range",
    "n_fine": "n at the fine end of the range",
}


def accuracies(
    dataset: xr.Dataset,
    *,
    delta: float | None = None,
    level: float = 0.95,
    simultaneous: bool = False,
    anytime: bool | None = None,
) -> xr.Dataset:
    """The accuracy that n reaches: the least epsilon with P(event at epsilon) >= 1 - epsilon; dims (event, d, n).

    Parameters
    ----------
    dataset : raw Dataset of a sweep.
    delta : allowed probability of failure, strictly between 0 and 1; default: delta = epsilon, as in the paper.
    level : coverage of each interval, or of the intervals at all n of one event and d together if `simultaneous`.
    anytime : confidence sequences, valid at all numbers of trials at once; default: where its
        results stopped the sweep.

    Returns
    -------
    Dataset with `accuracy`, `accuracy_low` and `accuracy_high`. At or below the sweep's resolution the accuracy is NaN,
    its upper limit the resolution. With delta = epsilon all are at most 1; with a fixed delta an upper limit that the
    trials do not give is inf. A cell without trials has NaN, and limits from 0 to 1 (or inf).

    Notes
    -----
    With k trials at or below epsilon, P lies in [L(k), U(k)]. The upper limit is the least epsilon with
    L(k(epsilon)) >= 1 - epsilon, the lower one the least with U(k(epsilon)) >= 1 - epsilon. k rises with epsilon and
    1 - epsilon falls, so that a limit misses only if the interval of P at the true accuracy does: no correction for the
    many epsilons looked at.

    Examples
    --------
    >>> import analysis, montecarlo
    >>> ds = montecarlo.sweep(montecarlo.Theorem3(), n=10, trials=2000)
    >>> analysis.accuracies(ds)["accuracy"].sel(n=[4, 6, 8, 10]).values.ravel().round(2).tolist()
    [0.3, 0.18, 0.1, 0.06]
    """
    dataset = raw_dataset(dataset)
    if delta is not None:
        check_share("delta", delta, "leave it out for delta = epsilon")
    always = is_anytime(dataset, anytime)
    each = bonferroni(level, dataset.sizes["n"]) if simultaneous else level
    upper, lower = dataset["critical_epsilon"].to_numpy(), lower_bounds(dataset).to_numpy()
    counts = cell_trials(dataset)
    found = np.empty((3, *counts.shape))
    for trials in np.unique(counts):
        successes = np.arange(trials + 1.0)
        low, high = limits(always)(successes, float(trials), each)
        share = successes / trials if trials else np.zeros(1)
        cells = counts == trials
        for place, (values, rates) in enumerate(((upper, share), (lower, high), (upper, low))):
            found[place][cells] = _crossings(_ordered(values[cells], int(trials)), rates, delta)
    resolution = float(dataset.attrs.get("resolution", 0.0))
    found[0] = np.where((counts > 0) & (found[0] > resolution), found[0], np.nan)
    dims = ("event", "d", "n")
    names = ("accuracy", "accuracy_low", "accuracy_high")
    variables, attributes = trials_there(dataset, counts)
    together = "together for all n of an event and d" if simultaneous else "each at the level"
    attributes |= {"level": level, "interval": f"{interval_name(always)}, {together}"}
    result = xr.Dataset(
        {name: (dims, values) for name, values in zip(names, found, strict=True)} | variables,
        {name: dataset[name] for name in dims},
        inherited(dataset) | attributes,
    )
    return described(result, _TEXTS)


def range_constants(
    dataset: xr.Dataset, epsilon: Iterable[float], *, level: float = 0.95, anytime: bool | None = None
) -> xr.Dataset:
    """C over a range: the least C with n*(epsilon) <= C ln(A / epsilon) for *every* epsilon in it; dims (event, d).

    Parameters
    ----------
    dataset : raw Dataset of a sweep.
    epsilon : accuracies; the range goes from the largest to the smallest, at delta = epsilon, both included.
    level : coverage of each interval, for all epsilons of the range at once.
    anytime : as in `accuracies`.

    Returns
    -------
    Dataset with `range_constant` and its limits. Inf where the grid of n is not certified to reach the fine end of the
    range, NaN where A is not above its coarse end.

    Notes
    -----
    n* steps up to n as epsilon falls below accuracy(n - 1), where ln(A / epsilon) is least: C over the range is the
    largest n / ln(A / accuracy(n - 1)), with the accuracy cut to the range.

    Examples
    --------
    >>> import analysis, montecarlo
    >>> ds = montecarlo.sweep(montecarlo.Theorem3(), n=12, trials=2000)
    >>> analysis.range_constants(ds, [0.3, 0.1])["range_constant"].round(2).item()
    3.05
    """
    dataset = raw_dataset(dataset)
    values = check_resolved(dataset, epsilon)
    reached = accuracies(dataset, level=level, simultaneous=True, anytime=anytime)
    amplitude = variable(dataset, "amplitude").to_numpy()
    n = dataset["n"].to_numpy().astype(float)
    found = np.full((3, dataset.sizes["event"], dataset.sizes["d"]), np.nan)
    for event, d in np.ndindex(found.shape[1:]):
        if amplitude[d] <= values[0]:
            continue
        cell = reached.isel(event=event, d=d)
        point = cell["accuracy"].fillna(cell["accuracy_high"]).to_numpy()
        ends = (point, n), (cell["accuracy_low"].to_numpy(), np.append(1.0, n[:-1] + 1.0)), (_high(cell), n)
        for place, (accuracy, steps) in enumerate(ends):
            least = place == 1
            found[place, event, d] = _range_constant(
                accuracy, steps, float(amplitude[d]), values, beyond=n[-1], least=least
            )
    names = ("range_constant", "range_constant_low", "range_constant_high")
    data = {name: (("event", "d"), value) for name, value in zip(names, found, strict=True)}
    coordinates = {name: dataset[name] for name in ("event", "d")}
    attributes = reached.attrs | {"coarsest": float(values[0]), "finest": float(values[-1])}
    return described(xr.Dataset(data, coordinates, attributes), _TEXTS)


@dataclass(frozen=True)
class _Ends:
    """Three places on the grid of n: the coarse end, the middle and the fine end of a range of accuracies."""

    coarse: int
    middle: int
    fine: int


def growth(
    dataset: xr.Dataset, epsilon: Iterable[float], *, level: float = 0.95, anytime: bool | None = None
) -> xr.Dataset:
    """Ratio of the slopes of n* against ln(1/epsilon), finer half over coarser half of a range; dims (event, d).

    Parameters
    ----------
    dataset : raw Dataset of a sweep.
    epsilon : accuracies; the range goes from the largest to the smallest, at delta = epsilon.
    level : coverage of each interval of the ratio.
    anytime : as in `accuracies`.

    Returns
    -------
    Dataset with `growth_ratio` and its limits, the two slopes, and the three n they lie between. 1 is logarithmic
    growth; a power epsilon^-q gives (coarsest / finest)^(q/2). NaN, with limits 0 and inf, where the grid has fewer
    than three n in the range.

    Notes
    -----
    The slope between n and m is (m - n) / ln(accuracy(n) / accuracy(m)). The three n are chosen by the same trials,
    which costs no coverage: the limits of all accuracies of the grid hold together.
    """
    dataset = raw_dataset(dataset)
    values = check_resolved(dataset, epsilon)
    if values.size < 2:
        raise InputError(f"growth needs at least two accuracies, got {values[0]:g}; give epsilon=[0.3, 0.01]")
    reached = accuracies(dataset, level=level, simultaneous=True, anytime=anytime)
    n = dataset["n"].to_numpy().astype(float)
    names = ("growth_ratio", "growth_ratio_low", "growth_ratio_high", "coarse_slope", "fine_slope")
    names += ("n_coarse", "n_middle", "n_fine")
    found = np.full((len(names), dataset.sizes["event"], dataset.sizes["d"]), np.nan)
    found[1], found[2] = 0.0, np.inf
    for event, d in np.ndindex(found.shape[1:]):
        cell = reached.isel(event=event, d=d)
        ends = _ends(cell["accuracy"].to_numpy(), values)
        if ends is None:
            continue
        places = [ends.coarse, ends.middle, ends.fine]
        with np.errstate(divide="ignore"):
            middle, low, high = (
                -np.log(cell[name].to_numpy()[places]) for name in ("accuracy", "accuracy_high", "accuracy_low")
            )
        steps = np.diff(n[places])
        found[:3, event, d] = (
            _ratio(steps, middle),
            _ratio(steps, np.array([high[0], low[1], high[2]])),
            _ratio(steps, np.array([low[0], high[1], low[2]])),
        )
        found[3:, event, d] = *(steps / np.diff(middle)), *n[places]
    data = {name: (("event", "d"), value) for name, value in zip(names, found, strict=True)}
    coordinates = {name: dataset[name] for name in ("event", "d")}
    attributes = reached.attrs | {"coarsest": float(values[0]), "finest": float(values[-1])}
    return described(xr.Dataset(data, coordinates, attributes), _TEXTS)


def _ordered(values: Floats, trials: int) -> Floats:
    """0 and the values of every cell in rising order, missing ones left out: (cell, trials + 1)."""
    ordered = np.sort(values, axis=-1)[..., :trials]  # NaN sorts behind all numbers
    return np.concatenate([np.zeros((len(ordered), 1)), ordered], axis=-1)


def _crossings(ordered: Floats, rates: Floats, delta: float | None) -> Floats:
    """The least epsilon with rates[k(epsilon)] >= 1 - epsilon (1 - delta), k the number of values <= epsilon: (cell,).

    ordered: (cell, k). Rates rise with k, so that the least of max(ordered[k], 1 - rates[k]) is that epsilon.
    """
    if delta is None:
        return np.maximum(ordered, 1.0 - rates).min(axis=-1)
    enough = rates >= 1.0 - delta - 1e-12
    return ordered[:, int(enough.argmax())] if enough.any() else np.full(len(ordered), np.inf)


def _high(cell: xr.Dataset) -> Floats:
    return cell["accuracy_high"].to_numpy()


def _range_constant(
    accuracy: Floats, steps: Floats, amplitude: float, values: Floats, *, beyond: float, least: bool
) -> float:
    """The largest n / ln(A / accuracy(n before it)) in the range; `steps`: n that counts from each accuracy on.

    least: a lower limit, for which the grid's end is a lower bound of n*; else it must reach the fine end.
    """
    coarsest, finest = values[0], values[-1]
    before = np.append(np.inf, accuracy[:-1])
    counts = before > finest  # n at which some epsilon of the range still fails one step earlier
    most = np.minimum(before[counts], coarsest)
    if not least and accuracy[-1] > finest:
        return float("inf")
    constants = steps[counts] / np.log(amplitude / most)
    if least and accuracy[-1] > finest:
        constants = np.append(constants, (beyond + 1.0) / np.log(amplitude / min(accuracy[-1], coarsest)))
    return float(constants.max())


def _ends(accuracy: Floats, values: Floats) -> _Ends | None:
    """The first n at or below the coarse end, the last at or above the fine one, and the n nearest to their middle."""
    inside = np.flatnonzero((accuracy <= values[0]) & (accuracy >= values[-1]))
    if inside.size < 3:
        return None
    coarse, fine = int(inside[0]), int(inside[-1])
    depth = -np.log(accuracy[inside[1:-1]])
    middle = 0.5 * (-np.log(accuracy[coarse]) - np.log(accuracy[fine]))
    return _Ends(coarse, int(inside[1:-1][np.abs(depth - middle).argmin()]), fine)


def _ratio(steps: Floats, depth: Floats) -> float:
    """(Slope in the finer half) / (slope in the coarser half); depth: ln(1 / accuracy) at the three n.

    A coarser half whose depth does not rise has an infinite slope: 0; a finer one: inf.
    """
    coarse, fine = np.diff(depth)
    if fine <= 0.0 or not np.isfinite(depth[1]):
        return float("inf")
    if coarse <= 0.0 or not np.isfinite(depth[2]):
        return 0.0
    return float(steps[1] / fine * coarse / steps[0])
