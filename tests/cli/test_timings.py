"""`ticketsum timings`: a table, a file and a picture."""

import pytest

import analysis
import montecarlo.timings
from montecarlo import InputError
from montecarlo.storage.dataset import load
from montecarlo.timings import SCHEMA


def test_timings_are_shown_stored_and_drawn(ticketsum, tmp_path):
    """The table quotes what the file holds, which is no sweep: `estimate` refuses it in one line."""
    answer = ticketsum("timings", "--n", "8,12", "--rounds", "2", "--out", tmp_path / "new")
    assert answer.code == 0, answer.err
    found = analysis.speed(load(tmp_path / "new" / "timings.nc", SCHEMA))
    for solver in ("brute force", "merging", "ticketsum"):
        assert solver in answer.out
    milliseconds = 1e3 * found["seconds"].sel(solver="ticketsum", n=12).item()
    assert f"{float(f'{milliseconds:.3g}'):g}" in answer.out
    assert (tmp_path / "new" / "timings.png").exists()
    assert (tmp_path / "new" / "timings.svg").exists()
    refused = ticketsum("estimate", tmp_path / "new" / "timings.nc")
    assert "must have schema 1, got timings 1" in refused.one_line_error()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--n", "1:4"), "n must be a whole number of at least 2, got 1"),
        (("--n", "8:40"), "n must be at most 34, got 35; lower it"),
        (("--rounds", "0"), "rounds must be a whole number of at least 1, got 0"),
    ],
)
def test_bad_input_is_one_line(ticketsum, tmp_path, arguments, message):
    answer = ticketsum("timings", *arguments, "--out", tmp_path / "new")
    assert message in answer.one_line_error()
    assert not (tmp_path / "new").exists()


def test_unwritable_folder_is_noticed_before_measuring(ticketsum, tmp_path, monkeypatch):
    """Below a regular file, where even root cannot write: one line, nothing timed. Control: timing is noticed."""

    def measured(*arguments, **options):
        raise AssertionError("timed")

    monkeypatch.setattr(montecarlo.timings, "time_solvers", measured)
    (tmp_path / "file").write_text("kept")
    line = ticketsum("timings", "--n", "8", "--out", tmp_path / "file" / "new").one_line_error()
    assert f"the output folder must be writable, got {tmp_path / 'file' / 'new'} (Not a directory)" in line
    assert (tmp_path / "file").read_text() == "kept"
    with pytest.raises(AssertionError, match="timed"):
        ticketsum("timings", "--n", "8", "--out", tmp_path / "new")


def test_damaged_timings_are_not_a_sweep_to_run_again(ticketsum, tmp_path):
    """`reproduce` would keep timings.nc, so a damaged one has to go; a new `timings` overwrites it."""
    (tmp_path / "timings.nc").write_text("not what it was")
    with pytest.raises(InputError, match=r"not a readable netCDF file .*; delete it and run the command again"):
        load(tmp_path / "timings.nc", SCHEMA)
    assert ticketsum("timings", "--n", "8", "--rounds", "1", "--out", tmp_path).code == 0
    assert load(tmp_path / "timings.nc", SCHEMA).sizes["round"] == 1
