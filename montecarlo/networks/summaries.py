"""A pruned network in a few numbers for each layer, as a Dataset."""

import json

import numpy as np
import xarray as xr

from ..storage.provenance import origin
from .pruned import Layer, Pruned, serving

SCHEMA = "pruned network 1"
"""Version of the Dataset's layout."""
SIDES = "x > 0", "x < 0"

_TEXTS = {
    "layer": "layer of the target",
    "side": "sign of the inputs that a subset sum is for",
    "inputs": "inputs of the layer",
    "outputs": "outputs of the layer",
    "neurons": "hidden neurons of the wide network that are not pruned away",
    "missed": "subset sums further than epsilon from their weight",
    "largest_error": "largest distance of a subset sum from its weight",
    "mean_error": "mean distance of a subset sum from its weight",
    "kept": "mean number of second-layer weights kept for a subset sum",
}


def summarized(pruned: Pruned) -> xr.Dataset:
    """Misses, errors and entries by layer and side; nothing is asked of x < 0 behind a relu, which is NaN there."""
    layers = pruned.layers
    errors = [_errors(k, layer) for k, layer in enumerate(layers, 1)]
    kept = [layer.kept / layer.pair.weights.size for layer in layers]
    by_side = "layer", "side"
    dataset = xr.Dataset(
        {
            "inputs": ("layer", [layer.pair.weights.shape[1] for layer in layers]),
            "outputs": ("layer", [layer.pair.weights.shape[0] for layer in layers]),
            "neurons": ("layer", [int(np.bitwise_count(layer.neurons).sum()) for layer in layers]),
            "missed": (by_side, np.array([layer.missed for layer in layers])),
            "largest_error": (by_side, np.array([largest for largest, _ in errors])),
            "mean_error": (by_side, np.array([mean for _, mean in errors])),
            "kept": (by_side, np.array(kept)),
        },
        {"layer": np.arange(1, len(layers) + 1), "side": np.array(SIDES, dtype=object)},
        {
            "Conventions": "CF-1.11",
            "schema": SCHEMA,
            "title": "A random network of Theorem 1 pruned to a target",
            "n": pruned.wide.n,
            "seed": str(pruned.wide.seed),
            "widths": ",".join(map(str, pruned.wide.widths)),
            "objective": pruned.objective,
            "epsilon": np.nan if pruned.epsilon is None else pruned.epsilon,
            "provenance": json.dumps(origin(), sort_keys=True),
        },
    )
    for name, text in _TEXTS.items():
        dataset[name].attrs = {"long_name": text, "units": "1"}
    return dataset


def _errors(k: int, layer: Layer) -> tuple[list[float], list[float]]:
    """(largest, mean) of |W - P| and |W - N|."""
    pair = layer.pair
    sizes = [np.abs(pair.weights - sums) for sums in (pair.positive, pair.negative)]
    asked = serving(k)
    largest, mean = (
        [float(measure(side)) if on else np.nan for side, on in zip(sizes, asked, strict=True)]
        for measure in (np.max, np.mean)
    )
    return largest, mean
