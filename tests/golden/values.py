"""Numbers that must not change: name -> arrays, each small, computed as a user's command would compute them.

    python tests/golden/values.py

writes golden.json anew, after a change that is meant to change numbers and has raised the version of their family.
"""

import hashlib
import json
import sys
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import processors

import montecarlo
from analysis import estimate
from montecarlo.experiments.edge_popup import experiment as experiment2
from montecarlo.experiments.edge_popup.networks import Draws
from montecarlo.experiments.subset_sums import experiment as experiment1
from montecarlo.experiments.subset_sums.target import Target
from montecarlo.kernels import nearest, networks
from montecarlo.kernels.networks import edge_popup
from montecarlo.packing import records as packing_records
from montecarlo.packing.grids import measure_packings
from montecarlo.packing.packings import construct_packing
from montecarlo.packing.theorem2 import measure_theorem2
from montecarlo.sampling import NUMBERS as SAMPLING
from montecarlo.storage.numbers import versions_text
from montecarlo.sweeps.identity import numbers

FILE = Path(__file__).with_name("golden.json")
Arrays = Mapping[str, np.ndarray]


def estimates() -> Arrays:
    """Success, n*, C and their intervals for a sweep with two d."""
    raw = montecarlo.sweep("lemma2", n=12, d=(1, 2), trials=200, relative_tolerance=0.05, resolution=0.05)
    found = estimate(raw, [0.5, 0.2])
    return {str(name): found[name].to_numpy() for name in found.data_vars if found[name].dtype.kind == "f"}


def pruned_network() -> Arrays:
    """Every file of a pruned network with matrices of dyadic numbers, but for the header."""
    generator = np.random.default_rng(5)
    target = [generator.integers(-8, 9, shape) / 64 for shape in ((3, 4), (2, 3))]
    with tempfile.TemporaryDirectory() as folder:
        montecarlo.prune(target, n=12, seed=1, epsilon=0.05, out=Path(folder) / "pruned")
        files = sorted(Path(folder).rglob("*.npy"))
        return {str(file.relative_to(folder)): np.load(file) for file in files}


def packings() -> Arrays:
    """Sizes and points of packings for d = 1 and 2, and how many members random networks reach."""
    packing = construct_packing(2, "0.5", candidates=200, seed=1)
    reached = measure_theorem2(1, ["0.1"], s=range(1, 7), trials=8, seed=1)
    sizes = measure_packings({2: ["0.5"]}, candidates=200, samples=1000, seed=1)
    return {
        "points": packing.points,
        **{f"theorem2 {name}": reached[name].to_numpy() for name in sorted(map(str, reached.data_vars))},
        **{f"sizes {name}": sizes[name].to_numpy() for name in sorted(map(str, sizes.data_vars))},
    }


def experiment1_cells() -> Arrays:
    """Cells of Experiment 1 on a small target; `seconds` and what depends on linear algebra left out."""
    generator = np.random.default_rng(0)
    target = Target((generator.integers(-8, 9, (3, 784)) / 128, generator.integers(-8, 9, (10, 3)) / 32), "small.npz")
    grid = experiment1.Grid(scale=("unit",), n=(7,), epsilon=(0.1, 0.01), seeds=(0,))
    with tempfile.TemporaryDirectory() as folder:
        found = experiment1.run(grid, Path(folder), target=target)
    names = "missed", "sets_missed", "largest_error", "mean_error", "kept", "drawn", "correct"
    return {name: found[name].to_numpy() for name in names}


def edge_popup_steps() -> Arrays:
    """Scores after three steps on dyadic numbers, and the weights that are kept then."""
    generator = np.random.default_rng(3)
    weights, scores, *gradients = (generator.integers(-64, 65, 1000).astype("f4") / 64 for _ in range(5))
    velocities, kept = np.zeros(1000, "f4"), np.empty(1000, "f4")
    for gradient in gradients:
        edge_popup.moved_scores(gradient, weights, scores, velocities, np.array([0.1, 0.9, 0.0005], "f4"))
    threshold = np.partition(np.abs(scores), 500)[500]
    edge_popup.kept_weights(weights, scores, threshold, 0, kept)
    return {"scores": scores, "kept": kept}


def experiment2_weights() -> Arrays:
    """Initial weights and scores of a network of Experiment 2."""
    draws = Draws(3, "fc2", "ours")
    return {
        "weights": draws.normal("weights 0", (20, 30), 30).numpy(),
        "scores": draws.uniform("scores 0", (20, 30), 30).numpy(),
    }


def of_processors(name: str) -> Arrays:
    """The numbers of one claim at every precision, or of one law."""
    return {"numbers": processors.numbers([name])[name]}


EXACT: dict[str, Callable[[], Arrays]] = {
    **{name: partial(of_processors, name) for name in processors.names() if processors.ours(name)},
    "pruned network": pruned_network,
    "packings": packings,
    "experiment 1": experiment1_cells,
    "edge-popup": edge_popup_steps,
    "experiment 2": experiment2_weights,
}
"""Equal to the bit."""
ROUNDED: dict[str, Callable[[], Arrays]] = {
    **{name: partial(of_processors, name) for name in processors.names() if not processors.ours(name)},
    "estimates": estimates,
}
"""What takes functions from SciPy: equal within 1e-9 (1 + the number)."""


def versions() -> dict[str, str]:
    """For every name, the versions of what its numbers come from; none of estimates, which no run holds."""
    nets = {"sampling": SAMPLING, "nearest": nearest.NUMBERS, "networks": networks.NUMBERS}
    found = {
        **{name: {"sampling": SAMPLING} for name in (*processors.LAWS, *processors.OTHER_LAWS)},
        **{name: {"sampling": SAMPLING, "networks": networks.NUMBERS} for name in processors.KINDS},
        **{name: numbers(claim) for name, (claim, _) in processors.CLAIMS_OF_NAMES.items()},
        "uniform matrices": packing_records.numbers(),
        "packings": packing_records.numbers(),
        "pruned network": nets,
        "experiment 1": experiment1.numbers(),
        "edge-popup": {"edge_popup": edge_popup.NUMBERS},
        "experiment 2": experiment2.numbers(),
        "estimates": {},
    }
    return {name: versions_text(of) for name, of in found.items()}


def unraised(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Names of two contents of golden.json whose numbers differ though no version does; arrays may join."""
    names = {name for kind in ("exact", "rounded") for name in before[kind].keys() & after[kind].keys()
             if not _joined(before[kind][name], after[kind][name])}  # fmt: skip
    return sorted(name for name in names if after["versions"][name] == before["versions"].get(name) != "")


def _joined(before: Any, after: Any) -> bool:
    """Whether nothing differs but for arrays that have joined."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return all(name in after and after[name] == numbers for name, numbers in before.items())
    return before == after


def digest(array: np.ndarray) -> str:
    """Of shape, type and all bytes, NaN and -0.0 as they are stored."""
    array = np.ascontiguousarray(array)
    content = f"{array.shape} {array.dtype.newbyteorder('<').str}".encode() + array.tobytes()
    return hashlib.sha256(content).hexdigest()[:16]


def main() -> None:
    """Write the file."""
    before = json.loads(FILE.read_text())
    exact = {name: {key: digest(array) for key, array in make().items()} for name, make in EXACT.items()}
    rounded = {name: {key: sample(array).tolist() for key, array in make().items()} for name, make in ROUNDED.items()}
    for name in before["rounded"].keys() & rounded.keys():
        if agree(rounded[name], before["rounded"][name]):
            rounded[name] = before["rounded"][name]
    after = {"versions": versions(), "exact": exact, "rounded": rounded}
    if names := unraised(before, after):
        sys.exit(f"numbers of {', '.join(names)} change, so raise NUMBERS of their family, or `numbers` of the claim")
    FILE.write_text(json.dumps(after, indent=1) + "\n")


def agree(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether these samples are the same within 1e-9 (1 + the number)."""
    return one.keys() == other.keys() and all(
        np.shape(one[key]) == np.shape(other[key]) and np.allclose(one[key], other[key], rtol=1e-9, atol=1e-9)
        for key in one
    )


def sample(array: np.ndarray) -> np.ndarray:
    """Up to 20 numbers from all over it; NaN as -1."""
    flat = array.ravel()
    return np.nan_to_num(flat[:: max(1, flat.size // 20)], nan=-1.0, posinf=1e300)


if __name__ == "__main__":
    main()
