"""Weights of the trained target beside the solvers of mixed-integer programs; `bench_radius` says how to run it.

The question of Experiment 1 (Section 5) on 200 of its weights, n = 21 fresh coefficients on U[-1, 1] each. A solver
takes a good part of a second or more for one weight, so it is asked for the first few unless `--benchmark-weights 200`
says how many.
"""

import numpy as np
import peers
import pytest
from ratios import Row
from sides import Side, uniform

from montecarlo import nearest_subset
from montecarlo.experiments.subset_sums.target import load_target

N, WEIGHTS = 21, 200
WORK = f"Experiment 1: least error, n = 21, a weight of {WEIGHTS} of the target"
STEP = 2.0**-24
"""Coefficients and weights are rounded to multiples of this, so that integers say the same."""


@pytest.fixture
def asked(request):
    """How many of the weights a peer is asked for."""
    count = request.config.getoption("--benchmark-weights")
    if not 1 <= count <= WEIGHTS:
        pytest.fail(f"--benchmark-weights must be from 1 to {WEIGHTS}, got {count}")
    return count


def _problems():
    """200 weights spread over the target's first layer by size, and coefficients for each."""
    weights = np.sort(load_target().layers[0].ravel())[:: 392_000 // WEIGHTS][:WEIGHTS]
    mixed = np.random.default_rng(21).permutation(weights)
    return np.rint(uniform(20, WEIGHTS, N) / STEP) * STEP, np.rint(mixed / STEP) * STEP


def _ours(x, z):
    return Side(nearest_subset, [(x, z)], per=WEIGHTS, times=20, read=_errors)


def _errors(found, x, z):
    """|target - sum| afresh from the masks, whatever the solver says of itself."""
    chosen = (found.masks[:, None] >> np.arange(N, dtype=np.uint64)) & np.uint64(1)
    return np.abs((chosen * x).sum(axis=1) - z)


def _error_of_chosen(chosen, x, z):
    return abs(x[chosen].sum() - z)


def _equal(ours, theirs):
    """Sums of multiples of 2^-24 below 2^5 are exact: the least error is one number."""
    np.testing.assert_array_equal(ours, theirs)


def _within_tolerances(ours, theirs):
    """A gap of 1e-6 and 21 binaries within 1e-6 of whole: never better than ours, and worse by at most that."""
    assert np.all(ours <= theirs)
    assert np.all(theirs <= ours + 1e-6 + (N + 1) * 1e-6)


def test_weights_beside_gurobi(contest, asked):
    x, z = _problems()
    pairs = list(zip(x[:asked], z[:asked], strict=True))
    theirs = Side(
        peers.gurobi_mask,
        pairs,
        prepare=lambda row, target: (peers.gurobi_model(row, target, tight=True),),
        read=_error_of_chosen,
        package="gurobipy",
    )
    agree = lambda one, other: np.testing.assert_allclose(one, other, rtol=0.0, atol=1e-9)  # noqa: E731
    contest(Row(WORK, "Gurobi, 1 thread, tolerances 1e-9", bar=60_000), _ours(x, z), theirs, agree)


def test_weights_beside_highs(contest, asked):
    x, z = _problems()
    theirs = Side(peers.highs_mask, list(zip(x[:asked], z[:asked], strict=True)), read=_error_of_chosen)
    contest(Row(WORK, "HiGHS (scipy.optimize.milp), defaults, no gap"), _ours(x, z), theirs, _within_tolerances)


def test_weights_beside_cp_sat(contest, asked):
    x, z = _problems()
    theirs = Side(
        peers.cp_sat_mask,
        list(zip(x[:asked], z[:asked], strict=True)),
        prepare=lambda row, target: peers.cp_sat_model(np.rint(row / STEP), np.rint(target / STEP)),
        read=_error_of_chosen,
        package="ortools",
    )
    contest(Row(WORK, "CP-SAT, 1 thread, integers"), _ours(x, z), theirs, _equal)
