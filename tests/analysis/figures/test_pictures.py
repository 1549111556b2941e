"""The standard pictures: files that do not change from run to run, and sentences that quote the estimates."""

import re

import matplotlib as mpl
import numpy as np
import pytest

from analysis import constants, draw_pictures, draw_scaling, slopes, thresholds
from analysis.estimates.success import label
from analysis.figures import panels as gallery_panels
from analysis.figures import pictures as gallery
from analysis.figures import saving

EPSILONS = (0.3, 0.2, 0.1, 0.05)


@pytest.fixture(scope="module")
def datasets(random_raw):
    """Theorem 3 with one event, Lemma 1 with three."""
    return [random_raw(n=20), random_raw(n=20, events=3, claim="lemma1", seed=1)]


@pytest.fixture(scope="module")
def drawn(datasets, tmp_path_factory):
    """The pictures of both, in a folder that is made for them."""
    return draw_pictures(datasets, tmp_path_factory.mktemp("figures") / "new", epsilon=EPSILONS)


without_files = pytest.mark.usefixtures("unwritten")
for_the_words_alone = pytest.mark.usefixtures("undrawn")


def sentence(pictures, name):
    return next(picture.sentence for picture in pictures if picture.name == name)


def test_every_picture_is_written_as_png_and_svg(drawn):
    """growth, scaling, heatmap, success, the slack of the claim with several events; files are what their names say."""
    assert [picture.name for picture in drawn] == ["growth", "scaling", "heatmap", "success", "slack-lemma1"]
    for picture in drawn:
        assert picture.png.read_bytes().startswith(b"\x89PNG\r\n")
        assert picture.png.stat().st_size > 5000
        assert b"</svg>" in picture.svg.read_bytes()[-20:]
        assert picture.title
        assert picture.sentence.endswith(".")


def hostile():
    """Every setting that is a yes or no the other way round, and some that would tell."""
    flipped = {name: not value for name, value in mpl.rcParamsDefault.items() if isinstance(value, bool)}
    cycle = mpl.cycler("color", ["red", "yellow"])
    told = {"savefig.bbox": "tight", "lines.linewidth": 5.0, "axes.prop_cycle": cycle, "font.family": "monospace"}
    return flipped | told | {"savefig.dpi": 50, "figure.dpi": 300, "svg.fonttype": "none", "legend.loc": "lower left"}


def test_settings_of_the_users_own_change_no_picture(drawn, datasets, tmp_path):
    """Drawn again under TeX, tight boxes, fonts, colours in rcParams: equal bytes, no dates and no random ids.

    All settings are as they were afterwards.
    """
    with mpl.rc_context(hostile()):
        before = dict(mpl.rcParams)
        pictures = draw_pictures(datasets, tmp_path, epsilon=EPSILONS)
        assert dict(mpl.rcParams) == before
    for one, other in zip(drawn, pictures, strict=True):
        assert one.png.parent != other.png.parent
        assert one.png.read_bytes() == other.png.read_bytes()
        assert one.svg.read_bytes() == other.svg.read_bytes()
        assert one.sentence == other.sentence


def test_growth_sentence_quotes_the_slopes(drawn, datasets):
    """Each claim's slope of n* per unit of ln(1/epsilon), to one decimal."""
    said = sentence(drawn, "growth")
    for dataset in datasets:
        slope = slopes(dataset, EPSILONS)["slope"].sel(event="statement").item()
        assert f"{slope:.1f} for {dataset.attrs['claim_title']}" in said


def test_slack_sentence_quotes_n_star_and_their_ratio(drawn, datasets):
    """At its epsilon: n* of the statement, n* of what the proof uses, and their quotient."""
    said = sentence(drawn, "slack-lemma1")
    epsilon = float(re.search(r"epsilon = ([\d.]+)", said)[1])
    found = thresholds(datasets[1], [epsilon])["n_star"].squeeze()
    first, last = found.sel(event="statement").item(), found.sel(event="proof").item()
    assert f"needs n = {first:g}," in said
    assert f"needs n = {last:g}: {last / first:.1f} times" in said


def test_success_sentence_counts_the_trials(drawn):
    """The number of trials of every claim."""
    assert "200 for Theorem 3; 200 for Lemma 1" in sentence(drawn, "success")


@without_files
def test_failures_everywhere_do_not_crash(counted, tmp_path):
    """No success on the grid: pictures all the same, no slope is claimed, and no n is said to be needed."""
    dataset = counted(np.zeros((3, 1, 4), dtype=int), 50, [1, 2, 3, 4], claim="lemma1")
    pictures = draw_pictures([dataset], tmp_path, epsilon=(0.1, 0.05))
    assert [picture.name for picture in pictures] == ["growth", "heatmap", "success", "slack-lemma1"]
    assert "grows by" not in sentence(pictures, "growth")
    for picture in pictures:
        assert not re.search(r"\b(inf|nan)\b", picture.sentence), picture.sentence


@without_files
@pytest.mark.parametrize("n", [[1, 2, 3], [5]])
def test_a_single_trial_does_not_crash(raw, tmp_path, n):
    """One trial, or one n: nothing is certified, everything is drawn, without a warning."""
    pictures = draw_pictures([raw(np.full((len(n), 1), 0.2), n)], tmp_path)
    assert [picture.name for picture in pictures] == ["growth", "heatmap", "success"]


@without_files
def test_epsilons_below_the_resolution_are_left_out(random_raw, tmp_path):
    """Pictures ask only for what the sweep has kept; where all of it is below, for the resolution itself."""
    dataset = random_raw(resolution=0.4, tolerance=0.01)
    assert len(draw_pictures([dataset], tmp_path, epsilon=(0.3, 0.1))) == 3


@without_files
def test_several_dimensions_do_not_crash(counted, tmp_path):
    """A sweep over d = 1, 2 is drawn too, against ln(A/epsilon) in place of epsilon."""
    dataset = counted([[20, 60, 100], [0, 50, 100]], 100, [1, 2, 3], epsilon=0.3)
    pictures = draw_pictures([dataset], tmp_path, epsilon=(0.9, 0.7, 0.5, 0.3))
    assert [picture.name for picture in pictures] == ["scaling", "heatmap", "success"]


def drawn_names(datasets, folder, **options):
    return [picture.name for picture in draw_pictures(datasets, folder, epsilon=EPSILONS, **options)]


@for_the_words_alone
def test_many_sweeps(random_raw, dims_raw, tmp_path, monkeypatch):
    """Growth has d = 1 alone, without baseline and laws; panels have the last sweep of a claim; each file once."""
    seen = {}
    for name in ("_growth", "heatmaps", "successes", "_laws"):
        inner = getattr(gallery, name)
        monkeypatch.setattr(
            gallery, name, lambda given, *rest, n=name, f=inner: (seen.update({n: given}), f(given, *rest))[1]
        )
    laws = [random_raw(claim="subset_sum", seed=k, label=f"Subset sums, law {k}") for k in (7, 8)]
    deep = [dims_raw(claim="theorem1", seed=k, label=f"Theorem 1, depth {k}") for k in (1, 2)]
    baseline = random_raw(claim="single_sample", events=2)
    names = drawn_names([random_raw(), *laws, *deep, baseline], tmp_path)
    assert names == [
        "growth", "scaling", "heatmap", "success", "law-comparison",
        "slack-theorem1-depth-1", "slack-theorem1-depth-2", "slack-single_sample",
    ]  # fmt: skip
    labels = {name: [label(dataset) for dataset in given] for name, given in seen.items()}
    assert labels["_growth"] == ["Theorem 3"]
    assert labels["heatmaps"] == labels["successes"] == ["Theorem 3", "Theorem 1, depth 2"]
    assert labels["_laws"] == ["Subset sums, law 7", "Subset sums, law 8"]


@for_the_words_alone
def test_panels_are_chosen_by_the_caller(random_raw, dims_raw, tmp_path):
    """Given panels are drawn in place of the usual ones; with none there are no heat maps."""
    datasets = [random_raw(), dims_raw()]
    assert {"heatmap", "success"} <= set(drawn_names(datasets, tmp_path, panels=datasets[:1]))
    assert not {"heatmap", "success"} & set(drawn_names(datasets, tmp_path, panels=[]))


def test_panels_wrap_into_rows():
    """Three or four a row, and a place for the key: seven panels fill two rows of four, eight three of three."""
    for count, rows, columns in ((8, 3, 3), (7, 2, 4), (3, 1, 4), (2, 1, 3)):
        figure, panels, free = gallery_panels._panels(count)
        shapes = {axes.get_subplotspec().get_gridspec().get_geometry() for axes in [*panels, free]}
        assert shapes == {(rows, columns)}
        assert len(panels) == count == len(figure.axes) - 1
    _, panels, free = gallery_panels._panels(1)
    assert len(panels) == 1
    assert free is None


def test_a_panel_above_the_key_says_what_its_axis_is():
    """Of five panels in rows of three, the third has none below it but the key, and so the name of its axis."""
    _, panels, _ = gallery_panels._panels(5)
    for axes in panels:
        axes.set_xlabel("n")
    gallery_panels._outer(panels)
    assert [axes.get_xlabel() for axes in panels] == ["", "", "n", "n", "n"]


@for_the_words_alone
def test_equal_labels_get_files_of_their_own(dims_raw, tmp_path):
    """Two sweeps that nothing tells apart do not overwrite each other's picture."""
    names = drawn_names([dims_raw(seed=1), dims_raw(seed=9)], tmp_path)
    assert names[-2:] == ["slack-lemma2", "slack-lemma2--2"]


def test_each_of_three_equal_labels_has_a_file_of_its_own(dims_raw):
    """A third sweep that nothing tells apart is numbered on."""
    assert gallery._names([dims_raw()] * 3) == ["lemma2", "lemma2--2", "lemma2--3"]


@for_the_words_alone
def test_widest_d_with_answers_is_shown(dims_raw, counted, tmp_path):
    """The slack is that of the largest d where all events have an n*; a d without is passed over."""
    pictures = draw_pictures([dims_raw(n=30)], tmp_path, epsilon=EPSILONS)
    assert pictures[-1].title == "Lemma 2, d = 4: the slack of its proof"
    counts = [[[0, 100]] * 2 + [[0, 0]], [[0, 100]] * 2 + [[0, 0]]]
    assert gallery._at_widest(counted(counts, 100, [1, 2], epsilon=0.2), EPSILONS)["d"].item() == 2
    assert gallery._at_widest(counted([[[0, 0]] * 3], 100, [1, 2]), EPSILONS)["d"].item() == 1


@for_the_words_alone
def test_saving_of_non_negative_inputs(dims_raw, tmp_path):
    """Where both events are there: n* of inputs of either sign, and the share of the width that is saved."""
    names = ("sharper certificate", "certificate", "proof")
    dataset = dims_raw(n=30, claim="theorem1", names=names)
    said = draw_pictures([dataset], tmp_path, epsilon=EPSILONS)[-1].sentence
    epsilon = float(re.search(r"epsilon = ([\d.]+)", said)[1])
    found = thresholds(dataset, [epsilon])["n_star"].sel(d=4).squeeze()
    few, many = found.sel(event=names[0]).item(), found.sel(event=names[1]).item()
    assert few < many
    assert (
        f"Inputs of either sign need n = {many:g}, so non-negative ones save {1 - few / many:.0%} of the width" in said
    )
    assert "save" not in draw_pictures([dims_raw(n=30)], tmp_path, epsilon=EPSILONS)[-1].sentence


@for_the_words_alone
def test_scaling_sentence_quotes_the_range_of_constants(random_raw, dims_raw, tmp_path):
    """For every sweep: C over its d at the finest epsilon that all of them answer."""
    datasets = [random_raw(n=30), dims_raw(n=30)]
    said = draw_scaling(datasets, tmp_path, epsilon=EPSILONS).sentence
    table = constants(datasets, [0.05])
    many = table["constant"].isel(case=np.flatnonzero((table["claim"] == "lemma2") & (table["rank"] == 0)))
    assert many.size == 3
    assert f"{float(many.min()):.2f} to {float(many.max()):.2f} for Lemma 2 (epsilon = 0.05)" in said
    assert f"{table['constant'].isel(case=0).item():.2f} for Theorem 3 (epsilon = 0.05)" in said


@without_files
def test_scaling_without_any_success(counted, tmp_path):
    """Nothing known of any n*: an empty picture, no constants claimed."""
    dataset = counted([[0, 0], [0, 0]], 50, [1, 2])
    assert "finest" not in draw_scaling([dataset], tmp_path, epsilon=(0.1,)).sentence


def test_svg_files_are_shortened_without_harm():
    """Places lose what no printer shows; scales of letters, colours, and words keep all they have."""
    long = '<path d="M 1.234567 2.5 \nL 12.000001 3.25 \nz\n" style="fill: #123456"/> scale(0.015625) 1.23456789em'
    assert saving._shortened(long) == (
        '<path d="M 1.234 2.5 L 12.000 3.25 z\n" style="fill: #123456"/> scale(0.015625) 1.23456789em'
    )
