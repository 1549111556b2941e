"""Every figure looks as it did: small frozen data, drawn and compared with a stored picture and stored words.

Letters differ from one FreeType to the next, by as much as a missing word does. So the picture is compared without its
words, which leaves what Matplotlib's own rasteriser draws, and the words by what they say and where they stand.

`pytest -n 0 tests/analysis/figures/test_images.py --draw-references` draws the stored pictures anew; look at
them before you commit them.
"""

import json
from pathlib import Path

import made_experiment1
import made_experiment2
import matplotlib as mpl
import numpy as np
import pytest
import xarray as xr
from drawings import small_drawing, small_portrait, small_theorem2
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.testing.compare import calculate_rms
from matplotlib.text import Text
from PIL import Image

import analysis
from analysis import (
    constants,
    event_ratio,
    figures,
    laws,
    packing_widths,
    quantiles,
    reach_rates,
    slopes,
    success,
    thresholds,
)

REFERENCES = Path(__file__).parent / "images"
EPSILONS = (0.3, 0.2, 0.1, 0.05)
DPI = 100
TOLERANCE = 1.0
"""Root mean square over pixels and channels of 255: 0 on one machine; a line fewer or another marker makes 3 to 30."""
SHIFT = 4.0
"""Pixels that a word may move: widths of letters are rounded to pixels, and words are placed by their middle or end."""
SMALLEST = 7.0
"""Points of the smallest type."""


def success_curves(random_raw, dims_raw, axes):
    figures.success_curves(success(random_raw(n=20), EPSILONS), axes)


def event_curves(random_raw, dims_raw, axes):
    figures.event_curves(success(random_raw(n=20, events=3, claim="lemma1"), [0.2]), axes, epsilon=0.2)


def success_key(random_raw, dims_raw, axes):
    figures.success_key(success(random_raw(n=20), EPSILONS), axes)


def growth(random_raw, dims_raw, axes):
    sweeps = [random_raw(n=20), random_raw(n=20, claim="lemma1", seed=1)]
    found, lines = ([estimate(sweep, EPSILONS) for sweep in sweeps] for estimate in (thresholds, slopes))
    figures.growth(found, lines, laws(np.geomspace(0.05, 0.3, 50)), axes)


def event_growth(random_raw, dims_raw, axes):
    sweep = random_raw(n=20, events=3, claim="lemma1")
    figures.event_growth(thresholds(sweep, EPSILONS), slopes(sweep, EPSILONS), axes)


def power_growth(random_raw, dims_raw, axes):
    sweep = random_raw(n=20, events=2, claim="single_sample")
    figures.power_growth(thresholds(sweep, EPSILONS), laws(np.geomspace(0.05, 0.3, 50)), axes)


def success_heatmap(random_raw, dims_raw, axes):
    sweep, epsilon = random_raw(n=20), np.geomspace(0.01, 1.0, 40)
    half, full = thresholds(sweep, epsilon, delta=0.5), thresholds(sweep, epsilon)
    figures.success_heatmap(success(sweep, epsilon), half, full, axes)


def scaling(random_raw, dims_raw, axes):
    table = constants([random_raw(n=30), dims_raw(n=30, claim="theorem1", seed=2)], EPSILONS)
    figures.scaling(table, axes)


def law_comparison(random_raw, dims_raw, axes):
    compared = [random_raw(n=30, claim="subset_sum", seed=k, label=f"Subset sums, law {k}") for k in (0, 1)]
    figures.law_comparison(constants(compared, EPSILONS), axes)


def event_quantiles(random_raw, dims_raw, axes):
    figures.event_quantiles(quantiles(random_raw(events=2, claim="tiny_neuron")), axes)


def ratio_quantiles(random_raw, dims_raw, axes):
    sweep = random_raw(events=2, claim="tiny_neuron")
    sweep["critical_epsilon"][{"event": 1}] *= np.linspace(0.7, 2.0, sweep.sizes["trial"])
    figures.ratio_quantiles(event_ratio(sweep, "construction", "statement", (0.5, 0.9)), axes)


def structure(random_raw, dims_raw, axes):
    figures.structure(small_drawing(), axes)


def target_structure(random_raw, dims_raw, axes):
    figures.target_structure(small_drawing(), axes)


def experiment1(function, **place):
    """A panel of Experiment 1."""

    def case(random_raw, dims_raw, axes):
        experiment = made_experiment1.made()
        summary = analysis.experiment_summary(experiment).sel(place)
        paper = {} if function is figures.missed_by_n else {"paper": analysis.paper_values(experiment)}
        function(summary, axes=axes, **paper)

    case.__name__ = function.__name__
    return case


def accuracy_by_kept(random_raw, dims_raw, axes):
    summary = analysis.pruning_summary(made_experiment2.made(), level=0.8)
    figures.accuracy_by_kept(summary.sel(network="fc2"), axes)


def packing_sizes(random_raw, dims_raw, axes):
    """Lattices of d = 1 and 2 between their bounds."""
    d, epsilon = np.array([1, 2]), np.array([0.5, 0.3, 0.2, 0.1])
    power = d[:, None] ** 2
    values = {"size": 0.9 / epsilon, "volume_low": 0.5 / epsilon, "volume_high": 1.0 + 1.0 / epsilon}
    data = {name: (("d", "epsilon"), value**power) for name, value in values.items()}
    figures.packing_sizes(xr.Dataset(data, {"d": d, "epsilon": epsilon}), axes)


def reach_curves(random_raw, dims_raw, axes):
    theorem2 = small_theorem2()
    figures.reach_curves(reach_rates(theorem2), packing_widths(theorem2), axes)


def needed_widths(random_raw, dims_raw, axes):
    figures.needed_widths(packing_widths(small_theorem2()), axes)


def line_portrait(random_raw, dims_raw, axes):
    figures.line_portrait(small_portrait(1), axes)


def plane_packing(random_raw, dims_raw, axes):
    figures.plane_packing(small_portrait(2), axes)


def plane_functions(random_raw, dims_raw, axes):
    figures.plane_functions(small_portrait(2), axes)


CASES = {
    case.__name__: case
    for case in (
        success_curves, event_curves, success_key, growth, event_growth, power_growth, success_heatmap, scaling,
        law_comparison, event_quantiles, ratio_quantiles, structure, target_structure, packing_sizes, reach_curves,
        needed_widths, line_portrait, plane_packing, plane_functions,
        accuracy_by_kept,
        experiment1(figures.accuracy_by_n, epsilon=0.01),
        experiment1(figures.missed_by_n, epsilon=0.01),
        experiment1(figures.kept_by_n, epsilon=0.01, coefficients="row", scale="fitted"),
        experiment1(figures.accuracy_by_epsilon, n=21, coefficients="row", scale="fitted"),
    )
}  # fmt: skip


def draw(case, path, change=None):
    """Draw a case without words into `path`; returns the words, with the middle of each in pixels."""
    with figures.paper_style(), mpl.rc_context({"text.hinting": "none"}):
        figure = Figure(figsize=(figures.COLUMN_WIDTH, 2.2), dpi=DPI, layout="none")
        axes = figure.add_axes((0.16, 0.18, 0.48, 0.7))
        case(axes)
        if change is not None:
            change(axes)
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        words = []
        for text in figure.findobj(Text):
            if text.get_visible() and text.get_text():
                assert text.get_fontsize() >= SMALLEST, text.get_text()
                box = Text.get_window_extent(text, canvas.get_renderer())
                words.append((text.get_text(), *(round(float(side), 1) for side in (box.x0 + box.x1, box.y0 + box.y1))))
                text.set_visible(False)
        figure.savefig(path, dpi=DPI, metadata={"Software": None})
    return sorted([said, x / 2.0, y / 2.0] for said, x, y in words)


def difference(one, other):
    """Root mean square of the difference of two pictures; of different sizes, infinite."""
    pictures = [np.asarray(Image.open(path).convert("RGB")) for path in (one, other)]
    return calculate_rms(*pictures) if pictures[0].shape == pictures[1].shape else np.inf


def moved(one, other):
    """How far, in pixels, the words have moved; infinite if they are others."""
    if [word[0] for word in one] != [word[0] for word in other]:
        return np.inf
    places = [np.array([word[1:] for word in words]) for words in (one, other)]
    return float(np.abs(places[0] - places[1]).max())


@pytest.fixture(scope="module")
def drawn(random_raw, dims_raw, tmp_path_factory):
    """Draw a case by its name; returns the PNG file and the words."""

    def one(name, change=None):
        path = tmp_path_factory.mktemp(name) / f"{name}.png"
        return path, draw(lambda axes: CASES[name](random_raw, dims_raw, axes), path, change)

    return one


@pytest.mark.parametrize("name", CASES)
def test_figure_looks_as_it_did(drawn, name, request):
    path, words = drawn(name)
    picture, said = REFERENCES / f"{name}.png", REFERENCES / f"{name}.json"
    if request.config.getoption("--draw-references", default=False):
        picture.write_bytes(path.read_bytes())
        said.write_text(json.dumps(words, indent=0) + "\n", encoding="utf-8")
    assert difference(picture, path) <= TOLERANCE, f"compare {path} with {picture}"
    assert moved(json.loads(said.read_text(encoding="utf-8")), words) <= SHIFT, said


def without_a_line(axes):
    (axes.lines or axes.collections)[-1].set_visible(False)


def with_another_range(axes):
    low, high = axes.get_ylim()
    axes.set_ylim(low, 1.05 * high)


def without_a_word(axes):
    axes.texts[-1].set_visible(False)


@pytest.mark.parametrize("name", ["growth", "event_quantiles", "structure", "reach_curves"])
@pytest.mark.parametrize("change", [without_a_line, with_another_range])
def test_a_changed_figure_is_noticed(drawn, name, change):
    """Negative control: one line fewer, or another range of the axis."""
    path, _ = drawn(name, change)
    assert difference(REFERENCES / f"{name}.png", path) > 2.0 * TOLERANCE


@pytest.mark.parametrize("change", [without_a_word, with_another_range])
def test_changed_words_are_noticed(drawn, change):
    """Negative control: a word fewer, and words that have moved with their axis."""
    _, words = drawn("growth", change)
    assert moved(json.loads((REFERENCES / "growth.json").read_text(encoding="utf-8")), words) > 1.5 * SHIFT
