"""SUPPORTED, REFUTED, UNDECIDED: each reached for its reason, and REFUTED of a true constant at most 5% of the time."""

import math
import re

import numpy as np
import pytest
from scipy.stats import binom

from analysis import InputError, Outcome, judge, thresholds
from analysis.statistics.binomial import trials_to_exclude

LOG = math.log(2.0 / 0.1)
"""ln(A / epsilon) at A = 2, epsilon = 0.1, where P >= 0.9 is needed."""


@pytest.mark.parametrize(
    ("successes", "outcome", "words"),
    [
        (300, Outcome.SUPPORTED, "holds at each of 1 epsilons"),
        (200, Outcome.REFUTED, r"fails at epsilon = 0\.1, n = 3: P in \[0\.6\d+, 0\.7\d+\], 0\.9 needed"),
        (270, Outcome.UNDECIDED, r"open at epsilon = 0\.1, n = 3: P in \[0\.86\d+, 0\.93\d+\], 0\.9 needed"),
    ],
)
def test_given_constant(counted, successes, outcome, words):
    """300, 200, 270 of 300 successes at n = ceil(C ln(A/epsilon)) = 3: supported, refuted, undecided, and why."""
    verdict = judge(counted([10, 20, successes, 300], 300, [1, 2, 3, 4]), [0.1], constant=2.5 / LOG)
    assert verdict.outcome == outcome
    assert verdict.constant == 2.5 / LOG
    assert re.search(words, verdict.reason)


def test_brackets_leave_the_verdict_open(raw):
    """Trials that only possibly succeed neither support nor refute: all possibly, none surely, is undecided."""
    upper, lower = np.full((1, 300), 0.12), np.full((1, 300), 0.09)
    assert judge(raw(upper, [3], low=lower), [0.1], constant=2.5 / LOG).outcome == Outcome.UNDECIDED
    assert judge(raw(upper, [3]), [0.1], constant=2.5 / LOG).outcome == Outcome.REFUTED


@pytest.mark.parametrize(
    ("counts", "outcome"),
    [
        ([300, 300], Outcome.SUPPORTED),  # n = 2 suffices, so n = 3 does
        ([10, 300], Outcome.UNDECIDED),  # n = 5 suffices, which says nothing of n = 3
        ([10, 20], Outcome.REFUTED),  # n = 5 fails, so n = 3 does
        ([10, 270], Outcome.UNDECIDED),
    ],
)
def test_gap_in_the_grid(counted, counts, outcome):
    """n = 3 between grid values 2 and 5: support comes from the nearest n below, refutation from the nearest above."""
    assert judge(counted(counts, 300, [2, 5]), [0.1], constant=2.5 / LOG).outcome == outcome


def test_trials_that_settle_a_verdict_are_those_of_the_nearest_n_below(counted):
    """n = 4 is asked for: the forecast goes by n = 3, where 276 of 300 trials succeed, or by the first n there is."""
    about = trials_to_exclude(0.92, 0.9, 0.95)
    for n in ([1, 3, 9], [1, 2, 3], [5, 6, 9]):
        counts = {1: 100, 2: 100, 3: 276, 5: 276, 6: 290, 9: 300}
        reason = judge(counted([counts[m] for m in n], 300, n), [0.1], constant=3.5 / LOG).reason
        if n[-1] < 4:
            assert reason.endswith("; sweep n up to 4")
        else:
            assert reason.endswith(f"; about {float(f'{about:.2g}'):,.0f} trials settle it")


def test_beyond_the_grid(counted):
    """An n above the grid can be supported from below but not refuted; one below the grid the other way round."""
    above, below = 8.5 / LOG, 0.5 / LOG
    good, bad = counted([300, 300], 300, [2, 5]), counted([10, 20], 300, [2, 5])
    assert judge(good, [0.1], constant=above).outcome == Outcome.SUPPORTED
    assert judge(bad, [0.1], constant=above).outcome == Outcome.UNDECIDED
    assert judge(good, [0.1], constant=below).outcome == Outcome.UNDECIDED
    assert judge(bad, [0.1], constant=below).outcome == Outcome.REFUTED


def test_every_d_is_judged_with_its_own_amplitude(counted):
    """With d in {1, 2} and A = 2, 20, n is ceil(C ln(A_d/epsilon)); one refuted d refutes, and is named."""
    constant = 2.5 / LOG  # n = 3 for d = 1, 5 for d = 2
    assert math.ceil(constant * math.log(20.0 / 0.1)) == 5
    supported = counted([[0, 300, 300], [0, 0, 300]], 300, [2, 3, 5], amplitude=[2.0, 20.0])
    assert judge(supported, [0.1], constant=constant).outcome == Outcome.SUPPORTED
    refuted = judge(
        counted([[0, 300, 300], [0, 0, 9]], 300, [2, 3, 5], amplitude=[2.0, 20.0]), [0.1], constant=constant
    )
    assert refuted.outcome == Outcome.REFUTED
    assert "n = 5, d = 2" in refuted.reason
    assert judge(counted([0, 300, 300], 300, [2, 3, 5]), [0.1], constant=constant).reason.count("d = ") == 0


def test_one_refuted_epsilon_refutes(hitting):
    """Supported at 0.3 and 0.1, failing at 0.03: refuted there, in whatever order the epsilons come, or how often."""
    dataset = hitting([1, 2, 9], np.arange(1, 10), [0.3, 0.1, 0.03], trials=400)
    verdicts = [judge(dataset, values, constant=1.0) for values in ([0.3, 0.1, 0.03], [0.03, 0.1, 0.3, 0.03])]
    assert verdicts[0] == verdicts[1]
    assert verdicts[0].outcome == Outcome.REFUTED
    assert "epsilon = 0.03, n = 5" in verdicts[0].reason
    assert judge(dataset, [0.3, 0.1], constant=1.0).outcome == Outcome.SUPPORTED


def test_each_epsilon_asks_for_its_own_probability(raw):
    """240 of 300 trials succeed: enough for 0.7 at epsilon = 0.3, too few for 0.95 at epsilon = 0.05."""
    dataset = raw(np.where(np.arange(300) < 240, 0.04, 0.9) + np.zeros((20, 1)), range(1, 21))
    for epsilons, outcome in (([0.3], "SUPPORTED"), ([0.05], "REFUTED"), ([0.3, 0.05], "REFUTED")):
        assert judge(dataset, epsilons, constant=2.0).outcome == outcome
    assert "fails at epsilon = 0.05, n = 8" in judge(dataset, [0.3, 0.05], constant=2.0).reason


def test_free_constant_supported(hitting):
    """C open: SUPPORTED names max n_star_high / ln(A/epsilon), and that C, given, is supported as well; less is not."""
    epsilons = [0.3, 0.1, 0.05]
    dataset = hitting([2, 3, 9], np.arange(1, 10), epsilons, trials=600)
    verdict = judge(dataset, epsilons)
    assert verdict.outcome == Outcome.SUPPORTED
    assert verdict.constant == pytest.approx(9.0 / math.log(2.0 / 0.05))
    assert f"C = {verdict.constant:.2f}" in verdict.reason
    assert "no data could refute" in verdict.reason
    assert judge(dataset, epsilons, constant=verdict.constant).outcome == Outcome.SUPPORTED
    assert judge(dataset, epsilons, constant=0.8 * verdict.constant).outcome != Outcome.SUPPORTED


def test_reasons_name_d(counted):
    """Several d: support says at which of them, a given C at how many, and an open cell names its epsilon and d."""
    constant, sizes = 2.5 / LOG, [2, 3, 5]
    good = counted([[0, 300, 300], [0, 0, 300]], 300, sizes, amplitude=[2.0, 20.0], d=[1, 8])
    assert ", epsilon = 0.1 at every d of 1, 8 is supported" in judge(good, [0.1]).reason
    assert "every epsilon from 0.5 down to 0.1 at every d" in judge(good, [0.5, 0.1]).reason
    assert "holds at each of 1 epsilons and 2 d (95%" in judge(good, [0.1], constant=constant).reason
    assert judge(good, [0.1]).constant == pytest.approx(3.0 / LOG)
    open_ended = counted([[0, 300, 300], [0, 0, 200]], 300, sizes, amplitude=[2.0, 20.0], d=[1, 8])
    verdict = judge(open_ended, [0.5, 0.1])
    assert verdict.outcome == Outcome.UNDECIDED
    assert "at epsilon = 0.1 (d = 8); sweep more" in verdict.reason
    everywhere = counted([[0, 0, 0], [0, 0, 0]], 300, sizes, amplitude=[2.0, 20.0], d=[1, 8])
    assert "at epsilon = 0.1 (d = 1, 8), 0.05 (d = 1, 8); sweep" in judge(everywhere, [0.1, 0.05]).reason
    assert "d = " not in judge(counted([0, 0, 0], 300, sizes), [0.1]).reason


@pytest.mark.parametrize("last", [0, 200, 270])
def test_free_constant_is_never_refuted(counted, last):
    """C open: however badly the largest n does, the answer is UNDECIDED, and says where and how far the grid went."""
    verdict = judge(counted([0, last], 300, [1, 8]), [0.1])
    assert verdict.outcome == Outcome.UNDECIDED
    assert math.isnan(verdict.constant)
    assert "no n up to 8" in verdict.reason
    assert "epsilon = 0.1;" in verdict.reason


def test_free_constant_uses_all_intervals_together(counted):
    """Certified by one interval at 95%, not by one of 40 together: the verdict takes the second."""
    dataset = counted([290], 308, [4])
    alone = thresholds(dataset, 0.1)["n_star_high"].item()
    assert alone == 4.0
    assert judge(dataset, [0.1]).outcome == Outcome.SUPPORTED
    others = np.linspace(0.2, 0.9, 39)  # trivial at these: nearly all succeed
    assert judge(dataset, [0.1, *others]).outcome == Outcome.UNDECIDED


def refutation_rate(counted, rate, trials, family, level):
    """P(REFUTED) when each of `family` independent d has P(success) = rate: exact, from the counts that refute."""
    k = np.arange(trials + 1)
    refutes = [
        judge(counted([[c]] + [[trials]] * (family - 1), trials, [3]), [0.1], constant=2.5 / LOG, level=level).outcome
        == Outcome.REFUTED
        for c in k[k < 0.95 * trials]
    ]
    one = float(binom.pmf(k[: len(refutes)], trials, rate)[refutes].sum())
    return 1.0 - (1.0 - one) ** family


@pytest.mark.slow
def test_true_constant_is_rarely_refuted(counted):
    """A constant exactly true at five d is REFUTED with probability at most 5%; one 0.2 off, almost surely.

    Exact: binomial laws summed over the counts that refute. Control: without the correction for five cells
    (the level that undoes it) the same bound is broken.
    """
    assert refutation_rate(counted, 0.9, 60, 5, 0.95) <= 0.05
    assert refutation_rate(counted, 0.7, 60, 5, 0.95) >= 0.99
    assert refutation_rate(counted, 0.9, 60, 5, 1.0 - 5 * 0.05) > 0.05


@pytest.mark.parametrize("event", ["nonsense", "", "Statement"])
def test_unknown_event_is_refused(random_raw, event):
    """An event that the Dataset has not is an InputError that lists those it has."""
    with pytest.raises(InputError, match=rf"event must be one of statement, construction, proof, got '{event}'"):
        judge(random_raw(events=3), [0.1], event=event)


@pytest.mark.parametrize("constant", [0.0, -1.0, math.nan, math.inf])
def test_bad_constant_is_refused(random_raw, constant):
    """A constant that is not finite and above 0 is an InputError with the remedy."""
    with pytest.raises(InputError, match=rf"constant must be finite and above 0, got {constant}; leave it out"):
        judge(random_raw(), [0.1], constant=constant)


def test_enormous_constant_is_no_crash(counted):
    """Every finite constant gets an answer, even one whose n is beyond float64."""
    assert judge(counted([300], 300, [3]), [0.1], constant=1e308).outcome == Outcome.SUPPORTED


def test_bad_epsilon_and_level_are_refused(random_raw):
    """Epsilon, its resolution and the level are checked as everywhere."""
    with pytest.raises(InputError, match="epsilon must have at least one value"):
        judge(random_raw(), [])
    with pytest.raises(InputError, match=r"epsilon must be finite and above 0, got nan"):
        judge(random_raw(), [math.nan], constant=1.0)
    with pytest.raises(InputError, match=r"resolution 0\.2, got 0\.1"):
        judge(random_raw(resolution=0.2), [0.1])
    with pytest.raises(InputError, match=r"level must be strictly between 0 and 1, got 95"):
        judge(random_raw(), [0.1], level=95)


def test_events_are_judged_apart(random_raw):
    """Nested events: the proof's event needs a constant no smaller than the statement's."""
    dataset = random_raw(n=30, trials=600, events=3)
    constants = [judge(dataset, [0.3, 0.1], event=event).constant for event in ("statement", "construction", "proof")]
    assert constants == sorted(constants)
    assert constants[0] < constants[2]
