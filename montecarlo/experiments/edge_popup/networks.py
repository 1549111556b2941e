"""Networks of Experiment 2 before training, as torch tensors: random weights, scores, convolutions of LeNet-5.

Weights are Kaiming normal (gain sqrt 2), scores Kaiming uniform (a = sqrt 5, so up to 1 / sqrt(fan-in)). All random
numbers come from addressed streams: a seed's weights and scores are the same at every sparsity and number of epochs.
"""

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ...sampling import streams
from .lazy_torch import device, required_torch
from .masks import Pruned, forward
from .pairs import PrunedPair
from .runs import TrainingRun
from .structures import NETWORKS, NetworkName, Shape, Structure, kept_of, shapes

if TYPE_CHECKING:
    from torch import Tensor


@dataclass
class Learner:
    """Matrices of a network in the order of their use, pruned or (baseline) plain; convolutions of LeNet-5's baseline.

    paired: two matrices a layer (Figure 1c), which learn as pairs; rectified: ReLU on the products between them.
    """

    pruned: list[Pruned]
    plain: "list[Tensor]"
    convolutions: "list[Tensor]"
    paired: bool = False
    rectified: bool = False
    layers: list[Pruned] | list[PrunedPair] = field(init=False)

    def __post_init__(self) -> None:
        self.layers = self.pruned
        if self.paired:
            pairs = zip(self.pruned[::2], self.pruned[1::2], strict=True)
            self.layers = [PrunedPair(*pair, rectified=self.rectified) for pair in pairs]

    @property
    def scores(self) -> "list[Tensor]":
        """What edge-popup trains: scores of matrices that lose weights."""
        return [matrix.score for matrix in self.pruned if matrix.trained]

    @property
    def learns(self) -> bool:
        """Whether there is anything to train."""
        return bool(self.scores or self.plain)

    def kept(self) -> int:
        """Weights of linear layers that are used."""
        return sum(matrix.keep for matrix in self.pruned) + sum(matrix.numel() for matrix in self.plain)

    def outputs(self, values: "Tensor") -> "Tensor":
        """What the network answers, (batch, 10)."""
        if self.convolutions:
            values = convolved(self.convolutions, values)
        matrices = [layer.matrix if isinstance(layer, PrunedPair) else layer.used for layer in self.layers]
        return forward(matrices or self.plain, values, paired=False, rectified=False)


def initial(run: TrainingRun) -> Learner:
    """The network of a run before training."""
    where = device()
    draw = Draws(run.seed, run.network, run.structure)
    paired = run.structure in ("ours", "ours+relu")
    sizes = shapes(run.network, run.structure)
    fans = fan_ins(sizes, paired=paired)
    drawn = [draw.normal(f"weights {k}", *pair).to(where) for k, pair in enumerate(zip(sizes, fans, strict=True))]
    if run.structure == "baseline":
        made = filters(run.seed, run.network) if NETWORKS[run.network].convolutional else []
        return Learner([], [m.requires_grad_() for m in drawn], [f.requires_grad_() for f in made])
    scores = [draw.uniform(f"scores {k}", *pair).to(where) for k, pair in enumerate(zip(sizes, fans, strict=True))]
    keeps = [kept_of(rows * columns, run.sparsity) for rows, columns in sizes]
    pruned = [Pruned(*matrix) for matrix in zip(drawn, scores, keeps, strict=True)]
    return Learner(pruned, [], [], paired, run.structure == "ours+relu")


def fan_ins(sizes: list[Shape], *, paired: bool) -> list[int]:
    """Fan-in of each matrix: its inputs; of a pair (r, in), (out, in r), 1 and the linear layer's inputs, in."""
    return [(1 if k % 2 == 0 else sizes[k - 1][1]) if paired else shape[1] for k, shape in enumerate(sizes)]


@dataclass(frozen=True)
class Draws:
    """Initial values of a network of some structure, float32, the same at every sparsity."""

    seed: int
    network: NetworkName
    structure: Structure | str

    def generator(self, of: str) -> np.random.Generator:
        """The stream of one matrix or order."""
        address = {"experiment": "edge-popup", "network": self.network, "structure": self.structure, "of": of}
        return streams.generator(self.seed, address)

    def normal(self, of: str, shape: tuple[int, ...], fan: int) -> "Tensor":
        """Kaiming normal for ReLU, standard deviation sqrt(2 / fan)."""
        values = self.generator(of).standard_normal(shape, dtype=np.float32)
        return required_torch().from_numpy(values * np.float32(math.sqrt(2.0 / fan)))

    def uniform(self, of: str, shape: Shape, fan: int) -> "Tensor":
        """Kaiming uniform, between -1 / sqrt(fan) and 1 / sqrt(fan)."""
        values = self.generator(of).random(shape, dtype=np.float32)
        return required_torch().from_numpy((np.float32(2.0) * values - np.float32(1.0)) * np.float32(fan**-0.5))


def dense(run: TrainingRun) -> Learner:
    """The wide network, which has as many weights as the pruned one, to be trained without masks."""
    draw = Draws(run.seed, run.network, "wide")
    sizes = shapes(run.network, "wide")
    return Learner([], [draw.normal("weights 0", s, s[1]).to(device()).requires_grad_() for s in sizes], [])


def filters(seed: int, network: NetworkName) -> "list[Tensor]":
    """LeNet-5's two convolutions, shared by all structures of a seed: (6, 1, 5, 5), (16, 6, 5, 5)."""
    draw = Draws(seed, network, "all")
    sizes = (6, 1, 5, 5), (16, 6, 5, 5)
    return [draw.normal(f"filters {k}", size, size[1] * 25).to(device()) for k, size in enumerate(sizes)]


def convolved(filters: "list[Tensor]", images: "Tensor") -> "Tensor":
    """LeNet-5 before its linear layers: twice convolution, ReLU, 2 x 2 maxima; (images, 784) to (images, 400)."""
    functional = required_torch().nn.functional
    first = functional.conv2d(images.view(-1, 1, 28, 28), filters[0], padding=2).relu()
    second = functional.conv2d(functional.max_pool2d(first, 2), filters[1]).relu()
    return functional.max_pool2d(second, 2).flatten(1)
