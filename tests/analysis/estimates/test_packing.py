"""What is concluded of Theorem 2's numbers: rates, widths, the counting inequality; pictures of made-up data."""

import numpy as np
import pytest
import xarray as xr
from calibrated import RejectedError, assert_rate
from drawings import axes_of, line_through
from scipy.special import rel_entr

from analysis import (
    InputError,
    clopper_pearson,
    draw_packing,
    figures,
    packing_tables,
    packing_widths,
    reach_rates,
    saturation,
)

S = np.arange(1, 9)


def made(reached, sizes, fewest=None, per_neuron=1.0):
    """A Dataset of d = 1 with these points reached, (epsilon, s, trial)."""
    reached = np.asarray(reached)
    epsilons, s, trials = reached.shape
    fewest = np.zeros((epsilons, s), int) if fewest is None else fewest
    names = ("width_printed", "width_masks", "width_functions", "width_sides")
    return xr.Dataset(
        {
            "reached": (("d", "epsilon", "s", "trial"), reached[None]),
            "fewest": (("d", "epsilon", "s"), np.asarray(fewest)[None]),
            "size": (("d", "epsilon"), [sizes]),
            "masks": (("d", "s"), [2.0 * per_neuron * S[:s]]),
            "functions": (("d", "s"), [per_neuron * S[:s]]),
            **{name: (("d", "epsilon"), np.full((1, epsilons), k + 1.0)) for k, name in enumerate(names)},
        },
        {"d": [1], "epsilon": [0.1, 0.01][:epsilons], "s": S[:s], "trial": np.arange(trials)},
        {"law": "uniform:low=-1,high=1", "seed": "0"},
    )


@pytest.fixture
def theorem2():
    """Half of 8 points from s = 4 on, all of them from s = 6 on, in 200 trials; every tenth trial misses one."""
    counts = np.array([0, 1, 2, 4, 6, 8, 8, 8])
    reached = np.repeat(counts[:, None], 200, axis=1)
    fewest = np.where(counts == 8, 190, np.where(counts >= 4, 60, 0))
    return made([reached], [8], [fewest])


def test_shares_have_their_interval(theorem2):
    """The mean; KL(mean || limit) = ln(2 / alpha) / m; |G| / |P| beside it; exact limits for the least probability."""
    rates = reach_rates(theorem2, 0.9).isel(d=0, epsilon=0)
    np.testing.assert_allclose(rates["share"], np.array([0, 1, 2, 4, 6, 8, 8, 8]) / 8)
    np.testing.assert_allclose(rates["allowed"], np.minimum(1.0, 2.0**S / 8))
    share = rates["share"].to_numpy()
    for name in ("share_low", "share_high"):
        limit = rates[name].to_numpy()
        inner = (limit > 1e-9) & (limit < 1.0 - 1e-9)
        distance = rel_entr(share, limit) + rel_entr(1.0 - share, 1.0 - limit)
        np.testing.assert_allclose(distance[inner], np.log(20.0) / 200.0, rtol=1e-6)
        assert inner.sum() >= 5
    assert (rates["share_low"] <= share).all()
    assert (share <= rates["share_high"]).all()
    low, high = clopper_pearson(theorem2["fewest"][0, 0], 200, 1.0 - 0.1 / 8)
    np.testing.assert_allclose(rates["rarest_low"], low)
    np.testing.assert_allclose(rates["rarest_high"], high)
    assert rates["hypothesis"].to_numpy().tolist() == [False] * 5 + [True] * 3
    assert not rates["violated"].any()


def test_a_violated_count_is_seen():
    """Negative control: 8 of 8 points by networks with 2 functions; one trial more or less makes no such claim."""
    impossible = made([np.full((8, 100), 8)], [8], per_neuron=0.125)  # |G| = 2^(s / 8)
    violated = reach_rates(impossible)["violated"].to_numpy().ravel()
    assert violated.all()  # 2 |G| <= 4 < 8
    few = made([np.full((8, 1), 8)], [8], per_neuron=0.125)
    assert not reach_rates(few)["violated"].any()


def test_half_of_the_packing_is_what_the_counting_allows():
    """|P| = 8, |G| = 2^(s/2): 2 |G| < 8 up to s = 3 and 2 |G| = 8 at s = 4, though |G| = 4 < 8 there."""
    violated = reach_rates(made([np.full((8, 100), 8)], [8], per_neuron=0.5))["violated"]
    assert violated.to_numpy().ravel().tolist() == [True] * 3 + [False] * 5


def test_hypothesis_holds_surely_or_not_at_all():
    """105 of 200 trials are more than half, but not surely: 8 points at 95% take 114."""
    fewest = [[0, 99, 100, 105, 110, 120, 150, 200]]
    rates = reach_rates(made([np.full((8, 200), 8)], [8], fewest))
    assert rates["hypothesis"].to_numpy().ravel().tolist() == [False] * 5 + [True] * 3


@pytest.mark.slow
def test_intervals_cover():
    """The interval at 90% misses a mean of uniform shares in at most 10% of 2,000 experiments.

    False alarm 1e-8. Control: an interval of a tenth of the width misses more often.
    """
    generator = np.random.default_rng(5)
    missed, control = 0, 0
    for _ in range(2000):
        rates = reach_rates(made([generator.integers(0, 9, (1, 30))], [8], per_neuron=4.0), 0.9)
        low, mean, high = (rates[name].item() for name in ("share_low", "share", "share_high"))
        missed += not low <= 0.5 <= high
        control += not abs(mean - 0.5) <= 0.1 * (high - low) / 2.0
    assert_rate(missed, 2000, 0.0, 0.1)
    with pytest.raises(RejectedError):
        assert_rate(control, 2000, 0.0, 0.1)


ABOUT = {"color_slot": 3, "neurons": 2, "every_matrix": 1}


def lemma3(n_star, resolution=0.005):
    """A sweep whose critical epsilon falls to 0.01 at n_star, in all of 50 trials."""
    n = np.arange(1, 31)
    values = np.where(n >= n_star, 0.008, 0.9)
    shape = (1, 1, 30, 50)
    return xr.Dataset(
        {
            "critical_epsilon": (("event", "d", "n", "trial"), np.broadcast_to(values[None, None, :, None], shape)),
            "amplitude": ("d", [2.0]),
        },
        {"event": ["blockwise"], "d": [1], "n": n, "trial": np.arange(50)},
        {
            "claim": "lemma3",
            **ABOUT,
            "resolution": resolution,
            "relative_tolerance": 0.0,
            "label": "Lemma 3",
            "seed": "0",
        },
    )


def test_widths_are_first_crossings(theorem2):
    """The first s with a share, or a least probability, of 1/2; limits from the limits; 2 d n* of Lemma 3 beside."""
    cell = packing_widths(theorem2, [lemma3(7)]).isel(d=0, epsilon=0)
    plane = packing_widths(theorem2.assign_coords(d=[2]), [lemma3(7).assign_coords(d=[2])])
    assert plane["width_sufficient"].item() == 28.0
    assert (cell["width_share"].item(), cell["width_rarest"].item()) == (4.0, 6.0)
    assert cell["width_share_low"] <= cell["width_share"] <= cell["width_share_high"]
    assert cell["width_sufficient"].item() == 14.0
    never = made([np.zeros((8, 10), int)], [8])
    assert np.isinf(packing_widths(never)["width_share"]).all()
    assert np.isnan(packing_widths(never)["width_sufficient"]).all()


def test_every_d_has_a_width_that_suffices(theorem2):
    """2 d n* for each d that both the packings and the sweep have."""
    both, sweep = (xr.concat([part, part.assign_coords(d=[2])], "d") for part in (theorem2, lemma3(7)))
    assert packing_widths(both, [sweep])["width_sufficient"].to_numpy().tolist() == [[14.0], [28.0]]


def test_half_of_the_trials_suffice(theorem2):
    """n* is that of probability 1/2: 30 of 50 trials succeed from n = 7 on, all from n = 9 on."""
    early, late = lemma3(7), lemma3(9)
    both = xr.where(early["trial"] < 30, early["critical_epsilon"], late["critical_epsilon"])
    sweep = early.assign(critical_epsilon=both.transpose(*early["critical_epsilon"].dims))
    assert packing_widths(theorem2, [sweep])["width_sufficient"].item() == 14.0


def test_lemma1_is_lemma3_for_the_line(theorem2):
    """A sweep of either says what suffices for d = 1; of several, the fewest counts; NaN is no answer."""
    one, other = lemma3(9).assign_attrs(claim="lemma1"), lemma3(7)
    for sweeps, width in (([one], 18.0), ([one, other], 14.0), ([other, lemma3(7, resolution=0.2)], 14.0)):
        assert packing_widths(theorem2, sweeps)["width_sufficient"].item() == width


def test_a_limit_at_the_end_of_the_grid_is_a_number(theorem2):
    """All points are reached at s = 6, the largest that was tried: not beyond it."""
    table = packing_tables({"theorem2-d1": theorem2.sel(s=slice(1, 6))})["widths"]
    (row,) = table.line_texts()
    assert row[[column.name for column in table.columns].index("all of P reached")] == "6 [6, 6]"


def test_unreached_widths_are_arrows():
    """Where no s is enough, an arrow starts at the largest that was tried; no marker claims it."""
    never = packing_widths(made([np.zeros((8, 10), int)], [8]))
    axes = figures.needed_widths(never, axes_of())
    assert never.attrs["tried"] == 8
    starts = [bar.get_segments()[0][0][1] for bar in axes.collections]
    assert starts == [8.0, 8.0]
    assert not any(len(line.get_xdata()) for line in axes.lines if line.get_marker() in ("o", "s"))


def test_only_a_claim_about_every_matrix_stands_beside(theorem2):
    with pytest.raises(InputError, match="must be of a claim about every matrix, as Lemma 3 is, got 'lemma2'"):
        packing_widths(theorem2, [lemma3(7).assign_attrs(claim="lemma2", every_matrix=0)])
    coarse = packing_widths(theorem2, [lemma3(7, resolution=0.2)])
    assert np.isnan(coarse["width_sufficient"]).all()


@pytest.fixture
def sizes():
    columns = {"size": [[2.0, 10.0], [16.0, np.nan]], "fitting": [[0.0, 0.0], [3.0, np.nan]]}
    columns |= {"samples": [[0.0, 0.0], [1000.0, np.nan]], "volume_low": [[1.0, 5.0], [1.0, np.nan]]}
    columns |= {"volume_high": [[3.0, 11.0], [81.0, np.nan]]}
    data = {name: (("d", "epsilon"), values) for name, values in columns.items()}
    return xr.Dataset(data, {"d": [1, 2], "epsilon": [0.5, 0.1]})


def test_saturation_has_an_exact_interval(sizes):
    found = saturation(sizes)
    low, high = clopper_pearson(3, 1000)
    cell = found.sel(d=2, epsilon=0.5)
    assert (cell["fits"], cell["fits_low"], cell["fits_high"]) == (0.003, low, high)
    assert found["fits_high"].sel(d=1).to_numpy().tolist() == [0.0, 0.0]
    assert np.isnan(found["fits"].sel(d=2, epsilon=0.1))


def test_sizes_are_drawn_between_their_bounds(sizes):
    axes = figures.packing_sizes(sizes, axes_of())
    line_through(axes, [2.0, 10.0], [2.0, 10.0])
    line_through(axes, [2.0, 10.0], [1.0, 5.0])
    line_through(axes, [2.0, 10.0], [3.0, 11.0])
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")


def test_shares_and_widths_are_drawn_as_they_stand(theorem2):
    rates, widths = reach_rates(theorem2), packing_widths(theorem2, [lemma3(7)])
    axes = figures.reach_curves(rates, widths, axes_of())
    line_through(axes, S, rates["share"].to_numpy().ravel())
    line_through(axes, S[:3], [0.25, 0.5, 1.0])  # 2^s functions against 8 points; 4^s masks
    line_through(axes, S[:2], [0.5, 1.0])
    line_through(axes, [3.0, 3.0], [0.44, 0.56])
    axes = figures.needed_widths(widths, axes_of())
    heights = {line.get_label(): line.get_ydata().tolist() for line in axes.lines}
    assert heights["half of the packing reached"] == [4.0]
    assert heights["every point, probability 1/2"] == [6.0]
    assert heights[r"Lemma 3 suffices: $2dn^\ast$"] == [14.0]


def portrait(d):
    data = {"positive": ("function", [0.0, 0.5]), "negative": ("function", [0.1, -0.5])}
    points = {1: {"number": ("point", [-1.0, 1.0])}, 2: {"rotation": ("point", [0.2]), "reflection": ("point", [0.7])}}
    return xr.Dataset(data | points[d], attrs={"d": d, "epsilon": 0.3, "s": 1})


@pytest.mark.slow
def test_pictures_are_written_twice_alike(theorem2, sizes, tmp_path):
    """All of them as PNG and SVG, equal bytes for equal data."""
    found = {"sizes": sizes, "theorem2-d1": theorem2, "portrait-d1": portrait(1), "portrait-d2": portrait(2)}
    one, other = (draw_packing(found, tmp_path / name, sufficient=[lemma3(7)]) for name in ("one", "other"))
    for left, right in zip(one, other, strict=True):
        assert left.png.read_bytes() == right.png.read_bytes()
        assert left.svg.read_bytes() == right.svg.read_bytes()


def test_the_picture_says_up_to_which_s_half_is_not_reached(theorem2, undrawn, tmp_path):
    """The largest s, not how many there are."""
    (picture,) = draw_packing({"theorem2-d1": theorem2.sel(s=[2, 3])}, tmp_path)
    assert "half of it is not reached up to 3." in picture.sentence


def test_pictures_have_names_and_quote_numbers(theorem2, sizes, undrawn, tmp_path):
    """One for the sizes, one for each d of Theorem 2 and each portrait; sentences quote numbers."""
    found = {"sizes": sizes, "theorem2-d1": theorem2, "portrait-d1": portrait(1), "portrait-d2": portrait(2)}
    one = draw_packing(found, tmp_path, sufficient=[lemma3(7)])
    assert [picture.name for picture in one] == ["packing-sizes", "theorem2-d1", "portrait-d1", "portrait-d2"]
    assert "half of it is reached at s = 4" in one[1].sentence
    assert "is violated nowhere" in one[1].sentence
