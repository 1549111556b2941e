"""Sweeps whose d have different numbers of trials, and sweeps stopped by their own results."""

import numpy as np
import pytest
import xarray as xr

from analysis import (
    InputError,
    clopper_pearson,
    confidence_sequence,
    constants,
    estimate,
    event_ratio,
    half_widths,
    judge,
    quantiles,
    success,
    thresholds,
    trials_needed,
    trials_text,
)
from analysis.figures.pictures import draw_pictures
from analysis.report.page import write_report
from analysis.statistics.binomial import bonferroni

TRIALS = {1: 90, 2: 37, 4: 200}
EPSILONS = [0.3, 0.1, 0.05, 0.03]
STOPPED = "half-width 0.05 at epsilon = 0.1"


def make_ragged(dims_raw, **attrs):
    """The d of a whole Dataset with the first few trials each, what follows NaN; and each d of it alone."""
    whole = dims_raw(d=tuple(TRIALS), **attrs)
    whole["critical_epsilon_low"] = 0.95 * whole["critical_epsilon"]
    counts = xr.DataArray(list(TRIALS.values()), dims="d")
    there = whole["trial"] < counts
    ragged = whole.copy()
    for name in ("critical_epsilon", "critical_epsilon_low"):
        ragged[name] = whole[name].where(there)
    alone = [whole.sel(d=[d]).isel(trial=slice(count)) for d, count in TRIALS.items()]
    return ragged.assign(trials=counts), alone


ESTIMATES = {
    "success": lambda ds: success(ds, EPSILONS),
    "thresholds": lambda ds: thresholds(ds, EPSILONS, delta=0.2),
    "estimate": lambda ds: estimate(ds, EPSILONS),
    "quantiles": lambda ds: quantiles(ds, [0.1, 0.5, 0.999]),
    "event_ratio": lambda ds: event_ratio(ds, "proof", "statement", [0.5, 0.9]),
    "half_widths": lambda ds: half_widths(ds, EPSILONS).to_dataset(),
    "trials_needed": lambda ds: trials_needed(ds, EPSILONS, 0.01).to_dataset(),
}


@pytest.mark.parametrize("stopping", ["", STOPPED])
@pytest.mark.parametrize("name", ESTIMATES)
def test_every_d_is_estimated_as_if_alone(dims_raw, name, stopping):
    """To the bit: padding is neither counted nor sorted in, and every d has its own denominator."""
    ragged, alone = make_ragged(dims_raw, stopping=stopping)
    found = ESTIMATES[name](ragged)
    for part in alone:
        d = part["d"].to_numpy()
        xr.testing.assert_equal(found.sel(d=d).drop_vars("trials", errors="ignore"), ESTIMATES[name](part))
    if name in ("success", "thresholds", "estimate", "quantiles", "event_ratio"):
        assert found["trials"].to_numpy().tolist() == list(TRIALS.values())
        assert trials_text(found) == trials_text(ragged) == "37 to 200"


def test_padding_that_is_counted_is_noticed(dims_raw):
    """Control: with the padding taken for trials, the estimates differ."""
    ragged, alone = make_ragged(dims_raw)
    for name in ("success", "thresholds", "quantiles"):
        found = ESTIMATES[name](ragged.drop_vars("trials"))
        assert not found.sel(d=[2]).equals(ESTIMATES[name](alone[1]))


def test_constants_and_verdicts_of_ragged_sweeps(dims_raw):
    """Rows of `constants` are those of each d alone, with its trials; a verdict on one d is that of it alone."""
    ragged, alone = make_ragged(dims_raw)
    xr.testing.assert_equal(constants([ragged]), constants(alone))
    assert constants([ragged])["trials"].to_numpy().tolist() == [t for t in TRIALS.values() for _ in range(3)]
    for part in alone:
        for constant in (None, 4.0, 9.0):
            verdict = judge(part, [0.3, 0.1], constant=constant)
            here = judge(ragged.sel(d=part["d"].to_numpy()), [0.3, 0.1], constant=constant)
            assert (here.outcome, here.reason) == (verdict.outcome, verdict.reason)


@pytest.mark.parametrize("count", [0, 201, -1, 3.5])
def test_numbers_of_trials_that_cannot_be_are_refused(dims_raw, count):
    """None, more than are stored, or a part of one: an InputError with rule, value and remedy."""
    ragged, _ = make_ragged(dims_raw)
    broken = ragged.assign(trials=("d", [90, count, 200]))
    with pytest.raises(InputError, match=rf"trials of every d must be from 1 to the 200 stored, got {count}.*; consol"):
        success(broken, 0.1)


def test_sweeps_stopped_by_their_results_get_sequences(random_raw):
    """The attribute decides, an argument overrides it, and every answer says which kind it is."""
    plain, stopped = random_raw(events=2), random_raw(events=2, stopping=STOPPED)
    found, exact = success(stopped, 0.1), success(plain, 0.1)
    for rates, interval in ((found, confidence_sequence), (exact, clopper_pearson)):
        low, high = interval(rates["surely"], 200)
        assert np.array_equal(rates["success_low"], low)
        assert np.array_equal(rates["success_high"], high)
    assert found.attrs["interval"].startswith("confidence sequence (valid however the sweep was stopped), each")
    assert found.attrs["stopping"] == STOPPED
    xr.testing.assert_equal(success(stopped, 0.1, anytime=False), exact)
    xr.testing.assert_equal(success(plain, 0.1, anytime=True), found)
    exact, found = quantiles(plain), quantiles(stopped)
    assert (found["epsilon_low"] < exact["epsilon_low"]).all()
    assert (found["epsilon_high"] > exact["epsilon_high"]).all()
    for kind in (found, event_ratio(stopped, "construction", "statement")):
        assert "confidence sequence" in kind.attrs["interval"]
    assert "confidence sequence" in judge(stopped, [0.3, 0.1], constant=30.0).reason
    assert "confidence sequence" not in judge(plain, [0.3, 0.1], constant=30.0).reason


def test_thresholds_share_the_level_among_two_ends(random_raw):
    """n* is the first n at which the limits at 1 - (1 - level)/2 reach 1 - delta: either end may miss that often."""
    stopped = random_raw(stopping=STOPPED)
    found = thresholds(stopped, 0.1, delta=0.2, level=0.9)
    rates = success(stopped, 0.1, level=bonferroni(0.9, 2)).squeeze()
    for end, rate in (("low", "success_high"), ("high", "success_low")):
        assert found[f"n_star_{end}"].item() == float(rates["n"][rates[rate] >= 0.8].min())
    assert found.attrs["level"] == 0.9
    assert "together at the level" in found.attrs["interval"]


def test_thresholds_share_the_level_on_a_grid_that_tells_them_apart(counted):
    """One success more at every n, so that limits at the level itself would end at other n, on both sides."""
    stopped = counted(np.arange(200, 300), 300, np.arange(1, 101), stopping=STOPPED)
    found = thresholds(stopped, 0.1, delta=0.2, level=0.9)
    for level, equal in ((bonferroni(0.9, 2), True), (0.9, False)):
        rates = success(stopped, 0.1, level=level).squeeze()
        for end, rate in (("low", "success_high"), ("high", "success_low")):
            assert (found[f"n_star_{end}"].item() == float(rates["n"][rates[rate] >= 0.8].min())) is equal


def test_constants_name_both_kinds(random_raw):
    """Sweeps of both kinds in one table: the text says which ones have confidence sequences."""
    plain, stopped = random_raw(), random_raw(stopping=STOPPED, label="Another")
    assert constants([plain]).attrs["interval"].startswith("Clopper-Pearson at n* - 1")
    assert constants([stopped]).attrs["interval"].startswith("confidence sequence (valid")
    assert "but for Another confidence sequence" in constants([plain, stopped]).attrs["interval"]


def test_page_and_pictures_of_a_ragged_stopped_sweep(dims_raw, tmp_path):
    """The page says how many trials there are, what stopped the sweep, and which intervals these are."""
    ragged, _ = make_ragged(dims_raw, stopping=STOPPED)
    pictures = draw_pictures([ragged], tmp_path, epsilon=EPSILONS)
    write_report([ragged], pictures, tmp_path / "page.html", epsilon=EPSILONS)
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "37 to 200 trials, by d" in page
    assert f"Stopped by its own results: {STOPPED}." in page
    assert "confidence sequence (valid however the sweep was stopped)" in page
    assert "Clopper-Pearson" not in page
    assert ">nan<" not in page
