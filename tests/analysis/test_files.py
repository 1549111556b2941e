"""Pictures and pages are written whole, and never through a link that leaves their folder."""

import os

import pytest

from analysis.errors import InputError
from analysis.files import write_whole


def test_a_file_is_written_whole(tmp_path, monkeypatch):
    """Beside its place, flushed, then renamed; an error leaves the old one and nothing else."""
    path, order, fsync, replace = tmp_path / "page", [], os.fsync, os.replace
    write_whole(path, b"old")
    monkeypatch.setattr(os, "fsync", lambda d: (order.append(os.fstat(d).st_size), fsync(d)))
    monkeypatch.setattr(os, "replace", lambda a, b: (order.append("rename"), replace(a, b)))
    write_whole(path, b"newer")
    assert order == [5, "rename"]

    def fail(*names):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(InputError, match="page must be writable, got: No space left on device"):
        write_whole(path, b"newest")
    assert path.read_bytes() == b"newer"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("kind", ["link", "hard link", "guessed"])
def test_nothing_else_is_written_to(tmp_path, monkeypatch, kind):
    """A link is refused, a second name keeps its content, a name that was guessed is not opened."""
    victim, folder = tmp_path / "victim", tmp_path / "folder"
    victim.write_text("precious")
    folder.mkdir()
    if kind == "hard link":
        os.link(victim, folder / "page")
        write_whole(folder / "page", b"new")
        assert (folder / "page").read_text() == "new"
    else:
        monkeypatch.setattr("analysis.files.secrets.token_hex", lambda _: "0")
        planted = folder / ("page" if kind == "link" else ".page.0.tmp")
        planted.symlink_to(victim)
        with pytest.raises(InputError, match=r"must lie in its folder, got a link to|File exists"):
            write_whole(folder / "page", b"new")
        assert planted.is_symlink()
    assert victim.read_text() == "precious"


def test_a_link_within_the_folder_stays(tmp_path):
    """Its target is replaced."""
    (tmp_path / "latest").symlink_to("page")
    write_whole(tmp_path / "latest", b"new")
    assert (tmp_path / "latest").is_symlink()
    assert (tmp_path / "page").read_bytes() == b"new"
