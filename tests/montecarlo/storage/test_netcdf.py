"""A netCDF file is written whole or the reason why not is raised: HDF5 never sees a disk that fails."""

import signal
from pathlib import Path
from unittest.mock import Mock

import h5netcdf
import numpy as np
import pytest
import xarray as xr

from montecarlo import InputError, save
from montecarlo.storage.atomic import replacing
from montecarlo.storage.netcdf import add, created

DATASET = xr.Dataset({"a": ("x", np.arange(1000.0))}, attrs={"note": "kept"})


def write(path):
    with created(path) as file:
        add(DATASET, file)


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    """Through `replacing`, as every file of ours is written."""
    write(tmp_path / "x.nc")
    before = (tmp_path / "x.nc").read_bytes()
    monkeypatch.setattr(Path, "write_bytes", Mock(side_effect=OSError(28, "No space left on device")))
    with (
        pytest.raises(InputError, match="must be writable, got: No space left"),
        replacing(tmp_path / "x.nc") as beside,
    ):
        write(beside)
    assert (tmp_path / "x.nc").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["x.nc"]


def test_what_was_interrupted_is_not_written(tmp_path):
    """Ctrl-C between two steps."""
    with pytest.raises(KeyboardInterrupt), created(tmp_path / "x.nc"):
        signal.raise_signal(signal.SIGINT)
    assert not (tmp_path / "x.nc").exists()


@pytest.mark.parametrize("step", ["__init__", "close"])
def test_an_interrupt_waits_until_a_file_is_open_or_closed(tmp_path, monkeypatch, step):
    """The step is done, then the signal answered; the handler is as before."""
    real, done = getattr(h5netcdf.File, step), []

    def interrupted(*arguments, **options):
        signal.raise_signal(signal.SIGINT)
        real(*arguments, **options)
        done.append(step)

    before = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr(h5netcdf.File, step, interrupted)
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "x.nc")
    assert done[:1] == [step]
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize("attributes", [{"coordinates": 0.0}, {"more": object()}, {"more": {"a": 1}}])
def test_what_netcdf_cannot_hold_is_one_line(tmp_path, attributes):
    """Whatever xarray raises; the file that was there stays."""
    dataset = xr.Dataset({"a": ("x", [1.0], attributes)})
    (tmp_path / "a.nc").write_bytes(b"before")
    with pytest.raises(InputError, match="must be what netCDF can hold") as caught:
        save(dataset, tmp_path / "a.nc")
    assert "\n" not in str(caught.value)
    assert (tmp_path / "a.nc").read_bytes() == b"before"
