"""`ticketsum experiment1` and `train-target`, on small targets: table, file and picture; bad input in one line."""

from io import StringIO

import numpy as np
import pytest
from few_digits import few
from rich.console import Console

from analysis import experiment1_table
from montecarlo import load
from montecarlo.experiments.package_data import shipped
from montecarlo.experiments.subset_sums import experiment

QUICK = ("--n", "5,6", "--epsilon", "0.1,0.01", "--seeds", "2", "--scale", "fitted", "--jobs", "1")


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """1,000 test images."""
    monkeypatch.setattr(experiment, "digits", few)


@pytest.fixture
def target(tmp_path):
    """Two hidden neurons."""
    generator = np.random.default_rng(0)
    arrays = {"W1": generator.normal(0.0, 0.05, (2, 784)), "W2": generator.normal(0.0, 0.3, (10, 2))}
    np.savez(tmp_path / "small.npz", **{name: array.astype(np.float32) for name, array in arrays.items()})
    return tmp_path / "small.npz"


def test_numbers_are_shown_stored_and_drawn(ticketsum, target, tmp_path, monkeypatch):
    """The table has the paper's row and quotes the summary of every combination; `show` says what the file is."""
    monkeypatch.setenv("COLUMNS", "250")
    out = tmp_path / "new" / "run"
    some = ("--coefficients", "fresh,products", "--objective", "error,fewest")
    answer = ticketsum("experiment1", "--target", target, *QUICK, *some, "--level", "0.99", "--out", out)
    assert answer.code == 0, answer.err
    found = load(out / "experiment1.nc", experiment.SCHEMA)
    lines = [" ".join(line.split()) for line in answer.out.splitlines()]
    assert "the paper [-a, a] least error 21 0.01 9.39 97.19 77,400" in lines
    rows = experiment1_table(found, 0.99).line_texts()
    assert len(rows) == 1 + 2 * 2 * 2 * 2
    assert all(" ".join(" ".join(row).split()) in lines for row in rows)
    assert "seeds: 2" in answer.out
    assert "1,588 weights of small.npz" in answer.out
    for ending in ("nc", "png", "svg"):
        assert str(out / f"experiment1.{ending}") in answer.out
        assert (out / f"experiment1.{ending}").stat().st_size > 5000
    shown = ticketsum("show", out / "experiment1.nc")
    assert shown.code == 0, shown.err
    assert "Section 5, Experiment 1" in shown.out
    assert "small.npz" in shown.out


@pytest.fixture(scope="module")
def all_shipped():
    return load(shipped("experiment1.nc"), experiment.SCHEMA)


PART = {"n": [12, 21], "epsilon": [0.001, 0.01], "coefficients": ["row", "products"]}


@pytest.mark.parametrize("columns", [40, 60, 80, 250])
@pytest.mark.parametrize("part", [PART, pytest.param({}, marks=pytest.mark.slow)], ids=["part", "all"])
def test_a_narrow_terminal_has_all_columns(all_shipped, columns, part):
    """Of what is shipped: n and every other column, in as many tables as it takes, each with the rows' names."""
    found = all_shipped.sel(part)
    console = Console(width=columns, file=StringIO())
    console.print(experiment1_table(found, 0.95))
    shown = console.file.getvalue()
    assert "…" not in shown
    assert max(map(len, shown.splitlines())) <= columns
    table = shown.split("the paper: ")[0]
    assert all(word in table for word in ("cients", "21", "0.01", "measured", "certified", "97.19"))
    assert (table.count("cients") == 1) == (columns == 250)


def test_the_same_command_does_nothing_twice(ticketsum, target, tmp_path, monkeypatch):
    """One objective, one epsilon: what is not there is left out of the picture, which is the same again."""
    some = ("--n", "5", "--jobs", "1", "--coefficients", "products", "--objective", "error")
    command = ("experiment1", "--target", target, *some, "--out", tmp_path / "run")
    first = ticketsum(*command)
    assert first.code == 0, first.err
    before = (tmp_path / "run" / "experiment1.png").read_bytes()
    monkeypatch.setattr(experiment, "approximate", None)
    assert ticketsum(*command).out == first.out
    assert (tmp_path / "run" / "experiment1.png").read_bytes() == before


def test_the_fewest_alone_are_drawn_too(ticketsum, target, tmp_path):
    """Without the objective `error`, whose panels are left out."""
    some = ("--n", "5", "--jobs", "1", "--coefficients", "products", "--objective", "fewest")
    answer = ticketsum("experiment1", "--target", target, *some, "--out", tmp_path / "run")
    assert answer.code == 0, answer.err


@pytest.fixture
def work_is_an_error(monkeypatch):
    def worked(*arguments, **options):
        raise AssertionError("worked")

    monkeypatch.setattr(experiment, "approximate", worked)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--coefficients", "rows"), "coefficients must be some of row, fresh, products, got rows"),
        (("--coefficients", ","), "coefficients must be some of row, fresh, products, got none"),
        (("--scale", "huge"), "scale must be some of unit, fitted, got huge"),
        (("--objective", "best"), "objective must be some of error, within, fewest, got best"),
        (("--n", "0"), "n must be a whole number of at least 1, got 0"),
        (("--n", "60"), "n must be at most 40, got 60"),
        (("--n", "many"), "n must look like 20, 1:20"),
        (("--epsilon", "0"), "epsilon must be positive and finite, got 0.0"),
        (("--epsilon", "nan"), "epsilon must be positive and finite, got nan"),
        (("--epsilon", "few"), "epsilon must be numbers separated by commas"),
        (("--seeds", "0"), "seeds must be a whole number of at least 1, got 0"),
        (("--seed=-1",), "seed must be a whole number of at least 0, got -1"),
        (("--jobs", "0"), "jobs must be a whole number of at least 1, got 0"),
        (("--level", "95"), "level must be strictly between 0 and 1, got 95.0"),
        (("--target", "absent.npz"), "target must be a file that can be read, got absent.npz"),
    ],
)
def test_bad_input_is_one_line(ticketsum, tmp_path, work_is_an_error, arguments, message):
    assert message in ticketsum("experiment1", "--out", tmp_path / "new", *arguments).one_line_error()
    assert not (tmp_path / "new").exists()


def test_unwritable_folder_is_noticed_before_the_work(ticketsum, tmp_path, target, work_is_an_error):
    """Below a regular file, where even root cannot write. Control: with a good folder, the work is reached."""
    (tmp_path / "file").write_text("kept")
    line = ticketsum("experiment1", "--target", target, "--out", tmp_path / "file" / "new").one_line_error()
    assert f"the output folder must be writable, got {tmp_path / 'file' / 'new'}" in line
    with pytest.raises(AssertionError, match="worked"):
        ticketsum("experiment1", "--target", target, "--n", "5", "--jobs", "1", "--out", tmp_path / "new")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--out", "weights.txt"), "--out must be an .npz file, got weights.txt"),
        (("--learning-rate", "0"), "learning_rate must be positive and finite, got 0.0"),
        (("--epochs", "0"), "epochs must be a whole number of at least 1, got 0"),
        (("--hidden", "0"), "hidden must be a whole number of at least 1, got 0"),
        (("--seed=-1",), "seed must be a whole number of at least 0, got -1"),
    ],
)
def test_bad_training_is_one_line(ticketsum, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    assert message in ticketsum("train-target", *arguments).one_line_error()
    assert not list(tmp_path.iterdir())


def test_training_without_torch_says_what_to_install(ticketsum, tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    line = ticketsum("train-target", "--out", tmp_path / "target.npz").one_line_error()
    assert line == "ticketsum: training needs torch; pip install 'ticketsum[experiments]'"


@pytest.mark.parametrize("command", ["experiment1", "train-target"])
def test_help(ticketsum, command):
    answer = ticketsum(command, "--help")
    assert answer.code == 0
    assert f"ticketsum {command}" in answer.out
    assert command in ticketsum("--help").out
