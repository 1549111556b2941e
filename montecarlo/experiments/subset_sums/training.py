"""Training a target as Section 5 says: SGD, batches of 64, momentum 0.9, weight decay 0.0005, cosine annealing.

Ten epochs at a learning rate of 0.1, as the paper's baselines of Experiment 2 have it. torch is needed for this alone.
"""

import io
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, get_args

import numpy as np

from ...checks import seed_number, whole
from ...storage.atomic import replacing
from ..edge_popup.lazy_torch import required_torch
from ..mnist import CLASSES, PIXELS, Part, digits
from .target import Target, correct, outputs


@dataclass(frozen=True)
class Training:
    """What the trained weights depend on, besides torch's own version."""

    seed: int = 0
    hidden: int = 500
    epochs: int = 10
    learning_rate: float = 0.1
    batch: int = 64
    momentum: float = 0.9
    weight_decay: float = 0.0005

    def __post_init__(self) -> None:
        seed_number(self.seed)
        whole("hidden", self.hidden, 1)
        whole("epochs", self.epochs, 1)


def train(training: Training, progress: Callable[[int, int], object] | None = None) -> Target:
    """784 - hidden - 10, no bias, cross entropy, pixels in [0, 1]; weights start as torch's Linear has them.

    One thread, so that equal seeds give equal weights. progress: called with (epochs done, epochs in all).
    """
    torch = required_torch("training")
    torch.set_num_threads(1)
    torch.manual_seed(training.seed)
    learned = digits("train")
    images = torch.tensor(learned.images, dtype=torch.float32)
    labels = torch.tensor(learned.labels)
    first = torch.nn.Linear(PIXELS, training.hidden, bias=False)
    second = torch.nn.Linear(training.hidden, CLASSES, bias=False)
    network = torch.nn.Sequential(first, torch.nn.ReLU(), second)
    optimizer = torch.optim.SGD(
        network.parameters(), training.learning_rate, training.momentum, weight_decay=training.weight_decay
    )
    steps = training.epochs * -(-len(labels) // training.batch)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for epoch in range(training.epochs):
        for chosen in torch.randperm(len(labels)).split(training.batch):
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(network(images[chosen]), labels[chosen]).backward()
            optimizer.step()
            schedule.step()
        if progress:
            progress(epoch + 1, training.epochs)
    weights = first.weight.detach().numpy().astype(float), second.weight.detach().numpy().astype(float)
    return Target(weights, f"target-{PIXELS}-{training.hidden}-{CLASSES}.npz")


def save_trained(target: Target, training: Training, path: Path) -> dict[str, Any]:
    """Write the weights (float32, no pickle) to `path`, and what was measured of them to a .json beside it."""
    packed = io.BytesIO()
    first, second = (layer.astype(np.float32) for layer in target.layers)
    np.savez(packed, allow_pickle=False, W1=first, W2=second)
    facts = {**measured(target), "training": asdict(training), "torch": version("torch")}
    with replacing(path, follow=True) as beside:
        beside.write_bytes(packed.getvalue())
    with replacing(path.with_suffix(".json")) as beside:
        beside.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    return facts


def measured(target: Target) -> dict[str, Any]:
    """Images of both parts that the network gets right, and the range of each layer's weights."""
    parts = {part: digits(part) for part in get_args(Part)}
    right = {part: correct(outputs(target.layers, found.images), found) for part, found in parts.items()}
    return {
        "digest": target.digest,
        "correct": right,
        "images": {part: len(found.labels) for part, found in parts.items()},
        "range": {f"W{k + 1}": [float(w.min()), float(w.max())] for k, w in enumerate(target.layers)},
    }
