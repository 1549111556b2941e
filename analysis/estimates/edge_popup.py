"""Experiment 2 summed up: the best epoch and the last one, means and ranges over seeds, speeds.

Sparsity is the fraction of weights removed.
"""

import numpy as np
import xarray as xr

from ..entry import estimated
from ..errors import InputError
from ..statistics.binomial import student


def pruning_summary(experiment: xr.Dataset, level: float = 0.95) -> xr.Dataset:
    """`montecarlo.experiments.edge_popup.experiment` by network, structure and sparsity.

    experiment: the Dataset that `ticketsum experiment2` leaves.

    Trained filters make a network of their own, such as "lenet5, trained filters", with the baseline of the other.

    level: of the intervals. best (seed): test accuracy, the largest after any epoch of any run, as the paper selects;
    last (seed): after the last epoch of the longest run, which selects nothing; optimism: best - last, mean over
    seeds, by how much selecting on test images flatters. accuracy, _low, _high: mean, least and largest of best over
    seeds; mean_low, mean_high: Student's interval for the mean, cut to [0, 1], NaN for a single seed. last_accuracy:
    mean of last. Results without a history have no best epoch but the last of each run. epochs_fewest, epochs_most:
    which numbers of epochs there are; seeds: how many there are. speed, dense_speed: training images a second, and a
    dense network's with as many weights; speed_share: their ratio, step by step; all three medians.
    """
    if not isinstance(experiment, xr.Dataset) or "accuracy" not in experiment or "structure" not in experiment.dims:
        raise InputError(
            "experiment must be Experiment 2's Dataset, got another; make one with `ticketsum experiment2`"
        )
    dims = ("network", "structure", "sparsity", "epochs", "seed")
    experiment = estimated(experiment, ("accuracy", "kept", "weights"), "ticketsum experiment2", dims=dims)
    experiment = _networks(experiment)
    there = experiment["accuracy"].notnull()
    best = experiment["accuracy"].max("epochs")
    if "history" in experiment:
        best = xr.concat([best, experiment["history"].max(("epochs", "epoch"))], "way").max("way")
    longest = experiment["epochs"].where(there).max("epochs")
    last = experiment["accuracy"].where(experiment["epochs"] == longest).max("epochs")
    mean, low, high = student(best, "seed", level)
    epochs = experiment["epochs"].where(there)
    found = xr.Dataset(
        {
            "best": best,
            "last": last,
            "last_accuracy": last.mean("seed"),
            "optimism": (best - last).mean("seed"),
            "seeds": best.notnull().sum("seed"),
            "accuracy": mean,
            "accuracy_low": best.min("seed"),
            "accuracy_high": best.max("seed"),
            "mean_low": low.clip(0.0, 1.0),
            "mean_high": high.clip(0.0, 1.0),
            "epochs_fewest": epochs.min(("epochs", "seed")),
            "epochs_most": epochs.max(("epochs", "seed")),
            "kept": experiment["kept"],
            "weights": experiment["weights"],
            **{name: experiment[name].median(("epochs", "seed")) for name in ("speed", "dense_speed", "speed_share")},
        },
        attrs={**experiment.attrs, "level": level},
    )
    for name, text in _TEXTS.items():
        found[name].attrs = {"long_name": text, "units": "s-1" if name in ("speed", "dense_speed") else "1"}
    return found


def _networks(experiment: xr.Dataset) -> xr.Dataset:
    """Without the dim filters: networks with trained ones follow those with random ones, which their baselines are."""
    if "filters" not in experiment.dims:
        return experiment.drop_vars("filters", errors="ignore")
    parts: list[xr.Dataset] = []
    for name in experiment["filters"].to_numpy():
        part = experiment.sel(filters=name, drop=True)
        if name != _RANDOM:
            part = _with_baseline(part, experiment)
            part = part.assign_coords(network=[f"{network}, {name} filters" for network in part["network"].to_numpy()])
        parts.append(part)
    return xr.concat(parts, "network", data_vars="minimal") if len(parts) > 1 else parts[0]


def _with_baseline(part: xr.Dataset, experiment: xr.Dataset) -> xr.Dataset:
    """The networks of `part` that were trained, with their baselines, whose filters were random before training."""
    shown = part["accuracy"].notnull().any([dim for dim in part["accuracy"].dims if dim != "network"])
    part = part.isel(network=np.flatnonzero(shown))
    if _RANDOM not in experiment["filters"]:
        return part
    base = experiment.sel(filters=_RANDOM, network=part["network"], drop=True)
    return part.fillna(base.where(base["structure"] == "baseline"))


_RANDOM = "random"
_TEXTS = {
    "best": "test accuracy, the best of all epochs",
    "last": "test accuracy after the last epoch of the longest run",
    "last_accuracy": "the same, mean over seeds",
    "optimism": "best test accuracy less that after the last epoch, mean over seeds",
    "seeds": "seeds there are",
    "accuracy": "test accuracy, the best of all epochs, mean over seeds",
    "accuracy_low": "the same, least over seeds",
    "accuracy_high": "the same, largest over seeds",
    "mean_low": "Student's interval for the mean over seeds, lower end",
    "mean_high": "the same, upper end",
    "epochs_fewest": "fewest epochs there are",
    "epochs_most": "most epochs there are",
    "kept": "weights of linear layers that are kept",
    "weights": "weights of linear layers before pruning",
    "speed": "training images a second, median",
    "dense_speed": "training images a second of a dense network with as many weights, in turns with it, median",
    "speed_share": "training images a second over those of the dense network, step by step, median",
}
