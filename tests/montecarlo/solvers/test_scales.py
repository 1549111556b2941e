"""Solvers at every scale: they end, and what they find is scaled like their input, to the bit where nothing rounds."""

import threading
from concurrent.futures import Future
from fractions import Fraction

import numpy as np
import oracles
import pytest

from montecarlo import InputError, Precision, covering_radius, nearest_subset, radius_brackets
from montecarlo.solvers.covering_radius import sided_brackets

SCALES = [-990, -900, -600, -520, -300, -17, 1, 300, 511, 600, 900]
PRECISIONS = [Precision(), Precision(0.0, 2.0**-9), Precision(0.125, 2.0**-9)]


def watched(function, *arguments, seconds=120.0):
    """What the function returns, or TimeoutError: a kernel cannot be interrupted, but be left behind."""
    future = Future()

    def answer():
        try:
            future.set_result(function(*arguments))
        except Exception as error:
            future.set_exception(error)

    threading.Thread(target=answer, daemon=True).start()
    return future.result(seconds)


def all_radii(x, interval, precision):
    """Radii and one-sided radii of every prefix of the trials x (n, trials), lower and upper: (6, n, trials)."""
    brackets = radius_brackets(x, interval, precision), *sided_brackets(x, interval, precision)
    return np.array([side for pair in brackets for side in pair])


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("interval", [(-0.5, 0.5), (-1.0, 0.25), (2.0**-20, 0.75)])
def test_radii_are_scaled_like_their_input(interval, precision):
    """By 2^k, from n = 1 to 13, with giants among the summands in half of the trials."""
    x = np.random.default_rng(3).uniform(-1.0, 1.0, (13, 6))
    x[3, ::2], x[11, ::2] = 1e20, -3e18
    wanted = all_radii(x, interval, precision)
    for k in SCALES:
        scaled = np.ldexp(x, k), tuple(np.ldexp(interval, k)), precision.resolution * 2.0**k
        found = watched(all_radii, *scaled[:2], Precision(precision.relative_tolerance, scaled[2]))
        np.testing.assert_array_equal(found, np.ldexp(wanted, k))


def test_many_summands_whose_squares_underflow_are_no_more_work():
    """27, more than are enumerated, times 2^-600: the filter's spread is a sum of their squares."""
    x = np.random.default_rng(11).uniform(-1.0, 1.0, 27)
    found = watched(covering_radius, np.ldexp(x, -600), (-(2.0**-601), 2.0**-601))
    np.testing.assert_array_equal(found, np.ldexp(covering_radius(x), -600))


@pytest.mark.parametrize("options", [{}, {"relative_tolerance": 0.01, "resolution": 1e150}])
def test_squares_that_overflow_do_not_hang(options):
    x = np.random.default_rng(1).uniform(-1.0, 1.0, 12)
    found = watched(lambda: covering_radius(x * 2e154, (-1e154, 1e154), **options))
    assert found == pytest.approx(covering_radius(2.0 * x, (-1.0, 1.0)) * 1e154, rel=0.02 if options else 1e-9)


def test_mixed_scales_end_and_are_enclosed():
    """Summands and intervals of sizes 1e-300 to 1e300, n up to 12: few refusals, as few giants cancel."""
    rng, refused = np.random.default_rng(4), 0
    for trial in range(150):
        n, spread = int(rng.integers(1, 13 if trial % 10 == 0 else 7)), rng.choice([0.0, 2.0, 30.0, 299.0])
        sizes = 10.0 ** np.clip(rng.uniform(-300.0, 300.0) + rng.uniform(-spread, spread, n + 2), -300.0, 300.0)
        values = sizes * rng.choice([-1.0, 1.0], n + 2)
        x, (low, high) = values[2:], sorted(values[:2])
        reach = max(abs(low), abs(high))
        try:
            lower, upper = watched(radius_brackets, x[:, None], (low, high), Precision(0.01, 1e-3 * reach))
            exact = watched(covering_radius, x, (low, high))
        except InputError:
            refused += 1
            continue
        truth = oracles.covering_radius(x, low, high)
        assert Fraction(lower[-1, 0]) <= truth <= Fraction(upper[-1, 0])
        assert abs(Fraction(exact[0]) - truth) <= Fraction(reach) * Fraction(1e-3)
    assert refused <= 2


@pytest.mark.parametrize("tolerance", [0.0, 0.01])
@pytest.mark.parametrize("n", [3, 12])
def test_subnormal_numbers(tolerance, n):
    """Multiples of the least subnormal number, and intervals of a few of them: rounded outwards by its half."""
    least = 2.0**-1074
    x = np.random.default_rng(5).integers(-300, 300, n) * least
    for low, high in [(0.0, least), (-5.0 * least, 4.0 * least), (-700.0 * least, 1500.0 * least), (least, 1.0)]:
        found = watched(radius_brackets, x[:, None], (low, high), Precision(tolerance, least if tolerance else 0.0))
        truth = oracles.covering_radius(x, low, high)
        if tolerance:
            assert Fraction(found.lower[-1, 0]) <= truth <= Fraction(found.upper[-1, 0])
        else:
            assert abs(Fraction(found.upper[-1, 0]) - truth) <= max(Fraction(least), truth / 2**52)


def test_summands_far_too_small_leave_the_interval_uncovered():
    """Also below what float64 can scale, and beside a summand that counts."""
    assert covering_radius([1e-251]) == 0.5
    assert covering_radius([1e-300] * 30, (-1e300, 1e300)) == 1e300
    assert covering_radius([0.25, *[1e-290] * 15], (0.0, 0.5)) == 0.25


def test_a_tiny_negative_summand_exceeds_no_target():
    """-2^-600 is below all of [0, 1]: it is enlarged, and keeps its sign."""
    _, excess = sided_brackets(np.array([[-(2.0**-600)]]), (0.0, 1.0), Precision())
    assert excess.upper == 0.0


def test_a_resolution_above_the_interval_is_kept():
    """No radius is above 1e-200, which settles everything; a resolution far below settles nothing."""
    for options in ({}, {"relative_tolerance": 0.01}):
        assert covering_radius([1e-200, 3e-201], (0.0, 1e-200), resolution=0.125, **options) == 0.125
        assert covering_radius([1e200], (0.0, 1e200), resolution=1e-300, **options) == pytest.approx(5e199)


@pytest.mark.parametrize("relative_tolerance", [0.0, 0.01])
def test_one_giant_decides_nothing(relative_tolerance):
    """Wherever it comes, the radii of all prefixes are those without it, to the bit; n = 13 uses the filter."""
    options = {"relative_tolerance": relative_tolerance, "resolution": 1e-3}
    assert covering_radius([1e20], **options) == 0.5
    x = np.random.default_rng(6).uniform(-1.0, 1.0, 13)
    wanted = covering_radius(x, prefixes=True, **options)[:, 0]
    for place in (0, 5, 12):
        for giants in ([1e20], [-7e5, 1e9], [1e20, -1e20], [1e9, -6e8, -5e8]):
            found = covering_radius(np.insert(x, place, giants), prefixes=True, **options)[:, 0]
            np.testing.assert_allclose(found[place + len(giants) :], wanted[place:], rtol=1e-9)
            np.testing.assert_array_equal(found[:place], wanted[:place])


@pytest.mark.parametrize("precision", [Precision(), Precision(0.001, 0.001)])
def test_prefixes_do_not_depend_on_what_follows(precision):
    """To the bit, with giants that are left out at some n and count at a later one, where another cancels them."""
    x = np.random.default_rng(7).standard_t(0.7, (16, 40))
    x[4], x[9] = 300.0, -300.25
    whole = sided_brackets(x, (-1.0, 1.0), precision)
    for n in (3, 5, 9, 10, 12):
        for part, side in zip(sided_brackets(x[:n], (-1.0, 1.0), precision), whole, strict=True):
            np.testing.assert_array_equal(part.lower, side.lower[:n])
            np.testing.assert_array_equal(part.upper, side.upper[:n])


def test_heavy_tails_are_never_refused():
    """Student's t with half a degree of freedom, as a sweep draws it: 50 seeds, up to n = 14."""
    for seed in range(50):
        x = np.random.default_rng(seed).standard_t(0.5, (14, 20))
        lower, upper = radius_brackets(x, (-1.0, 1.0), Precision(0.001, 0.001))
        exact = radius_brackets(x, (-1.0, 1.0), Precision()).upper
        assert np.all((lower <= exact * (1.0 + 1e-6)) & (exact <= upper * (1.0 + 1e-6)))


def test_giants_do_not_count_as_entries():
    """60 of them in an exact radius, and 15 beside 14 others, more than the filter enumerates."""
    assert covering_radius(np.full((1, 60), 1e20)) == 0.5
    x = np.random.default_rng(8).uniform(-1.0, 1.0, 14)
    np.testing.assert_allclose(covering_radius(np.append(x, 2.0 ** np.arange(20, 35))), covering_radius(x), rtol=1e-12)
    found = covering_radius(np.append(x, np.full(60, 1e30)), relative_tolerance=0.01, resolution=1e-3)
    assert found == pytest.approx(max(covering_radius(x)[0], 1e-3), rel=0.02)


def test_giants_that_need_no_bits_do_not_overflow_the_bitset():
    """40 entries of which two cancel to an ulp: refused for want of double precision, not a crash."""
    x = np.append(np.random.default_rng(9).uniform(-0.01, 0.01, 38), [1e30, -1e30 * (1.0 - 2.0**-53)])
    with pytest.raises(InputError, match="double precision"):
        covering_radius(x, (-1e15, 1e15), relative_tolerance=0.01, resolution=1e-3)


def test_giants_of_all_sizes_that_cancel_are_refused():
    """2^600 less all smaller powers of two is 1: no float64 holds such sums."""
    x = np.append(-(2.0 ** np.arange(600)), 2.0**600)
    with pytest.raises(InputError, match=r"may cancel must be at most 3.\d*e\+144 .* got 4.\d*e\+180 in trial 0"):
        watched(lambda: covering_radius(x, relative_tolerance=0.01, resolution=0.01))


@pytest.mark.parametrize(("objective", "epsilon"), [("error", None), ("within", 2.0**-7), ("fewest", 2.0**-7)])
@pytest.mark.parametrize("targets", [1, 3000])
def test_nearest_subsets_are_the_same_at_every_scale(objective, epsilon, targets):
    """Masks to the bit; one by one (1) and by a table (3000)."""
    rng = np.random.default_rng(10)
    a, z = rng.uniform(-1.0, 1.0, 12), rng.uniform(-1.0, 1.0, targets)
    wanted = nearest_subset(a, z, objective, epsilon)
    for k in SCALES:
        scaled = np.ldexp(a, k), np.ldexp(z, k), objective, epsilon and epsilon * 2.0**k
        found = watched(nearest_subset, *scaled)
        np.testing.assert_array_equal(found.masks, wanted.masks)
        np.testing.assert_array_equal(found.errors, np.ldexp(wanted.errors, k))


def test_nearest_subsets_of_mixed_scales():
    """Least errors among coefficients of 1e-300 to 1e300, in fractions up to the rounding of the sums."""
    rng = np.random.default_rng(11)
    for _ in range(100):
        a = 10.0 ** rng.uniform(-300.0, 300.0, 6) * rng.choice([-1.0, 1.0], 6)
        z = 10.0 ** rng.uniform(-300.0, 300.0)
        best = watched(nearest_subset, a, z)
        truth = oracles.nearest_error(a, z)
        assert abs(Fraction(float(best.errors)) - truth) <= Fraction(2.0**-48) * Fraction(z)
