"""Experiment 2 summed up: the best of all epochs, seeds, and Figure 4's message, on made-up numbers."""

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure

import analysis
from analysis import figures

DIMS = ("network", "structure", "sparsity", "epochs", "seed")
SPARSITY = [0.0, 0.1, 0.5, 0.9, 0.99]
ACCURACY = {
    "ours": [0.1, 0.90, 0.95, 0.91, 0.3],
    "ours+relu": [0.1, 0.88, 0.93, 0.60, 0.2],
    "wide": [0.1, 0.85, 0.92, 0.89, 0.6],
    "baseline": [0.98, *[np.nan] * 4],
}


def made(accuracy=ACCURACY):
    """Two epochs, the second 0.02 worse; seeds 0.01 apart; another network that has no ReLU."""
    one = np.array(list(accuracy.values()))[:, :, None, None] - [[0.0], [0.02]] - [0.0, 0.01]
    other = one.copy()
    other[list(accuracy).index("ours+relu")] = np.nan
    size = np.array([5e5, 5e5, 5e5, 1e5])
    kept = size[:, None] * (1.0 - np.array(SPARSITY))
    values = np.stack([one, other])
    data = {
        "accuracy": (DIMS, values),
        "speed": (DIMS, np.full(values.shape, 3.0)),
        "dense_speed": (DIMS, np.full(values.shape, 4.0)),
        "kept": (DIMS[:3], np.stack([kept, kept])),
        "weights": (DIMS[:2], np.stack([size, size])),
    }
    names = {"network": ["fc2", "fc4"], "structure": list(accuracy), "sparsity": SPARSITY, "epochs": [1, 3]}
    return xr.Dataset(data, {**names, "seed": [0, 1]})


def test_the_best_of_all_epochs_seed_by_seed():
    cell = analysis.pruning_summary(made()).sel(network="fc2", structure="ours", sparsity=0.5)
    np.testing.assert_allclose(cell["best"], [0.95, 0.94])
    np.testing.assert_allclose([cell[f"accuracy{end}"] for end in ("", "_low", "_high")], [0.945, 0.94, 0.95])
    assert (cell["epochs_fewest"], cell["epochs_most"], cell["seeds"], cell["speed_share"]) == (1, 3, 2, 0.75)


def test_what_was_not_trained_is_empty():
    cell = analysis.pruning_summary(made()).sel(network="fc4", structure="ours+relu")
    assert (cell["seeds"] == 0).all()
    assert cell["accuracy"].isnull().all()


def test_the_message_from_its_definitions():
    """By hand at margin 0.1 of 0.975: ours holds to 0.9, ReLU to 0.5, wide to 0.9."""
    found = analysis.figure4_message(analysis.pruning_summary(made())).sel(network="fc2")
    np.testing.assert_allclose(found["gap"].sel(structure=["ours", "ours+relu", "wide"]), [0.03, 0.05, 0.06])
    assert found["near"]
    np.testing.assert_allclose(found["fewest"].sel(structure=["ours", "ours+relu", "wide"]), [5e4, 2.5e5, 5e4])
    np.testing.assert_allclose(found["lead"], [0.0, 0.02, 0.02, 0.31, 0.1], atol=1e-12)
    assert found["relu_first"]


def sentence(accuracy):
    return analysis.figure4_sentence(analysis.pruning_summary(made(accuracy))).split(" fc4:")[0]


def test_the_message_can_be_wrong():
    """Controls: ReLU and ours exchanged; everything far from the baseline; a hole that is no fall."""
    assert "with ReLU falls off first" in sentence(ACCURACY)
    assert "within 0.1 of the baseline (at most 0.060 below)" in sentence(ACCURACY)
    exchanged = {**ACCURACY, "ours": ACCURACY["ours+relu"], "ours+relu": ACCURACY["ours"]}
    assert "with ReLU does not fall off first" in sentence(exchanged)
    assert "trails by 0.000 at most" in sentence(exchanged)
    far = {name: [value - 0.5 * (name != "baseline") for value in values] for name, values in ACCURACY.items()}
    assert "not all within 0.1" in sentence(far)
    assert "no accuracy to fall off from" in sentence(far)


def test_a_tie_is_decided_at_the_next_sparsity():
    """Both hold down to the same sparsity, and ReLU is worse, or better, after it."""
    for shift, first in ((-0.1, True), (0.1, False)):
        relu = [*ACCURACY["ours"][:4], ACCURACY["ours"][4] + shift]
        summary = analysis.pruning_summary(made({**ACCURACY, "ours+relu": relu}))
        assert bool(analysis.figure4_message(summary)["relu_first"].sel(network="fc2")) is first


def test_a_network_without_relu_has_no_lead():
    found = analysis.figure4_message(analysis.pruning_summary(made())).sel(network="fc4")
    assert found["lead"].isnull().all()
    assert "ReLU" not in analysis.figure4_sentence(analysis.pruning_summary(made())).split(" fc4:")[1]


def test_bad_input_is_refused():
    with pytest.raises(analysis.InputError, match="experiment must be Experiment 2's Dataset, got another"):
        analysis.pruning_summary(made().drop_vars("accuracy"))
    summary = analysis.pruning_summary(made())
    with pytest.raises(analysis.InputError, match="margin must be strictly between 0 and 1, got 1"):
        analysis.figure4_message(summary, margin=1)
    with pytest.raises(analysis.InputError, match="structure must have baseline and some of ours, ours"):
        analysis.figure4_message(summary.drop_sel(structure="baseline"))


def test_the_figure_shows_every_structure_there_is():
    """Kept weights on a logarithmic axis, means as lines, the range over seeds as bands, the baseline as a star."""
    summary = analysis.pruning_summary(made())
    axes = figures.accuracy_by_kept(summary.sel(network="fc2"), Figure().subplots())
    assert axes.get_xscale() == "log"
    lines = {str(line.get_label()): line for line in axes.lines}
    ours = summary.sel(network="fc2", structure="ours").sortby("kept")
    np.testing.assert_allclose(lines["ours (Figure 1c)"].get_xydata(), np.stack([ours["kept"], ours["accuracy"]], 1))
    assert len(axes.collections) == 3
    assert lines["baseline, trained"].get_ydata() == pytest.approx([0.975])
    fewer = figures.accuracy_by_kept(summary.sel(network="fc4"), Figure().subplots())
    assert len(fewer.get_legend_handles_labels()[1]) == 4


def test_the_picture_is_the_same_twice_and_says_what_sparsity_is(tmp_path):
    picture = analysis.draw_experiment2(made(), tmp_path / "one")
    again = analysis.draw_experiment2(made(), tmp_path / "two")
    assert picture.png.read_bytes() == again.png.read_bytes()
    assert "sparsity, the fraction of weights removed" in picture.sentence
    assert "after 1 to 3 epochs" in picture.sentence
    assert "with ReLU falls off first" in picture.sentence
    alone = analysis.draw_experiment2(made().sel(structure=["wide"], seed=[0], epochs=[1]), tmp_path / "three")
    assert alone.sentence.endswith("Of 1 seed.")
