"""Each kernel that finds a nearest subset finds a nearest one, and each of their parts does what it states."""

from fractions import Fraction

import numpy as np
import oracles
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import SCALES, dyadic_entries, dyadic_intervals, dyadics

from montecarlo.kernels.covering.merge import sorted_sums_and_masks
from montecarlo.kernels.nearest.fewest import fewest_masks, nearest_of_size, sums_by_size
from montecarlo.kernels.nearest.halves import double_both, two_sorted_halves
from montecarlo.kernels.nearest.pairs import nearest_masks, nearest_of_sorted, nearest_pair, sum_of_mask, walk_eight
from montecarlo.kernels.nearest.shared_table import bucket, index_buckets, shared_nearest_masks

targets = dyadics | st.sampled_from([0.0, -20.0, 20.0])


def one_by_one(entries, wanted):
    masks = np.zeros(wanted.size, np.uint64)
    nearest_masks(entries[None], wanted, masks)
    return masks


def by_table(entries, wanted, tabled):
    masks = np.zeros(wanted.size, np.uint64)
    shared_nearest_masks(entries, wanted, tabled, masks)
    return masks


def fine(rng, *shape):
    """Multiples of 2^-44 in [-1, 1]: sums of 40 are exact, and with up to 20 entries no two are likely to be equal."""
    return rng.integers(-(2**44), 2**44 + 1, shape) * 2.0**-44


@given(dyadic_entries(max_size=9), st.lists(targets, min_size=1, max_size=3), st.sampled_from(SCALES))
def test_every_kernel_equals_enumeration(entries, wanted, scale):
    """|target - sum of the mask| is the minimum over all subsets, to the bit: one by one, and by every table size.

    Also where all numbers are subnormal, and where they are as large as allowed.
    """
    entries, wanted = entries * scale, np.array(wanted) * scale
    everything = oracles.subset_sums(entries)
    best = [oracles.nearest_error(entries, target) for target in wanted]
    for masks in (one_by_one(entries, wanted), *(by_table(entries, wanted, a) for a in range(entries.size + 1))):
        assert [abs(Fraction(z) - everything[int(mask)]) for z, mask in zip(wanted, masks, strict=True)] == best


@pytest.mark.parametrize("n", range(1, 14))
def test_every_kernel_equals_brute_force(n):
    """n = 1..13, exact floats of 44 bits: the same least errors one by one, with rows of their own, and by every table.

    No two subsets are likely to be as near, so all masks agree too.
    """
    rng = np.random.default_rng(n)
    rows, wanted = fine(rng, 60, n), 2.0 * fine(rng, 60)
    own = np.zeros(60, np.uint64)
    nearest_masks(rows, wanted, own)
    np.testing.assert_array_equal(own, np.abs(oracles.all_sums(rows) - wanted[:, None]).argmin(axis=1))
    best = np.abs(oracles.all_sums(rows[:1]) - wanted[:, None]).argmin(axis=1)
    np.testing.assert_array_equal(one_by_one(rows[0], wanted), best)
    for tabled in range(n + 1):
        np.testing.assert_array_equal(by_table(rows[0], wanted, tabled), best)


@pytest.mark.parametrize("n", [22, 29, 30, 37, 40])
def test_planted_subsets_are_met(n):
    """A target that is a sum is met exactly, to the last bit of the mask's last entries, where none can enumerate."""
    rng = np.random.default_rng(n)
    entries, planted = fine(rng, n), rng.integers(2 ** (n - 1), 2**n, 3).astype(np.uint64)
    wanted = np.array([sum_of_mask(entries, mask) for mask in planted])
    for masks in (one_by_one(entries, wanted), by_table(entries, wanted, 18), by_table(entries, wanted, 20)):
        assert [sum_of_mask(entries, mask) for mask in masks] == wanted.tolist()


@given(dyadic_entries(max_size=9), dyadic_intervals())
def test_worst_target_attains_the_covering_radius(entries, interval):
    """At a worst target (an end, or midway in the widest gap) the nearest error is the covering radius."""
    radius = oracles.covering_radius(entries, *interval)
    worst = [float(z) for z in oracles.worst_targets(entries, *interval)[:3] if Fraction(float(z)) == z]
    for target, mask in zip(worst, one_by_one(entries, np.array(worst)), strict=True):
        assert abs(Fraction(target) - oracles.subset_sums(entries)[int(mask)]) == radius


CROWDS = {
    "two clusters far apart": lambda rng: np.append(fine(rng, 11) * 2.0**-8, 1024.0),
    "outlier in front": lambda rng: np.append(-1024.0, fine(rng, 11) * 2.0**-8),
    "equal": lambda rng: np.full(12, 0.375),
    "pairs of opposites": lambda rng: np.tile([0.25, -0.25], 6),
    "zeros": lambda rng: np.zeros(12),
    "zeros but one": lambda rng: np.append(np.zeros(11), 1.0),
    "powers of two": lambda rng: 2.0 ** -np.arange(12),
}


@pytest.mark.parametrize("kind", CROWDS)
def test_crowded_buckets(kind):
    """Up to all 2^12 sums of a table in one or two of its buckets: the errors are still the least."""
    rng = np.random.default_rng(3)
    entries = CROWDS[kind](rng)
    sums = oracles.all_sums(entries[None])[0]
    wanted = np.concatenate(
        [rng.choice(sums, 40), rng.choice(sums, 40) + fine(rng, 40) * 2.0**-8, 1100.0 * fine(rng, 20)]
    )
    best = np.abs(sums - wanted[:, None]).min(axis=1)
    for masks in (one_by_one(entries, wanted), *(by_table(entries, wanted, a) for a in (1, 6, 11, 12))):
        np.testing.assert_array_equal(np.abs(sums[masks.astype(int)] - wanted), best)


@given(dyadic_entries(min_size=2, max_size=8), st.sampled_from(SCALES))
def test_two_sorted_halves(entries, scale):
    """All sums of each half, sorted, +inf behind the left and -inf before the right, whatever the scratch held."""
    k = entries.size // 2
    first, second = entries[:k] * scale, entries[k : 2 * k] * scale
    halves, scratch = np.full((2, 2, 2**k + 4), 7.0)
    left, right = two_sorted_halves(first, second, (halves[0], halves[1]), (scratch[0], scratch[1]))
    assert [Fraction(s) for s in left[:-1]] == sorted(oracles.subset_sums(first))
    assert [Fraction(s) for s in right[1:]] == sorted(oracles.subset_sums(second))
    assert (left[-1], right[0]) == (np.inf, -np.inf)
    assert np.shares_memory(left, halves[0])
    assert np.shares_memory(right, halves[1])


@given(dyadic_entries(max_size=6), dyadic_entries(max_size=6), dyadics, dyadics)
def test_double_both(one, other, x, y):
    """Two lists doubled at once are the two sorted unions, equal sums repeated."""
    size = min(one.size, other.size)
    one, other = np.sort(one[:size]), np.sort(other[:size])
    out = np.full(2 * size, np.nan), np.full(2 * size, np.nan)
    double_both((one, other), (x, y), out)
    np.testing.assert_array_equal(out[0], np.sort(np.concatenate([one, one + x])))
    np.testing.assert_array_equal(out[1], np.sort(np.concatenate([other, other + y])))


finite_floats = st.floats(allow_nan=False, allow_infinity=False)
halves_of_sums = st.lists(dyadics, min_size=1, max_size=9).map(sorted).map(np.array)


@given(halves_of_sums, halves_of_sums, st.lists(targets, min_size=8, max_size=8).map(np.array))
def test_walk_eight(left, right, z):
    """Eight least errors over all pairs, each with an i that attains it; lengths may differ, guards are never it."""
    errors, places = np.full(8, np.nan), np.full(8, -1)
    walk_eight(np.append(left, np.inf), np.insert(right, 0, -np.inf), z, errors, places)
    pairs = np.abs(np.add.outer(left, right)[None] - z[:, None, None])
    np.testing.assert_array_equal(errors, pairs.min(axis=(1, 2)))
    np.testing.assert_array_equal(pairs.min(axis=2)[np.arange(8), places], errors)


@given(
    halves_of_sums,
    halves_of_sums,
    st.sampled_from([8, 16]).flatmap(lambda k: st.lists(targets, min_size=k, max_size=k)),
)
def test_nearest_pair(left, right, z):
    """The target and the i of the least error over all eights; of equal ones the first target."""
    t, i = nearest_pair(np.append(left, np.inf), np.insert(right, 0, -np.inf), np.array(z))
    errors = np.abs(np.add.outer(left, right)[None] - np.array(z)[:, None, None]).min(axis=2)
    assert errors[t, i] == errors.min()
    assert t == errors.min(axis=1).argmin()


@given(halves_of_sums, targets)
def test_nearest_of_sorted(sums, z):
    """An element at the least distance, at both ends and beyond them too."""
    found = nearest_of_sorted(sums, z)
    assert found in sums
    assert abs(found - z) == np.abs(sums - z).min()


@given(dyadic_entries(max_size=7), st.lists(finite_floats, min_size=2, max_size=20), st.sampled_from(SCALES))
def test_buckets_never_fall(entries, values, scale):
    """bucket is monotone on all finite floats, and within 0..last."""
    grid = index_buckets(sorted_sums_and_masks(entries * scale)[0])[1]
    found = [int(bucket(value, grid)) for value in sorted(values)]
    assert found == sorted(found)
    assert 0 <= found[0] <= found[-1] <= grid[2]


@given(dyadic_entries(max_size=7), st.sampled_from(SCALES))
def test_index_counts_the_sums_below_every_bucket(entries, scale):
    """starts[b] = how many sums lie in buckets below b: 0 in front, all at the end; ends in the outer buckets."""
    table = sorted_sums_and_masks(entries * scale)[0]
    starts, grid = index_buckets(table)
    buckets = np.array([int(bucket(value, grid)) for value in table])
    np.testing.assert_array_equal(starts, [(buckets < b).sum() for b in range(starts.size)])
    assert starts[-1] == table.size
    assert (buckets[0], buckets[-1]) == (0, grid[2])
    assert starts.size == grid[2] + 2


def test_buckets_are_narrow():
    """2^10 evenly spread sums: no two of them in one bucket, four buckets a sum."""
    starts, _ = index_buckets(np.arange(1024.0))
    assert starts.size == 4097
    assert np.diff(starts).max() == 1


@given(dyadic_entries(max_size=8))
def test_sorted_sums_know_their_masks(entries):
    """All sums, sorted, each with the subset that makes it, bit i for entry i."""
    sums, masks = sorted_sums_and_masks(entries)
    everything = oracles.subset_sums(entries)
    assert [Fraction(s) for s in sums] == sorted(everything) == [everything[int(mask)] for mask in masks]
    assert sorted(masks.tolist()) == list(range(2**entries.size))


@given(dyadic_entries(max_size=7), st.integers(0, 33), st.integers(0, 9))
def test_sums_by_size(entries, first_bit, most):
    """Group c holds each subset of c entries once, sorted, with its mask; none for c above their number."""
    sums, masks, starts = sums_by_size(entries, first_bit, most)
    everything = oracles.subset_sums(entries)
    assert starts.size == most + 2
    for c in range(most + 1):
        group = slice(starts[c], starts[c + 1])
        subsets = [int(mask) >> first_bit for mask in masks[group]]
        assert sorted(subsets) == [mask for mask in range(2**entries.size) if mask.bit_count() == c]
        assert [int(mask) for mask in masks[group]] == [subset << first_bit for subset in subsets]
        assert [Fraction(s) for s in sums[group]] == sorted(everything[subset] for subset in subsets)


@given(dyadic_entries(max_size=8), targets, st.integers(0, 8), st.integers(0, 3))
def test_nearest_of_size(entries, target, size, spare):
    """The least error over subsets of exactly that size, with a mask that attains it; inf where there are none."""
    half = entries.size // 2
    parts = [sums_by_size(entries[:half], 0, size + spare), sums_by_size(entries[half:], half, size + spare)]
    error, mask = nearest_of_size(*parts, size, target)
    errors = {m: abs(s - Fraction(target)) for m, s in enumerate(oracles.subset_sums(entries)) if m.bit_count() == size}
    assert error == min(errors.values(), default=np.inf)
    assert errors.get(int(mask), np.inf) == error


@given(dyadic_entries(max_size=7), st.lists(targets, min_size=1, max_size=3), dyadics.map(abs), st.data())
def test_fewest_masks_tries_just_its_sizes(entries, wanted, epsilon, data):
    """Sizes fewest..most, both included: the first with a subset within epsilon gives its nearest; else masks stay."""
    fewest = data.draw(st.integers(0, 8))
    most = data.draw(st.integers(fewest, 8))
    masks = np.full(len(wanted), 2**63 + 5, np.uint64)
    settled = fewest_masks(entries[None], np.array(wanted), epsilon, (fewest, most), masks)
    sums = oracles.subset_sums(entries)
    for target, found, mask in zip(wanted, settled, masks.tolist(), strict=True):
        errors = [(m.bit_count(), abs(s - Fraction(target))) for m, s in enumerate(sums)]
        least = min((pair for pair in errors if fewest <= pair[0] <= most and pair[1] <= epsilon), default=None)
        assert found == (least is not None)
        assert (errors[mask] == least) if found else (mask == 2**63 + 5)


def test_bit_63_is_an_entry_like_any_other():
    """64 entries fill the mask: the last entry is bit 63."""
    x = np.zeros(64)
    x[63], x[0] = 1.0, 4.0
    assert sum_of_mask(x, np.uint64(2**63)) == 1.0
    assert sum_of_mask(x, np.uint64(2**63 + 1)) == 5.0
