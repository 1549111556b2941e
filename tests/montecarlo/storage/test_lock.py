"""One writer a folder: who holds it is known, whoever waits gets it, and a lock file is never anybody else's file."""

import errno
import fcntl
import json
import os
import threading
import time
from contextlib import ExitStack

import pytest

from montecarlo import InputError
from montecarlo.storage import lock
from montecarlo.storage.lock import holder, locked, reserved

LOCK = ".ticketsum.lock"


def test_a_lock_is_there_while_it_is_held(tmp_path):
    """It names its process, and is gone at the end, also after an error; a folder is made if there is none."""
    for folder in (tmp_path, tmp_path / "new" / "folder"):
        with locked(folder):
            assert json.loads((folder / LOCK).read_text())["pid"] == os.getpid()
            assert holder(folder)["pid"] == os.getpid()
        assert not (folder / LOCK).exists()
        with pytest.raises(ZeroDivisionError), locked(folder):
            raise ZeroDivisionError
        assert not list(folder.glob(".*"))
        assert holder(folder) is None


def test_a_held_folder_is_refused_at_once(tmp_path):
    """The line says who holds it; what the holder wrote stays."""
    with locked(tmp_path):
        before, started = (tmp_path / LOCK).read_bytes(), time.monotonic()
        with (
            pytest.raises(InputError, match=rf"{tmp_path} is in use by process {os.getpid()} on .* since .*; wait for"),
            locked(tmp_path),
        ):
            raise AssertionError
        assert time.monotonic() - started < 5.0
        assert (tmp_path / LOCK).read_bytes() == before


def test_whoever_waits_gets_it(tmp_path):
    """As soon as it is free; the one who waits then holds a lock that is there, not the one that was removed."""
    entered, order = threading.Event(), []

    def first():
        with locked(tmp_path):
            entered.set()
            time.sleep(2.0 * lock._GRACE)
            order.append("first")

    thread = threading.Thread(target=first)
    thread.start()
    assert entered.wait(60.0)
    with locked(tmp_path, wait=60.0):
        order.append("second")
        assert (tmp_path / LOCK).exists()
        assert holder(tmp_path) is not None
    thread.join()
    assert order == ["first", "second"]


def test_a_lock_removed_before_it_was_held_is_none(tmp_path, monkeypatch):
    """Between opening and locking it its holder ended, and removed it: a third process would not see it."""
    flock, seen = fcntl.flock, []

    def late(file, operation):
        if not seen:
            (tmp_path / LOCK).unlink()
        seen.append(file)
        return flock(file, operation)

    monkeypatch.setattr(fcntl, "flock", late)
    with locked(tmp_path):
        assert (tmp_path / LOCK).exists()
        with pytest.raises(InputError, match="is in use"), locked(tmp_path):
            raise AssertionError


def test_what_a_killed_process_wrote_means_nothing(tmp_path):
    """Its lock is taken over, its longer text is gone, and the file too in the end."""
    (tmp_path / LOCK).write_text(json.dumps({"pid": 1, "host": "nowhere" * 100}))
    assert holder(tmp_path) is None
    with locked(tmp_path):
        assert json.loads((tmp_path / LOCK).read_text())["pid"] == os.getpid()
    assert not (tmp_path / LOCK).exists()


def test_looking_takes_nothing(tmp_path):
    """Two that look at once see nobody, and a writer that comes meanwhile waits a moment for them."""
    (tmp_path / LOCK).write_text("")
    looking = os.open(tmp_path / LOCK, os.O_RDONLY)
    fcntl.flock(looking, fcntl.LOCK_SH)
    assert holder(tmp_path) is None
    threading.Timer(0.25 * lock._GRACE, os.close, [looking]).start()
    with locked(tmp_path):
        pass


@pytest.mark.parametrize("kind", ["link", "dangling link", "hard link", "pipe", "folder"])
@pytest.mark.parametrize("how", [locked, reserved])
def test_a_planted_lock_is_refused(tmp_path, kind, how):
    """Nothing is written to what it leads to, nothing is made there, nobody waits for a pipe."""
    victim, folder = tmp_path / "victim", tmp_path / "folder"
    victim.write_text("precious")
    folder.mkdir()
    path = folder / LOCK if how is locked else tmp_path / f".folder{LOCK}"
    {
        "link": lambda: path.symlink_to(victim),
        "dangling link": lambda: path.symlink_to(tmp_path / "nothing"),
        "hard link": lambda: os.link(victim, path),
        "pipe": lambda: os.mkfifo(path),
        "folder": path.mkdir,
    }[kind]()
    with (
        pytest.raises(InputError, match=rf"{path} must be a file of its own, got a link, a folder or a device; remove"),
        how(folder),
    ):
        raise AssertionError
    assert victim.read_text() == "precious"
    assert not (tmp_path / "nothing").exists()
    assert path.is_symlink() or path.exists()
    holder(folder)


def test_a_reserved_folder_stays_as_it_is(tmp_path):
    """It may be absent or empty: the lock lies beside, for all ways to name the folder, and is removed."""
    (tmp_path / "link").symlink_to("P")
    with ExitStack() as stack:
        stack.enter_context(reserved(tmp_path / "P"))
        assert sorted(path.name for path in tmp_path.iterdir()) == [f".P{LOCK}", "link"]
        for name in ("P", "link"):
            with pytest.raises(InputError, match=f"{tmp_path / name} is in use by process"), reserved(tmp_path / name):
                raise AssertionError
        stack.enter_context(reserved(tmp_path / "Q"))
    assert [path.name for path in tmp_path.iterdir()] == ["link"]


def test_without_locks_everybody_goes_on(tmp_path, monkeypatch):
    """A file system that has none is no reason not to write to it."""

    def none(file, operation):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", none)
    with locked(tmp_path):
        pass
    assert holder(tmp_path) is None


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    """A file is in the way."""
    (tmp_path / "file").write_text("")
    for how in (locked, reserved):
        with pytest.raises(InputError, match="the output folder must be writable, got"), how(tmp_path / "file" / "x"):
            raise AssertionError


def test_what_was_refused_leaves_no_empty_folders(tmp_path):
    """Neither the folder nor those that were made for it; those that were there stay."""
    (tmp_path / "there").mkdir()
    with pytest.raises(ZeroDivisionError), locked(tmp_path / "there" / "new" / "folder"):
        raise ZeroDivisionError
    assert list(tmp_path.rglob("*")) == [tmp_path / "there"]
