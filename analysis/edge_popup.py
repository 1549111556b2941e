"""Experiment 2 summed up: the best of all numbers of epochs, means and ranges over seeds, and what Figure 4 says.

Sparsity is the fraction of weights removed.
"""

import numpy as np
import xarray as xr

from .errors import InputError

_OURS, _RELU, _WIDE, _BASELINE = "ours", "ours+relu", "wide", "baseline"
PRUNED = (_OURS, _RELU, _WIDE)
MIDDLE = 0.5
"""Sparsity at which a random subnetwork has most choices."""
MARGIN = 0.1
"""An accuracy holds while it is at most so far below the baseline's."""


def pruning_summary(experiment: xr.Dataset) -> xr.Dataset:
    """`montecarlo.experiments.experiment2` by network, structure and sparsity.

    experiment: the Dataset that `ticketsum experiment2` leaves.

    best (seed): test accuracy, the largest of those after any number of epochs, as the paper takes it. accuracy, _low,
    _high: its mean, least and largest over seeds; epochs_fewest, epochs_most: which numbers of epochs there are; seeds:
    how many there are; speed_share: training images a second over those of a dense network with as many weights,
    median.
    """
    if "accuracy" not in experiment or "structure" not in experiment.dims:
        raise InputError(
            "experiment must be Experiment 2's Dataset, got another; make one with `ticketsum experiment2`"
        )
    there = experiment["accuracy"].notnull()
    best = experiment["accuracy"].max("epochs")
    epochs = experiment["epochs"].where(there)
    found = xr.Dataset(
        {
            "best": best,
            "seeds": best.notnull().sum("seed"),
            "accuracy": best.mean("seed"),
            "accuracy_low": best.min("seed"),
            "accuracy_high": best.max("seed"),
            "epochs_fewest": epochs.min(("epochs", "seed")),
            "epochs_most": epochs.max(("epochs", "seed")),
            "kept": experiment["kept"],
            "weights": experiment["weights"],
            "speed_share": (experiment["speed"] / experiment["dense_speed"]).median(("epochs", "seed")),
        },
        attrs=experiment.attrs,
    )
    for name, text in _TEXTS.items():
        found[name].attrs = {"long_name": text, "units": "1"}
    return found


def figure4_message(summary: xr.Dataset, *, margin: float = MARGIN) -> xr.Dataset:
    """What Figure 4 says, by network, from `pruning_summary`; NaN where it was not trained.

    summary: by `pruning_summary`. gap (structure): baseline's accuracy less the structure's at the sparsity nearest to
    1/2. near: whether that is at most `margin` for all structures there are. fewest (structure): the fewest kept
    weights down to which, from there on, the mean accuracy stays within `margin` of the baseline. lead (sparsity):
    accuracy of `ours` less `ours+relu`, mean over the seeds both have; lead_low, lead_high: least and largest.
    relu_first: whether `ours+relu` stops at a lower sparsity than `ours` does, or both at the same and it trails at the
    next one; false if `ours` never holds.
    """
    there = [name for name in PRUNED if name in summary["structure"]]
    if not 0.0 < margin < 1.0:
        raise InputError(f"margin must be strictly between 0 and 1, got {margin}; {MARGIN} is ours")
    if _BASELINE not in summary["structure"] or not there:
        raise InputError(f"structure must have {_BASELINE} and some of {', '.join(PRUNED)}; train them too")
    base = summary["accuracy"].sel(structure=_BASELINE).max("sparsity")
    pruned = summary.sel(structure=there)
    gap = base - pruned["accuracy"].sel(sparsity=MIDDLE, method="nearest", drop=True)
    lead = _lead(pruned)
    found = xr.Dataset({"gap": gap, "near": (gap <= margin).all("structure"), "lead": lead.mean("seed")})
    found["lead_low"], found["lead_high"] = lead.min("seed"), lead.max("seed")
    sparsest = _sparsest(pruned["accuracy"] >= base - margin, pruned["accuracy"].notnull())
    found["fewest"] = pruned["kept"].where(pruned["sparsity"] == sparsest).min("sparsity")
    found["relu_first"] = _relu_first(sparsest, found["lead"])
    return found.assign_attrs(margin=margin)


def figure4_sentence(summary: xr.Dataset, *, margin: float = MARGIN) -> str:
    """`figure4_message` of a `pruning_summary` in words, network by network; summary, margin: as there."""
    found = figure4_message(summary, margin=margin)
    return " ".join(_said(found.sel(network=name), margin) for name in found["network"].to_numpy())


def _said(found: xr.Dataset, margin: float) -> str:
    gap, name = found["gap"].dropna("structure"), found["network"].item()
    if not gap.size:
        return f"{name}: no pruned network and baseline to compare."
    near = "within" if bool((gap <= margin).all()) else "not all within"
    far = f"at most {gap.max():.3f} below"
    text = f"{name}: at middle sparsity pruned networks are {near} {margin:g} of the baseline ({far})"
    lead = found["lead"].dropna("sparsity")
    if not lead.size:
        return f"{text}."
    at = lead["sparsity"].to_numpy()[int(np.argmax(lead.to_numpy()))]
    trails = f"with ReLU it trails by {lead.max():.3f} at most (sparsity {at:g})"
    if np.isnan(found["fewest"].reindex(structure=[_OURS]).item()):
        return f"{text}; ours has no accuracy to fall off from, and {trails}."
    first = "falls off first" if bool(found["relu_first"]) else "does not fall off first"
    return f"{text}; with fewer weights ours with ReLU {first}; {trails}."


def _lead(pruned: xr.Dataset) -> xr.DataArray:
    """Accuracy of `ours` less `ours+relu`, seed by seed; NaN if either is missing."""
    both = pruned["best"].reindex(structure=[_OURS, _RELU])
    return both.sel(structure=_OURS, drop=True) - both.sel(structure=_RELU, drop=True)


def _sparsest(holds: xr.DataArray, there: xr.DataArray) -> xr.DataArray:
    """The largest sparsity up to which, from the one nearest to 1/2 that was trained, accuracy holds; NaN if none."""
    upper = holds["sparsity"] >= float(holds["sparsity"].sel(sparsity=MIDDLE, method="nearest"))
    lost = (~holds & there & upper).cumsum("sparsity") > 0
    return holds["sparsity"].where(holds & there & upper & ~lost).max("sparsity")


def _relu_first(sparsest: xr.DataArray, lead: xr.DataArray) -> xr.DataArray:
    ours, relu = (sparsest.reindex(structure=[name]).isel(structure=0, drop=True) for name in PRUNED[:2])
    stops = relu.fillna(-1.0)
    beyond = lead.where(lead["sparsity"] > stops)
    after = beyond.isel(sparsity=beyond.notnull().argmax("sparsity"))  # NaN if there is none
    return (stops < ours) | ((stops == ours) & (after > 0.0))


_TEXTS = {
    "best": "test accuracy, the best of all numbers of epochs",
    "seeds": "seeds there are",
    "accuracy": "test accuracy, the best of all numbers of epochs, mean over seeds",
    "accuracy_low": "the same, least over seeds",
    "accuracy_high": "the same, largest over seeds",
    "epochs_fewest": "fewest epochs there are",
    "epochs_most": "most epochs there are",
    "kept": "weights of linear layers that are kept",
    "weights": "weights of linear layers before pruning",
    "speed_share": "training images a second over those of a dense network with as many weights, median",
}
