"""Experiment 1 summed up over seeds: what is missed, with exact intervals, what is kept, and what accuracy is left."""

import json

import xarray as xr

from ..entry import attribute, estimated
from ..errors import InputError
from ..statistics.binomial import clopper_pearson

_SEED = "seed"


def experiment_summary(experiment: xr.Dataset, level: float = 0.95) -> xr.Dataset:
    """Every combination of Experiment 1 over its seeds; dims as in its Dataset but for seed and layer.

    experiment: the Dataset that `ticketsum experiment1` leaves.

    missed_share: of all weights. sets_share, _low, _high: independent sets of coefficients that miss a weight, and the
    Clopper-Pearson interval of that probability. Weights that share coefficients are missed together, so counting them
    one by one would give intervals that are too narrow; where every weight has a set of its own both are the same.
    accuracy, _low, _high: mean, least and largest over seeds; kept: coefficients a weight; seeds: how many there are,
    NaN everywhere else where there is none.
    """
    if not isinstance(experiment, xr.Dataset) or "sets_missed" not in experiment or _SEED not in experiment.dims:
        raise InputError(
            "experiment must be Experiment 1's Dataset, got another; make one with `ticketsum experiment1`"
        )
    dims = ("coefficients", "scale", "objective", "n", "epsilon", _SEED)
    experiment = estimated(experiment, ("sets", "missed"), "montecarlo.experiments.subset_sums.experiment", dims=dims)
    weights, images = attribute(experiment, "weights"), attribute(experiment, "images")
    seeds = experiment["correct"].notnull().sum(_SEED)
    there = seeds > 0
    missed, trials = (experiment[name].sum(_SEED) for name in ("sets_missed", "sets"))
    low, high = clopper_pearson(missed, trials.where(there, 1), level)
    accuracy = experiment["correct"] / images
    found = xr.Dataset(
        {
            "seeds": seeds,
            "missed_share": experiment["missed"].mean(_SEED) / weights,
            "sets_share": (missed / trials).where(there),
            "sets_share_low": missed.copy(data=low).where(there),
            "sets_share_high": missed.copy(data=high).where(there),
            "accuracy": accuracy.mean(_SEED),
            "accuracy_low": accuracy.min(_SEED),
            "accuracy_high": accuracy.max(_SEED),
            "kept": experiment["kept"].mean(_SEED) / weights,
            "drawn": experiment["drawn"].mean(_SEED),
            "largest_error": experiment["largest_error"].max(_SEED),
            "mean_error": experiment["mean_error"].mean(_SEED),
            "output_bound": experiment["output_bound"].max(_SEED),
            "output_error": experiment["output_error"].max(_SEED),
            "seconds": experiment["seconds"].median(_SEED),
        },
        attrs={**experiment.attrs, "level": level, "accuracy_before": experiment.attrs["correct_before"] / images},
    )
    for name, text in _TEXTS.items():
        found[name].attrs = {"long_name": text, "units": "s" if name == "seconds" else "1"}
    return found


def paper_values(experiment: xr.Dataset) -> dict[str, float]:
    """What the paper reports, as the Dataset of an experiment carries it; kept: coefficients a weight."""
    paper = json.loads(attribute(experiment, "paper"))
    return {**paper, "kept": paper["kept"] / paper["weights"]}


_TEXTS = {
    "seeds": "seeds there are",
    "missed_share": "share of weights that no chosen subset comes within epsilon of",
    "sets_share": "share of independent sets of coefficients that miss a weight",
    "sets_share_low": "lower limit of the probability that a set misses a weight",
    "sets_share_high": "upper limit of the probability that a set misses a weight",
    "accuracy": "test accuracy of the pruned network, mean over seeds",
    "accuracy_low": "test accuracy of the pruned network, least over seeds",
    "accuracy_high": "test accuracy of the pruned network, largest over seeds",
    "kept": "coefficients kept a weight",
    "drawn": "random numbers drawn",
    "largest_error": "largest |w - subset sum|",
    "mean_error": "mean |w - subset sum|",
    "output_bound": "certificate: at least |f(x) - g(x)| / |x| for every x, largest over seeds",
    "output_error": "largest |f(x) - g(x)| / |x| over the test images and seeds",
    "seconds": "wall time, median over seeds",
}
