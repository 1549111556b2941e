"""A block on disk is what was written or is refused; files appear whole or not at all."""

import io
import json
import os
import subprocess
import sys
import zipfile
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from montecarlo import InputError, Lemma1, Lemma2, Precision, Theorem3, load, save, sweep
from montecarlo.storage.atomic import write_atomically
from montecarlo.storage.blocks import Block, DamagedBlockError, Run, checksum, require_writable
from montecarlo.storage.checksum import checksum as seal_of
from montecarlo.sweeps.assemble import assemble
from montecarlo.sweeps.consolidation import consolidate
from montecarlo.sweeps.identity import identity
from montecarlo.sweeps.plan import Plan
from montecarlo.sweeps.run import run

PLAN = Plan(Theorem3(), (1, 2, 3), 8, block_trials=4)
BLOCK = PLAN.blocks[0]
ARRAYS = {"critical_epsilon": np.arange(12.0).reshape(1, 3, 4)}


class Bomb:
    """Unpickling it would raise SystemExit, which no handler in the store could mistake for damage."""

    def __reduce__(self):
        return (exit, ("a pickle was executed",))


@pytest.fixture
def held(tmp_path):
    """A run folder with one block."""
    folder = Run.create_or_open(tmp_path / "run", identity(PLAN))
    folder.write(BLOCK, ARRAYS)
    return folder


def test_block_comes_back_to_the_bit(held):
    """What is read equals what was written: names, types, shapes, bytes."""
    assert held.has(BLOCK)
    assert checksum(held.read(BLOCK)) == checksum(ARRAYS)


def test_equal_content_gives_equal_files(held):
    """Writing the same block again gives the same bytes: no clock in the file."""
    before = held.path(BLOCK).read_bytes()
    held.write(BLOCK, ARRAYS)
    assert held.path(BLOCK).read_bytes() == before


def test_checksum_sees_name_type_shape_and_bytes():
    """Four arrays that differ in one of these have four checksums, and -0.0 is not 0.0."""
    a = np.zeros((2, 3))
    variants = [{"a": a}, {"b": a}, {"a": a.T.copy()}, {"a": a.astype("<f4")}, {"a": -a}, {"a": a + 1e-300}]
    assert len({checksum(arrays) for arrays in variants}) == len(variants)


def test_checksum_does_not_see_the_order_of_arrays():
    """A block is the same whichever of its arrays was put in first."""
    a, b = np.zeros(2), np.ones(3)
    assert checksum({"a": a, "b": b}) == checksum({"b": b, "a": a})


@pytest.mark.parametrize(
    "arrays",
    [
        {"critical_epsilon": np.full((1, 3, 4), np.inf)},
        {"critical_epsilon": np.full((1, 3, 4), np.nan)},
        {"critical_epsilon": np.full((1, 3, 4), -0.5)},
        {"critical_epsilon": np.full((1, 3, 4), 0.5), "critical_epsilon_low": np.full((1, 3, 4), 0.75)},
        {"critical_epsilon": np.full((1, 3, 4), 0.5), "critical_epsilon_low": np.full((2, 3, 4), 0.5)},
        {"critical_epsilon": np.full((1, 4, 3), 0.5)},
        {"critical_epsilon": np.full((1, 3, 5), 0.5)},
        {"critical_epsilon": np.full((1, 3, 4), 0.5, np.float32)},
        {"critical_epsilon_low": np.full((1, 3, 4), 0.5)},
        {"critical_epsilon": np.full((1, 3, 4), 0.5), "other": np.zeros(1)},
    ],
    ids=[
        "inf",
        "nan",
        "negative",
        "low above",
        "low of more events",
        "n for trials",
        "trials",
        "float32",
        "low",
        "other",
    ],
)
def test_sealed_block_without_critical_epsilons_is_refused(held, arrays):
    """Under a sound checksum too: finite, at least 0, no lower bound above its upper one, of the block's shape."""
    held.write(BLOCK, arrays)
    with pytest.raises(DamagedBlockError, match="holds no critical epsilons; recompute it with --repair"):
        held.read(BLOCK)


@pytest.mark.parametrize("fraction", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_truncated_block_is_refused(held, fraction):
    """A block file cut anywhere, or empty, is damaged; the message names the file and the remedy."""
    path = held.path(BLOCK)
    content = path.read_bytes()
    path.write_bytes(content[: int(fraction * len(content))])
    with pytest.raises(DamagedBlockError, match=rf"block {path} is damaged .*; recompute it with --repair"):
        held.read(BLOCK)


def test_no_flipped_bit_changes_a_number(held):
    """Every byte of a block file, one random bit flipped: refused as damaged, or harmless and read as written."""
    path, wanted = held.path(BLOCK), checksum(ARRAYS)
    content = path.read_bytes()
    bits = np.random.default_rng(41).integers(0, 8, len(content))
    refused = 0
    for i, bit in enumerate(bits):
        flipped = bytearray(content)
        flipped[i] ^= 1 << int(bit)
        path.write_bytes(flipped)
        try:
            assert checksum(held.read(BLOCK)) == wanted
        except DamagedBlockError:
            refused += 1
    assert refused > len(content) / 2


@pytest.mark.parametrize("garbage", [b"PK\x03\x04", b"\x93NUMPY", b"not a block at all" * 10, b"\x80\x04N."], ids=repr)
def test_other_files_are_refused(held, garbage):
    """A file that was never a block is damaged too: half a zip, an npy header, text, a bare pickle."""
    held.path(BLOCK).write_bytes(garbage)
    with pytest.raises(DamagedBlockError, match="is damaged"):
        held.read(BLOCK)


def test_single_array_in_place_of_a_block_is_refused(held):
    """A sound .npy file is no block."""
    packed = io.BytesIO()
    np.save(packed, ARRAYS["critical_epsilon"])
    held.path(BLOCK).write_bytes(packed.getvalue())
    with pytest.raises(DamagedBlockError, match="is damaged"):
        held.read(BLOCK)


@pytest.mark.parametrize("member", ["critical_epsilon", "header"])
def test_pickle_is_refused_and_not_executed(held, member):
    """An object array inside a block is damage, and what it holds never runs."""
    objects = np.empty(1, dtype=object)
    objects[0] = Bomb()
    header = np.frombuffer(json.dumps({"key": {}, "checksum": ""}).encode(), np.uint8)
    packed = io.BytesIO()
    np.savez(packed, allow_pickle=True, **{"header": header, **ARRAYS, member: objects})
    held.path(BLOCK).write_bytes(packed.getvalue())
    with pytest.raises(DamagedBlockError, match="is damaged"):
        held.read(BLOCK)


def test_unsigned_block_is_refused(held):
    """Arrays without a header, and with a header that is no mapping, are damaged."""
    for header in ({}, {"header": np.frombuffer(b"[1, 2]", np.uint8)}, {"header": np.frombuffer(b"{}", np.uint8)}):
        packed = io.BytesIO()
        np.savez(packed, **ARRAYS, **header)
        held.path(BLOCK).write_bytes(packed.getvalue())
        with pytest.raises(DamagedBlockError, match="is damaged"):
            held.read(BLOCK)


def test_altered_number_under_a_sound_archive_is_refused(held):
    """A block repacked with one number changed and the old header: the archive is sound, the checksum is not."""
    with np.load(held.path(BLOCK)) as packed:
        members = {name: packed[name] for name in packed.files}
    members["critical_epsilon"][0, 0, 0] += 1e-9
    np.savez(held.path(BLOCK), **members)
    with pytest.raises(DamagedBlockError, match="checksum differs"):
        held.read(BLOCK)


def test_foreign_block_is_refused(held, tmp_path):
    """A sound block of another seed, or of other trials, does not belong here."""
    other = Run.create_or_open(tmp_path / "other", identity(Plan(Theorem3(), (1, 2, 3), 8, seed=1, block_trials=4)))
    other.write(BLOCK, ARRAYS)
    sound = held.path(BLOCK).read_bytes()
    held.path(BLOCK).write_bytes(other.path(BLOCK).read_bytes())
    with pytest.raises(DamagedBlockError, match="belongs to another sweep; recompute it with --repair"):
        held.read(BLOCK)
    held.path(PLAN.blocks[1]).write_bytes(sound)
    with pytest.raises(DamagedBlockError, match="belongs to another sweep"):
        held.read(PLAN.blocks[1])


@pytest.mark.parametrize(
    ("change", "field"),
    [({"seed": 1}, "seed"), ({"claim": Lemma1()}, "claim"), ({"precision": Precision(0.0, 0.1)}, "resolution")],
)
def test_folder_of_another_sweep_is_refused(held, change, field):
    """A run folder holds one sweep; the message says in what the other one differs."""
    options = {"claim": Theorem3(), "n": (1, 2, 3), "trials": 8, "block_trials": 4, **change}
    with pytest.raises(InputError, match=rf"holds another sweep: its {field}.* is .*, not .*; choose another folder"):
        Run.create_or_open(held.folder, identity(Plan(**options)))


def test_left_over_temporary_files_are_removed(held):
    """What a killed writer left disappears on the next start; the blocks stay, and files of others."""
    blocks = held.folder / "blocks"
    for folder, name in ((blocks, f"{BLOCK.name}.npz"), (held.folder, "run.json"), (held.folder, "raw.nc")):
        (folder / f".{name}.{'7' * 16}.ticketsum.tmp").write_bytes(b"half a file")
    theirs = [blocks / ".notes.tmp", held.folder / ".raw.nc.tmp", held.folder / ".lock"]
    for path in theirs:
        path.write_text("mine")
    again = Run.create_or_open(held.folder, identity(PLAN))
    assert sorted(path.name for path in blocks.iterdir()) == [".notes.tmp", f"{BLOCK.name}.npz"]
    assert sorted(path.name for path in held.folder.iterdir()) == [".lock", ".raw.nc.tmp", "blocks", "run.json"]
    assert {path.read_text() for path in theirs} == {"mine"}
    assert again.has(BLOCK)


@pytest.mark.parametrize("run_file", ["{}", None, "of another sweep"])
def test_a_folder_that_is_no_run_of_this_sweep_is_left_alone(held, tmp_path, run_file):
    """Not even what has our mark is removed, nor is anything added, before the folder is known to be ours."""
    folder = tmp_path / "foreign"
    (folder / "blocks").mkdir(parents=True)
    if run_file is not None:
        other = identity(replace(PLAN, seed=7))
        (folder / "run.json").write_text(json.dumps(other) if run_file == "of another sweep" else run_file)
    for name in (".raw.nc.tmp", "blocks/.notes.tmp", f"blocks/.x.{'0' * 16}.ticketsum.tmp"):
        (folder / name).write_text("kept")
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    with pytest.raises(InputError, match=r"is not a run of format|without other files in blocks/|holds another sweep"):
        Run.create_or_open(folder, identity(PLAN))
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_folder_that_cannot_be_made_is_refused(tmp_path):
    """A folder below a regular file: one InputError with the remedy, for the run and for the netCDF file."""
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match=r"the output folder must be writable, got .*; choose another with --out"):
        Run.create_or_open(tmp_path / "file" / "sub", identity(PLAN))
    with pytest.raises(InputError, match=r"must be writable, got: .*; choose another with --out"):
        save(sweep(Theorem3(), n=2, trials=2), tmp_path / "file" / "sub" / "raw.nc")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 99}', "\x00\x00"], ids=repr)
def test_damaged_run_file_is_refused(held, text):
    """run.json that is empty, cut, of another shape or another format is named, not guessed at."""
    (held.folder / "run.json").write_text(text)
    with pytest.raises(InputError, match=r"run\.json"):
        Run.open(held.folder)


def test_folder_without_a_run_is_refused(tmp_path):
    """Opening an empty folder says how to make a run."""
    with pytest.raises(InputError, match=r"a run folder must hold run\.json, got .*; make one with `ticketsum sweep`"):
        Run.open(tmp_path)


def test_writing_replaces_whole_files(tmp_path, monkeypatch):
    """A writer that dies before the rename leaves the old content; afterwards nothing lies beside the new one."""
    path = tmp_path / "file"
    write_atomically(path, b"old")

    def die(*names):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("os.replace", die)
        with pytest.raises(KeyboardInterrupt):
            write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_blocks_are_found_by_their_own_names(held):
    """In order of d, trials and n; a file that only means the same as a block's name is none, nor is any other."""
    named = [Block(1, 9, 0, 4), Block(1, 3, 4, 8), Block(2, 3, 0, 4)]
    for block in named:
        held.path(block).write_bytes(b"")
    for name in ("d1-n3-t8-12", "notes", f"{named[0].name}.copy"):
        held.path(BLOCK).with_name(f"{name}.npz").write_bytes(b"")
    assert held.blocks() == [BLOCK, named[0], named[1], named[2]]


def test_what_was_asked_last_is_written_once(held):
    """Another request replaces the one before, the same one touches nothing."""
    held.remember({"n": [1]})
    held.remember({"n": [2]})
    assert held.request() == {"n": [2]}
    inode = (held.folder / "request.json").stat().st_ino
    held.remember({"n": [2]})
    assert (held.folder / "request.json").stat().st_ino == inode


def test_files_of_a_run_are_replaced_and_never_written_to(held, tmp_path):
    """A second name of each, which is how backups keep old versions, keeps the content of before."""
    held.remember({"n": [1]})
    before = {}
    for path in (held.path(BLOCK), held.folder / "request.json"):
        os.link(path, tmp_path / path.name)
        before[tmp_path / path.name] = path.read_bytes()
    held.write(BLOCK, {"critical_epsilon": np.ones((1, 3, 4))})
    held.remember({"n": [2]})
    assert {path: path.read_bytes() for path in before} == before
    assert held.read(BLOCK)["critical_epsilon"].sum() == 12.0


def test_block_is_an_ordinary_npz(held):
    """Others can read a block: a zip archive with the arrays by name and a JSON header."""
    with zipfile.ZipFile(held.path(BLOCK)) as archive:
        assert sorted(archive.namelist()) == ["critical_epsilon.npy", "header.npy"]
    with np.load(held.path(BLOCK), allow_pickle=False) as packed:
        header = json.loads(packed["header"].tobytes())
    assert header["key"]["claim"] == "theorem3"
    assert (header["key"]["first"], header["key"]["stop"]) == (0, 4)


@pytest.mark.parametrize("options", [{}, {"relative_tolerance": 0.05, "resolution": 0.1}], ids=str)
def test_dataset_survives_the_round_trip(tmp_path, options):
    """save then load, or plain xarray.open_dataset: identical values, coordinates and attributes."""
    written = sweep(Lemma1(), n=[2, 5], trials=50, **options)
    save(written, tmp_path / "deep" / "raw.nc")
    xr.testing.assert_identical(load(tmp_path / "deep" / "raw.nc"), written)
    xr.testing.assert_identical(load(tmp_path / "deep"), written)
    with xr.open_dataset(tmp_path / "deep" / "raw.nc") as plain:
        assert len(plain.attrs.pop("checksum")) == 64  # the file's seal, the only thing that is added
        xr.testing.assert_identical(plain.load(), written)
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["raw.nc"]


def test_conventions_that_a_dataset_names_are_kept(tmp_path):
    """Where the file is given a provenance of its own as well."""
    save(xr.Dataset(attrs={"Conventions": "CF-1.8"}), tmp_path / "file.nc")
    with xr.open_dataset(tmp_path / "file.nc") as found:
        assert found.attrs["Conventions"] == "CF-1.8"


def test_saving_replaces_atomically(tmp_path, monkeypatch):
    """A crash while saving leaves the old file readable; the next save replaces it."""
    path = tmp_path / "raw.nc"
    old, new = sweep(Theorem3(), n=2, trials=3), sweep(Theorem3(), n=2, trials=4)
    save(old, path)

    def die(*names):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("os.replace", die)
        with pytest.raises(KeyboardInterrupt):
            save(new, path)
    xr.testing.assert_identical(load(path), old)
    save(new, path)
    xr.testing.assert_identical(load(path), new)


def test_files_that_are_no_dataset_are_refused(tmp_path):
    """Missing, foreign and differently versioned files each get their own message."""
    with pytest.raises(InputError, match=r"a finished run must hold raw\.nc, got .*; run or finish"):
        load(tmp_path)
    (tmp_path / "raw.nc").write_bytes(b"text")
    with pytest.raises(InputError, match="is not a readable netCDF file"):
        load(tmp_path)
    xr.Dataset({"a": ("x", [1.0])}).to_netcdf(tmp_path / "other.nc", engine="h5netcdf")
    with pytest.raises(InputError, match="must have schema 1, got None"):
        load(tmp_path / "other.nc")


def test_a_dataset_of_another_schema_is_left_to_the_version_that_wrote_it(tmp_path):
    """To delete a sweep, or to sweep anew, would lose what is there."""
    xr.Dataset(attrs={"schema": 0}).to_netcdf(tmp_path / "raw.nc", engine="h5netcdf")
    with pytest.raises(InputError, match=r"must have schema 1, got 0; open it with the ticketsum that wrote it"):
        load(tmp_path)


def test_require_writable_leaves_no_trace(tmp_path):
    """Folders made to try are gone again, those that were there stay; a file in the way is refused in one line."""
    (tmp_path / "old").mkdir()
    require_writable(tmp_path / "old")
    require_writable(tmp_path / "old" / "new" / "newer")
    (tmp_path / "file").write_text("kept")
    wanted = rf"the output folder must be writable, got {tmp_path / 'file' / 'new'} \(Not a directory\); choose another"
    with pytest.raises(InputError, match=wanted):
        require_writable(tmp_path / "file" / "new")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "old"]


def test_consolidation_is_assembly(tmp_path):
    """raw.nc is the Dataset of all blocks, checksum included; every law and lower bound."""
    plan = Plan(Lemma2(), (2, 5), 150, d=(1, 3), precision=Precision(0.05, 0.1), block_trials=32)
    blocks = dict(run(plan, tmp_path))
    consolidate(plan, Run.open(tmp_path), tmp_path / "raw.nc")
    wanted = assemble(plan, blocks.items())
    found = load(tmp_path)
    xr.testing.assert_identical(found.drop_attrs(deep=False), wanted.drop_attrs(deep=False))
    assert found.attrs.keys() == wanted.attrs.keys()
    assert seal_of(found) == xr.load_dataset(tmp_path / "raw.nc").attrs["checksum"]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_consolidation_of_a_part_is_refused(tmp_path):
    """A block that is not there is named, with what to do; there is no raw.nc then, and nothing beside it."""
    plan = Plan(Theorem3(), (3,), 100, block_trials=50)
    list(run(plan, tmp_path))
    Run.open(tmp_path).discard(plan.blocks[1])
    with pytest.raises(InputError, match=rf"{plan.blocks[1].name} is missing; give the sweep command again"):
        consolidate(plan, Run.open(tmp_path), tmp_path / "raw.nc")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["blocks", "request.json", "run.json"]


MEMORY = """
import resource, sys
from pathlib import Path
import numpy as np
from montecarlo import Theorem3
from montecarlo.sweeps.consolidation import consolidate
from montecarlo.storage.blocks import Block
from montecarlo.sweeps.plan import Plan
from montecarlo.storage.checksum import checksum as seal_of
from montecarlo.storage.blocks import Run
from montecarlo.sweeps.identity import identity

folder, trials = Path(sys.argv[1]), int(sys.argv[2])
plan = Plan(Theorem3(), tuple(range(1, 13)), trials, block_trials=2**16)
held = Run.create_or_open(folder, identity(plan))
for block in plan.blocks:
    held.write(block, {"critical_epsilon": np.random.default_rng(block.first).random((1, 12, block.trials))})
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
consolidate(plan, held, folder / "raw.nc")
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""


@pytest.mark.parametrize("trials", [pytest.param(trials, marks=pytest.mark.slow) for trials in (2**19, 10**7)])
def test_consolidation_needs_its_numbers_in_memory_twice(tmp_path, trials):
    """n = 12: 48 MB of numbers, or 960 MB, twice; beside them 80 MB of index and what the libraries take."""
    command = [sys.executable, "-c", MEMORY, str(tmp_path), str(trials)]
    taken = float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert taken < 2.25 * (tmp_path / "raw.nc").stat().st_size / 2**20 + 200.0
    with xr.open_dataset(tmp_path / "raw.nc", engine="h5netcdf") as found:
        last = np.random.default_rng(2**16 * ((trials - 1) // 2**16)).random((1, 12, 2**16))
        at = (trials - 1) % 2**16
        np.testing.assert_array_equal(found["critical_epsilon"][0, 0, :, -1], last[0, :, at])
