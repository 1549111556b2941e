"""`ticketsum compare`: the table of constants of several runs, printed and as files, and its figure."""

import csv
import io

import numpy as np
import pytest
import xarray as xr

import analysis
from analysis import constants_table, threshold_table
from montecarlo import Lemma1, Theorem3, load, save, sweep


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A run of Theorem 3, and one of Lemma 1 that resolves nothing below 0.2; made once, to be read."""
    folder = tmp_path_factory.mktemp("runs")
    save(sweep(Theorem3(), n=range(1, 11), trials=200), folder / "one" / "raw.nc")
    coarse = sweep(Lemma1(), n=range(1, 13), trials=200, relative_tolerance=0.01, resolution=0.2)
    save(coarse, folder / "two" / "raw.nc")
    return folder / "one", folder / "two"


def printed(table, width=200):
    from rich.console import Console

    text = io.StringIO()
    Console(width=width, file=text).print(table)
    return text.getvalue()


def cells_of(text):
    """The cells of a printed table, row by row."""
    return [[cell.strip() for cell in line.strip("│").split("│")] for line in text.splitlines() if line.startswith("│")]


def test_compare_writes_the_table_and_its_figure(ticketsum, runs, tmp_path, monkeypatch):
    """constants.nc and constants.csv hold `analysis.constants` of the runs; the figures, widths too, are there."""
    monkeypatch.setenv("COLUMNS", "160")
    out = tmp_path / "new" / "comparison"
    answer = ticketsum("compare", *runs, "--epsilon", "0.5,0.3,0.1", "--out", out)
    assert answer.code == 0, answer.err
    expected = analysis.constants([xr.load_dataset(run / "raw.nc") for run in runs], [0.5, 0.3, 0.1])
    found = xr.load_dataset(out / "constants.nc")
    xr.testing.assert_equal(found, expected)
    with (out / "constants.csv").open() as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == 4 * 3
    flat = expected.to_dataframe().reset_index()
    for line, (_, row) in zip(lines, flat.iterrows(), strict=True):
        assert (line["claim"], line["event"], line["missing"]) == (row["claim"], row["event"], row["missing"])
        for name in ("epsilon", "d", "n_star", "n_star_low", "constant", "slack", "slack_high"):
            assert float(line[name] or "nan") == pytest.approx(row[name], rel=1e-12, nan_ok=True)
    for name in ("constants.nc", "constants.csv", "scaling.png", "scaling.svg", "widths.png", "widths.svg"):
        assert (out / name).stat().st_size > 0
        assert str(out / name) in answer.out
    assert printed(constants_table(expected), 160).splitlines()[4] in answer.out


def test_compare_reads_one_run_with_the_usual_epsilons(ticketsum, runs, tmp_path, monkeypatch):
    """A single run, its file in place of its folder, no options: 0.3 to 0.01, in ./comparison."""
    monkeypatch.chdir(tmp_path)
    picture = analysis.Picture("a", "A", "A picture.", tmp_path / "a.png", tmp_path / "a.svg")
    monkeypatch.setattr(analysis, "draw_scaling", lambda *_: picture)
    answer = ticketsum("compare", runs[0] / "raw.nc")
    assert answer.code == 0, answer.err
    found = xr.load_dataset(tmp_path / "comparison" / "constants.nc")
    assert found["epsilon"].to_numpy().tolist() == [0.3, 0.1, 0.03, 0.01]


def test_table_shows_numbers_and_gaps(runs):
    """n* with limits, C and slack of every cell; above the grid lower limits, below the resolution words."""
    found = analysis.constants([xr.load_dataset(run / "raw.nc") for run in runs], [0.5, 0.3, 0.1])
    cells = cells_of(printed(constants_table(found)))
    assert len(cells) == 2 * found.sizes["case"]
    assert [row[0] for row in cells if row[0]] == list(dict.fromkeys(found["label"].to_numpy()))
    kinds = set()
    for case in range(found.sizes["case"]):
        row = found.isel(case=case)
        upper, lower = cells[2 * case], cells[2 * case + 1]
        assert upper[1:3] == [row["event"].item(), str(row["d"].item())]
        for index in range(3):
            cell = row.isel(epsilon=index)
            n_star, low, high = (cell[f"n_star{end}"].item() for end in ("", "_low", "_high"))
            kinds.add(cell["missing"].item())
            if cell["missing"] == "not resolved by the sweep":
                assert (upper[3 + index], lower[3 + index]) == ("not resolved", "")
            elif np.isnan(n_star):
                assert upper[3 + index] == f">= {low:.0f}"
                assert lower[3 + index] == f"C >= {cell['constant_low'].item():.2f}"
            else:
                assert upper[3 + index] == f"{n_star:.0f} [{low:.0f}, {'...' if np.isinf(high) else f'{high:.0f}'}]"
                slack = f", x {cell['slack'].item():.2f}" if cell["rank"] else ""
                assert lower[3 + index] == f"C = {cell['constant'].item():.2f}{slack}"
    assert kinds == {"", "beyond the grid of n", "not resolved by the sweep"}


def over_two_d(runs):
    """Theorem 3's sweep, and beside it, as d = 5, one whose critical epsilons are three times as large."""
    raw = xr.load_dataset(runs[0] / "raw.nc")
    wide = raw.assign_coords(d=[5])
    wide["critical_epsilon"] = 3.0 * raw["critical_epsilon"]
    return xr.concat([raw, wide], "d", data_vars="minimal", coords="minimal", compat="override")


def test_estimates_of_several_d(runs):
    """`threshold_table` has a row for every d with its own numbers, and a slope for every d."""
    found = analysis.estimate(over_two_d(runs), [0.5, 0.4, 0.3, 0.2])
    text = printed(threshold_table(found))
    rows = cells_of(text)
    assert [row[1] for row in rows] == ["1"] * 4 + ["5"] * 4
    expected = found["n_star"].to_numpy().ravel()
    assert [row[4] for row in rows] == [f"{value:.0f}" if np.isfinite(value) else "-" for value in expected]
    assert not np.array_equal(expected[:4], expected[4:])
    for d in (1, 5):
        slope = found["slope"].sel(d=d).item()
        said = f"{slope:.2f} [" if np.isfinite(slope) else "not fitted"
        assert f"statement, d = {d} {said}" in text


def test_bad_input_is_refused(ticketsum, runs, tmp_path):
    """No run, a folder without one, a bad epsilon, a place that cannot be written: one line each."""
    assert "requires an argument" in ticketsum("compare").one_line_error()
    assert "a finished run must hold raw.nc" in ticketsum("compare", runs[0], tmp_path / "no").one_line_error()
    assert "epsilon must be numbers" in ticketsum("compare", runs[0], "--epsilon", "x").one_line_error()
    (tmp_path / "file").write_text("")
    line = ticketsum("compare", runs[0], "--out", tmp_path / "file").one_line_error()
    assert "must be writable" in line


@pytest.mark.parametrize("cost", ["not JSON", "[1]", '{"0.1": "dear"}', '{"0.1": null}', 7, "[" * 10**5])
def test_a_cost_that_says_nothing_is_one_line(ticketsum, runs, tmp_path, cost):
    """The attribute is JSON, seconds by accuracy; anything else in it, under a valid seal, is refused in one line."""
    save(load(runs[0]).assign_attrs(cost=cost), tmp_path / "odd.nc")
    line = ticketsum("compare", tmp_path / "odd.nc", "--out", tmp_path / "out").one_line_error()
    assert "its cost must be a JSON object of seconds by accuracy, got" in line
    assert "run the sweep again" in line
    assert len(line) < 300
