"""`ticketsum packing`: tables, files, pictures; refused in one line before anything is made."""

import pytest

import montecarlo.packing.packings
from analysis import packing_widths
from montecarlo import load
from montecarlo.cli.packing import _grids
from montecarlo.packing import SCHEMAS, measure_theorem2
from montecarlo.packing.theorem2 import MOST_WIDTH

QUICK = ("--trials", "12", "--candidates", "200", "--samples", "100")


def test_the_line_is_measured_stored_and_drawn(ticketsum, tmp_path, monkeypatch):
    """The tables quote sizes and widths; the files hold what the library returns; `show` reads them."""
    monkeypatch.setenv("COLUMNS", "200")
    answer = ticketsum("packing", "--d", "1", "--epsilon", "0.2,0.1", "--s", "1:8", *QUICK, "--out", tmp_path / "new")
    assert answer.code == 0, answer.err
    found = load(tmp_path / "new" / "theorem2-d1.nc", SCHEMAS[1])
    made = measure_theorem2(1, ["0.2", "0.1"], range(1, 9), trials=12, candidates=200, samples=100)
    assert found.equals(made)
    widths = packing_widths(found).sel(d=1, epsilon=0.1)
    after = answer.out[answer.out.index("Lemma") :]
    cells = next(line.split() for line in after.splitlines() if line.split()[:2] == ["1", "0.1"])
    counted = [f"{widths[f'width_{name}'].item():.3g}" for name in ("printed", "functions", "volume", "sides")]
    assert cells[:7] == ["1", "0.1", "10", *counted]
    assert cells[-1] == f"{(found['reached'].sel(epsilon=0.1, s=8) / 10).mean().item():.3g}"
    assert "2|G| >= |P| violated 0 times" in " ".join(answer.out.split())
    rows = [line.split() for line in answer.out.splitlines()]
    assert ["1", "12", "16,777,216", "4,096", "4,096"] in rows
    assert ["3", "15", "16", "of", "32,768"] in [row[:5] for row in rows]
    for name in ("packing-sizes.png", "theorem2-d1.svg", "portrait-d1.png", "sizes.nc", "depth.nc", "counts.nc"):
        assert (tmp_path / "new" / name).stat().st_size > 3000
    assert "2 packings, about 10 points for d = 1" in answer.err
    assert ticketsum("show", tmp_path / "new" / "sizes.nc").code == 0


def test_the_plane_and_beyond(ticketsum, tmp_path):
    """d = 2 has networks, d = 3 packings alone; another law is used."""
    answer = ticketsum(
        "packing", "--d", "2,3", "--epsilon", "0.5", "--s", "1:2", "--law", "norm:mean=0,std=1", *QUICK,
        "--out", tmp_path,
    )  # fmt: skip
    assert answer.code == 0, answer.err
    assert load(tmp_path / "sizes.nc", SCHEMAS[0]).sizes["d"] == 2
    assert load(tmp_path / "theorem2-d2.nc", SCHEMAS[1]).attrs["law"] == "norm:mean=0,std=1"
    assert not (tmp_path / "theorem2-d3.nc").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--epsilon", "1"), "epsilon must be strictly between 0 and 1, got 1"),
        (("--epsilon=-0.5",), "epsilon must be strictly between 0 and 1, got -0.5"),
        (("--epsilon", "fine"), "epsilon must be a number like 0.1 or 1/3, got 'fine'"),
        (("--d", "0"), "d must be a whole number of at least 1, got 0"),
        (("--d", "7"), "d must be at most 4, got 7"),
        (("--d", "2", "--epsilon", "0.01"), "d = 2 and epsilon = 0.01 make about 4.11e+07 (about 1.23 GiB); raise"),
        (("--d", "2", "--s", "30"), "s must be at most 16 for d = 2, got 30"),
        (("--trials", "0"), "trials must be a whole number of at least 1, got 0"),
        (("--candidates=-1",), "candidates must be a whole number of at least 0, got -1"),
        (("--samples", "0"), "samples must be a whole number of at least 1, got 0"),
        (("--level", "95"), "level must be strictly between 0 and 1, got 95.0"),
        (("--law", "nothing"), "a continuous law of scipy.stats, got 'nothing'"),
    ],
)
def test_bad_input_is_one_line(ticketsum, tmp_path, monkeypatch, arguments, message):
    def built(*arguments, **options):
        raise AssertionError("built")

    monkeypatch.setattr(montecarlo.packing.packings, "_best_lattice", built)
    monkeypatch.setattr(montecarlo.packing.packings, "interval_packing", built)
    assert message in ticketsum("packing", *arguments, "--out", tmp_path / "new").one_line_error()
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(("d", "most"), MOST_WIDTH.items())
def test_the_largest_s_is_allowed(d, most):
    assert _grids(f"{d}", None, f"{most}")[d].s == (most,)


def test_only_lemma3_stands_beside(ticketsum, finished, tmp_path):
    line = ticketsum("packing", "--d", "1", "--against", finished, "--out", tmp_path / "new").one_line_error()
    assert "--against must be a run of a claim about every matrix" in line
