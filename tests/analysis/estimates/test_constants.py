"""The table of constants: the numbers of `thresholds`, slacks whose limits hold the truth, a reason for every gap."""

import math

import numpy as np
import pytest
import xarray as xr
from scipy.stats import binom, geom

from analysis import InputError, constants, thresholds

EPSILONS = (0.3, 0.1, 0.03, 0.01)
NAMES = [f"{name}{end}" for name in ("n_star", "constant") for end in ("", "_low", "_high")]


def rows(table, **wanted):
    """The cases with these coordinates."""
    keep = np.ones(table.sizes["case"], dtype=bool)
    for name, value in wanted.items():
        keep &= (table[name] == value).to_numpy()
    return table.isel(case=np.flatnonzero(keep))


def test_cases_are_claim_event_and_d(dims_raw, random_raw):
    """One row a sweep, d and event, events in their order, named by coordinates; one tidy row each and epsilon."""
    table = constants([random_raw(label="A"), dims_raw(d=(1, 4))], EPSILONS)
    assert table.sizes == {"case": 1 + 2 * 3, "epsilon": 4}
    assert table["label"].to_numpy().tolist() == ["A"] + 6 * ["Lemma 2"]
    assert table["claim"].to_numpy().tolist() == ["theorem3"] + 6 * ["lemma2"]
    assert table["d"].to_numpy().tolist() == [1, 1, 1, 1, 4, 4, 4]
    assert table["event"].to_numpy().tolist() == ["statement"] + 2 * ["statement", "construction", "proof"]
    assert table["rank"].to_numpy().tolist() == [0, 0, 1, 2, 0, 1, 2]
    frame = table.to_dataframe().reset_index()
    assert len(frame) == 7 * 4
    assert not frame.duplicated(["label", "event", "d", "epsilon"]).any()
    assert {*NAMES, "slack", "slack_low", "slack_high", "log_term", "missing", "trials"} <= set(frame.columns)


def test_numbers_are_those_of_thresholds(dims_raw):
    """n*, C, ln(A/epsilon) of every row equal those of `thresholds` of its sweep, wherever n* is on the grid."""
    dataset = dims_raw(n=30)
    table, found = constants([dataset], [0.3, 0.1]), thresholds(dataset, [0.3, 0.1])
    assert np.isfinite(found["n_star"]).all()
    for case in range(table.sizes["case"]):
        row = table.isel(case=case)
        cell = found.sel(event=row["event"].item(), d=row["d"].item())
        for name in (*NAMES, "log_term"):
            assert np.array_equal(row[name], cell[name]), name
    assert (table["missing"] == "").all()
    first = rows(table, event="statement", d=1)
    assert first["log_term"].to_numpy()[0].tolist() == pytest.approx([math.log(1 / 0.3), math.log(1 / 0.1)])


def test_slack_is_a_ratio_of_constants(dims_raw):
    """Slack = C / C(first event) at the same d and epsilon, 1 for the first event, inside its limits."""
    table = constants([dims_raw(n=30)], [0.3, 0.1])
    for d in (1, 2, 4):
        first = rows(table, event="statement", d=d)
        assert all((first[name] == 1.0).all() for name in ("slack", "slack_low", "slack_high"))
        for event in ("construction", "proof"):
            row = rows(table, event=event, d=d)
            expected = row["constant"].to_numpy() / first["constant"].to_numpy()
            assert np.allclose(row["slack"], expected, rtol=1e-12)
            assert (row["slack_low"] <= row["slack"]).all()
            assert (row["slack"] <= row["slack_high"]).all()
    assert (rows(table, event="proof")["slack"] > 1.1).all()


def made_with_known_n_star(raw, sweeps=1, trials=200):
    """Two events: a trial first succeeds at a geometric time, and at twice another one; independent sweeps as d."""
    first, second = geom.rvs(0.15, size=(2, sweeps, 1, trials), random_state=np.random.default_rng(0))
    reached = np.arange(1, 61)[:, None] >= np.stack([first, 2 * second])
    values = np.where(reached, 0.05, 0.5)
    return raw(values, np.arange(1, 61), names=("statement", "proof"), amplitude=np.full(sweeps, 2.0))


@pytest.mark.slow
def test_slack_limits_hold_the_truth(raw):
    """Slack 2 exactly (n* = m and 2m): its limits hold it in at least 95% of 300 sweeps.

    Each miss has probability at most 5%; more than 37 misses of 300 happen with probability below 1e-6 then. Control:
    the quotients of equal ends, low / low and high / high, miss more often.
    """
    table = constants([made_with_known_n_star(raw, 300)], [0.1]).isel(epsilon=0)
    first, last = rows(table, rank=0), rows(table, rank=1)
    missed = (last["slack_low"] > 2.0) | (last["slack_high"] < 2.0)
    ends = np.stack([last[name].to_numpy() / first[name].to_numpy() for name in ("n_star_low", "n_star_high")])
    control = (ends.min(axis=0) > 2.0) | (ends.max(axis=0) < 2.0)
    assert binom.sf(37, 300, 0.05) < 1e-6
    assert missed.sum() <= 37 < control.sum()


def test_slack_limits_are_quotients_at_half_the_risk(raw):
    """Limits of the slack: n*_low / first n*_high and n*_high / first n*_low, each at level 97.5%."""
    dataset = made_with_known_n_star(raw)
    wide = thresholds(dataset, [0.1], level=0.975).isel(d=0, epsilon=0)
    row = rows(constants([dataset], [0.1]), event="proof")
    first, last = wide.isel(event=0), wide.isel(event=1)
    assert row["slack_low"].item() == last["n_star_low"].item() / first["n_star_high"].item()
    assert row["slack_high"].item() == last["n_star_high"].item() / first["n_star_low"].item()


def test_both_limits_of_a_slack_are_at_half_the_risk(counted):
    """One success more at every n, so that limits of either event at the level itself would be others."""
    rising = np.arange(200, 300)
    dataset = counted([[rising], [rising - 20]], 300, np.arange(1, 101), names=("statement", "proof"))
    row = rows(constants([dataset], [0.1], level=0.9), event="proof")
    wide, same = (thresholds(dataset, [0.1], level=level).isel(d=0, epsilon=0) for level in (0.95, 0.9))
    for end, other in (("low", "high"), ("high", "low")):
        first, last = (f"n_star_{name}" for name in (other, end))
        assert wide[first].isel(event=0).item() != same[first].isel(event=0).item()
        assert row[f"slack_{end}"].item() == wide[last].isel(event=1).item() / wide[first].isel(event=0).item()


def test_gaps_have_a_reason(counted):
    """Below the resolution: all NaN, "not resolved"; above the grid: NaN with lower limits, "beyond"; else nothing."""
    dataset = counted([[[20, 100, 100]], [[0, 0, 0]]], 100, [1, 2, 3], resolution=0.1, tolerance=0.01)
    table = constants([dataset], [0.1, 0.05])
    first, last = (table.isel(case=case) for case in (0, 1))
    assert first["missing"].to_numpy().tolist() == ["", "not resolved by the sweep"]
    assert last["missing"].to_numpy().tolist() == ["beyond the grid of n", "not resolved by the sweep"]
    unresolved, beyond = table.sel(epsilon=0.05), last.sel(epsilon=0.1)
    for name in (*NAMES, "slack", "slack_low", "slack_high"):
        assert np.isnan(unresolved[name]).all(), name
    assert all(np.isnan(beyond[name]) for name in ("n_star", "constant", "slack"))
    assert beyond["n_star_low"].item() == 4.0  # the trials say that n* > 3
    assert beyond["constant_low"].item() == pytest.approx(4.0 / math.log(2.0 / 0.1))
    assert beyond["slack_low"].item() == 4.0 / 2.0
    assert np.isinf(beyond["n_star_high"])
    assert first["n_star"].sel(epsilon=0.1).item() == 2.0


def test_unknown_first_event_leaves_the_slack_unknown(counted):
    """Where not even the first event has an n*, no event has a slack nor limits of it."""
    table = constants([counted([[[0, 0]], [[0, 0]]], 100, [1, 2])], [0.1])
    assert all(np.isnan(table[name]).all() for name in ("slack", "slack_low", "slack_high"))
    assert (table["missing"] == "beyond the grid of n").all()


def test_sweeps_of_different_resolution_share_a_table(random_raw):
    """A coarse sweep has gaps where a fine one has none; one whose resolution is above every epsilon has only gaps."""
    sweeps = [random_raw(n=30, resolution=r, label=f"r = {r}") for r in (0.0, 0.1, 0.5)]
    table = constants(sweeps, EPSILONS)
    known = (table["missing"] != "not resolved by the sweep").to_numpy().tolist()
    assert known == [[True] * 4, [True, True, False, False], [False] * 4]
    assert np.isnan(table["n_star"].isel(case=2)).all()


def test_labels_tell_sweeps_of_one_claim_apart(dims_raw):
    """Slack is that of the own sweep, whatever other sweeps of the claim there are; without a label the title is it."""
    sweeps = [dims_raw(n=30, claim="theorem1", seed=k, label=f"Theorem 1, depth {k}") for k in (1, 2)]
    both = constants(sweeps, [0.3, 0.1])
    for sweep in sweeps:
        alone = constants([sweep], [0.3, 0.1])
        xr.testing.assert_identical(rows(both, label=sweep.attrs["label"])["slack"], alone["slack"])
    assert set(constants([dims_raw()], [0.3])["label"].to_numpy()) == {"Lemma 2"}


def test_cost_is_read_where_it_is_given(random_raw):
    """Seconds of a finer sweep from the attribute; NaN for other epsilons and in older files."""
    cost = '{"0.3": 1.5, "0.01": 7200.0}'
    assert constants([random_raw(cost=cost)], [0.3, 0.01])["cost"].to_numpy().tolist() == [[1.5, 7200.0]]
    assert np.isnan(constants([random_raw(cost=cost)], [0.1])["cost"]).all()
    assert np.isnan(constants([random_raw()], [0.3])["cost"]).all()


def test_no_constant_where_the_logarithm_is_not_positive(dims_raw):
    """A = 1 at epsilon = 1: ln(A/epsilon) = 0, so C is NaN, and n* is still there."""
    row = rows(constants([dims_raw(d=(1,), events=1)], [1.0]), d=1)
    assert row["log_term"].item() == 0.0
    assert np.isnan(row["constant"].item())
    assert np.isfinite(row["n_star"].item())


def test_table_survives_netcdf(dims_raw, random_raw, tmp_path):
    """Written and read back: the same table, labels and reasons included."""
    table = constants([dims_raw(), random_raw(resolution=0.1)], EPSILONS)
    table.to_netcdf(tmp_path / "table.nc", engine="h5netcdf")
    xr.testing.assert_equal(xr.load_dataset(tmp_path / "table.nc"), table)


def test_bad_input_is_refused(random_raw):
    """No sweep, and a bad epsilon or level, are InputErrors."""
    with pytest.raises(InputError, match="constants need at least one sweep, got none"):
        constants([])
    with pytest.raises(InputError, match="epsilon must be finite and above 0, got -1"):
        constants([random_raw()], [-1.0])
    with pytest.raises(InputError, match="level must be strictly between 0 and 1, got 95"):
        constants([random_raw()], [0.1], level=95)
