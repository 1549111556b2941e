"""`ticketsum reproduce`: the whole folder from one command, and nothing computed twice."""

import pytest
import xarray as xr

import montecarlo.sweeps
from montecarlo.cli import reproduce as recipe

CLAIMS = ("theorem3", "corollary2", "lemma1")
TINY = {"exact_n": 6, "exact_trials": 300, "product_n": 12, "product_trials": 300, "resolution": 0.2, "timed_n": 9}


@pytest.fixture
def tiny(monkeypatch):
    """Every scale shrunk to a few hundred trials."""
    for scale in recipe.Scale:
        monkeypatch.setitem(recipe._EXTENTS, scale, recipe._Extent(**TINY))


def refuse_to_simulate(plan, block):
    raise AssertionError(f"block {block.name} of {plan.claim.name} is computed again")


def test_reproduce_writes_everything_once(tiny, ticketsum, tmp_path, files, monkeypatch):
    """Runs, estimates, figures and page are there; a second run computes no block and changes no number."""
    out = tmp_path / "new" / "reproduction"
    answer = ticketsum("reproduce", "--out", out, "--jobs", "1")
    assert answer.code == 0, answer.err
    before = files(out)
    for claim in CLAIMS:
        assert {f"{claim}/run.json", f"{claim}/raw.nc", f"{claim}/estimates.nc"} <= before.keys()
    for name in ("growth", "heatmap", "success", "slack-lemma1", "timings"):
        assert {f"figures/{name}.png", f"figures/{name}.svg"} <= before.keys()
    for title in ("Theorem 3", "Corollary 2", "Lemma 1"):
        assert f"{title}: " in answer.err
        assert title in (out / "index.html").read_text(encoding="utf-8")
    assert f"The page: {out / 'index.html'}" in answer.err
    numbers = {claim: xr.load_dataset(out / claim / "raw.nc") for claim in CLAIMS}

    monkeypatch.setattr(montecarlo.sweeps, "simulate", refuse_to_simulate)
    again = ticketsum("reproduce", "--out", out, "--jobs", "1")
    assert again.code == 0, again.err
    after = files(out)
    assert after.keys() == before.keys()
    for name, (digest, inode, changed) in before.items():
        if "/blocks/" in name or name.endswith("run.json"):
            assert after[name] == (digest, inode, changed)
        if name.startswith("figures/"):
            assert after[name][0] == digest
    for claim in CLAIMS:
        xr.testing.assert_equal(xr.load_dataset(out / claim / "raw.nc"), numbers[claim])


def test_simulation_is_noticed(tiny, ticketsum, tmp_path, monkeypatch):
    """Control: in an empty folder the guard against simulation does raise."""
    monkeypatch.setattr(montecarlo.sweeps, "simulate", refuse_to_simulate)
    with pytest.raises(AssertionError, match="computed again"):
        ticketsum("reproduce", "--out", tmp_path, "--jobs", "1")


@pytest.mark.parametrize("scale", list(recipe.Scale))
def test_scales_are_possible_and_read_off_within_resolution(scale):
    """Each scale's plans pass their checks, go from long to short, and ask for no epsilon below the resolution."""
    plans = list(recipe.plans(scale, 0))
    assert [plan.claim.name for plan in plans] == list(CLAIMS)
    assert all(plan.n == tuple(range(1, plan.n_max + 1)) for plan in plans)
    finest = max(plan.precision.resolution for plan in plans)
    epsilons = recipe.epsilons(scale)
    assert min(epsilons) >= finest
    assert list(epsilons) == sorted(epsilons, reverse=True)
