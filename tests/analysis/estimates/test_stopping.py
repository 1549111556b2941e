"""How wide intervals are between two looks, and how many trials make them as narrow as is wanted."""

import numpy as np
import pytest

from analysis import InputError, confidence_sequence, forecast_trials, half_width, half_widths, success, trials_needed


def test_half_widths_are_those_of_the_sequence(raw):
    """Half of [low of the sure count, high of the possible one], a value for every event, d, n and epsilon."""
    upper, lower = np.full((3, 40), 0.2), np.full((3, 40), 0.2)
    upper[2, :25], lower[2, :30] = 0.05, 0.05
    found = half_widths(raw(upper, [1, 2, 3], low=lower), [0.1, 0.3], 0.9)
    assert found.dims == ("event", "d", "n", "epsilon")
    low, high = confidence_sequence(25, 40, 0.9)[0], confidence_sequence(30, 40, 0.9)[1]
    assert found.sel(epsilon=0.1, n=3).item() == (high - low) / 2.0 == half_width(25, 30, 40, 0.9)
    assert found.sel(epsilon=0.3, n=3).item() == (1.0 - confidence_sequence(40, 40, 0.9)[0]) / 2.0


@pytest.mark.parametrize("wanted", [0.1, 0.005, 2e-5])
@pytest.mark.parametrize("share", [0.0, 0.03, 0.5, 1.0])
def test_forecasts_are_the_fewest(share, wanted):
    """With so many trials of these shares the half-width is small enough, with one in 1000 fewer it is not."""
    total = float(forecast_trials(10 * share, 10 * share, 10, wanted))
    assert half_width(share * total, share * total, total) <= wanted
    fewer = 0.999 * total - 1.0
    assert half_width(share * fewer, share * fewer, fewer) > wanted


def test_forecasts_of_open_brackets_and_of_nothing():
    """Shares 2 wanted apart or more never get there; a bit less do; what is there is kept; no trials count as 1/2."""
    found = forecast_trials([400, 400, 0, 500], [600, 590, 0, 500], [1000, 1000, 0, 1000], 0.1)
    assert np.isinf(found[0])
    assert 1000 < found[1] < np.inf
    assert found[2] == forecast_trials(5, 5, 10, 0.1)
    assert found[3] == 1000
    assert np.isinf(forecast_trials(1, 1, 2, 1e-9))
    for wanted in (0.0, -0.1, np.nan):
        with pytest.raises(InputError, match=rf"half-width wanted must be above 0, got {wanted}; 0\.01 is usual"):
            forecast_trials(1, 1, 2, wanted)


def test_trials_needed_are_those_of_the_worst_cell(dims_raw):
    """The largest forecast of all events, n and epsilons, d by d; the trials there are once all are narrow enough."""
    dataset = dims_raw(n=6, trials=60)
    found = trials_needed(dataset, [0.1, 0.3], 0.02)
    rates = success(dataset, [0.1, 0.3])
    each = forecast_trials(rates["surely"], rates["possibly"], 60, 0.02)
    assert found.dims == ("d",)
    assert found.to_numpy().tolist() == each.max(axis=(0, 2, 3)).tolist()
    assert trials_needed(dataset, [0.1, 0.3], 0.4).to_numpy().tolist() == [60, 60, 60]


def test_a_wide_bracket_at_one_d_leaves_the_others_alone(raw):
    """Where half of the trials are open at one d, no number of them will do there."""
    upper = np.full((1, 2, 1, 50), 0.2)
    lower = upper.copy()
    lower[0, 1, 0, :25] = 0.05
    found = trials_needed(raw(upper, [1], low=lower), 0.1, 0.1).to_numpy()
    assert np.isfinite(found[0])
    assert np.isinf(found[1])


def test_nothing_is_known_without_a_trial():
    """However wide an interval may be: a trial at least."""
    found = forecast_trials([0, 0], [0, 0], [0, 5], 0.9)
    assert 1.0 <= found[0] <= 2.0
    assert found[1] == 5.0
