"""The picture of all sums shows each of them, and the widest hole where the covering radius says it is."""

import numpy as np
import pytest
from drawings import axes_of

from analysis import figures
from montecarlo import InputError, Lemma1, Theorem3, covering_radius, portray_sums, sweep


def test_portrait_is_a_trial_of_the_sweep():
    """The radii are the critical epsilons of trial 3; every sum is there; the worst point has that distance."""
    found = portray_sums(Theorem3(), 9, trial=3)
    swept = sweep(Theorem3(), n=9, trials=8)["critical_epsilon"]
    np.testing.assert_allclose(found["radius"], swept.isel(event=0, d=0, trial=3), rtol=1e-12)
    assert not np.allclose(found["radius"], swept.isel(event=0, d=0, trial=4))
    for n in (1, 5, 9):
        cell = found.sel(n=n)
        sums = cell["sums"].dropna("subset").to_numpy()
        assert sums.size == 2**n
        assert np.abs(sums - cell["worst"].item()).min() == cell["radius"].item()
    wide = portray_sums(Theorem3(), 9, (-1.0, 1.0), trial=3)
    radius = covering_radius(found["summand"].to_numpy(), (-1.0, 1.0), prefixes=True)
    np.testing.assert_allclose(wide["radius"], radius.ravel(), rtol=1e-12)


def test_portrait_refuses_what_has_no_one_summand_a_step():
    """Lemma 1 draws four numbers a step; 17 summands are too many to be looked at."""
    with pytest.raises(InputError, match="must draw one summand a step, got lemma1"):
        portray_sums(Lemma1(), 4)
    with pytest.raises(InputError, match="n must be at most 16, got 17"):
        portray_sums(Theorem3(), 17)


def test_filling_sums_draw_ticks_and_holes():
    """A tick for every sum on the page; a bar from worst - radius to worst + radius, cut at the page."""
    found = portray_sums(Theorem3(), 6)
    axes = figures.filling_sums(found, axes_of())
    left, right = axes.get_xlim()
    for n, lines, bar in zip(found["n"].to_numpy(), axes.collections, axes.patches[1:], strict=True):
        cell = found.sel(n=n)
        sums = cell["sums"].to_numpy()
        drawn = sorted(segment[0][0] for segment in lines.get_segments())
        assert np.allclose(drawn, sums[(sums >= left) & (sums <= right)])
        worst, radius = cell["worst"].item(), cell["radius"].item()
        assert bar.get_x() == pytest.approx(max(worst - radius, left))
        assert bar.get_x() + bar.get_width() == pytest.approx(min(worst + radius, right))
