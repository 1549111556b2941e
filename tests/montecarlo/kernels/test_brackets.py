"""Brackets enclose the true covering radius as narrowly as promised, whichever kernel gives them."""

from fractions import Fraction

import instances
import numpy as np
import oracles
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import dyadic_intervals, float_entries, float_intervals

from montecarlo.kernels.covering.bitset import empty_sum
from montecarlo.kernels.covering.brackets import bracket_errors, bracket_errors_of_trials, exact_cost, narrow, rounding
from montecarlo.kernels.covering.coverage import Interval, merged_radii
from montecarlo.kernels.covering.exact import MERGED, exact_errors_of_trials

ROOM = 1 << 24
TOLERANCES = st.sampled_from([0.5, 0.1, 0.01])
RESOLUTIONS = st.sampled_from([0.25, 0.05, 0.01])
multiples = st.lists(st.integers(-160, 160).map(lambda k: k / 128.0), min_size=1, max_size=8).map(np.array)


def scratch(words=4):
    """Arrays full of rubbish that soon prove too small."""
    one, other, three, four = (np.full(words, 2**64 - 1, np.uint64) for _ in range(4))
    return (one, other), (three, four, np.zeros(4, np.int64))


def brackets(steps, interval, tolerance, resolution, room=ROOM):
    """The radius's bounds for (n,) or (n, m) summands: lower and upper, (n,) each."""
    return sided(steps, interval, tolerance, resolution, room, each=False).max(axis=1)


def sided(steps, interval, tolerance, resolution, room=ROOM, *, each=True):
    """bracket_errors of (n,) or (n, m) summands: (lower and upper, shortfall and excess, n)."""
    steps = steps.reshape(len(steps), -1)
    out = np.full((2, 2, len(steps)), np.nan)
    bracket_errors(steps, Interval(*interval, each), (tolerance, resolution, room), scratch(), out)
    return out


def bitset_brackets(entries, interval, tolerance, resolution):
    """The same for (n,) summands by the bitset alone, never exactly: every prefix goes on from the one before."""
    return sided_by_bitset(entries, interval, tolerance, resolution, each=False).max(axis=1)


def sided_by_bitset(entries, interval, tolerance, resolution, *, each=True):
    """Shortfall and excess by the bitset alone, (lower and upper, the two, n)."""
    bitset, held, out = empty_sum(scratch()[0], 0.125), 0, np.empty((2, 2, len(entries)))
    targets, limits = Interval(*interval, each), (tolerance, resolution, ROOM)
    for i in range(len(entries)):
        bitset, lower, upper = narrow(bitset, held, entries[: i + 1], targets, limits)
        out[..., i], held = (lower, upper), i + 1
    return out


def repeated(counts, values):
    """Every value as often as its count says, and all their subset sums in rational numbers."""
    sums = {Fraction(0)}
    for count, value in zip(counts, values, strict=True):
        sums = {s + k * Fraction(value) for s in sums for k in range(count + 1)}
    return np.repeat(values, counts), sums


@given(float_entries(), float_intervals(), TOLERANCES, RESOLUTIONS)
def test_brackets_enclose_the_truth_and_keep_their_promise(entries, interval, tolerance, resolution):
    """lower <= radius <= upper in every prefix; upper - lower <= tolerance * upper, or [0, resolution]."""
    lower, upper = brackets(entries, interval, tolerance, resolution)
    for i in range(len(entries)):
        truth = oracles.covering_radius(entries[: i + 1], *interval)
        assert lower[i] <= truth <= upper[i]
        settled = lower[i] == 0.0 and upper[i] == resolution
        assert settled or upper[i] > resolution
        assert settled or upper[i] - lower[i] <= tolerance * upper[i]
    assert np.all(np.diff(upper) <= 0.0)


@given(float_entries(), float_intervals(), TOLERANCES, RESOLUTIONS)
def test_the_bitset_alone_encloses_the_truth(entries, interval, tolerance, resolution):
    """The same of the bitset, which so few entries never need: refined and built again where it is too coarse."""
    lower, upper = bitset_brackets(entries, interval, tolerance, resolution)
    for i in range(len(entries)):
        assert lower[i] <= oracles.covering_radius(entries[: i + 1], *interval) <= upper[i]
        assert upper[i] <= resolution or upper[i] - lower[i] <= tolerance * upper[i]


@given(float_entries(), float_intervals(), TOLERANCES, RESOLUTIONS)
def test_sides_enclose_the_truth(entries, interval, tolerance, resolution):
    """lower <= shortfall, excess <= upper in every prefix, by both kernels; the radius is as narrow as promised."""
    for found in (sided(entries, interval, tolerance, resolution), sided_by_bitset(entries, interval, 0.1, 1e-3)):
        for i in range(len(entries)):
            truth = oracles.one_sided_radii(entries[: i + 1], *interval)
            assert np.all(found[0, :, i] <= truth)
            assert np.all(truth <= np.maximum(found[1, :, i], 0.0))


@pytest.mark.parametrize(("nudge", "excess"), [(0.01, 0.45), (-0.01, 0.0)])
def test_sides_are_told_apart_where_a_middle_is_near_the_end(nudge, excess):
    """Sums 0 and 0.9, whose middle is 0.01 inside the end or beyond it: the excess is 0.45 or nothing."""
    found = {t: sided_by_bitset(np.array([0.9]), (0.0, 0.45 + nudge), t, 1e-6)[:, 1, 0] for t in (1e-3, 0.5)}
    assert found[1e-3] == pytest.approx([excess, excess], abs=1e-3)
    assert found[0.5][0] <= excess <= found[0.5][1]
    assert found[0.5][1] - found[0.5][0] > 0.4  # a grid too coarse to tell says so


TIES = [
    ([0.4, -0.6, -1.1, -0.5, -0.2], (-1.0, -0.09999999999999999)),
    ([1.2, -0.9, 0.6, -0.1], (-0.65, 0.24999999999999994)),
    ([-1.2, -0.4, 0.3, 0.7, 0.9], (0.0, 0.15)),
    ([-1.2, -0.4, -0.4], (-0.6000000000000001, -0.6000000000000001)),
    ([0.1, 0.5], (0.1, 0.3)),
    ([1.2, -0.1, 1.1], (-0.05, 0.5)),
]
"""Entries off every grid, and an interval one end of which is an ulp or two from the middle of a gap of their sums."""


@pytest.mark.parametrize(("entries", "interval"), TIES)
def test_sides_enclose_the_truth_at_ties(entries, interval):
    """Rounded sums may put the middle on the wrong side of the end."""
    found = sided(np.array(entries), interval, 0.1, 1e-3)[..., -1]
    truth = oracles.one_sided_radii(entries, *interval)
    assert np.all(found[0] <= truth)
    assert np.all(truth <= np.maximum(found[1], 0.0))


def tied_instance(rng, n):
    """Entries in tenths, in eighths or uniform; ends at sums, at middles of gaps, or one float64 from those."""
    entries = [rng.integers(-12, 13, n) / 10.0, rng.integers(-12, 13, n) / 8.0, rng.uniform(-1.0, 1.0, n)][
        rng.integers(3)
    ]
    sums = sorted(set(oracles.subset_sums(entries[: rng.integers(1, n + 1)])))
    k = rng.integers(len(sums), size=2)
    ends = [float((sums[i] + sums[min(i + 1, len(sums) - 1)]) / 2) for i in k]
    ends[rng.integers(2)] = float(sums[k[0]]) if rng.integers(2) else ends[0]
    low, high = sorted(float(np.nextafter(end, end + rng.integers(-1, 2))) for end in ends)
    return entries, (low, high)


@pytest.mark.parametrize("count", [40, pytest.param(300, marks=pytest.mark.slow)])
def test_sides_of_random_ties(count):
    """Every prefix, by merging and by the bitset; one in ten instances of 11 entries, by the filter."""
    rng = np.random.default_rng(count)
    for instance in range(count):
        n = 11 if instance % 10 == 0 else int(rng.integers(1, 7))
        entries, interval = tied_instance(rng, n)
        for found in (sided(entries, interval, 0.1, 1e-3), sided_by_bitset(entries, interval, 0.1, 1e-3)):
            for i in range(n) if n < 11 else [10]:
                truth = oracles.one_sided_radii(entries[: i + 1], *interval)
                assert np.all(found[0, :, i] <= truth)
                assert np.all(truth <= np.maximum(found[1, :, i], 0.0))


@pytest.mark.parametrize("zeros", [0, 12])
@pytest.mark.parametrize(("nudge", "excess"), [(1e-12, 0.45), (-1e-12, 0.0)])
def test_exact_sides_are_told_apart_beyond_rounding(nudge, excess, zeros):
    """The sums 0 and 0.9 again, with the end a few thousand ulps from the middle."""
    found = sided(np.array([0.9, *[0.0] * zeros]), (0.0, 0.45 + nudge), 0.1, 1e-6)[:, 1, -1]
    assert found == pytest.approx([excess, max(excess, 1e-6)], abs=1e-13)


@given(st.data(), st.integers(2, 3), float_intervals())
def test_several_entries_a_step(data, m, interval):
    """With m entries a step the bracket of step i encloses the radius of the first m (i + 1) entries."""
    entries = data.draw(float_entries(min_size=m, max_size=3 * m))
    steps = entries[: len(entries) // m * m].reshape(-1, m)
    lower, upper = brackets(steps, interval, 0.05, 0.02)
    for i in range(len(steps)):
        assert lower[i] <= oracles.covering_radius(steps[: i + 1].ravel(), *interval) <= upper[i]


@given(multiples)
def test_multiples_of_the_width_give_the_exact_radius(entries):
    """Where every x is a multiple of the grid width the bitset rounds nothing: lower = upper = radius, to the bit."""
    lower, upper = bitset_brackets(entries, (-0.5, 0.5), 0.01, 1e-3)
    for i in range(len(entries)):
        truth = oracles.covering_radius(entries[: i + 1], -0.5, 0.5)
        assert Fraction(lower[i]) == truth == Fraction(upper[i]) or (truth <= 1e-3 and upper[i] <= 1e-3)


@given(multiples)
def test_few_entries_are_settled_exactly(entries):
    """Up to MERGED entries the bracket is the radius and the rounding of its additions, at any tolerance."""
    lower, upper = brackets(entries, (-0.5, 0.5), 0.5, 1e-3)
    for i in range(len(entries)):
        truth = oracles.covering_radius(entries[: i + 1], -0.5, 0.5)
        assert truth <= 1e-3 or abs(upper[i] - lower[i]) <= 2.1 * rounding(entries, Interval(-0.5, 0.5, False))
        assert lower[i] <= truth <= upper[i]


@pytest.mark.slow
@given(
    st.lists(st.integers(1, 30), min_size=2, max_size=4),
    st.lists(st.integers(-(2**12), 2**12).map(lambda k: k * 2.0**-14), min_size=4, max_size=4),
    dyadic_intervals().filter(lambda i: max(map(abs, i)) <= 2.0),
    st.sampled_from([1e-2, 1e-3]),
    st.randoms(use_true_random=False),
)
def test_many_repeated_entries(counts, values, interval, resolution, random):
    """Up to 120 entries of few sizes, far beyond 2^n: the bracket encloses the radius of the sums there are."""
    entries, sums = repeated(counts, values[: len(counts)])
    random.shuffle(entries)
    lower, upper = brackets(entries, interval, 0.01, resolution)
    truth = oracles.covering_radius_of_points(sums, *(Fraction(z) for z in interval))
    assert lower[-1] <= truth <= upper[-1]
    assert upper[-1] <= resolution or upper[-1] - lower[-1] <= 0.01 * upper[-1]


@given(float_entries(), float_intervals())
def test_sign_symmetry(entries, interval):
    """Brackets of -X over the mirrored interval enclose the same radius."""
    low, high = interval
    one, other = brackets(entries, interval, 0.05, 0.01), brackets(-entries, (-high, -low), 0.05, 0.01)
    assert np.all(np.maximum(one[0], other[0]) <= np.minimum(one[1], other[1]))


def test_point_interval_at_a_sum_settles_at_once():
    """low = high = 0 is the empty sum: the radius is 0, so every bracket is [0, resolution]."""
    lower, upper = brackets(np.array([0.3, -0.7]), (0.0, 0.0), 0.1, 0.05)
    assert lower.tolist() == [0.0, 0.0]
    assert upper.tolist() == [0.05, 0.05]


def test_too_little_room_leaves_true_but_wide_brackets():
    """With a room of 4 words neither kernel can go on beyond MERGED entries: the last upper bound still holds."""
    entries = np.random.default_rng(7).uniform(-1.0, 1.0, 14)
    lower, upper = brackets(entries, (-0.5, 0.5), 0.01, 1e-6, room=4)
    truth, _ = brackets(entries, (-0.5, 0.5), 0.01, 1e-6)
    assert np.all(lower[MERGED:] == 0.0)
    assert np.all(upper[MERGED:] == upper[MERGED - 1])
    assert np.all(truth <= upper)


@pytest.mark.parametrize("m", [1, 2])
def test_trials_are_independent_columns(m):
    """bracket_errors_of_trials[..., t] is bracket_errors of trial t."""
    steps = np.random.default_rng(3).uniform(-1.0, 1.0, (4, 20, m))
    out = np.empty((2, 2, 20, 4))
    bracket_errors_of_trials(steps, Interval(-1.0, 1.0, True), (0.05, 1e-5, ROOM), out)
    for t in range(4):
        np.testing.assert_array_equal(out[..., t], sided(steps[t], (-1.0, 1.0), 0.05, 1e-5))


@pytest.mark.parametrize(
    ("law", "interval", "resolution"), [("uniform", (-0.5, 0.5), 1e-3), ("relu", (-1.0, 1.0), 1e-2)]
)
def test_brackets_enclose_the_exact_radius_at_eighteen(law, interval, resolution):
    """n = 18, 200 trials: enclosed at every prefix, where enumeration in fractions would take hours. Both kernels."""
    rng = np.random.default_rng(4)
    steps = rng.uniform(-1.0, 1.0, (200, 18, 1))
    if law == "relu":
        steps *= np.maximum(rng.uniform(-1.0, 1.0, (200, 18, 1)), 0.0)
    sides, bounds = np.empty((2, 18, 200)), np.empty((2, 2, 18, 200))
    exact_errors_of_trials(steps, Interval(*interval, False), 0.0, sides)
    bracket_errors_of_trials(steps, Interval(*interval, False), (0.01, resolution, ROOM), bounds)
    exact, out = sides.max(axis=0), bounds.max(axis=1)
    alone = np.array([bitset_brackets(trial[:, 0], interval, 0.01, resolution) for trial in steps]).transpose(1, 2, 0)
    for lower, upper in (out, alone):
        margin = 18 * 18 * 2.0**-53
        assert np.all(lower <= exact + margin)
        assert np.all(exact <= upper + margin)
        open_ones = upper > resolution
        assert np.all((upper - lower)[open_ones] <= 0.01 * upper[open_ones])
    assert np.all(out[0][out[1] <= resolution] == 0.0)


def violations(kind, count, seed):
    """Of `count` instances of a kind those whose brackets, by either kernel, break a promise: truth, width, order."""
    rng = np.random.default_rng(seed)
    found = []
    for instance in range(count):
        n, interval = int(rng.integers(1, 15)), instances.INTERVALS[instance % len(instances.INTERVALS)]
        entries, truth = instances.KINDS[kind](rng, n), np.empty(n)
        tolerance, resolution = 10.0 ** rng.uniform(-2.0, -0.3), 10.0 ** rng.uniform(-3.0, -1.0)
        merged_radii(entries.reshape(n, 1), *interval, 0.0, truth)
        margin = rounding(entries, Interval(*interval, False))  # of the oracle's own additions
        for kernel in (brackets, bitset_brackets):
            lower, upper = kernel(entries, interval, tolerance, resolution)
            true = np.all(lower <= truth + margin) and np.all(truth <= np.maximum(upper, resolution) + margin)
            narrow_enough = np.all((upper - lower <= tolerance * upper) | (upper <= resolution))
            if not (true and narrow_enough):
                found.append((kernel.__name__, entries.tolist(), interval, tolerance, resolution))
    return found


@pytest.mark.parametrize("kind", instances.KINDS)
def test_random_and_adversarial_instances(kind):
    """60 instances a kind, every prefix, both kernels, beside the merge oracle."""
    assert violations(kind, 60, seed=5) == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", instances.KINDS)
def test_twenty_thousand_instances(kind):
    """The same on more than 20,000 instances in all, none of those above."""
    assert violations(kind, 3_500, seed=6) == []


def test_a_bracket_without_its_error_is_noticed(monkeypatch):
    """Control: were the bitset's rounding errors forgotten, most uniform instances would break the promise."""

    exactly = bitset_brackets

    def careless(entries, interval, tolerance, resolution):
        lower, upper = exactly(entries, interval, 0.3, resolution)
        middle = 0.5 * (lower + upper)
        return middle, middle

    monkeypatch.setitem(globals(), "bitset_brackets", careless)
    assert len(violations("uniform", 60, seed=5)) > 30


def test_exact_cost_rises():
    """What decides between the kernels never falls with the number of entries."""
    costs = [exact_cost(k) for k in range(12, 60)]
    assert costs == sorted(costs)
