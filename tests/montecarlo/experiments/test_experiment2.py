"""Experiment 2 as a whole, on a few hundred images: what is stored, resumption, damage, and what is refused."""

import json

import numpy as np
import pytest
from few_digits import few

from montecarlo.errors import InputError
from montecarlo.experiments import mnist
from montecarlo.experiments.edge_popup import experiment as experiment2
from montecarlo.experiments.edge_popup import images as popup_images
from montecarlo.experiments.edge_popup import training as popup_training
from montecarlo.experiments.edge_popup.experiment import DIMS, SCHEMA, Grid, run
from montecarlo.experiments.edge_popup.runs import TrainingRun
from montecarlo.experiments.edge_popup.structures import kept_of
from montecarlo.storage.dataset import load, save
from montecarlo.storage.records import name_of

SMALL = Grid(structure=("ours", "wide", "baseline"), sparsity=(0.5, 0.0), epochs=(1,), seeds=(0, 1))
IMAGES = 128


@pytest.fixture(autouse=True)
def hardly_timed(monkeypatch):
    monkeypatch.setattr(popup_training, "_TIMED_STEPS", 4)
    monkeypatch.setattr(popup_images, "digits", few)


@pytest.fixture
def counted(monkeypatch):
    """The training runs that are done."""
    done = []
    original = experiment2.trained

    def remembered(one, images):
        done.append(one)
        return original(one, images)

    monkeypatch.setattr(experiment2, "trained", remembered)
    return done


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    pytest.importorskip("torch", reason="Experiment 2 needs torch: pip install 'ticketsum[experiments]'")
    folder = tmp_path_factory.mktemp("experiment2")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(popup_training, "_TIMED_STEPS", 4)
        patch.setattr(popup_images, "digits", few)
        run(SMALL, folder, images=IMAGES)
    return folder


@pytest.fixture(scope="module")
def found(folder):
    return run(SMALL, folder, images=IMAGES)


def test_jobs_without_a_run_save_no_time(tmp_path, monkeypatch):
    """Two runs of 100 s in all take 50 s, whether there are two jobs or eight."""
    pytest.importorskip("torch", reason="Experiment 2 needs torch: pip install 'ticketsum[experiments]'")
    monkeypatch.setattr(experiment2, "expected_seconds", lambda *_: 100.0)

    def announce(seconds):
        raise StopIteration(seconds)

    for jobs, seconds in ((1, 100.0), (2, 50.0), (8, 50.0)):
        with pytest.raises(StopIteration) as told:
            run(Grid(structure=("wide",), sparsity=(0.5,), epochs=(1, 2)), tmp_path, jobs=jobs, announce=announce)
        assert told.value.value == seconds


def test_every_run_is_there_and_described(found):
    assert found["accuracy"].dims == DIMS
    pruned = found.sel(structure=["ours", "wide"])
    assert pruned["accuracy"].notnull().all()
    assert (found["accuracy"] == found["correct"] / 10_000).where(found["correct"].notnull(), True).all()
    baseline = found.sel(structure="baseline")
    assert baseline["accuracy"].sel(sparsity=0.0).notnull().all()
    assert baseline["accuracy"].sel(sparsity=0.5).isnull().all()
    for name in found.variables:
        assert found[name].attrs["long_name"]
    assert "removed" in found["sparsity"].attrs["long_name"]
    assert (found["history"].sel(epoch=1) == found["accuracy"]).where(found["correct"].notnull(), True).all()
    assert json.loads(found.attrs["provenance"])["images"] == IMAGES


def test_kept_weights_are_counted(found):
    assert found["weights"].sel(network="fc2", structure="wide") == 2508 * 794
    at = found["kept"].sel(network="fc2", sparsity=0.5)
    assert at.sel(structure="wide") == kept_of(784 * 2508, 0.5) + kept_of(10 * 2508, 0.5)
    assert np.isnan(at.sel(structure="baseline"))
    assert found["kept"].sel(structure="baseline", sparsity=0.0).item() == 397_000


def test_speeds_are_there_where_scores_were_trained(found):
    learned = (found["sparsity"] > 0) | (found["structure"] == "baseline")
    assert (found["speed"].notnull() == (learned & found["accuracy"].notnull())).all()
    assert found["dense_speed"].sel(sparsity=0.5, structure=["ours", "wide"]).notnull().all()


def test_a_file_brings_it_back(found, tmp_path):
    save(found, tmp_path / "experiment2.nc")
    assert load(tmp_path / "experiment2.nc", SCHEMA).identical(found)


def test_runs_that_are_there_are_not_done_again(folder, found, counted, tmp_path, monkeypatch):
    """A killed sweep goes on with what it lacks, to the same numbers; the seconds announced are those of that."""
    monkeypatch.setattr(experiment2, "speed", lambda *_: IMAGES / 2.0)
    shown = []
    again = run(SMALL, folder, images=IMAGES, progress=lambda *state: shown.append(state))
    assert not counted
    assert shown == [(10, 10)]
    assert again["correct"].identical(found["correct"])
    (tmp_path / "cells").mkdir()
    (tmp_path / "experiment2.json").write_bytes((folder / "experiment2.json").read_bytes())
    lost = TrainingRun("fc2", "ours", 0.5, 1, 1)
    for cell in (folder / "cells").glob("*.json"):
        if cell.stem != name_of(lost):
            (tmp_path / "cells" / cell.name).write_bytes(cell.read_bytes())
    (tmp_path / "cells" / f".{name_of(lost)}.json.tmp").write_text("half")  # what a kill leaves behind
    announced = []
    whole = run(SMALL, tmp_path, images=IMAGES, announce=announced.append)
    assert counted == [lost]
    assert announced == [2.0]  # one epoch
    assert whole["correct"].identical(found["correct"])


def test_a_file_of_lines_brings_all_runs_to_another_folder(folder, found, counted, tmp_path):
    """Record for record; a file that is there already is the same after it. Without a run, it alone is done."""
    lines, other = tmp_path / "runs.jsonl", tmp_path / "other"
    run(SMALL, folder, images=IMAGES, lines=lines)
    content = lines.read_text().splitlines()
    assert len(content) == 1 + len(SMALL.runs())
    assert run(SMALL, other, images=IMAGES, lines=lines).equals(found)
    assert not counted
    for cell in (folder / "cells").iterdir():
        assert (other / "cells" / cell.name).read_bytes() == cell.read_bytes()
    assert lines.read_text().splitlines() == content
    lines.write_text("\n".join(content[:-1]) + "\n")
    run(SMALL, tmp_path / "third", images=IMAGES, lines=lines)
    assert len(counted) == 1
    assert len(lines.read_text().splitlines()) == len(content)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            '"kept": 1',
            '"kept": 2',
            r"must hold training runs, got a damaged file \(checksum of TrainingRun.* differs\)",
        ),
        ('{"cell"', '{"cel', "got a damaged file"),
        (f'"images": {IMAGES}', '"images": 64', "got a damaged file"),
    ],
)
def test_a_damaged_file_of_lines_is_refused_whole(folder, tmp_path, old, new, message):
    lines = tmp_path / "runs.jsonl"
    run(SMALL, folder, images=IMAGES, lines=lines)
    lines.write_text(lines.read_text().replace(old, new, 1))
    with pytest.raises(InputError, match=message):
        run(SMALL, tmp_path / "new", images=IMAGES, lines=lines)
    assert not list((tmp_path / "new" / "cells").iterdir())


def test_lines_of_something_else_are_refused(folder, tmp_path):
    run(SMALL, folder, images=IMAGES, lines=tmp_path / "runs.jsonl")
    with pytest.raises(InputError, match=f"holds training runs of another images, {IMAGES}, not 64; give another file"):
        run(SMALL, tmp_path / "new", images=64, lines=tmp_path / "runs.jsonl")


def test_an_interrupted_sweep_keeps_what_was_finished(found, tmp_path, monkeypatch):
    original, done = experiment2.trained, []

    def interrupted(one, images):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(one)
        return original(one, images)

    monkeypatch.setattr(experiment2, "trained", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(SMALL, tmp_path, images=IMAGES)
    assert sorted(path.stem for path in (tmp_path / "cells").glob("*.json")) == sorted(name_of(one) for one in done)


@pytest.fixture
def all_digits(monkeypatch):
    """Every test image, as workers have them: they are processes of their own."""
    popup_images._pixels.cache_clear()
    monkeypatch.setattr(popup_images, "digits", mnist.digits)
    yield
    popup_images._pixels.cache_clear()


@pytest.mark.slow
def test_workers_do_not_change_the_numbers(all_digits, tmp_path):
    pytest.importorskip("torch")
    grid = Grid(structure=("wide",), sparsity=(0.5, 0.9), epochs=(1,), seeds=(0, 1))
    one, two = (run(grid, tmp_path / f"{jobs}", images=IMAGES, jobs=jobs)["correct"] for jobs in (1, 2))
    assert one.identical(two)


def test_damage_is_noticed_before_anything_is_trained(folder, counted, tmp_path):
    """A changed count, a checksum that was not made for it; and records of other images."""
    run(Grid(structure=("wide",), sparsity=(0.0,), epochs=(1,)), tmp_path, images=IMAGES)
    counted.clear()
    (cell,) = (tmp_path / "cells").glob("*.json")
    content = cell.read_text()
    cell.write_text(content.replace('"kept": 1', '"kept": 2'))
    with pytest.raises(InputError, match=r"is damaged \(checksum differs\); delete it"):
        run(SMALL, tmp_path, images=IMAGES)
    cell.write_text(content[:-9])
    with pytest.raises(InputError, match="is damaged"):
        run(SMALL, tmp_path, images=IMAGES)
    with pytest.raises(InputError, match="holds records of another images, 128, not 64; choose another --out"):
        run(SMALL, folder, images=64)
    assert not counted


def test_filters_are_of_pruned_convolutional_networks():
    grid = Grid(("fc2", "lenet5"), ("ours", "baseline"), (0.5,), (1,), (0,), ("random", "trained"))
    assert [(one.network, one.structure, one.filters) for one in grid.runs()] == [
        ("fc2", "ours", "random"),
        ("fc2", "baseline", "random"),
        ("lenet5", "ours", "random"),
        ("lenet5", "baseline", "random"),
        ("lenet5", "ours", "trained"),
    ]


def test_the_baseline_is_trained_once_whatever_the_sparsities():
    runs = SMALL.runs()
    assert len(runs) == 10
    assert sum(one.structure == "baseline" for one in runs) == 2
    assert [one.seed for one in runs] == [0] * 5 + [1] * 5


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"network": ("fc3",)}, "network must be some of fc2, fc4, lenet5, got fc3"),
        ({"structure": ()}, "structure must be some of ours, .*, got none"),
        ({"sparsity": (1.0,)}, "sparsity is the fraction of weights removed, at least 0 and below 1, got 1.0"),
        ({"sparsity": (float("nan"),)}, "below 1, got nan"),
        ({"sparsity": (-0.1,)}, "below 1, got -0.1"),
        ({"epochs": (0,)}, "epochs must be a whole number of at least 1, got 0"),
        ({"filters": ("learned",)}, "filters must be some of random, trained, got learned"),
        ({"seeds": ()}, "sparsity, epochs and seeds must not be empty"),
    ],
)
def test_a_grid_that_makes_no_sense_is_refused(wrong, message):
    with pytest.raises(InputError, match=message):
        Grid(**wrong)


def test_without_torch_it_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    with pytest.raises(InputError, match=r"^experiment2 needs torch; pip install 'ticketsum\[experiments\]'$"):
        run(SMALL, tmp_path / "new")
    assert not (tmp_path / "new").exists()
