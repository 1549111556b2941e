"""Experiment 1 summed up: counts over seeds, exact intervals, and what was not computed stays empty."""

import numpy as np
import pytest
import xarray as xr
from made_experiment1 import IMAGES, WEIGHTS, made
from matplotlib.figure import Figure
from matplotlib.markers import CARETDOWNBASE, CARETUPBASE

import analysis
from analysis import figures


@pytest.fixture
def experiment():
    return made()


def test_counts_are_pooled_over_seeds(experiment):
    found = analysis.experiment_summary(experiment, 0.9)
    cell = {"coefficients": "row", "scale": "fitted", "objective": "within", "n": 12, "epsilon": 0.1}
    one, raw = found.sel(cell), experiment.sel(cell)
    assert one["seeds"] == 4
    assert one["missed_share"] == pytest.approx(raw["missed"].sum().item() / (4 * WEIGHTS))
    low, high = analysis.clopper_pearson(raw["sets_missed"].sum(), 2000, 0.9)
    assert (one["sets_share_low"], one["sets_share_high"]) == (low, high)
    assert one["accuracy_low"] == raw["correct"].min() / IMAGES
    assert one["accuracy_high"] == raw["correct"].max() / IMAGES
    assert one["kept"] == pytest.approx(raw["kept"].mean().item() / WEIGHTS)
    assert one["largest_error"] == raw["largest_error"].max()
    assert one["seconds"] == raw["seconds"].median()
    assert found.attrs["accuracy_before"] == 0.4


def test_what_was_not_computed_is_empty(experiment):
    found = analysis.experiment_summary(experiment).sel(coefficients="fresh", n=8)
    assert (found["seeds"] == 0).all()
    for name in found.data_vars:
        assert name == "seeds" or found[name].isnull().all()


def test_seeds_that_are_missing_are_not_counted(experiment):
    half = experiment.where(experiment["seed"] < 2)
    found = analysis.experiment_summary(half)
    assert found["seeds"].max() == 2
    expected = analysis.experiment_summary(experiment.sel(seed=[0, 1]))
    xr.testing.assert_allclose(found, expected)


def test_other_datasets_are_refused():
    with pytest.raises(analysis.InputError, match="experiment must be Experiment 1's Dataset, got another; make one"):
        analysis.experiment_summary(xr.Dataset({"x": ("n", [1.0])}))


def test_the_papers_values(experiment):
    assert analysis.paper_values(experiment)["kept"] == 9.4


def test_lines_are_the_summary(experiment):
    """Each panel draws what the summary says, without what was not computed, and the paper's point."""
    summary, paper = analysis.experiment_summary(experiment), analysis.paper_values(experiment)
    by_n = summary.sel(epsilon=0.01)
    axes = figures.accuracy_by_n(by_n, paper, Figure().subplots())
    drawn = {line.get_label(): line for line in axes.lines}
    fresh = by_n.sel(coefficients="fresh", scale="fitted", objective="error", n=[12, 21])
    assert np.array_equal(drawn["fresh, $U[-a,a]$"].get_xydata().T, [[12, 21], fresh["accuracy"]])
    assert drawn["paper"].get_xydata().tolist() == [[21, 0.97]]
    axes = figures.kept_by_n(by_n.sel(coefficients="row", scale="fitted"), paper, Figure().subplots())
    assert np.array_equal(
        axes.lines[2].get_ydata(), by_n["kept"].sel(coefficients="row", scale="fitted", objective="fewest")
    )
    assert axes.lines[3].get_xydata().tolist() == [[21, 9.4]]


def test_no_misses_are_drawn_as_upper_limits(experiment):
    experiment["sets_missed"] = 0.0 * experiment["sets_missed"]
    experiment["missed"] = 0.0 * experiment["missed"]
    summary = analysis.experiment_summary(experiment).sel(epsilon=0.01)
    axes = figures.missed_by_n(summary, Figure().subplots())
    assert np.isnan(axes.lines[0].get_ydata()).all()
    _, high = analysis.clopper_pearson(0, 2000)
    assert any(np.allclose(line.get_ydata(), high) for line in axes.lines if line.get_xydata().size)


def test_arrows_of_no_misses_point_downwards(experiment):
    experiment["sets_missed"] = 0.0 * experiment["sets_missed"]
    axes = figures.missed_by_n(analysis.experiment_summary(experiment).sel(epsilon=0.01), Figure().subplots())
    markers = {line.get_marker() for line in axes.lines}
    assert CARETDOWNBASE in markers
    assert CARETUPBASE not in markers


@pytest.mark.slow
def test_pictures_are_equal_for_equal_data(experiment, tmp_path):
    one, two = (analysis.draw_experiment1(experiment, tmp_path / name) for name in ("one", "two"))
    assert one.svg.read_bytes() == two.svg.read_bytes()


def test_picture_quotes_the_accuracy(experiment, undrawn, tmp_path):
    assert "40.00%" in analysis.draw_experiment1(experiment, tmp_path).sentence


def test_the_section_has_the_papers_row_and_those_at_its_n(experiment, tmp_path):
    """As many rows as there are combinations at the paper's n and epsilon, and the numbers of the summary."""
    picture = analysis.Picture("experiment1", "title", "sentence", tmp_path / "a.png", tmp_path / "a.svg")
    section = analysis.experiment1_section(experiment, picture, "ticketsum experiment1")
    found = analysis.experiment_summary(experiment)
    headings, rows = [column.name for column in section.table.columns], section.table.line_texts()
    assert len(rows) == 1 + int((found["seeds"].sel(n=21, epsilon=0.01) > 0).sum()) == 7
    named = [dict(zip(headings, row, strict=True)) for row in rows]
    assert rows[0][0] == "the paper"
    assert named[0]["accuracy, %"] == "97.00"
    assert "98.00% before" in section.paragraphs[0]
    assert not {"n", "epsilon"} & set(headings)  # the same in all rows
    assert "n = 21, epsilon = 0.01, " in section.table.title
    cell = found.sel(coefficients="row", scale="fitted", objective="fewest", n=21, epsilon=0.01)
    wanted = {"coefficients": "row", "range": "[-a, a]", "asked for": "fewest within"}
    row = next(row for row in named if wanted.items() <= row.items())
    assert row["kept"] == f"{cell['kept'].item():.2f}"
    assert row["largest error"] == f"{cell['largest_error'].item():.2g}"
    assert row["certified"] == f"{cell['output_bound'].item():.2g}"
    assert row["sets with a miss"].startswith(f"{cell['sets_share'].item():.2g} [")


def test_the_section_says_what_another_picture_is_of(experiment, tmp_path):
    picture = analysis.Picture("experiment1", "title", "sentence", tmp_path / "a.png", tmp_path / "a.svg")
    paragraphs = analysis.experiment1_section(experiment, picture, "ticketsum experiment1", drawn=experiment).paragraphs
    assert f"{experiment.sizes['seed']} seeds" in paragraphs[-1]
    assert len(paragraphs) == 2
