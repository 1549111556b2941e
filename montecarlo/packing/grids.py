"""Packings alone, for many epsilon and d: how large they get between the volume bounds, and how saturated they are.

Also the grids that `ticketsum packing` and a quick reproduction take.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from ..checks import grid as whole_grid
from ..checks import instance, listed, mapping, optional, seed_number, whole
from ..errors import InputError
from ..storage.provenance import origin
from ..storage.records import Records
from .bounds import accuracy, dimension
from .counts import COUNTED, measure_counts
from .depth import measure_depth
from .labels import described
from .packings import expected_size, refuse_large
from .portrait import portray
from .records import PackingRecords, recorded_fitting, recorded_packing
from .theorem2 import check_request, measure_theorem2, packing_columns

SCHEMA = "packing sizes 1"
_PORTRAYED = {1: 12, 2: 4}
"""Hidden neurons of the network that is drawn."""


class Grid(NamedTuple):
    """What is measured for one d: packings for each epsilon in `sizes`, networks for each `epsilon` and width `s`."""

    sizes: tuple[str, ...]
    epsilon: tuple[str, ...]
    s: tuple[int, ...]


GRIDS: dict[int, Grid] = {
    1: Grid(
        ("1/2", "0.2", "0.1", "0.05", "0.02", "0.01", "0.005", "0.001"), ("0.1", "0.01", "0.001"), (*range(1, 41),)
    ),
    2: Grid(("1/2", "0.4", "0.3", "0.25", "0.2", "0.15", "0.1"), ("0.7", "0.6", "1/2"), (*range(1, 10),)),
    3: Grid(("1/2", "0.45", "0.4", "0.35", "0.3"), (), ()),
    4: Grid(("1/2", "0.45"), (), ()),
}


def measure_packings(
    epsilon: Mapping[int, Sequence[object]],
    *,
    candidates: int = 20_000,
    samples: int = 10_000,
    seed: int = 0,
    held: PackingRecords | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> xr.Dataset:
    """Sizes of packings by d and epsilon; 0 points where an epsilon was not asked for with that d.

    epsilon: by d, texts or Fractions. candidates: offered to each packing. samples: to see what would still fit.

    size, volume_low, volume_high, fitting of samples, least_distance (d, epsilon), NaN where not asked for. held:
    of `open_pieces`, to go on from and to add to. progress: called with (packings done, packings in all).
    """
    remedy = "give {2: [0.2]}, say"
    asked = {
        dimension(d): sorted({accuracy(value) for value in listed("epsilon", values, remedy)})
        for d, values in mapping("epsilon", epsilon, remedy).items()
    }
    held = optional("held", held, Records, "give `open_pieces(FOLDER)`")
    if not any(asked.values()):
        raise InputError("epsilon must have a value for some d, got none; give {2: [0.2]}, say")
    samples, seed = whole("samples", samples, 1, 10**9), seed_number(seed)
    candidates = whole("candidates", candidates, 0, 10**8)
    for d, values in asked.items():
        for value in values:
            refuse_large(d, value, expected_size(d, value) if d > 1 else float(1 / value))
    every = sorted({value for values in asked.values() for value in values}, reverse=True)
    cells = [(i, every.index(value), d, value) for i, d in enumerate(asked) for value in asked[d][::-1]]
    table: dict[str, Any] = {}
    for done, (i, j, d, value) in enumerate(cells):
        packing = recorded_packing(held, d, value, candidates=candidates, seed=seed)
        fitting = recorded_fitting(held, packing, samples, candidates=candidates, seed=seed)
        for name, column in packing_columns([packing], [fitting], samples if d > 1 else 0).items():
            table.setdefault(name, np.full((len(asked), len(every)), np.nan))[i, j] = column[0]
        if progress:
            progress(done + 1, len(cells))
    attributes = {
        "Conventions": "CF-1.11",
        "schema": SCHEMA,
        "title": "Packings of the unit ball of the operator norm",
        "source": "Theorem 2, Section 4",
        "seed": str(seed),
        "provenance": json.dumps({"seed": seed, "candidates": candidates, **origin()}, sort_keys=True),
    }
    data = {name: (("d", "epsilon"), values) for name, values in table.items()}
    return described(xr.Dataset(data, {"d": list(asked), "epsilon": [float(v) for v in every]}, attributes))


def measure_all(
    grids: Mapping[int, Grid] | None = None,
    *,
    trials: int = 200,
    law: Any = None,
    candidates: int = 20_000,
    samples: int = 10_000,
    seed: int = 0,
    held: PackingRecords | None = None,
    progress: Callable[[str, int, int], object] | None = None,
) -> dict[str, xr.Dataset]:
    """Every Dataset of Theorem 2 by its file name: sizes, counts, depth; theorem2-d1, portrait-d1, and so for d = 2.

    grids: by d, `GRIDS` unless given; empty parts are left out. trials, law, candidates, samples: as in
    `measure_theorem2`. held: of `open_pieces`, to go on from and to add to; the Datasets are the same without.
    progress: called with (what, done, in all).
    """
    grids = GRIDS if grids is None else _checked(grids)

    def step(what: str) -> Callable[[int, int], object]:
        return lambda done, total: progress(what, done, total) if progress else None

    check_all(grids, trials=trials, candidates=candidates, samples=samples, seed=seed)  # before hours go into packings
    made: dict[str, Any] = {"candidates": candidates, "samples": samples, "seed": seed, "held": held}
    found: dict[str, xr.Dataset] = {}
    sizes = {d: grid.sizes for d, grid in grids.items() if grid.sizes}
    if sizes:
        found["sizes"] = measure_packings(sizes, **made, progress=step("packings"))
    counted = {d: COUNTED[d] for d, grid in grids.items() if grid.epsilon and grid.s}
    if counted:
        found["counts"] = measure_counts(counted, seed=seed)
    for d, grid in grids.items():
        if grid.epsilon and grid.s:
            show, ask = step(f"networks, d = {d}"), {"trials": trials, "law": law}
            found[f"theorem2-d{d}"] = measure_theorem2(d, grid.epsilon, grid.s, **ask, **made, progress=show)
            drawn = (max if d == 1 else min)(grid.epsilon, key=accuracy)
            ask = {"law": law, "candidates": candidates, "seed": seed, "held": held}
            found[f"portrait-d{d}"] = portray(d, drawn, min(grid.s[-1], _PORTRAYED[d]), **ask)
            if d == 1:
                found["depth"] = measure_depth(grid.epsilon, trials=trials, law=law, seed=seed)
    return found


def check_all(grids: Mapping[int, Grid], *, trials: int, candidates: int, samples: int, seed: int) -> None:
    """Refuse what `measure_all` would, before anything is computed: an InputError in one line.

    grids, trials, candidates, samples, seed: as there.
    """
    whole("trials", trials, 1, 10**7)
    whole("candidates", candidates, 0, 10**8)
    whole("samples", samples, 1, 10**9)
    seed_number(seed)
    for d, grid in _checked(grids).items():
        for value in (*grid.sizes, *grid.epsilon):
            refuse_large(dimension(d), accuracy(value), expected_size(d, accuracy(value)))
        if grid.epsilon and grid.s:
            check_request(d, grid.epsilon, grid.s, trials)


def expected_seconds(grids: Mapping[int, Grid], *, trials: int, candidates: int, samples: int) -> float:
    """Seconds on one core that `measure_all` will take, by measured rates, within a factor of 3 or so.

    grids, trials, candidates, samples: as there.

    Packings: every candidate meets most points, 4 ns d each, and every sample, 1 ns d. Networks: d = 1 takes some 0.2
    ms and s; d = 2 some 10 ms at s = 9 and 2.5 times as long with every neuron more, in the mean: few take most of it.
    """
    trials, candidates = whole("trials", trials, 1, 10**7), whole("candidates", candidates, 0, 10**8)
    samples, total = whole("samples", samples, 0, 10**9), 0.0
    for d, grid in _checked(grids).items():
        if d > 1:
            sizes = {value: expected_size(d, accuracy(value)) for value in {*grid.sizes, *grid.epsilon}}
            total += sum(d * (4e-9 * candidates + 1e-9 * samples) * size for size in sizes.values())
        if grid.epsilon and grid.s:
            network = 2e-4 * grid.s[-1] if d == 1 else 0.01 * 2.5 ** (grid.s[-1] - 9)
            total += len(grid.epsilon) * trials * network
    return total


def _checked(grids: Mapping[int, Grid]) -> Mapping[int, Grid]:
    """Grids by d: refuses what is none, down to every epsilon and s."""
    remedy = "give {2: Grid(('0.5',), (), ())}, say"
    for d, grid in mapping("grids", grids, remedy).items():
        sizes, epsilon, s = (listed("a Grid's part", part, remedy) for part in instance("a grid", grid, Grid, remedy))
        dimension(d)
        for value in (*sizes, *epsilon):
            accuracy(value)
        if s:
            whole_grid("s", s)
    return grids
