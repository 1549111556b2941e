"""Stored blocks answer a plan trial by trial, each once; what is missing is computed, and nothing else."""

import numpy as np
import pytest

from montecarlo import Lemma2, Theorem3
from montecarlo.storage.blocks import Block, Run
from montecarlo.sweeps.inventory import Piece, cut, inventory, overlapping
from montecarlo.sweeps.plan import Plan
from montecarlo.sweeps.run import run
from montecarlo.sweeps.status import Request, _covered


def plan(trials=100, n=(2, 5), d=(1,), size=40, **more):
    return Plan(Theorem3() if d == (1,) else Lemma2(), n, trials, d=d, block_trials=size, **more)


def covered(pieces, missing, d=1):
    """The trials of a d, in order, as (first, stop, whether they are stored)."""
    spans = [(p.first, p.stop, True) for p in pieces if p.block.d == d]
    return sorted(spans + [(b.first, b.stop, False) for b in missing if b.d == d])


def test_without_blocks_all_is_missing():
    """Whole blocks at multiples of the size, of the largest n; the last is as long as the others."""
    assert inventory(plan(), []) == ([], [Block(1, 5, 0, 40), Block(1, 5, 40, 80), Block(1, 5, 80, 120)])


def test_what_is_stored_is_not_computed():
    """All of it; the last block is cut to the trials wanted."""
    stored = [Block(1, 5, 80, 120), Block(1, 5, 0, 40), Block(1, 5, 40, 80)]
    pieces, missing = inventory(plan(), stored)
    assert missing == []
    assert pieces == [Piece(stored[1], 0, 40), Piece(stored[2], 40, 80), Piece(stored[0], 80, 100)]


def test_a_larger_n_answers_and_a_smaller_one_does_not():
    """A trial's numbers up to n do not depend on what follows, but they have to be there."""
    for n, there in ((4, False), (5, True), (6, True)):
        pieces, missing = inventory(plan(trials=40), [Block(1, n, 0, 40)])
        assert (bool(pieces), bool(missing)) == (there, not there)


def test_another_d_does_not_answer():
    """Blocks are of one d, and each d is counted apart, by its own number of trials."""
    wanted = plan(n=(2,), d=(1, 2), counts=(40, 80))
    pieces, missing = inventory(wanted, [Block(2, 2, 0, 40), Block(3, 2, 0, 80)])
    assert pieces == [Piece(Block(2, 2, 0, 40), 0, 40)]
    assert missing == [Block(1, 2, 0, 40), Block(2, 2, 40, 80)]


def test_a_gap_ends_where_a_stored_block_follows():
    """Not beyond it, so that no trial is computed twice; and at multiples of the size before that."""
    stored = [Block(1, 5, 50, 70)]
    pieces, missing = inventory(plan(), stored)
    assert missing == [Block(1, 5, 0, 40), Block(1, 5, 40, 50), Block(1, 5, 70, 80), Block(1, 5, 80, 120)]
    assert pieces == [Piece(stored[0], 50, 70)]


def test_of_several_blocks_the_one_that_reaches_furthest_answers():
    """Of those that reach as far, the one of the smallest n: less to read."""
    far, near, large, short = Block(1, 5, 20, 90), Block(1, 5, 0, 40), Block(1, 9, 0, 40), Block(1, 5, 0, 10)
    pieces, missing = inventory(plan(), [short, large, near, far])
    assert pieces == [Piece(near, 0, 40), Piece(far, 40, 90)]
    assert missing == [Block(1, 5, 90, 120)]
    assert inventory(plan(trials=40), [large, near])[0] == [Piece(near, 0, 40)]


def test_every_trial_is_there_once_whatever_is_stored():
    """Random blocks of random n and d: pieces and missing blocks lie end to end from 0 to the trials wanted."""
    chance = np.random.default_rng(7)
    for _ in range(200):
        lows, highs = (1, 3, 0, 1), (4, 8, 150, 60)
        rows = chance.integers(lows, highs, (chance.integers(0, 9), 4)).tolist()
        stored = [Block(d, n, first, first + length) for d, n, first, length in rows]
        wanted = plan(trials=int(chance.integers(1, 140)), d=(1, 2), n=(5,), size=int(chance.integers(1, 50)))
        pieces, missing = inventory(wanted, stored)
        for d in (1, 2):
            spans = covered(pieces, missing, d)
            assert [span[0] for span in spans] == [0, *(span[1] for span in spans[:-1])]
            assert spans[-1][1] >= wanted.trials
        for piece in pieces:
            assert piece.block in stored
            assert piece.block.n >= 5
            assert piece.block.first <= piece.first < piece.stop <= min(piece.block.stop, wanted.trials)
        for block in missing:
            assert block.n == 5
            assert not [b for b in overlapping(block, stored) if b.n >= 5]
            assert block.first // wanted.block_trials == (block.stop - 1) // wanted.block_trials


def test_a_piece_is_cut_by_its_own_place_in_its_block():
    """Trials first..stop-1 of the block's, and all n up to the plan's largest."""
    values = np.arange(1 * 7 * 30).reshape(1, 7, 30)
    found = cut({"a": values}, Piece(Block(1, 7, 20, 50), 25, 45), plan())
    np.testing.assert_array_equal(found["a"], values[:, :5, 5:25])


def test_overlapping_blocks_share_trials_of_a_d():
    """At least one; whatever their n; not the block itself, nor one that begins where it ends."""
    block = Block(1, 5, 40, 80)
    others = [Block(1, 3, 79, 90), Block(1, 9, 0, 41), Block(1, 5, 40, 60), Block(1, 9, 40, 80), Block(1, 5, 50, 60)]
    apart = [block, Block(2, 5, 40, 80), Block(1, 5, 80, 90), Block(1, 5, 0, 40)]
    assert overlapping(block, others + apart) == others


@pytest.mark.parametrize(("before", "after"), [(64, 24), (24, 64), (10, 7)])
def test_a_run_grows_in_n_where_blocks_have_another_length(tmp_path, before, after):
    """Blocks of the larger n are shorter, or longer, than those of the smaller one: every trial is computed again.

    The numbers are those of a new run, to the bit; the older blocks stay, and answer for the smaller n.
    """
    old, new = plan(n=(1, 4), size=before), plan(n=(1, 4, 9), size=after)
    list(run(old, tmp_path))
    kept = {path: path.read_bytes() for path in (tmp_path / "blocks").iterdir()}
    counted = []
    grown = list(run(new, tmp_path, progress=lambda done, total: counted.append((done, total))))
    assert counted[0] == (0, -(-100 // after) * after)
    fresh = list(run(new, None))
    assert [block for block, _ in grown] == [block for block, _ in fresh]
    for (_, one), (_, other) in zip(grown, fresh, strict=True):
        assert one["critical_epsilon"].tobytes() == other["critical_epsilon"].tobytes()
    assert kept.items() <= {path: path.read_bytes() for path in (tmp_path / "blocks").iterdir()}.items()
    counted.clear()
    again = list(run(old, tmp_path, progress=lambda done, total: counted.append((done, total))))
    assert counted == [(100, 100)]
    assert sum(block.trials for block, _ in again) == 100
    assert len(Run.open(tmp_path).blocks()) == len(kept) + len(fresh)


def test_trials_within_a_longer_block_are_counted_once():
    """20 to 29 lie within 0 to 79, and the last block begins there as well: 100 of 100."""
    stored = [Block(1, 5, 0, 80), Block(1, 5, 20, 30), Block(1, 5, 40, 100)]
    assert _covered(stored, Request((5,), {1: 100})) == {1: 100}
