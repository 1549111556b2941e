"""Small answers of every kernel, to the bit: what must not depend on how, or in whose company, they are computed."""

import json
import sys
import tempfile
from pathlib import Path

import numpy as np

import montecarlo
from montecarlo.networks.files import store
from montecarlo.packing.theorem2 import measure_theorem2
from montecarlo.storage.blocks import Block
from montecarlo.sweeps.plan import Plan
from montecarlo.sweeps.run import simulate

ENTRIES = np.random.default_rng(0).uniform(-1.0, 1.0, (3, 12))


def hexes(values):
    return [float(value).hex() for value in np.asarray(values, dtype=float).ravel()]


def solvers():
    """Radii, brackets and nearest subsets; entries that underflow, too."""
    yield "radius", hexes(montecarlo.covering_radius(ENTRIES))
    yield "filter", hexes(montecarlo.covering_radius(np.linspace(-1.0, 0.9, 13)))
    yield "tiny", hexes(montecarlo.covering_radius([1e-300, 5e-324, -1e-310, 0.25]))
    for name, rows in (("exact", ENTRIES.T), ("bitset", np.tile(ENTRIES[0] / 8.0, 3)[:, None])):
        found = montecarlo.radius_brackets(rows, (-0.5, 0.5), montecarlo.Precision(0.02, 0.05))
        yield name, hexes([found.lower, found.upper])
    for name, targets in (("nearest", [0.3, -0.2]), ("shared", np.linspace(-1.0, 1.0, 40))):
        found = montecarlo.nearest_subset(ENTRIES[0], targets)
        yield name, [hexes(found.errors), found.masks.tolist()]
    found = montecarlo.nearest_subset(ENTRIES[0], [0.3], objective="fewest", epsilon=0.1)
    yield "fewest", [hexes(found.errors), found.masks.tolist()]


def claims():
    """Two trials of every claim, exact and bracketed."""
    for name, kind in montecarlo.CLAIMS.items():
        for precision in (montecarlo.Precision(), montecarlo.Precision(0.01, 0.05)):
            plan = Plan(kind(), (1, 3), 2, precision=precision)
            _, arrays = simulate(plan, Block(plan.d[0], 3, 0, 2))
            yield f"{name}, exact {precision.exact}", {key: hexes(array) for key, array in arrays.items()}


def networks():
    """A network pruned, certified, stored and checked; packings; the laws."""
    pruned = montecarlo.prune(montecarlo.random_target("gaussian", (2, 2, 1), seed=0), n=6, seed=0, epsilon=0.5)
    yield "pruned", [hexes(matrix) for pair in pruned.pairs for matrix in pair]
    found = montecarlo.bounds(pruned.pairs, restarts=2, steps=5)
    yield "certificate", hexes([found.lower, found.upper])
    with tempfile.TemporaryDirectory() as folder:
        store(pruned, Path(folder) / "network")
        yield "check", montecarlo.check(Path(folder) / "network").faults
    for d in (1, 2):
        found = measure_theorem2(d, [0.3], [2], trials=2, candidates=50, samples=50)
        yield f"theorem 2, d = {d}", {name: hexes(found[name]) for name in ("reached", "size", "fitting")}
    yield "laws", hexes(montecarlo.fit_laws(300, seed=0)["distance"])


def answers():
    """All of them by name, as JSON has them."""
    return {name: value for part in (solvers, claims, networks) for name, value in part()}


if __name__ == "__main__":
    json.dump(answers(), sys.stdout)
