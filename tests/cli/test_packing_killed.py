"""`ticketsum packing` killed without warning, and started again, ends with the numbers of a run that was left alone."""

import os
import signal
import time

import pytest
import xarray as xr

COMMAND = (
    "packing", "--d", "1,2", "--epsilon", "0.5,0.3,0.2", "--s", "1:6", "--trials", "160", "--candidates", "3000",
    "--samples", "3000",
)  # fmt: skip
FILES = ("sizes", "counts", "theorem2-d1", "theorem2-d2", "depth", "portrait-d1", "portrait-d2")


def finished_pieces(files, folder):
    """The pieces on disk; one that is written again has another time."""
    return {name: said for name, said in files(folder).items() if name.startswith("cells/") and name.endswith(".json")}


def kill_after(process, count, count_pieces):
    """Wait for `count` pieces, then kill -9 the whole process group."""
    deadline = time.monotonic() + 120.0
    while count_pieces() < count and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)
    assert process.poll() is None, process.communicate()
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL


@pytest.mark.slow
def test_a_killed_run_goes_on_to_the_same_numbers(start, ticketsum, tmp_path, files):
    """Killed twice: no result yet, every piece that was finished is kept as it is, the end is the same Datasets."""
    whole, folder = tmp_path / "whole", tmp_path / "killed"
    assert ticketsum(*COMMAND, "--out", whole).code == 0
    total = len(finished_pieces(files, whole))
    kept = {}
    for count in (2, total // 2):
        kill_after(start(*COMMAND, "--out", folder), count, lambda: len(list((folder / "cells").glob("*.json"))))
        assert not (folder / "portrait-d2.nc").exists()
        assert kept.items() <= finished_pieces(files, folder).items()
        kept = finished_pieces(files, folder)
        assert count <= len(kept) < total
    answer = ticketsum(*COMMAND, "--out", folder)
    assert answer.code == 0, answer.err
    after = finished_pieces(files, folder)
    assert kept.items() <= after.items()
    assert {name: said[0] for name, said in after.items()} == {
        name: said[0] for name, said in finished_pieces(files, whole).items()
    }
    for name in FILES:
        one, other = (xr.load_dataset(at / f"{name}.nc") for at in (folder, whole))
        xr.testing.assert_equal(one, other)
