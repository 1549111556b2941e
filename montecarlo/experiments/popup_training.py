"""Training runs of Experiment 2: SGD, batches of 64, momentum 0.9, weight decay 0.0005, cosine annealing, torch.

Weights are Kaiming normal (gain sqrt 2), scores Kaiming uniform (a = sqrt 5, so up to 1 / sqrt(fan-in)), pixels in
[0, 1]. All random numbers come from addressed streams: a seed's weights, scores and order of images are the same at
every sparsity and for every number of epochs. One thread a run, so that equal runs give equal masks on a machine,
whatever its number of cores; more than one run at a time is what cores are for.
"""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from itertools import count
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import streams
from ..errors import InputError
from .edge_popup import Pruned, forward
from .mnist import digits
from .structures import NETWORKS, NetworkName, Shape, Structure, kept_of, shapes, weights
from .training_runs import TrainingRun

if TYPE_CHECKING:
    from torch import Tensor

BATCH, MOMENTUM, WEIGHT_DECAY = 64, 0.9, 0.0005
IMAGES = 60_000
"""Images to train with."""
_TIMED_STEPS = 40
_CHUNK = 1000
"""Images evaluated at once."""
Step = Callable[["Tensor", "Tensor"], None]


def required_torch() -> Any:
    """torch, or an InputError that says how to install it."""
    try:
        return import_module("torch")
    except ImportError as error:
        raise InputError("experiment2 needs torch; pip install 'ticketsum[experiments]'") from error


def device() -> str:
    """Where training runs: "cuda" if there is a GPU, else "cpu"."""
    return "cuda" if required_torch().cuda.is_available() else "cpu"


def trained(run: TrainingRun, images: int = IMAGES) -> dict[str, Any]:
    """What is measured of a training run on the first `images` images; names and units as in `experiment2`."""
    with _one_thread():
        started = time.perf_counter()
        learner = _learner(run)
        data = _data(run, images)
        steps = run.epochs * -(-images // BATCH)
        times = _fit(learner, data, run, steps) if learner.learns else []
        return {
            "correct": _correct(learner, data),
            "kept": learner.kept(),
            "weights": weights(run.network, run.structure),
            **_speeds(times),
            "seconds": time.perf_counter() - started,
        }


def speed(run: TrainingRun, images: int = IMAGES) -> float:
    """Training images a second of a run like this, from a few steps; infinite where there is nothing to train."""
    with _one_thread():
        learner = _learner(run)
        if not learner.learns:
            return math.inf
        step = _stepper(learner, run, 1000)
        return BATCH / median(_seconds(step, batch) for batch in _batches(run, _data(run, images), _TIMED_STEPS // 2))


@dataclass
class Learner:
    """Matrices of a network in the order of their use, pruned or (baseline) plain; convolutions of LeNet-5's baseline.

    paired: two matrices a layer (Figure 1c), rectified: ReLU on the products between them.
    """

    pruned: list[Pruned]
    plain: "list[Tensor]"
    convolutions: "list[Tensor]"
    paired: bool = False
    rectified: bool = False

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
        matrices = [matrix.used for matrix in self.pruned] or self.plain
        return forward(matrices, values, paired=self.paired, rectified=self.rectified)


def _learner(run: TrainingRun) -> Learner:
    """The network of a run before training."""
    where = device()
    draw = _Draws(run.seed, run.network, run.structure)
    paired = run.structure in ("ours", "ours+relu")
    sizes = shapes(run.network, run.structure)
    fans = fan_ins(sizes, paired=paired)
    drawn = [draw.normal(f"weights {k}", *pair).to(where) for k, pair in enumerate(zip(sizes, fans, strict=True))]
    if run.structure == "baseline":
        filters = _filters(run.seed, run.network) if NETWORKS[run.network].convolutional else []
        return Learner([], [m.requires_grad_() for m in drawn], [f.requires_grad_() for f in filters])
    scores = [draw.uniform(f"scores {k}", *pair).to(where) for k, pair in enumerate(zip(sizes, fans, strict=True))]
    keeps = [kept_of(rows * columns, run.sparsity) for rows, columns in sizes]
    pruned = [Pruned(*matrix) for matrix in zip(drawn, scores, keeps, strict=True)]
    return Learner(pruned, [], [], paired, run.structure == "ours+relu")


def fan_ins(sizes: list[Shape], *, paired: bool) -> list[int]:
    """Fan-in of each matrix: its inputs; of a pair (r, in), (out, in r), 1 and the linear layer's inputs, in."""
    return [(1 if k % 2 == 0 else sizes[k - 1][1]) if paired else shape[1] for k, shape in enumerate(sizes)]


@dataclass(frozen=True)
class _Draws:
    """Initial values of a network of some structure, float32, the same at every sparsity."""

    seed: int
    network: NetworkName
    structure: Structure | str

    def generator(self, of: str) -> np.random.Generator:
        address = {"experiment": "edge-popup", "network": self.network, "structure": self.structure, "of": of}
        return streams.generator(self.seed, address)

    def normal(self, of: str, shape: tuple[int, ...], fan: int) -> "Tensor":
        values = self.generator(of).standard_normal(shape, dtype=np.float32)
        return required_torch().from_numpy(values * np.float32(math.sqrt(2.0 / fan)))

    def uniform(self, of: str, shape: Shape, fan: int) -> "Tensor":
        values = self.generator(of).random(shape, dtype=np.float32)
        return required_torch().from_numpy((np.float32(2.0) * values - np.float32(1.0)) * np.float32(fan**-0.5))


@dataclass(frozen=True)
class _Data:
    """Images (or what frozen convolutions make of them) and labels, to learn from and to be tested with."""

    images: "Tensor"
    labels: "Tensor"
    test_images: "Tensor"
    test_labels: "Tensor"


@lru_cache(maxsize=1)
def _pixels(images: int) -> _Data:
    torch = required_torch()
    learned, test = digits("train"), digits("test")
    where = device()
    return _Data(
        torch.tensor(learned.images[:images], dtype=torch.float32, device=where),
        torch.tensor(learned.labels[:images], device=where),
        torch.tensor(test.images, dtype=torch.float32, device=where),
        torch.tensor(test.labels, device=where),
    )


@lru_cache(maxsize=1)
def _features(seed: int, network: NetworkName, images: int) -> _Data:
    """What a seed's frozen convolutions make of all images, once: they never change."""
    torch, data, filters = required_torch(), _pixels(images), _filters(seed, network)
    with torch.no_grad():
        made = [
            torch.cat([convolved(filters, part) for part in values.split(_CHUNK)])
            for values in (data.images, data.test_images)
        ]
    return _Data(made[0], data.labels, made[1], data.test_labels)


def _data(run: TrainingRun, images: int) -> _Data:
    frozen = NETWORKS[run.network].convolutional and run.structure != "baseline"
    return _features(run.seed, run.network, images) if frozen else _pixels(images)


def _filters(seed: int, network: NetworkName) -> "list[Tensor]":
    """LeNet-5's two convolutions, shared by all structures of a seed: (6, 1, 5, 5), (16, 6, 5, 5)."""
    draw = _Draws(seed, network, "all")
    sizes = (6, 1, 5, 5), (16, 6, 5, 5)
    return [draw.normal(f"filters {k}", size, size[1] * 25).to(device()) for k, size in enumerate(sizes)]


def convolved(filters: "list[Tensor]", images: "Tensor") -> "Tensor":
    """LeNet-5 before its linear layers: twice convolution, ReLU, 2 x 2 maxima; (images, 784) to (images, 400)."""
    functional = required_torch().nn.functional
    first = functional.conv2d(images.view(-1, 1, 28, 28), filters[0], padding=2).relu()
    second = functional.conv2d(functional.max_pool2d(first, 2), filters[1]).relu()
    return functional.max_pool2d(second, 2).flatten(1)


def _fit(learner: Learner, data: _Data, run: TrainingRun, steps: int) -> list[tuple[float, float]]:
    """Train; at times along the way, (seconds of a step, of a dense network's step just before, NaN if not pruned).

    Both are the second of two steps of their kind: the first one finds its numbers out of the processor's cache.
    """
    step = _stepper(learner, run, steps)
    rival = _stepper(_dense(run), run, steps) if learner.scores else None
    every, beside, times = max(steps // _TIMED_STEPS, 2), math.nan, []
    for number, batch in enumerate(_batches(run, data, steps)):
        if rival and number % every == 0:
            rival(*batch)
            beside = _seconds(rival, batch)
        if number % every == 1:
            times.append((_seconds(step, batch), beside))
        else:
            step(*batch)
    return times


def _speeds(times: list[tuple[float, float]]) -> dict[str, float]:
    """Images a second by the median step, a dense network's too, and the median of the ratios, pair by pair."""
    if not times:
        return {}
    own, beside = zip(*times, strict=True)
    found = {"speed": BATCH / median(own)}
    if not math.isnan(beside[0]):
        found |= {"dense_speed": BATCH / median(beside), "speed_share": median(b / a for a, b in times)}
    return found


def _stepper(learner: Learner, run: TrainingRun, steps: int) -> Step:
    """One step of SGD on a batch, with masks that fit the scores before and after it; the rate falls as a cosine."""
    torch, rate = required_torch(), NETWORKS[run.network].learning_rate
    loss = torch.nn.functional.cross_entropy
    if learner.pruned:
        rates = (rate * (1.0 + math.cos(math.pi * number / steps)) / 2.0 for number in count())

        def pruned_step(images: "Tensor", labels: "Tensor") -> None:
            loss(learner.outputs(images), labels).backward()
            now = next(rates), MOMENTUM, WEIGHT_DECAY
            for matrix in learner.pruned:
                matrix.learn(now)

        return pruned_step
    learned = [*learner.plain, *learner.convolutions]
    optimizer = torch.optim.SGD(learned, rate, MOMENTUM, weight_decay=WEIGHT_DECAY, fused=True)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)

    def step(images: "Tensor", labels: "Tensor") -> None:
        optimizer.zero_grad()
        loss(learner.outputs(images), labels).backward()
        optimizer.step()
        schedule.step()

    return step


def _batches(run: TrainingRun, data: _Data, steps: int) -> "Iterator[tuple[Tensor, Tensor]]":
    """`steps` batches, every epoch in an order of its own."""
    generator = _Draws(run.seed, run.network, "all").generator("order")
    torch, made = required_torch(), 0
    while made < steps:
        order = torch.from_numpy(generator.permutation(len(data.labels))).to(data.labels.device)
        for chosen in order.split(BATCH)[: steps - made]:
            made += 1
            yield data.images[chosen], data.labels[chosen]


def _dense(run: TrainingRun) -> Learner:
    """The wide network, which has as many weights as the pruned one, to be trained without masks."""
    draw = _Draws(run.seed, run.network, "wide")
    sizes = shapes(run.network, "wide")
    return Learner([], [draw.normal("weights 0", s, s[1]).to(device()).requires_grad_() for s in sizes], [])


def _seconds(step: Step, batch: "tuple[Tensor, Tensor]") -> float:
    wait = required_torch().cuda.synchronize if device() == "cuda" else int
    wait()
    before = time.perf_counter()
    step(*batch)
    wait()
    return time.perf_counter() - before


def _correct(learner: Learner, data: _Data) -> int:
    """Test images whose largest output is their label's."""
    parts = zip(data.test_images.split(_CHUNK), data.test_labels.split(_CHUNK), strict=True)
    with required_torch().no_grad():
        return sum(int((learner.outputs(images).argmax(1) == labels).sum()) for images, labels in parts)


@contextmanager
def _one_thread() -> Iterator[None]:
    """torch on one thread, and as it was afterwards."""
    torch = required_torch()
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
