"""Files appear whole or not at all, flushed in the right order; nobody else's file is written to or removed."""

import os
import stat
from pathlib import Path

import pytest

from montecarlo import InputError
from montecarlo.storage import atomic as durable
from montecarlo.storage.atomic import (
    make_folder,
    new_folder,
    remove_left_over,
    replacing,
    require_inside,
    write_atomically,
)

TOKEN = "0123456789abcdef"
LEFT = f".file.{TOKEN}.ticketsum.tmp"


@pytest.fixture
def calls(monkeypatch):
    """What is flushed and renamed, in order: ("sync", inode, size) and ("rename", inode, name)."""
    found, fsync, replace = [], os.fsync, os.replace

    def synced(descriptor):
        status = os.fstat(descriptor)
        found.append(("sync", status.st_ino, status.st_size if stat.S_ISREG(status.st_mode) else None))
        fsync(descriptor)

    def renamed(source, target):
        found.append(("rename", Path(source).stat().st_ino, Path(target).name))
        replace(source, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", renamed)
    return found


def written(path, content, how):
    if how == "write_atomically":
        write_atomically(path, content)
    elif how == "replacing":
        with replacing(path) as beside:
            beside.write_bytes(content)
    else:
        with new_folder(path) as beside:
            (beside / "file").write_bytes(content)


def inode(path):
    return path.stat().st_ino


def refuses(path, **options):
    """The message of `replacing` that never begins."""
    with pytest.raises(InputError) as refused, replacing(path, **options):
        raise AssertionError
    return str(refused.value)


@pytest.fixture
def victim(tmp_path):
    """A file outside the folder, which must never change."""
    path = tmp_path / "elsewhere" / "victim"
    path.parent.mkdir()
    path.write_text("precious")
    yield path
    assert path.read_text() == "precious"
    assert [found.name for found in path.parent.iterdir()] == ["victim"]


@pytest.fixture
def folder(tmp_path):
    """Where files are written."""
    path = tmp_path / "folder"
    path.mkdir()
    return path


@pytest.mark.parametrize("how", ["write_atomically", "replacing"])
def test_a_file_is_flushed_then_renamed_then_its_folder_flushed(folder, calls, how):
    """All bytes are on disk before the name is, and the name before anybody is told."""
    written(folder / "file", b"12345", how)
    file = inode(folder / "file")
    assert calls == [("sync", file, 5), ("rename", file, "file"), ("sync", inode(folder), None)]


def test_a_folder_is_flushed_with_all_its_files_then_renamed(folder, calls):
    """Every file, then the folder of their names, then its own name."""
    with new_folder(folder / "new") as beside:
        (beside / "one").write_bytes(b"1")
        (beside / "two").write_bytes(b"12")
    new = folder / "new"
    files = [("sync", inode(new / name), size) for name, size in (("one", 1), ("two", 2))]
    assert sorted(calls[:2]) == sorted(files)
    assert calls[2:] == [("sync", inode(new), None), ("rename", inode(new), "new"), ("sync", inode(folder), None)]


def test_new_folders_are_flushed_to_those_that_name_them(folder, calls):
    """Each of a/b/c once by its parent; one that is there already costs nothing."""
    make_folder(folder / "a" / "b" / "c")
    assert {call[1] for call in calls} == {inode(folder), inode(folder / "a"), inode(folder / "a" / "b")}
    del calls[:]
    make_folder(folder / "a" / "b" / "c")
    assert calls == []


def test_files_have_the_rights_of_any_new_file(folder):
    """As the umask says, so that a group can share a run."""
    before = os.umask(0o027)
    try:
        written(folder / "one", b"", "write_atomically")
        written(folder / "two", b"", "replacing")
        with new_folder(folder / "three"):
            pass
    finally:
        os.umask(before)
    found = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert found == {"one": 0o640, "two": 0o640, "three": 0o750}


def test_two_writers_of_a_file_share_nothing(folder):
    """Each has a place of its own beside, and the last one's content stays; nothing else does."""
    with replacing(folder / "file") as one:
        one.write_text("one")
        with replacing(folder / "file") as other:
            assert one != other
            other.write_text("other")
        assert (folder / "file").read_text() == "other"
    assert (folder / "file").read_text() == "one"
    assert [path.name for path in folder.iterdir()] == ["file"]


def test_two_writers_of_a_folder_share_nothing(folder):
    """The first to end has it; the other one is refused, and leaves nothing."""
    outer = new_folder(folder / "new")
    (outer.__enter__() / "x").write_text("one")
    with new_folder(folder / "new") as other:
        (other / "x").write_text("other")
    with pytest.raises(OSError, match="not empty"):
        outer.__exit__(None, None, None)
    assert (folder / "new" / "x").read_text() == "other"
    assert [path.name for path in folder.iterdir()] == ["new"]


def test_what_is_left_over_is_removed_and_what_a_living_writer_has_is_not(folder):
    """Files and folders of killed processes go, of one name or of all; those of a writer at work stay."""
    other = folder / f".other.{TOKEN}.ticketsum.tmp"
    other.mkdir()
    (other / "x").write_text("")
    (folder / LEFT).write_text("")
    with replacing(folder / "file") as file, new_folder(folder / "new") as new:
        assert not (folder / LEFT).exists()  # by the writer of the same file
        (folder / LEFT).write_text("")
        remove_left_over(folder, "file")
        assert sorted(folder.iterdir()) == sorted([file, new, other])
        remove_left_over(folder)
        assert sorted(folder.iterdir()) == sorted([file, new])
    assert sorted(path.name for path in folder.iterdir()) == ["file", "new"]


def test_a_new_folder_removes_what_was_left_over_beside_it(folder):
    """By a killed writer of the same folder."""
    left = folder / f".new.{TOKEN}.ticketsum.tmp"
    left.mkdir()
    with new_folder(folder / "new"):
        assert not left.exists()


@pytest.mark.parametrize(
    "name",
    [".file.tmp", f"file.{TOKEN}.ticketsum.tmp", ".file.0123.ticketsum.tmp", f".file.{TOKEN}.tmp", f"{LEFT}.txt",
     f".{TOKEN}.ticketsum.tmp", f".file.{TOKEN.upper()}.ticketsum.tmp"],
)  # fmt: skip
def test_what_has_not_our_mark_stays(folder, name):
    """A user's own temporary files, and names that only look like ours."""
    (folder / name).write_text("mine")
    remove_left_over(folder)
    written(folder / "file", b"", "replacing")
    assert (folder / name).read_text() == "mine"


def test_links_and_pipes_with_our_mark_stay(folder, victim):
    """We never make them, so they are not ours; what is linked in a folder of ours stays as well."""
    (folder / LEFT).symlink_to(victim)
    (folder / f".dir.{TOKEN}.ticketsum.tmp").symlink_to(victim.parent)
    os.mkfifo(folder / f".fifo.{TOKEN}.ticketsum.tmp")
    planted = sorted(folder.iterdir())
    ours = folder / f".ours.{TOKEN}.ticketsum.tmp"
    ours.mkdir()
    (ours / "link").symlink_to(victim.parent)
    os.link(victim, folder / f".hard.{TOKEN}.ticketsum.tmp")
    remove_left_over(folder)
    assert sorted(folder.iterdir()) == planted


def test_without_locks_nothing_is_removed(folder, monkeypatch):
    """Nobody can tell then whether a writer lives; writing goes on."""
    monkeypatch.setattr(durable, "hold", lambda *_, **__: None)
    (folder / LEFT).write_text("")
    written(folder / "file", b"1", "replacing")
    assert sorted(path.name for path in folder.iterdir()) == [LEFT, "file"]


@pytest.mark.parametrize("answer", [True, False])
def test_a_file_that_was_taken_for_left_over_is_made_again(folder, monkeypatch, answer):
    """Somebody clears up between its creation and its lock: another one is written to."""
    hold, names = durable.hold, []

    def too_late(descriptor, **options):
        names.extend(path.name for path in folder.iterdir())
        if len(names) == 1:
            (folder / names[0]).unlink()
            return answer
        return hold(descriptor, **options)

    monkeypatch.setattr(durable, "hold", too_late)
    write_atomically(folder / "file", b"whole")
    assert len(set(names)) == 2
    assert (folder / "file").read_bytes() == b"whole"


@pytest.mark.parametrize("planted", ["link", "hard link", "file", "folder"])
@pytest.mark.parametrize("how", ["write_atomically", "replacing", "new_folder"])
def test_a_name_that_is_there_is_never_written_to(folder, victim, monkeypatch, planted, how):
    """Even whoever guesses a random name gains nothing: it is created, never opened."""
    monkeypatch.setattr(durable.secrets, "token_hex", lambda _: TOKEN)
    monkeypatch.setattr(durable, "remove_left_over", lambda *_: None)
    beside = folder / LEFT
    {
        "link": lambda: beside.symlink_to(victim),
        "hard link": lambda: os.link(victim, beside),
        "file": lambda: beside.write_text(""),
        "folder": beside.mkdir,
    }[planted]()
    with pytest.raises((InputError, OSError), match="File exists"):
        written(folder / "file", b"ours", how)
    assert list(folder.iterdir()) == [beside]


@pytest.mark.parametrize("how", ["write_atomically", "replacing"])
def test_a_second_name_of_a_file_keeps_its_content(folder, victim, how):
    """A hard link is replaced, not written to."""
    os.link(victim, folder / "file")
    written(folder / "file", b"ours", how)
    assert (folder / "file").read_bytes() == b"ours"


def test_a_link_is_replaced_by_what_is_written_atomically(folder, victim):
    """Its target stays as it is."""
    (folder / "file").symlink_to(victim)
    write_atomically(folder / "file", b"ours")
    assert not (folder / "file").is_symlink()
    assert (folder / "file").read_bytes() == b"ours"


@pytest.mark.parametrize("target", ["victim", "missing", "../folder2/x"])
def test_a_link_that_leaves_its_folder_is_refused(folder, victim, target):
    """One line that names it and the way out; nothing is made where it leads."""
    (folder / "file").symlink_to(victim.parent / target)
    assert f"{folder / 'file'} must lie in its folder, got a link to " in refuses(folder / "file")
    assert [path.name for path in folder.iterdir()] == ["file"]


def test_a_link_that_stays_or_that_the_user_named_is_followed(folder, tmp_path):
    """It stays a link, and its target is replaced; a target that is not there is made."""
    for name, target, options in (
        ("within", folder / "target", {}),
        ("named", tmp_path / "outside", {"follow": True}),
        ("new", tmp_path / "not" / "yet", {"follow": True}),
    ):
        (folder / name).symlink_to(target)
        with replacing(folder / name, **options) as beside:
            assert beside.parent == target.parent
            beside.write_text(name)
        assert (folder / name).is_symlink()
        assert target.read_text() == name


@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_only_files_are_replaced(folder, kind):
    """Neither a folder nor a pipe or device, which root could replace: /dev/null, say."""
    (folder / "file").mkdir() if kind == "folder" else os.mkfifo(folder / "file")
    assert "file must be a file, got a folder or a device; choose another with --csv" in refuses(
        folder / "file", option="--csv"
    )


@pytest.mark.parametrize("how", ["write_atomically", "replacing", "new_folder"])
def test_an_error_leaves_what_was_there_and_nothing_beside(folder, how, monkeypatch):
    """Ctrl-C before the rename, or an error while writing."""
    path = folder / "file"
    path.mkdir() if how == "new_folder" else path.write_text("old")

    def die(*names):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", die)
    with pytest.raises(KeyboardInterrupt):
        written(path, b"new", how)
    assert list(folder.iterdir()) == [path]
    assert path.is_dir() or path.read_text() == "old"


def test_a_new_folder_takes_the_place_of_an_empty_one_behind_a_link(folder, tmp_path):
    """The link stays, and so does what names it."""
    (tmp_path / "empty").mkdir()
    (folder / "link").symlink_to(tmp_path / "empty")
    with new_folder(folder / "link") as beside:
        (beside / "x").write_text("here")
    assert (folder / "link").is_symlink()
    assert (tmp_path / "empty" / "x").read_text() == "here"


def test_what_leaves_a_folder_is_refused(folder, victim):
    """Links that lead out, at any depth, and pipes; links that stay within and names of nothing are fine."""
    (folder / "inside").mkdir()
    (folder / "within").symlink_to("inside")
    require_inside(folder, "inside", "within", "missing", "inside/missing")
    (folder / "inside" / "out").symlink_to(victim.parent)
    (folder / "to file").symlink_to(victim)
    (folder / "up").symlink_to("..")
    os.mkfifo(folder / "pipe")
    for name in ("inside/out", "inside/out/victim", "within/out", "to file", "up"):
        with pytest.raises(InputError, match=f"{folder / name} must lie in its folder, got a link to "):
            require_inside(folder, "inside", name)
    with pytest.raises(InputError, match="pipe must be a file or a folder, got neither"):
        require_inside(folder, "pipe")
    (folder.parent / "folder of the same start").mkdir()
    (folder / "sibling").symlink_to(folder.parent / "folder of the same start")
    with pytest.raises(InputError, match="must lie in its folder"):
        require_inside(folder, "sibling")


def test_a_folder_behind_a_link_is_its_own(folder, tmp_path):
    """--out may be a link: what lies in its target does not leave it."""
    (folder / "blocks").mkdir()
    (tmp_path / "link").symlink_to(folder)
    require_inside(tmp_path / "link", "blocks", "raw.nc")
    with replacing(tmp_path / "link" / "raw.nc") as beside:
        beside.write_text("here")
    assert (folder / "raw.nc").read_text() == "here"
