"""`ticketsum show`: every fact of the provenance, a line each, or JSON; files of all kinds, and those that lie."""

import json

import numpy as np
import pytest
import xarray as xr

import analysis
from montecarlo import Lemma1, Theorem1, Theorem3, load, save, sweep
from montecarlo.cli.parsing import parse_grid
from montecarlo.cli.show import facts, grid_text
from montecarlo.law_checks import fit_laws
from montecarlo.timings import time_solvers


def shown(answer):
    """Heading -> text of what `show` printed; lines without a heading go on the one before."""
    found = {}
    for line in answer.out.splitlines():
        heading, _, text = line.partition("  ")
        key = heading or list(found)[-1]
        found[key] = (found[key] + "\n" if not heading else "") + text.strip()
    return found


@pytest.fixture
def bracketed(tmp_path):
    """The run folder of a sweep with three events, two bounds and a grid with a step, and its Dataset."""
    dataset = sweep(Lemma1(), n=[2, 4, 6], trials=1200, relative_tolerance=0.01, resolution=0.05, seed=7)
    save(dataset, tmp_path / "LEMMA" / "raw.nc")
    return tmp_path / "LEMMA", dataset


def test_every_fact_is_shown(ticketsum, bracketed):
    """Claim, statement, source, events with formulas, grid, trials, precision, seed, versions, machine, time."""
    folder, dataset = bracketed
    answer = ticketsum("show", folder)
    assert answer.code == 0
    assert not answer.err
    found, provenance = shown(answer), json.loads(dataset.attrs["provenance"])
    assert found["file"] == str(folder / "raw.nc")
    assert [found[name] for name in ("claim", "label", "statement", "source")] == [
        dataset.attrs[name] for name in ("claim", "label", "statement", "source")
    ]
    events = zip(dataset["event"].to_numpy(), dataset["formula"].to_numpy(), strict=True)
    roles = ["the statement itself", "sufficient", "sufficient"]
    assert found["events"].splitlines() == [
        f"{event}: critical epsilon = {formula} ({role})" for (event, formula), role in zip(events, roles, strict=True)
    ]
    assert found["grid"] == "n = 2:6:2; d = 1"
    assert found["trials"] == "1,200"
    assert found["precision"] == "certified within 1%; critical epsilons not followed below 0.05"
    assert found["seed"] == "7"
    assert found["numbers"] == "claim 1, covering 1, sampling 1"
    assert found["created"] == provenance["created"]
    assert found["machine"] == provenance["machine"]
    for name, version in {**provenance["versions"], "python": provenance["python"]}.items():
        assert f"{name} {version}" in found["versions"]


def test_exact_runs_and_parameters(ticketsum, finished, tmp_path):
    """An exact run says so, with the command as it can be typed again; parameters of the claim have their line."""
    found = shown(ticketsum("show", finished))
    assert found["precision"] == "exact"
    save(sweep(Theorem1(depth=3), n=3, trials=4), tmp_path / "DEEP" / "raw.nc")
    assert shown(ticketsum("show", tmp_path / "DEEP"))["parameters"] == "depth 3"


def planted(dataset, **facts):
    """`dataset` with these keys in its provenance, among those that are there."""
    return dataset.assign_attrs(provenance=json.dumps({**json.loads(dataset.attrs["provenance"]), **facts}))


def test_keys_nobody_knows_are_shown_as_they_are(ticketsum, finished):
    """A provenance with more in it than today's: key and value as they stand; what it says otherwise is there twice."""
    words = ["/opt/bin/ticketsum", "sweep", "theorem3", "--out", "MY RUN"]
    more = {"commit": "0123abc", "wall_seconds": 12.5, "cores": [0, 1], "seed": 99, "command": words}
    save(planted(load(finished), **more), finished / "raw.nc")
    found = shown(ticketsum("show", finished))
    assert (found["commit"], found["wall_seconds"], found["cores"]) == ("0123abc", "12.5", "0, 1")
    assert (found["seed"], found["seed of provenance"]) == ("0", "99")
    assert found["command"] == "ticketsum sweep theorem3 --out 'MY RUN'"
    lost = {"claim", "parameters", "relative_tolerance", "resolution", "versions", "python"}  # in lines tested above
    keys = json.loads(load(finished).attrs["provenance"]).keys()
    named = {"n_max": "largest n drawn", "block_trials": "trials per block", "format": "format of blocks"}
    assert {named.get(key, key) for key in keys - lost} <= found.keys()


def test_json_is_all_of_it(ticketsum, bracketed):
    """--json: valid JSON and nothing else on stdout, with provenance, events and grid as values, not as texts."""
    folder, dataset = bracketed
    answer = ticketsum("show", folder, "--json")
    assert (answer.code, answer.err) == (0, "")
    found = json.loads(answer.out)
    assert found == facts(folder)
    assert found["provenance"] == json.loads(dataset.attrs["provenance"])
    assert found["events"] == dict(zip(dataset["event"].to_numpy(), dataset["formula"].to_numpy(), strict=True))
    assert found["grid"] == {"n": [2, 4, 6], "d": [1]}
    assert found["sizes"]["trial"] == 1200
    assert set(dataset.attrs) <= set(found)


def test_nothing_is_wrapped_in_a_pipe(ticketsum, ticketsum_process, made, monkeypatch):
    """Whatever the width, a fact is a line; control: the statement is longer than the narrow width."""
    statement = Theorem3.statement
    assert len(statement) > 40
    for width in ("40", "200"):
        monkeypatch.setenv("COLUMNS", width)
        assert shown(ticketsum("show", made))["statement"] == statement
    # with COLUMNS=100 of its own
    assert any(line.endswith(statement) for line in ticketsum_process("show", made).out.splitlines())


def test_a_terminal_gets_columns(finished, monkeypatch):
    """On a terminal long texts are folded within their column, and the whole fits on one screen."""
    import io

    from rich.console import Console

    from montecarlo.cli import show
    from montecarlo.cli.output import Terminal

    console = Console(file=io.StringIO(), force_terminal=True, width=100, color_system=None)
    monkeypatch.setattr(show, "terminal", lambda **_: Terminal(console))
    show.show(finished)
    lines = console.file.getvalue().splitlines()
    assert len(lines) <= 30
    assert max(map(len, lines)) <= 100
    assert "statement" in "".join(lines)


def test_the_other_files(ticketsum, finished, tmp_path):
    """estimates.nc, constants.nc, laws.nc and timings.nc show what they have; estimates keep their run's provenance."""
    dataset = load(finished)
    save(analysis.estimate(dataset, [0.3, 0.1]), tmp_path / "estimates.nc")
    save(analysis.constants([dataset]), tmp_path / "constants.nc")
    save(fit_laws(1000, seed=3), tmp_path / "laws.nc")
    save(time_solvers([4, 5], rounds=1), tmp_path / "timings.nc")
    found = {name: shown(ticketsum("show", tmp_path / f"{name}.nc")) for name in ("estimates", "constants", "laws")}
    assert found["estimates"]["grid"] == "n = 1:5; d = 1; epsilon = 0.3,0.1"
    assert found["estimates"]["created"] == json.loads(dataset.attrs["provenance"])["created"]
    assert found["estimates"]["trials"] == "9,000"
    assert found["constants"]["confidence level"] == "0.95"
    assert found["laws"]["draws of each law"] == "1000"
    assert found["laws"]["seed"] == "3"
    assert "machine" in shown(ticketsum("show", tmp_path / "timings.nc"))


@pytest.mark.parametrize(
    "values", [[1], [1, 2], [1, 2, 3], [4, 6, 8, 10], [5, 10, 20], [1, 2, 4, 5], list(range(1, 99))]
)
def test_grids_are_written_as_they_are_given(values):
    """What stands for a grid of n gives that grid back to `--n`."""
    assert parse_grid("n", grid_text(values)) == tuple(values)


def test_long_grids_are_cut():
    """A grid that is no range keeps both its ends and loses its middle."""
    text = grid_text([k * k for k in range(1, 40)])
    assert text.startswith("1,4,9,")
    assert text.endswith(",...,1521")
    assert len(text) < 60


def test_files_that_are_not_ours(ticketsum, finished, tmp_path):
    """A foreign netCDF file, a damaged one, a missing one, a folder without a run: a line each, nothing on stdout."""
    xr.Dataset({"x": ("t", [1.0])}).to_netcdf(tmp_path / "other.nc", engine="h5netcdf")
    line = ticketsum("show", tmp_path / "other.nc").one_line_error()
    assert f"{tmp_path / 'other.nc'} must be a file that ticketsum wrote" in line
    for path in (tmp_path / "nowhere", tmp_path):
        assert f"a finished run must hold raw.nc, got {path};" in ticketsum("show", path).one_line_error()
    content = (finished / "raw.nc").read_bytes()
    (finished / "raw.nc").write_bytes(content[: len(content) // 2])
    assert "is not a readable netCDF file" in ticketsum("show", finished, "--json").one_line_error()


@pytest.mark.parametrize("command", ["show", "estimate", "plot", "export", "compare"])
def test_a_newer_layout_is_refused(ticketsum, finished, command):
    """A file of a later schema: one line that names both; nothing is written."""
    save(load(finished).assign_attrs(schema=np.int64(2)), finished / "raw.nc")
    before = sorted(finished.iterdir())
    line = ticketsum(command, finished).one_line_error()
    assert "has schema 2, newer than the 1 of this ticketsum; install a newer ticketsum" in line
    assert sorted(finished.iterdir()) == before


def test_texts_of_a_file_do_not_steer_the_terminal(ticketsum, finished):
    """Escape sequences, line breaks, markup and emoji codes in a file are shown, not obeyed."""
    nasty = "\x1b]0;owned\x07[bold]x[/bold]\nfile  y :100: \u202e"
    save(planted(load(finished), note=nasty).assign_attrs(title=nasty), finished / "raw.nc")
    for options in ((), ("--json",)):
        out = ticketsum("show", finished, *options).out
        assert not set("\x1b\x07\u202e") & set(out)
        assert "[bold]x[/bold]" in out
        assert ":100:" in out
    found = shown(ticketsum("show", finished))
    assert found["note"] == found["title"] == r"\x1b]0;owned\x07[bold]x[/bold]\nfile  y :100: \u202e"
    assert found["file"] == str(finished / "raw.nc")


def test_a_seed_stays_a_text(finished):
    """As in the file: a seed of many digits is no JSON number that every reader keeps."""
    assert facts(finished)["seed"] == "0"


def test_trials_of_each_d_and_what_stopped_them_are_shown(ticketsum, tmp_path):
    """One number of trials for each d, the reason why the sweep stopped, and the kind of interval of its estimates."""
    dataset = sweep(Theorem3(), n=[4, 8], trials=1200)
    stopped = dataset.assign(trials=("d", [1100])).assign_attrs(stopping="half-width 0.05")
    stopped["critical_epsilon"] = dataset["critical_epsilon"].where(dataset["trial"] < 1100)
    save(stopped, tmp_path / "RUN" / "raw.nc")
    estimated = ticketsum("estimate", tmp_path / "RUN", "--epsilon", "0.1")
    assert "1,100 trials" in estimated.out
    assert "confidence sequence" in estimated.out
    for file in ("raw.nc", "estimates.nc"):
        found = shown(ticketsum("show", tmp_path / "RUN" / file))
        assert (found["trials"], found["stopping"]) == ("1,100", "half-width 0.05")
    assert found["intervals"].startswith("confidence sequence (valid however the sweep was stopped)")
