"""A small pruned pair of layers as a list of edges, for drawing: Figures 1 to 3 from networks that exist.

    edge: stage (1: inputs to hidden neurons, 2: hidden neurons to outputs), start, end, weight, kept

Hidden neurons stand block by block, in each block by what they see of its input, from the largest u to the smallest: in
Lemma 1's words (a, b) above (c, d). `own` marks the entries of the first matrix that the proof's masks may keep.

Source: Figure 1b, Section 3.1; Figure 1c, Section 3.2; Figures 2 and 3, Sections 3.3 and 3.4.
"""

import json

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..checks import seed_number, whole
from ..errors import InputError
from ..sampling.laws import Uniform
from ..sampling.streams import generator
from ..solvers.nearest_subset import nearest_subset
from ..storage.provenance import origin
from .literal import WideLayer, written_out
from .pairs import Floats
from .pruned import Pruned

MOST_DRAWN = 64
"""Hidden neurons of a picture that can still be read."""

_TEXTS = {
    "stage": "1: from the inputs to the hidden neurons, 2: from there to the outputs",
    "start": "where an edge begins, counted within its layer",
    "end": "where an edge ends",
    "weight": "random weight of the wide network",
    "kept": "1 where the mask keeps it",
    "own": "1 but for the edges between a hidden neuron and the inputs of other blocks",
    "block": "the input that a hidden neuron serves",
    "target": "the weights of the target's layer",
    "positive": "what the kept edges give where the input is positive",
    "negative": "what they give where it is negative",
}


def drawing(pruned: Pruned, layer: int = 1) -> xr.Dataset:
    """The edges of the pair of layers that stands for W_layer, with its weights and what the masks leave of them."""
    layer = whole("layer", layer, 1, len(pruned.layers))
    require_small(pruned)
    first, second = written_out(pruned)[2 * layer - 2 : 2 * layer]
    inputs, m = first.matrix.shape[1], 2 * pruned.wide.n
    blocks = np.repeat(np.arange(inputs), m)
    order = np.lexsort((-first.matrix[np.arange(blocks.size), blocks], blocks))
    first = WideLayer(first.matrix[order], first.mask[order])
    second = WideLayer(second.matrix[:, order], second.mask[:, order])
    pair = pruned.layers[layer - 1].pair
    attrs = {"title": f"Layer {layer} of {len(pruned.layers)}", "seed": str(pruned.wide.seed), "relu": 1}
    return _edges(first, second, blocks, (pair.weights, pair.positive, pair.negative), attrs)


def linear_link(weight: float, n: int, seed: int = 0) -> xr.Dataset:
    """Figure 1b: n hidden neurons without relu that see a_i ~ U[-1, 1] of x, and a layer of ones, pruned to the weight.

    The subset of the a_i nearest to the weight is kept.
    """
    n, seed = whole("n", n, 1, MOST_DRAWN), seed_number(seed)
    a = np.sort(Uniform(-1.0, 1.0).sample(generator(seed, {"network": "link"}), n, 1)[:, 0])[::-1]
    best = nearest_subset(a, weight)
    kept = np.atleast_1d(best.masks).astype(np.uint64) >> np.arange(n, dtype=np.uint64) & np.uint64(1)
    first = WideLayer(a[:, None], np.ones((n, 1), bool))
    total = np.full((1, 1), float(np.squeeze(best.sums)))
    second = WideLayer(np.ones((1, n)), kept.astype(bool)[None])
    attrs = {"title": "A linear link", "seed": str(seed), "relu": 0}
    return _edges(first, second, np.zeros(n, int), (np.full((1, 1), weight), total, total), attrs)


def require_small(pruned: Pruned) -> None:
    """Refuse a network of which no picture can be read."""
    most = 2 * pruned.wide.n * max(pruned.wide.widths[:-1])
    if most > MOST_DRAWN:
        raise InputError(
            f"a network with more than {MOST_DRAWN} hidden neurons in a layer cannot be drawn, got {most}; "
            "prune a smaller target, or with a smaller n"
        )


def _edges(
    first: WideLayer,
    second: WideLayer,
    block: NDArray[np.int64],
    maps: tuple[Floats, Floats, Floats],
    attrs: dict[str, object],
) -> xr.Dataset:
    """One row an edge, in both stages; maps: W, P and N."""
    (hidden, inputs), outputs = first.matrix.shape, second.matrix.shape[0]
    into, out_of = np.indices((hidden, inputs)).reshape(2, -1), np.indices((outputs, hidden)).reshape(2, -1)
    edge = {
        "stage": np.repeat([1, 2], [hidden * inputs, outputs * hidden]),
        "start": np.concatenate([into[1], out_of[1]]),
        "end": np.concatenate([into[0], out_of[0]]),
        "weight": np.concatenate([first.matrix.ravel(), second.matrix.ravel()]),
        "kept": np.concatenate([first.mask.ravel(), second.mask.ravel()]).astype(np.int8),
        "own": np.concatenate([into[1] == block[into[0]], np.ones(outputs * hidden, bool)]).astype(np.int8),
    }
    data: dict[str, object] = {name: ("edge", values) for name, values in edge.items()}
    data["block"] = "hidden", block
    data |= {
        name: (("output", "input"), part) for name, part in zip(("target", "positive", "negative"), maps, strict=True)
    }
    dataset = xr.Dataset(data, attrs={"Conventions": "CF-1.11", "schema": "drawing 1"} | attrs)
    dataset.attrs["provenance"] = json.dumps(origin(), sort_keys=True)
    for name, text in _TEXTS.items():
        dataset[name].attrs = {"long_name": text, "units": "1"}
    return dataset
