"""Folders that others have made: nothing outside them is written, emptied or deleted, whatever lies in them."""

import os
import shutil

import pytest

from montecarlo.networks import files as storage
from montecarlo.storage.blocks import Run
from montecarlo.storage.lock import locked

SWEEP = ("sweep", "theorem3", "--n", "1:4", "--trials", "300", "--jobs", "1")
LOCK = ".ticketsum.lock"


@pytest.fixture
def victim(tmp_path):
    """A folder with a file outside the run, which must stay as they are."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "victim").write_text("precious")
    yield folder / "victim"
    assert [path.name for path in folder.iterdir()] == ["victim"]
    assert (folder / "victim").read_text() == "precious"


def planted(path, victim, kind):
    """Put a link to the victim, or to its folder, in the place of `path`."""
    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    {
        "link": lambda: path.symlink_to(victim),
        "link to a folder": lambda: path.symlink_to(victim.parent),
        "dangling link": lambda: path.symlink_to(victim.parent / "new"),
        "hard link": lambda: os.link(victim, path),
        "pipe": lambda: os.mkfifo(path),
        "folder": path.mkdir,
    }[kind]()


COMMANDS = {
    ("sweep", "--repair"): (LOCK, "raw.nc", "run.json", "request.json", "blocks"),
    ("consolidate",): (LOCK, "raw.nc", "run.json", "request.json", "blocks"),
    ("estimate",): ("estimates.nc",),
    ("plot",): ("figures", "figures/growth.png"),
    ("export",): ("export.csv",),
}
KINDS = {"blocks": ["link to a folder"], "figures": ["link to a folder"], "figures/growth.png": ["link"]}
CASES = [
    (command, (name, kind))
    for command, names in COMMANDS.items()
    for name in names
    for kind in KINDS.get(name, ["link", "dangling link", "pipe"])
]


def asked(command, run, sweep):
    """The command that writes to the run, which `sweep` made."""
    first, *more = command
    return (*sweep, *more, "--out", run) if first == "sweep" else (first, run, *more)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_links_that_leave_a_run_are_refused(ticketsum, finished, sweep_command, victim, case):
    """One line that names it; nothing outside is touched, nothing waits for a pipe."""
    command, (name, kind) = case
    (finished / "figures").mkdir(exist_ok=True)
    planted(finished / name, victim, kind)
    line = ticketsum(*asked(command, finished, sweep_command)).one_line_error()
    assert f"{finished / name} must " in line
    assert "remove" in line or "choose another" in line


@pytest.mark.parametrize("command", COMMANDS)
def test_a_second_name_of_a_file_keeps_its_content(ticketsum, finished, sweep_command, victim, command):
    """Files of a run that are hard links to something else are replaced, a lock is refused; none stays behind."""
    for name in COMMANDS[command]:
        if name not in {"blocks", "figures", "run.json", "request.json", LOCK}:
            (finished / name).parent.mkdir(exist_ok=True)
            planted(finished / name, victim, "hard link")
    assert ticketsum(*asked(command, finished, sweep_command)).code == 0
    assert list(finished.rglob(".*")) == []
    if LOCK in COMMANDS[command]:
        planted(finished / LOCK, victim, "hard link")
        assert "must be a file of its own" in ticketsum(*asked(command, finished, sweep_command)).one_line_error()


def test_a_foreign_folder_is_left_alone(ticketsum, finished, tmp_path):
    """Of a user's folder that is no run not one file is changed, removed or added, even if it looks like ours."""
    foreign = tmp_path / "foreign"
    (foreign / "blocks").mkdir(parents=True)
    for name in (".raw.nc.tmp", "blocks/.notes.tmp", ".lock", f"blocks/.x.{'0' * 16}.ticketsum.tmp", "run.json"):
        (foreign / name).write_text("{}")
    before = {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in foreign.rglob("*") if path.is_file()}
    assert "is not a run" in ticketsum(*SWEEP, "--out", foreign).one_line_error()
    (foreign / "run.json").unlink()
    before.pop(foreign / "run.json")
    assert "without other files in blocks/" in ticketsum(*SWEEP, "--out", foreign).one_line_error()
    assert {
        path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in foreign.rglob("*") if path.is_file()
    } == before


def test_a_run_may_lie_behind_a_link(ticketsum, tmp_path):
    """--out that is a link to a folder, or to one that is not there yet, is followed."""
    (tmp_path / "there").mkdir()
    for name in ("there", "new"):
        (tmp_path / f"to {name}").symlink_to(name)
        assert ticketsum(*SWEEP, "--out", tmp_path / f"to {name}").code == 0
        assert (tmp_path / f"to {name}").is_symlink()
        assert (tmp_path / name / "raw.nc").is_file()
    assert ticketsum("estimate", tmp_path / "to new").code == 0
    assert (tmp_path / "new" / "estimates.nc").is_file()


@pytest.fixture
def target(ticketsum, tmp_path):
    path = tmp_path / "T.npz"
    assert ticketsum("target", "--widths", "3,2", "--out", path).code == 0
    return path


def pruned(target, out):
    return ("prune", target, "--n", "5", "--jobs", "1", "--out", out)


def test_pruning_deletes_nothing_of_a_user(ticketsum, target, tmp_path):
    """A folder .P.tmp beside P, and a lock of somebody else's."""
    (tmp_path / ".P.tmp").mkdir()
    (tmp_path / ".P.tmp" / "mine").write_text("")
    (tmp_path / ".P.lock").write_text("mine")
    assert ticketsum(*pruned(target, tmp_path / "P")).code == 0
    assert (tmp_path / ".P.tmp" / "mine").exists()
    assert (tmp_path / ".P.lock").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == [".P.lock", ".P.tmp", "P", "T.npz"]


@pytest.mark.parametrize("there", [True, False])
def test_pruning_follows_a_link_to_an_empty_folder(ticketsum, target, tmp_path, there):
    """Or to one that is not there; a folder that holds something is refused."""
    if there:
        (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to("empty")
    assert ticketsum(*pruned(target, tmp_path / "link")).code == 0
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "empty" / "network.json").is_file()
    assert "needs a new folder" in ticketsum(*pruned(target, tmp_path / "link")).one_line_error()


def test_two_prunings_into_one_folder(ticketsum, target, tmp_path, monkeypatch):
    """The second gets a line at once, while the first goes on to a sound end; links make no difference."""
    (tmp_path / "link").symlink_to("P")
    store, lines = storage.store, []

    def store_late(found, folder):
        lines.extend(ticketsum(*pruned(target, tmp_path / name)).one_line_error() for name in ("P", "link"))
        store(found, folder)

    monkeypatch.setattr(storage, "store", store_late)
    assert ticketsum(*pruned(target, tmp_path / "P")).code == 0
    assert len(lines) == 2
    assert all("is in use by process" in line for line in lines)
    assert ticketsum("check", tmp_path / "P", "--no-bounds").code == 0


def test_a_pruning_that_is_overtaken_loses_nothing_of_the_other(ticketsum, target, tmp_path, monkeypatch):
    """Where there are no locks two may prune into one folder: the last one to end is refused, the first one stays."""
    store, inner = storage.store, []

    def store_late(found, folder):
        if not inner:
            inner.append(None)
            inner[0] = ticketsum(*pruned(target, tmp_path / "P")).code
        store(found, folder)

    monkeypatch.setattr("montecarlo.storage.lock.hold", lambda *_, **__: None)
    monkeypatch.setattr(storage, "store", store_late)
    assert "Directory not empty" in ticketsum(*pruned(target, tmp_path / "P")).one_line_error()
    assert inner == [0]
    assert ticketsum("check", tmp_path / "P", "--no-bounds").code == 0


HOLDERS = {
    "sweep": (*SWEEP, "--out", "OUT"),
    "sweep until": ("sweep", "theorem3", "--n", "1:4", "--until", "0.2", "--epsilon", "0.3", "--out", "OUT"),
    "verify": ("verify", "theorem3", "--constant", "3", "--trials", "64", "--out", "OUT"),
    "packing": ("packing", "--d", "1", "--epsilon", "0.5", "--s", "2", "--trials", "2", "--out", "OUT"),
    "experiment1": ("experiment1", "--n", "4", "--seeds", "1", "--out", "OUT"),
    "reproduce": ("reproduce", "--out", "OUT"),
    "timings": ("timings", "--n", "8", "--out", "OUT"),
    "laws": ("laws", "--samples", "100", "--out", "OUT"),
}


@pytest.mark.parametrize("command", HOLDERS)
def test_a_held_folder_is_refused(ticketsum, tmp_path, monkeypatch, command):
    """By every command that writes to it for more than a moment: one line, and nothing is made or changed."""
    monkeypatch.setattr("montecarlo.storage.lock.MOMENT", 0.0)
    monkeypatch.chdir(tmp_path)
    with locked(tmp_path / "OUT"):
        answer = ticketsum(*HOLDERS[command])
        assert answer.code == 2
        assert answer.err.splitlines()[-1].startswith("ticketsum: OUT is in use by process")
        assert [path.name for path in (tmp_path / "OUT").iterdir()] == [LOCK]


def test_an_estimate_while_another_is_written(ticketsum, finished):
    """Both end well, and the file is whole after each, whoever ends last; a sweep at work is no hindrance."""
    from montecarlo.storage.atomic import replacing

    with locked(finished), replacing(finished / "estimates.nc") as beside:
        assert ticketsum("estimate", finished).code == 0
        whole = (finished / "estimates.nc").read_bytes()
        assert ticketsum("show", finished / "estimates.nc").code == 0
        beside.write_bytes(whole)
    assert (finished / "estimates.nc").read_bytes() == whole
    assert Run.open(finished).blocks()


@pytest.mark.slow
def test_two_processes_at_once(start, finished, target, tmp_path):
    """The same command twice: both succeed, or one is told that the folder is in use; what is stored can be read."""
    commands = {
        ("estimate", finished): 0,
        ("plot", finished): 0,
        ("export", finished): 0,
        (*SWEEP, "--out", tmp_path / "NEW"): 2,
        pruned(target, tmp_path / "P"): 2,
    }
    for command, worst in commands.items():
        both = [start(*command) for _ in range(2)]
        ended = [(*process.communicate(timeout=120), process.returncode) for process in both]
        assert sorted(code for *_, code in ended)[0] == 0, ended
        for _, err, code in ended:
            assert code in {0, worst}
            assert code == 0 or "is in use by process" in err or "needs a new folder" in err
    for command in (("show", finished / "estimates.nc"), ("check", tmp_path / "P", "--no-bounds")):
        process = start(*command)
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, (out, err)
    assert list(tmp_path.rglob(".*")) == []
