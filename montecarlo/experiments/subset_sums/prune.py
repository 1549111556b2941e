"""A whole target approximated by subset sums: solved in pieces of a few rows, measured on the test images."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from ...networks.bounds.certificates import LayerNorms, chain
from ...networks.bounds.norms import difference_up, norm_up
from ...sampling.streams import generator
from ...solvers.nearest_subset import Objective
from ...workers import unordered
from ..mnist import Digits
from .coefficients import Draw, Masks, Rows, Sharing, solve
from .target import Floats, Layers, Target, correct, outputs

Scale = Literal["unit", "fitted"]
_PIECE = 25_000
"""Weights a piece: about a quarter of a second at n = 21, so that two workers end together."""


@dataclass(frozen=True)
class Case:
    """One way to approximate all weights. scale: coefficients on [-1, 1], or on [-a, a] with a the largest |w|."""

    experiment: ClassVar[str] = "experiment1"

    coefficients: Sharing
    scale: Scale
    objective: Objective
    n: int
    epsilon: float
    seed: int


@dataclass(frozen=True)
class Pruned:
    """The target's layers with every weight replaced by its subset sum, the masks, and the seconds it took."""

    draw: Draw
    layers: Layers
    masks: tuple[Masks, Masks]
    seconds: float


def prune(target: Target, draw: Draw, objective: Objective, epsilon: float | None, jobs: int = 1) -> Pruned:
    """Every weight by the subset of its coefficients that `objective` asks for. The same for any number of jobs."""
    started = time.perf_counter()
    sums = tuple(np.empty(layer.shape) for layer in target.layers)
    masks = tuple(np.empty(layer.shape, np.uint64) for layer in target.layers)
    pieces = list(_pieces(target.layers, draw, objective, epsilon))
    for rows, found, kept in unordered(solve, pieces, jobs) if jobs > 1 else map(solve, pieces):
        place = slice(rows.first, rows.first + len(found))
        sums[rows.layer][place], masks[rows.layer][place] = found, kept
    seconds = time.perf_counter() - started
    return Pruned(draw, (sums[0], sums[1]), (masks[0], masks[1]), seconds)


def _pieces(layers: Sequence[Floats], draw: Draw, objective: Objective, epsilon: float | None) -> Iterator[Rows]:
    asked = None if objective == "error" else epsilon
    for k, weights in enumerate(layers):
        step = max(_PIECE // weights.shape[1], 1)
        for first in range(0, len(weights), step):
            yield Rows(draw, objective, asked, k, first, weights[first : first + step])


def warm_up(draws: Sequence[tuple[Draw, Objective]], jobs: int) -> None:
    """Compile what pruning needs and start the workers, so that `seconds` are those of the work."""
    weights = generator(0, {"experiment": 1}).uniform(-0.5, 0.5, (1, 200))
    items = [Rows(draw, how, None if how == "error" else 0.01, 0, 0, weights) for draw, how in dict.fromkeys(draws)]
    for item in items:
        solve(item)
    if jobs > 1:
        for _ in unordered(solve, items * 4 * jobs, jobs):
            pass


@dataclass(frozen=True)
class Bench:
    """What pruned networks are measured with: the target, what it answers, and the sizes of its layers."""

    target: Target
    digits: Digits
    scores: Floats
    norms: tuple[float, float]
    """Spectral norms of the target's layers, rounded up."""
    sizes: Floats
    """|x| of every image."""

    @staticmethod
    def of(target: Target, digits: Digits) -> "Bench":
        """The bench of a target on some images."""
        norms = tuple(norm_up(layer) for layer in target.layers)
        sizes = np.maximum(np.linalg.norm(digits.images, axis=1), np.finfo(float).tiny)
        return Bench(target, digits, outputs(target.layers, digits.images), (norms[0], norms[1]), sizes)

    def measure(self, pruned: Pruned) -> dict[str, Any]:
        """What does not depend on epsilon, JSON-ready; names and meanings as in the Dataset of `experiment1`."""
        errors = [np.abs(w - g) for w, g in zip(self.target.layers, pruned.layers, strict=True)]
        scores = outputs(pruned.layers, self.digits.images)
        apart = np.linalg.norm(scores - self.scores, axis=1) / self.sizes
        norms = [
            LayerNorms(norm, norm_up(g), difference_up(w, g))
            for norm, w, g in zip(self.norms, self.target.layers, pruned.layers, strict=True)
        ]
        return {
            "correct": correct(scores, self.digits),
            "changed": int(np.count_nonzero(scores.argmax(axis=1) != self.scores.argmax(axis=1))),
            "largest_error": max(float(e.max()) for e in errors),
            "mean_error": sum(float(e.sum()) for e in errors) / sum(e.size for e in errors),
            "kept": sum(int(np.bitwise_count(masks).sum()) for masks in pruned.masks),
            "drawn": sum(pruned.draw.count(layer.shape) for layer in self.target.layers),
            "spectral_error": [norm.error for norm in norms],
            "output_bound": chain(norms).error[-1],
            "output_error": float(apart.max()),
            "seconds": pruned.seconds,
        }

    def misses(self, pruned: Pruned, epsilon: float) -> dict[str, int]:
        """Weights not within epsilon; independent sets of coefficients, and those with such a weight."""
        missed = [np.abs(w - g) > epsilon for w, g in zip(self.target.layers, pruned.layers, strict=True)]
        alone = {"row": [m.any(axis=1) for m in missed], "products": [m.any(axis=0) for m in missed]}
        sets = alone.get(pruned.draw.sharing, missed)
        return {
            "missed": sum(int(np.count_nonzero(m)) for m in missed),
            "sets": sum(m.size for m in sets),
            "sets_missed": sum(int(np.count_nonzero(m)) for m in sets),
        }


def draw_of(case: Case, target: Target) -> Draw:
    """Where a case's coefficients come from."""
    return Draw(case.coefficients, case.n, target.largest if case.scale == "fitted" else 1.0, case.seed)


def approximate(bench: Bench, cases: Sequence[Case], jobs: int) -> Mapping[Case, dict[str, Any]]:
    """What is measured of cases that differ in epsilon alone, from one solution: several only for the least error."""
    first = cases[0]
    pruned = prune(bench.target, draw_of(first, bench.target), first.objective, first.epsilon, jobs)
    common = bench.measure(pruned)
    return {case: {**common, **bench.misses(pruned, case.epsilon)} for case in cases}
