"""Theorem 2 for more than two layers, where parameters are counted: depth 3, d = 1, tiny widths, every mask tried.

g(x) = c relu(B relu(a x)) with hidden widths k has m = 2 k + k^2 parameters, so |G| <= 2^m, and Theorem 2 asks for
2 * 2^m >= |P|. A pruned g' is p x for x > 0 and q x for x < 0; it is within epsilon of w iff both slopes are.
"""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..checks import grid, listed, seed_number, whole
from ..errors import InputError
from ..sampling.laws import Law, Uniform, as_law
from ..sampling.streams import draw_trials, generator
from ..storage.provenance import origin
from .bounds import accuracy
from .families import count_deep_functions, deep_values
from .labels import described
from .packings import Packing, interval_packing
from .theorem2 import described_law

SCHEMA = "packing depth 1"
_MOST_WIDTH = 3
_INTEGERS = 10_000


def measure_depth(
    epsilon: Sequence[object],
    width: Sequence[int] = (1, 2, 3),
    *,
    trials: int = 200,
    law: Any = None,
    seed: int = 0,
) -> xr.Dataset:
    """How much of a largest packing of [-1, 1] networks of depth 3 reach, every mask tried.

    trials: networks for each width. law: of all weights, U[-1, 1] unless given.

    reached (epsilon, width, trial): points of P within epsilon of a pruned network; size, (epsilon): |P|; parameters
    (width): m; counted (width): the functions of one network with random integer weights, exactly.
    """
    exact = sorted({accuracy(value) for value in listed("epsilon", epsilon, "give [0.1]")}, reverse=True)
    if not exact:
        raise InputError("epsilon must have a value, got none; give [0.1], say")
    widths, law = grid("width", listed("width", width, "give (1, 2, 3)")), as_law(Uniform() if law is None else law)
    trials, seed = whole("trials", trials, 1, 10**6), seed_number(seed)
    whole("width", widths[-1], 1, _MOST_WIDTH)
    packings = [interval_packing(value) for value in exact]
    reached = np.zeros((len(exact), len(widths), trials), np.int64)
    for j, k in enumerate(widths):
        draws = draw_trials(
            lambda g, count, k=k: _draw(law, g, k, count), seed, {"theorem2 depth": 3, "k": k}, 0, trials
        )
        for trial in range(trials):
            values = deep_values(*_parts(draws[..., trial], k))
            reached[:, j, trial] = [reached_by_slopes(values * (1.0, -1.0), packing).sum() for packing in packings]
    data = {
        "reached": (("epsilon", "width", "trial"), reached),
        "size": ("epsilon", [packing.size for packing in packings]),
        "parameters": ("width", [2 * k + k * k for k in widths]),
        "counted": ("width", [_counted(seed, k) for k in widths]),
    }
    coordinates = {"epsilon": [float(value) for value in exact], "width": list(widths), "trial": range(trials)}
    asked = {"seed": seed, "law": described_law(law), "trials": trials, "epsilon": [str(value) for value in exact]}
    attributes = {
        "Conventions": "CF-1.11",
        "schema": SCHEMA,
        "title": "Theorem 2 for depth 3 and d = 1: what pruned networks reach of a packing",
        "source": "Theorem 2, Section 4",
        "law": law.label,
        "seed": str(seed),
        "provenance": json.dumps(asked | origin(), sort_keys=True),
    }
    return described(xr.Dataset(data, coordinates, attributes))


def reached_by_slopes(slopes: NDArray[np.float64], packing: Packing) -> NDArray[np.bool_]:
    """Which points of a packing of [-1, 1] are within epsilon of both slopes of some function; slopes: (count, 2)."""
    points, epsilon = packing.rows[:, 0], float(packing.epsilon)
    found = np.zeros(packing.size, bool)
    low, high = slopes.max(axis=1) - epsilon, slopes.min(axis=1) + epsilon
    first = np.searchsorted(points, low)
    near = first < packing.size
    found[first[near][points[first[near]] <= high[near]]] = True
    return found


def _draw(law: Law, random: np.random.Generator, k: int, trials: int) -> NDArray[np.float64]:
    return law.sample(random, 2 * k + k * k, trials)


def _parts(weights: NDArray[Any], k: int) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    return weights[:k], weights[2 * k :].reshape(k, k), weights[k : 2 * k]


def _counted(seed: int, k: int) -> int:
    random = generator(seed, {"theorem2 depth": 3, "k": k, "integers": 1})
    return count_deep_functions(*_parts(random.integers(-_INTEGERS, _INTEGERS, 2 * k + k * k, endpoint=True), k))
