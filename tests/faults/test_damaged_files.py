"""Files of a run altered in any way: found before anything is made of them, and --repair computes that block alone."""

import io
import json
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest

from montecarlo import InputError
from montecarlo.storage.blocks import DamagedBlockError, Run
from montecarlo.storage.dataset import load
from montecarlo.storage.numbers import BEGUN_BY
from montecarlo.sweeps.status import merge, status

PLACES = 4
"""Truncations and flipped bits of each file that are tried by default."""


class Bomb:
    """Unpickling it makes a file."""

    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return (Path.touch, (self.marker,))


@pytest.fixture
def copy(expected, fresh):
    """The untouched run, copied for every call."""

    def make():
        return Path(shutil.copytree(expected.folder, fresh()))

    return make


def blocks(run):
    return sorted((run / "blocks").glob("*.npz"))


def states(run):
    """Name -> (inode, time of change, bytes) of the block files."""
    found = ((path.name, path.stat(), path.read_bytes()) for path in blocks(run))
    return {name: (status.st_ino, status.st_mtime_ns, content) for name, status, content in found}


def truncated(content, count):
    """Contents cut at `count` lengths from none to all but one byte."""
    return [content[:length] for length in np.linspace(0, len(content) - 1, count).astype(int)]


def flipped(content, places):
    """Contents with one bit flipped, another one from place to place."""
    found = []
    for i in places:
        changed = bytearray(content)
        changed[i] ^= 1 << (i % 8)
        found.append(bytes(changed))
    return found


def altered(content, count):
    return truncated(content, count) + flipped(content, np.linspace(0, len(content) - 1, count).astype(int))


def unnoticed(server, expected, copy, contents, victim=2):
    """Which contents of a block's file are believed, or not repaired as they have to be; harmless flips are allowed."""
    wrong = {}
    for key, content in enumerate(contents):
        run = copy()
        path = blocks(run)[victim]
        path.write_bytes(content)
        before = states(run)
        ended = server.sweep(run)
        if ended.code == 0 and expected.found_in(run) == "":
            continue  # the bit has no meaning: a date in the zip, say
        told = ended.code == 2 and f"block {path}" in ended.err and "recompute it with --repair" in ended.complaint()
        if not told or states(run) != before:
            wrong[key] = ended.err or expected.found_in(run)
            continue
        repaired = server.sweep(run, "--repair")
        after = states(run)
        others = all(after[name] == state for name, state in before.items() if name != path.name)
        if repaired.code or not others or after[path.name][2] != (expected.folder / "blocks" / path.name).read_bytes():
            wrong[key] = f"repair: {repaired.err}"
        wrong |= {key: found} if (found := expected.found_in(run)) else {}
    return wrong


@pytest.mark.parametrize("count", [2, pytest.param(60, marks=pytest.mark.slow)])
def test_a_damaged_block(server, expected, copy, count):
    """Empty, cut short, one bit flipped: named, and repaired without a change to the others."""
    content = blocks(expected.folder)[2].read_bytes()
    assert unnoticed(server, expected, copy, altered(content, count)) == {}


def test_a_program_that_believes_everything_is_caught(server, expected, fresh):
    """Negative control: without checksums, numbers with one bit flipped go through, and are seen to be others."""
    run = fresh()
    assert server.sweep(run, broken="believe").code == 0
    assert expected.found_in(run) == ""
    path = blocks(run)[2]
    content = path.read_bytes()
    for changed in flipped(content, np.linspace(1500, len(content) - 1500, 2).astype(int)):
        path.write_bytes(changed)
        assert server.sweep(run, broken="believe").code == 0
        assert expected.found_in(run) == "other numbers"


def tiny_run(server, folder):
    """A run of one block with one n."""
    run = folder / "TINY"
    assert server("sweep", "theorem3", "--n", "1", "--trials", "1", "--jobs", "1", "--out", run).code == 0
    return Run.open(run)


@pytest.mark.parametrize("step", [29, pytest.param(3, marks=pytest.mark.slow)])
def test_every_bit_of_a_block_counts(server, tmp_path, step):
    """Every third bit of a tiny block, every 29th by default: refused, or the numbers are the same."""
    run = tiny_run(server, tmp_path)
    (block,) = run.blocks()
    wanted, path = run.read(block), run.path(block)
    content, refused = path.read_bytes(), 0
    for place in range(0, 8 * len(content), step):
        changed = bytearray(content)
        changed[place // 8] ^= 1 << (place % 8)
        path.write_bytes(changed)
        try:
            found = run.read(block)
            assert found.keys() == wanted.keys()
            assert all(found[name].tobytes() == wanted[name].tobytes() for name in wanted)
        except DamagedBlockError:
            refused += 1
    assert refused > len(range(0, 8 * len(content), step)) / 2


def foreign(server, folder, *arguments):
    """The bytes of the first block of another sweep."""
    run = folder / "OTHER"
    shutil.rmtree(run, ignore_errors=True)
    assert server("sweep", *arguments, "--trials", "64", "--jobs", "1", "--out", run).code == 0
    return blocks(run)[0].read_bytes()


def with_pickle(content, marker):
    """A block with an object array beside the numbers."""
    with np.load(io.BytesIO(content)) as packed:
        arrays = dict(packed)
    arrays["more"] = np.array([Bomb(marker)], dtype=object)
    target = io.BytesIO()
    np.savez(target, allow_pickle=True, **arrays)
    return target.getvalue()


def test_a_foreign_block(server, expected, copy, tmp_path):
    """Another claim, another block of the same run, a pickle: named and recomputed, never run."""
    marker, own = tmp_path / "exploded", [path.read_bytes() for path in blocks(expected.folder)]
    other = foreign(server, tmp_path, "corollary2", "--n", "1:6")
    assert unnoticed(server, expected, copy, [other, own[0], with_pickle(own[2], marker)]) == {}
    assert not marker.exists()
    pickle.loads(pickle.dumps(Bomb(marker)))
    assert marker.exists()  # the bomb works


@pytest.mark.slow
def test_other_foreign_blocks(server, expected, copy, tmp_path):
    """Another seed, precision or n, a later block of the same run, a pickle alone."""
    marker, last = tmp_path / "exploded", blocks(expected.folder)[4].read_bytes()
    others = (("--n", "1:6", "--seed", "1"), ("--n", "1:6", "--resolution", "0.1"), ("--n", "1:5"))
    contents = [foreign(server, tmp_path, "theorem3", *other) for other in others]
    assert unnoticed(server, expected, copy, [*contents, last, pickle.dumps(Bomb(marker))]) == {}
    assert not marker.exists()


def test_files_that_are_none_of_ours(server, expected, copy):
    """Blocks in folders below, under other names, notes, a left-over: nothing is made of them, nothing is removed."""
    run = copy()
    first = blocks(run)[0]
    strays = [first.with_name("copy of " + first.name), first.with_name("d1-n6-t0-64.npz"), run / "notes.txt"]
    strays += [first.with_name("old") / first.name, run / "old" / first.name]
    for path in strays:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"not a block")
    first.unlink()
    assert server.sweep(run).code == 0
    assert all(path.read_bytes() == b"not a block" for path in strays)
    for path in strays:
        path.unlink()
    assert expected.found_in(run) == ""
    assert server("status", run).code == 0


def test_a_folder_in_place_of_a_block(server, copy):
    """It cannot be read, and is not ours to remove: one line each."""
    run = copy()
    path = blocks(run)[1]
    path.unlink()
    path.mkdir()
    assert f"block {path} is damaged" in server.sweep(run).complaint()
    assert f"{path}: Is a directory; see to it" in server.sweep(run, "--repair").complaint()


def changed_runs(text):
    """run.json edited by hand: each field gone, of another type, or with another value of its own."""
    fields = json.loads(text)
    for name, value in fields.items():
        yield json.dumps({key: held for key, held in fields.items() if key != name})
        for other in (None, True, "x", [1], {"a": 1}, -1, 10**30, 0.5):
            if other != value:
                yield json.dumps(fields | {name: other})


def refused(call, *arguments):
    """Whether a call raises an InputError; whatever else it raises comes out."""
    try:
        call(*arguments)
    except InputError as error:
        if len(str(error).splitlines()) == 1:
            return True
        raise
    return False


@pytest.mark.parametrize("count", [PLACES, pytest.param(500, marks=pytest.mark.slow)])
def test_a_damaged_run_json(server, expected, copy, count):
    """Cut, with a bit flipped, or edited by hand: no other sweep's numbers come in, whoever reads it; one line.

    But for the ticketsum that began it, which only messages quote.
    """
    text = (expected.folder / "run.json").read_text()
    run, fields = copy(), json.loads(text)
    before, contents = states(run), altered(text.encode(), count)
    for content in [*contents, *(one.encode() for one in changed_runs(text))]:
        (run / "run.json").write_bytes(content)
        if refused(Run.open, run) or {**Run.open(run).identity, BEGUN_BY: fields[BEGUN_BY]} != fields:
            assert refused(lambda: Run.open(run).require(fields))
            assert refused(merge, run)
            refused(status, run)
    (run / "run.json").write_bytes(contents[1])
    assert f"{run}" in server.sweep(run).complaint()
    assert states(run) == before


@pytest.mark.parametrize("count", [PLACES, pytest.param(500, marks=pytest.mark.slow)])
def test_a_damaged_request(server, expected, copy, count):
    """request.json says what was asked for last: `status` reads it or refuses, a sweep writes it anew."""
    text = (expected.folder / "request.json").read_text()
    run, fields = copy(), json.loads(text)
    odd = [fields | {name: other} for name in fields for other in (None, "x", [], ["x"], {}, -1, 10**30, [0.5])]
    for content in [*altered(text.encode(), count), *(json.dumps(one).encode() for one in odd), b"[]", b"1"]:
        (run / "request.json").write_bytes(content)
        refused(status, run)
    assert server.sweep(run).code == 0
    assert (run / "request.json").read_text() == text
    assert expected.found_in(run) == ""


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # h5netcdf's, on closing what failed
def test_a_damaged_result(expected, tmp_path):
    """raw.nc at 100 lengths and with a bit flipped in 500 places: refused, or the numbers are the same."""
    content, numbers = (expected.folder / "raw.nc").read_bytes(), load(expected.folder)
    places = np.linspace(0, len(content) - 1, 500).astype(int)
    for changed in truncated(content, 100) + flipped(content, places):
        (tmp_path / "raw.nc").write_bytes(changed)
        assert refused(load, tmp_path) or load(tmp_path).equals(numbers)
