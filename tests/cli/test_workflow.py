"""claims, sweep, estimate, plot: each step finds what the one before it has stored."""

import io
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr
from rich.console import Console

import analysis
from montecarlo import Theorem3, sweep
from montecarlo.claims import CLAIMS


def test_claims_lists_names_statements_events_and_sources(ticketsum):
    """Every claim with its statement, source and events, whole."""
    answer = ticketsum("claims")
    assert answer.code == 0
    shown = " ".join(answer.out.split())
    for name, claim in CLAIMS.items():
        assert name in shown
        assert claim.statement in shown
        assert claim.source in shown
        for event, formula in claim.events.items():
            assert f"{event}: critical epsilon = {formula}" in shown


def test_sweep_stores_what_the_library_returns(finished):
    """raw.nc opens with plain xarray and holds the numbers of `montecarlo.sweep`, labels and attributes included."""
    with xr.open_dataset(finished / "raw.nc") as dataset:
        expected = sweep(Theorem3(), n=range(1, 6), trials=9000)
        xr.testing.assert_equal(dataset, expected)
        assert dataset["critical_epsilon"].dims == ("event", "d", "n", "trial")
        assert dataset.attrs["claim"] == "theorem3"
        assert dataset["critical_epsilon"].attrs["units"] == "1"


def test_estimate_writes_and_prints_the_estimates(ticketsum, finished):
    """estimates.nc is `analysis.estimate` of the run, and the table shows its n*."""
    answer = ticketsum("estimate", finished, "--epsilon", "0.1,0.5,0.3", "--delta", "0.4", "--level", "0.9")
    assert answer.code == 0
    with xr.open_dataset(finished / "raw.nc") as raw, xr.open_dataset(finished / "estimates.nc") as found:
        expected = analysis.estimate(raw, [0.5, 0.3, 0.1], delta=0.4, level=0.9)
        xr.testing.assert_allclose(found, expected, rtol=0.0, atol=0.0)
        for e in (0.5, 0.3):
            cell = expected.sel(epsilon=e).squeeze()
            row = next(line for line in answer.out.splitlines() if f" {e:g} " in line).replace("│", " ").split()
            assert row[:5] == ["statement", "1", f"{e:g}", "0.4", f"{cell['n_star'].item():.0f}"]
            assert f"{cell['constant'].item():.2f}" in row
    assert "90%" in answer.out
    assert str(finished / "estimates.nc") in answer.out


def test_estimate_takes_the_file_itself(ticketsum, finished):
    """A raw netCDF file does as well as its folder."""
    assert ticketsum("estimate", finished / "raw.nc").code == 0
    assert (finished / "estimates.nc").exists()


def test_plot_writes_pictures(ticketsum, finished, tmp_path):
    """Three pictures, PNG and SVG, where --out says; their paths are printed. In RUN/figures: test_own_claims.py."""
    folder = tmp_path / "elsewhere"
    answer = ticketsum("plot", finished, "--out", folder)
    assert answer.code == 0
    for name in ("growth", "heatmap", "success"):
        for ending in ("png", "svg"):
            assert (folder / f"{name}.{ending}").stat().st_size > 0
            assert str(folder / f"{name}.{ending}") in answer.out
    assert not (finished / "figures").exists()


@pytest.mark.parametrize("grid", ["3", "2,5,3", "1:5:2", "5,1:2"])
def test_grids_of_n(ticketsum, tmp_path, grid):
    """20, 1:20, 4:20:2 and 5,10,20: ends included, in order, rows equal to those of the full grid."""
    wanted = {"3": [3], "2,5,3": [2, 3, 5], "1:5:2": [1, 3, 5], "5,1:2": [1, 2, 5]}[grid]
    assert ticketsum("sweep", "theorem3", "--n", grid, "--trials", "20", "--out", tmp_path / "run").code == 0
    with xr.open_dataset(tmp_path / "run" / "raw.nc") as dataset:
        assert dataset["n"].to_numpy().tolist() == wanted
        full = sweep(Theorem3(), n=5, trials=20)["critical_epsilon"].sel(n=wanted)
        assert np.array_equal(dataset["critical_epsilon"], full)


def test_brackets(ticketsum, tmp_path):
    """With a tolerance and a resolution both bounds are stored, and epsilons below the resolution are refused."""
    options = ("--n", "1:8", "--trials", "100", "--relative-tolerance", "0.01", "--resolution", "0.05", "--jobs", "1")
    assert ticketsum("sweep", "lemma1", *options, "--out", tmp_path / "run").code == 0
    with xr.open_dataset(tmp_path / "run" / "raw.nc") as dataset:
        assert dataset["event"].to_numpy().tolist() == ["statement", "construction", "proof"]
        low, high = dataset["critical_epsilon_low"], dataset["critical_epsilon"]
        assert (low <= high).all()
        assert (high >= 0.05).all()
        assert ((low >= 0.99 * high * (1 - 1e-12)) | (high == 0.05)).all()
    line = ticketsum("estimate", tmp_path / "run", "--epsilon", "0.1,0.04").one_line_error()
    assert "epsilon must be at least the sweep's resolution 0.05, got 0.04" in line


def test_default_folder_is_named_after_the_claim(ticketsum, tmp_path, monkeypatch):
    """Without --out the run lies in ./ticketsum-CLAIM, and the next command is suggested."""
    monkeypatch.chdir(tmp_path)
    answer = ticketsum("sweep", "theorem3", "--n", "2", "--trials", "5")
    assert (tmp_path / "ticketsum-theorem3" / "raw.nc").exists()
    assert "ticketsum estimate ticketsum-theorem3" in answer.err
    assert not answer.out


def test_one_trial_goes_all_the_way(ticketsum, tmp_path):
    """A single trial is swept, estimated and drawn, without a warning."""
    folder = tmp_path / "run"
    assert ticketsum("sweep", "theorem3", "--n", "1:3", "--trials", "1", "--out", folder).code == 0
    answer = ticketsum("estimate", folder)
    assert answer.code == 0
    assert "1 trial" in answer.out
    assert ticketsum("plot", folder).code == 0


def test_progress_lines_without_a_terminal(ticketsum, sweep_command, tmp_path):
    """Where stderr is no terminal, plain lines from 0 to all trials, without control characters; stdout stays empty."""
    answer = ticketsum(*sweep_command, "--out", tmp_path / "run")
    assert answer.code == 0
    lines = answer.err.splitlines()
    assert "Theorem 3: 0/12,288 trials" in lines
    assert "Theorem 3: 12,288/12,288 trials" in lines
    assert "\x1b" not in answer.err
    assert "\r" not in answer.err
    assert not answer.out


def test_resumed_sweep_gives_the_same_numbers(ticketsum, finished, sweep_command, files):
    """A block lost: only it is computed again, to the same bytes, and raw.nc holds the same numbers."""
    before = files(finished)
    numbers = (finished / "raw.nc").read_bytes(), xr.load_dataset(finished / "raw.nc")
    lost = sorted(name for name in before if name.startswith("blocks/"))[1]
    (finished / lost).unlink()
    (finished / "raw.nc").unlink()
    answer = ticketsum(*sweep_command, "--out", finished)
    assert answer.code == 0
    assert "4,904/9,000" in answer.err
    after = files(finished)
    assert after.keys() == before.keys()
    assert after[lost][0] == before[lost][0]
    kept = {name for name in before if name.startswith("blocks/")} - {lost}
    assert all(after[name] == before[name] for name in kept)
    xr.testing.assert_equal(xr.load_dataset(finished / "raw.nc"), numbers[1])


def test_more_trials_extend_a_run(ticketsum, tmp_path, files, sweep_command):
    """The same folder with more trials: blocks that are there stay, and the first trials keep their numbers."""
    folder = tmp_path / "run"
    fewer = [*sweep_command[:4], "--trials", "5000", "--jobs", "1", "--out", folder]
    assert ticketsum(*fewer).code == 0
    before, numbers = files(folder / "blocks"), xr.load_dataset(folder / "raw.nc")
    assert ticketsum(*sweep_command, "--out", folder).code == 0
    assert before.items() <= files(folder / "blocks").items()
    first = xr.load_dataset(folder / "raw.nc").sel(trial=slice(0, 4999))
    assert np.array_equal(first["critical_epsilon"], numbers["critical_epsilon"])


@pytest.mark.parametrize(
    "command",
    [
        "sweep lemma1 --trials 1000",
        "verify lemma1 --constant 3 --trials 1000",
        "sweep lemma2 --d 2 --n 1:10 --trials 1000",
    ],
)
def test_plain_commands_survive_roundings(ticketsum, command, tmp_path, monkeypatch):
    """Each of them meets a trial in which two events are equal, but for the order in which their sums are added up."""
    monkeypatch.chdir(tmp_path)
    answer = ticketsum(*command.split(), "--jobs", "1")
    assert answer.code == (1 if command.startswith("verify") else 0), answer.err  # C = 3 is too small: REFUTED


def test_one_of_something_is_singular(ticketsum, tmp_path):
    """One trial in one block; several of both are plural."""
    notice = {
        trials: ticketsum("sweep", "theorem3", "--n", "1:3", "--trials", trials, "--out", tmp_path / trials).err
        for trials in ("1", "9000")
    }
    assert "Theorem 3: 1 trial in 1 block, about" in notice["1"]
    assert "Theorem 3: 9,000 trials in 3 blocks, about" in notice["9000"]


def test_the_time_left_does_not_count_compiling(monkeypatch):
    """The first block says nothing of the others: 30 s for it, 11 s for the next of four leave two times 11 s."""
    from montecarlo.cli import progress
    from montecarlo.cli.output import Terminal

    clock, text = iter((100.0, 130.0, 141.0)), io.StringIO()
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    show = progress._lines("L", "", Terminal(Console(file=text, width=80)))
    for done in (0, 256, 512):
        show(done, 1024)
    assert text.getvalue().splitlines() == [
        "L: 0/1,024 trials",
        "L: 256/1,024 trials",
        "L: 512/1,024 trials, 23/s, about 22 s left",
    ]
