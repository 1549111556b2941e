"""SUPPORTED, REFUTED, UNDECIDED: each reached for its reason, and REFUTED of a true constant at most 5% of the time."""

import math
import re

import numpy as np
import pytest
from calibrated import RejectedError, assert_rate
from scipy.stats import binom

from analysis import InputError, Outcome, growth, judge, thresholds
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
    verdict = judge(raw(upper, [3], low=lower), [0.1], constant=2.5 / LOG)
    assert verdict.outcome == Outcome.UNDECIDED
    assert "only known between bounds on either side; a finer resolution may settle it" in verdict.reason
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


def test_reasons_name_d(counted):
    """Several d: support says at how many of them a given C holds."""
    constant, sizes = 2.5 / LOG, [2, 3, 5]
    good = counted([[0, 300, 300], [0, 0, 300]], 300, sizes, amplitude=[2.0, 20.0], d=[1, 8])
    assert "holds at each of 1 epsilons and 2 d (95%" in judge(good, [0.1], constant=constant).reason


def growing(raw, ratio, trials, seed, d=1, **options):
    """A raw Dataset whose n* has a slope against ln(1/epsilon) that rises by `ratio` in the middle of 0.4 to 0.008."""
    generator = np.random.default_rng(seed)
    depth = np.cumsum(np.repeat([ratio, 1.0], [4, 4 * ratio])) / (8 * ratio)
    accuracy = np.concatenate([[0.5, 0.4], 0.4 * 0.02**depth, [0.004, 0.002]])[:, None]
    values = np.stack([accuracy * (accuracy / generator.uniform(size=trials)) for _ in range(d)])
    return raw(values[None], np.arange(1, accuracy.size + 1), amplitude=2.0, **options)


RANGE = [0.401, 0.0079]


def test_logarithmic_growth_is_supported_with_a_constant_for_the_whole_range(raw):
    """Slopes alike: SUPPORTED, and the C it names holds at every epsilon, those not looked at among them."""
    dataset = growing(raw, 1, 4000, seed=1)
    verdict = judge(dataset, RANGE)
    assert verdict.outcome == Outcome.SUPPORTED
    assert re.search(
        r"from epsilon = 0\.401 to 0\.0079 its slope changes by a factor of at most 1\.\d+", verdict.reason
    )
    assert f"C = {verdict.constant:.2f} is enough for every epsilon in between" in verdict.reason
    between = np.geomspace(*RANGE, 40)
    n_star = thresholds(dataset, between)["n_star"].to_numpy().ravel()
    assert np.all(n_star <= verdict.constant * np.log(2.0 / between))


def test_faster_growth_is_refuted(raw):
    """The slope doubles twice: REFUTED, with the factor and no constant."""
    verdict = judge(growing(raw, 4, 4000, seed=2), RANGE)
    assert verdict.outcome == Outcome.REFUTED
    assert re.search(
        r"faster than ln\(1/epsilon\): .* changes by a factor of [34]\.\d+ \[.*\], above 1\.5", verdict.reason
    )
    assert math.isnan(verdict.constant)


def test_few_trials_leave_growth_open_and_say_how_many_settle_it(raw):
    """400 trials: the interval holds 1.5."""
    verdict = judge(growing(raw, 1, 400, seed=5), RANGE)
    assert verdict.outcome == Outcome.UNDECIDED
    assert re.search(r"holds 1\.5; about \d+\.\d times the trials settle it", verdict.reason)


@pytest.mark.parametrize(
    ("places", "words"),
    [
        (slice(0, 8), "n up to 8 do not reach epsilon = 0.0079; sweep a larger n"),
        (slice(3, 30), "n from 4 on reach beyond epsilon = 0.401; sweep a smaller n"),
        (slice(0, 3), "fewer than three n whose accuracy lies from 0.401 to 0.0079; sweep more n"),
    ],
)
def test_growth_is_open_where_the_grid_leaves_out_a_part_of_the_range(raw, places, words):
    """Logarithmic as far as it goes, which is not as far as was asked."""
    verdict = judge(growing(raw, 1, 4000, seed=1).isel(n=places), RANGE)
    assert verdict.outcome == Outcome.UNDECIDED
    assert words in verdict.reason


def test_growth_is_judged_at_every_d(raw):
    """One d that grows too fast refutes; two at once are judged at 97.5% each."""
    slow, fast = growing(raw, 1, 4000, seed=1, d=2), growing(raw, 4, 4000, seed=2)
    assert judge(slow, RANGE).outcome == Outcome.SUPPORTED
    both = slow.isel(n=slice(0, 10)).copy()
    both["critical_epsilon"][{"d": 1}] = (
        growing(raw, 4, 4000, seed=2)["critical_epsilon"].isel(d=0, n=slice(0, 10)).data
    )
    assert "against ln(1/epsilon) at d = 2" in judge(both, [0.401, 0.02]).reason
    assert judge(fast, RANGE, level=0.9999).outcome == Outcome.REFUTED


@pytest.mark.slow
@pytest.mark.parametrize(("ratio", "wrong"), [(1, Outcome.REFUTED), (2, Outcome.SUPPORTED), (4, Outcome.SUPPORTED)])
def test_growth_is_rarely_judged_wrongly(raw, ratio, wrong):
    """In 150 sweeps of 4,000 trials: wrong at most 5% of the time, right at least 95% at the factors 1 and 4."""
    outcomes = [judge(growing(raw, ratio, 4000, seed), RANGE).outcome for seed in range(150)]
    right = Outcome.SUPPORTED if ratio == 1 else Outcome.REFUTED
    assert_rate(outcomes.count(wrong), 150, 0.0, 0.05)
    if ratio != 2:
        assert_rate(outcomes.count(right), 150, 0.95, 1.0)


@pytest.mark.slow
def test_a_factor_at_the_limit_is_judged_either_way_at_most_5_percent_of_the_time(raw, monkeypatch):
    """The limit moved to the truth, 2: both answers are wrong then. Control: the estimate without limits."""
    monkeypatch.setattr("analysis.estimates.verdict.LARGEST_RATIO", 2.0)
    outcomes = [judge(growing(raw, 2, 1000, seed), RANGE).outcome for seed in range(150)]
    assert_rate(150 - outcomes.count(Outcome.UNDECIDED), 150, 0.0, 0.05)
    rash = sum(growth(growing(raw, 2, 1000, seed), RANGE)["growth_ratio"].item() > 2.0 for seed in range(100))
    with pytest.raises(RejectedError):
        assert_rate(rash, 100, 0.0, 0.05)


def with_roles(dataset, *roles):
    """`dataset` whose events have these roles."""
    return dataset.assign(role=("event", np.array(roles, dtype=object)))


def test_a_sufficient_event_that_fails_refutes_nothing(counted):
    """Events of one claim, 20 of 300 trials each: REFUTED by the statement or by what it implies, else UNDECIDED."""
    dataset = counted([[[20]], [[20]]], 300, [3])
    for roles, outcome in (
        (("statement", "implies"), "REFUTED"),
        (("implied_by", "implies"), "REFUTED"),
        (("implies", "implies"), "UNDECIDED"),
    ):
        verdict = judge(with_roles(dataset, *roles), [0.1], constant=2.5 / LOG)
        assert verdict.outcome == outcome
    assert "the event 'statement' fails, but it is sufficient only" in verdict.reason


def test_a_necessary_event_that_holds_supports_nothing(counted):
    """300 of 300 trials: SUPPORTED by the statement or by what implies it, else UNDECIDED."""
    dataset = counted([[[300]], [[300]]], 300, [3])
    for roles, outcome in (
        (("statement", "implies"), "SUPPORTED"),
        (("implied_by", "implies"), "SUPPORTED"),
        (("implied_by", "implied_by"), "UNDECIDED"),
    ):
        verdict = judge(with_roles(dataset, *roles), [0.1], constant=2.5 / LOG)
        assert verdict.outcome == outcome
    assert "the event 'construction' is necessary only, it cannot support" in verdict.reason


def test_what_decides_is_named_where_it_is_not_the_statement(counted):
    """The strongest necessary event refutes, the weakest sufficient one supports: the second and the third of four."""
    names = ("one", "two", "three", "four")
    dataset = counted([[[300]], [[20]], [[20]], [[0]]], 300, [3], names=names)
    refuted = judge(with_roles(dataset, "implied_by", "implied_by", "implies", "implies"), [0.1], constant=2.5 / LOG)
    assert refuted.reason.endswith("needed (event 'two', necessary only; 95%, simultaneous)")
    dataset = counted([[[300]], [[300]], [[300]], [[0]]], 300, [3], names=names)
    supported = judge(with_roles(dataset, "implied_by", "implied_by", "implies", "implies"), [0.1], constant=2.5 / LOG)
    assert supported.reason == (
        f"C = {2.5 / LOG:g} holds at each of 1 epsilons (event 'three', sufficient only; 95%, simultaneous)"
    )


def test_both_sides_make_one_interval(counted):
    """P between a sufficient event's low end and a necessary one's high end."""
    dataset = with_roles(counted([[[290]], [[100]]], 300, [3]), "implied_by", "implies")
    verdict = judge(dataset, [0.1], constant=2.5 / LOG)
    assert verdict.outcome == Outcome.UNDECIDED
    assert re.search(r"P in \[0\.2\d+, 0\.98\d+\]", verdict.reason)


def test_growth_of_a_sufficient_event_can_only_support(raw):
    """The construction grows too fast: open; grows like the logarithm: supported, and named."""
    fast, slow = (with_roles(growing(raw, ratio, 4000, seed=1), "implies") for ratio in (4, 1))
    assert judge(fast, RANGE).outcome == Outcome.UNDECIDED
    verdict = judge(slow, RANGE)
    assert verdict.outcome == Outcome.SUPPORTED
    assert "(event 'statement', sufficient only; 95%" in verdict.reason


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
    """An event that is asked for decides alone: the proof, which is sufficient only, supports where it holds."""
    dataset = random_raw(n=30, trials=600, events=3)
    outcomes = [judge(dataset, [0.3, 0.1], constant=2.5, event=event).outcome for event in ("statement", "proof")]
    assert outcomes == ["SUPPORTED", "UNDECIDED"]
    assert judge(dataset, [0.3, 0.1], constant=9.0, event="proof").outcome == "SUPPORTED"
