"""Samples beside their laws: exact distances, draws that depend on seed and check alone, stated rates, wrong laws seen.

Simulated rates are judged with a false alarm of 1e-8 each (`calibrated`), other assertions hold for certain or are
about fixed seeds of which the stated bounds are missed with probability below 1e-8.
"""

import json

import numpy as np
import pytest
import xarray as xr
from calibrated import RejectedError, assert_rate, dkw_threshold
from hypothesis import given
from hypothesis import strategies as st

import analysis
import montecarlo.law_checks as module
from montecarlo import InputError, fit_laws, load, save
from montecarlo.law_checks import CHECKS, CONTROL, SCHEMA, STATEMENT, Check
from montecarlo.sampling.laws import ReluProduct, Remainder, Uniform, UniformProduct
from montecarlo.sampling.streams import draw_trials

STATED = tuple(check for check in CHECKS if check.role == STATEMENT)
N = 40_000


@pytest.fixture(scope="module")
def fits():
    return fit_laws(N)


def check_of(draw, law, name="made up"):
    return Check(name, name, f"draws ~ {law}", draw, law)


def repeated(values):
    """A draw that gives these values in turn."""
    return lambda generator, m: np.resize(np.asarray(values, dtype=float), m)


def test_layout(fits):
    """Every variable with its dims, a long name and a unit; schema, seed, samples and versions as attributes."""
    dims = {
        ("law",): ("title", "statement", "role", "distance", "deviation", "at"),
        ("law", "z"): ("empirical", "claimed"),
        ("z",): ("product_density",),
        ("share",): ("weight", "mass", "negative_mass", "least_density"),
        ("share", "z"): ("uniform_part",),
    }
    assert {name: variable.dims for name, variable in fits.data_vars.items()} == {
        name: key for key, names in dims.items() for name in names
    }
    assert all(variable.attrs["long_name"] and variable.attrs["units"] == "1" for variable in fits.variables.values())
    assert fits["law"].to_numpy().tolist() == [check.name for check in CHECKS]
    assert (fits.attrs["schema"], fits.attrs["seed"], fits.attrs["samples"]) == (SCHEMA, "0", N)
    provenance = json.loads(fits.attrs["provenance"])
    assert (provenance["seed"], provenance["samples"]) == (0, N)
    assert {"ticketsum", "numpy", "scipy"} <= provenance["versions"].keys()


def test_file_gives_back_the_same(fits, tmp_path):
    save(fits, tmp_path / "laws.nc")
    xr.testing.assert_identical(load(tmp_path / "laws.nc", SCHEMA), fits)


def test_draws_depend_on_seed_and_check_alone():
    """To the bit: a second time, one check without the others, in another order; another seed has other draws."""
    fits, again = fit_laws(3000), fit_laws(3000)
    xr.testing.assert_equal(again, fits)
    few = fit_laws(3000, laws=[CHECKS[3], CHECKS[0]])
    xr.testing.assert_equal(few, fits.sel(law=few["law"]))
    other = fit_laws(3000, seed=1)
    assert np.all(other["at"] != fits["at"])
    assert np.all(fits["at"].to_numpy()[0] != fits["at"].to_numpy()[1:])  # no two checks share their draws


def test_fewer_draws_are_the_first_of_more():
    """100 draws begin the 1000 of the same seed."""
    seen = []

    def draw(generator, m):
        seen.append(generator.random(m))
        return seen[-1]

    fit_laws(100, laws=[check_of(draw, Uniform(0.0, 1.0))])
    few = np.concatenate(seen)
    seen.clear()
    fit_laws(1000, laws=[check_of(draw, Uniform(0.0, 1.0))])
    np.testing.assert_array_equal(np.concatenate(seen)[: few.size], few)


def test_draws_are_pinned():
    """A draw of seed 0 in products of uniforms, which every machine rounds alike."""
    found = fit_laws(64, laws=STATED[:3])
    assert [float(z).hex() for z in found["at"]] == ["0x1.f1e9a61aacbe9p-9", "0x1.054b3023cba6bp-5", "0x0.0p+0"]


LAWS = {Uniform(): (), UniformProduct(): (), Remainder(): (), ReluProduct(): (0.0, 0.25)}
"""Laws, and for an atom its place and P(Z < place)."""


def slow_distance(values, law):
    """sup |F_m - F| from both sides of every draw and of the atom, by counting."""
    places = {*map(float, values), *LAWS[law][:1]}
    found = []
    for z in places:
        below = LAWS[law][1] if LAWS[law] and z == LAWS[law][0] else float(law.cdf(z))
        found.append(abs(np.mean(values <= z) - float(law.cdf(z))))
        found.append(abs(np.mean(values < z) - below))
    return max(found)


@given(st.lists(st.integers(-8, 8), min_size=1, max_size=20), st.sampled_from(list(LAWS)))
def test_distance_is_the_supremum(numerators, law):
    """As counted at every draw from both sides, ties and atoms included; no z of the grid is farther off."""
    values = np.array(numerators) / 8.0
    found = fit_laws(values.size, laws=[check_of(repeated(values), law)]).isel(law=0)
    assert found["distance"].item() == pytest.approx(slow_distance(values, law), abs=1e-15)
    assert abs(found["deviation"].item()) == found["distance"].item()
    assert found["at"].item() in values
    assert np.all(abs(found["empirical"] - found["claimed"]) <= found["distance"] + 1e-15)
    np.testing.assert_array_equal(found["empirical"], [np.mean(values <= z) for z in found["z"].to_numpy()])


@pytest.mark.parametrize(
    ("values", "law", "distance"),
    [
        ([0.0], ReluProduct(), 0.25),  # 1/4 on each side of the atom
        ([-0.0, 0.0], ReluProduct(), 0.25),
        ([0.0], UniformProduct(), 0.5),
        ([-1.0], ReluProduct(), 1.0),
        ([-0.5, 0.5], Uniform(), 0.25),
    ],
    ids=str,
)
def test_distances_known_by_hand(values, law, distance):
    assert fit_laws(64, laws=[check_of(repeated(values), law)])["distance"].item() == pytest.approx(distance)


def test_stated_laws_fit_and_the_slip_does_not(fits):
    """DKW at 1e-8 a law; the slip lies as far off as its distribution function does, 1/2 ln 2 sup |U - Q|."""
    stated = fits["role"] == STATEMENT
    assert np.all(fits["distance"].where(stated, drop=True) < dkw_threshold(N))
    z = fits["z"]
    away = abs(0.5 * np.log(2.0) * (Uniform(-0.5, 0.5).cdf(z) - Remainder().cdf(z))).max()
    slip = fits.sel(law="slip")
    assert slip["role"] == CONTROL
    assert abs(slip["distance"] - away) < dkw_threshold(N)
    assert slip["distance"] > 1.5 * dkw_threshold(N)


WRONG = {
    "unsigned": check_of(lambda g, m: g.random(m) * g.random(m), UniformProduct()),
    "no product": check_of(lambda g, m: g.uniform(-1.0, 1.0, m), UniformProduct()),
    "no ReLU": check_of(lambda g, m: g.uniform(-1.0, 1.0, m) * g.uniform(-1.0, 1.0, m), ReluProduct()),
    "no atom": check_of(module._relu_product, UniformProduct()),
    "P for Q": check_of(module._product(0.0, 1.0), Remainder()),
    "Q for P": check_of(module._remainder, UniformProduct()),
    "half the weight": check_of(module._mixture(0.25 * np.log(2.0)), UniformProduct()),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_laws_are_refuted(name):
    """Negative controls, one slip each, at 40,000 draws."""
    (verdict,) = analysis.judge_fits(fit_laws(N, laws=[WRONG[name]]), level=1.0 - 1e-8).values()
    assert verdict.outcome is analysis.Outcome.REFUTED, verdict


RUNS = 250


def refuted(laws, samples, level):
    """In how many of 250 runs, of seeds of their own, some law is refuted.

    Distances and bounds are those of `fit_laws` and `fit_bounds`, without a Dataset a run; the last 10 runs are judged
    as users judge them as well.
    """
    runs = np.array([[distance(check, seed, samples) for check in laws] for seed in range(RUNS)])
    found = {seed: fit_laws(samples, seed=seed, laws=laws) for seed in range(RUNS - 10, RUNS)}
    bound = analysis.fit_bounds(found[RUNS - 1], level)["bound"].max().item()
    some = (runs > bound).any(axis=1)
    for seed, fit in found.items():
        np.testing.assert_array_equal(fit["distance"], runs[seed])
        verdicts = analysis.judge_fits(fit, level).values()
        assert some[seed] == any(verdict.outcome is analysis.Outcome.REFUTED for verdict in verdicts)
    return int(some.sum())


def distance(check, seed, samples):
    drawn = np.sort(draw_trials(check.draw, seed, {"fit": check.name}, 0, samples))
    with np.errstate(under="ignore"):
        return abs(module._deviation(drawn, check.law)[0])


def test_false_alarms_are_as_rare_as_stated():
    """All right laws together: refuted with probability at most 1 - level. Control: without Bonferroni, too often."""
    level = 0.81
    assert_rate(refuted(STATED, 64, level), RUNS, 0.0, 1.0 - level)
    without = 1.0 - (1.0 - level) * len(STATED)
    with pytest.raises(RejectedError):
        assert_rate(refuted(STATED, 64, without), RUNS, 0.0, 1.0 - level)


def seen(shift):
    """In how many of 250 runs U[0, 1] is refuted at 0.9 when U[shift, 1 + shift], so far away, is claimed."""
    return refuted([check_of(lambda g, m: g.random(m), Uniform(shift, 1.0 + shift))], 256, 0.9)


def test_visible_deviations_are_seen_as_often_as_stated():
    """A law at the distance `visible` is refuted with probability at least the level; one at half the bound is not."""
    found = analysis.fit_bounds(fit_laws(256, laws=[check_of(lambda g, m: g.random(m), Uniform(0.0, 1.0))]), 0.9)
    assert_rate(seen(found["visible"].item()), RUNS, 0.9, 1.0)
    with pytest.raises(RejectedError):
        assert_rate(seen(0.5 * found["bound"].item()), RUNS, 0.9, 1.0)


def test_quadrature_of_corollary_1(fits):
    """1/2 ln 2 of U[-1/2, 1/2] leaves a density, that of Q; ln 2, as the proof's text has it, leaves none."""
    half, slip = (fits.sel(share=share) for share in ("1/2 ln 2", "ln 2"))
    assert half["weight"] == 0.5 * np.log(2.0)
    assert half["mass"] == pytest.approx(1.0, abs=1e-9)
    assert half["negative_mass"] == 0.0
    assert half["least_density"] == 0.0  # at 1/2: no larger weight would do
    rest = (fits["product_density"] - half["uniform_part"]) / (1.0 - half["weight"])
    np.testing.assert_allclose(rest, Remainder().pdf(fits["z"]), rtol=1e-14, atol=1e-15)
    assert slip["mass"] == pytest.approx(1.0, abs=1e-9)
    # P has mass 1/4 on 1/4 < |z| <= 1/2, where ln 2 U has 1/2 ln 2 and everywhere exceeds it
    left = 1.0 - np.log(2.0)
    assert slip["negative_mass"] == pytest.approx((0.5 * np.log(2.0) - 0.25) / left, abs=1e-9)
    assert slip["least_density"] == pytest.approx(-0.5 * np.log(2.0) / left)


def test_progress_counts_to_the_end():
    done = []
    fit_laws(10, laws=CHECKS[:3], progress=lambda k, total: done.append((k, total)))
    assert done == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"samples": 0}, "samples must be a whole number of at least 1, got 0"),
        ({"samples": 1.5}, "samples must be a whole number of at least 1, got 1.5"),
        ({"samples": 10**12}, "samples must be at most 1000000000, got 1000000000000; lower it"),
        ({"seed": -1}, "seed must be a whole number of at least 0, got -1"),
        ({"laws": []}, r"laws must be checks with names of their own, got \[\]; leave them out for the paper's"),
        ({"laws": [CHECKS[0]] * 2}, r"names of their own, got \['lemma4', 'lemma4'\]"),
    ],
)
def test_bad_input_is_refused(options, message):
    with pytest.raises(InputError, match=message):
        fit_laws(**options)


def test_too_little_memory_is_refused(monkeypatch):
    monkeypatch.setattr(module, "memory_limit", lambda: 2.0**30)
    with pytest.raises(InputError, match=r"10000000 samples need about 1.4 GiB, but there are about 1 GiB; lower samp"):
        fit_laws(10_000_000)
