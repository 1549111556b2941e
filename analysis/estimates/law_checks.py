"""How far samples may lie from their law (Dvoretzky, Kiefer and Wolfowitz 1956, Massart 1990), and what that says."""

import math

import numpy as np
import xarray as xr

from ..entry import attribute, check_number, estimated
from ..errors import InputError
from ..statistics.binomial import check_level, level_text
from .verdict import Outcome, Verdict


def dkw_bound(samples: int, level: float = 0.95, checks: int = 1) -> float:
    """t with 2 exp(-2 N t^2) = (1 - level) / checks: P(sup_z |F_N(z) - F(z)| <= t for each of the checks) >= level.

    samples: N. F_N is the distribution function of N independent draws from F: any F, atoms or not, any N (Massart's
    constant).

    >>> import analysis
    >>> round(analysis.dkw_bound(10_000), 4)
    0.0136
    """
    if not (check_number("samples", samples) >= 1 and check_number("checks", checks) >= 1):
        raise InputError(f"samples must be at least 1, got {samples}; give 100,000, say")
    return math.sqrt(math.log(2.0 * checks / (1.0 - check_level(level))) / (2.0 * samples))


def fit_bounds(fits: xr.Dataset, level: float = 0.95) -> xr.Dataset:
    """`fits` with the bounds that all distances keep with probability at least `level` if all the laws are right.

    fits: as `montecarlo.fit_laws` makes them. Adds bound (law), Bonferroni over the laws; visible (law): a true law so
    far away, or farther, makes the distance exceed the bound with probability at least `level`, each by itself; and
    difference (law, z), F_N - F.
    """
    names = ("empirical", "claimed", "distance", "deviation", "at", "role", "title")
    fits = estimated(fits, names, "montecarlo.fit_laws", dims=("law", "z"))
    samples = int(attribute(fits, "samples"))
    bound = dkw_bound(samples, level, fits.sizes["law"])
    # Where the true law is D off, F_N is D - t or more short of it with probability at most exp(-2 N (D - t)^2).
    visible = bound + math.sqrt(math.log(1.0 / (1.0 - level)) / (2.0 * samples))
    found = fits.assign(
        bound=("law", np.full(fits.sizes["law"], bound)),
        visible=("law", np.full(fits.sizes["law"], visible)),
        difference=fits["empirical"] - fits["claimed"],
    ).assign_attrs(level=level)
    texts = {
        "bound": "bound on the distance, all laws together at the level",
        "visible": "distance of a true law that would be seen with probability at least the level",
        "difference": "F_N - F",
    }
    for name, text in texts.items():
        found[name].attrs = {"long_name": text, "units": "1"}
    return found


def judge_fits(fits: xr.Dataset, level: float = 0.95) -> dict[str, Verdict]:
    """Whether each law can be the one that its draws come from, all of them together at `level`.

    REFUTED: the distance is above the bound, which happens to any right law with probability at most 1 - level.
    SUPPORTED: it is not, and some wrong law would have been seen. UNDECIDED: it is not, but with so few draws no wrong
    law need have been seen, as no two laws are more than 1 apart. fits: as `montecarlo.fit_laws` makes them.
    """
    found = fit_bounds(fits, level)
    return {str(law): _verdict(found.sel(law=law), level) for law in found["law"].to_numpy()}


def _verdict(fit: xr.Dataset, level: float) -> Verdict:
    distance, bound, visible = (fit[name].item() for name in ("distance", "bound", "visible"))
    percent = level_text(level)
    said = f"distance {distance:.4f} at z = {fit['at'].item():.3f}, bound {bound:.4f} ({percent}, simultaneous)"
    if distance > bound:
        return Verdict(Outcome.REFUTED, f"{said}, N = {fit.attrs['samples']:,}", math.nan)
    if visible >= 1.0:
        reason = f"{said}; N = {fit.attrs['samples']:,} are too few to be sure of seeing any deviation, draw more"
        return Verdict(Outcome.UNDECIDED, reason, math.nan)
    reason = f"{said}; a deviation of {visible:.4f} would have been seen with probability at least {percent}"
    return Verdict(Outcome.SUPPORTED, reason, math.nan)
