"""Theorem 2 judged: how much of a packing is reached, the least width that does, and what the counting allows.

Of a packing P, a network with |G| functions reaches at most |G| points; so the mean share that is reached is at most
|G| / |P|, and where every W is reached with probability 1/2 or more, 2 |G| >= |P|.
"""

import math
from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..entry import claim_about, estimated, main_event, raw_datasets
from ..errors import InputError
from ..statistics.binomial import bonferroni, check_level, clopper_pearson
from .success import described
from .thresholds import thresholds

_TEXTS = {
    "share": "share of the packing that is reached, mean over trials",
    "share_low": "lower confidence limit of the mean share",
    "share_high": "upper confidence limit of the mean share",
    "rarest": "share of trials that reached the point reached least often",
    "rarest_low": "lower confidence limit of the least probability over the packing",
    "rarest_high": "upper confidence limit of the least probability over the packing",
    "allowed_masks": "most that the count of masks allows: min(1, 2^(2sd) / |P|)",
    "allowed": "most that the count of functions allows: min(1, |G| / |P|)",
    "hypothesis": "whether (13) surely holds on the packing: the least probability is at least 1/2",
    "violated": "whether the counting is violated: a mean share surely of 1/2 or more, and 2 |G| < |P|",
    "fits": "share of uniform matrices that would fit into the packing",
    "fits_low": "lower confidence limit of that share",
    "fits_high": "upper confidence limit of that share",
    "width_share": "smallest s at which half of the packing is reached, in the mean; inf if none was tried",
    "width_share_low": "its lower confidence limit",
    "width_share_high": "its upper confidence limit",
    "width_rarest": "smallest s at which every point is reached with probability 1/2; inf if none was tried",
    "width_rarest_low": "its lower confidence limit",
    "width_rarest_high": "its upper confidence limit",
    "width_sufficient": "hidden neurons that Lemma 3's construction needs with probability 1/2, 2 d n*",
}
_WIDTHS = ("width_printed", "width_masks", "width_functions", "width_sides")
_NEW_WIDTH = "width_volume"
"""By volume alone; older files lack it."""


def reach_rates(theorem2: xr.Dataset, level: float = 0.95) -> xr.Dataset:
    """How much of a packing is reached for every epsilon and s, with intervals; dims (d, epsilon, s).

    theorem2: as `montecarlo.packing.measure_theorem2` makes them. The mean share has the interval of `mean_limits`,
    which takes nothing of the counting for granted. The least probability over P has Clopper-Pearson limits that hold
    for all points of P together (Bonferroni), so that it does not matter which one was reached least often.
    """
    theorem2 = _theorem2(theorem2)
    trials, sizes = theorem2.sizes["trial"], theorem2["size"]
    allowed = np.minimum(1.0, 2.0 ** theorem2["functions"] / sizes)
    share = theorem2["reached"].mean("trial") / sizes
    low, high = mean_limits(share.to_numpy(), trials, level)
    found = xr.Dataset({"share": share, "allowed": allowed})
    found["share_low"], found["share_high"] = (share.dims, low), (share.dims, high)
    found["allowed_masks"] = np.minimum(1.0, 2.0 ** theorem2["masks"] / sizes)
    found["rarest"] = theorem2["fewest"] / trials
    limits = [_rarest_limits(cell, trials, level) for cell in _cells(theorem2)]
    shape = theorem2["fewest"].shape
    for k, name in enumerate(("rarest_low", "rarest_high")):
        found[name] = (theorem2["fewest"].dims, np.array([limit[k] for limit in limits]).reshape(shape))
    found["hypothesis"] = found["rarest_low"] >= 0.5
    found["violated"] = (found["share_low"] >= 0.5) & (1.0 + theorem2["functions"] < np.log2(sizes) - 1e-9)
    found.attrs = {key: theorem2.attrs[key] for key in ("law", "seed") if key in theorem2.attrs} | {
        "level": level,
        "trials": trials,
    }
    return described(found.transpose("d", "epsilon", "s"), _TEXTS)


def mean_limits(
    mean: NDArray[np.float64], trials: int, level: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(low, high) for the expectation of numbers in [0, 1] from the mean of so many independent ones (Hoeffding 1963).

    P(mean >= m) <= exp(-trials KL(m || p)) for m above the expectation p, and likewise below, with KL(m || p) =
    m ln(m / p) + (1 - m) ln((1 - m) / (1 - p)): the p where both are at least (1 - level) / 2, found by bisection.
    """
    from scipy.special import rel_entr

    most = math.log(2.0 / (1.0 - check_level(level))) / trials
    mean = np.clip(np.asarray(mean, dtype=float), 0.0, 1.0)
    limits = []
    for end in (0.0, 1.0):
        outside, inside = np.full_like(mean, end), mean.copy()
        for _ in range(60):
            middle = 0.5 * (outside + inside)
            far = rel_entr(mean, middle) + rel_entr(1.0 - mean, 1.0 - middle) > most
            outside, inside = np.where(far, middle, outside), np.where(far, inside, middle)
        limits.append(outside)
    return limits[0], limits[1]


def packing_widths(theorem2: xr.Dataset, sufficient: Sequence[xr.Dataset] = (), level: float = 0.95) -> xr.Dataset:
    """Least s that the counting leaves possible, that was measured, and that Lemma 3 shows to do; dims (d, epsilon).

    theorem2: as in `reach_rates`. sufficient: sweeps of claims about every matrix: of Lemma 3, or of Lemma 1, which it
    is for d = 1. n* at probability 1/2 makes 2 d n* hidden neurons, the fewest of all sweeps. NaN for d and epsilon
    that none has an answer for; figures show it in the look of the last sweep. An s that is not reached on the grid is
    inf; attribute tried: the largest s.
    """
    theorem2, sufficient = _theorem2(theorem2), raw_datasets(sufficient)
    rates = reach_rates(theorem2, level)
    found = theorem2[[*_WIDTHS, *([_NEW_WIDTH] if _NEW_WIDTH in theorem2 else [])]]
    for name in ("share", "rarest"):
        for suffix, limit in (("", ""), ("_low", "_high"), ("_high", "_low")):
            reached = rates[f"{name}{limit}"] >= 0.5
            first = reached["s"].where(reached).min("s").fillna(np.inf)
            found[f"width_{name}{suffix}"] = first
    found["width_sufficient"] = xr.full_like(theorem2["size"], np.nan, dtype=float)
    for sweep in sufficient:
        found["width_sufficient"] = np.fmin(found["width_sufficient"], _sufficient(theorem2, sweep))
    look = {
        name: sweep.attrs[name] for sweep in sufficient[-1:] for name in ("claim", "color_slot") if name in sweep.attrs
    }
    found.attrs = rates.attrs | look | {"tried": int(theorem2["s"].max())}
    return described(found.transpose("d", "epsilon"), {name: _TEXTS[name] for name in _TEXTS if name in found})


def saturation(sizes: xr.Dataset, level: float = 0.95) -> xr.Dataset:
    """`sizes` with the share of uniform matrices that would still fit, and its Clopper-Pearson interval.

    sizes: as `montecarlo.packing.measure_packings` makes them. 0 for d = 1, whose packings are the largest; NaN where
    there is no packing.
    """
    names = ("size", "samples", "fitting")
    sizes = estimated(sizes, names, "montecarlo.packing.measure_packings", dims=("d", "epsilon"))
    sizes = sizes.assign({name: sizes[name].transpose("d", "epsilon", ...) for name in names})
    tried = sizes["samples"].to_numpy() > 0
    samples = np.where(tried, sizes["samples"], 1.0)
    low, high = clopper_pearson(np.where(tried, sizes["fitting"], 0.0), samples, level)
    there, dims = np.isfinite(sizes["size"].to_numpy()), sizes["size"].dims
    share = np.where(tried, sizes["fitting"].to_numpy() / samples, 0.0)
    columns = {"fits": share, "fits_low": np.where(tried, low, 0.0), "fits_high": np.where(tried, high, 0.0)}
    found = sizes.assign({name: (dims, np.where(there, column, np.nan)) for name, column in columns.items()})
    return described(found, {name: _TEXTS[name] for name in columns})


def _theorem2(theorem2: xr.Dataset) -> xr.Dataset:
    """The Dataset of `montecarlo.packing.measure_theorem2`, dims in order."""
    names = ("reached", "fewest", "size", "masks", "functions", *_WIDTHS)
    found = estimated(theorem2, names, "montecarlo.packing.measure_theorem2", dims=("d", "epsilon", "s", "trial"))
    return found.transpose("d", "epsilon", "s", "trial", ...)


def _cells(theorem2: xr.Dataset) -> list[tuple[NDArray[np.float64], float]]:
    """(fewest over s, |P|) of every d and epsilon."""
    fewest = theorem2["fewest"].to_numpy().reshape(-1, theorem2.sizes["s"])
    return list(zip(fewest, theorem2["size"].to_numpy().ravel().astype(float), strict=True))


def _rarest_limits(
    cell: tuple[NDArray[np.float64], float], trials: int, level: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    fewest, size = cell
    return clopper_pearson(fewest, trials, bonferroni(level, int(size)))


def _sufficient(theorem2: xr.Dataset, sweep: xr.Dataset) -> xr.DataArray:
    found = xr.full_like(theorem2["size"], np.nan, dtype=float)
    about = claim_about(sweep)
    if not about.every_matrix:
        raise InputError(
            "a sweep beside Theorem 2 must be of a claim about every matrix, as Lemma 3 is, got "
            f"{sweep.attrs.get('claim')!r}; sweep such a claim, or sweep it again where the file is older"
        )
    resolution = float(sweep.attrs.get("resolution", 0.0))
    epsilons = [value for value in theorem2["epsilon"].to_numpy().tolist() if value > resolution]
    shared = [d for d in theorem2["d"].to_numpy().tolist() if d in sweep["d"].to_numpy()]
    if epsilons and shared:
        found_all = thresholds(sweep, sorted(epsilons, reverse=True), delta=0.5)
        n_star = found_all["n_star"].sel(event=main_event(sweep), drop=True)
        for d in shared:
            for epsilon in epsilons:
                found.loc[{"d": d, "epsilon": epsilon}] = about.neurons * d * n_star.sel(d=d, epsilon=epsilon).item()
    return found
