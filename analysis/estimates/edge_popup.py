"""Experiment 2 summed up: the best of all numbers of epochs, means and ranges over seeds, speeds.

Sparsity is the fraction of weights removed.
"""

import xarray as xr

from ..entry import estimated
from ..errors import InputError
from ..statistics.binomial import student


def pruning_summary(experiment: xr.Dataset, level: float = 0.95) -> xr.Dataset:
    """`montecarlo.experiments.edge_popup.experiment` by network, structure and sparsity.

    experiment: the Dataset that `ticketsum experiment2` leaves.

    level: of the intervals. best (seed): test accuracy, the largest of those after any number of epochs, as the paper
    takes it. accuracy, _low, _high: its mean, least and largest over seeds; mean_low, mean_high: Student's interval
    for the mean, cut to [0, 1], NaN for a single seed. epochs_fewest, epochs_most: which numbers of epochs there are;
    seeds: how many there are. speed, dense_speed: training images a second, and a dense network's with as many
    weights; speed_share: their ratio, step by step; all three medians.
    """
    if not isinstance(experiment, xr.Dataset) or "accuracy" not in experiment or "structure" not in experiment.dims:
        raise InputError(
            "experiment must be Experiment 2's Dataset, got another; make one with `ticketsum experiment2`"
        )
    dims = ("network", "structure", "sparsity", "epochs", "seed")
    experiment = estimated(experiment, ("accuracy", "kept", "weights"), "ticketsum experiment2", dims=dims)
    there = experiment["accuracy"].notnull()
    best = experiment["accuracy"].max("epochs")
    mean, low, high = student(best, "seed", level)
    epochs = experiment["epochs"].where(there)
    found = xr.Dataset(
        {
            "best": best,
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


_TEXTS = {
    "best": "test accuracy, the best of all numbers of epochs",
    "seeds": "seeds there are",
    "accuracy": "test accuracy, the best of all numbers of epochs, mean over seeds",
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
