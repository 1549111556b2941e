"""Figures draw the numbers they are given, their intervals and the theory lines, and compute nothing."""

import itertools

import numpy as np
import pytest
import xarray as xr
from drawings import axes_of, band_limits, line_through, texts
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.text import Text

from analysis import constants, figures, laws, slopes, success, thresholds
from analysis.figures import labels, style

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
    """One named curve an epsilon through exactly the Dataset's rates, one band between exactly its limits."""
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
    shown = texts(axes) or [text.get_text() for text in axes.get_legend().get_texts()]
    assert shown == [rf"$\varepsilon={e:g}$" for e in EPSILONS]
    assert axes.get_title() == "Theorem 3: statement"
    xr.testing.assert_identical(rates, before)


def test_curves_are_shown_until_all_have_settled(counted):
    """One event settles at n = 2, the other at n = 8 of 20."""
    counts = [[[0] * first + [100] * (20 - first)] for first in (1, 7)]
    rates = success(counted(counts, 100, np.arange(1, 21)), [0.1])
    left, right = figures.event_curves(rates, axes_of(), epsilon=0.1).get_xlim()
    assert left == 1.0
    assert 7.0 < right < 10.0


@pytest.mark.parametrize("corner", [(-5.0, 50.0), (95.0, 50.0), (50.0, -5.0), (50.0, 95.0)])
def test_names_stay_on_the_axes(corner):
    """A place that leaves them at one side alone is not free."""
    low = np.array(corner)
    assert not labels._is_free(np.stack([low, low + 10.0]), [], [], (100.0, 100.0))
    assert labels._is_free(np.array([[45.0, 45.0], [55.0, 55.0]]), [], [], (100.0, 100.0))


def test_event_curves_draw_every_event(random_raw):
    """At one epsilon, one curve and band an event, named."""
    rates = made_up(success(random_raw(events=3, claim="lemma1"), [0.2]))
    axes = axes_of()
    assert figures.event_curves(rates, axes, epsilon=0.2) is axes
    for curve, event in zip(axes.lines, rates["event"].to_numpy(), strict=True):
        assert np.array_equal(curve.get_ydata(), rates["success"].sel(event=event, d=1, epsilon=0.2))
    assert len(axes.collections) == 3
    shown = texts(axes) or [text.get_text() for text in axes.get_legend().get_texts()]
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
        assert to_rgb(points.get_color()) == pytest.approx(figures.claim_color(cell))


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
    assert any("too few subsets" in text for text in texts(axes))
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
    renderer = canvas.get_renderer()
    boxes = {text.get_text(): Text.get_window_extent(text, renderer) for text in axes.texts}  # without a tie's line
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


def scaling_table(random_raw, dims_raw):
    """Theorem 3, and Theorem 1 with two depths and three d each, in numbers that no estimate would give."""
    deep = [dims_raw(n=30, claim="theorem1", seed=k, label=f"Theorem 1, depth {k}") for k in (2, 3)]
    table = constants([random_raw(n=30), *deep], EPSILONS)
    generator = np.random.default_rng(7)
    table["n_star"] = table["n_star"].dims, generator.uniform(20.0, 40.0, table["n_star"].shape)
    table["n_star_low"], table["n_star_high"] = table["n_star"] - 0.5, table["n_star"] + 0.25
    return table


@pytest.mark.parametrize("event", [None, "proof"])
def test_scaling_draws_every_case_of_the_event(random_raw, dims_raw, event):
    """A line a sweep and d through (ln(A/epsilon), n*), bars between the limits, in the claim's colour."""
    table = scaling_table(random_raw, dims_raw)
    axes = axes_of()
    assert figures.scaling(table, axes, event=event) is axes
    wanted = np.flatnonzero(table["rank"] == 0 if event is None else table["event"] == event)
    assert wanted.size == (7 if event is None else 6)
    assert len(axes.containers) == wanted.size
    for container, case in zip(axes.containers, wanted, strict=True):
        row = table.isel(case=case).sortby("log_term")
        points, _, (bars,) = container.lines
        assert np.array_equal(points.get_xdata(), row["log_term"])
        assert np.array_equal(points.get_ydata(), row["n_star"])
        ends = np.array([segment[:, 1] for segment in bars.get_segments()])
        assert np.allclose(ends, np.stack([row["n_star_low"], row["n_star_high"]], axis=1), rtol=1e-12)
        assert to_rgb(points.get_color()) == pytest.approx(figures.claim_color(row, row["claim"].item()))


def test_scaling_leaves_out_what_is_unknown(random_raw, counted):
    """Epsilons without n* have no point, and one without an upper limit points upwards."""
    table = constants(
        [random_raw(n=30, resolution=0.1), counted([50, 90, 95], 100, [1, 2, 3], label="short")], EPSILONS
    )
    axes = figures.scaling(table, axes_of())
    fine, short = axes.containers
    assert len(fine.lines[0].get_xdata()) == 3
    assert short.lines[0].get_ydata().tolist() == [1.0, 1.0, 2.0, 3.0]
    assert any(cap.get_marker() in (8, 9, 10, 11, 6, 7, "^", "v") for cap in short.lines[1])


@pytest.mark.parametrize(
    ("label", "title"),
    [
        ("Theorem 3", "Theorem 3: statement"),
        ("Theorem 1, five", "Theorem 1, five:\nstatement"),
        ("Theorem 1, of some depth, normal law", "Theorem 1, of some depth,\nnormal law: statement"),
    ],
)
def test_small_panels_have_titles_of_lines_that_fit(random_raw, label, title):
    """A title of one line is shorter than the lines of a longer one."""
    assert style.panel_title(random_raw(label=label), "statement") == title


def test_scaling_names_each_claim_once(random_raw, dims_raw):
    """One name a claim, with its largest d and the depths it has; a claim of one sweep goes by its label."""
    axes = figures.scaling(scaling_table(random_raw, dims_raw), axes_of())
    names = [text for text in texts(axes) if not text.startswith("$C=")]
    assert sorted(names) == ["Theorem 1, $d\\leq4$\ndepth 2, 3", "Theorem 3"]


def test_scaling_rays_have_equal_constants(random_raw, dims_raw):
    """Each ray named C=c runs through the origin with slope c."""
    axes = figures.scaling(scaling_table(random_raw, dims_raw), axes_of())
    rays = [text for text in texts(axes) if text.startswith("$C=")]
    assert rays
    right = axes.get_xlim()[1]
    for text in rays:
        line_through(axes, [0.0, right], [0.0, float(text.strip("$C=")) * right])


def test_scaling_has_a_ray_below_the_data(random_raw):
    """From half of the least C to the largest: 2 where all are 3."""
    table = constants([random_raw(n=30)], EPSILONS)
    table["constant"] = xr.full_like(table["constant"], 3.0)
    assert [text for text in texts(figures.scaling(table, axes_of())) if text.startswith("$C=")] == ["$C=2$"]


@pytest.mark.parametrize("seeds", [(0, 1, 2, 3), (0, 0, 0, 0)])
def test_scaling_is_readable(random_raw, dims_raw, seeds):
    """Names of four claims, even with equal n*, and of the rays keep apart and inside the page."""
    claims = ("theorem3", "corollary2", "lemma1")
    sweeps = [random_raw(n=30, claim=claim, seed=seed) for claim, seed in zip(claims, seeds, strict=False)]
    with figures.paper_style():
        axes = axes_of(4.9, 4.2)
        figures.scaling(constants([*sweeps, dims_raw(n=30, seed=seeds[3])], EPSILONS), axes)
        assert_readable(axes)


def test_law_comparison_draws_a_row_a_law(random_raw):
    """A row a law, named by what its label adds, the cheapest on top; a point and its bar for every epsilon."""
    laws_compared = [
        random_raw(n=30, claim="subset_sum", seed=0, label="Subset sums, cheap"),
        random_raw(n=30, claim="subset_sum", seed=1, label="Subset sums, dear"),
    ]
    laws_compared[1]["critical_epsilon"] = 20.0 * laws_compared[1]["critical_epsilon"]
    table = constants(laws_compared, EPSILONS)
    axes = axes_of(6.4, 2.4)
    assert figures.law_comparison(table, axes) is axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["dear", "cheap"]
    assert len(axes.containers) == len(EPSILONS)
    for container, e in zip(axes.containers, EPSILONS, strict=True):
        points, _, (bars,) = container.lines
        row = table.sel(epsilon=e).isel(case=[1, 0])
        assert np.array_equal(points.get_xdata(), row["n_star"])
        ends = np.array([segment[:, 0] for segment in bars.get_segments()])
        assert np.allclose(ends, np.stack([row["n_star_low"], row["n_star_high"]], axis=1))
    assert texts(axes) == [rf"$\varepsilon={e:g}$" for e in EPSILONS]


def test_law_comparison_points_beyond_the_grid(counted):
    """A law without n* on the grid: an arrow from the lower limit, none for what the sweep does not resolve."""
    hopeless = counted([0, 0], 100, [1, 2], claim="subset_sum", label="Subset sums, a")
    coarse = counted(
        [100, 100], 100, [1, 2], claim="subset_sum", label="Subset sums, b", resolution=0.1, tolerance=0.01
    )
    axes = figures.law_comparison(constants([hopeless, coarse], [0.1, 0.05]), axes_of())
    shown = [container.lines[0].get_xdata().tolist() for container in axes.containers]
    assert shown == [[3.0, 1.0], [3.0]]


@pytest.mark.parametrize(("high", "rows", "said"), [(1, ["b", "a"], True), (2, ["b on [0, 2]", "a on [0, 1]"], False)])
def test_an_interval_that_all_laws_share_is_said_once(random_raw, high, rows, said):
    """Labels that end in the same interval leave it to the axis; different intervals stay in the rows."""
    labels = ("Subset sums, a on [0, 1]", f"Subset sums, b on [0, {high}]")
    compared = [random_raw(n=30, claim="subset_sum", seed=k, label=label) for k, label in enumerate(labels)]
    compared[1]["critical_epsilon"] = 20.0 * compared[1]["critical_epsilon"]
    axes = figures.law_comparison(constants(compared, EPSILONS), axes_of())
    assert [label.get_text() for label in axes.get_yticklabels()] == rows
    assert (", on [0, 1]" in axes.get_xlabel()) is said


def test_titles_name_sweep_and_d(random_raw, dims_raw):
    """The label, not the title, and d unless it is 1; a long title takes a second line."""
    deep = dims_raw(claim="theorem1", label="Theorem 1, depth 2", names=("sharper certificate",), events=1)
    axes = figures.success_curves(success(deep.sel(d=[4]), [0.3]), axes_of())
    assert axes.get_title() == "Theorem 1, depth 2, $d=4$:\nsharper certificate"
    assert figures.sweep_name(deep) == "Theorem 1, depth 2"
    assert figures.sweep_name(random_raw()) == "Theorem 3"
