"""Figures of quantiles draw the lines, intervals and names they are given; the picture of all masks quotes its data."""

import re

import numpy as np
import pytest
from drawings import axes_of, band_limits, line_through
from matplotlib.colors import to_rgb

from analysis import InputError, draw_masks, event_ratio, figures, quantiles


def line_end(axes, line):
    """Height of a line's right end, as a share of the axes."""
    end = axes.transData.transform((line.get_xdata()[-1], line.get_ydata()[-1]))
    return axes.transAxes.inverted().transform(end)[1]


def shown_quantiles(dataset, **options):
    """`analysis.quantiles` with made-up values, and the figure's axes."""
    found = quantiles(dataset, (0.1, 0.5))
    generator = np.random.default_rng(6)
    for name, least in (("epsilon_low", 0.2), ("epsilon", 0.3), ("epsilon_high", 0.4)):
        found[name] = found[name].dims, generator.uniform(least, least + 0.1, found[name].shape)
    return found, figures.event_quantiles(found, axes_of(), **options)


@pytest.mark.parametrize("quantile", [0.1, 0.5])
def test_event_quantiles_draw_lines_bands_and_names(random_raw, quantile):
    """Each event's line runs through its quantile, its band between its limits, its name at its end."""
    found, axes = shown_quantiles(random_raw(events=2, claim="lemma1"), quantile=quantile)
    for band, event in zip(axes.collections, found["event"].to_numpy(), strict=True):
        cell = found.sel(event=event, d=1, quantile=quantile)
        line = line_through(axes, cell["n"], cell["epsilon"])
        assert np.allclose(band_limits(band, cell["n"].to_numpy()), [cell["epsilon_low"], cell["epsilon_high"]])
        name = next(text for text in axes.texts if text.get_text() == event)
        assert to_rgb(name.get_color()) == pytest.approx(figures.ink(to_rgb(line.get_color())))
        assert name.xy[1] == pytest.approx(line_end(axes, line), abs=0.12)
    styles = {(line.get_marker(), str(line.get_linestyle()), to_rgb(line.get_color())) for line in axes.lines}
    assert all(len(set(looks)) == 2 for looks in zip(*styles, strict=True))
    assert axes.get_yscale() == "linear"
    assert axes.get_ylim()[0] == 0.0


def test_event_quantiles_over_decades_get_a_logarithmic_axis(random_raw):
    """Subset sums fall like exp(-n): from a factor of 10 on, the axis is logarithmic."""
    assert figures.event_quantiles(quantiles(random_raw(n=12)), axes_of()).get_yscale() == "log"


def test_ratio_quantiles_draw_lines_bands_and_names(random_raw):
    """Each quantile's line, band and name, where it is; the line of equality; the two events are named."""
    found = event_ratio(random_raw(events=2, claim="lemma1"), "construction", "statement", (0.5, 0.9))
    found["ratio"] = found["ratio"] + 0.1 * found["n"] * found["quantile"]
    found["ratio_low"], found["ratio_high"] = found["ratio"] - 0.1, found["ratio"] + 0.2
    axes = figures.ratio_quantiles(found, axes_of())
    for band, quantile, name in zip(axes.collections, (0.5, 0.9), ("median", "90% quantile"), strict=True):
        cell = found.sel(d=1, quantile=quantile)
        line = line_through(axes, cell["n"], cell["ratio"])
        assert np.allclose(band_limits(band, cell["n"].to_numpy()), [cell["ratio_low"], cell["ratio_high"]])
        shown = next(text for text in axes.texts if text.get_text() == name)
        assert shown.xy[1] == pytest.approx(line_end(axes, line), abs=0.12)
    assert "construction / statement" in axes.get_ylabel()
    assert axes.lines[0].get_ydata() == [1.0, 1.0]


def test_ratios_without_an_upper_limit_are_drawn_without_a_band(raw):
    """Three trials certify no upper end: no band, no warning."""
    found = event_ratio(raw(np.ones((2, 4, 3)), range(1, 5), claim="lemma1"), "construction", "statement")
    axes = figures.ratio_quantiles(found, axes_of())
    assert np.isinf(found["ratio_high"]).all()
    assert all(len(path.vertices) == 0 for band in axes.collections for path in band.get_paths())
    assert np.isfinite(axes.get_ylim()).all()


@pytest.fixture
def masks(random_raw):
    """Two events named as those of `tiny_neuron`."""
    dataset = random_raw(n=6, events=2, claim="tiny_neuron")
    return dataset.assign_coords(event=["best masks", "blockwise"])


def test_picture_of_all_masks_quotes_the_median_ratio(masks, tmp_path):
    """The sentence states n, trials, the median ratio and its interval as `event_ratio` has them; PNG and SVG exist."""
    blockwise = masks["critical_epsilon"].isel(event=[1]) * np.random.default_rng(2).uniform(1.0, 2.0, 200)
    masks["critical_epsilon"][{"event": [1]}] = blockwise
    picture = draw_masks(masks, tmp_path / "new")
    cell = event_ratio(masks, "blockwise", "best masks").isel(n=-1).squeeze()
    ratio, low, high = (cell[name].item() for name in ("ratio", "ratio_low", "ratio_high"))
    assert low < ratio < high
    assert f"is {ratio:.2f} (95% interval [{low:.2f}, {high:.2f}]) times" in picture.sentence
    assert "With n = 6 hidden neurons in all" in picture.sentence
    assert "200 trials" in picture.sentence
    assert picture.png.read_bytes().startswith(b"\x89PNG\r\n")
    assert b"</svg>" in picture.svg.read_bytes()[-20:]


def test_one_trial_is_drawn_without_claims(masks, tmp_path):
    """No interval can be had of one trial: none is stated, nothing crashes, no inf or nan is printed."""
    said = draw_masks(masks.isel(trial=[0]), tmp_path).sentence
    assert "interval at least 0.00" in said
    assert not re.search(r"\b(inf|nan)\b", said)


def test_other_claims_are_refused(random_raw, tmp_path):
    """Without the two events: one line that names those there are."""
    with pytest.raises(InputError, match=r"event must be one of statement, construction, got 'blockwise'"):
        draw_masks(random_raw(events=2), tmp_path)
