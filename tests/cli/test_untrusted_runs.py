"""A run that somebody sent: no command that reads it executes anything from it."""

import inspect
import json
import pickle
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest

import analysis
from montecarlo import load, save
from montecarlo.cli.app import app


class Bomb:
    """Unpickling it makes a file."""

    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return (Path.touch, (self.marker,))


def readers():
    """Every command that takes finished runs, those that are yet to be written among them."""
    names = [name for name in app.resolved_commands() if not name.startswith("-")]
    return [n for n in names if {"run", "runs"} & inspect.signature(app[n].default_command).parameters.keys()]


READERS = readers()


def test_all_readers_are_found():
    """The commands that read a run are those we know of, and whatever came later."""
    assert {"estimate", "compare", "plot", "show", "export"} <= set(READERS)
    assert "sweep" not in READERS


@pytest.fixture
def marker(tmp_path):
    """A file that only an exploding bomb makes."""
    return tmp_path / "exploded"


@pytest.fixture
def undrawn(monkeypatch):
    """Nothing is drawn: figures are made of a Dataset in memory, not of what lies beside raw.nc."""
    picture = analysis.Picture("a", "A", "A picture.", Path("a.png"), Path("a.svg"))
    monkeypatch.setattr(analysis, "draw_pictures", lambda *_: [picture])
    monkeypatch.setattr(analysis, "draw_scaling", lambda *_: picture)


@pytest.fixture
def survives(ticketsum, marker, tmp_path, monkeypatch):
    """Run a command: it succeeds, or refuses in one line; the bomb stays whole."""
    monkeypatch.chdir(tmp_path)  # `compare` writes to the folder it stands in

    def run(*arguments):
        try:
            answer = ticketsum(*arguments)
        finally:
            assert not marker.exists()
        if answer.code:
            answer.one_line_error()
        return answer

    return run


def test_the_bomb_works(marker):
    """Control: unpickled, it does what the tests look for."""
    pickle.loads(pickle.dumps(Bomb(marker)))
    assert marker.exists()


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("command", READERS)
def test_bomb_in_a_block(survives, finished, sweep_command, marker, command):
    """An object array in a block: commands that need no blocks ignore it, the sweep refuses it, none unpickles it."""
    objects = np.empty(1, dtype=object)
    objects[0] = Bomb(marker)
    block = next((finished / "blocks").glob("*.npz"))
    np.savez(block, allow_pickle=True, critical_epsilon=objects, header=objects)
    survives(command, finished)
    refused = survives(*sweep_command, "--out", finished)
    assert f"block {block} is damaged" in refused.one_line_error()


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("command", READERS)
def test_bomb_in_run_json(survives, finished, sweep_command, marker, command):
    """A pickle, or Python, in place of run.json: read as JSON or not at all."""
    contents = [pickle.dumps(Bomb(marker)), f"__import__('pathlib').Path({str(marker)!r}).touch()".encode()]
    for content in contents if command in {"status", "consolidate"} else contents[:1]:  # others need no run.json
        (finished / "run.json").write_bytes(content)
        survives(command, finished)
        assert "run.json cannot be read" in survives(*sweep_command, "--out", finished).one_line_error()


PLANTED = {
    "a module of the run": {"class": "RUN.evil:X"},
    "a module beside it": {"class": "evil_beside:X"},
    "a module of Python's own": {"class": "this:X"},
    "a module as the claim's name": {"claim": "evil_beside:X"},
}


@pytest.fixture
def plant(finished, marker, tmp_path):
    """Have run.json name a module; the run is in RUN, and any module that is imported makes the marker."""
    run = finished.rename(tmp_path / "RUN")
    for path in (run / "evil.py", tmp_path / "evil_beside.py"):
        path.write_text(f"import pathlib\npathlib.Path({str(marker)!r}).touch()\n")

    def write(what):
        identity = json.loads((run / "run.json").read_text())
        (run / "run.json").write_text(json.dumps(identity | PLANTED[what]))
        sys.modules.pop("this", None)

    return write


def imported():
    """What was imported of the modules that runs name."""
    return {"this", "RUN", "RUN.evil", "evil_beside"} & sys.modules.keys()


@pytest.mark.parametrize("what", PLANTED)
def test_module_that_only_the_run_names(survives, plant, what):
    """`status` counts trials without it, `consolidate` refuses, and neither imports it."""
    plant(what)
    survives("status", "RUN")
    assert "its code runs only when you name it" in survives("consolidate", "RUN").one_line_error()
    assert not imported()


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("command", sorted(set(READERS) - {"status", "consolidate"}))
def test_module_named_beside_a_finished_run(survives, plant, command):
    """Commands that read raw.nc do what they do, whatever run.json names."""
    plant("a module of the run")
    assert survives(command, "RUN").code == 0
    assert not imported()


def planted_text(dataset, marker):
    """A Dataset whose attributes are Python, shell and a template wherever a reader could take them for more."""
    python = f"__import__('pathlib').Path({str(marker)!r}).touch()"
    names = ("parameters", "provenance", "seed", "source", "statement")
    others = {"more": f"$(touch {marker})", "title": f"{{{{ {python} }}}}"}
    return dataset.assign_attrs(dict.fromkeys(names, python) | others)


@pytest.mark.parametrize("command", READERS)
def test_code_in_attributes(survives, finished, marker, command):
    """Attributes that are Python, shell or a template, under a valid seal: shown or ignored, never run."""
    save(planted_text(load(finished), marker), finished / "raw.nc")
    survives(command, finished)


@pytest.mark.parametrize("command", sorted(set(READERS) - {"status", "consolidate"}))  # which do not open raw.nc
@pytest.mark.parametrize("name", ["provenance", "pickled"])
def test_bomb_in_attributes(survives, finished, marker, command, name):
    """A pickle as an attribute of raw.nc, in place of the provenance or beside it: refused, as it breaks the seal."""
    with h5py.File(finished / "raw.nc", "a") as file:
        file.attrs[name] = np.void(pickle.dumps(Bomb(marker)))
    answer = survives(command, finished)
    assert str(finished / "raw.nc") in answer.one_line_error()
