"""Images that training runs of Experiment 2 learn from, in memory once a process, and the order they come in.

Pixels are in [0, 1]. A seed's order of images is the same for all structures, sparsities and numbers of epochs.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from ..mnist import digits
from .lazy_torch import device, required_torch
from .networks import Draws, convolved, filters
from .runs import TrainingRun
from .structures import NETWORKS, NetworkName

if TYPE_CHECKING:
    from torch import Tensor

BATCH = 64
"""Images a step learns from."""
IMAGES = 60_000
"""Images to train with."""
CHUNK = 1000
"""Images evaluated at once."""


@dataclass(frozen=True)
class Data:
    """Images (or what frozen convolutions make of them) and labels, to learn from and to be tested with."""

    images: "Tensor"
    labels: "Tensor"
    test_images: "Tensor"
    test_labels: "Tensor"


@lru_cache(maxsize=1)
def _pixels(images: int) -> Data:
    torch = required_torch()
    learned, test = digits("train"), digits("test")
    where = device()
    return Data(
        torch.tensor(learned.images[:images], dtype=torch.float32, device=where),
        torch.tensor(learned.labels[:images], device=where),
        torch.tensor(test.images, dtype=torch.float32, device=where),
        torch.tensor(test.labels, device=where),
    )


MakeFilters = Callable[[int, NetworkName, int], "list[Tensor]"]
"""Filters of (seed, network, images)."""


def random_filters(seed: int, network: NetworkName, images: int) -> "list[Tensor]":
    """Drawn, whatever the images are."""
    del images
    return filters(seed, network)


@lru_cache(maxsize=1)
def _features(seed: int, network: NetworkName, images: int, make: MakeFilters) -> Data:
    """What a seed's frozen convolutions make of all images, once: they never change."""
    torch, data, frozen = required_torch(), _pixels(images), make(seed, network, images)
    with torch.no_grad():
        made = [
            torch.cat([convolved(frozen, part) for part in values.split(CHUNK)])
            for values in (data.images, data.test_images)
        ]
    return Data(made[0], data.labels, made[1], data.test_labels)


def data_of(run: TrainingRun, images: int, make: MakeFilters = random_filters) -> Data:
    """What a run's linear layers learn from: pixels, or what frozen convolutions, of `make`, turn them into."""
    frozen = NETWORKS[run.network].convolutional and run.structure != "baseline"
    return _features(run.seed, run.network, images, make) if frozen else _pixels(images)


def batches(run: TrainingRun, data: Data, steps: int) -> "Iterator[tuple[Tensor, Tensor]]":
    """`steps` batches, every epoch in an order of its own."""
    generator = Draws(run.seed, run.network, "all").generator("order")
    torch, made = required_torch(), 0
    while made < steps:
        order = torch.from_numpy(generator.permutation(len(data.labels))).to(data.labels.device)
        for chosen in order.split(BATCH)[: steps - made]:
            made += 1
            yield data.images[chosen], data.labels[chosen]
