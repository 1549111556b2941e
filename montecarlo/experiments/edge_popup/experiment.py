"""Experiment 2 (Section 5, Figure 4): random networks pruned by edge-popup, in the structure of Figure 1c and wide.

Training runs are (network, structure, sparsity, epochs, seed, filters). Each is stored when it is finished, and a
folder's runs, whenever they were done, make one Dataset. Sparsity is the fraction of weights removed from each layer.
"""

import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from itertools import product
from pathlib import Path
from typing import Any, get_args

import numpy as np
import xarray as xr

from ...checks import listed, number, seed_number, some_of, whole
from ...errors import InputError
from ...kernels.networks import edge_popup as kernels
from ...sampling import NUMBERS as SAMPLING
from ...storage.provenance import origin
from ...storage.records import Records
from ...workers import unordered
from . import NUMBERS, structures
from .images import IMAGES
from .lazy_torch import device, required_torch
from .lines import read_lines, write_lines
from .runs import TrainingRun
from .structures import FILTER_EPOCHS, NETWORKS, Filters, NetworkName, Structure, kept_of, shapes, weights
from .training import speed, trained

SCHEMA = "experiment2 3"
"""Version of the Dataset's layout."""
SCHEMAS = SCHEMA, "experiment2 2"
"""Those that can be read; the second has no filters (they were random) and no history."""
SPARSITY = (0.0, 0.01, 0.02, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975, 0.98, 0.99)
EPOCHS = (10, 20, 30, 50, 100)
"""The paper's; it shows the best of them."""
DIMS = "network", "structure", "sparsity", "epochs", "seed", "filters"
_MOST_EPOCHS, _MOST_SEEDS = 10_000, 10_000
_TESTED = 10_000

_TEXTS = {
    "network": ("network whose linear layers are replaced", ""),
    "structure": ("what stands in place of a linear layer", ""),
    "sparsity": ("sparsity, the fraction of weights removed from each layer", "1"),
    "epochs": ("passes over the training images", "1"),
    "seed": ("seed of weights, scores and the order of images", "1"),
    "filters": ("where frozen convolutions come from", ""),
    "epoch": ("epochs done", "1"),
    "history": ("test accuracy after each epoch of a run", "1"),
    "correct": ("test images that the network gets right after its last epoch", "images"),
    "accuracy": ("test accuracy after the last epoch", "1"),
    "kept": ("weights of linear layers that are kept", "weights"),
    "weights": ("weights of linear layers before pruning", "weights"),
    "seconds": ("wall time of a run", "s"),
    "speed": ("training images a second, by the median step", "s-1"),
    "dense_speed": ("the same for training a dense network with as many weights, in turns with it", "s-1"),
    "speed_share": ("speed over dense_speed, median of the ratios of steps in turns", "1"),
}


@dataclass(frozen=True)
class Grid:
    """What is to be trained: every combination, in the order given, seed after seed. sparsity: fraction removed."""

    network: Sequence[NetworkName] = ("fc2",)
    structure: Sequence[Structure] = get_args(Structure)
    sparsity: Sequence[float] = SPARSITY
    epochs: Sequence[int] = EPOCHS
    seeds: Sequence[int] = (0,)
    filters: Sequence[Filters] = ("random",)

    def __post_init__(self) -> None:
        for name, kind in (("network", NetworkName), ("structure", Structure), ("filters", Filters)):
            some_of(name, getattr(self, name), get_args(kind))
        rule, remedy = "sparsity is the fraction of weights removed, at least 0 and below 1", "0.5 removes half of them"
        checked = {
            "sparsity": [
                number(rule, sparsity, lambda x: 0.0 <= x < 1.0, remedy)
                for sparsity in listed("sparsity", self.sparsity, "give (0.5,)")
            ],
            "epochs": [
                whole("epochs", epochs, 1, _MOST_EPOCHS) for epochs in listed("epochs", self.epochs, "give (10,)")
            ],
            "seeds": [seed_number(seed) for seed in listed("seeds", self.seeds, "give range(3)")],
        }
        for name, values in checked.items():
            object.__setattr__(self, name, tuple(values))
        if not (self.sparsity and self.epochs and 0 < len(self.seeds) <= _MOST_SEEDS):
            raise InputError(
                f"sparsity, epochs and seeds must not be empty, seeds at most {_MOST_SEEDS:,}; "
                f"got {len(self.sparsity)}, {len(self.epochs)} and {len(self.seeds)}"
            )

    def runs(self) -> list[TrainingRun]:
        """Every training run once. The baseline is not pruned: its sparsity is 0."""
        kinds = product(self.seeds, self.network, self.filters, self.epochs, self.sparsity, self.structure)
        made = (
            TrainingRun(
                network,
                structure,
                0.0 if structure == "baseline" else float(sparsity),
                epochs,
                seed,
                filters if NETWORKS[network].convolutional and structure != "baseline" else "random",
            )
            for seed, network, filters, epochs, sparsity, structure in kinds
        )
        return list(dict.fromkeys(made))


def identity(images: int) -> dict[str, Any]:
    """What all numbers of a folder depend on but for the run: images learned from, device, torch, versions of ours."""
    return {
        "format": SCHEMA,
        "images": images,
        "device": device(),
        "torch": version("torch"),
        "numbers": numbers(),
    }


def numbers() -> dict[str, int]:
    """The versions of the families that training runs come from."""
    return {"sampling": SAMPLING, "edge_popup": kernels.NUMBERS, "experiment2": NUMBERS}


def run(
    grid: Grid,
    folder: Path,
    *,
    images: int = IMAGES,
    jobs: int = 1,
    lines: Path | None = None,
    announce: Callable[[float], object] | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> xr.Dataset:
    """Do the training runs of `grid` that `folder` lacks, store each, and return the Dataset of all runs there.

    images: how many of the 60,000 are learned from. jobs: runs at a time, each a process with one thread. lines: a file
    of finished runs, which `folder` takes over before, and which has all runs of `folder` after each. announce: called
    with the seconds the missing runs should take, before them. progress: called with (runs of the grid that are done,
    runs of the grid).
    """
    whole("jobs", jobs, 1)
    whole("images", images, 1, IMAGES)
    required_torch()
    records = Records.create_or_open(folder, identity(images), TrainingRun)
    if lines and lines.exists():
        for finished, measured in read_lines(lines, records.identity, _check).items():
            if finished not in records:
                records.write(finished, measured)
    recorded, runs = records.all(), grid.runs()
    missing = [one for one in runs if one not in recorded]
    if missing and announce:
        announce(expected_seconds(missing, images) / min(jobs, len(missing)))
    done = len(runs) - len(missing)
    if progress:
        progress(done, len(runs))
    _write_lines(records, lines)
    for finished, measured in unordered(partial(_work, images), missing, jobs):
        records.write(finished, {**measured, "jobs": jobs})
        _write_lines(records, lines)
        done += 1
        if progress:
            progress(done, len(runs))
    return dataset(records)


def expected_seconds(runs: Iterable[TrainingRun], images: int) -> float:
    """Seconds that training runs should take one after another, from a few steps of each kind of network now."""
    runs = list(runs)
    frozen = {(one.network, one.seed): one for one in runs if one.filters == "trained"}.values()
    filters = [TrainingRun(one.network, "baseline", 0.0, FILTER_EPOCHS, one.seed) for one in frozen]
    speeds: dict[tuple[str, str, bool], float] = {}
    total = 0.0
    for one in [*filters, *runs]:
        kind = one.network, one.structure, one.sparsity > 0.0
        if kind not in speeds:
            speeds[kind] = speed(one, images)
        total += one.epochs * images / speeds[kind]
    return total


def _check(one: TrainingRun) -> None:
    """An InputError if no grid has this run."""
    Grid((one.network,), (one.structure,), (one.sparsity,), (one.epochs,), (one.seed,), (one.filters,))


def _write_lines(records: Records[TrainingRun], lines: Path | None) -> None:
    if lines:
        write_lines(lines, records.identity, records.all())


def _work(images: int, one: TrainingRun) -> tuple[TrainingRun, dict[str, Any]]:
    return one, trained(one, images)


def dataset(records: Records[TrainingRun]) -> xr.Dataset:
    """All runs of a folder, dims `DIMS`; NaN where a combination was not trained."""
    runs = records.all()
    axes: dict[str, Any] = {name: sorted({getattr(one, name) for one in runs}) for name in DIMS}
    axes["network"] = [name for name in get_args(NetworkName) if name in axes["network"]]
    axes["structure"] = [name for name in get_args(Structure) if name in axes["structure"]]
    axes["filters"] = [name for name in get_args(Filters) if name in axes["filters"]]
    data = {name: np.full([len(axes[dim]) for dim in DIMS], np.nan) for name in _measured()}
    longest = max((one.epochs for one in runs), default=0)
    history = np.full([*(len(axes[dim]) for dim in DIMS), longest], np.nan)
    for one, measured in runs.items():
        place = tuple(axes[name].index(getattr(one, name)) for name in DIMS)
        measured["accuracy"] = measured["correct"] / _TESTED
        history[place][: one.epochs] = np.divide(measured["history"], _TESTED)
        for name, values in data.items():
            values[place] = measured.get(name, math.nan)
    pairs = [[weights(network, structure) for structure in axes["structure"]] for network in axes["network"]]
    kept = [
        [[_kept(*at) for at in product([n], [s], axes["sparsity"])] for s in axes["structure"]] for n in axes["network"]
    ]
    variables: dict[str, Any] = {name: (DIMS, values) for name, values in data.items()}
    variables["history"] = ((*DIMS, "epoch"), history)
    variables["weights"] = (DIMS[:2], np.array(pairs))
    variables["kept"] = (DIMS[:3], np.array(kept, dtype=float))
    coordinates = {k: np.array(v, dtype=object if isinstance(v[0], str) else None) for k, v in axes.items()}
    coordinates["epoch"] = np.arange(1, longest + 1)
    found = xr.Dataset(variables, coordinates, _attributes(records))
    for name in found.variables:
        text, unit = _TEXTS[str(name)]
        found[name].attrs = {"long_name": text, **({"units": unit} if unit else {})}
    return found


def _measured() -> tuple[str, ...]:
    return "correct", "accuracy", "seconds", "speed", "dense_speed", "speed_share"


def _kept(network: NetworkName, structure: Structure, sparsity: float) -> float:
    """Weights that are kept; none is known for a pruned baseline, which there is not."""
    if structure == "baseline":
        return float(weights(network, structure)) if sparsity <= 0.0 else math.nan
    return float(sum(kept_of(rows * columns, sparsity) for rows, columns in shapes(network, structure)))


def _attributes(records: Records[TrainingRun]) -> dict[str, Any]:
    return {
        "Conventions": "CF-1.11",
        "schema": SCHEMA,
        "title": "Random networks pruned by edge-popup on MNIST",
        "source": "Section 5, Experiment 2, Figure 4",
        "pairs": structures.PAIRS,
        "images": _TESTED,
        "training_images": records.identity["images"],
        "provenance": json.dumps({**records.identity, **origin()}, sort_keys=True),
    }
