"""All subset sums of one trial of a sweep, written out, to look at how they fill an interval."""

import json

import numpy as np
import xarray as xr

from ..checks import seed_number, whole
from ..claims import as_claim
from ..claims.base import Claim
from ..errors import InputError
from ..solvers.covering_radius import check_interval
from ..storage.blocks import Block
from ..storage.provenance import origin
from .run import drawn

SCHEMA = "sums portrait 1"
_MOST = 16
_MOST_TRIALS = 10**10

_TEXTS = {
    "n": "n, summands",
    "summand": "the summand that joins at n",
    "sums": "all subset sums of the first n summands, in order; NaN beyond",
    "worst": "the point of the interval that is farthest from its nearest sum",
    "radius": "its distance: the covering radius of the sums over the interval",
}


def portray_sums(
    claim: Claim | type[Claim] | str,
    n: int,
    interval: tuple[float, float] = (-0.5, 0.5),
    *,
    seed: int = 0,
    trial: int = 0,
) -> xr.Dataset:
    """The 2^m subset sums of the first m = 1..n summands of one trial, and the worst-served point of `interval`.

    claim: one that draws a summand a step, as `Theorem3` does; its class or its name will do. n: at most 16. trial:
    counted from 0, the same as in a sweep of the claim with this seed. The Dataset has summand, worst (the point) and
    radius (its distance to the nearest sum, hence the covering radius) by n, and sums (n, subset) in order, NaN beyond
    the first 2^m.
    """
    claim, interval, n = as_claim(claim), check_interval(interval), whole("n", n, 1, _MOST)
    seed, trial = seed_number(seed), whole("trial", trial, 0, _MOST_TRIALS)
    summands = drawn(claim, seed, Block(claim.smallest_d, n, trial, trial + 1))[..., 0]
    if summands.ndim != 1:
        raise InputError(f"a claim to be portrayed must draw one summand a step, got {claim.name}; take theorem3, say")
    sums, table, worst = np.zeros(1), np.full((n, 2**n), np.nan), np.empty((2, n))
    for m, summand in enumerate(summands):
        sums = np.sort(np.concatenate([sums, sums + summand]))
        table[m, : sums.size] = sums
        middles = 0.5 * (sums[1:] + sums[:-1])
        points = np.array([*interval, *middles[(middles >= interval[0]) & (middles <= interval[1])]])
        distances = np.abs(points[:, None] - sums).min(axis=1)
        worst[:, m] = points[distances.argmax()], distances.max()
    data = {
        "summand": ("n", summands),
        "sums": (("n", "subset"), table),
        "worst": ("n", worst[0]),
        "radius": ("n", worst[1]),
    }
    attributes = {
        "schema": SCHEMA,
        "claim": claim.name,
        "label": claim.label,
        **({} if claim.color_slot is None else {"color_slot": claim.color_slot}),
        "low": interval[0],
        "high": interval[1],
        "seed": str(seed),
        "trial": trial,
        "provenance": json.dumps(origin(), sort_keys=True),
    }
    found = xr.Dataset(data, {"n": np.arange(1, n + 1)}, attributes)
    for name in found.variables:
        found[name].attrs = {"long_name": _TEXTS[str(name)], "units": "1"}
    return found
