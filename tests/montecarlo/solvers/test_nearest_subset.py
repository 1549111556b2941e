"""nearest_subset keeps its promises: least error, within epsilon, fewest; its input is checked and left alone."""

from fractions import Fraction

import instances
import numpy as np
import oracles
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import GRID, SCALES, dyadic_entries, dyadics

from montecarlo import InputError, nearest_subset
from montecarlo.solvers.nearest_subset import _tabled

MANY = 100
"""So many targets are worth a sorted table at every n from 1 to 13."""

targets = dyadics | st.sampled_from([0.0, -20.0, 20.0])
epsilons = st.sampled_from([0.0, GRID, 0.125, 3.0]) | dyadics.map(abs)

KINDS = instances.KINDS | {
    "beyond all reason": lambda rng, n: rng.choice([1e300, -1e300, 1e305, 1.0, -1e-300, 5e-324, 0.0], n),
    "subnormal": lambda rng, n: rng.integers(-1000, 1001, n) * 5e-324,
    "as large as allowed": lambda rng, n: rng.uniform(-1.0, 1.0, n) * 1e306,
    "all equal": lambda rng, n: np.full(n, rng.uniform(-1.0, 1.0)),
    "mostly zeros": lambda rng, n: rng.uniform(-1.0, 1.0, n) * (rng.random(n) < 0.3),
    "nearly equal, one outlier": lambda rng, n: np.append(1e-9 * rng.uniform(-1.0, 1.0, n - 1) + 1e-3, 1e3),
}


def fine(rng, *shape):
    """Multiples of 2^-44 in [-1, 1]: sums of 40 are exact, and with up to 20 entries no two are likely to be equal."""
    return rng.integers(-(2**44), 2**44 + 1, shape) * 2.0**-44


def sizes(masks):
    return np.bitwise_count(np.asarray(masks, np.uint64)).astype(int)


def both_ways(entries, wanted, *options):
    """Subsets of the same entries: shared, in a table if the targets are many, and as a row for each target."""
    yield nearest_subset(entries, wanted, *options)
    yield nearest_subset(np.tile(entries, (len(wanted), 1)), wanted, *options)


def exact(entries, wanted, found):
    """(errors, numbers of entries) of the masks, in fractions; the sums and errors found must be just those."""
    everything = oracles.subset_sums(entries)
    totals = [everything[mask] for mask in found.masks.tolist()]
    errors = [abs(Fraction(z) - total) for z, total in zip(wanted, totals, strict=True)]
    assert [Fraction(s) for s in found.sums] == totals
    assert [Fraction(e) for e in found.errors] == errors
    return errors, sizes(found.masks).tolist()


def check_exactly(entries, wanted, objective, epsilon):
    """The promise of the objective, in fractions, for shared entries and rows alike."""
    nearest = {z: oracles.nearest_error(entries, z) for z in set(wanted)}
    fewest = {z: oracles.fewest_within(entries, z, epsilon) for z in set(wanted)}
    options = (objective,) if objective == "error" else (objective, epsilon)
    for found in both_ways(entries, wanted, *options):
        errors, counts = exact(entries, wanted, found)
        for z, error, count in zip(wanted, errors, counts, strict=True):
            if objective == "error" or fewest[z] is None:
                assert error == nearest[z]
            elif objective == "within":
                assert error <= epsilon
            else:
                assert (count, error) == fewest[z]


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize("objective", ["error", "within", "fewest"])
@given(
    entries=dyadic_entries(max_size=8),
    wanted=st.lists(targets, min_size=1, max_size=3),
    epsilon=epsilons,
    scale=st.sampled_from(SCALES),
)
def test_objectives_equal_enumeration(*, many, objective, entries, wanted, epsilon, scale):
    """To the bit: the least error; within epsilon if any subset is, else the least error; the fewest, the nearest."""
    wanted = wanted * (MANY // len(wanted)) if many else wanted
    assert (_tabled(entries.size, len(wanted)) > 0) == many
    check_exactly(entries * scale, [z * scale for z in wanted], objective, epsilon * scale)


@given(dyadic_entries(max_size=9), dyadics, st.data())
def test_exactly_epsilon_is_within(entries, target, data):
    """|target - sum| = epsilon counts as within; half a grid step less than the least error has nothing within."""
    mask = data.draw(st.integers(0, 2**entries.size - 1))
    epsilon = abs(Fraction(target) - oracles.subset_sums(entries)[mask])
    for found in both_ways(entries, [target], "within", float(epsilon)):
        assert found.errors[0] <= epsilon
    for found in both_ways(entries, [target], "fewest", float(epsilon)):
        assert found.errors[0] <= epsilon
        assert sizes(found.masks)[0] <= mask.bit_count()
    least = oracles.nearest_error(entries, target)
    for objective in ("within", "fewest") if least > 0 else ():
        check_exactly(entries, [target], objective, float(least))
        check_exactly(entries, [target], objective, float(least) - GRID / 2)


@pytest.mark.parametrize("n", range(1, 14))
def test_every_n_equals_brute_force(n):
    """n = 1..13, exact floats of 44 bits, rows of their own and shared: all objectives, at three epsilons."""
    rng = np.random.default_rng(n)
    for rows in (fine(rng, MANY, n), fine(rng, n)):
        wanted = 2.0 * fine(rng, MANY)
        assert wrong(rows, wanted, rng.choice([0.0, 1e-3, 0.05, 0.3], 3), tolerance=0.0) == []


def test_twenty_one_equal_brute_force():
    """n = 21: all 2^21 sums, for a few targets, shared and in rows."""
    rng = np.random.default_rng(21)
    entries, wanted = fine(rng, 21), np.append(fine(rng, 2), 30.0)
    assert wrong(entries, wanted, [1e-4], tolerance=0.0) == []
    for options in [("error",), ("fewest", 1e-4)]:
        shared, rows = both_ways(entries, wanted, *options)
        np.testing.assert_array_equal(shared.masks, rows.masks)


def wrong(rows, wanted, epsilons, tolerance=None, solve=nearest_subset):
    """(objective, epsilon, row, target) where `solve` does not keep its promise, by brute force in floats."""
    settings = [("error", None), *((name, float(epsilon)) for epsilon in epsilons for name in ("within", "fewest"))]
    found = []
    for objective, epsilon in settings:
        kept = oracles.kept_promises(
            solve(rows, wanted, objective, epsilon), rows, wanted, objective, epsilon, tolerance=tolerance
        )
        each = np.broadcast_to(rows, (wanted.size, rows.shape[-1]))
        found += [(objective, epsilon, each[t].tolist(), wanted[t]) for t in np.flatnonzero(~kept)]
    return found


def differences(kind, count, seed, solve=nearest_subset):
    """Of so many (entries, target) of a kind, half with shared entries, those that `solve` answers wrongly."""
    rng = np.random.default_rng(seed)
    found = []
    for batch in range(count // MANY):
        n = int(rng.integers(1, 13))
        rows = KINDS[kind](rng, n) if batch % 2 else np.array([KINDS[kind](rng, n) for _ in range(MANY)])
        scale = np.abs(rows).sum(axis=-1)
        hits = np.take_along_axis(oracles.all_sums(np.atleast_2d(rows)), rng.integers(0, 2**n, (1, 1)), 1)[:, 0]
        choices = [
            rng.uniform(-1.0, 1.0, MANY) * scale,
            hits * np.ones(MANY),
            np.zeros(MANY),
            1.05 * np.ones(MANY) * scale,
        ]
        wanted = np.clip(rng.permuted(np.array(choices), axis=0)[0], -1e306, 1e306)
        epsilon = float(np.sort(np.abs(wanted))[MANY // 2]) * 10.0 ** rng.uniform(-6.0, 0.0)
        found += wrong(rows, wanted, [0.0, epsilon], solve=solve)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_random_and_adversarial_instances(kind):
    """600 instances a kind, n <= 12, equal enumeration in floats within the rounding, for all objectives."""
    assert differences(kind, 600, seed=5) == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_sixty_thousand_instances(kind):
    """The same on 60,000 instances in all, none of those above."""
    assert differences(kind, 5000, seed=6) == []


@pytest.mark.parametrize("objective", ["error", "within", "fewest"])
def test_unused_entry_is_noticed(objective):
    """A broken variant that never takes the last entry is told from the right one, for each objective."""

    def broken(rows, wanted, asked, epsilon):
        last = (np.arange(rows.shape[-1]) == rows.shape[-1] - 1) & (asked == objective)
        return nearest_subset(np.where(last, 0.0, rows), wanted, asked, epsilon)

    noticed = differences("uniform", 600, seed=7, solve=broken)
    assert len(noticed) > 100
    assert {name for name, *_ in noticed} == {objective}


def test_forty_entries_are_as_good_as_a_random_search():
    """n = 40: no worse than the best of 10^5 random subsets, and below 1e-8 (chance of more: e^-1000); 20 are not."""
    rng = np.random.default_rng(5)
    x, wanted = rng.uniform(-1.0, 1.0, (3, 40)), rng.uniform(-0.5, 0.5, 3)
    found = nearest_subset(x, wanted)
    tried = np.abs(rng.integers(0, 2, (100_000, 40)) @ x.T - wanted).min(axis=0)
    assert np.all(found.errors <= tried)
    assert np.all(found.errors < 1e-8)
    assert np.all(nearest_subset(x[:, :20], wanted).errors > 1e-8)


@pytest.mark.parametrize("n", [38, 40])
def test_planted_subsets_are_found(n):
    """Sums of subsets, for shared entries (a table at n = 38) and rows: met exactly; the smallest ones found again."""
    rng = np.random.default_rng(n)
    x, last = fine(rng, n), n - 1
    few = np.array([0, 1 << last, 1 | 1 << 20 | 1 << last, 1 << 19 | 1 << last - 1, 7 << 18], np.uint64)
    many = np.concatenate([few, rng.integers(0, 2**n, 45).astype(np.uint64)])
    wanted = (many[:, None] >> np.arange(n, dtype=np.uint64) & np.uint64(1)).astype(float) @ x
    assert (_tabled(n, 50) > 0) == (n == 38)
    assert np.all(nearest_subset(x, wanted).errors == 0.0)
    for found in both_ways(x, wanted[:5], "fewest", 0.0):
        np.testing.assert_array_equal(found.masks, few)
        assert np.all(found.errors == 0.0)


@pytest.mark.parametrize(("stage", "others"), [(8, 1), (12, 1), (16, 1), (20, 1), (28, 1), (40, 1), (40, 30)])
def test_within_looks_at_the_first_coefficients_first(stage, others):
    """Only the last entry of a stage reaches the target, alone: it is found, and nothing beyond its stage is used."""
    x = np.full(40, 4.0)
    x[stage - 1], x[-1] = 1.0, 1.0
    for found in both_ways(x, np.ones(others), "within", 0.5):
        assert np.all(found.masks == 2 ** (stage - 1))
    loose = nearest_subset(np.full(40, 0.25), 1.0, "within", 0.0)
    assert loose.errors == 0.0
    assert loose.masks < 2**8


@pytest.mark.parametrize("n", [1, 3, 4, 7, 12, 13, 25])
def test_fewest_finds_any_single_entry_and_all_of_them(n):
    """Sizes 1 and n, the first and the last that are tried, at every place of the mask."""
    x = 2.0 ** np.arange(n)
    for found in both_ways(x, np.append(x, x.sum()), "fewest", 0.25):
        np.testing.assert_array_equal(found.masks, np.append(2 ** np.arange(n), 2**n - 1))


def test_fewest_reaches_every_size():
    """Ones and a target of k: k entries, for k = 0..30, and the nearest where epsilon spans several k."""
    for found in both_ways(np.ones(30), np.arange(31.0), "fewest", 0.0):
        np.testing.assert_array_equal(sizes(found.masks), np.arange(31))
    for found in both_ways(np.ones(30), np.arange(31.0), "fewest", 2.0):
        np.testing.assert_array_equal(sizes(found.masks), np.maximum(np.arange(31) - 2, 0))
    for found in both_ways(np.ones(30), np.array([35.0, -3.0]), "fewest", 2.0):
        np.testing.assert_array_equal(found.errors, [5.0, 3.0])


def test_scalars_grids_and_no_targets_keep_their_shape():
    """Sums, errors and masks have the shape of targets: (), (a, b), (0,); rows add n behind it."""
    rng = np.random.default_rng(8)
    rows, wanted = fine(rng, 3, 2, 5), fine(rng, 3, 2)
    flat = nearest_subset(rows.reshape(6, 5), wanted.ravel())
    for found, one in zip(nearest_subset(rows, wanted), flat, strict=True):
        np.testing.assert_array_equal(found, one.reshape(3, 2))
        assert found.shape == (3, 2)
    for objective, epsilon in [("error", None), ("within", 0.1), ("fewest", 0.1)]:
        assert {part.shape for part in nearest_subset(rows[0, 0], 0.25, objective, epsilon)} == {()}
        assert {part.shape for part in nearest_subset(rows[0, 0], wanted, objective, epsilon)} == {(3, 2)}
        assert {part.shape for part in nearest_subset(rows[0, 0], [], objective, epsilon)} == {(0,)}
        found = nearest_subset(np.empty((2, 0, 5)), np.empty((2, 0)), objective, epsilon)
        assert [(part.shape, part.dtype) for part in found] == [((2, 0), t) for t in (float, float, np.uint64)]


def test_integers_and_any_memory_layout():
    """Lists, integers, float32, big-endian, strided, reversed, Fortran-ordered, read-only: the same answers."""
    rng = np.random.default_rng(9)
    rows, wanted = rng.integers(-50, 51, (60, 7)), rng.integers(-200, 201, 60)
    strided = np.zeros((120, 21))
    strided[::-2, ::3] = rows
    frozen = rows.astype(float)
    frozen.flags.writeable = False
    best = np.abs(oracles.all_sums(rows) - wanted[:, None]).min(axis=1)
    variants = [rows, rows.tolist(), rows.astype("f4"), rows.astype(">f8"), strided[::-2, ::3], frozen]
    for variant in (*variants, np.asfortranarray(rows, float)):
        np.testing.assert_array_equal(nearest_subset(variant, wanted).errors, best)
    best = np.abs(oracles.all_sums(rows[:1]) - wanted[:, None]).min(axis=1)
    for variant in (rows[0], rows[0].tolist(), strided[::-2, ::3][0], frozen[0]):
        np.testing.assert_array_equal(nearest_subset(variant, np.repeat(wanted, 2)[::2]).errors, best)


@pytest.mark.parametrize(("objective", "epsilon"), [("error", None), ("within", 0.01), ("fewest", 0.01)])
def test_input_is_left_alone_and_answers_repeat(objective, epsilon):
    """No input is modified, no output is a view of one, and the same call gives the same masks."""
    rng = np.random.default_rng(10)
    rows, wanted = rng.uniform(-1.0, 1.0, (80, 13)), rng.uniform(-1.0, 1.0, 80)
    for x in (rows, rows[0]):
        before = x.copy(), wanted.copy()
        once, again = nearest_subset(x, wanted, objective, epsilon), nearest_subset(x, wanted, objective, epsilon)
        for part, same in zip(once, again, strict=True):
            np.testing.assert_array_equal(part, same)
            assert not np.shares_memory(part, wanted)
        np.testing.assert_array_equal(x, before[0])
        np.testing.assert_array_equal(wanted, before[1])


ROWS = r"coefficients must have shape \(n,\) or \({}, a row for each target, got \({}\)$"
SIZE = r"{} must be finite and at most 1e\+306 in size, got {}; rescale them$"
BAD_INPUT = [
    (np.ones((2, 3)), [1.0], ("error",), ROWS.format(r"1, n\)", "2, 3")),
    (np.ones((2, 3)), [[1.0, 2.0]], ("error",), ROWS.format(r"1, 2, n\)", "2, 3")),
    (np.ones((1, 3)), 1.0, ("error",), r"coefficients must have shape \(n,\), got \(1, 3\)$"),
    (np.ones((2, 3, 4)), [1.0, 2.0], ("within", 1.0), ROWS.format(r"2, n\)", "2, 3, 4")),
    (np.ones(41), [1.0], ("error",), "must have 1 to 40 coefficients, got 41; .* leave some out$"),
    (np.ones((2, 64)), [1.0, 2.0], ("fewest", 0.1), "must have 1 to 40 coefficients, got 64; .* leave some out$"),
    ([], [1.0], ("error",), "must have 1 to 40 coefficients, got 0; "),
    (np.ones((0, 0)), [], ("error",), "must have 1 to 40 coefficients, got 0; "),
    ([1.0, np.nan], [1.0], ("error",), SIZE.format("coefficients", "nan")),
    ([[1.0], [-np.inf]], [1.0, 1.0], ("error",), SIZE.format("coefficients", "inf")),
    ([1.0], [1.0, np.nan], ("within", 0.1), SIZE.format("targets", "nan")),
    ([1.0], -np.inf, ("error",), SIZE.format("targets", "inf")),
    ([1.0, -1.1e306], 1.0, ("error",), SIZE.format("coefficients", r"1.1e\+306")),
    ([1.0], [0.0, 1.7e308], ("fewest", 0.0), SIZE.format("targets", r"1.7e\+308")),
    ([1.0], [1.0], ("nearest",), "objective must be one of error, within, fewest, got 'nearest'$"),
    ([1.0], [1.0], ("error", 0.1), "epsilon has no part in the least error, got 0.1; drop it or ask for 'within'$"),
    *(
        (
            [1.0],
            [1.0],
            (objective, epsilon),
            f"epsilon must be 0 or more and finite for '{objective}', got {epsilon}; set",
        )
        for objective in ("within", "fewest")
        for epsilon in (None, -1e-9, np.nan, np.inf, -np.inf)
    ),
]


@pytest.mark.parametrize(("coefficients", "wanted", "options", "message"), BAD_INPUT)
def test_bad_input_is_refused(coefficients, wanted, options, message):
    """Rule, value and remedy in one line."""
    with pytest.raises(InputError, match=message) as caught:
        nearest_subset(coefficients, wanted, *options)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("n", [1, 12, 40])
def test_largest_numbers_do_not_overflow(n):
    """1e306 in size, n alike of either sign, and targets as large: one entry, or none, hits."""
    for x in (np.full(n, 1e306), np.full(n, -1e306)):
        for found in both_ways(x, np.array([1e306, -1e306, 0.0]), "error"):
            np.testing.assert_array_equal(found.errors, np.where([x[0] > 0.0, x[0] < 0.0, True], 0.0, 1e306))
