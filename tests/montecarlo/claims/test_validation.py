"""What leaves a claim is certified: bounds that contradict each other by a rounding are levelled, others refused."""

from dataclasses import dataclass

import numpy as np
import pytest

from montecarlo import (
    Brackets,
    Claim,
    Corollary2,
    InputError,
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
)
from montecarlo.claims.validation import certified, require_promises
from montecarlo.storage.blocks import Block
from montecarlo.sweeps.run import drawn

ULP = 2.0**-52
EXACT, BRACKETS = Precision(), Precision(0.05, 0.05)


@dataclass(frozen=True)
class Told(Claim):
    """Its bounds are its first four draws, lower and upper of two events; the others are what they are made of."""

    name = "told"
    statement = "Bounds are as told."
    events = {"first": "f", "second": "g"}  # noqa: RUF012

    def draw(self, generator, n, d, trials):
        return generator.uniform(-1.0, 1.0, (n, 14, trials))

    def critical_epsilons(self, draws, precision):
        return Brackets(np.moveaxis(draws[:, :2], 1, 0), np.moveaxis(draws[:, 2:4], 1, 0))


def told(first, second, others=0.0):
    """Draws of one trial with these values of both events, (lower, upper) or one number, n by n."""
    steps = zip(first, second, strict=True)
    values = [[(v if isinstance(v, tuple) else (v, v)) for v in step] for step in steps]
    draws = np.full((len(values), 14, 1), others)
    draws[:, :4, 0] = [[one[0], other[0], one[1], other[1]] for one, other in values]
    return draws


def bounds(draws, precision=EXACT):
    """(lower, upper), each (event, n)."""
    return tuple(side[..., 0].tolist() for side in certified(Told(), draws, precision))


def test_equal_events_added_in_another_order_are_levelled():
    """The first event an ulp above the second: both become the smaller one, the lower bounds as well."""
    assert bounds(told([0.5 + ULP], [0.5])) == ([[0.5], [0.5]], [[0.5], [0.5]])
    assert bounds(told([(0.5 + ULP, 0.5)], [0.75])) == ([[0.5], [0.75]], [[0.5], [0.75]])


def test_a_rise_with_n_by_a_rounding_is_levelled():
    """The value at n = 2 gives way to that at n = 1; n = 1 does not know of n = 2."""
    rising = told([0.5, 0.5 + ULP, 0.25], [1.0, 1.0 + ULP, 0.5])
    assert bounds(rising) == ([[0.5, 0.5, 0.25], [1.0, 1.0, 0.5]],) * 2
    assert bounds(rising[:1]) == ([[0.5], [1.0]],) * 2


def test_a_rise_in_both_directions_at_once_is_levelled():
    """At n = 2 both events are an ulp above what the other one, and n = 1, allow."""
    lower, upper = bounds(told([0.5, 0.5 + ULP], [0.5, 0.5 - ULP]))
    assert (lower, upper) == ([[0.5, 0.5 - ULP], [0.5, 0.5 - ULP]],) * 2


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ([(0.5, 0.4)], [0.5], r"have lower <= upper, got \[0.5, 0.4\] at first, n = 1, trial 0"),
        ([0.5, 0.6], [0.7, 0.7], r"not rise with n, .* got \[0.6, 0.6\] at first, n = 2"),
        ([0.5], [0.4], r"rise along the events, .* got \[0.4, 0.4\] at second, n = 1"),
        ([0.5 + 1e-9], [0.5], "rise along the events"),
    ],
)
def test_what_is_no_rounding_is_refused(first, second, message):
    with pytest.raises(InputError, match=rf"critical epsilons of told must {message}"):
        bounds(told(first, second))


def test_brackets_that_leave_room_for_the_truth_are_sharpened():
    """Upper bounds that rise with n or fall along the events contradict nothing: the sharper one holds for both."""
    lower, upper = bounds(told([(0.1, 0.5), (0.2, 0.6)], [(0.05, 0.4), (0.3, 0.7)]))
    assert upper == [[0.4, 0.4], [0.4, 0.4]]
    assert lower == [[0.1, 0.2], [0.1, 0.3]]


def test_a_rounding_is_that_of_the_numbers_added_up():
    """14 numbers of size 1 leave sums that are off by 14 * 15 * 2^-52 = 5e-14 at most, whatever small error they make.

    An error of 1e-9 may be off by a share of 1e-5 then; the same of numbers of size 1e-9 is no rounding.
    """
    off = 1e-9 + 1e-14
    assert bounds(told([off], [1e-9], others=1.0)) == ([[1e-9], [1e-9]],) * 2
    with pytest.raises(InputError, match="rise along the events"):
        bounds(told([1e-9 + 1e-12], [1e-9], others=1.0))
    small = told([off * 1e-9], [1e-18], others=1e-9)
    assert bounds(small) == ([[1e-18], [1e-18]],) * 2  # beside a target of size 1
    with pytest.raises(InputError, match="rise along the events"):
        bounds(told([off * 1e3], [1e-6], others=0.0))


def test_later_steps_do_not_widen_a_rounding():
    """What n = 1 may be off by is a matter of its own draws: huge ones at n = 2 do not excuse it."""
    draws = told([1e-9 + 1e-12, 1e-9], [1e-9, 1e-9])
    draws[1, 4:] = 1e6
    with pytest.raises(InputError, match=r"rise along the events, .* n = 1,"):
        bounds(draws)


def test_values_at_the_resolution_are_settled():
    """A claim that knows of no resolution: what is at or below it becomes [0, resolution]."""
    assert bounds(told([0.5, 0.1], [0.5, 0.5]), Precision(0.0, 0.3)) == (
        [[0.5, 0.0], [0.5, 0.5]],
        [[0.5, 0.3], [0.5, 0.5]],
    )


def test_a_break_at_one_step_alone_is_found():
    """Values that depend on whether n is 1: n = 1 is tried like every other n."""

    @dataclass(frozen=True)
    class Alone(Theorem3):
        def critical_epsilons(self, draws, precision):
            return np.full((1, *draws.shape), 1.0 if len(draws) > 1 else 0.5)

    with pytest.raises(InputError, match=r"at n depend on the first n steps .* n = 1 and n = 6 differ"):
        require_promises(Alone(), 1)


CASES = [  # claim, d, the largest n, thousands of trials
    *((claim, 1, 14, 100) for claim in (SingleSample(), SingleLink(), SingleLink(0.25), Theorem3(), Corollary2())),
    (SubsetSum(), 1, 14, 100),
    *((claim, 1, 14, 100) for claim in (Lemma1(), Lemma2(), Lemma3(1))),
    (TinyNeuron(), 2, 8, 100),
    (Theorem1(), 1, 14, 100),
    # 5 ms a trial, most of it for the search of deals
    *((claim, 2, 14, 5) for claim in (Lemma2(), Lemma3(1))),
    # 16 and 32 radii a trial, each of which can be off, for 4
    (Lemma3(), 2, 12, 25),
    (Theorem1(), 2, 12, 10),
    # 0.5 ms a trial, for bounds that are apart by more than any rounding
    *((PrunedNetwork(2, kind), d, 12, 5) for kind, d in (("gaussian", 1), ("gaussian", 2), ("equal", 2))),
]
cases = pytest.mark.parametrize(
    ("claim", "d", "most", "thousands"), CASES, ids=[f"{claim.label}, d = {d}" for claim, d, _, _ in CASES]
)
precisions = pytest.mark.parametrize("precision", [EXACT, BRACKETS], ids=["exact", "bracketed"])


def assert_promises_kept(claim, d, most, trials, precision):
    """Trials of six seeds, half of them up to n = most - 5, a quarter up to most - 4, and so on, as they cost more."""
    for k in range(6):
        n, stop = max(most - 5 + k, 1), -(-trials // 2 ** min(k + 1, 5))
        for first in range(0, stop, 2048):
            draws = drawn(claim, k, Block(d, n, first, min(first + 2048, stop)))
            lower, upper = certified(claim, draws, precision)
            assert np.all((lower >= 0.0) & (lower <= upper))
            assert np.all(np.diff(upper, axis=1) <= 0.0)
            assert np.all(np.diff(lower, axis=0) >= 0.0)
            assert np.all(np.diff(upper, axis=0) >= 0.0)


@cases
@precisions
def test_every_claim_keeps_its_promises(claim, d, most, thousands, precision):
    """No trial in a thousand, of six seeds and with n up to 14, contradicts itself."""
    assert_promises_kept(claim, d, most, 10 * thousands, precision)


@pytest.mark.slow
@cases
@precisions
def test_every_claim_keeps_its_promises_in_many_trials(claim, d, most, thousands, precision):
    """No trial in 100,000 of six seeds and with n up to 14 contradicts itself; fewer where a trial has many radii."""
    assert_promises_kept(claim, d, most, 1000 * thousands, precision)
