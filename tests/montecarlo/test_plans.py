"""A sweep that breaks a rule is refused before it starts, in one line with rule, value and remedy."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from montecarlo import Corollary2, InputError, Lemma1, Lemma2, Lemma3, Precision, Theorem3, claim_named, sweep
from montecarlo.machine import memory_limit
from montecarlo.plans import Block, Plan, grid


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
        ({"out": ""}, r"out must not be empty, got ''; give a folder, or None to store nothing"),
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
