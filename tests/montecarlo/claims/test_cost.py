"""What a trial is estimated to cost sizes blocks: the estimates of the paper's claims stay as they are."""

from dataclasses import dataclass

import pytest

from montecarlo import (
    Corollary2,
    Lemma1,
    Lemma2,
    Lemma3,
    Precision,
    PrunedNetwork,
    SingleLink,
    SingleSample,
    SubsetSum,
    Theorem1,
    Theorem3,
    TinyNeuron,
    covering_cost,
)
from montecarlo.sweeps.plan import Plan

EXACT, RESOLVED, BRACKETS = Precision(), Precision(0.0, 0.03), Precision(0.01, 0.005)
BLOCKS = [  # claim, d, trials per block for exact n = 8, n = 16 with a resolution, n = 40 with brackets
    (SingleSample(), 1, (4096, 2048, 4096)),
    (SingleLink(), 1, (2048, 1024, 2048)),
    (Theorem3(), 1, (4096, 2048, 4096)),
    (SubsetSum(), 1, (4096, 2048, 4096)),
    (Corollary2(), 1, (4096, 2048, 4096)),
    (Lemma1(), 1, (1024, 256, 1024)),
    (Lemma2(), 1, (1024, 256, 1024)),
    (Lemma2(), 2, (64, 32, 64)),
    (Lemma2(), 8, (128, 32, 32)),
    (Lemma3(), 2, (32, 16, 32)),
    (Lemma3(), 8, (16, 4, 1)),
    (Lemma3(5), 8, (32, 4, 2)),
    (Theorem1(1), 2, (256, 64, 64)),
    (Theorem1(2), 2, (128, 32, 16)),
    (Theorem1(3), 1, (512, 64, 64)),
    (PrunedNetwork(), 2, (1024, 512, 256)),
    (PrunedNetwork(3, "equal"), 8, (128, 32, 16)),
]


@pytest.mark.parametrize(("claim", "d", "trials"), BLOCKS, ids=lambda value: getattr(value, "label", None))
def test_blocks_have_their_trials(claim, d, trials):
    """The addresses of stored blocks depend on them: other numbers would orphan the runs there are."""
    cells = zip((8, 16, 40), (EXACT, RESOLVED, BRACKETS), strict=True)
    plans = [Plan(claim, (n,), 1, d=(d,), precision=precision) for n, precision in cells]
    assert tuple(plan.trials_per_block(d) for plan in plans) == trials


def test_blocks_of_all_masks_have_their_trials():
    assert [Plan(TinyNeuron(), (n,), 1).trials_per_block(2) for n in (6, 8)] == [4096, 256]


def test_a_claim_costs_one_covering_radius_by_default():
    @dataclass(frozen=True)
    class Plain(Theorem3):
        pass

    assert Plain().cost(12, 1, EXACT) == covering_cost(12, EXACT) == Theorem3().cost(12, 1, EXACT)


def test_problems_share_nothing():
    """Three radii of 2 n summands each: three times the time of one, the memory of one at a time."""
    one, three = (covering_cost(10, EXACT, problems=k, summands=2) for k in (1, 3))
    assert three.seconds == 3 * one.seconds
    assert (three.problems, three.summands) == (3, 2)
    assert three.problem_bytes == one.problem_bytes == 2.0**20
