"""Subsets nearest to a target beside their peers; how to run it stands in `bench_radius`.

The paper's Experiment 1 asks 397,000 times for the subset of 21 fresh coefficients nearest to a weight. One call for
many targets is how we are meant to be asked, and is timed by the target; a call for one target alone is a row too.
"""

import numpy as np
import peers
from ratios import Row
from sides import Side, uniform

from montecarlo import nearest_subset

N, TARGETS, PIXELS, EPSILON = 21, 64, 784, 0.01
BATCHED, ALONE = "a target of a batch of 64", "a call for one target"
STEP = 2.0**-24
"""Inputs for the solver in integers are multiples of this, so that scaling them is exact; sums fit into 32 bits."""


def _problems(seed, count):
    """Coefficients ~ U[-1, 1], (count, 21), and targets ~ U[-1/2, 1/2], all multiples of STEP."""
    x, z = uniform(seed, count, N), 0.5 * uniform(seed + 1, count)
    return np.rint(x / STEP) * STEP, np.rint(z / STEP) * STEP


def _errors(found, x, z, *_):
    """|target - sum| afresh from the masks, whatever the solver says of itself."""
    masks = np.atleast_1d(found.masks)
    chosen = (masks[:, None] >> np.arange(N, dtype=np.uint64)) & np.uint64(1)
    return np.abs((chosen * x).sum(axis=1) - z)


def _error_of_chosen(chosen, x, z):
    """The same for a peer's subset, booleans or indices."""
    return abs(x[chosen].sum() - z)


def _batched(x, z, *objective):
    """Our side: all targets in one call."""
    return Side(nearest_subset, [(x, z, *objective)], per=len(z), times=20, read=_errors)


def _alone(x, z, *objective):
    """Our side: a call for every target."""
    return Side(nearest_subset, [(*pair, *objective) for pair in zip(x, z, strict=True)], times=5, read=_errors)


def _gurobi(x, z, *, tight):
    """The peer that takes a second or two for a target."""
    return Side(
        peers.gurobi_mask,
        list(zip(x, z, strict=True)),
        prepare=lambda row, target: (peers.gurobi_model(row, target, tight=tight),),
        read=_error_of_chosen,
        package="gurobipy",
    )


def _flsss(x, z):
    """The peer that wants integers: they are ready before the clock starts. It is asked for all targets in one loop."""
    low, high = np.ceil((z - EPSILON) / STEP), np.floor((z + EPSILON) / STEP)
    problems = list(zip(*(a.astype(np.int32) for a in (x / STEP, low[:, None], high[:, None])), strict=True))
    return Side(
        peers.flsss_subsets,
        [(problems,)],
        per=len(problems),
        times=20,
        read=lambda found, _: [_error_of_chosen(*one) for one in zip(found, x, z, strict=True)],
        package="flsss",
    )


def _both_least(ours, theirs):
    """Both claim the least error; Gurobi's tolerance is 1e-9."""
    np.testing.assert_allclose(ours, theirs, rtol=0.0, atol=1e-9)


def _ours_least(ours, theirs):
    """Gurobi's defaults: constraints may be violated by 1e-6, each of 21 binaries by 1e-5. Never better than ours."""
    assert np.all(ours <= theirs + 1e-12)
    assert np.all(theirs <= ours + 1e-6 + N * 1e-5)


def _both_within(ours, theirs):
    assert np.all(ours <= EPSILON)
    assert np.all(theirs <= EPSILON)


def test_least_error_beside_gurobi(contest):
    x, z = _problems(7, TARGETS)
    contest(
        Row(f"least error, n = 21, {BATCHED}", "Gurobi, 1 thread, tolerances 1e-9", bar=60_000),
        _batched(x, z),
        _gurobi(x[:8], z[:8], tight=True),
        _both_least,
    )


def test_least_error_alone_beside_gurobi(contest):
    x, z = _problems(7, TARGETS)
    contest(
        Row(f"least error, n = 21, {ALONE}", "Gurobi, 1 thread, tolerances 1e-9"),
        _alone(x, z),
        _gurobi(x[:3], z[:3], tight=True),
        _both_least,
    )


def test_least_error_beside_gurobi_by_default(contest):
    x, z = _problems(7, TARGETS)
    contest(
        Row(f"least error, n = 21, {BATCHED}", "Gurobi, 1 thread, defaults (errors off by some 1e-6)", bar=60_000),
        _batched(x, z),
        _gurobi(x[:8], z[:8], tight=False),
        _ours_least,
    )


def test_shared_coefficients_beside_one_by_one(contest):
    problems = [(uniform((8, k), N), 0.5 * uniform((9, k), PIXELS)) for k in range(8)]
    copied = [(np.tile(row, (PIXELS, 1)), targets) for row, targets in problems]
    contest(
        Row(
            "least error, n = 21, 784 targets sharing coefficients, a target",
            "ours one by one, in one call",
            bar=5,
        ),
        Side(nearest_subset, problems, per=PIXELS, times=3, read=_errors),
        Side(nearest_subset, copied, per=PIXELS, times=3, read=_errors),
        lambda ours, theirs: np.testing.assert_allclose(ours, theirs, rtol=0.0, atol=1e-13),
    )


def test_within_beside_flsss(contest):
    x, z = _problems(9, TARGETS)
    contest(
        Row(f"within 0.01, n = 21, {BATCHED}", "FLSSS, 1 thread, a call for each", bar=5),
        _batched(x, z, "within", EPSILON),
        _flsss(x, z),
        _both_within,
    )


def test_within_alone_beside_flsss(contest):
    x, z = _problems(9, TARGETS)
    contest(
        Row(f"within 0.01, n = 21, {ALONE}", "FLSSS, 1 thread, a call for each"),
        _alone(x, z, "within", EPSILON),
        _flsss(x, z),
        _both_within,
    )
