"""What timings say: medians, ratios and growth, and the picture of them."""

import numpy as np
import pytest
import xarray as xr

from analysis import draw_timings, figures, speed

N = np.arange(12, 23)
GROWTH = {"brute force": 1.0, "merging": 0.9, "ticketsum": 0.5}


@pytest.fixture
def timings():
    """Three rounds around seconds 1e-8 * 2^(growth n); brute force is unknown at the largest n."""
    noise = np.array([0.5, 1.0, 3.0])
    seconds = np.array([1e-8 * 2.0 ** (growth * N[:, None]) * noise for growth in GROWTH.values()])
    seconds[0, -1] = np.nan
    work = np.array([2.0 ** (0.6 * N[:, None]) * noise, np.zeros((N.size, 3))])
    return xr.Dataset(
        {"seconds": (("solver", "n", "round"), seconds), "work": (("count", "n", "round"), work)},
        {"solver": list(GROWTH), "count": ["sums", "nothing"], "n": N, "round": range(3)},
    )


def test_medians_ranges_and_ratios(timings):
    found = speed(timings)
    cell = found.sel(solver="ticketsum", n=16)
    assert cell["seconds"].item() == pytest.approx(1e-8 * 2.0**8)
    assert cell["seconds_low"].item() == pytest.approx(0.5e-8 * 2.0**8)
    assert cell["seconds_high"].item() == pytest.approx(3e-8 * 2.0**8)
    assert cell["ratio"].item() == pytest.approx(2.0**8)
    assert np.all(found["ratio"].sel(solver="brute force").dropna("n") == 1.0)


def test_growth_is_the_slope_of_the_logarithm(timings):
    """As it was made, from n = 14 on; unknown where there is nothing to fit."""
    found = speed(timings)
    for solver, growth in GROWTH.items():
        assert found["seconds_growth"].sel(solver=solver).item() == pytest.approx(growth)
    assert found["work_growth"].sel(count="sums").item() == pytest.approx(0.6)
    assert np.isnan(found["work_growth"].sel(count="nothing"))
    assert np.isnan(speed(timings.sel(n=slice(12, 15)))["seconds_growth"]).all()


def test_growth_begins_at_14(timings):
    """A time at n = 14 is fitted, one at n = 13 is not."""
    for n, fitted in ((13, False), (14, True)):
        slow = timings.assign(seconds=timings["seconds"].where(timings["n"] != n, 1.0))
        growth = speed(slow)["seconds_growth"].sel(solver="ticketsum").item()
        assert (growth != pytest.approx(0.5)) == fitted


def test_picture_quotes_the_largest_common_n(timings, tmp_path):
    """At n = 21, the last one that brute force was timed at; both files are there."""
    picture = draw_timings(timings, tmp_path / "new")
    assert "at n = 21 one exact covering radius takes 21 ms by brute force" in picture.sentence
    assert f"{2.0 ** (0.5 * 21):.0f} times faster than brute force" in picture.sentence
    assert picture.png.stat().st_size > 5000
    assert b"</svg>" in picture.svg.read_bytes()[-20:]


def test_curves_show_medians_bands_and_names(timings):
    """Each solver's line is its medians where they are known, named at its end; the logarithmic axis is set."""
    from matplotlib.figure import Figure

    found = speed(timings)
    axes = figures.timing_curves(found, Figure().subplots())
    assert axes.get_yscale() == "log"
    assert {text.get_text() for text in axes.texts} == set(GROWTH)
    for line, solver in zip(axes.lines, GROWTH, strict=True):
        cell = found["seconds"].sel(solver=solver).dropna("n")
        np.testing.assert_array_equal(line.get_xdata(), cell["n"])
        np.testing.assert_array_equal(line.get_ydata(), cell)
    axes = figures.work_curves(found, Figure().subplots())
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), 2.0**N)
    np.testing.assert_array_equal(axes.lines[1].get_ydata(), found["work"].sel(count="sums"))
