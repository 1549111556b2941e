"""Finished cells on disk: what was written for a cell is read for it, and for no other; a folder has one identity."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest

from montecarlo import InputError
from montecarlo.storage.records import Cells

IDENTITY = {"format": "cells 1", "data": "abc", "numbers": {"kernels": 1}}


@dataclass(frozen=True)
class Cell:
    """A cell of a number."""

    experiment: ClassVar[str] = "numbers"
    k: int

    @property
    def name(self):
        return f"k{self.k}"

    @staticmethod
    def named(name):
        return Cell(int(name[1:])) if name[1:].isdigit() else None


@pytest.fixture
def cells(tmp_path):
    found = Cells.create_or_open(tmp_path / "OUT", IDENTITY, Cell)
    found.write(Cell(1), {"value": 0.1})
    return found


def test_a_cell_is_read_as_it_was_written(cells):
    """To the bit; what was not written is not there."""
    assert Cell(1) in cells
    assert Cell(2) not in cells
    assert cells.read(Cell(1)) == {"value": 0.1}
    cells.write(Cell(2), {"value": 1.0})
    (cells.folder / "cells" / "notes.json").write_text("{}")
    assert cells.all() == [Cell(1), Cell(2)]
    assert Cells.create_or_open(cells.folder, IDENTITY, Cell).read(Cell(1)) == {"value": 0.1}


@pytest.mark.parametrize("name", ["value", "k", "data", "checksum"])
def test_an_altered_cell_is_refused(cells, name):
    """Whatever was changed, and whether or not the checksum was made anew: it must be this cell of this identity."""
    path = cells.folder / "cells" / "k1.json"
    whole = path.read_text()
    changed = {"value": ("0.1", "0.2"), "k": ('"k": 1', '"k": 2'), "data": ("abc", "abd"),
               "checksum": ('"checksum": "', '"checksum": "0')}[name]  # fmt: skip
    path.write_text(whole.replace(*changed))
    assert path.read_text() != whole
    with pytest.raises(InputError, match=r"k1\.json is damaged \(checksum differs\); delete it"):
        cells.read(Cell(1))


def test_a_cell_of_another_identity_or_name_is_refused(cells, tmp_path):
    """Sound files that were copied to where they do not belong."""
    other = Cells.create_or_open(tmp_path / "other", IDENTITY | {"data": "xyz"}, Cell)
    sound = (cells.folder / "cells" / "k1.json").read_bytes()
    (other.folder / "cells" / "k1.json").write_bytes(sound)
    (cells.folder / "cells" / "k2.json").write_bytes(sound)
    for held, cell in ((other, Cell(1)), (cells, Cell(2))):
        with pytest.raises(InputError, match="is damaged"):
            held.read(cell)


def test_a_folder_of_other_cells_is_refused_and_left_alone(cells):
    """It is named what differs; not even a left-over is removed."""
    left = cells.folder / "cells" / f".k2.json.{'0' * 16}.ticketsum.tmp"
    left.write_text("half")
    with pytest.raises(InputError, match="holds cells of another data, 'abc', not 'xyz'; choose another --out"):
        Cells.create_or_open(cells.folder, IDENTITY | {"data": "xyz"}, Cell)
    assert left.exists()
    Cells.create_or_open(cells.folder, IDENTITY, Cell)
    assert not left.exists()
    assert IDENTITY.items() <= json.loads((cells.folder / "numbers.json").read_text()).items()


def test_cells_of_other_numbers_are_refused(cells):
    with pytest.raises(InputError, match="holds numbers of kernels version 1, this ticketsum computes version 2; cont"):
        Cells.create_or_open(cells.folder, IDENTITY | {"numbers": {"kernels": 2}}, Cell)


@pytest.mark.parametrize("name", ["cells", "numbers.json"])
def test_links_that_leave_the_folder_are_refused(cells, tmp_path, name):
    """Nothing is written where they lead."""
    (cells.folder / name).rename(tmp_path / "elsewhere")
    (cells.folder / name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match=f"{name} must lie in its folder, got a link to"):
        Cells.create_or_open(cells.folder, IDENTITY, Cell)


def test_a_cell_is_flushed_before_it_is_named(cells, monkeypatch):
    """The file, then its name, then the folder of names."""
    order, fsync, replace = [], os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda d: (order.append(os.fstat(d).st_ino), fsync(d)))
    monkeypatch.setattr(os, "replace", lambda a, b: (order.append(Path(b).name), replace(a, b)))
    cells.write(Cell(3), {})
    folder = cells.folder / "cells"
    assert order == [(folder / "k3.json").stat().st_ino, "k3.json", folder.stat().st_ino]
