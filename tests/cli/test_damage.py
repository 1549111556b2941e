"""Damaged files are named and never believed; --repair computes damaged blocks again, to the same bytes."""

import numpy as np
import pytest
import xarray as xr


def truncate(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip_a_bit(path):
    content = bytearray(path.read_bytes())
    content[len(content) * 2 // 3] ^= 8
    path.write_bytes(content)


def empty(path):
    path.write_bytes(b"")


def replace_by_text(path):
    path.write_text("not what it was\n")


def change_a_number(path):
    """A well-formed archive with one number changed under the old header: only the block's own checksum tells."""
    with np.load(path) as packed:
        arrays = dict(packed)
    arrays["critical_epsilon"][0, 2, 17] += 1e-9
    np.savez(path, **arrays)


@pytest.mark.parametrize("damage", [truncate, flip_a_bit, empty, replace_by_text, change_a_number])
def test_damaged_block_is_named_and_repaired(ticketsum, finished, sweep_command, files, damage):
    """Refused with the block's path and --repair, which restores that block's bytes and touches no other."""
    before = files(finished)
    numbers = xr.load_dataset(finished / "raw.nc")
    name = sorted(file for file in before if file.startswith("blocks/"))[1]
    damage(finished / name)
    damaged = files(finished)
    line = ticketsum(*sweep_command, "--out", finished).one_line_error()
    assert f"block {finished / name} is damaged" in line
    assert "recompute it with --repair" in line
    assert files(finished) == damaged

    assert ticketsum(*sweep_command, "--out", finished, "--repair").code == 0
    after = files(finished)
    assert after[name][0] == before[name][0]
    kept = {file for file in before if file.startswith("blocks/")} - {name}
    assert all(after[file] == before[file] for file in kept)
    xr.testing.assert_equal(xr.load_dataset(finished / "raw.nc"), numbers)


@pytest.mark.parametrize(
    "damage", [truncate, *(pytest.param(how, marks=pytest.mark.slow) for how in (empty, replace_by_text))]
)
def test_damaged_result_is_refused_and_rebuilt(ticketsum, ticketsum_process, finished, sweep_command, damage):
    """raw.nc cut short or overwritten: one line that names it, and the same sweep rebuilds it from its blocks."""
    numbers = xr.load_dataset(finished / "raw.nc")
    damage(finished / "raw.nc")
    # A process of its own: what the netCDF library prints while the interpreter cleans up counts as well.
    for run, command in ((ticketsum_process, "estimate"), (ticketsum, "plot")):
        line = run(command, finished).one_line_error()
        assert f"{finished / 'raw.nc'} is not a readable netCDF file" in line
        assert "run the sweep again to rebuild it" in line
    assert ticketsum(*sweep_command, "--out", finished).code == 0
    xr.testing.assert_equal(xr.load_dataset(finished / "raw.nc"), numbers)


def test_file_that_is_not_ours(ticketsum, tmp_path):
    """A netCDF file of another kind is refused by its schema, as are our own estimates."""
    xr.Dataset({"x": ("t", [1.0, 2.0])}).to_netcdf(tmp_path / "other.nc", engine="h5netcdf")
    assert "must have schema 1, got None" in ticketsum("estimate", tmp_path / "other.nc").one_line_error()


def test_estimates_are_not_a_run(ticketsum, finished):
    """estimates.nc given in place of raw.nc is refused."""
    assert ticketsum("estimate", finished).code == 0
    assert "must have schema 1" in ticketsum("plot", finished / "estimates.nc").one_line_error()


def test_damaged_run_json(ticketsum, finished, sweep_command, files):
    """run.json overwritten: named, nothing touched."""
    replace_by_text(finished / "run.json")
    before = files(finished)
    assert f"{finished / 'run.json'} cannot be read" in ticketsum(*sweep_command, "--out", finished).one_line_error()
    assert files(finished) == before
