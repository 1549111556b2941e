"""Figures draw the numbers they are given, their intervals and the theory lines, and compute nothing."""

import itertools

import numpy as np
import pytest
import xarray as xr
from drawings import axes_of, band_limits, line_through, texts
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb

from analysis import figures, laws, slopes, success, thresholds

EPSILONS = (0.3, 0.2, 0.1, 0.05)


def made_up(dataset):
    """Values that no estimate would give, to tell what is drawn as it stands from what is computed again."""
    generator = np.random.default_rng(5)
    changed = dataset.copy(deep=True)
    for name in ("success", "success_low", "success_high", "n_star", "n_star_low", "n_star_high"):
        if name in changed:
            changed[name] = changed[name].dims, generator.uniform(0.3, 0.6, changed[name].shape)
    if "n_star" in changed:
        changed["n_star_low"] = changed["n_star"] - 0.25
        changed["n_star_high"] = changed["n_star"] + 0.125
    return changed


def test_success_curves_draw_rates_and_intervals(random_raw):
    """One curve an epsilon through exactly the Dataset's rates, one band between exactly its limits; a legend."""
    rates = made_up(success(random_raw(), EPSILONS))
    before = rates.copy(deep=True)
    axes = axes_of()
    assert figures.success_curves(rates, axes) is axes
    for curve, band, e in zip(axes.lines, axes.collections, rates["epsilon"].to_numpy(), strict=True):
        cell = rates.sel(event="statement", d=1, epsilon=e)
        assert np.array_equal(curve.get_xdata(), rates["n"])
        assert np.array_equal(curve.get_ydata(), cell["success"])
        low, high = band_limits(band, rates["n"].to_numpy())
        ends = np.sort([cell["success_low"], cell["success_high"]], axis=0)
        assert np.allclose([low, high], ends, rtol=1e-12)
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["0.3", "0.2", "0.1", "0.05"]
    assert axes.get_title() == "Theorem 3: statement"
    xr.testing.assert_identical(rates, before)


def test_event_curves_draw_every_event(random_raw):
    """At one epsilon, one curve and band an event, named in the legend."""
    rates = made_up(success(random_raw(events=3, claim="lemma1"), [0.2]))
    axes = axes_of()
    assert figures.event_curves(rates, axes, epsilon=0.2) is axes
    for curve, event in zip(axes.lines, rates["event"].to_numpy(), strict=True):
        assert np.array_equal(curve.get_ydata(), rates["success"].sel(event=event, d=1, epsilon=0.2))
    assert len(axes.collections) == 3
    shown = [text.get_text() for text in axes.get_legend().get_texts()]
    assert shown == ["statement", "construction", "proof"]


def growth_axes(random_raw, claims=("theorem3", "corollary2", "lemma1"), seeds=(0, 1, 2), **options):
    found, lines = [], []
    for claim, seed in zip(claims, seeds, strict=True):
        dataset = random_raw(claim=claim, seed=seed, **options)
        found.append(made_up(thresholds(dataset, EPSILONS)))
        lines.append(slopes(dataset, EPSILONS))
    theory = laws(np.geomspace(0.05, 0.3, 50))
    return figures.growth(found, lines, theory, axes_of()), found, lines, theory


def test_growth_draws_n_star_with_intervals(random_raw):
    """Each claim: points at n*, bars from n_star_low to n_star_high, in the claim's colour."""
    axes, found, _, _ = growth_axes(random_raw)
    assert isinstance(axes, Axes)
    assert len(axes.containers) == 3
    for container, estimates in zip(axes.containers, found, strict=True):
        cell = estimates.squeeze().sortby("epsilon")
        points, _, (bars,) = container.lines
        assert np.array_equal(points.get_xdata(), cell["epsilon"])
        assert np.array_equal(points.get_ydata(), cell["n_star"])
        ends = np.array([segment[:, 1] for segment in bars.get_segments()])
        assert np.allclose(ends, np.stack([cell["n_star_low"], cell["n_star_high"]], axis=1), rtol=1e-12)
        assert to_rgb(points.get_color()) == pytest.approx(figures.claim_color(cell.attrs["claim"]))


def test_growth_draws_the_fitted_line_and_names_its_slope(random_raw):
    """The line is intercept - slope ln(epsilon), and the text at its end gives claim, slope and interval."""
    axes, _, lines, _ = growth_axes(random_raw)
    epsilon = np.sort(EPSILONS)
    for line in lines:
        cell = line.squeeze()
        line_through(axes, epsilon, cell["intercept"].item() - cell["slope"].item() * np.log(epsilon))
        numbers = f"{cell['slope'].item():.2f} [{cell['slope_low'].item():.2f}, {cell['slope_high'].item():.2f}]"
        assert f"{line.attrs['claim_title']}\nslope {numbers}" in texts(axes)


def test_growth_draws_and_names_both_laws(random_raw):
    """Counting bound and nearest single sample are drawn as given, dashed differently, and labelled."""
    dataset, theory = random_raw(n=20), laws(np.geomspace(0.05, 0.3, 50))
    axes = figures.growth([thresholds(dataset, EPSILONS)], [slopes(dataset, EPSILONS)], theory, axes_of())
    epsilon = theory["epsilon"].to_numpy()
    counting = line_through(axes, epsilon, theory["counting_bound"])
    single = line_through(axes, epsilon, theory["single_sample"])
    assert counting.get_linestyle() != single.get_linestyle()
    assert any("too few\nsubsets" in text for text in texts(axes))
    assert any("nearest single sample" in text for text in texts(axes))


def test_growth_points_upwards_where_no_upper_end_is_certified(counted):
    """n* with n_star_high = inf keeps its low end and gets an arrow instead of a bar's upper end."""
    dataset = counted([[50, 90, 95]], 100, [1, 2, 3])
    cell = thresholds(dataset, [0.1])
    assert np.isinf(cell["n_star_high"]).all()
    axes = figures.growth([cell], [slopes(dataset, [0.1])], laws(0.1), axes_of())
    points, caps, (bars,) = axes.containers[0].lines
    assert points.get_ydata().tolist() == [2.0]
    assert bars.get_segments()[0][0, 1] == cell["n_star_low"].item()
    assert any(cap.get_marker() in (8, 9, 10, 11, 6, 7, "^", "v") for cap in caps)  # the caret of a one-sided limit


@pytest.mark.parametrize("seeds", [(0, 1, 2), (0, 0, 0)])
@pytest.mark.parametrize("size", [(6.4, 4.2), (5.0, 3.6)])
def test_growth_labels_do_not_overlap(random_raw, seeds, size):
    """The names at the lines' ends, the laws' names and the note keep apart and inside the page, even for equal n*."""
    with figures.paper_style():
        found = [
            random_raw(n=25, claim=c, seed=s) for c, s in zip(("theorem3", "corollary2", "lemma1"), seeds, strict=True)
        ]
        axes = axes_of(*size)
        fits = [slopes(dataset, EPSILONS) for dataset in found]
        figures.growth(
            [thresholds(dataset, EPSILONS) for dataset in found], fits, laws(np.geomspace(0.05, 0.3, 50)), axes
        )
        assert_readable(axes)


def assert_readable(axes):
    """Texts at the right end are inside the figure and clear of each other, as drawn."""
    canvas = FigureCanvasAgg(axes.figure)
    canvas.draw()
    boxes = {text.get_text(): text.get_window_extent(canvas.get_renderer()) for text in axes.texts}
    page = axes.figure.bbox
    for name, box in boxes.items():
        assert page.x0 <= box.x0, name
        assert box.x1 <= page.x1, name
        assert page.y0 <= box.y0, name
        assert box.y1 <= page.y1, name
    for (one, a), (other, b) in itertools.combinations(boxes.items(), 2):
        assert not a.overlaps(b), (one, other)


def test_growth_is_readable_where_n_star_is_below_the_counting_bound(hitting):
    """Few successes at coarse epsilon only: the counting bound leaves the page, its name does not."""
    epsilons = [0.3, 0.2, 0.1, 0.05, 0.005]
    dataset = hitting([1, 2, 99, 99, 99], [1, 2], epsilons)
    with figures.paper_style():
        axes = axes_of()
        figures.growth([thresholds(dataset, epsilons)], [slopes(dataset, epsilons)], laws(epsilons), axes)
        assert_readable(axes)


def test_event_growth_draws_every_event(random_raw):
    """n* of each event with its interval, named at its end: the distance between the lines is the slack."""
    dataset = random_raw(n=20, events=3, claim="lemma1")
    cell = made_up(thresholds(dataset, EPSILONS))
    axes = axes_of(4.6, 3.6)
    assert figures.event_growth(cell, slopes(dataset, EPSILONS), axes) is axes
    for container, event in zip(axes.containers, cell["event"].to_numpy(), strict=True):
        points = container.lines[0]
        assert np.array_equal(points.get_ydata(), cell["n_star"].sel(event=event, d=1).sortby("epsilon"))
    starts = [text.split("\n")[0] for text in texts(axes)]
    assert {"statement", "construction", "proof"} <= set(starts)


def test_heatmap_draws_the_mesh_and_both_contours(random_raw):
    """The mesh holds success over (n, epsilon); steps half below each n mark n* at delta = 1/2 and delta = epsilon."""
    dataset = random_raw()
    epsilon = np.geomspace(0.01, 1.0, 20)
    rates, half = made_up(success(dataset, epsilon)), thresholds(dataset, epsilon, delta=0.5)
    full = thresholds(dataset, epsilon)
    assert np.isinf(full["n_star"]).any()
    axes = axes_of()
    image = figures.success_heatmap(rates, half, full, axes)
    assert image in axes.collections
    cell = rates.squeeze().sortby("epsilon")
    assert np.array_equal(np.asarray(image.get_array()), cell["success"].transpose("n", "epsilon"))
    assert (image.norm.vmin, image.norm.vmax) == (0.0, 1.0)
    for steps, cells in zip(axes.patches, (half, full), strict=True):
        n_star = cells["n_star"].squeeze().sortby("epsilon").to_numpy()
        expected = np.where(np.isfinite(n_star), n_star - 0.5, np.nan)
        assert np.array_equal(steps.get_data().values, expected, equal_nan=True)
    edges = axes.patches[0].get_data().edges
    assert np.all((edges[:-1] < cell["epsilon"].to_numpy()) & (cell["epsilon"].to_numpy() < edges[1:]))
    assert "50%" in texts(axes)


def test_a_claim_has_one_colour_and_one_marker():
    """Colours differ from claim to claim in hue and in grey; a claim that is not ours is grey."""
    claims = ("theorem3", "corollary2", "lemma1")
    assert len({figures.claim_color(claim) for claim in claims}) == 3
    red, green, blue = figures.claim_color("another")
    assert red == green == blue
