"""`merge` keeps what was asked for, and who computed it."""

import json
import sys
from dataclasses import replace

import numpy as np
import pytest

from montecarlo import InputError, Lemma2, Theorem3, load, sweep
from montecarlo.storage.blocks import Block, Run
from montecarlo.sweeps import status as runs
from montecarlo.sweeps.consolidation import consolidate
from montecarlo.sweeps.identity import identity
from montecarlo.sweeps.plan import Plan
from montecarlo.sweeps.run import run
from montecarlo.sweeps.status import merge

PLAN = Plan(Theorem3(), (2, 5), 100, block_trials=64)
"""Its blocks hold 128 trials."""


def swept(plan, folder, command="first"):
    """A run with its raw.nc, made by a command."""
    sys.argv = ["ticketsum", command]
    for _ in run(plan, folder):
        pass
    consolidate(plan, Run.open(folder), folder / "raw.nc")
    return folder


def provenance(folder):
    return json.loads(load(folder).attrs["provenance"])


@pytest.fixture(autouse=True)
def _command(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["pytest"])


def test_trials_that_a_last_block_is_longer_are_left_out(tmp_path):
    """100 were asked for and 128 are there: raw.nc has the 100 still, at the n that were asked for."""
    swept(PLAN, tmp_path)
    before = load(tmp_path)
    (tmp_path / "raw.nc").unlink()
    assert replace(merge(tmp_path), block_trials=64) == PLAN
    assert load(tmp_path).drop_attrs().identical(before.drop_attrs())
    assert Run.open(tmp_path).request() == {"n": [2, 5], "d": [1], "trials": 100}


def test_numbers_of_other_versions_are_not_put_together(tmp_path, monkeypatch):
    """raw.nc would name versions that its numbers are not of; what is there stays."""
    swept(PLAN, tmp_path)
    before = (tmp_path / "raw.nc").read_bytes()
    monkeypatch.setattr(runs, "identity", lambda plan: {**identity(plan), "numbers": {"claim": 2}})
    with pytest.raises(InputError, match="holds numbers of claim version 1"):
        merge(tmp_path)
    assert (tmp_path / "raw.nc").read_bytes() == before


def test_trials_of_another_machine_are_taken_in(tmp_path):
    """A block beyond the last one that was asked for is no rounding."""
    swept(PLAN, tmp_path)
    held = Run.open(tmp_path)
    larger = replace(PLAN, trials=192)
    block = Block(1, 5, 128, 192)
    held.write(block, dict(run(larger, None))[block])
    assert merge(tmp_path).trials == 192
    assert Run.open(tmp_path).request()["trials"] == 192
    assert load(tmp_path).sizes["trial"] == 192


def test_trials_of_one_dimension_alone_are_taken_in(tmp_path):
    """A block more of d = 2: what is asked for from then on has a number of trials for each d."""
    plan = Plan(Lemma2(), (2,), 64, d=(1, 2), block_trials=64)
    swept(plan, tmp_path)
    block = Block(2, 2, 64, 128)
    Run.open(tmp_path).write(block, dict(run(replace(plan, trials=128), None))[block])
    assert merge(tmp_path).counts == (64, 128)
    assert Run.open(tmp_path).request()["counts"] == [64, 128]


def test_n_of_all_blocks_is_the_least_of_their_largest(tmp_path):
    """d = 1 up to n = 5 and d = 2 up to n = 3: together they fill n = 1, 2, 3."""
    for d, n in ((1, 5), (2, 3)):
        swept(Plan(Lemma2(), (n,), 64, d=(d,), block_trials=64), tmp_path)
    assert (merge(tmp_path).n, merge(tmp_path).d) == ((1, 2, 3), (1, 2))
    assert load(tmp_path)["n"].to_numpy().tolist() == [1, 2, 3]


def test_an_incomplete_run_stays_asked_for(tmp_path):
    """Its blocks are put together as far as they go; what was asked for is what `status` goes on comparing with."""
    swept(PLAN, tmp_path)
    Run.open(tmp_path).discard(Block(1, 5, 64, 128))
    assert merge(tmp_path).trials == 64
    assert Run.open(tmp_path).request() == {"n": [2, 5], "d": [1], "trials": 100}


def test_who_computed_stays_and_who_put_together_is_added(tmp_path):
    """The command of the sweep is still the command; consolidating stands beside it."""
    swept(PLAN, tmp_path)
    held = Run.open(tmp_path)
    block = Block(1, 5, 128, 192)
    held.write(block, dict(run(replace(PLAN, trials=192), None))[block])
    sys.argv = ["ticketsum", "consolidate"]
    merge(tmp_path)
    found = provenance(tmp_path)
    assert found["command"] == ["ticketsum", "first"]
    assert [made["command"] for made in found["consolidated"]] == [["ticketsum", "consolidate"]]
    assert {"created", "machine", "versions", "python"} <= found["consolidated"][0].keys()


def test_a_run_that_grew_names_all_who_computed(tmp_path):
    """The latest sweep first, earlier ones under "earlier", in order."""
    swept(PLAN, tmp_path)
    swept(replace(PLAN, trials=200), tmp_path, "second")
    swept(replace(PLAN, trials=300), tmp_path, "third")
    found = provenance(tmp_path)
    assert found["command"] == ["ticketsum", "third"]
    assert [made["command"][1] for made in found["earlier"]] == ["first", "second"]


@pytest.mark.parametrize("content", [b"", b"no netCDF"])
def test_a_damaged_file_has_no_makers(tmp_path, content):
    """And the file of another sweep none that count."""
    swept(PLAN, tmp_path)
    (tmp_path / "raw.nc").write_bytes(content)
    merge(tmp_path)
    assert "earlier" not in provenance(tmp_path)
    assert "consolidated" not in provenance(tmp_path)
    other = sweep(Theorem3(), n=(2, 5), trials=100, seed=1)
    np.testing.assert_array_equal(load(tmp_path).sizes["trial"], other.sizes["trial"])
