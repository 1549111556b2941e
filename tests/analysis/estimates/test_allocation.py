"""Where the next trials go."""

import numpy as np
import pytest
import xarray as xr

from analysis import InputError, confidence_sequence, next_look

TRIALS = (1000, 4000)


def tallies(surely, possibly=None, trials=TRIALS):
    """Shares of surely and possibly succeeding trials (d, n) as the counts of a look with one event and epsilon."""
    sure, maybe = (np.asarray(share, dtype=float) for share in (surely, surely if possibly is None else possibly))
    counts = [np.round(share * np.array(trials)[:, None])[None, :, :, None] for share in (sure, maybe)]
    dims = "event", "d", "n", "epsilon"
    data = {"surely": (dims, counts[0]), "possibly": (dims, counts[1]), "trials": ("d", list(trials))}
    coordinates = {"event": ["statement"], "d": [1, 2], "n": np.arange(sure.shape[1]) + 1, "epsilon": [0.1]}
    return xr.Dataset(data, coordinates)


HALF = [[0.1, 0.5, 0.9], [0.2, 0.5, 0.99]]


def test_the_widest_cell_is_named():
    """p = 1/2 is the widest; fewer trials, wider."""
    found = next_look(tallies(HALF))
    assert found["n"].values.tolist() == [2, 2]
    low, high = confidence_sequence([500, 2000], TRIALS)
    np.testing.assert_allclose(found["half_width"], (high - low) / 2.0, rtol=1e-12)


def test_trials_go_to_the_widest_first():
    """The d with 1,000 trials gets more, at most twice as many; the one with 4,000 waits for it."""
    assert next_look(tallies(HALF))["wanted"].values.tolist() == [2000, 4000]
    assert next_look(tallies(HALF), 0.001)["wanted"].values.tolist() == [2000, 4000]
    assert next_look(tallies(HALF, trials=(4000, 4000)), 0.001)["wanted"].values.tolist() == [8000, 8000]


def test_nothing_more_where_the_goal_is_met():
    found = next_look(tallies(HALF), 0.2)
    assert found["wanted"].values.tolist() == list(TRIALS)
    assert found["needed"].values.tolist() == list(TRIALS)


@pytest.mark.parametrize("goal", [0.04, 0.01, 0.003])
def test_the_forecast_is_where_the_half_width_is_met(goal):
    """With the shares of now: not one percent earlier."""
    needed = next_look(tallies(HALF), goal)["needed"].values[0]
    for factor, met in ((1.0, True), (0.99, False)):
        low, high = confidence_sequence(0.5 * needed * factor, needed * factor)
        assert ((high - low) / 2.0 <= goal * (1.0 + 1e-9)) == met


def test_open_brackets_cannot_be_narrowed_by_trials():
    """A tenth of the trials undecided: half-widths stay above 0.05, whatever is done; those trials go elsewhere."""
    open_ones = [[0.1, 0.45, 0.9], [0.2, 0.5, 0.99]], [[0.1, 0.55, 0.9], [0.2, 0.5, 0.99]]
    found = next_look(tallies(*open_ones), 0.03)
    assert found["reachable"].values.tolist() == [False, True]
    assert found["needed"].values[0] == np.inf
    assert found["wanted"].values[0] == 1000
    assert found["wanted"].values[1] > 4000
    assert next_look(tallies(*open_ones), 0.06)["reachable"].values.all()


def test_a_goal_must_make_sense():
    with pytest.raises(InputError, match=r"half_width must be between 0 and 0.5, got 0.7"):
        next_look(tallies(HALF), 0.7)
