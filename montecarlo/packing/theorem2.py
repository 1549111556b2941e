"""Theorem 2 measured: which matrices of a 2 epsilon-packing a random network can be pruned to, against the counting.

A trial draws one growing two-layer network; s uses its first s hidden neurons, so that what is reached stays reached.
For every W in the packing P it asks for the least s at which some pruned g' has sup ||g'(x) - W x|| <= epsilon. The
theorem's hypothesis (13) says that every W is reached with probability 1/2 or more. Its proof averages over P.
"""

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..checks import grid, listed, optional, seed_number, whole
from ..errors import InputError
from ..sampling.laws import Law, Uniform, as_law
from ..sampling.streams import draw_trials
from ..storage.provenance import origin
from ..storage.records import Records
from ..system import memory_limit, size_text
from . import bounds
from .labels import described
from .packings import Packing
from .records import Measured, PackingRecords, computed, recorded_fitting, recorded_packing

Progress = Callable[[int, int], object]
SCHEMA = "packing 1"
"""Version of the Dataset's layout."""
MOST_WIDTH = {1: 40, 2: 16}
"""Most hidden neurons: two subset-sum problems for d = 1; 4^s forms of an output to be searched for d = 2."""
_AT_ONCE = {1: 64, 2: 16}
"""Trials of a record."""


def measure_theorem2(  # noqa: PLR0913
    d: int,
    epsilon: Sequence[object],
    s: Sequence[int],
    *,
    trials: int = 200,
    law: Any = None,
    candidates: int = 100_000,
    samples: int = 10_000,
    seed: int = 0,
    held: PackingRecords | None = None,
    progress: Progress | None = None,
) -> xr.Dataset:
    """How much of a packing random networks reach, for all epsilon and s: the Dataset of one d, 1 or 2.

    law: of all weights, U[-1, 1] unless given; the theorem allows any. candidates, samples: for making packings and for
    seeing whether they are saturated (d = 2). held: of `open_pieces`, to go on from and to add to. progress: called
    with (done, in all), packings and records of some trials together.

    reached (d, epsilon, s, trial): points of P within epsilon of a pruned network; fewest (d, epsilon, s): the trials
    that reached the point of P that was reached least often; size, volume_low, volume_high, fitting, samples,
    least_distance (d, epsilon): the packing; masks, functions (d, s), log2 of 2^(2sd) and of the functions of a generic
    network; width_* (d, epsilon): least s that the counting leaves possible.
    """
    exact, widths = check_request(d, epsilon, s, trials)
    law, seed = as_law(Uniform() if law is None else law), seed_number(seed)
    candidates, samples = whole("candidates", candidates, 0, 10**8), whole("samples", samples, 1, 10**9)
    held = optional("held", held, Records, "give `open_pieces(FOLDER)`")
    parts = [range(start, min(start + _AT_ONCE[d], trials)) for start in range(0, trials, _AT_ONCE[d])]
    step = _counter(progress, len(exact) * (1 + len(parts)))
    packings, fitting = [], []
    for value in exact:
        packings.append(recorded_packing(held, d, value, candidates=candidates, seed=seed))
        fitting.append(recorded_fitting(held, packings[-1], samples, candidates=candidates, seed=seed))
        step()
    hits = [np.zeros((len(widths), packing.size), np.int64) for packing in packings]
    reached = np.zeros((len(exact), len(widths), trials), np.int64)
    for k, packing in enumerate(packings):
        networks = Networks(d, law, widths[-1], seed, candidates)
        for part in parts:
            first = networks.first_widths(packing, part, held)
            there = first[None] <= np.array(widths)[:, None, None]
            hits[k] += there.sum(axis=1)
            reached[k, :, part.start : part.stop] = there.sum(axis=2)
            step()
    fewest = np.stack([hit.min(axis=1) for hit in hits])
    found = {**packing_columns(packings, fitting, samples if d > 1 else 0), **_widths(d, packings)}
    data: dict[str, Any] = {name: (("d", "epsilon"), np.array(column)[None]) for name, column in found.items()}
    data["reached"] = (("d", "epsilon", "s", "trial"), reached[None])
    data["fewest"] = (("d", "epsilon", "s"), fewest[None])
    for name, base in (("masks", 2.0 * d), ("functions", np.log2(bounds.forms(d)))):
        data[name] = (("d", "s"), base * np.array(widths, dtype=float)[None])
    coordinates = {"d": [d], "epsilon": [float(value) for value in exact], "s": list(widths), "trial": range(trials)}
    asked = {
        "seed": seed,
        "law": described_law(law),
        "candidates": candidates,
        "saturation_samples": samples,
        "trials": trials,
    }
    attributes = {
        "Conventions": "CF-1.11",
        "schema": SCHEMA,
        "title": f"Theorem 2: what pruned networks with weights {law.label} reach of a packing",
        "source": "Theorem 2, Section 4",
        "law": law.label,
        "seed": str(seed),
        "provenance": json.dumps(asked | {"epsilon": [str(value) for value in exact]} | origin(), sort_keys=True),
    }
    return described(xr.Dataset(data, coordinates, attributes))


def check_request(
    d: int, epsilon: Sequence[object], s: Sequence[int], trials: int
) -> tuple[list[Fraction], tuple[int, ...]]:
    """(epsilon, coarse to fine; s), if networks with these can be measured in the memory there is."""
    whole("d", d, 1, 2)
    exact = [bounds.accuracy(value) for value in listed("epsilon", epsilon, "give [0.1]")]
    widths = grid("s", listed("s", s, "give range(1, 10)"))
    if not exact or len(set(exact)) < len(exact):
        raise InputError(f"epsilon must be different numbers, one or more, got {[str(value) for value in exact]}")
    if widths[-1] > MOST_WIDTH[d]:
        raise InputError(_too_wide(d, widths[-1]))
    _refuse_memory(d, exact, len(widths), whole("trials", trials, 1, 10**7))
    return sorted(exact, reverse=True), widths


class Networks(NamedTuple):
    """Random networks of one law with up to s hidden neurons; candidates: what their packings were made with."""

    d: int
    law: Law
    s: int
    seed: int
    candidates: int

    def first_widths(self, packing: Packing, trials: range, held: PackingRecords | None) -> NDArray[np.int64]:
        """`first_widths` of these trials, (trial, point), from its record if there is one."""
        key = Measured(
            "networks", self.d, str(packing.epsilon), self.candidates, self.seed,
            law=self._law, s=self.s, first=trials.start, stop=trials.stop,
        )  # fmt: skip
        return np.array(computed(held, key, lambda: self._first_widths(packing, trials).tolist()), dtype=np.int64)

    @property
    def _law(self) -> str:
        return json.dumps(described_law(self.law), sort_keys=True)

    def _first_widths(self, packing: Packing, trials: range) -> NDArray[np.int64]:
        address = {"theorem2": self.d, "law": self._law}
        draws = draw_trials(
            lambda g, count: draw_weights(self.law, g, self.s, self.d, count),
            self.seed, address, trials.start, trials.stop,
        )  # fmt: skip
        with ThreadPoolExecutor() as pool:  # the kernels hold no lock
            return np.stack(list(pool.map(lambda weights: first_widths(weights, packing), np.moveaxis(draws, -1, 0))))


def first_widths(weights: NDArray[np.float64], packing: Packing) -> NDArray[np.int64]:
    """The least s at which each point of a packing is reached, (size,); more than all neurons if it never is.

    weights: (s, 2, d), rows m_i of M and columns n_i of N. For d = 1, g' has one slope for x > 0 and one for x < 0,
    subset sums of n_i m_i over m_i > 0 and m_i < 0, and both have to come within epsilon of w.
    """
    s, _, d = weights.shape
    if d == 2:
        from ..kernels.networks.plane_search import first_widths as search

        first = np.full(packing.size, s + 1, np.int64)
        inner, outer = (np.ascontiguousarray(part) for part in (weights[:, 0], weights[:, 1]))
        search(inner, outer, packing.rows, float(packing.epsilon), first)
        return first
    targets = packing.rows[:, 0]
    accuracies = np.full(targets.size, float(packing.epsilon))
    slopes, fires = weights[:, 0, 0] * weights[:, 1, 0], weights[:, 0, 0]
    return np.maximum(*(_first_sums(slopes, side, targets, accuracies) for side in (fires > 0.0, fires < 0.0)))


def _counter(progress: Progress | None, total: int) -> Callable[[], None]:
    """A function that says one more of `total` is done."""
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        if progress:
            progress(done, total)

    return step


def _first_sums(
    terms: NDArray[np.float64], mine: NDArray[np.bool_], targets: NDArray[np.float64], accuracies: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Least s >= 1 at which a subset sum of the terms before s that are `mine` is within each target's accuracy."""
    from ..solvers.nearest_subset import nearest_subset

    found = np.full(targets.size, len(terms) + 1, np.int64)
    found[np.abs(targets) <= accuracies] = 1
    places = np.flatnonzero(mine)
    for k, place in enumerate(places):
        left = np.flatnonzero(found > place + 1)
        if left.size == 0:
            break
        errors = nearest_subset(terms[places[: k + 1]], targets[left]).errors
        found[left[errors <= accuracies[left]]] = place + 1
    return found


def draw_weights(law: Law, random: np.random.Generator, s: int, d: int, trials: int) -> NDArray[np.float64]:
    """Weights of `trials` networks, (s, 2, d, trials): row m_i of M and column n_i of N of every neuron."""
    return law.sample(random, s, 2 * d * trials).reshape(s, 2, d, trials)


def described_law(law: Law) -> dict[str, Any]:
    """A law by its class and parameters, JSON-ready."""
    return {"class": type(law).__name__, **vars(law)}


def packing_columns(packings: Sequence[Packing], fitting: Sequence[int], samples: int) -> dict[str, list[float]]:
    """What is stored of every packing."""
    low, high = zip(*(bounds.packing_bounds(packing.d, packing.epsilon) for packing in packings), strict=True)
    return {
        "size": [packing.size for packing in packings],
        "volume_low": list(low),
        "volume_high": list(high),
        "fitting": list(fitting),
        "samples": [samples] * len(packings),
        "least_distance": [packing.least_distance for packing in packings],
    }


def _widths(d: int, packings: Sequence[Packing]) -> dict[str, list[float]]:
    """Least s by the printed bound, by the packing and all masks, by it and all functions, by volume, by both sides."""
    sizes = [float(np.log2(packing.size)) for packing in packings]
    return {
        "width_printed": [bounds.printed_width(d, packing.epsilon) for packing in packings],
        "width_masks": [bounds.least_width(d, size, 4.0**d) for size in sizes],
        "width_functions": [bounds.least_width(d, size, bounds.forms(d)) for size in sizes],
        "width_volume": [bounds.volume_width(d, packing.epsilon, bounds.forms(d)) for packing in packings],
        "width_sides": [bounds.two_sided_width(packing.size) if d == 1 else np.nan for packing in packings],
    }


def _too_wide(d: int, s: int) -> str:
    functions = f"{float(bounds.prunings(d, s)[1]):.2g}" if s < 300 else f"{bounds.forms(d)}^{s}"
    why = "two subset-sum problems of at most 40 entries" if d == 1 else "the search of 4^s forms takes minutes"
    return f"s must be at most {MOST_WIDTH[d]} for d = {d}, where {why}, got {s} ({functions} functions); lower s"


def _refuse_memory(d: int, epsilon: Sequence[Any], widths: int, trials: int) -> None:
    points = sum(bounds.packing_bounds(d, value)[0] * (2.0 if d == 1 else 8.0) for value in epsilon)
    need, room = 8.0 * widths * (len(epsilon) * trials + 2.0 * points), memory_limit()
    if need > room:
        raise InputError(
            f"{trials} trials of {widths} s need {size_text(need)}, but there are {size_text(room)}; lower trials"
        )
