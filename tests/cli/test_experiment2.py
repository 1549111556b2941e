"""`ticketsum experiment2` on a few images: table, file and picture; bad input and a missing torch in one line."""

import sys
from io import StringIO

import numpy as np
import pytest
import xarray as xr
from few_digits import few
from rich.console import Console

import analysis
from montecarlo import load
from montecarlo.cli.experiment2 import EdgePopup, commands
from montecarlo.cli.study import Job
from montecarlo.experiments.edge_popup import experiment
from montecarlo.experiments.edge_popup import images as popup_images
from montecarlo.experiments.edge_popup import training as popup_training
from montecarlo.experiments.package_data import shipped
from montecarlo.storage.dataset import save

QUICK = ("--images", "128", "--sparsity", "0.5,0", "--structure", "wide,baseline", "--jobs", "1")
WITH_TORCH = "needs torch: pip install 'ticketsum[experiments]'"


@pytest.fixture
def torch(monkeypatch):
    monkeypatch.setattr(popup_training, "_TIMED_STEPS", 4)
    monkeypatch.setattr(popup_images, "digits", few)
    return pytest.importorskip("torch", reason=WITH_TORCH)


def test_numbers_are_shown_stored_and_drawn(ticketsum, torch, tmp_path, monkeypatch):
    """The table quotes the summary of every combination; doing it twice trains nothing and gives the same picture."""
    monkeypatch.setenv("COLUMNS", "200")
    out = tmp_path / "new" / "run"
    records = tmp_path / "runs.jsonl"
    command = ("experiment2", *QUICK, "--seeds", "2", "--out", out, "--records", records)
    answer = ticketsum(*command)
    assert answer.code == 0, answer.err
    assert "Training takes about" in answer.err
    found = load(out / "experiment2.nc", experiment.SCHEMA)
    summary = analysis.pruning_summary(found)
    lines = [line.split() for line in answer.out.splitlines() if line.startswith(" fc2 ")]
    assert [line[1:3] for line in lines] == [["wide", "0"], ["wide", "0.5"], ["baseline", "0"]]
    for network, structure, sparsity, kept, epochs, seeds, accuracy, *_ in lines:
        cell = summary.sel(network=network, structure=structure, sparsity=float(sparsity))
        assert (kept, epochs, seeds) == (f"{cell['kept'].item():,.0f}", "1", "2")
        assert accuracy == f"{100.0 * cell['accuracy'].item():.2f}"
    assert "sparsity: fraction of weights removed" in answer.out
    assert analysis.figure4_sentence(summary) in answer.out
    assert "Less the accuracy in the paper's Figure 4" in answer.out
    for ending in ("nc", "png", "svg"):
        assert str(out / f"experiment2.{ending}") in answer.out
        assert (out / f"experiment2.{ending}").stat().st_size > 5000
    assert len(records.read_text().splitlines()) == 1 + 2 * 3
    before = (out / "experiment2.png").read_bytes()
    monkeypatch.setattr(experiment, "trained", None)
    again = ticketsum(*command)
    assert again.out == answer.out
    assert "Training takes" not in again.err
    assert (out / "experiment2.png").read_bytes() == before
    assert "Section 5, Experiment 2" in ticketsum("show", out / "experiment2.nc").out


@pytest.mark.parametrize("columns", [60, *(pytest.param(wide, marks=pytest.mark.slow) for wide in (80, 200))])
def test_a_narrow_terminal_has_all_columns(columns):
    """Of all that is shipped."""
    found = load(shipped("experiment2.nc"), experiment.SCHEMAS)
    console = Console(width=columns, file=StringIO())
    console.print(analysis.experiment2_table(found))
    table = console.file.getvalue().split("sparsity: fraction")[0]
    assert "…" not in table
    assert max(map(len, table.splitlines())) <= columns
    for heading in ("images/s", "test accuracy, %", "epochs", "seeds", "ratio"):
        assert table.count(heading) == 1
    assert table.count("structure") == {60: 3, 80: 2, 200: 1}[columns]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--network", "fc3"), "network must be some of fc2, fc4, lenet5, got fc3"),
        (("--structure", "deep"), "structure must be some of ours, ours+relu, wide, baseline, got deep"),
        (("--structure", ","), "structure must be some of ours, ours+relu, wide, baseline, got none"),
        (("--sparsity", "1"), "sparsity is the fraction of weights removed, at least 0 and below 1, got 1.0"),
        (("--sparsity", "few"), "sparsity must be numbers separated by commas, like 0.5,0.9, got 'few'"),
        (("--filters", "learned"), "filters must be some of random, trained, got learned"),
        (("--epochs", "0"), "epochs must be a whole number of at least 1, got 0"),
        (("--epochs", "many"), "epochs must look like 20"),
        (("--seeds", "0"), "seeds must be a whole number of at least 1, got 0"),
        (("--seed=-1",), "seed must be a whole number of at least 0, got -1"),
        (("--images", "0"), "images must be a whole number of at least 1, got 0"),
        (("--images", "60001"), "images must be at most 60000, got 60001"),
        (("--jobs", "0"), "jobs must be a whole number of at least 1, got 0"),
    ],
)
def test_bad_input_is_one_line(ticketsum, tmp_path, monkeypatch, arguments, message):
    """Before torch is asked for, and without a trace."""
    monkeypatch.setattr(experiment, "trained", None)
    assert message in ticketsum("experiment2", "--out", tmp_path / "new", *arguments).one_line_error()
    assert not (tmp_path / "new").exists()


def test_without_torch_it_says_what_to_install(ticketsum, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    line = ticketsum("experiment2", "--out", tmp_path / "new").one_line_error()
    assert line == "ticketsum: experiment2 needs torch; pip install 'ticketsum[experiments]'"
    assert not (tmp_path / "new").exists()


def test_unwritable_folder_is_noticed_before_the_work(ticketsum, torch, tmp_path, monkeypatch):
    monkeypatch.setattr(experiment, "trained", None)
    (tmp_path / "file").write_text("kept")
    line = ticketsum("experiment2", "--out", tmp_path / "file" / "new").one_line_error()
    assert f"the output folder must be writable, got {tmp_path / 'file' / 'new'}" in line


def test_the_shipped_results_say_what_figure_4_says(ticketsum):
    """fc2 and LeNet-5, with intervals over seeds: all near the baseline in the middle, ReLU falls off first.

    Training takes at most twice a dense network's time, by the median over a network's runs.
    """
    file = shipped("experiment2.nc")
    found = load(file, experiment.SCHEMAS)
    summary = analysis.pruning_summary(found)
    message = analysis.figure4_message(summary).sel(network=["fc2", "lenet5"])
    assert (message["near"] == "supported").all()
    assert (message["relu_first"] == "supported").all()
    assert (message["seeds"] >= 3).all()
    assert found["accuracy"].max() <= 1.0
    share = summary["speed_share"].median("sparsity")
    assert share.sel(structure=["ours", "ours+relu", "wide"]).notnull().all()
    assert (share.stack(case=share.dims).dropna("case") > 0.5).all()
    assert "Section 5, Experiment 2" in ticketsum("show", file).out


def test_selection_is_said_to_flatter():
    """By the mean and the largest difference to the last epoch; nothing where every run's best epoch is its last."""
    last = xr.DataArray([[[0.5], [0.75]]], dims=("structure", "sparsity", "seed"))
    last = last.expand_dims(network=["fc2"], epochs=[2]).transpose(*experiment.DIMS[:5])
    first = last + xr.DataArray([0.25, 0.0], dims="sparsity")
    data = {"accuracy": last, "history": xr.concat([first, last], "epoch")}
    data |= dict.fromkeys(("speed", "dense_speed", "speed_share"), last * np.nan)
    data |= {"kept": last.isel(epochs=0, seed=0), "weights": last.isel(epochs=0, seed=0, sparsity=0)}
    found = xr.Dataset(data, {"structure": ["wide"], "sparsity": [0.1, 0.5], "seed": [0], "epoch": [1, 2]})
    text = "above the last epoch by 12.50 points on average, 25.00 for fc2, wide, at sparsity 0.1"
    assert analysis.experiment2_table(found).notes[1].endswith(text)
    assert len(analysis.experiment2_table(found.drop_vars("history")).notes) == 1


def test_differences_from_the_paper_and_what_is_missing():
    """The shipped results lack LeNet-5 and fc4 at some sparsities that Figure 4 has: dashes, and their number."""
    published = analysis.figure4_values(shipped("published.csv"))
    summary = analysis.pruning_summary(load(shipped("experiment2.nc"), experiment.SCHEMAS))
    found = analysis.figure4_differences(summary, published)
    console = Console(width=200, file=StringIO())
    console.print(analysis.figure4_table(found))
    lines = [line.split() for line in console.file.getvalue().splitlines()]
    dashes = [word for line in lines for word in line if word == "-"]
    assert len(dashes) == found["missing"].sum() > 0
    gap = found["difference"].sel(network="lenet5", structure="baseline", sparsity=0.0).item()
    (row,) = [line for line in lines if line[1:2] == ["lenet5"] and line[3] == "0"]
    assert row[5] == f"{100 * gap:+.1f}"
    assert f"not trained, {len(dashes)} of 48" in console.file.getvalue()


def section(job):
    """The section of the page that the main job writes."""
    found = EdgePopup().run(job)
    (only,) = EdgePopup().part(job, found, EdgePopup().figures(job, found)).sections
    return only


def test_the_page_shows_what_is_shipped_or_ones_own(tmp_path, monkeypatch):
    """Without torch; the commands train all runs again, whatever they are."""
    monkeypatch.setitem(sys.modules, "torch", None)
    theirs = section(Job("quick", tmp_path))
    assert "fc2 1 epoch" in theirs.paragraphs[0]
    assert (tmp_path / "figures" / "experiment2.svg").exists()
    found = load(shipped("experiment2.nc"), experiment.SCHEMAS)
    assert theirs.command.splitlines() == commands(found)
    assert (tmp_path / "experiment2" / "shipped.nc").read_bytes() == shipped("experiment2.nc").read_bytes()
    part = found.sel(network=["lenet5"], structure=["wide", "baseline"], seed=[1, 2])
    save(part, tmp_path / "experiment2" / "experiment2.nc")
    monkeypatch.setattr(analysis, "draw_experiment2", lambda *_, **__: theirs.pictures[0])
    own = section(Job("quick", tmp_path))
    assert {row[1] for row in own.table.rows} == {"wide", "baseline"}
    sparsity = ",".join(f"{value:g}" for value in (0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98))
    options = f"--epochs 3 --sparsity {sparsity} --structure wide,baseline --seeds 2 --seed 1"
    assert own.command == f"ticketsum experiment2 --network lenet5 {options}"
