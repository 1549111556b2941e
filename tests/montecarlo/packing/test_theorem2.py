"""What random networks reach of a packing: against all masks tried, coupled in s, below what the counting allows."""

import math
from itertools import product

import numpy as np
import pytest
from scipy import stats

import montecarlo.packing.depth
import montecarlo.packing.portrait
import montecarlo.packing.records
import montecarlo.packing.theorem2
from montecarlo import InputError, load, save
from montecarlo.packing import (
    Packing,
    construct_packing,
    error_bounds,
    forms,
    interval_packing,
    least_width,
    measure_all,
    measure_counts,
    measure_depth,
    measure_theorem2,
    open_pieces,
    portray,
    printed_width,
    two_sided_width,
    volume_width,
)
from montecarlo.packing.bounds import accuracy
from montecarlo.packing.depth import reached_by_slopes
from montecarlo.packing.grids import Grid
from montecarlo.packing.theorem2 import SCHEMA, first_widths


def brute_first_widths(weights, packing):
    """The least s for every point, over all masks of the first s neurons' rows and columns."""
    s, _, d = weights.shape
    first = np.full(packing.size, s + 1)
    for bits in product((0, 1), repeat=2 * s * d):
        masks = np.reshape(bits, (s, 2, d))
        used = (masks.any(axis=2).all(axis=1)).nonzero()[0]
        width = max(int(used[-1]) + 1 if used.size else 1, 1)
        inner, outer = (masks * weights)[:, 0], (masks * weights)[:, 1].T
        for p, point in enumerate(np.asarray(packing.points, dtype=float)):
            if first[p] > width and error_bounds(inner, outer, point)[1] <= float(packing.epsilon):
                first[p] = width
    return first


@pytest.mark.parametrize(("s", "epsilon"), [(5, "0.3"), (4, "0.15")])
def test_least_widths_on_the_line_are_those_of_brute_force(s, epsilon):
    """d = 1: all 4^s masks, each error by `error_bounds`; several networks, wide enough to reach something."""
    packing, generator, reached = interval_packing(epsilon), np.random.default_rng(s), 0
    for _ in range(4):
        weights = generator.uniform(-1.5, 1.5, (s, 2, 1))
        found = first_widths(weights, packing)
        np.testing.assert_array_equal(found, brute_first_widths(weights, packing))
        reached += (found <= s).sum()
    assert reached > 0


@pytest.mark.parametrize("s", [pytest.param(2, marks=pytest.mark.slow), 3])
def test_least_widths_in_the_plane_are_those_of_brute_force(s):
    """d = 2: all 16^s masks; neurons that nearly make up a point of the packing, 0.95 n m^T, reach it sometimes."""
    generator, reached, missed = np.random.default_rng(s), 0, 0
    for _ in range(12 if s == 2 else 3):
        m, n = (vector / np.linalg.norm(vector) for vector in generator.normal(size=(2, 2)))
        points = np.stack([0.95 * np.outer(n, m), -0.95 * np.outer(n, m), np.diag([0.02, -0.6])])
        weights = generator.normal(scale=0.15, size=(s, 2, 2))
        weights[-2:] += np.array([[m, n], [-m, -n]])
        packing = Packing(accuracy("0.15"), points)
        found = first_widths(weights, packing)
        np.testing.assert_array_equal(found, brute_first_widths(weights, packing))
        reached, missed = reached + (found <= s).sum(), missed + (found > s).sum()
    assert reached > 0
    assert missed > 0


def widths_by_trying(weights, packing):
    """The least s for every point, over all 10^s functions: those near W at e_1, e_2 and their opposites, in full."""
    s = len(weights)
    axes = np.concatenate([np.eye(2), -np.eye(2)])
    forms = [(t, c) for t in product((0, 1), repeat=2) for c in product((0, 1), repeat=2) if any(t) and any(c)]
    forms = np.array([((0, 0), (0, 0)), *forms])
    sums = np.zeros((1, 4, 2))
    for m, n in weights:
        fires = np.maximum((forms[:, 0] * m) @ axes.T, 0.0)
        sums = (sums[:, None] + (fires[:, :, None] * (forms[:, 1] * n)[:, None])[None]).reshape(-1, 4, 2)
    first, epsilon = np.full(packing.size, s + 1), float(packing.epsilon)
    for p, point in enumerate(packing.points):
        near = np.linalg.norm(sums - axes @ point.T, axis=2).max(axis=1) <= epsilon * (1.0 + 1e-9)
        for place in np.flatnonzero(near):
            digits = [place // 10 ** (s - 1 - i) % 10 for i in range(s)]
            width = max([i + 1 for i in range(s) if digits[i]] or [1])
            inner, outer = forms[digits, 0] * weights[:, 0], forms[digits, 1] * weights[:, 1]
            if width < first[p] and error_bounds(inner, outer.T, point)[1] <= epsilon:
                first[p] = width
    return first


@pytest.mark.parametrize("epsilon", ["0.5", "0.7"])
def test_the_search_in_the_plane_finds_what_trying_all_functions_does(epsilon):
    """d = 2, s = 5: 10^5 functions of six networks; every least width is the same, some points reached, some not."""
    packing, generator = construct_packing(2, epsilon, candidates=500), np.random.default_rng(3)
    found = []
    for _ in range(6):
        weights = generator.normal(size=(5, 2, 2))
        found.append(first_widths(weights, packing))
        np.testing.assert_array_equal(found[-1], widths_by_trying(weights, packing))
    assert 0 < (np.array(found) <= 5).sum() < np.size(found)


def test_a_broken_off_run_resumes_with_its_records(tmp_path, monkeypatch):
    """Ended after every record in turn: the Dataset in the end is that of one run, and what was there is not redone."""
    ask = {"trials": 40, "candidates": 300, "samples": 50}
    whole = measure_theorem2(2, ["0.7", "0.5"], [2, 4], **ask)

    class EndedError(Exception):
        pass

    def ended(done, total):
        raise EndedError

    rounds = 0
    while len(list((tmp_path / "cells").glob("networks-*"))) < 6:
        with pytest.raises(EndedError):
            measure_theorem2(
                2, ["0.7", "0.5"], [2, 4], **ask, held=open_pieces(tmp_path), progress=ended_at(rounds, ended)
            )
        rounds += 1
    monkeypatch.setattr(montecarlo.packing.theorem2, "first_widths", None)
    monkeypatch.setattr(montecarlo.packing.records, "construct_packing", None)
    again = measure_theorem2(2, ["0.7", "0.5"], [2, 4], **ask, held=open_pieces(tmp_path))
    assert again.equals(whole)
    with pytest.raises(TypeError):  # control: another seed has no records
        measure_theorem2(2, ["0.7", "0.5"], [2, 4], **ask, seed=1, held=open_pieces(tmp_path))


def ended_at(count, ended):
    """A progress function that ends the run when so many steps are done."""
    return lambda done, total: ended(done, total) if done > count else None


def test_both_sides_of_the_line_are_needed():
    """One positive neuron alone reaches w near 0 only; a pair reaches its slope."""
    packing = interval_packing("0.4")  # -1, 0, 1
    pair = np.array([[[1.0], [1.0]], [[-1.0], [-1.0]]])
    assert first_widths(pair[:1], packing).tolist() == [2, 1, 2]
    assert first_widths(pair, packing).tolist() == [3, 1, 2]


@pytest.mark.parametrize(("d", "epsilon", "s"), [(1, ["0.2", "0.05"], range(1, 15)), (2, ["0.6"], range(1, 4))])
@pytest.mark.parametrize("law", [None, stats.norm(0.0, 1.0), stats.expon(-1.0, 1.0)])
def test_no_trial_reaches_more_than_it_has_functions(d, epsilon, s, law):
    """|G| bounds what a trial reaches of P, for any law; reached rises with s; the rarest point is below the mean."""
    found = measure_theorem2(d, epsilon, s, trials=20, law=law, candidates=500, samples=100)
    functions = 2.0 ** found["functions"]
    assert (found["reached"] <= functions).all()
    assert (found["functions"] <= found["masks"]).all()
    assert (found["reached"].diff("s") >= 0).all()
    assert (found["fewest"] / 20 <= found["reached"].mean("trial") / found["size"] + 1e-12).all()
    assert (found["reached"] <= found["size"]).all()


def test_on_the_line_one_side_bounds_what_is_reached():
    """At most 2^(s/2) points, as the side with fewer neurons has no more slopes; the functions are 2^s."""
    found = measure_theorem2(1, ["0.05", "0.01"], range(1, 13), trials=60)
    assert (found["reached"] <= 2.0 ** (found["s"] // 2)).all()
    assert (found["reached"] > found["s"] // 2).any()


def test_the_counting_holds_where_every_point_is_reached_half_the_time():
    """(13) surely holds on P at some s (intervals for all points at 1 - 1e-8), and 2 |G| >= |P| there; never violated.

    False alarm: 1e-8 for each cell. Control: counts of functions that were too small would be called a violation.
    """
    from analysis import reach_rates

    found = measure_theorem2(1, ["0.3", "0.1"], range(1, 41), trials=200)
    rates = reach_rates(found, 1.0 - 1e-8)
    assert rates["hypothesis"].any("s").all()
    assert (1.0 + found["functions"] >= np.log2(found["size"])).where(rates["hypothesis"], True).all()
    assert not rates["violated"].any()
    assert reach_rates(found.assign(functions=0.0 * found["functions"]), 1.0 - 1e-8)["violated"].any()


def test_an_inflated_packing_would_break_the_counting():
    """Negative control: of points less than 2 epsilon apart, a network reaches more than it has functions."""

    class Inflated:
        epsilon, d = 0.2, 1
        rows = np.linspace(-1.0, 1.0, 401)[:, None]
        size = 401

    weights = np.array([[[1.0], [0.5]], [[-1.0], [-0.5]]])
    reached = (first_widths(weights, Inflated()) <= 2).sum()
    assert reached > 2**2
    assert (first_widths(weights, interval_packing("0.2")) <= 2).sum() <= 2**2


@pytest.fixture
def least_widths(monkeypatch):
    """Every network reaches the four points of a packing at s = 1, 2, 3 and 5."""
    monkeypatch.setattr(montecarlo.packing.theorem2, "first_widths", lambda *_: np.array([1, 2, 3, 5]))


def test_what_is_reached_is_counted(least_widths):
    """A point counts from its least s on; the rarest is counted over all 70 trials, more than one piece."""
    found = measure_theorem2(1, ["0.3"], [1, 2, 3, 4, 5], trials=70).isel(d=0, epsilon=0)
    assert found["size"] == 4
    np.testing.assert_array_equal(found["reached"].to_numpy(), np.repeat([[1], [2], [3], [3], [4]], 70, axis=1))
    assert found["fewest"].to_numpy().tolist() == [0, 0, 0, 0, 70]


def test_progress_ends_at_its_total():
    """Two packings, and for each of them two pieces of at most 64 trials."""
    seen = []
    measure_theorem2(1, ["0.3", "0.2"], [1], trials=70, progress=lambda *state: seen.append(state))
    assert seen == [(done, 6) for done in range(1, 7)]


def test_what_is_stored_of_a_packing_and_its_widths():
    """10 points: 2 4^s, 2 2^s, 2 2^floor(s/2) >= 10 from s = 2, 3, 6 on. d = 2: 16 masks per neuron, no two sides."""
    line, plane = measure_theorem2(1, ["0.1"], [1], trials=1), measure_theorem2(2, ["0.5"], [1], trials=1, samples=7)
    names = ("size", "samples", "width_masks", "width_functions", "width_sides")
    assert [line[name].item() for name in names] == [10, 0, 2, 3, 6]
    assert line["width_printed"].item() == (np.log2(5.0) - 1.0) / 2.0
    assert (line["volume_low"].item(), line["volume_high"].item()) == (5.0, 11.0)
    assert [(each["masks"].item(), 2.0 ** each["functions"].item()) for each in (line, plane)] == [
        (2.0, 2.0), (4.0, pytest.approx(10.0)),
    ]  # fmt: skip
    size = plane["size"].item()
    assert plane["samples"].item() == 7
    assert plane["width_masks"].item() == next(s for s in range(9) if 2 * 16**s >= size)
    assert plane["width_functions"].item() == next(s for s in range(9) if 2 * 10**s >= size)
    assert np.isnan(plane["width_sides"].item())


def test_networks_of_other_trials_and_seeds_are_others():
    """The second 64 trials are not the first again, and another seed has none of them."""
    one, other = (measure_theorem2(1, ["0.05"], [4, 7, 10], trials=128, seed=seed)["reached"] for seed in (0, 1))
    assert not np.array_equal(one.isel(trial=slice(64)), one.isel(trial=slice(64, None)))
    assert not np.array_equal(one, other)


def test_epsilons_fall():
    """From coarse to fine in whatever order they are asked for; what is reached goes with its own."""
    found = measure_theorem2(1, ["0.1", "0.3"], [3], trials=5)
    assert found["epsilon"].to_numpy().tolist() == [0.3, 0.1]
    assert found["size"].to_numpy().tolist() == [[4, 10]]


def test_records_are_of_their_seed_law_and_samples(tmp_path):
    """Whatever was asked before in the same folder, the answer is that without a folder."""
    base, fitting = {"trials": 3, "candidates": 0, "samples": 900}, set()
    for more in ({}, {"seed": 1}, {"law": stats.norm(0, 1)}, {"samples": 2000}, {"candidates": 100}):
        ask = (2, ["0.5"], [2, 3])
        held = measure_theorem2(*ask, **base | more, held=open_pieces(tmp_path))
        assert held.equals(measure_theorem2(*ask, **base | more)), more
        fitting.add(held["fitting"].item())
    assert len(fitting) > 1


def test_trials_come_back_and_continue():
    """Same seed, same bits; fewer trials and smaller s are the first of more; another law has other numbers."""
    ask = {"candidates": 0, "samples": 1}
    whole = measure_theorem2(1, ["0.1"], range(1, 11), trials=70, **ask)
    assert whole["reached"].equals(measure_theorem2(1, ["0.1"], range(1, 11), trials=70, **ask)["reached"])
    part = measure_theorem2(1, ["0.1", "0.01"], range(1, 11), trials=66, **ask)
    same = whole["reached"].isel(trial=slice(66))
    np.testing.assert_array_equal(part["reached"].sel(epsilon=[0.1]), same)
    np.testing.assert_array_equal(
        measure_theorem2(1, ["0.1"], [4, 10], trials=66, **ask)["reached"], same.sel(s=[4, 10])
    )
    other = measure_theorem2(1, ["0.1"], range(1, 11), trials=70, law=stats.norm(0, 1), **ask)
    assert not whole["reached"].equals(other["reached"])


def test_files_keep_everything(tmp_path):
    found = measure_theorem2(1, ["0.1"], [2, 4], trials=3)
    save(found, tmp_path / "theorem2.nc")
    assert load(tmp_path / "theorem2.nc", SCHEMA).equals(found)
    assert all(found[name].attrs["long_name"] for name in found.variables)


def test_widths_follow_from_the_counting():
    """2 |G| >= |P| holds at the least width and at no smaller one; the printed bound is that of the volume."""
    for size in (*range(1, 70), 1000, 10**6):
        for per_neuron in (2.0, 4.0, 10.0, 16.0):
            s = least_width(1, float(np.log2(size)), per_neuron)
            assert 2.0 * per_neuron**s >= size * (1 - 1e-9)
            assert s == 0 or 2.0 * per_neuron ** (s - 1) < size
        s = two_sided_width(size)
        assert 2 * 2 ** (s // 2) >= size
        assert s == 0 or 2 * 2 ** ((s - 1) // 2) < size
    assert printed_width(2, accuracy("1/32")) == (4 * 4 - 1) / 4
    assert printed_width(1, accuracy("1/2")) < 0


@pytest.mark.parametrize(("size", "width"), [(1, 0), (2, 0), (3, 2), (4, 2), (5, 4), (90, 12), (2**50 + 1, 100)])
def test_width_by_the_sides_of_x(size, width):
    """2 ceil(log2 |P|) - 2, also where log2 of |P| rounds to a whole number."""
    assert two_sided_width(size) == width


@pytest.mark.parametrize("size", range(1, 40))
def test_narrower_networks_have_too_few_slopes_on_one_side(size):
    """However s neurons are split, the side with fewer has below |P| / 2 subset sums if s is below the width."""
    s = two_sided_width(size)
    most = [max(min(2**right, 2 ** (k - right)) for right in range(k + 1)) for k in range(s + 1)]
    assert all(slopes < size / 2 for slopes in most[:s])
    assert most[s] >= size / 2


def test_counts_are_those_of_masks_and_functions():
    """masks 2^(2sd) and the closed form, in log2; counted where asked for, 0 elsewhere, and again the same."""
    found = measure_counts({1: [1, 2, 12], 2: [1, 2]})
    assert found["masks"].sel(d=2).to_numpy().tolist() == [4.0, 8.0, 48.0]
    np.testing.assert_allclose(found["functions"], [[1.0, 2.0, 12.0], np.log2(10.0) * np.array([1.0, 2.0, 12.0])])
    assert found["counted"].to_numpy().tolist() == [[2, 4, 4096], [10, 100, 0]]
    assert found.equals(measure_counts({1: [1, 2, 12], 2: [1, 2]}))
    with pytest.raises(InputError, match="s must have values for some d, got none"):
        measure_counts({})


def test_depth_counts_parameters():
    """Depth 3: reached points are those of brute force; at most 2^m; m = 2 k + k^2."""
    packing = interval_packing("0.15")
    slopes = np.random.default_rng(0).uniform(-1.2, 1.2, (300, 2))
    slopes[:150, 1] = slopes[:150, 0] + np.random.default_rng(1).uniform(-0.3, 0.3, 150)
    errors = np.abs(slopes[:, :, None] - packing.rows[:, 0]).max(axis=1).min(axis=0)
    np.testing.assert_array_equal(reached_by_slopes(slopes, packing), errors <= 0.15)
    found = measure_depth(["0.3", "0.1"], (1, 2), trials=20)
    assert found["parameters"].to_numpy().tolist() == [3, 8]
    assert (found["reached"] <= 2 ** found["parameters"]).all()
    assert (found["counted"] <= 2 ** found["parameters"]).all()
    assert found.equals(measure_depth(["0.3", "0.1"], (1, 2), trials=20))


def test_depth_needs_both_slopes(monkeypatch):
    """c relu(relu(a x)), a = (1, -1): c = (1/2, -1/2) is x / 2, near one of ten points; (1/2, -3/10) has two slopes."""
    identity = [1.0, 0.0, 0.0, 1.0]
    weights = [[1.0, -1.0, 0.5, -0.5, *identity], [1.0, -1.0, 0.5, -0.3, *identity]]
    monkeypatch.setattr(montecarlo.packing.depth, "draw_trials", lambda *_: np.array(weights).T)
    found = measure_depth(["0.1", "0.3"], (2,), trials=2)
    assert found["epsilon"].to_numpy().tolist() == [0.3, 0.1]
    assert found["reached"].sel(epsilon=0.1, width=2).to_numpy().tolist() == [1, 0]


def test_slopes_just_epsilon_away_reach_a_point():
    """1/2 and 1/2 of the points -1 and 1."""
    assert reached_by_slopes(np.array([[0.5, 0.5]]), interval_packing("1/2")).tolist() == [False, True]


@pytest.mark.parametrize(
    ("d", "neurons", "functions"),
    [
        (1, [[[2.0], [0.5]], [[-1.0], [0.25]]], {(0.0, 0.0), (1.0, 0.0), (0.0, -0.25), (1.0, -0.25)}),
        (2, [[[1.0, 0.0], [1.0, 0.0]], [[-1.0, 0.0], [-1.0, 0.0]]], {(0.0, 0.0), (0.5, 0.5), (0.0, 1.0)}),
    ],
)
def test_portraits_of_networks_known_by_hand(monkeypatch, d, neurons, functions):
    """d = 1: slopes of relu(2 x) / 2 and relu(-x) / 4. d = 2: relu(x_1) e_1, half even and half odd, and x_1 e_1."""
    monkeypatch.setattr(montecarlo.packing.portrait, "draw_trials", lambda *_: np.array(neurons)[..., None])
    found = portray(d, "0.5", 2, candidates=0)
    pairs = zip(found["positive"].to_numpy().tolist(), found["negative"].to_numpy().tolist(), strict=True)
    assert {(round(one, 12) + 0.0, round(other, 12) + 0.0) for one, other in pairs} == functions


def test_portraits_show_a_packing_and_functions():
    """d = 1: all 2^s pairs of slopes; d = 2: 10^s functions, the parts of W add up to its norm."""
    line, plane = portray(1, "0.2", 5), portray(2, "0.4", 2, candidates=300)
    assert line.sizes["function"] == 32
    assert line.sizes["point"] == 5
    assert plane.sizes["function"] == 100
    norms = np.linalg.norm(construct_packing(2, "0.4", candidates=300).points, 2, axis=(1, 2))
    np.testing.assert_allclose(plane["rotation"] + plane["reflection"], norms)


def test_portraits_are_of_the_coarsest_on_the_line_and_the_finest_in_the_plane():
    """And of the widest network, up to 12 and 4 hidden neurons."""
    grids = {1: Grid((), ("0.1", "0.5"), (1, 13)), 2: Grid((), ("0.7", "0.5"), (1, 3))}
    found = measure_all(grids, trials=1, candidates=10, samples=1)
    drawn = [found[f"portrait-d{d}"].attrs for d in (1, 2)]
    assert [(one["epsilon"], one["s"]) for one in drawn] == [(0.5, 12), (0.5, 3)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1, ["0.1"], [41]), "s must be at most 40 for d = 1"),
        (
            (2, ["0.5"], [20]),
            r"s must be at most 16 for d = 2, where the search .* got 20 \(1e\+20 functions\); lower s",
        ),
        ((3, ["0.5"], [1]), "d must be at most 2, got 3|d must be a whole number"),
        ((1, [], [1]), "epsilon must be different numbers, one or more"),
        ((1, ["0.1", 0.1, "0.1"], [1]), "epsilon must be different numbers"),
        ((1, ["1"], [1]), "epsilon must be strictly between 0 and 1, got 1"),
    ],
)
def test_bad_input_is_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        measure_theorem2(*arguments, trials=2)


def test_memory_is_estimated_first():
    with pytest.raises(InputError, match=r"10000000 trials of 40 s need about .* GiB, but there are"):
        measure_theorem2(1, [f"1/{k}" for k in range(2, 30)], range(1, 41), trials=10**7)


@pytest.mark.parametrize(
    ("d", "epsilon", "points"), [(2, "1/4", 256), (3, "0.45", 1322), (1, "0.01", 100), (2, "1/2", 16)]
)
def test_volume_alone_asks_for_so_many_functions(d, epsilon, points):
    """2 |G| >= (1 / epsilon)^(d^2): s is the least with 2 |G| that large, in whole numbers; one less is too few."""
    least = (1 / accuracy(epsilon)) ** (d * d)
    assert math.ceil(least) == points
    for per_neuron in (forms(d), 4**d):
        s = volume_width(d, accuracy(epsilon), per_neuron)
        assert 2 * per_neuron**s >= least
        assert s == 0 or 2 * per_neuron ** (s - 1) < least


def test_volume_is_stronger_than_the_packings():
    """d = 2 at epsilon = 1/4, where our packing has 126 points; and at epsilon = 0.9, of which packings say nothing."""
    assert volume_width(2, accuracy("1/4"), forms(2)) > least_width(2, math.log2(126), forms(2))
    assert volume_width(40, accuracy("0.9"), 4.0**40) > 0 >= printed_width(40, accuracy("0.9"))


def test_functions_within_epsilon_have_no_larger_volume():
    """d = 1, where the W within epsilon of a function are an interval: at most 2 epsilon long, epsilon of [-1, 1]."""
    generator = np.random.default_rng(4)
    w = np.linspace(-1.0, 1.0, 4001)
    for positive, negative in generator.uniform(-1.0, 1.0, (50, 2)):
        near = np.maximum(abs(w - positive), abs(w - negative)) <= 0.1
        assert near.mean() <= 0.1 + 1 / 4001
