"""The numbers of every claim and law, and settings under which libraries compute as on another processor.

    python tests/support/processors.py FOLDER NAME...

stores them in FOLDER/numbers.npz, and two runs of a few trials beside them. As a script it is another process, since
NumPy, OpenBLAS and the C library choose their code when they are loaded.
"""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

from montecarlo import CLAIMS, Lemma3, Precision, PrunedNetwork, SubsetSum, Theorem1, sweep
from montecarlo.packing.matrices import uniform_matrices
from montecarlo.sampling.laws import Frozen, ReluProduct, Remainder, Uniform, UniformProduct
from montecarlo.sampling.matrices import unit_matrix
from montecarlo.storage.blocks import Block
from montecarlo.sweeps.plan import Plan
from montecarlo.sweeps.run import simulate

HERE = Path(__file__).parent
PRECISIONS = {"exact": Precision(), "bracketed": Precision(0.05, 0.05)}
KINDS = ("gaussian", "orthogonal", "low-rank", "sparse", "equal")

SETTINGS = {
    "NumPy": {
        "NPY_DISABLE_CPU_FEATURES": " ".join(name for name in __cpu_dispatch__ if __cpu_features__[name]),
    },
    "OpenBLAS": {"OPENBLAS_CORETYPE": "Prescott"},
    "the C library": {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4,-AVX2_Usable,-FMA_Usable"},
    "Numba": {"NUMBA_CPU_NAME": "generic"},
}
"""What makes a library compute as on a processor without vector instructions of today, and without fused products."""

LAWS = {repr(law): law for law in (Uniform(), UniformProduct(), ReluProduct(), Remainder())}
OTHER_LAWS = {repr(law): law for law in map(Frozen, ("norm", "laplace", "gumbel_r"))}
CLAIMS_OF_NAMES = {
    **{f"{name} d = {d}": (kind(), d) for name, kind in CLAIMS.items() for d in (kind().smallest_d,)},
    **{f"{name} d = 2": (CLAIMS[name](), 2) for name in ("lemma2", "lemma3", "theorem1")},
    "lemma3 d = 3": (Lemma3(2), 3),
    "theorem1 d = 4": (Theorem1(3), 4),
    **{f"pruned_network {kind} d = {d}": (PrunedNetwork(2, kind), d) for kind in KINDS for d in (2, 4)},
    **{f"subset_sum {law}": (SubsetSum(of), 1) for law, of in (LAWS | OTHER_LAWS).items()},
}
LEAST = ("theorem1 d = 2", "theorem1 d = 4", "pruned_network equal d = 2", repr(Remainder()), "orthogonal", "low-rank")
"""What once came from a library."""


def portable(name):
    """Whether these numbers are promised to be equal to the bit everywhere."""
    return name in LAWS or (name in CLAIMS_OF_NAMES and CLAIMS_OF_NAMES[name][0].portable)


def ours(name):
    """Whether nothing but NumPy's draws comes from a library."""
    return not any(law in name for law in OTHER_LAWS)


def names():
    """Of everything there is."""
    return [*LAWS, *OTHER_LAWS, *KINDS, "uniform matrices", *CLAIMS_OF_NAMES]


def numbers(wanted):
    """Name -> array."""
    return {name: _numbers(name) for name in wanted}


def _numbers(name):
    generator = np.random.default_rng(7)
    if name in LAWS | OTHER_LAWS:
        return (LAWS | OTHER_LAWS)[name].sample(generator, 20, 1000)
    if name in KINDS:
        shapes = (1, 1), (4, 4), (3, 6), (6, 3)  # few normal draws, none of them in the tails
        return np.concatenate([unit_matrix(name, generator, *shape).ravel() for shape in shapes])
    if name == "uniform matrices":
        return np.concatenate([uniform_matrices(generator, 1000, d).ravel() for d in (1, 2, 3)])
    claim, d = CLAIMS_OF_NAMES[name]
    n, trials = min(10, claim.largest_n or 10, 6 if d > 2 or claim.largest_n else 10), 64 if d > 1 else 256
    found = []
    for precision in PRECISIONS.values():
        plan = Plan(claim, (n,), trials, 3, (d,), precision, block_trials=trials)
        found += simulate(plan, Block(d, n, 0, trials))[1].values()
    return np.stack(found)


RUNS = {"own": Theorem1(), "library": SubsetSum(Frozen("laplace"))}


def sweep_runs(folder, n):
    """A few trials of each of RUNS in a folder of its own, up to n."""
    return {name: sweep(claim, n=n, trials=512, out=folder / name) for name, claim in RUNS.items()}


def elsewhere(folder, wanted, *settings):
    """numbers(wanted), and runs up to n = 4 in `folder`, of a process under these of SETTINGS together."""
    environment = os.environ | {name: value for setting in settings for name, value in SETTINGS[setting].items()}
    paths = os.pathsep.join([str(HERE.parents[1]), str(HERE)])
    command = [sys.executable, "-W", "ignore", __file__, folder, *wanted]
    done = subprocess.run(
        list(map(str, command)), env=environment | {"PYTHONPATH": paths}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    with np.load(folder / "numbers.npz") as stored:
        return dict(stored)


if __name__ == "__main__":
    where = Path(sys.argv[1])
    np.savez(where / "numbers.npz", **numbers(sys.argv[2:]))
    sweep_runs(where, 4)
