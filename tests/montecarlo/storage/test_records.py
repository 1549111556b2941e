"""Records on disk: what was written for a key is read for it, and for no other; a folder has one identity."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

import pytest

from montecarlo import InputError
from montecarlo.storage.records import Records, name_of

IDENTITY = {"format": "records 1", "data": "abc", "numbers": {"kernels": 1}}


@dataclass(frozen=True)
class Key:
    """A key of a number, with a part that is left out at its default."""

    experiment: ClassVar[str] = "numbers"
    parts: ClassVar[dict[str, str]] = {"x": "at{}"}
    k: int
    x: float = 0.5
    kind: Literal["odd", "even+"] = "odd"
    text: str = ""


@pytest.fixture
def records(tmp_path):
    opened = Records.create_or_open(tmp_path / "OUT", IDENTITY, Key)
    opened.write(Key(1), {"value": 0.1})
    return opened


def test_a_record_is_read_as_it_was_written(records):
    """To the bit; what was not written is not there."""
    assert Key(1) in records
    assert Key(2) not in records
    assert records.read(Key(1)) == {"value": 0.1}
    records.write(Key(2, 1e-7, "even+", "1/3"), {"value": 1.0})
    again = Records.create_or_open(records.folder, IDENTITY, Key)
    assert again.all() == {Key(1): {"value": 0.1}, Key(2, 1e-7, "even+", "1/3"): {"value": 1.0}}


@pytest.mark.parametrize(
    ("key", "name"),
    [
        (Key(1), "k1"),
        (Key(-1), "k-1"),
        (Key(2, 1e-7), "k2-at1e-07"),
        (Key(3, 0.25, "even+", "word"), "k3-at0.25-even+-word"),
        (Key(4, text="1/3"), "k4-0d7f0e336166042f"),
    ],
)
def test_a_file_is_named_by_the_fields_that_are_not_at_their_default(key, name):
    assert name_of(key) == name


def test_what_is_recorded_is_not_computed_again(records):
    """To the bit; and it is what was computed that is given."""
    values = iter([2.0**-60, 7.0])
    assert [records.computed(Key(5), lambda: [next(values)]) for _ in range(2)] == [[2.0**-60]] * 2


@pytest.mark.parametrize("name", ["value", "k", "data", "checksum"])
def test_an_altered_record_is_refused(records, name):
    """Whatever was changed, and whether or not the checksum was made anew: it must be this key's of this identity."""
    path = records.folder / "cells" / "k1.json"
    whole = path.read_text()
    changed = {"value": ("0.1", "0.2"), "k": ('"k": 1', '"k": 2'), "data": ("abc", "abd"),
               "checksum": ('"checksum": "', '"checksum": "0')}[name]  # fmt: skip
    path.write_text(whole.replace(*changed))
    assert path.read_text() != whole
    for read in (records.all, lambda: records.read(Key(1))):
        with pytest.raises(InputError, match=r"k1\.json is damaged \(checksum differs\); delete it"):
            read()


@pytest.mark.parametrize("k", ["1", 1.0, [1], None, {}])
def test_a_key_of_another_type_is_refused(records, monkeypatch, k):
    """Sound otherwise: whoever can write a file can make its checksum."""
    monkeypatch.setattr("montecarlo.storage.records.name_of", lambda key: "k1")
    records.write(Key(k), {"value": 0.1})
    with pytest.raises(InputError, match=r"k1\.json is damaged"):
        records.all()


def test_a_record_of_another_identity_or_name_is_refused(records, tmp_path):
    """Sound files that were copied to where they do not belong."""
    other = Records.create_or_open(tmp_path / "other", IDENTITY | {"data": "xyz"}, Key)
    sound = (records.folder / "cells" / "k1.json").read_bytes()
    (other.folder / "cells" / "k1.json").write_bytes(sound)
    (records.folder / "cells" / "k2.json").write_bytes(sound)
    for opened, key in ((other, Key(1)), (records, Key(2))):
        with pytest.raises(InputError, match="is damaged"):
            opened.read(key)
        with pytest.raises(InputError, match="is damaged"):
            opened.all()


def test_a_folder_of_other_records_is_refused_and_left_alone(records):
    """It is named what differs; not even a left-over is removed."""
    left = records.folder / "cells" / f".k2.json.{'0' * 16}.ticketsum.tmp"
    left.write_text("half")
    with pytest.raises(InputError, match="holds records of another data, 'abc', not 'xyz'; choose another --out"):
        Records.create_or_open(records.folder, IDENTITY | {"data": "xyz"}, Key)
    assert left.exists()
    Records.create_or_open(records.folder, IDENTITY, Key)
    assert not left.exists()
    assert IDENTITY.items() <= json.loads((records.folder / "numbers.json").read_text()).items()


def test_records_of_other_numbers_are_refused(records):
    with pytest.raises(InputError, match="holds numbers of kernels version 1, this ticketsum computes version 2; cont"):
        Records.create_or_open(records.folder, IDENTITY | {"numbers": {"kernels": 2}}, Key)


@pytest.mark.parametrize("name", ["cells", "numbers.json"])
def test_links_that_leave_the_folder_are_refused(records, tmp_path, name):
    """Nothing is written where they lead."""
    (records.folder / name).rename(tmp_path / "elsewhere")
    (records.folder / name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match=f"{name} must lie in its folder, got a link to"):
        Records.create_or_open(records.folder, IDENTITY, Key)


def test_a_record_is_flushed_before_it_is_named(records, monkeypatch):
    """The file, then its name, then the folder of names."""
    order, fsync, replace = [], os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda d: (order.append(os.fstat(d).st_ino), fsync(d)))
    monkeypatch.setattr(os, "replace", lambda a, b: (order.append(Path(b).name), replace(a, b)))
    records.write(Key(3), {})
    folder = records.folder / "cells"
    assert order == [(folder / "k3.json").stat().st_ino, "k3.json", folder.stat().st_ino]
