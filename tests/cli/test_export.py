"""`ticketsum export`: tidy tables that pandas and seaborn take as they are, whole or not at all."""

import shutil
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import seaborn as sns
import xarray as xr

import analysis
from montecarlo import InputError, Lemma2, load, save, sweep
from montecarlo.cli import export


@pytest.fixture(scope="module")
def lemma2(tmp_path_factory):
    """A run folder with several events and d and both bounds, and its Dataset; made once."""
    dataset = sweep(Lemma2(), n=[4, 8, 12], d=[1, 2], trials=30, relative_tolerance=0.01, resolution=0.05)
    folder = tmp_path_factory.mktemp("lemma2")
    save(dataset, folder / "raw.nc")
    return folder, dataset


@pytest.fixture
def run(lemma2, tmp_path):
    """Copies of both."""
    folder, dataset = lemma2
    return shutil.copytree(folder, tmp_path / "LEMMA"), dataset.copy(deep=True)


def exact(path):
    """A CSV file with its numbers to the bit, read by Python: not every pandas reads the nearest float."""
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    for name in frame.columns.drop(["event", "role"], errors="ignore"):
        texts = frame[name].tolist()
        frame[name] = [int(t) for t in texts] if all(map(str.isdigit, texts)) else [float(t or "nan") for t in texts]
    return frame


def as_dataset(frame, dims):
    """The Dataset that a tidy table came from."""
    return xr.Dataset.from_dataframe(frame.set_index(list(dims)))


def same(table, dataset, names):
    """Every one of these variables is in the table, to the bit and at its labels."""
    frame = table.astype({"event": object})
    for name in names:
        dims = dataset[name].dims
        found = as_dataset(frame[[*dims, name]].drop_duplicates(), dims)[name]
        wanted = dataset[name].drop_vars([c for c in dataset[name].coords if c not in dims])
        assert found.reindex_like(wanted).equals(wanted), name


def test_trials(ticketsum, run):
    """--what trials: a row for every event, d, n and trial, both bounds, numbers to the bit."""
    folder, dataset = run
    answer = ticketsum("export", folder, "--what", "trials")
    assert answer.code == 0
    frame = exact(folder / "export.csv")
    assert list(frame.columns) == ["event", "d", "n", "trial", "critical_epsilon", "critical_epsilon_low"]
    assert len(frame) == dataset["critical_epsilon"].size
    assert not frame.duplicated(["event", "d", "n", "trial"]).any()
    same(frame, dataset, ["critical_epsilon", "critical_epsilon_low"])
    assert f"{len(frame):,} rows in {folder / 'export.csv'}" in answer.out


def test_the_comparison_can_fail(ticketsum, run):
    """Control: one number of a table changed by its last bit, or two labels swapped, is seen."""
    folder, dataset = run
    ticketsum("export", folder, "--what", "trials")
    frame = exact(folder / "export.csv")
    changed, swapped = frame.copy(), frame.copy()
    changed.loc[17, "critical_epsilon"] = np.nextafter(changed.loc[17, "critical_epsilon"], 0.0)
    swapped["n"] = swapped["n"].map({4: 8, 8: 4, 12: 12})
    for wrong in (changed, swapped):
        with pytest.raises(AssertionError):
            same(wrong, dataset, ["critical_epsilon"])


def test_exact_runs_have_one_bound(ticketsum, finished):
    """Where values are exact there is no second column, as there is no second variable."""
    assert ticketsum("export", finished, "--what", "trials").code == 0
    assert list(exact(finished / "export.csv").columns) == ["event", "d", "n", "trial", "critical_epsilon"]


def test_estimates(ticketsum, run):
    """The default: `analysis.success`, a row for every event, d, n and epsilon."""
    folder, dataset = run
    file = folder / "deep" / "rates.csv"
    assert ticketsum("export", folder, "--epsilon", "0.5,0.1", "--level", "0.9", "--csv", file).code == 0
    expected = analysis.success(dataset, [0.5, 0.1], level=0.9)
    frame = exact(file)
    assert set(frame.columns) == set(expected.variables)
    assert len(frame) == expected["success"].size
    same(frame, expected, map(str, expected.data_vars))
    assert ticketsum("export", folder / "raw.nc").code == 0
    assert sorted(exact(folder / "export.csv")["epsilon"].unique(), reverse=True) == analysis.resolved(dataset)


def test_thresholds(ticketsum, run):
    """--what thresholds: `analysis.thresholds`, a row for every event, d and epsilon."""
    folder, dataset = run
    assert ticketsum("export", folder, "--what", "thresholds", "--epsilon", "0.9,0.5", "--delta", "0.3").code == 0
    expected = analysis.thresholds(dataset, [0.9, 0.5], delta=0.3)
    frame = exact(folder / "export.csv")
    assert set(frame.columns) == set(expected.variables)
    same(frame, expected, map(str, expected.data_vars))


def test_filters(ticketsum, run):
    """--n, --d and --event take a part of the run, in its order; the part is that of the whole table."""
    folder, dataset = run
    event = str(dataset["event"].to_numpy()[1])
    for what in ("trials", "estimates"):
        assert ticketsum("export", folder, "--what", what).code == 0
        whole = exact(folder / "export.csv")
        options = ("--n", "12,4", "--d", "2", "--event", event, "--csv", folder / "part.csv")
        assert ticketsum("export", folder, "--what", what, *options).code == 0
        wanted = whole[whole["n"].isin([4, 12]) & (whole["d"] == 2) & (whole["event"] == event)]
        pd.testing.assert_frame_equal(exact(folder / "part.csv"), wanted.reset_index(drop=True), check_exact=True)
        assert 0 < len(wanted) < len(whole)
    assert ticketsum("export", folder, "--event", event, "--event", dataset["event"].to_numpy()[0]).code == 0
    assert exact(folder / "export.csv")["event"].nunique() == 2


REFUSED = {
    ("--n", "5"): "n of the run must be one of 4:12:4, got 5",
    ("--d", "3"): "d of the run must be one of 1,2, got 3",
    ("--event", "statement"): "event of the run must be one of reach,assignment,blockwise,sum,proof, got statement",
    ("--n", "x"): "n must look like 20, 1:20, 4:20:2 or 5,10,20, got 'x'",
    ("--epsilon", "0"): "epsilon must be finite and above 0, got 0.0",
    ("--epsilon", "0.01"): "epsilon must be at least the sweep's resolution 0.05, got 0.01",
    ("--level", "95"): "level must be strictly between 0 and 1, got 95.0",
    ("--what", "all"): 'Invalid value "all" for --what',
    ("--what", "thresholds", "--n", "4"): "leave --n out",
    ("--csv", "."): "an export must go to a file, got .",
    ("--csv", "/dev/null"): "an export must go to a file, got /dev/null",
    ("--csv", "/dev/null/x.csv"): "/dev/null/x.csv must be writable",
}


@pytest.mark.parametrize("options", REFUSED)
def test_refused(ticketsum, run, files, options):
    """Each broken rule in one line with the value; the run is as it was."""
    folder, _ = run
    before = files(folder)
    assert REFUSED[options] in ticketsum("export", folder, *options).one_line_error()
    assert files(folder) == before
    assert not Path("/dev/null").is_file()


def test_the_run_itself_is_not_overwritten(ticketsum, run, files):
    """An export onto the file that it reads is refused."""
    folder, _ = run
    before = files(folder)
    line = ticketsum("export", folder, "--csv", folder / "." / "raw.nc").one_line_error()
    assert "must not replace the run" in line
    assert files(folder) == before


def test_a_table_too_large_is_refused(ticketsum, run, monkeypatch):
    """More rows than the limit: how many, and the filters that help; with them it is written."""
    folder, dataset = run
    monkeypatch.setattr(export, "MOST_ROWS", dataset["critical_epsilon"].size - 1)
    line = ticketsum("export", folder, "--what", "trials").one_line_error()
    assert f"must have at most {export.MOST_ROWS:,} rows, got {dataset['critical_epsilon'].size:,}" in line
    assert "with --n, --d or --event" in line
    assert not (folder / "export.csv").exists()
    assert ticketsum("export", folder, "--what", "trials", "--n", "4").code == 0


@pytest.mark.parametrize("chunk", [1, 7, 30, 10**6])
def test_pieces_make_the_whole(run, tmp_path, monkeypatch, chunk):
    """However many rows are made at once, the file is the same to the byte."""
    dataset = run[1].isel(trial=slice(0, 5))
    export.write_csv(export.trials(dataset), tmp_path / "whole.csv")
    monkeypatch.setattr(export, "_CHUNK", chunk)
    seen = []
    export.write_csv(export.trials(dataset), tmp_path / "pieces.csv", lambda done, total: seen.append((done, total)))
    assert (tmp_path / "pieces.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()
    rows = dataset["critical_epsilon"].size
    assert seen[-1] == (rows, rows)
    assert len(seen) == -(-rows // chunk)


def test_memory_is_that_of_a_piece(tmp_path, monkeypatch):
    """Making 40,000 rows in pieces takes a small part of what the whole table takes at once (control)."""
    import tracemalloc

    values = np.random.default_rng(0).random((1, 1, 10, 4000))
    labels = {"event": ["statement"], "d": [1], "n": np.arange(1, 11), "trial": np.arange(4000)}
    dataset = xr.Dataset({"critical_epsilon": (("event", "d", "n", "trial"), values)}, labels)
    table = export.trials(dataset)
    peaks = []
    for make in (lambda: [len(chunk) for chunk in table], lambda: len(table.chunk(0, table.rows))):
        monkeypatch.setattr(export, "_CHUNK", 2**10)
        tracemalloc.start()
        make()
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[0] < peaks[1] / 10


def test_parquet_holds_the_same(ticketsum, run, monkeypatch):
    """--parquet, in several row groups, and --csv beside it: the same table, with whole numbers whole."""
    parquet = pytest.importorskip("pyarrow.parquet")
    folder, _ = run
    monkeypatch.setattr(export, "_CHUNK", 100)
    for what in ("trials", "estimates", "thresholds"):
        options = ("--what", what, "--csv", folder / "t.csv", "--parquet", folder / "t.parquet")
        assert ticketsum("export", folder, *options).code == 0
        found, wanted = pd.read_parquet(folder / "t.parquet"), exact(folder / "t.csv")
        pd.testing.assert_frame_equal(found, wanted, check_exact=True)
        assert parquet.ParquetFile(folder / "t.parquet").num_row_groups == -(-len(wanted) // 100)


def test_parquet_without_pyarrow(ticketsum, run, monkeypatch, files):
    """One line that says what to install, before anything is written; CSV needs none of it."""
    folder, _ = run
    before = files(folder)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    line = ticketsum("export", folder, "--parquet", folder / "t.parquet").one_line_error()
    assert "pip install 'ticketsum[parquet]'" in line
    assert files(folder) == before
    assert ticketsum("export", folder).code == 0


@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.parametrize("failure", [KeyboardInterrupt, OSError("disk full")])
def test_written_whole_or_not_at_all(run, tmp_path, ending, failure):
    """A writer that dies in the middle leaves the old file, and nothing beside it; the next one replaces it."""
    if ending == "parquet":
        pytest.importorskip("pyarrow")
    table, path = export.trials(run[1]), tmp_path / "out" / f"t.{ending}"
    write = {"csv": export.write_csv, "parquet": export.write_parquet}[ending]
    path.parent.mkdir()
    path.write_text("old")

    def die(done, total):
        raise failure

    with pytest.raises((KeyboardInterrupt, InputError)):
        write(table, path, die)
    assert path.read_text() == "old"
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]
    write(table, path)
    assert path.stat().st_size > 1000
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_a_crash_before_the_rename_leaves_the_old_file(run, tmp_path, monkeypatch):
    """The file is complete before its name is: until then the old content stands."""
    path = tmp_path / "t.csv"
    path.write_text("old")

    def die(*names):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("os.replace", die)
        with pytest.raises(KeyboardInterrupt):
            export.write_csv(export.trials(run[1]), path)
    assert path.read_text() == "old"


def test_a_link_stays_a_link(run, tmp_path):
    """An export to a link goes to the file that it names."""
    (tmp_path / "link.csv").symlink_to(tmp_path / "file.csv")
    export.write_csv(export.trials(run[1]), tmp_path / "link.csv")
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "file.csv").stat().st_size > 0


def test_seaborn_takes_the_file_as_it_is(ticketsum, run):
    """pandas.read_csv of an export, straight into seaborn: a line an epsilon, through the success probabilities."""
    folder, dataset = run
    event = str(dataset["event"].to_numpy()[0])
    options = ("--epsilon", "0.5,0.2", "--event", event, "--d", "2")
    assert ticketsum("export", folder, *options).code == 0
    axes = sns.lineplot(data=pd.read_csv(folder / "export.csv"), x="n", y="success", hue="epsilon")
    rates = analysis.success(load(folder), [0.5, 0.2]).sel(event=event, d=2)
    drawn = [line.get_xydata() for line in axes.get_lines() if len(line.get_xdata())]
    assert len(drawn) == 2
    wanted = sorted(rates["success"].transpose("epsilon", "n").to_numpy().tolist())
    assert sorted(line[:, 1].tolist() for line in drawn) == wanted
    assert all(line[:, 0].tolist() == [4, 8, 12] for line in drawn)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("n", "success")
    plt.close("all")


@pytest.mark.parametrize("command", ["show", "export"])
def test_help_has_an_example(ticketsum, command):
    """The help of both commands ends in a command that can be typed."""
    text = " ".join(ticketsum(command, "--help").out.split())
    assert f"ticketsum {command} RUN" in text.split("Parameters")[0].split("RUN", 1)[1]


def test_padding_is_no_row(run):
    """Of d with different numbers of trials, the rows are those that each d has, in the order of the whole table."""
    _, dataset = run
    ragged = dataset.assign(trials=("d", [30, 11]))
    there = ragged["trial"] < ragged["trials"]
    for name in ("critical_epsilon", "critical_epsilon_low"):
        ragged[name] = dataset[name].where(there)
    whole, table = export.trials(dataset), export.trials(ragged)
    frame = pd.concat(table).reset_index(drop=True)
    kept = pd.concat(whole).query("d == 1 or trial < 11").reset_index(drop=True)
    assert table.rows == len(frame) == len(kept)
    pd.testing.assert_frame_equal(frame, kept, check_exact=True)
    pd.testing.assert_frame_equal(table.chunk(40, 200).reset_index(drop=True), kept[40:200].reset_index(drop=True))
    assert set(pd.concat(export.estimates(ragged, [0.1], 0.95))["trials"]) == {30, 11}


def test_what_is_selected_keeps_the_order_of_the_run():
    """In whatever order it is asked for, and each once."""
    dataset = xr.Dataset(coords={"event": ["a", "b", "c"]})
    assert export.selected(dataset, {"event": ["c", "a", "c"]})["event"].to_numpy().tolist() == ["a", "c"]
