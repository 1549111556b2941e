"""Networks and structures of Experiment 2 (Section 5): shapes of their weight matrices and numbers of weights.

A structure says what stands in place of a linear layer x -> W x of the network, W of shape (out, in):

    ours       Figure 1c: x_j times r = 5 first-layer weights each, then a dense second layer (out, in r)
    ours+relu  the same with ReLU on the products
    wide       a linear layer, hidden layers widened so that the network has as many weights as `ours`
    baseline   the linear layer itself, trained and not pruned

No layer has a bias. LeNet-5's convolutions are no linear layers: they are frozen where a network is pruned, learned in
the baseline, and counted nowhere. Filters says where frozen ones come from:

    random     drawn, as the paper's text says
    trained    those of the baseline of the same seed after FILTER_EPOCHS, as the authors' program loads them
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import pairwise
from math import prod
from typing import Literal

from ..mnist import CLASSES, PIXELS

NetworkName = Literal["fc2", "fc4", "lenet5"]
Structure = Literal["ours", "ours+relu", "wide", "baseline"]
Filters = Literal["random", "trained"]
Shape = tuple[int, int]

PAIRS = 5
"""r, coefficient pairs (a_i, b_i) for a weight: Figure 4's caption."""
FILTER_EPOCHS = 50
"""Epochs of the baseline whose filters are frozen as `trained`: as long as the paper trains LeNet-5's baseline."""
FEATURES = 400
"""What LeNet-5's convolutions leave of an image: 16 channels of 5 x 5."""


@dataclass(frozen=True)
class Network:
    """Inputs, then outputs of each linear layer; the learning rate cosine annealing starts at (Section 5)."""

    widths: tuple[int, ...]
    learning_rate: float
    convolutional: bool = False


NETWORKS: dict[NetworkName, Network] = {
    "fc2": Network((PIXELS, 500, CLASSES), 0.1),
    "fc4": Network((PIXELS, 500, 500, 500, CLASSES), 0.1),
    "lenet5": Network((FEATURES, 120, 84, CLASSES), 0.01, convolutional=True),
}


def shapes(network: NetworkName, structure: Structure) -> list[Shape]:
    """Shapes of the weight matrices in the order of their use; two a layer for `ours`, (r, in) and (out, in r)."""
    widths = NETWORKS[network].widths
    if structure in ("ours", "ours+relu"):
        pairs = (((PAIRS, inputs), (outputs, PAIRS * inputs)) for inputs, outputs in pairwise(widths))
        return [shape for pair in pairs for shape in pair]
    chosen = _widened(network) if structure == "wide" else widths
    return [(outputs, inputs) for inputs, outputs in pairwise(chosen)]


def weights(network: NetworkName, structure: Structure) -> int:
    """Weights of all linear layers, before pruning."""
    return sum(prod(shape) for shape in shapes(network, structure))


def kept_of(size: int, sparsity: float) -> int:
    """Weights that a layer of `size` keeps: size - floor(sparsity size), at least one; sparsity: fraction removed.

    sparsity is the decimal number that it prints as: 0.7 of 10 are 7 (in binary 0.7 times 169,200 is below 118,440).
    """
    return max(size - int(Decimal(repr(float(sparsity))) * size), 1)


@cache
def _widened(network: NetworkName) -> tuple[int, ...]:
    """Widths with hidden layers in the network's proportions and nearest to as many weights as `ours` has."""
    inputs, *hidden, outputs = NETWORKS[network].widths
    wanted = weights(network, "ours")

    def scaled(first: int) -> tuple[int, ...]:
        return (inputs, *(round(width * first / hidden[0]) for width in hidden), outputs)

    def distance(first: int) -> int:
        return abs(sum(prod(pair) for pair in pairwise(scaled(first))) - wanted)

    return scaled(min(range(hidden[0], 2 * PAIRS * hidden[0]), key=distance))
