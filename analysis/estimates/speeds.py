"""What timings say: medians, ranges, how many times faster than brute force, and how fast time and work grow."""

import numpy as np
import xarray as xr

from ..entry import estimated, one_of

_GROWTH_FROM = 14
"""Below, fixed costs hide how time grows."""


def speed(timings: xr.Dataset) -> xr.Dataset:
    """Of `montecarlo.timings.time_solvers`: medians over rounds, ratios to brute force, growth in bits an entry.

    seconds, seconds_low, seconds_high (solver, n): median and extremes over rounds; ratio (solver, n): times faster
    than brute force; work (count, n): medians; seconds_growth (solver), work_growth (count): slope of log2 against n
    from 14 on, NaN with fewer than three n there; 1 means doubling with every entry.
    """
    dims = ("solver", "count", "n", "round")
    timings = estimated(timings, ("seconds", "work"), "montecarlo.timings.time_solvers", dims=dims)
    one_of(timings, "solver", "brute force")
    seconds = timings["seconds"]
    found = xr.Dataset(
        {
            "seconds": seconds.median("round"),
            "seconds_low": seconds.min("round"),
            "seconds_high": seconds.max("round"),
            "work": timings["work"].median("round"),
        },
        attrs=dict(timings.attrs),
    )
    found["ratio"] = found["seconds"].sel(solver="brute force", drop=True) / found["seconds"]
    for name in ("seconds", "work"):
        found[f"{name}_growth"] = _growth(found[name])
    return found


def _growth(values: xr.DataArray) -> xr.DataArray:
    """Slope of log2(values) against n, by least squares over the n from 14 on where the values are known and not 0."""
    late = values.sel(n=values["n"] >= _GROWTH_FROM)
    rows = late.transpose(..., "n").to_numpy()
    slopes = np.full(len(rows), np.nan)
    for i, row in enumerate(rows):
        known = np.isfinite(row) & (row > 0.0)
        if known.sum() >= 3:
            slopes[i] = np.polyfit(late["n"].to_numpy()[known], np.log2(row[known]), 1)[0]
    return xr.DataArray(slopes, dims=late.transpose(..., "n").dims[:-1])
