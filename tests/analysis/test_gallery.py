"""The standard pictures: files that do not change from run to run, and sentences that quote the estimates."""

import re

import numpy as np
import pytest

from analysis import draw_pictures, slopes, thresholds

EPSILONS = (0.3, 0.2, 0.1, 0.05)


@pytest.fixture(scope="module")
def datasets(random_raw):
    """Theorem 3 with one event, Lemma 1 with three."""
    return [random_raw(n=20), random_raw(n=20, events=3, claim="lemma1", seed=1)]


@pytest.fixture(scope="module")
def drawn(datasets, tmp_path_factory):
    """The pictures of both, drawn twice into two folders."""
    return [draw_pictures(datasets, tmp_path_factory.mktemp("figures") / "new", epsilon=EPSILONS) for _ in range(2)]


def sentence(pictures, name):
    return next(picture.sentence for picture in pictures if picture.name == name)


def test_every_picture_is_written_as_png_and_svg(drawn):
    """growth, heatmap, success, and the slack of the claim with several events; each file is what its name says."""
    assert [picture.name for picture in drawn[0]] == ["growth", "heatmap", "success", "slack-lemma1"]
    for picture in drawn[0]:
        assert picture.png.read_bytes().startswith(b"\x89PNG\r\n")
        assert picture.png.stat().st_size > 5000
        assert b"</svg>" in picture.svg.read_bytes()[-20:]
        assert picture.title
        assert picture.sentence.endswith(".")


def test_equal_data_give_equal_bytes(drawn):
    """Drawn twice, every file is the same to the byte: no dates, no random ids."""
    for one, other in zip(*drawn, strict=True):
        assert one.png.parent != other.png.parent
        assert one.png.read_bytes() == other.png.read_bytes()
        assert one.svg.read_bytes() == other.svg.read_bytes()
        assert one.sentence == other.sentence


def test_growth_sentence_quotes_the_slopes(drawn, datasets):
    """Each claim's slope of n* per unit of ln(1/epsilon), to one decimal."""
    said = sentence(drawn[0], "growth")
    for dataset in datasets:
        slope = slopes(dataset, EPSILONS)["slope"].sel(event="statement").item()
        assert f"{slope:.1f} for {dataset.attrs['claim_title']}" in said


def test_slack_sentence_quotes_n_star_and_their_ratio(drawn, datasets):
    """At its epsilon: n* of the statement, n* of what the proof uses, and their quotient."""
    said = sentence(drawn[0], "slack-lemma1")
    epsilon = float(re.search(r"epsilon = ([\d.]+)", said)[1])
    found = thresholds(datasets[1], [epsilon])["n_star"].squeeze()
    first, last = found.sel(event="statement").item(), found.sel(event="proof").item()
    assert f"needs n = {first:g}," in said
    assert f"needs n = {last:g}: {last / first:.1f} times" in said


def test_success_sentence_counts_the_trials(drawn):
    """The number of trials of every claim."""
    assert "200 for Theorem 3, 200 for Lemma 1" in sentence(drawn[0], "success")


def test_failures_everywhere_do_not_crash(counted, tmp_path):
    """No success on the grid: pictures all the same, no slope is claimed, and no n is said to be needed."""
    dataset = counted(np.zeros((3, 1, 4), dtype=int), 50, [1, 2, 3, 4], claim="lemma1")
    pictures = draw_pictures([dataset], tmp_path, epsilon=(0.1, 0.05))
    assert all(picture.png.stat().st_size > 0 for picture in pictures)
    assert "grows by" not in sentence(pictures, "growth")
    for picture in pictures:
        assert not re.search(r"\b(inf|nan)\b", picture.sentence), picture.sentence


@pytest.mark.parametrize("n", [[1, 2, 3], [5]])
def test_a_single_trial_does_not_crash(raw, tmp_path, n):
    """One trial, or one n: nothing is certified, everything is drawn, without a warning."""
    pictures = draw_pictures([raw(np.full((len(n), 1), 0.2), n)], tmp_path)
    assert [picture.name for picture in pictures] == ["growth", "heatmap", "success"]


def test_epsilons_below_the_resolution_are_left_out(random_raw, tmp_path):
    """Pictures ask only for what the sweep has kept; where all of it is below, for the resolution itself."""
    dataset = random_raw(resolution=0.4, tolerance=0.01)
    assert len(draw_pictures([dataset], tmp_path, epsilon=(0.3, 0.1))) == 3


def test_several_dimensions_do_not_crash(counted, tmp_path):
    """A sweep over d = 1, 2 is drawn too."""
    dataset = counted([[20, 60, 100], [0, 50, 100]], 100, [1, 2, 3], epsilon=0.3)
    pictures = draw_pictures([dataset], tmp_path, epsilon=(0.9, 0.7, 0.5, 0.3))
    assert [picture.name for picture in pictures] == ["growth", "heatmap", "success"]
