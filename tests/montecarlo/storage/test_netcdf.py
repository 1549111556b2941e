"""A netCDF file is written whole or the reason why not is raised: HDF5 never sees a disk that fails."""

import os
import signal

import numpy as np
import pytest
import xarray as xr

from montecarlo import InputError, save
from montecarlo.storage.atomic import replacing
from montecarlo.storage.netcdf import add, created

DATASET = xr.Dataset({"a": ("x", np.arange(1000.0))}, attrs={"note": "kept"})


def write(path):
    with created(path) as (file, _):
        add(DATASET, file)


def failing(monkeypatch, name, at, error=OSError(28, "No space left on device")):  # noqa: B008
    """From now on the call number `at` of os.`name` fails; a list of all calls."""
    calls, real = [], getattr(os, name)

    def call(*arguments):
        calls.append(arguments)
        if len(calls) == at:
            raise error
        return real(*arguments)

    monkeypatch.setattr(os, name, call)
    return calls


def test_what_is_written_is_read(tmp_path):
    """Values and attributes."""
    write(tmp_path / "x.nc")
    xr.testing.assert_identical(xr.load_dataset(tmp_path / "x.nc", engine="h5netcdf"), DATASET)


@pytest.mark.parametrize("name", ["pwrite", "ftruncate"])
def test_every_call_that_fails_is_raised(tmp_path, monkeypatch, name):
    """Each of the writes and truncations, failing once: the error of that call, after which nothing more is written."""
    with monkeypatch.context() as patch:
        calls = failing(patch, name, 0)
        write(tmp_path / "x.nc")
        total = len(calls)
    assert total >= 1
    for at in range(1, total + 1):
        with monkeypatch.context() as patch:
            calls = failing(patch, name, at)
            with pytest.raises(OSError, match="No space left"):
                write(tmp_path / "x.nc")
            assert name != "pwrite" or len(calls) == at


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    """Through `replacing`, as every file of ours is written."""
    write(tmp_path / "x.nc")
    before = (tmp_path / "x.nc").read_bytes()
    failing(monkeypatch, "pwrite", 2)
    with (
        pytest.raises(InputError, match="must be writable, got: No space left"),
        replacing(tmp_path / "x.nc") as beside,
    ):
        write(beside)
    assert (tmp_path / "x.nc").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["x.nc"]


def test_short_writes_are_gone_on_with(tmp_path, monkeypatch):
    """A write that takes some of the bytes, and says so."""
    real = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda file, content, at: real(file, content[: -(-len(content) // 2)], at))
    write(tmp_path / "x.nc")
    xr.testing.assert_identical(xr.load_dataset(tmp_path / "x.nc", engine="h5netcdf"), DATASET)


@pytest.mark.parametrize("when", ["check", "end"])
def test_an_interrupt_waits_until_hdf5_is_done(tmp_path, when):
    """Ctrl-C is answered between two steps, or at the end, when the file is whole; the handler is as before."""
    before, seen = signal.getsignal(signal.SIGINT), []
    signal.signal(signal.SIGINT, lambda *_: seen.append("answered"))
    try:
        with created(tmp_path / "x.nc") as (file, check):
            add(DATASET, file)
            os.kill(os.getpid(), signal.SIGINT)
            assert seen == []
            if when == "check":
                check()
                assert seen == ["answered"]
        assert seen == ["answered"]
        os.kill(os.getpid(), signal.SIGINT)
        assert seen == ["answered", "answered"]
    finally:
        signal.signal(signal.SIGINT, before)
    xr.testing.assert_identical(xr.load_dataset(tmp_path / "x.nc", engine="h5netcdf"), DATASET)


@pytest.mark.parametrize("attributes", [{"coordinates": 0.0}, {"more": object()}, {"more": {"a": 1}}])
def test_what_netcdf_cannot_hold_is_one_line(tmp_path, attributes):
    """Whatever xarray raises; the file that was there stays."""
    dataset = xr.Dataset({"a": ("x", [1.0], attributes)})
    (tmp_path / "a.nc").write_bytes(b"before")
    with pytest.raises(InputError, match="must be what netCDF can hold") as caught:
        save(dataset, tmp_path / "a.nc")
    assert "\n" not in str(caught.value)
    assert (tmp_path / "a.nc").read_bytes() == b"before"
