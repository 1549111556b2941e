"""A disk that is full, broken or read-only at any call: one line, nothing lost, and the same command goes on."""

import os
import shutil
import subprocess

import pytest
from on_disk import blocks_on_disk

REASONS = {
    "full": "No space left on device; make room",
    "broken": "Input/output error; look after the disk",
    "broken once": "Input/output error; look after the disk",
    "read-only": "Read-only file system; make it writable",
}


def names(run):
    return [path.relative_to(run).as_posix() for path in run.rglob("*") if path.is_file()]


def explained(ended, run, reason):
    """What is wrong with how a command ended on a failing disk; nothing if it said so, or needed nothing of it."""
    if ended.code == 0:  # what failed was not needed: the lock's text, the end of a file that has none
        return "" if "raw.nc" in {path.name for path in run.iterdir()} and "Traceback" not in ended.err else "code 0"
    try:
        line = ended.complaint()
    except AssertionError as error:
        return str(error)
    remedy = f"{reason}, then give the same command again to go on (finished blocks are safe in {run})"
    return "" if line.startswith(f"ticketsum: {run}") and line.endswith(f": {remedy}") else line


def failing_points(server, expected, fresh, fault, points, **how):
    """Let the disk fail at each of `points`, then give the same command again; what went wrong where."""
    lost = {}
    for k in points:
        run = fresh()
        ended = server.sweep(run, fault=fault, at=k, **how)
        wrong = explained(ended, run, REASONS[fault])
        before = blocks_on_disk(run)
        if fault == "full" and any(path.name.endswith(".tmp") for path in run.rglob("*")):
            wrong = wrong or "a temporary file takes the room that is wanted"
        if ended.code == 0 and expected.found_in(run):
            wrong = wrong or "reported finished, and is not"
        again = server.sweep(run, **how)
        wrong = wrong or (expected.found_in(run) if again.code == 0 else f"again: {again.err.splitlines()[-1:]}")
        if not before.items() <= blocks_on_disk(run).items():
            wrong = wrong or "finished blocks were written again"
        if wrong:
            lost[k] = wrong
    return lost


@pytest.mark.parametrize("fault", REASONS)
def test_a_disk_that_fails(server, expected, fresh, calls, fault):
    """At some calls of different kinds; the four faults together meet two thirds of the kinds; and at the last call."""
    points = sorted({*calls.kinds[[*REASONS].index(fault) :: 6], calls.count})
    assert failing_points(server, expected, fresh, fault, points) == {}


@pytest.mark.slow
@pytest.mark.parametrize("fault", REASONS)
def test_a_disk_that_fails_at_any_call(server, expected, fresh, calls, fault):
    """At all of them, but for equal ones in a row."""
    assert failing_points(server, expected, fresh, fault, calls.different) == {}


def test_hdf5_must_not_see_it(server, expected, fresh, calls):
    """Negative control: where HDF5 writes to the disk itself, some failure is a crash, a traceback or goes unseen."""
    last = server.sweep(fresh(), broken="hdf5").calls
    points = range(calls.count // 2, last)
    assert any(failing_points(server, expected, fresh, "broken once", [k], broken="hdf5") for k in points)


@pytest.mark.parametrize(("limit", "file"), [(2**11, "blocks/d0001"), (2**13, "raw.nc")])
def test_a_limit_on_file_sizes(server, expected, fresh, limit, file):
    """A file may not be as large as it has to be (RLIMIT_FSIZE): one line as for a full disk, and on it goes."""
    run = fresh()
    line = server.sweep(run, limit=limit).complaint()
    assert f"{run}/{file}" in line
    assert ": File too large; raise the limit on file sizes (ulimit -f), then give the same command again" in line
    assert server.sweep(run).code == 0
    assert expected.found_in(run) == ""


@pytest.fixture
def disk(tmp_path):
    """A small disk of its own, which takes root to mount; a function that mounts it again with other options."""
    place = tmp_path.resolve() / "disk"
    place.mkdir()

    def mount(options):
        command = ["mount", "-t", "tmpfs", "-o", options, "none", place]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    if os.getuid() or shutil.which("mount") is None or not mount("size=24k"):
        pytest.skip("a disk of its own takes root and the right to mount one")
    yield place, mount
    subprocess.run(["umount", place], check=True)


def test_a_disk_that_is_really_full(server, expected, disk):
    """24 KiB are refused at once; 36 hold all blocks but no raw.nc; with 1 MiB the sweep goes on to its end."""
    place, mount = disk
    run = place / "RUN"
    assert "need about 28.1 KiB on disk, but" in server.sweep(run).complaint()
    assert names(run) == []
    assert mount("remount,size=36k")
    assert explained(server.sweep(run), run, REASONS["full"]) == ""
    kept = blocks_on_disk(run)
    assert len(kept) == 5
    assert mount("remount,size=1m")
    assert server.sweep(run).code == 0
    assert expected.found_in(run) == ""
    assert blocks_on_disk(run) == kept


def test_a_disk_that_is_really_read_only(server, expected, disk):
    """A run that is half done on a disk mounted read-only: one line, and once it is writable it goes on."""
    place, mount = disk
    run = place / "RUN"
    assert mount("remount,size=1m")
    assert server.sweep(run, fault="kill", at=30).code == -9
    assert mount("remount,ro")
    assert explained(server.sweep(run), run, REASONS["read-only"]) == ""
    assert mount("remount,rw")
    assert server.sweep(run).code == 0
    assert expected.found_in(run) == ""
