"""A sweep that breaks a rule is refused before it starts, in one line with rule, value and remedy."""

import time
from contextlib import nullcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from montecarlo import (
    Corollary2,
    InputError,
    Lemma1,
    Lemma2,
    Lemma3,
    Precision,
    PrunedNetwork,
    Theorem3,
    claim_named,
    sweep,
)
from montecarlo.sampling.streams import STRAND
from montecarlo.storage.blocks import Block
from montecarlo.sweeps.plan import Plan, grid
from montecarlo.sweeps.run import run
from montecarlo.system import memory_limit


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n": 0}, r"n must be a whole number of at least 1, got 0"),
        ({"n": -3}, r"n must be a whole number of at least 1, got -3"),
        ({"n": [3, 0]}, r"n must be a whole number of at least 1, got 0"),
        ({"n": []}, r"the grid of n must not be empty; give n=1:20, say"),
        ({"n": range(5, 5)}, r"the grid of n must not be empty"),
        ({"n": 10**9}, r"at most 100000, got 1000000000; lower it"),
        ({"n": [10**9]}, r"n must be at most 100000, got 1000000000; lower it"),
        ({"n": True}, r"n must be a whole number of at least 1, got True"),
        ({"n": [True]}, r"n must be a whole number of at least 1, got True"),
        ({"n": 2.0}, r"n must be a whole number of at least 1, got 2.0"),
        ({"n": [1, 2.5]}, r"n must be a whole number of at least 1, got 2.5"),
        ({"n": [float("nan")]}, r"n must be a whole number of at least 1, got nan"),
        ({"n": "5"}, r"n must be a whole number of at least 1, got '5'"),
        ({"trials": 0}, r"trials must be a whole number of at least 1, got 0"),
        ({"trials": -1}, r"trials must be a whole number of at least 1, got -1"),
        ({"trials": True}, r"trials must be a whole number of at least 1, got True"),
        ({"trials": 10.0}, r"trials must be a whole number of at least 1, got 10.0"),
        ({"trials": float("nan")}, r"trials must be a whole number of at least 1, got nan"),
        ({"trials": None}, r"trials must be a whole number of at least 1, got None"),
        ({"seed": -1}, r"seed must be a whole number of at least 0, got -1"),
        ({"seed": 1.5}, r"seed must be a whole number of at least 0, got 1.5"),
        ({"seed": False}, r"seed must be a whole number of at least 0, got False"),
        ({"d": 2}, r"d of Theorem 3 must be one of \[1\], got 2"),
        ({"d": [1, 2]}, r"d of Theorem 3 must be one of \[1\], got 2"),
        ({"d": 0}, r"d must be a whole number of at least 1, got 0"),
        ({"d": True}, r"d must be a whole number of at least 1, got True"),
        ({"d": 1.0}, r"d must be a whole number of at least 1, got 1.0"),
        ({"d": []}, r"the grid of d must not be empty; give d="),
        ({"d": 10**9}, r"d must be at most 100000, got 1000000000; lower it"),
        ({"relative_tolerance": 0.01}, r"relative_tolerance \(0.01\) needs a resolution above 0; set resolution=0.005"),
        ({"relative_tolerance": float("nan"), "resolution": 0.1}, r"relative_tolerance must be in \[0, 1\), got nan"),
        ({"resolution": float("nan")}, r"resolution must be 0 or more and finite, got nan; 0 means none"),
        ({"jobs": 0}, r"jobs must be a whole number of at least 1, got 0"),
        ({"jobs": True}, r"jobs must be a whole number of at least 1, got True"),
        ({"out": ""}, r"out must not be empty, got ''"),
        ({"jobs": 1.5}, r"jobs must be a whole number of at least 1, got 1.5"),
    ],
    ids=str,
)
def test_sweep_refuses_what_breaks_a_rule(arguments, message):
    """Every argument out of its range is an InputError that names rule and value, on one line."""
    with pytest.raises(InputError, match=message) as caught:
        sweep(Theorem3(), **{"n": 3, "trials": 10, **arguments})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("claim", "n"), [(Theorem3(), 60), (Theorem3(), 5000), (Theorem3(), 100_000), (Lemma1(), 30)])
def test_too_large_n_is_refused_at_once(claim, n):
    """2^n sums that do not fit are refused before anything is allocated, with certified brackets as the way out."""
    start = time.perf_counter()
    with pytest.raises(InputError, match=rf"n up to {n} needs .* a worker, .*; lower n, or .*relative_tolerance=0.01"):
        sweep(claim, n=[n], trials=1)
    assert time.perf_counter() - start < 1.0


def test_same_n_is_accepted_with_brackets():
    """The remedy the message names works: n = 60 with a tolerance and a resolution is planned."""
    plan = Plan(Theorem3(), (60,), 10, precision=Precision(0.01, 0.005))
    assert plan.worker_bytes() < memory_limit()


@pytest.mark.parametrize("resolution", [1e-12, 1e-308, 5e-324])
def test_too_fine_brackets_are_refused(resolution):
    """A bitset for such a resolution does not fit; the remedy is another one than for exact sweeps."""
    with pytest.raises(InputError, match=r"n up to 60 needs .*; lower n or raise the resolution"):
        sweep(Theorem3(), n=60, trials=1, relative_tolerance=0.01, resolution=resolution)


def test_a_layer_out_of_reach_says_what_it_would_cost():
    """Too many blocks for the memory, or too fine a resolution for all of them: refused, with what it would take."""
    many = (
        rf"d = 2000 needs .* a worker for its {4 * 2000**2:,} subset-sum problems \(about .* s a trial\), .*; lower d"
    )
    with pytest.raises(InputError, match=many):
        sweep(Lemma3(), n=60, d=2000, trials=1, relative_tolerance=0.01, resolution=0.1)
    with pytest.raises(InputError, match=r"n up to 60 at d = 64 needs .*; lower n or raise the resolution"):
        sweep(Lemma3(), n=60, d=64, trials=1, relative_tolerance=0.01, resolution=0.005)


def test_blocks_of_one_dimension_do_not_depend_on_the_others():
    """A sweep that is given more d later finds the blocks of those it had."""
    few, more = (Plan(Lemma2(), (30,), 2000, d=d, precision=Precision(0.01, 0.05)) for d in ((1, 2), (1, 2, 16)))
    assert more.blocks[: len(few.blocks)] == few.blocks
    assert more.trials_per_block(16) < more.trials_per_block(1)


def test_endless_sweep_is_refused():
    """More than ten years of estimated work is a slip of the pen."""
    with pytest.raises(InputError, match=r"would take about \d+ years; lower n or trials, or raise the resolution"):
        Plan(Theorem3(), (28,), 10**10)


def test_the_time_of_a_sweep_is_that_of_all_dimensions(monkeypatch):
    """Two d of which each alone would just do are refused together."""
    both = Plan(Lemma2(), (6,), 100, d=(1, 2))
    each = [both.seconds_for(d, 100) for d in (1, 2)]
    monkeypatch.setattr("montecarlo.sweeps.plan._LONGEST", 1.01 * max(each))
    for d in (1, 2):
        Plan(Lemma2(), (6,), 100, d=(d,))
    with pytest.raises(InputError, match="the sweep would take about"):
        Plan(Lemma2(), (6,), 100, d=(1, 2))


@pytest.mark.parametrize("n", [(5, 3), (3, 3), (1, 5, 2)])
def test_unsorted_grid_is_refused_or_put_in_order(n):
    """A plan's n_max is its largest n, whatever order the grid was given in."""
    try:
        plan = Plan(Theorem3(), n, 10)
    except InputError:
        return
    assert plan.n_max == max(n)


def test_numpy_integers_are_whole_numbers():
    """np.arange(1, 4) is a grid of n like any other."""
    assert sweep(Theorem3(), n=np.arange(1, 4), trials=2).n.values.tolist() == [1, 2, 3]


@given(st.integers(1, 50))
def test_grid_of_an_integer_counts_up(m):
    """An int m means 1..m."""
    assert grid("n", m) == tuple(range(1, m + 1))


@given(st.lists(st.integers(1, 100), min_size=1, max_size=20))
def test_grid_is_sorted_and_distinct(values):
    """Values in any order, with repetitions, become a rising grid."""
    assert grid("n", values) == tuple(sorted(set(values)))


@given(st.integers(1, 3000), st.integers(1, 500))
def test_blocks_tile_the_trials(trials, block_trials):
    """Blocks are disjoint, in order, without holes, all full, and cover the trials; names are unique."""
    plan = Plan(Theorem3(), (1, 2), trials, block_trials=block_trials)
    assert plan.blocks[0].first == 0
    assert all(one.stop == other.first for one, other in zip(plan.blocks, plan.blocks[1:], strict=False))
    assert all(block.trials == block_trials for block in plan.blocks)
    assert plan.blocks[-1].first < trials <= plan.blocks[-1].stop
    assert len({block.name for block in plan.blocks}) == len(plan.blocks)


@given(st.integers(1, 10**6))
def test_more_trials_keep_the_blocks(trials):
    """Block size does not depend on the number of trials, so a longer sweep finds the shorter one's blocks."""
    one, other = (Plan(Corollary2(), (8,), t) for t in (trials, 2 * trials))
    assert other.blocks[: len(one.blocks)] == one.blocks


def test_block_names_sort_like_blocks():
    """Files of a run list in the order of their trials."""
    assert Block(1, 20, 0, 64).name == "d0001-n000020-t0000000000-0000000064"
    blocks = [Block(d, n, first, first + 1) for d in (1, 12) for n in (7, 20) for first in (0, 9, 10, 10**8)]
    names = [block.name for block in blocks]
    assert names == sorted(names)
    assert [Block.named(name) for name in names] == blocks
    assert Block.named("somebody's notes") is None


def test_estimates_grow_with_the_work():
    """More n, more trials and more problems cost more time, memory and disk, or at least not less."""
    small, large = Plan(Theorem3(), (10,), 4096), Plan(Theorem3(), (12,), 8192)
    assert small.seconds() < large.seconds()
    assert Plan(Theorem3(), (20,), 1).worker_bytes() < Plan(Theorem3(), (26,), 1).worker_bytes()
    assert Plan(Theorem3(), (26,), 1).worker_bytes() == pytest.approx(2**26, rel=0.01)
    assert small.stored_bytes() < large.stored_bytes()
    assert Plan(Lemma1(), (10,), 4096).seconds() > small.seconds()


@pytest.mark.parametrize(
    ("name", "hint"),
    [("theorem 3", "did you mean theorem3"), ("Lema1", "did you mean lemma1"), ("zzz", "choose one of single_sample")],
)
def test_unknown_claim_suggests_a_near_one(name, hint):
    """A misspelt claim names its nearest neighbour; a hopeless one lists them all."""
    with pytest.raises(InputError, match=f"got '{name}'; {hint}"):
        claim_named(name)


def stored(claim, n, trials, folder, **options):
    """The Dataset of a sweep into `folder`, and the bytes of its blocks' arrays."""
    dataset = sweep(claim, n=n, trials=trials, out=folder, **options)
    arrays = [np.load(path) for path in (folder / "blocks").glob("*.npz")]
    return dataset, sum(block[name].nbytes for block in arrays for name in block.files if name != "header")


PRECISIONS = [{}, {"relative_tolerance": 0.01, "resolution": 0.05}]


@pytest.mark.parametrize("options", PRECISIONS)
@pytest.mark.parametrize("claim", [Theorem3(), Lemma1()])
def test_stored_bytes_are_those_of_the_blocks(tmp_path, claim, options):
    """Every event, every n up to the largest, both ends of a bracket, and all trials of full blocks."""
    plan = Plan(claim, (2, 4), 4096, precision=Precision(**options))
    _, count = stored(claim, [2, 4], 4096, tmp_path, **options)
    assert plan.stored_bytes() == count


def test_stored_bytes_add_up_over_dimensions():
    """Where d have different numbers of trials, each counts with its own."""
    one, other, both = (
        Plan(Lemma2(), (3,), 1, d=d, counts=counts, precision=Precision(0.01, 0.1)).stored_bytes()
        for d, counts in (((1,), (100,)), ((2,), (300,)), ((1, 2), (100, 300)))
    )
    assert one == 8 * 2 * 5 * 3 * 100  # both ends, five events, three n
    assert both == one + other == 4 * one


@pytest.mark.parametrize("options", PRECISIONS)
def test_memory_holds_the_numbers_twice(monkeypatch, tmp_path, options):
    """The Dataset of these n and its file: at one byte less than both, the sweep is refused, without a folder."""
    plan = Plan(Lemma1(), (2, 4), 8, precision=Precision(**options))
    dataset = sweep(Lemma1(), n=(2, 4), trials=8, **options)
    both = 2 * sum(dataset[name].nbytes for name in ("critical_epsilon", "critical_epsilon_low") if name in dataset)
    monkeypatch.setattr("montecarlo.sweeps.plan.memory_limit", lambda: float(both))
    plan.require_memory()
    monkeypatch.setattr("montecarlo.sweeps.plan.memory_limit", lambda: both - 1.0)
    with pytest.raises(InputError, match=r"^the numbers of 8 trials need about .*, but there are about .*; lower tri"):
        list(run(plan, tmp_path / "new"))
    assert not (tmp_path / "new").exists()


def test_memory_is_that_of_the_most_trials(monkeypatch):
    """A Dataset has as many trials in every d: 300, twice, for the Dataset and for its file."""
    plan = Plan(Lemma2(), (1, 2, 3), 1, d=(1, 2), counts=(100, 300), precision=Precision(0.01, 0.1))
    need = 2 * 8 * 2 * 5 * 3 * 300 * 2
    monkeypatch.setattr("montecarlo.sweeps.plan.memory_limit", lambda: float(need))
    plan.require_memory()
    monkeypatch.setattr("montecarlo.sweeps.plan.memory_limit", lambda: need - 1.0)
    with pytest.raises(InputError, match="lower trials or n"):
        plan.require_memory()


class Disk:
    """A disk with so much room."""

    def __init__(self, free):
        self.free = free


@pytest.mark.parametrize("options", PRECISIONS)
def test_disk_holds_blocks_and_raw_nc(monkeypatch, tmp_path, options):
    """Twice the numbers, less what the folder holds already; a folder that is not there is asked of its parent."""
    plan = Plan(Lemma1(), (4,), 4096, precision=Precision(**options))
    need, asked = 2 * plan.stored_bytes(), []

    def usage(path, free):
        asked.append(path)
        return Disk(free)

    monkeypatch.setattr("shutil.disk_usage", lambda path: usage(path, need))
    plan.require_disk(tmp_path / "not" / "there")
    assert asked == [tmp_path]
    monkeypatch.setattr("shutil.disk_usage", lambda path: usage(path, need - 1))
    refused = rf"^the numbers of 4096 trials need about .* on disk, but {tmp_path / 'new'} has room for about .*--out$"
    with pytest.raises(InputError, match=refused):
        plan.require_disk(tmp_path / "new")
    (tmp_path / "blocks").mkdir()
    (tmp_path / "blocks" / "one").write_bytes(b"x")
    plan.require_disk(tmp_path)
    assert asked[-1] == tmp_path


def drawn_bytes(claim, d, n):
    """Bytes of the draws of a block."""
    plan = Plan(claim, (n,), 1, d=(d,), precision=Precision(0.01, 0.1))
    return claim.draw(np.random.default_rng(0), n, d, plan.trials_per_block(d)).nbytes


@pytest.mark.parametrize(("claim", "d"), [(Theorem3(), 1), (Lemma1(), 1), (Lemma2(), 3), (Lemma3(), 3)])
def test_a_worker_has_room_for_a_block_and_its_copies(claim, d):
    """Eight arrays of all summands of its subset-sum problems, which are at least as large as the draws."""
    plan = Plan(claim, (6,), 1, d=(d,), precision=Precision(0.01, 0.1))
    cost = claim.cost(6, d, plan.precision)
    summands = 8.0 * 6 * cost.summands * cost.problems * plan.trials_per_block(d)
    assert plan._block_bytes(d) == 8 * summands
    assert plan._block_bytes(d) >= 2 * drawn_bytes(claim, d, 6)
    assert plan.worker_bytes() == plan._problem_bytes() + plan._block_bytes(d)


def test_a_strand_is_drawn_whole():
    """Blocks of one trial draw the 64 that share a generator."""
    plan = Plan(Theorem3(), (5,), 1, block_trials=1)
    assert plan._block_bytes(1) == 8.0 * 8 * 5 * STRAND


def test_the_largest_dimension_sets_a_workers_memory():
    """Whatever the order of the dimensions."""
    one, both = (Plan(Lemma2(), (6,), 1, d=d, precision=Precision(0.01, 0.1)) for d in ((16,), (1, 16)))
    assert both.worker_bytes() == one.worker_bytes()


def test_blocks_of_equal_trials_are_largest_in_the_largest_dimension():
    """64 trials of each d: sixteen times the summands at d = 16."""
    one, least, both = (
        Plan(Lemma2(), (6,), 1, d=d, precision=Precision(0.01, 0.1), block_trials=64) for d in ((16,), (1,), (1, 16))
    )
    assert both.worker_bytes() == one.worker_bytes() > least.worker_bytes()


@pytest.mark.parametrize("resolution", [0.05, 0.01])
def test_a_bitset_and_its_copy_fit_what_is_planned(resolution):
    """The words that a bracket of n = 60 uniform entries needs at most stay within the bytes planned for it."""
    plan = Plan(Theorem3(), (60,), 1, precision=Precision(0.01, resolution))
    entries = 20.0 + 4.0 * np.log2(1.0 + 1.0 / resolution)  # by then the radius is below the resolution
    cell = 0.01 * resolution / (2.0 * entries)
    assert plan._problem_bytes() == pytest.approx(2 * entries / cell / 16 / 8)
    halved = Plan(Theorem3(), (60,), 1, precision=Precision(0.005, resolution))
    assert halved._problem_bytes() == pytest.approx(2 * plan._problem_bytes())


def test_few_summands_are_enumerated_at_most():
    """A bracket never needs more than all 2^n sums; nothing is needed where there are no summands."""
    assert Plan(Theorem3(), (8,), 1, precision=Precision(0.01, 1e-9))._problem_bytes() == 2.0**8
    assert Plan(Theorem3(), (8,), 1)._problem_bytes() == 2.0**8
    assert Plan(Lemma1(), (5,), 1)._problem_bytes() == 2.0 ** (5 * 2)


def test_time_is_that_of_every_block():
    """Kernel time of full blocks, d by d; a finer resolution takes longer, and an exact plan has no other price."""
    plan = Plan(Lemma2(), (20,), 100, d=(1, 4), precision=Precision(0.01, 0.05))
    assert plan.seconds() == pytest.approx(sum(plan.seconds_for(block.d, block.trials) for block in plan.blocks))
    assert plan.seconds(0.05) == plan.seconds()
    assert plan.seconds(0.01) > plan.seconds()
    exact = Plan(Theorem3(), (12,), 100)
    assert exact.seconds(0.01) == exact.seconds()


@pytest.mark.parametrize(("n", "most"), [(2, 4096), (24, 64), (34, 1)])
def test_blocks_take_about_half_a_second(n, most):
    """A power of two of trials, of at least one and at most 4096, and no larger one would do."""
    plan = Plan(Theorem3(), (n,), 1)
    each = plan.seconds_for(1, 1)
    size = plan.trials_per_block(1)
    assert size in {2**k for k in range(13)}
    assert size in {1, 4096} or size * each <= 0.5 < 2 * size * each
    assert Plan(Theorem3(), (n,), 1, block_trials=7).trials_per_block(1) == 7
    assert 2.0**n * 0.6e-9 < each < 2.0**n * 0.6e-9 + 1e-5 * n + 1e-9


@pytest.mark.parametrize(("n", "least"), [(10, 2.0**10), (12, 2.0**12)])
def test_exact_plans_are_held_to_the_memory_there_is(monkeypatch, n, least):
    """The subset sums of one problem: a byte less than they need is refused, as are more summands of a block."""
    room = [least]
    monkeypatch.setattr("montecarlo.sweeps.plan.memory_limit", lambda: room[0])
    monkeypatch.setattr(Plan, "_block_bytes", lambda *_: 0.0)
    Plan(Theorem3(), (n,), 1)
    room[0] -= 1.0
    with pytest.raises(InputError, match=f"n up to {n} needs .* a worker, .*; lower n, or take certified brackets"):
        Plan(Theorem3(), (n,), 1)


def test_brackets_are_held_to_the_bitset_that_kernels_take(monkeypatch):
    """However much memory a machine has: 2^26 words and their copy, so that every machine refuses the same plans."""
    monkeypatch.setattr("montecarlo.sweeps.plan.memory_limit", lambda: 2.0**50)
    monkeypatch.setattr(Plan, "_block_bytes", lambda *_: 0.0)
    for size, refused in ((2.0**30, False), (2.0**30 + 1.0, True)):
        monkeypatch.setattr(Plan, "_problem_bytes", lambda _, size=size: size)
        with pytest.raises(InputError, match="raise the resolution") if refused else nullcontext():
            Plan(Theorem3(), (60,), 1, precision=Precision(0.01, 0.1))


def test_counts_belong_to_their_dimensions():
    """One for each d; the most of them are the plan's trials, and equal ones are none."""
    plan = Plan(Lemma2(), (3,), 1, d=(1, 2), counts=(100, 300), precision=Precision(0.01, 0.1))
    assert (plan.trials, plan.trials_of(1), plan.trials_of(2)) == (300, 100, 300)
    assert plan.request() == {"n": (3,), "d": (1, 2), "trials": 300, "counts": (100, 300)}
    assert {block.d: block.stop for block in plan.blocks if block.stop >= plan.trials_of(block.d)}.keys() == {1, 2}
    same = Plan(Lemma2(), (3,), 1, d=(1, 2), counts=(100, 100), precision=Precision(0.01, 0.1))
    assert (same.counts, same.trials) == ((), 100)
    with pytest.raises(InputError, match=r"counts must be one for each of d = \[1, 2\], got \[100\]"):
        Plan(Lemma2(), (3,), 1, d=(1, 2), counts=(100,), precision=Precision(0.01, 0.1))


def test_what_is_bracketed_has_two_ends():
    """A tolerance, a resolution alone, or a claim that is never exact."""
    assert not Plan(Theorem3(), (3,), 1).bracketed
    assert Plan(Theorem3(), (3,), 1, precision=Precision(0.0, 0.1)).bracketed
    assert Plan(Theorem3(), (3,), 1, precision=Precision(0.01, 0.1)).bracketed
    assert Plan(PrunedNetwork(), (3,), 1).bracketed
