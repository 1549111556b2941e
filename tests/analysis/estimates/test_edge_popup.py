"""Experiment 2 summed up: the best of all epochs, seeds, its figure and its section, on made-up numbers."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from made_experiment2 import made
from matplotlib.figure import Figure
from scipy.stats import t as student_t

import analysis
from analysis import figures

PUBLISHED = Path(__file__).parents[3] / "data" / "published.csv"


def test_the_best_of_all_epochs_seed_by_seed():
    cell = analysis.pruning_summary(made()).sel(network="fc2", structure="ours", sparsity=0.5)
    np.testing.assert_allclose(cell["best"], [0.95, 0.94])
    np.testing.assert_allclose([cell[f"accuracy{end}"] for end in ("", "_low", "_high")], [0.945, 0.94, 0.95])
    assert (cell["epochs_fewest"], cell["epochs_most"], cell["seeds"], cell["speed_share"]) == (1, 3, 2, 0.75)


def with_history(experiment):
    """Runs of three epochs whose second is 0.03 better than their last, and runs of one epoch."""
    last = experiment["accuracy"]
    history = xr.concat([last - 0.1, last + 0.03, last], "epoch").assign_coords(epoch=[1, 2, 3])
    once = xr.concat([last, last * np.nan, last * np.nan], "epoch").assign_coords(epoch=[1, 2, 3])
    history = xr.where(experiment["epochs"] == 3, history, once)
    return experiment.assign(history=history.transpose(*last.dims, "epoch"))


def test_the_best_epoch_is_selected_and_the_last_is_not():
    """0.03 above the longest run's last epoch, which is 0.02 below the shorter run's: optimism 0.03 all the same."""
    experiment = with_history(made())
    cell = analysis.pruning_summary(experiment).sel(network="fc2", structure="ours", sparsity=0.5)
    np.testing.assert_allclose(cell["last"], [0.93, 0.92], atol=1e-6)
    np.testing.assert_allclose(cell["best"], [0.96, 0.95], atol=1e-6)
    np.testing.assert_allclose([cell["last_accuracy"], cell["accuracy"], cell["optimism"]], [0.925, 0.955, 0.03],
                               atol=1e-6)  # fmt: skip


def test_trained_filters_are_a_network_of_their_own():
    """Beside the same baseline; a network of which none was trained does not follow."""
    random = made()
    trained = random.where((random["structure"] != "baseline") & (random["network"] == "fc4")) * 0.5
    both = xr.concat([random, trained], "filters", data_vars=["accuracy"], coords="minimal", compat="override")
    both = both.assign_coords(filters=["random", "trained"])
    summary = analysis.pruning_summary(both)
    assert summary["network"].to_numpy().tolist() == ["fc2", "fc4", "fc4, trained filters"]
    one, two = (summary["best"].sel(network=name) for name in ("fc4", "fc4, trained filters"))
    np.testing.assert_allclose(two.sel(structure="ours"), 0.5 * one.sel(structure="ours"))
    np.testing.assert_array_equal(two.sel(structure="baseline"), one.sel(structure="baseline"))
    assert summary["kept"].dims == ("network", "structure", "sparsity")


def test_means_have_students_intervals():
    """0.94 and 0.95: 12.7 standard errors of 0.005 either way, cut to [0, 1]; one seed has none."""
    cell = analysis.pruning_summary(made()).sel(network="fc2", structure="ours", sparsity=0.5)
    half = 0.005 * student_t.ppf(0.975, 1)
    np.testing.assert_allclose([cell["mean_low"], cell["mean_high"]], [0.945 - half, 1.0])
    narrow = analysis.pruning_summary(made(), level=0.5).sel(network="fc2", structure="ours", sparsity=0.5)
    np.testing.assert_allclose([narrow["mean_low"], narrow["mean_high"]], [0.94, 0.95])
    assert analysis.pruning_summary(made().sel(seed=[0]))["mean_low"].isnull().all()


def test_what_was_not_trained_is_empty():
    cell = analysis.pruning_summary(made()).sel(network="fc4", structure="ours+relu")
    assert (cell["seeds"] == 0).all()
    assert cell["accuracy"].isnull().all()


def test_bad_input_is_refused():
    with pytest.raises(analysis.InputError, match="experiment must be Experiment 2's Dataset, got another"):
        analysis.pruning_summary(made().drop_vars("accuracy"))


def test_the_figure_shows_every_structure_there_is():
    """Kept weights from many to none, means as lines, intervals as bands, the baseline as a star."""
    summary = analysis.pruning_summary(made())
    axes = figures.accuracy_by_kept(summary.sel(network="fc2"), Figure().subplots())
    assert axes.get_xlim()[0] > 500.0
    assert axes.get_xlim()[1] == 0.0
    lines = {str(line.get_label()): line for line in axes.lines}
    ours = summary.sel(network="fc2", structure="ours").sortby("kept")
    wanted = np.stack([ours["kept"] / 1000.0, ours["accuracy"]], 1)
    np.testing.assert_allclose(lines["ours (Figure 1c)"].get_xydata(), wanted)
    assert len(axes.collections) == 3
    band = axes.collections[0].get_paths()[0].vertices[:, 1]
    np.testing.assert_allclose([band.min(), band.max()], [ours["mean_low"].min(), ours["mean_high"].max()])
    assert lines["baseline, trained"].get_ydata() == pytest.approx([0.975])
    fewer = figures.accuracy_by_kept(summary.sel(network="fc4"), Figure().subplots())
    assert len(fewer.get_legend_handles_labels()[1]) == 4


def test_the_last_epoch_is_a_thin_line_where_it_is_another():
    """Half of the runs have a better epoch before their last; without a history the shorter runs are the best."""
    summary = analysis.pruning_summary(with_history(made())).sel(network="fc2", structure=["ours"])
    best, last = figures.accuracy_by_kept(summary, Figure().subplots()).lines
    np.testing.assert_allclose(best.get_ydata() - last.get_ydata(), 0.03, atol=1e-6)
    assert last.get_linewidth() < best.get_linewidth()
    alone = analysis.pruning_summary(made().sel(epochs=[3])).sel(network="fc2", structure=["ours"])
    assert len(figures.accuracy_by_kept(alone, Figure().subplots()).lines) == 1


@pytest.mark.slow
def test_the_picture_is_the_same_twice(tmp_path):
    one, two = (analysis.draw_experiment2(made(), tmp_path / name) for name in ("one", "two"))
    assert one.png.read_bytes() == two.png.read_bytes()


def test_the_picture_says_what_sparsity_is(undrawn, tmp_path):
    picture = analysis.draw_experiment2(made(), tmp_path / "one")
    assert "From left to right sparsity, the fraction of weights removed, goes from 0 to 0.99." in picture.sentence
    assert "the best of 1 to 3 epochs" in picture.sentence
    assert "Open markers" not in picture.sentence
    one = analysis.draw_experiment2(made().sel(sparsity=[0.5]), tmp_path / "four")
    assert "Sparsity, the fraction of weights removed, is 0.5." in one.sentence
    alone = analysis.draw_experiment2(made().sel(structure=["wide"], seed=[0], epochs=[1]), tmp_path / "three")
    assert "Of 1 seed. Thin lines" in alone.sentence
    assert "Means of up to 2 seeds" in picture.sentence
    assert "bands are Student's 95% intervals" in picture.sentence


def section(experiment, folder):
    return analysis.experiment2_section(experiment, analysis.draw_experiment2(experiment, folder), "the command")


def test_the_section_says_how_long_how_often_and_what_sparsity_is(undrawn, tmp_path):
    found = section(made(), tmp_path)
    facts, *message = found.paragraphs
    assert "Sparsity is the fraction of weights removed" in facts
    assert "fc2 1 to 3 epochs, 2 seeds at 5 sparsities; fc4 1 to 3 epochs, 2 seeds at 5 sparsities." in facts
    assert analysis.figure4_sentence(analysis.pruning_summary(made())) == " ".join(message[1:])
    assert "Student's 95% intervals over seeds" in message[0]
    assert found.line.note == (
        "near the baseline at sparsity 0.5: supported for fc2, fc4; "
        "ReLU falls off first: supported for fc2, undecided for fc4"
    )
    rows = {tuple(row[:2]): tuple(row) for row in found.table.line_texts()}
    assert len(rows) == 7  # no ReLU in fc4
    accuracy, gap = "94.50 (94.00 to 95.00)", "0.030 [0.030, 0.030]"
    assert rows["fc2", "ours"][2:] == ("1 to 3", "2", "500,000", accuracy, gap, "50,000", "3 (0.75)")
    assert rows["fc2", "baseline"][5:8] == ("97.50 (97.00 to 98.00)", "", "")
    assert len(found.table.columns) == len(rows["fc2", "ours"])
    assert found.pictures[0].png.exists()
    published = analysis.figure4_values(PUBLISHED)
    compared = analysis.experiment2_section(made(), found.pictures[0], "the command", published=published)
    differences = analysis.figure4_differences(analysis.pruning_summary(made()), published)
    assert compared.paragraphs == (facts, analysis.figure4_agreement(differences), *message)


def test_the_section_of_part_of_it(undrawn, tmp_path):
    """Without a baseline there is no message; a sparsity that a network lacks has no accuracy."""
    found = section(made().sel(structure=["ours", "wide"]), tmp_path)
    assert len(found.paragraphs) == 1
    assert [row[6] for row in found.table.rows] == [""] * 4
    lacking = made()
    lacking["accuracy"] = lacking["accuracy"].where((lacking["network"] == "fc2") | (lacking["sparsity"] != 0.5))
    rows = {tuple(row[:2]): tuple(row) for row in section(lacking, tmp_path).table.line_texts()}
    assert rows["fc4", "ours"][5:8] == ("", "", "")
    assert rows["fc2", "ours"][5].startswith("94.50 ")
