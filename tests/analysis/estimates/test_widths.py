"""Widths are 2 d n*, beside d ln(A / epsilon); what is no layer is left out."""

import numpy as np
import pytest
from drawings import axes_of

import analysis
from analysis import InputError, constants, figures, widths

EPSILONS = (0.3, 0.2, 0.1)


@pytest.fixture
def table(random_raw, dims_raw):
    return constants([random_raw(n=20), dims_raw(n=20, claim="lemma2")], EPSILONS)


def test_widths_are_two_d_n_star(table):
    found = widths(table)
    rows = table.isel(case=np.flatnonzero(table["claim"] == "lemma2"))
    assert found.sizes["case"] == rows.sizes["case"] > 0
    for end in ("", "_low", "_high"):
        np.testing.assert_array_equal(found[f"width{end}"], 2.0 * rows["d"] * rows[f"n_star{end}"])
    ratio = (found["width"] / found["promised"]).to_numpy()
    np.testing.assert_allclose(ratio, 2.0 * rows["constant"], equal_nan=True)


def test_widths_are_of_the_neurons_that_a_claim_has(dims_raw):
    """Three per input and step."""
    found = constants([dims_raw(n=20, neurons=3)], EPSILONS)
    np.testing.assert_array_equal(widths(found)["width"], 3.0 * found["d"] * found["n_star"])


def test_without_a_layer_there_is_no_width(random_raw):
    with pytest.raises(InputError, match="widths are those of claims with a random layer, got none of them"):
        widths(constants([random_raw(n=20)], EPSILONS))


def test_every_known_width_is_drawn(table):
    found = widths(table)
    axes = figures.width_needed(found, axes_of())
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    first = found.isel(case=np.flatnonzero(found["rank"] == 0))
    known = first["width"].to_numpy()[np.isfinite(first["width"].to_numpy())]
    assert sorted(axes.containers[0].lines[0].get_ydata()) == sorted(known)


def test_the_picture_says_the_constants(random_raw, dims_raw, tmp_path):
    sweep = dims_raw(n=20, claim="lemma2")
    picture = analysis.draw_widths([random_raw(n=20), sweep], tmp_path, epsilon=EPSILONS)
    found = widths(constants([sweep], EPSILONS))
    ratio = (found["width"] / found["promised"]).where(found["rank"] == 0)
    assert f"{float(ratio.min()):.1f} to {float(ratio.max()):.1f}" in picture.sentence
