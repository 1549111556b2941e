"""Sweeps that look at their results: what a look sees, where it ends, and Datasets whose d differ in trials."""

import time
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import xarray as xr

from montecarlo import load
from montecarlo.claims import Lemma2
from montecarlo.errors import InputError
from montecarlo.solvers.covering_radius import Precision
from montecarlo.storage.blocks import Block, Run
from montecarlo.storage.dataset import save
from montecarlo.sweeps.adaptive import Tally, sweep_until
from montecarlo.sweeps.assemble import assemble
from montecarlo.sweeps.consolidation import consolidate
from montecarlo.sweeps.plan import Plan, grid
from montecarlo.sweeps.run import run
from montecarlo.sweeps.status import merge, status

PLAN = Plan(Lemma2(), grid("n", [4, 9, 12]), 700, 3, (1, 2), Precision(0.05, 0.3), block_trials=64)
FIRST = replace(PLAN, trials=256)
EPSILON = (0.5, 1.0)


def counts(dataset, d):
    """(surely, possibly) of one d, counted in the Dataset: (event, n, epsilon)."""
    of_d = dataset.sel(d=d)
    names = "critical_epsilon", "critical_epsilon_low"
    return [np.stack([(of_d[name] <= e).sum("trial").values for e in EPSILON], axis=-1) for name in names]


def more_for_two(looks, most=512):
    """Twice as many trials for d = 2 at every look, none more for d = 1."""

    def decide(tallies):
        looks.append(tallies)
        return {2: min(2 * int(tallies["trials"].sel(d=2)), most)}

    return decide


def test_a_look_sees_the_counts_of_the_first_trials(tmp_path):
    """To the last one, whatever order the pieces come in; what comes too early waits."""
    dataset = assemble(PLAN, run(PLAN, None))
    tally = Tally(PLAN, EPSILON)
    pieces = list(run(PLAN, None))
    last = [piece for piece in pieces if piece[0].first == 640]
    for block, arrays in [*last, *reversed([piece for piece in pieces if piece not in last])]:
        assert tally.counted[block.d] in (0, 704)  # a gap at trial 0: nothing counts until the very last piece
        tally.add(block, arrays, 704)
    beyond = replace(PLAN, trials=704)
    whole = assemble(beyond, run(beyond, None))
    found = tally.dataset()
    assert found["trials"].values.tolist() == [704, 704]
    for d in PLAN.d:
        for name, wanted in zip(("surely", "possibly"), counts(whole, d), strict=True):
            np.testing.assert_array_equal(found[name].sel(d=d).values, wanted)
    assert not np.array_equal(counts(dataset, 2)[0], counts(whole, 2)[0])  # the last four trials are in it


def test_a_block_that_is_looked_at_in_two_parts_counts_once():
    """Its first 40 trials, then all 64 of it: what was counted stays counted, and the rest is added."""
    block, arrays = next(piece for piece in run(PLAN, None) if piece[0].first == 0)
    parts, whole = Tally(PLAN, EPSILON), Tally(PLAN, EPSILON)
    for most in (40, 40, 64):
        parts.add(block, arrays, most)
        assert parts.counted[block.d] == most
    whole.add(block, arrays, 64)
    xr.testing.assert_identical(parts.dataset(), whole.dataset())


def test_trials_go_where_they_are_wanted(tmp_path):
    """d = 2 grows look by look, d = 1 stays; the file says so and holds the trials a plain sweep has."""
    looks = []
    found = sweep_until(FIRST, most=700, out=tmp_path, epsilon=EPSILON, decide=more_for_two(looks))
    assert [look["trials"].values.tolist() for look in looks] == [[256, 256], [256, 512]]
    assert found.counts == (256, 512)
    consolidate(found, Run.open(tmp_path), tmp_path / "raw.nc")
    dataset, plain = load(tmp_path), assemble(PLAN, run(PLAN, None))
    assert dataset["trials"].values.tolist() == [256, 512]
    for d, trials in ((1, 256), (2, 512)):
        for name in ("critical_epsilon", "critical_epsilon_low"):
            values = dataset[name].sel(d=d).values
            np.testing.assert_array_equal(values[..., :trials], plain[name].sel(d=d).values[..., :trials])
            assert np.isnan(values[..., trials:]).all()


def test_no_look_is_at_more_trials_than_allowed(tmp_path):
    """The first one included, though blocks are longer."""
    found = sweep_until(FIRST, most=100, out=tmp_path, epsilon=EPSILON, decide=lambda _: {1: 256, 2: 256})
    assert [found.trials_of(d) for d in found.d] == [100, 100]


def test_trials_that_were_looked_at_stay(tmp_path):
    """A d that needs fewer than it has keeps them while another one grows."""
    found = sweep_until(FIRST, most=512, out=tmp_path, epsilon=EPSILON, decide=lambda _: {1: 64, 2: 512})
    assert found.counts == (256, 512)


def test_progress_is_that_of_all_looks_together(tmp_path):
    """From nothing to all trials, never back, and never beyond the trials of the looks so far."""
    told = []
    sweep_until(
        FIRST, most=512, out=tmp_path, epsilon=EPSILON, decide=more_for_two([]), progress=lambda *now: told.append(now)
    )
    dones = [done for done, _ in told]
    assert dones == sorted(dones)
    assert (told[0], told[-1]) == ((0, 512), (768, 768))
    assert {total for _, total in told} == {512, 768}


def test_a_ragged_run_reads_back_as_it_was_assembled(tmp_path):
    """Consolidated and saved, the same numbers."""
    plan = replace(PLAN, counts=(100, 200), stopping="a rule")
    blocks = dict(run(plan, tmp_path))
    consolidate(plan, Run.open(tmp_path), tmp_path / "raw.nc")
    wanted = assemble(plan, blocks.items())
    save(wanted, tmp_path / "saved.nc")
    xr.testing.assert_equal(load(tmp_path), wanted)
    xr.testing.assert_equal(load(tmp_path / "saved.nc"), wanted)
    assert load(tmp_path).attrs["stopping"] == "a rule"
    assert status(tmp_path).finished
    assert tuple(status(tmp_path).request.trials.values()) == plan.counts


def test_an_interrupted_sweep_comes_to_the_same_looks(tmp_path):
    """Killed in the second look, some blocks gone, others of a later look there: the same looks, the same end."""
    undisturbed, looks = [], []
    first = sweep_until(FIRST, most=700, out=tmp_path / "a", epsilon=EPSILON, decide=more_for_two(undisturbed))
    for _ in run(replace(PLAN, trials=640), tmp_path / "b"):
        pass
    for path in sorted((tmp_path / "b" / "blocks").glob("*.npz"))[2::3]:
        path.unlink()
    second = sweep_until(FIRST, most=700, out=tmp_path / "b", epsilon=EPSILON, decide=more_for_two(looks), jobs=2)
    assert first == second
    assert len(looks) == len(undisturbed)
    for one, other in zip(looks, undisturbed, strict=True):
        xr.testing.assert_identical(one, other)


def test_a_deadline_ends_it_after_the_first_look(tmp_path):
    """Even one that has passed leaves every d some trials; what is counted is a prefix of the trials."""
    found = sweep_until(
        FIRST, most=700, out=tmp_path, epsilon=EPSILON, decide=more_for_two([]), deadline=time.monotonic() - 1.0
    )
    assert min(found.trials_of(d) for d in PLAN.d) > 0
    assert found.trials_of(2) <= 256
    consolidate(found, Run.open(tmp_path), tmp_path / "raw.nc")
    assert load(tmp_path).sizes["trial"] == found.trials


def test_a_deadline_that_has_passed_loses_nothing(tmp_path):
    """All that an earlier run stored counts again, however long it takes to read, and there is a new block."""
    more = partial(sweep_until, FIRST, most=700, out=tmp_path, epsilon=EPSILON, decide=more_for_two([]))
    before = more()
    assert [before.trials_of(d) for d in PLAN.d] == [256, 512]
    late = partial(more, decide=lambda _: dict.fromkeys(PLAN.d, 700), deadline=time.monotonic() - 1.0)
    after = late()
    assert [after.trials_of(1), after.trials_of(2)] == [320, 512]
    again = late()
    assert sum(again.trials_of(d) for d in PLAN.d) > sum(after.trials_of(d) for d in PLAN.d)


def test_no_more_than_the_most_trials(tmp_path):
    """A decision that wants more for ever gets the most there may be, and ends there."""
    found = sweep_until(FIRST, most=700, out=tmp_path, epsilon=EPSILON, decide=lambda t: dict.fromkeys(PLAN.d, 10**6))
    assert (found.trials, found.counts) == (700, ())


def test_blocks_of_several_machines_keep_the_trials_each_d_has(tmp_path):
    """`merge` takes the trials from 0 on that are there, d by d, and keeps the rule that ended them."""
    plan = replace(PLAN, counts=(128, 320), stopping="a rule")
    for _ in run(plan, tmp_path):
        pass
    found = merge(tmp_path)
    assert found.counts == (128, 320)
    assert load(tmp_path).attrs["stopping"] == "a rule"
    Run.open(tmp_path).discard(Block(2, 12, 128, 192))
    assert merge(tmp_path).trials == 128


def test_counts_are_one_for_each_d():
    with pytest.raises(InputError, match=r"counts must be one for each of d = \[1, 2\], got \[5\]"):
        replace(PLAN, counts=(5,))
