"""Experiment 1 (Section 5): every weight of a trained network as a subset sum of n random coefficients.

Cases are (coefficients, scale, objective, n, epsilon, seed); each is recorded when it is finished, and a folder's
records, whenever they were computed, make one Dataset.
"""

import json
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, product
from pathlib import Path
from typing import Any, get_args

import numpy as np
import xarray as xr

from ...checks import listed, number, seed_number, some_of, whole
from ...errors import InputError
from ...kernels import nearest, networks
from ...sampling import NUMBERS as SAMPLING
from ...solvers.nearest_subset import MOST_ENTRIES, Objective
from ...storage.provenance import origin
from ...storage.records import Records
from ..mnist import digits
from . import NUMBERS
from .coefficients import Sharing
from .prune import Bench, Case, Scale, approximate, draw_of, warm_up
from .target import Target, correct, load_target

SCHEMA = "experiment1 1"
"""Version of the Dataset's layout."""
PAPER = {
    "n": 21, "epsilon": 0.01, "accuracy_before": 0.9719, "accuracy": 0.9719, "weights": 397_000,
    "kept": 3_725_871, "seconds": 21.5 * 3600.0, "cores": 36, "solver": "Gurobi",
}  # fmt: skip
"""What the paper reports (Section 5, Experiment 1)."""
DIMS = "coefficients", "scale", "objective", "n", "epsilon", "seed"
_MOST_SEEDS = 10_000

_TEXTS = {
    "coefficients": ("which weights share coefficients", ""),
    "scale": ("range of the coefficients: [-1, 1], or [-a, a] with a the largest |w| of the target", ""),
    "objective": ("what was asked of a subset", ""),
    "n": ("n, random coefficients for a weight", "1"),
    "epsilon": ("accuracy that is asked for, or that misses are counted at", "1"),
    "seed": ("seed of the coefficients", "1"),
    "layer": ("layer of the target", "1"),
    "missed": ("weights whose subset sum is not within epsilon; they keep the nearest sum", "weights"),
    "sets": ("independent sets of coefficients: rows, weights, or inputs for products", "1"),
    "sets_missed": ("independent sets of coefficients with a weight that is missed", "1"),
    "largest_error": ("largest |w - subset sum|", "1"),
    "mean_error": ("mean |w - subset sum|", "1"),
    "kept": ("coefficients that are kept", "1"),
    "drawn": ("random numbers drawn", "1"),
    "correct": ("test images that the pruned network gets right", "images"),
    "changed": ("test images that the pruned network answers otherwise than the target", "images"),
    "spectral_error": ("spectral norm of target less pruned layer, rounded up", "1"),
    "output_bound": ("certificate: at least |f(x) - g(x)| / |x| for every x, from the spectral norms, rounded up", "1"),
    "output_error": ("largest |f(x) - g(x)| / |x| over the test images", "1"),
    "seconds": ("wall time of drawing and solving, after compilation", "s"),
    "jobs": ("worker processes", "1"),
}


@dataclass(frozen=True)
class Grid:
    """What is to be computed: every combination, in this order. seeds: a range of seeds."""

    coefficients: Sequence[Sharing] = get_args(Sharing)
    scale: Sequence[Scale] = get_args(Scale)
    objective: Sequence[Objective] = get_args(Objective)
    n: Sequence[int] = (21,)
    epsilon: Sequence[float] = (0.01,)
    seeds: Sequence[int] = (0,)

    def __post_init__(self) -> None:
        for name, kind in (("coefficients", Sharing), ("scale", Scale), ("objective", Objective)):
            some_of(name, getattr(self, name), get_args(kind))
        remedy = "0.01 is the paper's"
        checked = {
            "n": [whole("n", n, 1, MOST_ENTRIES) for n in listed("n", self.n, "give (21,)")],
            "epsilon": [
                number("epsilon must be positive and finite", epsilon, lambda x: 0.0 < x < math.inf, remedy)
                for epsilon in listed("epsilon", self.epsilon, "give (0.01,)")
            ],
            "seeds": [seed_number(seed) for seed in listed("seeds", self.seeds, "give range(5)")],
        }
        for name, values in checked.items():
            object.__setattr__(self, name, tuple(values))
        if not (self.n and self.epsilon and 0 < len(self.seeds) <= _MOST_SEEDS):
            raise InputError(
                f"n, epsilon and seeds must not be empty, seeds at most {_MOST_SEEDS:,}; "
                f"got {len(self.n)}, {len(self.epsilon)} and {len(self.seeds)}"
            )

    def cases(self) -> list[Case]:
        """Every case once, those of a solution next to each other."""
        kinds = product(dict.fromkeys(self.coefficients), dict.fromkeys(self.scale), dict.fromkeys(self.objective))
        numbers = list(product(dict.fromkeys(self.n), dict.fromkeys(self.seeds), dict.fromkeys(self.epsilon)))
        return [Case(*kind, n, epsilon, seed) for kind in kinds for n, seed, epsilon in numbers]


def identity(target: Target) -> dict[str, Any]:
    """What all numbers of a folder depend on but for the case: the target's weights, and versions of ours."""
    return {"format": SCHEMA, "target": target.digest, "numbers": numbers()}


def numbers() -> dict[str, int]:
    """The versions of the families that records come from."""
    kernels = {"nearest": nearest.NUMBERS, "networks": networks.NUMBERS}
    return {"sampling": SAMPLING, **kernels, "experiment1": NUMBERS}


def run(
    grid: Grid,
    folder: Path,
    *,
    target: Target | None = None,
    jobs: int = 1,
    progress: Callable[[int, int], object] | None = None,
) -> xr.Dataset:
    """Compute the cases of `grid` that `folder` lacks, record each, and return the Dataset of all records there.

    target: default: the one that is shipped. jobs: worker processes. progress: called with (cases of the grid that are
    done, cases of the grid).
    """
    whole("jobs", jobs, 1)
    target = load_target() if target is None else target
    records = Records.create_or_open(folder, identity(target), Case)
    recorded, cases = records.all(), grid.cases()
    missing = [case for case in cases if case not in recorded]
    bench = Bench.of(target, digits("test"))
    if progress:
        progress(len(cases) - len(missing), len(cases))
    if missing:
        warm_up([(replace(draw_of(case, target), seed=0), case.objective) for case in missing], jobs)
    for done, together in _counted(_solutions(missing)):
        for case, measured in approximate(bench, together, jobs).items():
            records.write(case, {**measured, "jobs": jobs})
        if progress:
            progress(len(cases) - len(missing) + done, len(cases))
    return dataset(records, bench)


def _solutions(cases: Iterable[Case]) -> Iterator[list[Case]]:
    """Cases that one solution answers: the least error knows nothing of epsilon."""
    for _, group in groupby(cases, lambda case: replace(case, epsilon=0.0) if case.objective == "error" else case):
        yield list(group)


def _counted(solutions: Iterable[list[Case]]) -> Iterator[tuple[int, list[Case]]]:
    """Each with how many cells there are up to it."""
    total = 0
    for together in solutions:
        total += len(together)
        yield total, together


def dataset(records: Records[Case], bench: Bench) -> xr.Dataset:
    """All records of a folder; NaN where a combination was not computed. Dims `DIMS`, and layer."""
    recorded = records.all()
    axes = {name: sorted({getattr(case, name) for case in recorded}) for name in DIMS}
    axes["coefficients"] = [name for name in get_args(Sharing) if name in axes["coefficients"]]
    axes["scale"] = [name for name in get_args(Scale) if name in axes["scale"]]
    axes["objective"] = [name for name in get_args(Objective) if name in axes["objective"]]
    shape = tuple(len(values) for values in axes.values())
    data: dict[str, Any] = {}
    for case, measured in recorded.items():
        place = tuple(axes[name].index(getattr(case, name)) for name in DIMS)
        for name, value in measured.items():
            if name not in _TEXTS:
                continue
            size = (*shape, 2) if name == "spectral_error" else shape
            data.setdefault(name, np.full(size, np.nan))[place] = value
    coordinates = {
        name: np.array(values, dtype=object if isinstance(values[0], str) else None) for name, values in axes.items()
    }
    variables = {name: ((*DIMS, "layer")[: values.ndim], values) for name, values in data.items()}
    found = xr.Dataset(variables, {**coordinates, "layer": [1, 2]}, _attributes(records, bench))
    for name in found.variables:
        text, unit = _TEXTS[str(name)]
        found[name].attrs = {"long_name": text, **({"units": unit} if unit else {})}
    return found


def _attributes(records: Records[Case], bench: Bench) -> dict[str, Any]:
    layers = bench.target.layers
    return {
        "Conventions": "CF-1.11",
        "schema": SCHEMA,
        "title": "A trained network approximated by subset sums, weight by weight",
        "source": "Section 5, Experiment 1",
        "target": bench.target.name,
        "shape": " x ".join(map(str, (layers[0].shape[1], *(len(layer) for layer in layers)))),
        "weights": sum(layer.size for layer in layers),
        "largest_weight": bench.target.largest,
        "images": len(bench.digits.labels),
        "correct_before": correct(bench.scores, bench.digits),
        "spectral_norms": json.dumps(bench.norms),
        "paper": json.dumps(PAPER, sort_keys=True),
        "provenance": json.dumps({**records.identity, **origin()}, sort_keys=True),
    }
