"""What Figure 4 says, asked of Experiment 2: near the baseline in the middle, and ReLU falls off first.

With Student intervals over seeds: their means are taken for normal. Sparsity is the fraction of weights removed.
"""

import numpy as np
import xarray as xr

from ..entry import estimated
from ..errors import InputError
from ..statistics.binomial import check_level, check_share, student

_OURS, _RELU, _BASELINE = "ours", "ours+relu", "baseline"
PRUNED = (_OURS, _RELU, "wide")
MIDDLE = 0.5
"""Sparsity at which a random subnetwork has most choices."""
MARGIN = 0.1
"""An accuracy is near the baseline's if it is at most so far below."""
_NEEDED = ("best", "accuracy", "kept")
_DIMS = ("network", "structure", "sparsity", "seed")
SUPPORTED, REFUTED, UNDECIDED = "supported", "refuted", "undecided"


def comparable(summary: xr.Dataset) -> bool:
    """Whether there are a baseline and pruned networks to compare with it."""
    return _BASELINE in summary["structure"] and summary.sizes["structure"] > 1


def figure4_message(summary: xr.Dataset, *, margin: float = MARGIN, level: float = 0.95) -> xr.Dataset:
    """What Figure 4 says, by network; NaN where it was not trained.

    summary: of `pruning_summary`, with a baseline and something to compare with it. margin: how far below the
    baseline's an accuracy may be and still be near it, strictly between 0 and 1.

    gap (structure): the baseline's accuracy less the structure's, at the sparsity nearest to 1/2, mean over the seeds
    both have; _low, _high: Student interval, NaN for a single seed. near: SUPPORTED if gap_high <= margin for all
    structures there are, REFUTED if gap_low > margin for one, else UNDECIDED. lead (sparsity): accuracy of `ours` less
    `ours+relu`, mean; widest: the sparsity where it is largest. fall: mean lead over the sparsities above the middle
    that all seeds have, less the lead in the middle, so by how much more `ours+relu` loses; _low, _high. relu_first:
    SUPPORTED if fall_low > 0 and `ours` is near in the middle, REFUTED if fall_high < 0 or `ours` is not near. fewest
    (structure): the fewest kept weights down to which, from the middle on, the mean accuracy stays within `margin` of
    the baseline.
    """
    summary = estimated(summary, _NEEDED, "analysis.pruning_summary", dims=_DIMS)
    there = [name for name in PRUNED if name in summary["structure"]]
    check_share("margin", margin, f"{MARGIN} is ours")
    if _BASELINE not in summary["structure"] or not there:
        raise InputError(f"structure must have {_BASELINE} and some of {', '.join(PRUNED)}; train them too")
    check_level(level)
    base, pruned = summary["best"].sel(structure=_BASELINE).max("sparsity"), summary.sel(structure=there)
    middle = float(pruned["sparsity"].sel(sparsity=MIDDLE, method="nearest"))
    lead = _lead(pruned)
    beyond = _beyond(lead, middle) - lead.sel(sparsity=middle, drop=True)
    found = xr.Dataset(
        {
            **_interval("gap", base - pruned["best"].sel(sparsity=middle, drop=True), level),
            **_interval("fall", beyond, level),
            "lead": lead.mean("seed"),
            "seeds": beyond.notnull().sum("seed"),
        }
    )
    found["widest"] = found["lead"].fillna(-np.inf).idxmax("sparsity").where(found["lead"].notnull().any("sparsity"))
    shown = found["gap"].notnull()
    close, apart = found["gap_high"] <= margin, found["gap_low"] > margin
    found["near"] = _outcome((close | ~shown).all("structure") & shown.any("structure"), apart.any("structure"))
    ours_close, ours_apart = (_of_ours(rule) for rule in (close, apart))
    found["relu_first"] = _outcome((found["fall_low"] > 0.0) & ours_close, (found["fall_high"] < 0.0) | ours_apart)
    found["fewest"] = _fewest(pruned, base.mean("seed") - margin, middle)
    return found.assign_attrs(margin=margin, level=level, middle=middle)


def figure4_sentence(summary: xr.Dataset, *, margin: float = MARGIN, level: float = 0.95) -> str:
    """`figure4_message` in words, network by network; empty where there is nothing to compare.

    summary, margin, level: as there.
    """
    summary = estimated(summary, _NEEDED, "analysis.pruning_summary", dims=_DIMS)
    if not comparable(summary):
        return ""
    found = figure4_message(summary, margin=margin, level=level)
    return " ".join(_said(found.sel(network=name)) for name in found["network"].to_numpy())


def _said(found: xr.Dataset) -> str:
    name, margin, middle = found["network"].item(), found.attrs["margin"], found.attrs["middle"]
    there = found.isel(structure=np.flatnonzero(found["gap"].notnull()))
    if not there.sizes["structure"]:
        return f"{name}: no pruned network and baseline to compare."
    gaps = [
        f"{cell['structure'].item()} {_quoted(cell, 'gap')}" for _, cell in there.groupby("structure", squeeze=False)
    ]
    text = f"{name}: at sparsity {middle:g} below the baseline by {', '.join(gaps)}"
    text += f"; that all come within {margin:g} of it is {found['near'].item()}"
    if np.isnan(found["fall"]):
        return f"{text}."
    at = found["widest"].item()
    trails = f"{found['lead'].sel(sparsity=at).item():.3f} at sparsity {at:g}"
    more = f"with fewer weights ours+relu loses {_quoted(found, 'fall')} more than ours, on average over sparsities"
    return (
        f"{text}; {more}, and trails it by up to {trails}; that ReLU falls off first is {found['relu_first'].item()}."
    )


def _quoted(cell: xr.Dataset, name: str) -> str:
    """A mean with its interval, if it has one."""
    value, low, high = (cell[f"{name}{end}"].item() for end in ("", "_low", "_high"))
    return f"{value:.3f}" if np.isnan(low) else f"{value:.3f} [{low:.3f}, {high:.3f}]"


def _interval(name: str, values: xr.DataArray, level: float) -> dict[str, xr.DataArray]:
    """Mean over seeds, and Student's interval for it; no interval for fewer than two seeds."""
    return dict(zip((name, f"{name}_low", f"{name}_high"), student(values, "seed", level), strict=True))


def _outcome(supported: xr.DataArray, refuted: xr.DataArray) -> xr.DataArray:
    return xr.where(refuted, REFUTED, xr.where(supported, SUPPORTED, UNDECIDED))


def _of_ours(rule: xr.DataArray) -> xr.DataArray:
    return (rule & (rule["structure"] == _OURS)).any("structure")


def _lead(pruned: xr.Dataset) -> xr.DataArray:
    """Accuracy of `ours` less `ours+relu`, seed by seed; NaN if either is missing."""
    both = pruned["best"].reindex(structure=[_OURS, _RELU])
    return both.sel(structure=_OURS, drop=True) - both.sel(structure=_RELU, drop=True)


def _beyond(lead: xr.DataArray, middle: float) -> xr.DataArray:
    """Mean lead over the sparsities above the middle at which every seed that has some has both structures."""
    above = lead.where((lead["sparsity"] > middle) & lead.sel(sparsity=middle, drop=True).notnull())
    there = above.notnull()
    shared = (there | ~there.any("sparsity")).all("seed")
    return above.where(shared).mean("sparsity")


def _fewest(pruned: xr.Dataset, least: xr.DataArray, middle: float) -> xr.DataArray:
    """The fewest kept weights down to which, from sparsity `middle` on, mean accuracy is at least `least`, or NaN."""
    holds, there = pruned["accuracy"] >= least, pruned["accuracy"].notnull()
    upper = pruned["sparsity"] >= middle
    lost = (~holds & there & upper).cumsum("sparsity") > 0
    return pruned["kept"].where(holds & there & upper & ~lost).min("sparsity")
