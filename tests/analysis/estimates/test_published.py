"""Figure 4's values as they come with ticketsum, and how far results are from them."""

from pathlib import Path

import numpy as np
import pytest
from made_experiment2 import made
from matplotlib.figure import Figure

import analysis
from analysis import figures

FILE = Path(__file__).parents[3] / "data" / "published.csv"


@pytest.fixture
def published():
    return analysis.figure4_values(FILE)


def test_values_are_where_the_figure_has_them(published):
    """Five sparsities of three structures and three networks, and the baselines; known to 2 points."""
    assert published["accuracy"].notnull().sum() == 3 * 3 * 5 + 3
    cell = published.sel(network="lenet5", sparsity=0.9)
    assert [cell["accuracy"].sel(structure=name).item() for name in ("wide", "ours", "ours+relu")] == [0.93, 0.88, 0.25]
    assert (published["uncertainty"] == 0.02).where(published["accuracy"].notnull(), True).all()
    assert published["accuracy"].sel(structure="baseline", sparsity=0.0).to_numpy().tolist() == [0.986, 0.988, 0.985]


@pytest.mark.parametrize(
    ("old", "new"), [("0.986", "many"), ("test accuracy/fc2/base", "test loss/fc2/base"), ("value", "v")]
)
def test_another_table_is_refused(tmp_path, old, new):
    (tmp_path / "other.csv").write_text(FILE.read_text().replace(old, new, 1))
    with pytest.raises(analysis.InputError, match=r"must be a table of published values, got: .*; install"):
        analysis.figure4_values(tmp_path / "other.csv")


def test_differences_are_of_means(published):
    """0.945 less 0.98; the longest run's last epoch 0.02 lower. fc2 and fc4 alone: the others are of no interest."""
    found = analysis.figure4_differences(analysis.pruning_summary(made()), published)
    assert found["network"].to_numpy().tolist() == ["fc2", "fc4"]
    cell = found.sel(network="fc2", structure="ours", sparsity=0.5)
    np.testing.assert_allclose([cell["difference"], cell["last"], cell["published"]], [-0.035, -0.055, 0.98], atol=1e-6)
    assert cell["apart"]
    baseline = found.sel(network="fc2", structure="baseline", sparsity=0.0)
    np.testing.assert_allclose(baseline["difference"], 0.975 - 0.986, atol=1e-6)
    assert not baseline["apart"]


def test_what_was_not_trained_is_missing(published):
    """A sparsity, a structure of one network; not what the figure does not show."""
    found = analysis.figure4_differences(analysis.pruning_summary(made()), published)
    missing = found["missing"].sel(structure=["wide", "ours", "ours+relu"])
    assert missing.sel(sparsity=[0.05, 0.75, 0.95]).all()
    assert not missing.sel(sparsity=0.5, network="fc2").any()
    assert missing.sel(sparsity=0.5, network="fc4").to_numpy().tolist() == [False, False, True]
    assert not found["missing"].sel(sparsity=0.0, structure="ours").any()


def test_trained_filters_stand_beside_the_papers_network(published):
    experiment = made().assign_coords(network=["lenet5", "lenet5, trained filters"])
    found = analysis.figure4_differences(analysis.pruning_summary(experiment), published)
    one, two = found["published"].to_numpy()
    np.testing.assert_array_equal(one, two)


def test_the_paper_is_drawn_as_open_markers(published):
    summary = analysis.pruning_summary(made()).sel(network="fc2", structure=["ours"])
    points, _, _ = figures.accuracy_by_kept(summary, Figure().subplots(), published=published).lines
    wanted = [0.37, 0.98, 0.98, 0.96, 0.89]
    np.testing.assert_allclose(
        points.get_xydata(), np.stack([500.0 * np.array([0.95, 0.5, 0.25, 0.1, 0.05]), wanted], 1)
    )
    assert points.get_markerfacecolor() == "none"


def test_agreement_is_counted_and_the_largest_difference_quoted(published):
    """fc2 and fc4 of made-up numbers have sparsities 0, 0.5 and 0.9 of the figure; fc4 has no ReLU."""
    found = analysis.figure4_differences(analysis.pruning_summary(made()), published)
    said = analysis.figure4_agreement(found)
    shown, missing = int(found["published"].notnull().sum()), int(found["missing"].sum())
    agree = int((abs(found["difference"]) <= 0.02).sum())
    assert (shown, missing) == (32, 20)
    assert said.startswith(f"Of the 12 cells of Figure 4 that were trained, {agree} agree with it within the 2 points")
    assert f"; {missing} others were not trained." in said
    assert said.endswith("The largest difference is -19.5 points, for fc2, ours+relu, at sparsity 0.9.")
    nothing = analysis.figure4_differences(analysis.pruning_summary(made().sel(sparsity=[0.99])), published)
    assert analysis.figure4_agreement(nothing) == "None of the 32 cells of Figure 4 was trained."
