"""What a sweep costs beside its kernels, and how much faster two workers are than one.

Part of the same run as `bench_radius` and `bench_nearest`. The peers are our own code with something left out, so that
a ratio below 1 is what the rest costs: 0.95 means that storing takes 5% of the kernels' time.
"""

import numpy as np
import pytest
from ratios import Row
from sides import Side

from montecarlo.claims import Corollary2, Theorem3
from montecarlo.solvers.covering_radius import Precision
from montecarlo.storage.blocks import Run
from montecarlo.storage.dataset import load
from montecarlo.sweeps.consolidation import consolidate
from montecarlo.sweeps.plan import Plan, grid
from montecarlo.sweeps.run import run, simulate

EXACT = Plan(Theorem3(), grid("n", 16), 65_536)
BRACKETS = Plan(Corollary2(), grid("n", 80), 32_768, precision=Precision(0.01, 0.005))
ROUNDS = 7


@pytest.fixture
def folders(tmp_path):
    """A new folder a call."""
    made = iter(range(10_000))
    return lambda *_: (tmp_path / f"run{next(made)}",)


def _kernels(_):
    """All blocks, one after the other, in this process; nothing is kept but the answer."""
    return np.concatenate([simulate(EXACT, block)[1]["critical_epsilon"] for block in EXACT.blocks], axis=-1)


def _kernels_of_brackets(_):
    return np.concatenate([simulate(BRACKETS, block)[1]["critical_epsilon"] for block in BRACKETS.blocks], axis=-1)


def _swept(plan, jobs):
    def call(folder):
        for _ in run(plan, folder, jobs=jobs):
            pass
        consolidate(plan, Run.open(folder), folder / "raw.nc")
        return folder

    return call


def _read(folder, *_):
    return load(folder)["critical_epsilon"].values


def _answers(found, *_):
    return found


def _equal(ours, theirs):
    np.testing.assert_array_equal(ours.ravel(), theirs.ravel())


def _sides(folders, ours, peer, read_peer):
    inputs = [(None,)]
    return (
        Side(ours, inputs, times=ROUNDS, prepare=folders, read=_read),
        Side(peer, inputs, times=ROUNDS, prepare=folders, read=read_peer),
    )


def test_storing_exact_values(contest, folders):
    row = Row("sweep into a folder and raw.nc, exact n up to 16, 65,536 trials", "the kernels alone", bar=0.95)
    contest(row, *_sides(folders, _swept(EXACT, 1), _kernels, _answers), _equal)


def test_storing_brackets(contest, folders):
    row = Row("sweep into a folder and raw.nc, ReLU products n up to 80, 32,768 trials", "the kernels alone")
    contest(row, *_sides(folders, _swept(BRACKETS, 1), _kernels_of_brackets, _answers), _equal)


def test_two_workers(contest, folders):
    """Two workers that were warm before, beside one: 1.8 is an efficiency of 0.9."""
    row = Row("2 workers, exact n up to 16, 65,536 trials, with raw.nc", "1 worker", bar=1.8)
    contest(row, *_sides(folders, _swept(EXACT, 2), _swept(EXACT, 1), _read), _equal)
