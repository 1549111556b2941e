"""Training runs of Experiment 2: SGD, batches of 64, momentum 0.9, weight decay 0.0005, cosine annealing, torch.

One thread a run, so that equal runs give equal masks on a machine, whatever its number of cores; more than one run at a
time is what cores are for.
"""

import math
import time
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from itertools import count
from statistics import median
from typing import TYPE_CHECKING, Any

from .images import BATCH, CHUNK, IMAGES, Data, batches, data_of, random_filters
from .lazy_torch import device, one_thread, required_torch
from .networks import Learner, dense, initial
from .runs import TrainingRun
from .structures import FILTER_EPOCHS, NETWORKS, NetworkName, weights

if TYPE_CHECKING:
    from torch import Tensor

MOMENTUM, WEIGHT_DECAY = 0.9, 0.0005
_TIMED_STEPS = 40
Step = Callable[["Tensor", "Tensor"], None]


def trained(run: TrainingRun, images: int = IMAGES) -> dict[str, Any]:
    """What is measured of a training run on the first `images` images; names and units as in `experiment2`."""
    with one_thread():
        data = data_of(run, images, _trained_filters if run.filters == "trained" else random_filters)
        started = time.perf_counter()
        learner = initial(run)
        history: list[int] = []
        times = _fit(learner, data, run, lambda: history.append(_correct(learner, data))) if learner.learns else []
        history = history or [_correct(learner, data)] * run.epochs
        return {
            "correct": history[-1],
            "history": history,
            "kept": learner.kept(),
            "weights": weights(run.network, run.structure),
            **_speeds(times),
            "seconds": time.perf_counter() - started,
        }


def speed(run: TrainingRun, images: int = IMAGES) -> float:
    """Training images a second of a run like this, from a few steps; infinite where there is nothing to train.

    Filters are random: trained ones take as long.
    """
    run = replace(run, filters="random")
    with one_thread():
        learner = initial(run)
        if not learner.learns:
            return math.inf
        step = _stepper(learner, run, 1000)
        return BATCH / median(_seconds(step, batch) for batch in batches(run, data_of(run, images), _TIMED_STEPS // 2))


@lru_cache(maxsize=1)
def _trained_filters(seed: int, network: NetworkName, images: int) -> "list[Tensor]":
    """Those of the baseline of a seed after FILTER_EPOCHS."""
    run = TrainingRun(network, "baseline", 0.0, FILTER_EPOCHS, seed)
    learner = initial(run)
    _fit(learner, data_of(run, images), run, int)
    return [made.detach() for made in learner.convolutions]


def _fit(
    learner: Learner, data: Data, run: TrainingRun, after_epoch: Callable[[], object]
) -> list[tuple[float, float]]:
    """Train; at times along the way, (seconds of a step, of a dense network's step just before, NaN if not pruned).

    Both are the second of two steps of their kind: the first one finds its numbers out of the processor's cache.
    """
    epoch = -(-len(data.labels) // BATCH)
    steps = run.epochs * epoch
    step = _stepper(learner, run, steps)
    rival = _stepper(dense(run), run, steps) if learner.scores else None
    every, beside, times = max(steps // _TIMED_STEPS, 2), math.nan, []
    for number, batch in enumerate(batches(run, data, steps)):
        if rival and number % every == 0:
            rival(*batch)
            beside = _seconds(rival, batch)
        if number % every == 1:
            times.append((_seconds(step, batch), beside))
        else:
            step(*batch)
        if (number + 1) % epoch == 0:
            after_epoch()
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
    if learner.layers:
        rates = (rate * (1.0 + math.cos(math.pi * number / steps)) / 2.0 for number in count())

        def pruned_step(images: "Tensor", labels: "Tensor") -> None:
            loss(learner.outputs(images), labels).backward()
            now = next(rates), MOMENTUM, WEIGHT_DECAY
            for layer in learner.layers:
                layer.learn(now)

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


def _seconds(step: Step, batch: "tuple[Tensor, Tensor]") -> float:
    wait = required_torch().cuda.synchronize if device() == "cuda" else int
    wait()
    before = time.perf_counter()
    step(*batch)
    wait()
    return time.perf_counter() - before


def _correct(learner: Learner, data: Data) -> int:
    """Test images whose largest output is their label's."""
    parts = zip(data.test_images.split(CHUNK), data.test_labels.split(CHUNK), strict=True)
    with required_torch().no_grad():
        return sum(int((learner.outputs(images).argmax(1) == labels).sum()) for images, labels in parts)
