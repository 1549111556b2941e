"""Packings: largest ones for d = 1, verified ones beyond, between the volume bounds; operator norms against SciPy."""

import re
from fractions import Fraction

import numpy as np
import pytest
import scipy.linalg
from calibrated import RejectedError, assert_law, assert_rate
from hypothesis import given
from hypothesis import strategies as st

from montecarlo import InputError
from montecarlo.packing import (
    GRIDS,
    Packing,
    ball_volume,
    check_all,
    construct_packing,
    count_fitting,
    expected_seconds,
    interval_packing,
    measure_packings,
    operator_norms,
    packing_bounds,
    uniform_matrices,
)
from montecarlo.packing import packings as module
from montecarlo.packing.bounds import accuracy
from montecarlo.packing.grids import Grid


def greedy_size(epsilon):
    """Points of [-1, 1] more than 2 epsilon apart, as many as there can be: k - 1 < 1 / epsilon, k by counting up."""
    size = 1
    while size * epsilon < 1:
        size += 1
    return size


def test_interval_packing_has_the_closed_form():
    """200 epsilons: 1 / k exactly for k up to 31, 100 and 200, as floats for even k up to 200, and random ones."""
    generator = np.random.default_rng(1)
    whole = [Fraction(1, k) for k in (*range(2, 32), 100, 200)]
    floats = [1.0 / k for k in range(2, 202, 2)]
    random = [*generator.uniform(0.005, 1.0, 34), *(Fraction(int(k), 1009) for k in generator.integers(5, 1009, 34))]
    for epsilon in [*whole, *floats, *random]:
        packing = interval_packing(epsilon)
        exact = Fraction(epsilon)
        assert packing.size == greedy_size(exact)
        numbers = packing.points[:, 0, 0]
        assert (numbers[0], numbers[-1]) == (-1, 1)
        assert min(np.diff(numbers)) > 2 * exact
    assert interval_packing("1/3").size == 3
    assert interval_packing(1 / 3).size == 4  # the float is below 1/3


@given(st.integers(1, 400), st.integers(1, 400))
def test_one_more_number_does_not_fit(p, q):
    """No set of ceil(1 / epsilon) + 1 numbers is 2 epsilon apart: equidistant ones, the best, are refused."""
    epsilon = Fraction(min(p, q), max(p, q) + 1)
    size = greedy_size(epsilon) + 1
    points = np.array([-1 + Fraction(2 * k, size - 1) for k in range(size)], dtype=object).reshape(size, 1, 1)
    with pytest.raises(InputError, match="points of a packing must be more than 2 epsilon"):
        Packing(epsilon, points)


@pytest.mark.parametrize("d", [1, 2, 3, 4])
def test_operator_norms_are_those_of_scipy(d):
    """Random, singular, orthogonal, diagonal, repeated, tiny, and zero matrices; to 1e-13."""
    generator = np.random.default_rng(d)
    matrices = generator.normal(size=(700, d, d))
    matrices[:100, :, -1] = matrices[:100, :, 0]
    matrices[100:200] = scipy.stats.ortho_group.rvs(d, 100, generator).reshape(100, d, d) if d > 1 else 1.0
    matrices[200:300] *= np.eye(d)
    matrices[300:310] = np.eye(d)
    matrices[310:320] = 1.0
    matrices[320:330] = 0.0
    matrices[330:400] *= 1e-9
    matrices[400:450, 0] = 0.0
    wanted = [scipy.linalg.svdvals(matrix)[0] for matrix in matrices]
    np.testing.assert_allclose(operator_norms(matrices), wanted, rtol=1e-13, atol=1e-300)


@pytest.mark.parametrize("d", [2, 3, 4])
def test_a_distance_is_told_from_its_limit(d):
    """||A|| > c iff c^2 is 1e-11 below ||A||^2, never where it is 1e-11 above; degenerate differences too."""
    from montecarlo.kernels.networks.operator_norm import difference_exceeds

    generator = np.random.default_rng(d)
    differences = generator.normal(size=(400, d, d))
    differences[:100] = scipy.stats.ortho_group.rvs(d, 100, generator)
    differences[100:150, 0] = 0.0
    work = np.empty((2, d, d))
    for difference in differences:
        limit = scipy.linalg.svdvals(difference)[0] ** 2
        rows = difference.ravel(), np.zeros(d * d), d
        assert difference_exceeds(*rows, limit * (1.0 - 1e-11), work)
        assert not difference_exceeds(*rows, limit * (1.0 + 1e-11), work)


def test_volumes():
    """Of balls for d = 1, 2, 3 by hand: 2, 2 pi^2 / 3, 8 pi^4 / 45."""
    by_hand = [2.0, 2.0 * np.pi**2 / 3.0, 8.0 * np.pi**4 / 45.0]
    np.testing.assert_allclose([ball_volume(d) for d in (1, 2, 3)], by_hand)


@pytest.mark.parametrize("d", [1, 2, 3, 4])
def test_uniform_matrices_fill_the_ball_evenly(d):
    """||W|| has P(||W|| <= r) = r^(d^2), and an entry is in a small cube as often as volumes say.

    False alarms: 1e-8 each. Control: half as dense a law of norms is rejected.
    """
    drawn = uniform_matrices(np.random.default_rng(d), 20_000, d)
    norms = operator_norms(drawn)
    assert_law(norms, lambda r: np.clip(r, 0.0, 1.0) ** (d * d))
    with pytest.raises(RejectedError):
        assert_law(norms, lambda r: np.clip(r, 0.0, 1.0) ** (2 * d * d))
    side = 1.0 / d  # the cube |w_ij| <= 1 / d lies within the ball
    inside = int((np.abs(drawn).max(axis=(1, 2)) <= side).sum())
    rate = (2.0 * side) ** (d * d) / ball_volume(d)
    assert_rate(inside, 20_000, rate, rate)


@pytest.mark.parametrize(("d", "epsilon"), [(2, "0.5"), (2, "0.2"), (3, "0.45"), (4, "0.5")])
def test_packings_are_packings_between_the_bounds(d, epsilon):
    """All pairs apart and all norms at most 1, by SciPy; at most (1 + 1/epsilon)^(d^2); a saturated one at least
    (1 / (2 epsilon))^(d^2)."""
    packing = construct_packing(d, epsilon, candidates=3000)
    assert all(scipy.linalg.svdvals(point)[0] <= 1.0 for point in packing.points)
    i, j = np.triu_indices(packing.size, 1)
    i, j = (side[:: max(1, len(i) // 20_000)] for side in (i, j))
    distances = np.linalg.norm(packing.points[i] - packing.points[j], 2, axis=(1, 2))
    assert distances.min() > 2 * float(packing.epsilon)
    assert packing.least_distance <= distances.min()
    assert packing.least_distance > 2 * float(packing.epsilon)
    low, high = packing_bounds(d, accuracy(epsilon))
    assert low <= packing.size <= high


def test_packings_come_back_and_grow_with_candidates():
    """Same seed, same bits; no candidates leave the lattice; more candidates never make it smaller."""
    sizes = [construct_packing(2, "0.3", candidates=count).size for count in (0, 4096, 8192)]
    assert sizes == sorted(sizes)
    one, other = (construct_packing(2, "0.3", candidates=5000, seed=7) for _ in range(2))
    assert np.array_equal(one.points, other.points)
    assert not np.array_equal(one.points, construct_packing(2, "0.3", candidates=5000, seed=8).points[: one.size])


def test_the_limit_of_distances_is_above_2_epsilon():
    """In exact arithmetic: what is farther than the limit in floating point is farther than 2 epsilon."""
    for epsilon in (Fraction(1, k) for k in range(2, 60)):
        assert 1e-13 < Fraction(module.squared_limit(epsilon)) / (4 * epsilon**2) - 1 < 1e-11


def test_volume_bounds_by_hand():
    """d = 2, epsilon = 1/4: (1 / (1/2))^4 and 5^4."""
    assert packing_bounds(2, Fraction(1, 4)) == (16.0, 625.0)


def test_the_best_lattice_is_taken():
    """d = 2, epsilon = 1/2: the lattice of no shift has 0 alone in the ball, that of halves the 8 of norm 0.7."""
    assert construct_packing(2, "1/2", candidates=0).size >= 8


def test_lattices_are_tried_with_no_shift_halves_and_random_ones(monkeypatch):
    shifts = []
    monkeypatch.setattr(module, "_lattice", lambda step, shift, radius: shifts.append(shift) or np.zeros((1, 2, 2)))
    construct_packing(2, "1/2", candidates=0)
    assert shifts[0].tolist() == [[0.0, 0.0], [0.0, 0.0]]
    assert shifts[1].tolist() == [[0.5, 0.5], [0.5, 0.5]]
    assert len({shift.tobytes() for shift in shifts}) == len(shifts) == 10
    assert all(shift.min() >= 0.0 and shift.max() < 1.0 for shift in shifts)


@pytest.fixture
def offered(monkeypatch):
    """How many candidates were offered at a time."""
    counts = []
    original = module._offers

    def counted(random, points, epsilon, count):
        counts.append(count)
        return original(random, points, epsilon, count)

    monkeypatch.setattr(module, "_offers", counted)
    return counts


def test_as_many_candidates_are_offered_as_asked(offered):
    """4,096 at a time, and the rest."""
    seen = []
    construct_packing(2, "1/2", candidates=5000, progress=lambda *state: seen.append(state))
    assert offered == [4096, 904]
    assert seen == [(4096, 5000), (5000, 5000)]


def test_candidates_are_of_three_kinds():
    """With 0 as the only point: a quarter just over 2 epsilon from it, a quarter on the boundary (1e-8 each)."""
    offers = module._offers(np.random.default_rng(0), np.zeros((1, 2, 2)), Fraction(1, 5), 4000)
    norms = operator_norms(offers.reshape(-1, 2, 2))
    assert norms.max() <= 1.0 - module.MARGIN
    for norm in (0.4, 1.0):
        assert_rate(int((np.abs(norms - norm) < 1e-6).sum()), 4000, 0.25, 0.25)


@pytest.mark.parametrize("d", [1, 2, 3, 4])
def test_an_inflated_packing_is_refused(d):
    """Negative control: a point between two others, a point twice, a smaller ball, a point outside."""
    epsilon = Fraction(1, 4) if d == 1 else Fraction(1, 2)
    packing = construct_packing(d, epsilon, candidates=500)
    points = np.array(packing.points)
    middle = (points[:1] + points[1:2]) / 2
    for inflated in (np.concatenate([points, middle]), np.concatenate([points, points[:1]])):
        with pytest.raises(InputError, match=re.escape(f"must be more than 2 epsilon = {float(2 * epsilon):g} apart")):
            Packing(epsilon, inflated)
    with pytest.raises(InputError, match="points of a packing must have norm at most 1"):
        Packing(Fraction(1, 10), points * 2)
    coarser = Fraction(packing.least_distance) / 2 * Fraction(1001, 1000)
    with pytest.raises(InputError, match="points of a packing must be more than 2 epsilon"):
        Packing(coarser, points)


def test_fitting_matrices_are_counted_as_by_scipy():
    """Of the same uniform matrices, by all distances; none fit into a lone 0 at epsilon = 1/2; more in thinned ones."""
    from montecarlo.kernels.networks.operator_norm import count_fitting as kernel

    packing = construct_packing(2, "0.3", candidates=2000)
    drawn = uniform_matrices(np.random.default_rng(3), 3000, 2)
    counts = []
    for kept in (slice(None), slice(None, None, 3), slice(0, 1)):
        points = packing.points[kept]
        distances = np.linalg.norm(drawn[:, None] - points[None], 2, axis=(2, 3)).min(axis=1)
        rows = np.ascontiguousarray(points).reshape(len(points), -1)
        found = kernel(rows, drawn.reshape(-1, 4), 2, 0.36)
        assert found == (distances > 0.6).sum()
        counts.append(found)
    assert counts == sorted(counts)
    assert counts[-1] > 0
    assert count_fitting(Packing(Fraction(1, 2), np.zeros((1, 2, 2))), 1000) == 0
    assert count_fitting(packing, 50_000) == count_fitting(packing, 50_000)


@pytest.fixture
def drawn(monkeypatch):
    """The matrices that saturation is measured with, batch by batch; batches of 100."""
    batches = []
    original = module.uniform_matrices

    def remembered(generator, count, d):
        batches.append(original(generator, count, d))
        return batches[-1]

    monkeypatch.setattr(module, "_SAMPLES_AT_ONCE", 100)
    monkeypatch.setattr(module, "uniform_matrices", remembered)
    return batches


def test_no_two_samples_of_a_packing_are_the_same(drawn):
    """250 different matrices in three batches; others for another epsilon or seed, the same for the same."""
    packings = [Packing(Fraction(1, k), np.zeros((1, 2, 2))) for k in (3, 4)]
    count_fitting(packings[0], 250)
    assert sorted(map(len, drawn)) == [50, 100, 100]
    assert len(np.unique(np.concatenate(drawn).reshape(250, 4), axis=0)) == 250
    for packing, seed, new in ((packings[0], 0, 0), (packings[1], 0, 250), (packings[0], 1, 250)):
        before = len(np.unique(np.concatenate(drawn).reshape(-1, 4), axis=0))
        count_fitting(packing, 250, seed=seed)
        assert len(np.unique(np.concatenate(drawn).reshape(-1, 4), axis=0)) == before + new


def test_sizes_are_one_dataset():
    """NaN where an epsilon was not asked for with a d; bounds and saturation beside the sizes."""
    found = measure_packings({1: ["1/2", "0.1"], 2: [0.5]}, candidates=1000, samples=100)
    assert found["size"].sel(d=1, epsilon=[0.5, 0.1]).to_numpy().tolist() == [2.0, 10.0]
    assert found["samples"].sel(d=1).to_numpy().tolist() == [0.0, 0.0]
    assert np.isnan(found["size"].sel(d=2, epsilon=0.1))
    assert 0 <= found["fitting"].sel(d=2, epsilon=0.5) <= found["samples"].sel(d=2, epsilon=0.5) == 100
    assert all(found[name].attrs["long_name"] for name in found.variables)


@pytest.mark.parametrize(
    ("d", "epsilon", "message"),
    [
        (2, 1.0, "epsilon must be strictly between 0 and 1, got 1.0; Theorem 2 has nothing to say there"),
        (2, 0, "epsilon must be strictly between 0 and 1, got 0"),
        (2, -0.1, "epsilon must be strictly between 0 and 1, got -0.1"),
        (2, "many", "epsilon must be a number like 0.1 or 1/3, got 'many'"),
        (2, float("nan"), "epsilon must be a number like 0.1 or 1/3, got nan"),
        (0, 0.5, "d must be a whole number of at least 1, got 0"),
        (5, 0.5, "d must be at most 4, got 5"),
        (2, 0.01, "d = 2 and epsilon = 0.01 make about 4.11e+07"),
        (3, 0.2, "a packing must have at most 40000 points, as every pair is verified"),
        (1, "0.000001", "d = 1 and epsilon = 1e-06 make about 1e+06"),
        (1, 1e-10, "epsilon must be at least 1e-9, got 1e-10"),
    ],
)
def test_bad_input_is_refused(d, epsilon, message):
    with pytest.raises(InputError, match=re.escape(message)) as refused:
        construct_packing(d, epsilon)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("grid", [Grid(("0.01",), (), ()), Grid((), ("0.01",), (2,))])
def test_packings_of_networks_are_checked_before_any_work_as_well(grid):
    with pytest.raises(InputError, match="a packing must have at most 40000 points"):
        check_all({2: grid}, trials=1, candidates=0, samples=1, seed=0)


def test_expected_seconds_add_up():
    """By the stated rates: d = 1, 0.2 ms a network and neuron; d = 2, 10 ms at s = 9 and 2.5 times that at s = 10."""
    ask = {"trials": 100, "candidates": 0, "samples": 0}
    line = {1: Grid((), ("0.1", "0.2"), (1, 5))}
    assert expected_seconds(line, **ask) == pytest.approx(2 * 100 * 5 * 2e-4)
    plane = [{2: Grid((), ("0.5",), (s,))} for s in (9, 10)]
    assert [expected_seconds(grid, **ask) for grid in plane] == pytest.approx([1.0, 2.5])
    packings = {2: Grid(("0.5",), (), ())}
    one = expected_seconds(packings, trials=1, candidates=1000, samples=0)
    assert one == pytest.approx(2 * 4e-9 * 1000 * module.expected_size(2, Fraction(1, 2)))
    assert expected_seconds(packings, trials=1, candidates=1000, samples=4000) == pytest.approx(2.0 * one)
    assert 0.5 < expected_seconds(GRIDS, trials=200, candidates=20_000, samples=10_000) < 600.0


@pytest.mark.slow
def test_a_million_matrices_are_tried_in_a_minute():
    """Against 12,637 points, d = 3; README says what was measured."""
    import time

    packing = construct_packing(3, "0.247", candidates=0)
    start = time.monotonic()
    assert 0 < count_fitting(packing, 1_000_000) < 100_000
    assert packing.size > 10_000
    assert time.monotonic() - start < 60.0


@pytest.mark.parametrize("beyond", [-1.5, 1.5])
def test_numbers_beyond_either_end_are_no_packing(beyond):
    with pytest.raises(InputError, match=rf"points of a packing must have norm at most 1, got {Fraction(beyond)};"):
        Packing(Fraction(1, 4), np.array([0.0, beyond]).reshape(2, 1, 1))


def test_the_finest_epsilon_is_1e_9():
    assert accuracy("1e-9") == Fraction(1, 10**9)
    with pytest.raises(InputError, match=r"epsilon must be at least 1e-9, got 0\.99e-9"):
        accuracy("0.99e-9")
