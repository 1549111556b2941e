"""Ctrl-C: exit code 130, a hint, no traceback, and the same command goes on to the same bytes."""

import os
import signal
import time

import pytest
import xarray as xr

from montecarlo.cli import interrupts, main

SWEEP = ("sweep", "theorem3", "--n", "4,20", "--trials", "3072")
"""Six blocks of 512 trials, each a sizeable fraction of a second."""


def interrupt_after_blocks(process, folder, count):
    """Wait for `count` finished blocks, then send SIGINT to the whole process group, as a terminal does."""
    deadline = time.monotonic() + 60.0
    while (
        len(list((folder / "blocks").glob("d*.npz"))) < count and process.poll() is None and time.monotonic() < deadline
    ):
        time.sleep(0.002)
    assert process.poll() is None, process.communicate()
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def digests(files, folder):
    return {name: values[0] for name, values in files(folder / "blocks").items()}


@pytest.fixture(scope="module")
def untouched(tmp_path_factory):
    """A sweep that nobody interrupted."""
    folder = tmp_path_factory.mktemp("untouched")
    main([*SWEEP, "--out", str(folder), "--jobs", "1"])
    return folder


@pytest.mark.parametrize("jobs", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_interrupted_sweep_goes_on_where_it_stopped(start, tmp_path, files, untouched, jobs):
    """SIGINT to the group: code 130 and a hint; blocks on disk are whole, and the rest is all that is computed."""
    folder = tmp_path / "run"
    command = (*SWEEP, "--out", folder, "--jobs", jobs)
    code, out, err = interrupt_after_blocks(start(*command), folder, jobs)  # with two jobs, one is from a worker
    assert code == 130, err
    assert "Traceback" not in out + err
    assert f"Finished blocks are safe in {folder}; give the same command again to go on." in err
    assert "Error" not in err
    assert not (folder / "raw.nc").exists()
    kept = files(folder / "blocks")
    whole = digests(files, untouched)
    assert 1 <= len([name for name in kept if name.startswith("d")]) < len(whole)

    main([*SWEEP, "--out", str(folder), "--jobs", "1"])
    assert digests(files, folder) == whole
    blocks = {name: values for name, values in kept.items() if name.startswith("d")}
    assert blocks.items() <= files(folder / "blocks").items()
    xr.testing.assert_equal(xr.load_dataset(folder / "raw.nc"), xr.load_dataset(untouched / "raw.nc"))


def test_interrupt_without_work_to_save(ticketsum, monkeypatch, tmp_path):
    """Ctrl-C anywhere else ends with code 130 and no traceback too."""
    from montecarlo.storage import dataset as datasets

    def interrupted(path):
        raise KeyboardInterrupt

    monkeypatch.setattr(datasets, "load", interrupted)
    answer = ticketsum("estimate", tmp_path)
    assert answer.code == 130
    assert "Traceback" not in answer.err


def fails_after(first):
    """A pool that fails while another exception, `first`, is on its way."""
    with interrupts.interruption("All is safe."):
        try:
            raise first
        finally:
            raise RuntimeError("the pool is shut down")


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, interrupts.Terminated])
def test_what_fails_because_of_an_interrupt_is_not_blamed(interrupt, capsys):
    """Workers ended by the same signal make their pool fail while the interrupt is answered; it goes on as itself."""
    with pytest.raises(KeyboardInterrupt) as raised:
        fails_after(interrupt)
    assert raised.type is interrupt
    assert "All is safe." in capsys.readouterr().err


def test_other_failures_are_their_own(capsys):
    """Negative control: without an interrupt nothing is said, and the failure goes on."""
    with pytest.raises(RuntimeError):
        fails_after(ValueError)
    assert capsys.readouterr().err == ""


def test_failures_that_are_each_others_context(capsys):
    """A circle of exceptions without an interrupt is left alone, too."""
    first, second = RuntimeError("first"), RuntimeError("second")
    first.__cause__, second.__context__ = second, first
    with pytest.raises(RuntimeError, match="first"), interrupts.interruption("All is safe."):
        raise first
    assert capsys.readouterr().err == ""
