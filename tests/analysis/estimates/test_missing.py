"""Missing trials (NaN), n that the grid leaves out, few trials: counted per cell, enclosed, or said to be missing."""

import itertools
import math

import numpy as np
import pytest
import xarray as xr

from analysis import (
    Outcome,
    clopper_pearson,
    constants,
    estimate,
    event_ratio,
    figures,
    judge,
    level_text,
    quantiles,
    slopes,
    success,
    thresholds,
    trials_needed,
    trials_of,
    trials_text,
)
from analysis.entry import raw_dataset
from analysis.estimates.constants import BEYOND, LEFT_OUT
from analysis.estimates.samples import trial_sets
from analysis.report.tables import Text, number_text
from analysis.statistics.binomial import bonferroni, quantile_ranks, student

LOG = math.log(2.0 / 0.1)


@pytest.fixture(scope="module")
def runs(random_raw):
    """A run over n = 1..12 and a shorter one over n = 1..7, of other trials."""
    return random_raw(n=12, trials=200, seed=1), random_raw(n=7, trials=300, seed=2)


def joined(runs, data_vars):
    return xr.concat(runs, "trial", join="outer", data_vars=data_vars, coords="minimal", compat="override")


@pytest.mark.parametrize("data_vars", ["all", "minimal"])
def test_runs_of_different_n_are_counted_per_cell(runs, data_vars):
    """Up to n = 7 both runs count, beyond the longer one alone, with the intervals of so many trials."""
    whole = joined(runs, data_vars)
    rates, apart = success(whole, 0.3), [success(run, 0.3) for run in runs]
    counts = np.where(np.arange(1, 13) <= 7, 500, 200)
    sure = apart[0]["surely"].to_numpy().ravel().copy()
    sure[:7] += apart[1]["surely"].to_numpy().ravel()
    assert rates["surely"].to_numpy().ravel().tolist() == sure.tolist()
    assert np.array_equal(rates["success"].to_numpy().ravel(), sure / counts)
    low, high = clopper_pearson(sure, counts)
    assert np.array_equal(rates["success_low"].to_numpy().ravel(), low)
    assert np.array_equal(rates["success_high"].to_numpy().ravel(), high)
    assert rates["trials"].dims == ("event", "d", "n")
    assert rates["trials"].to_numpy().ravel().tolist() == counts.tolist()
    assert trials_text(rates) == trials_text(whole) == "200 to 500"
    assert trials_of(whole).tolist() == [500]
    found = quantiles(whole, 0.5).sel(n=[8, 9])
    for name in ("epsilon", "epsilon_low", "epsilon_high"):
        assert found[name].equals(quantiles(runs[0], 0.5).sel(n=[8, 9])[name])


def test_stretches_are_those_of_the_most_broken_cell(raw):
    """d = 1 has all trials, d = 2 one less from n = 2 on, d = 3 one less at n = 2 alone: three stretches there."""
    values = np.full((1, 3, 3, 4), 0.5)
    values[0, 1, 1:, 3] = values[0, 2, 1, 3] = np.nan
    assert [trial_sets(raw(values[:, :d], [1, 2, 3])) for d in (1, 2, 3)] == [1, 2, 3]
    assert trial_sets(raw(values[:, ::-1], [1, 2, 3])) == 3


@pytest.mark.parametrize("data_vars", ["all", "minimal"])
def test_trials_of_a_threshold_are_the_fewest(runs, data_vars):
    """n* goes by all n, of which some have 500 trials and some 200."""
    whole = joined(runs, data_vars)
    assert thresholds(whole, 0.3)["trials"].to_numpy().ravel().tolist() == [200]
    assert constants([whole], 0.3)["trials"].to_numpy().ravel().tolist() == [200]


def test_a_verdict_does_not_flip_for_missing_trials(runs):
    """What the long run supports, both together do; their trials are in the table, the fewest at any n."""
    whole, constant = joined(runs, "all"), 12.0 / math.log(2.0 / 0.3)
    assert judge(runs[0], [0.3], constant=constant).outcome == Outcome.SUPPORTED
    assert judge(whole, [0.3], constant=constant).outcome == Outcome.SUPPORTED
    table = constants([whole], [0.3])
    assert table["trials"].item() == 200
    assert thresholds(whole, 0.3)["trials"].item() == 200
    assert set(estimate(whole, [0.3, 0.1])["trials"].to_numpy().ravel()) == {200, 500}


def test_random_holes_are_what_a_slow_loop_says(raw):
    """Success, order statistics and ratios of every cell, of the trials that it has."""
    generator = np.random.default_rng(3)
    values = np.sort(generator.uniform(size=(2, 1, 6, 40)), axis=0)
    values[:, generator.random((1, 6, 40)) < 0.3] = np.nan
    values[:, :, 4] = np.nan
    dataset = raw(values, range(1, 7))
    rates, middle = success(dataset, 0.5), quantiles(dataset, 0.7)
    ratio = event_ratio(dataset, "construction", "statement", 0.7)
    for event, n in itertools.product((0, 1), range(6)):
        cell = np.sort(values[event, 0, n][~np.isnan(values[event, 0, n])])
        at, quantile = rates.isel(event=event, n=n), middle.isel(event=event, n=n)
        if n == 4:
            assert all(np.isnan(each.item()) for each in (at["success"], quantile["epsilon"], ratio["ratio"][0, n]))
            assert (at["success_low"].item(), at["success_high"].item()) == (0.0, 1.0)
            assert (quantile["epsilon_low"].item(), quantile["epsilon_high"].item()) == (0.0, np.inf)
            continue
        assert at["success"].item() == np.count_nonzero(cell <= 0.5) / cell.size
        assert quantile["epsilon"].item() == cell[math.ceil(0.7 * cell.size - 1e-9) - 1]
        low, high = quantile_ranks(0.7, cell.size)
        ends = np.concatenate([[0.0], cell, [np.inf]])[[low, high]]
        assert [quantile["epsilon_low"].item(), quantile["epsilon_high"].item()] == ends.tolist()
        quotients = np.sort((values[1] / values[0])[0, n][~np.isnan(values[0, 0, n])])
        assert ratio["ratio"][0, n].item() == quotients[math.ceil(0.7 * quotients.size - 1e-9) - 1]


def test_a_value_without_lower_bound_is_exact(raw):
    """An exact run joined to a bracketed one: its values are their own lower bounds, and no trial is lost."""
    bracketed = raw([[0.2, 0.12]], [3], low=[[0.15, 0.09]])
    whole = joined((bracketed, raw([[0.05, 0.4]], [3])), "minimal")
    cell = success(whole, 0.1).squeeze()
    assert (cell["surely"].item(), cell["possibly"].item()) == (1, 2)
    assert cell["success"].item() == 0.25


def test_a_trial_that_is_missing_is_so_in_both_bounds(raw):
    """A lower bound whose upper one is missing says nothing."""
    dataset = raw([[0.2, np.nan, 0.4]], [3], low=[[0.15, 0.05, np.nan]])
    found = raw_dataset(dataset)["critical_epsilon_low"].to_numpy().ravel()
    assert np.array_equal(found, [0.15, np.nan, 0.4], equal_nan=True)
    assert success(dataset, 0.1)["possibly"].item() == 0


def test_ends_of_n_star_share_the_risk_among_sets_of_trials(runs):
    """Two stretches of n with other trials: limits at 1 - (1 - level) / 2, of n* and of a given constant alike."""
    whole = joined(runs, "all")
    assert (trial_sets(runs[0]), trial_sets(whole)) == (1, 2)
    assert trial_sets(whole.assign(critical_epsilon=whole["critical_epsilon"].where(whole["n"] != 3))) == 2
    rates = success(whole, 0.1, level=bonferroni(0.95, 2)).squeeze()
    found = thresholds(whole, 0.1, level=0.95)
    assert found["n_star_high"].item() == float(rates["n"][rates["success_low"] >= 0.9 - 1e-12].min())
    shown = judge(whole, [0.1], constant=6.0 / LOG).reason
    low = rates["success_low"].sel(n=slice(None, 6)).max().item()
    assert f"P in [{low:.4f}" in shown


def test_line_of_runs_of_different_n_goes_through_their_n_star(runs):
    """Slope and intercept are those of the line through the n* that `thresholds` gives of the same trials."""
    whole, epsilons = joined(runs, "all"), [0.5, 0.3, 0.2, 0.1, 0.05, 0.01]
    n_star = thresholds(whole, epsilons)["n_star"].squeeze()
    good = n_star.where(np.isfinite(n_star), drop=True)
    assert good.size >= 4
    assert (good > 7).any()
    line = slopes(whole, epsilons).squeeze()
    expected = np.polyfit(-np.log(good["epsilon"]), good, 1)
    assert [line["slope"].item(), line["intercept"].item()] == pytest.approx(expected, rel=1e-9)
    assert line["slope_low"] <= line["slope"] <= line["slope_high"]


def test_forecasts_are_those_of_the_cell_in_need(counted):
    """A cell with fewer trials is forecast from its own; what the others have does not help it."""
    dataset = counted([50, 50], 100, [1, 2])
    there = (dataset["trial"] % 2 == 0) | (dataset["n"] == 1)
    fewer = dataset.assign(critical_epsilon=dataset["critical_epsilon"].where(there))
    alone = fewer.sel(n=[2]).isel(trial=slice(0, None, 2))
    assert trials_needed(fewer, 0.1, 0.02).item() == trials_needed(alone, 0.1, 0.02).item()


# n that the grid leaves out


def test_a_grid_that_starts_above_n_star_says_at_most(counted):
    """All succeed from n = 10 on: n* is at most 10, C has no lower limit, and no point, slope or slack is claimed."""
    dataset = counted([[[100, 100, 100]], [[0, 100, 100]]], 100, [10, 11, 12])
    found = thresholds(dataset, 0.1).squeeze()
    values = [found[name].to_numpy().tolist() for name in ("n_star", "n_star_from", "n_star_low", "n_star_high")]
    assert values == [[10, 11], [1, 11], [1, 11], [10, 11]]
    assert found["constant_high"][0].item() == pytest.approx(10.0 / LOG)
    table = constants([dataset], 0.1).isel(epsilon=0)
    first, second = table.isel(case=0), table.isel(case=1)
    assert first["missing"].item() == LEFT_OUT
    assert all(np.isnan(first[name].item()) for name in ("n_star", "constant", "slack"))
    assert (first["n_star_low"].item(), first["n_star_high"].item()) == (1.0, 10.0)
    assert (second["n_star"].item(), second["missing"].item()) == (11.0, "")
    assert np.isnan(second["slack"].item())
    assert number_text(first, "n_star", ".0f") == Text("≤ 10")
    assert number_text(first, "constant", ".2f") == Text(f"≤ {10.0 / LOG:.2f}")


def test_a_gap_of_the_grid_encloses_n_star(counted):
    """n = 1, 2, 5, 9: where 5 is the first to succeed, n* is 3, 4 or 5; limits start behind the grid's n before."""
    dataset = counted([0, 10, 100, 100], 100, [1, 2, 5, 9])
    found = thresholds(dataset, 0.1).squeeze()
    assert [found[name].item() for name in ("n_star", "n_star_from", "n_star_low", "n_star_high")] == [5, 3, 3, 5]
    row = constants([dataset], 0.1).isel(case=0, epsilon=0)
    assert row["missing"].item() == LEFT_OUT
    assert number_text(row, "n_star", ".0f") == Text("3 to 5")
    assert number_text(row, "constant", ".2f") == Text(f"{3.0 / LOG:.2f} to {5.0 / LOG:.2f}")


def test_an_n_without_trials_is_a_gap(counted):
    """The same where n = 3 and 4 are on the grid, but no trial has them; behind the last n, it is above the grid."""
    dataset = counted([0, 10, 100, 100, 100, 100], 100, [1, 2, 3, 4, 5, 6])
    holes = dataset.assign(critical_epsilon=dataset["critical_epsilon"].where(~dataset["n"].isin([3, 4])))
    found = thresholds(holes, 0.1).squeeze()
    assert [found[name].item() for name in ("n_star", "n_star_from", "n_star_low", "n_star_high")] == [5, 3, 3, 5]
    short = dataset.assign(critical_epsilon=dataset["critical_epsilon"].where(dataset["n"] < 3))
    row = constants([short], 0.1).isel(case=0, epsilon=0)
    assert (row["missing"].item(), row["n_star_low"].item()) == (BEYOND, 3.0)


@pytest.mark.parametrize("grid", [(2, 4, 5), (3, 4, 8)])
def test_interval_of_n_star_covers_what_the_grid_leaves_out(counted, grid):
    """P(low <= n* <= high) >= 95% for every true n*, on the grid or not, exactly, summed over all outcomes.

    Control: with the grid's own n for the lower limit, an n* that the grid leaves out is missed nearly always.
    """
    from scipy.stats import multinomial

    trials, delta = 24, 0.2
    counts = np.array(list(itertools.combinations_with_replacement(range(trials + 1), 3)))
    found = thresholds(counted(counts, trials, grid), 0.1, delta=delta)
    low, high = (found[f"n_star_{end}"].squeeze().to_numpy() for end in ("low", "high"))
    rest = np.full((len(counts), 1), trials)
    hits = np.diff(np.concatenate([np.zeros_like(rest), counts, rest], axis=1), axis=1)
    careless = []
    for truth in range(1, grid[-1] + 1):
        rates = [0.95 if n >= truth else 0.3 for n in grid]
        law = multinomial.pmf(hits, trials, np.maximum(np.diff([0.0, *rates, 1.0]), 0.0))
        assert law[(low <= truth) & (truth <= high)].sum() >= 0.95
        first = np.array([next((n for n in grid if n >= end), np.inf) for end in low])
        careless.append(law[(first <= truth) & (truth <= high)].sum())
    assert min(careless) < 0.1


def test_no_line_through_points_that_are_only_enclosed(hitting):
    """n* = 3, 5, 7, 9, 11 at the same epsilons: on every n a line; from n = 6 on too few points; on odd n none."""
    epsilons = np.exp(-np.arange(1.0, 6.0))
    hits = [3, 5, 7, 9, 11]
    lines = [slopes(hitting(hits, n, epsilons), epsilons, delta=0.5)["slope"].item()
             for n in (range(1, 13), range(6, 13), range(8, 13), range(1, 13, 2))]  # fmt: skip
    assert lines[0] == pytest.approx(2.0)
    assert lines[1] == pytest.approx(2.0)  # 7, 9, 11 are left
    assert np.isnan(lines[2:]).all()


def test_figures_do_not_draw_an_enclosed_n_star_as_a_point(counted):
    """A bar between the limits, an arrow downwards where nothing bounds n* from below, no marker."""
    from drawings import axes_of

    for n, start in (([1, 2, 5], 3.0), ([5, 6, 7], None)):
        dataset = counted([0, 0, 100] if start else [100, 100, 100], 100, n)
        axes = figures.event_growth(thresholds(dataset, 0.1), slopes(dataset, [0.1]), axes_of())
        points, caps, (bars,) = axes.containers[0].lines
        assert points is None
        ends = bars.get_segments()[0][:, 1]
        assert ends[1] == 5.0
        assert (ends[0] == start) if start else (ends[0] < 5.0)
        assert any(cap.get_marker() in (7, 11, "v") for cap in caps) is (start is None)
        table = constants([dataset], [0.1])
        assert figures.scaling(table, axes_of()).containers == []


# few trials


@pytest.mark.parametrize(("trials", "known"), [(1, False), (71, False), (72, True)])
def test_slope_of_few_trials_has_no_limits(random_raw, trials, known):
    """At epsilon = delta = 0.05, 72 trials are the fewest with a 95% interval of the quantile: 0.95^72 < 0.025."""
    line = slopes(random_raw(n=25, trials=trials), [0.5, 0.3, 0.2, 0.1, 0.05]).squeeze()
    assert 0.95**72 < 0.025 < 0.95**71
    assert np.isfinite(line["slope"])
    assert line["slope_trials"].item() == 72
    assert np.isfinite([line["slope_low"].item(), line["slope_high"].item()]).tolist() == [known, known]


@pytest.mark.parametrize("delta", [0.05, 0.95])
def test_limits_of_a_slope_need_the_rarer_side(random_raw, delta):
    """The 5% and the 95% point need as many trials: 1 - 0.95^72 is the first above 97.5%."""
    assert 0.95**72 < 0.025 < 0.95**71
    found = slopes(random_raw(n=20, trials=100), [0.3, 0.1, 0.05, 0.03], delta=delta)
    assert found["slope_trials"].item() == 72


def test_equal_values_have_no_students_interval():
    """Two seeds with the same number say nothing of their spread; neither does one."""
    values = xr.DataArray([[0.1, 0.1, 0.1], [0.1, 0.1, np.nan], [0.1, 0.2, np.nan]], dims=("case", "seed"))
    mean, low, high = student(values, "seed")
    assert np.allclose(mean, [0.1, 0.1, 0.15])
    assert np.isnan(low).to_numpy().tolist() == np.isnan(high).to_numpy().tolist() == [True, True, False]


@pytest.mark.parametrize(
    ("level", "text"),
    [
        (0.95, "95%"),
        (0.999, "99.9%"),
        (0.975, "97.5%"),
        (0.9999999, "99.99999%"),
        (np.float64(0.9), "90%"),
        (0.1, "10%"),
        (0.005, "0.5%"),
    ],
)
def test_levels_keep_their_digits(counted, level, text):
    """In percent, never rounded to 100%; a verdict writes it so."""
    assert level_text(level) == text
    assert f"({text}, simultaneous)" in judge(counted([0, 300], 300, [1, 2]), [0.1], level=level, constant=9.0).reason
