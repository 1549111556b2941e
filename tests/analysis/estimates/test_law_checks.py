"""What distances say of laws: bounds, verdicts, and the picture, on made-up distances."""

import math

import numpy as np
import pytest
import xarray as xr
from calibrated import dkw_threshold
from matplotlib.colors import to_rgb, to_rgba
from matplotlib.figure import Figure

from analysis import InputError, Outcome, Picture, dkw_bound, draw_fits, figures, fit_bounds, judge_fits, laws_section

Z = np.linspace(-1.0, 1.0, 41)
SHARES = {"1/2 ln 2": 0.5 * math.log(2.0), "ln 2": math.log(2.0)}


def made(deviations, samples=10_000, roles=None):
    """Fits with these largest deviations, all at z = 0.25, and F_N - F of a shape of its own for each."""
    count = len(deviations)
    claimed = np.tile((Z + 1.0) / 2.0, (count, 1))
    waves = np.array(deviations)[:, None] * np.cos(np.pi * (Z - 0.25)) * (1.0 - Z**2)
    half = np.abs(Z) <= 0.5
    with np.errstate(divide="ignore"):
        product = -0.5 * np.log(np.abs(Z))
    return xr.Dataset(
        {
            "title": ("law", [f"Title {k}" for k in range(count)]),
            "statement": ("law", [f"statement {k}" for k in range(count)]),
            "role": ("law", roles or ["statement"] * count),
            "distance": ("law", np.abs(deviations)),
            "deviation": ("law", deviations),
            "at": ("law", np.full(count, 0.25)),
            "empirical": (("law", "z"), claimed + waves),
            "claimed": (("law", "z"), claimed),
            "product_density": ("z", product),
            "uniform_part": (("share", "z"), [weight * half for weight in SHARES.values()]),
            "weight": ("share", list(SHARES.values())),
            "mass": ("share", [1.0, 1.0]),
            "negative_mass": ("share", [0.0, 0.3125]),
            "least_density": ("share", [0.0, -1.0]),
        },
        {"law": [f"law{k}" for k in range(count)], "z": Z, "share": list(SHARES)},
        {"samples": samples},
    )


@pytest.fixture
def fits():
    return made([0.004, -0.003, 0.05], roles=["statement", "statement", "negative control"])


def test_bound_is_that_of_dvoretzky_kiefer_wolfowitz():
    """2 exp(-2 N t^2) is the probability left to each check; a value by hand."""
    for samples, level, checks in [(1, 0.5, 1), (100, 0.95, 1), (10**6, 0.99, 7)]:
        bound = dkw_bound(samples, level, checks)
        assert 2.0 * math.exp(-2.0 * samples * bound**2) == pytest.approx((1.0 - level) / checks)
        assert bound == pytest.approx(dkw_threshold(samples, (1.0 - level) / checks))
    assert dkw_bound(1000) == pytest.approx(0.0429470, abs=1e-7)


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0, -0.1, math.nan])
def test_bad_level_is_refused(fits, level):
    for ask in (lambda: dkw_bound(10, level), lambda: fit_bounds(fits, level), lambda: judge_fits(fits, level)):
        with pytest.raises(InputError, match=rf"level must be strictly between 0 and 1, got {level}; 0.95 is usual"):
            ask()


def test_no_samples_are_refused():
    with pytest.raises(InputError, match="samples must be at least 1, got 0; give 100,000, say"):
        dkw_bound(0)


def test_bounds_are_shared_out_over_the_laws(fits):
    """Bonferroni over all that are shown; the difference is F_N - F; the input stays as it is."""
    before = fits.copy(deep=True)
    found = fit_bounds(fits, 0.9)
    np.testing.assert_allclose(found["bound"], dkw_bound(10_000, 0.9, 3), rtol=1e-15)
    missed = np.exp(-2.0 * 10_000 * (found["visible"] - found["bound"]) ** 2)
    np.testing.assert_allclose(missed, 0.1)  # Hoeffding, one side
    np.testing.assert_array_equal(found["difference"], fits["empirical"] - fits["claimed"])
    assert all(found[name].attrs["long_name"] for name in ("bound", "visible", "difference"))
    xr.testing.assert_identical(fits, before)


def test_verdicts_turn_at_the_bound():
    """SUPPORTED at the bound, REFUTED just above it, on either side; the reason quotes the numbers."""
    bound = dkw_bound(10_000, 0.95, 3)
    above = np.nextafter(bound, 1.0)
    verdicts = judge_fits(made([bound, above, -above]))
    assert [verdict.outcome for verdict in verdicts.values()] == ["SUPPORTED", "REFUTED", "REFUTED"]
    assert list(verdicts) == ["law0", "law1", "law2"]
    visible = fit_bounds(made([0.0] * 3))["visible"].to_numpy()[0]
    numbers = f"distance {bound:.4f} at z = 0.250, bound {bound:.4f} (95%, simultaneous)"
    assert verdicts["law0"].reason == (
        f"{numbers}; a deviation of {visible:.4f} would have been seen with probability at least 95%"
    )
    assert verdicts["law1"].reason == f"{numbers}, N = 10,000"
    assert math.isnan(verdicts["law0"].constant)


def test_a_lower_level_refutes_more():
    """0.01 in 10,000 draws: within the bound at 95%, above it at 5%."""
    assert judge_fits(made([0.01]))["law0"].outcome is Outcome.SUPPORTED
    assert judge_fits(made([0.01]), 0.05)["law0"].outcome is Outcome.REFUTED


def test_too_few_draws_leave_it_open():
    """UNDECIDED where no law is so far away that it would surely be seen; a distance above the bound still refutes."""
    verdict = judge_fits(made([0.3], samples=3))["law0"]
    assert verdict.outcome is Outcome.UNDECIDED
    assert verdict.reason.endswith("N = 3 are too few to be sure of seeing any deviation, draw more")
    assert judge_fits(made([0.9], samples=3))["law0"].outcome is Outcome.REFUTED
    assert judge_fits(made([0.3], samples=10))["law0"].outcome is Outcome.SUPPORTED


def panels_of(bounds):
    axes = list(Figure().subplots(1, bounds.sizes["law"]))
    assert figures.fit_panels(bounds, axes) is axes
    return axes


def test_differences_are_written_in_thousandths(fits):
    axes = panels_of(fit_bounds(fits))[0]
    assert axes.get_ylabel() == r"$10^3\,(F_N - F)$"
    assert axes.yaxis.get_major_formatter()(-0.005, 0) == "\N{MINUS SIGN}5"


def test_panels_draw_the_difference_its_largest_value_and_the_band(fits):
    """As they stand in the Dataset, computed nowhere else; a name and the distance on every panel."""
    bounds = fit_bounds(fits)
    generator = np.random.default_rng(3)
    for name in ("difference", "deviation", "distance", "bound"):
        bounds[name] = bounds[name].dims, generator.uniform(0.001, 0.004, bounds[name].shape)
    for law, axes in zip(bounds["law"].to_numpy(), panels_of(bounds), strict=True):
        fit = bounds.sel(law=law)
        lines = [np.column_stack(line.get_data()) for line in axes.lines]
        curve, mark = lines[-2:]
        np.testing.assert_array_equal(curve, np.column_stack([fit["z"], fit["difference"]]))
        np.testing.assert_array_equal(mark, [[fit["at"].item(), fit["deviation"].item()]])
        band = axes.patches[0].get_window_extent().transformed(axes.transData.inverted())
        np.testing.assert_allclose([band.y0, band.y1], [-fit["bound"].item(), fit["bound"].item()])
        assert axes.get_title().replace("\n", " ") == fit["title"].item()
        assert [text.get_text() for text in axes.texts] == [f"largest {fit['distance'].item():.4f}"]
        assert axes.get_ylim()[1] > max(fit["bound"].item(), fit["distance"].item())


def test_a_control_is_told_apart_without_colour(fits):
    """Statements share one scale and one marker; the control has its own of both."""
    first, second, control = panels_of(fit_bounds(fits))
    assert first.get_ylim() == second.get_ylim()
    assert control.get_ylim()[1] > 2.0 * first.get_ylim()[1]
    markers = [axes.lines[-1].get_marker() for axes in (first, second, control)]
    assert markers == ["o", "o", "X"]
    colors = [to_rgb(axes.lines[-1].get_color()) for axes in (first, second, control)]
    assert colors[0] == colors[1] != colors[2]


def test_decomposition_draws_the_density_over_both_weights(fits):
    """p as it stands, a filled block as high as the weight that fits, an outline as high as the one that does not."""
    axes = figures.decomposition(fits, Figure().subplots())
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), fits["product_density"])
    for block, weight, fill in zip(axes.collections, SHARES.values(), (0.3, 0.0), strict=True):
        corners = block.get_paths()[0].get_extents()
        np.testing.assert_allclose([corners.x0, corners.x1, corners.y0, corners.y1], [-0.5, 0.5, 0.0, weight])
        face = block.get_facecolor()
        assert (to_rgba(face[0])[3] if len(face) else 0.0) == fill
    said = " ".join(text.get_text() for text in axes.texts)
    assert "1/2 ln 2\n= 0.347" in said
    assert "ln 2\n= 0.693" in said


@pytest.mark.slow
def test_picture_is_written_twice_alike(fits, tmp_path):
    """PNG and SVG, equal bytes for equal data."""
    one, other = (draw_fits(fits, tmp_path / name, level=0.9) for name in ("one", "other"))
    assert one.png.read_bytes() == other.png.read_bytes()
    assert one.svg.read_bytes() == other.svg.read_bytes()
    assert one.png.stat().st_size > 5000


def test_picture_quotes_its_numbers(fits, undrawn, tmp_path):
    """The sentence quotes N, the level, who is out and the negative mass."""
    one = draw_fits(fits, tmp_path, level=0.9)
    for said in ("N = 10,000", "at least 90%", "outside its band: Title 2", "with ln 2", "negative mass 0.312"):
        assert said in one.sentence
    assert "Title 0" not in one.sentence


@pytest.mark.parametrize("count", [1, 2, 5])
def test_any_number_of_laws_is_drawn(unwritten, tmp_path, count):
    picture = draw_fits(made([0.001] * count), tmp_path)
    assert "all stay in their bands" in picture.sentence


def test_unwritable_folder_is_refused(fits, tmp_path):
    (tmp_path / "file").write_text("kept")
    with pytest.raises(InputError, match="the folder for figures must be writable"):
        draw_fits(fits, tmp_path / "file" / "new")


def test_the_section_is_refuted_by_one_law(tmp_path):
    """Of two laws that the paper states one is refuted, for the other the draws are too few."""
    picture = Picture("laws", "Laws", "", tmp_path / "laws.png", tmp_path / "laws.svg")
    section = laws_section(made([0.9, 0.1], samples=3), picture, "ticketsum laws")
    assert [row[-1] for row in section.table.rows] == ["REFUTED", "UNDECIDED"]
    assert section.line.outcome == "REFUTED"
