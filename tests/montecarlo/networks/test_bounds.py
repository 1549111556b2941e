"""Certificates above, attacks below, and the truth between: whole networks."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from differences import KINDS, network, networks, square_at
from hypothesis import given, settings

from montecarlo import InputError
from montecarlo.networks.bounds.attack import attack, inside_ball, starting_points
from montecarlo.networks.bounds.certificates import LayerNorms, chain, layer_norms
from montecarlo.networks.bounds.exact import enclose
from montecarlo.networks.bounds.norms import difference_up, product_up, sum_up
from montecarlo.networks.bounds.sandwich import _scaled_down, bounds
from montecarlo.networks.pairs import Pair, pruned_outputs, target_outputs

SLACK = 1e-9
QUICK = {"restarts": 16, "steps": 40}
WIDTHS = [(3, 2), (13, 2), (2, 3, 2), (4, 4, 1), (14, 5, 3), (3, 3, 3, 3), (1, 1, 1)]


def small_networks(many):
    """So many networks of every kind and shape, with errors from 1e-4 to 1; if it is one, of sizes in turn."""
    generator = np.random.default_rng(10)
    turns = itertools.cycle(np.geomspace(1e-4, 1.0, 8))
    return [
        network(generator, widths, size=next(turns), kind=kind)
        for widths in WIDTHS
        for kind in KINDS
        for _ in range(many)
    ]


@pytest.mark.parametrize("many", [1, pytest.param(8, marks=pytest.mark.slow)])
def test_certificates_are_above_attacks_and_samples(many):
    generator = np.random.default_rng(11)
    missed = 0
    for pairs in small_networks(many):
        found = bounds(pairs, **QUICK)
        x = inside_ball(generator.standard_normal((200, pairs[0].weights.shape[1])))
        sampled = np.linalg.norm(target_outputs(pairs, x) - pruned_outputs(pairs, x), axis=1)
        assert 0.0 <= found.lower <= found.upper
        assert sampled.max() <= found.upper * (1.0 + 1e-9) + 1e-14
        missed += sampled.max() > found.lower * (1.0 + 1e-6) + 1e-12
    assert missed <= many  # of 35 times as many networks, 16 starts each: an ascent can end on the wrong hill


def narrow(generator, d, size, rows):
    """f and g differ in a cone about u alone, by size times relu(u x - 40 sum_j |v_j x|_+ - 10 sum_j |v_j x|_-).

    u and the v_j are orthonormal, so that the supremum is `size`, at u. rows: u as one row, or as the sum of two.
    """
    u, *v = np.linalg.qr(generator.standard_normal((d, d)))[0]
    ups = [u] if rows == 1 else [(u + v[0]) / 2.0, (u - v[0]) / 2.0]
    first = np.array([*ups, *v, *(-side for side in v)])
    second = np.array([[1.0] * rows + [-40.0] * (d - 1) + [-10.0] * (d - 1)])
    last = np.array([[0.5]])
    return [Pair(first, first, first), Pair(second, second, second), Pair(last, last - size, last - size)]


@pytest.mark.parametrize("size", [1e-4, 1e-8])
@pytest.mark.parametrize(("d", "rows"), [(2, 1), (3, 1), (6, 1), (2, 2), (3, 2)])
def test_small_suprema_in_narrow_cones_are_found(d, rows, size):
    """A thousandth of all directions where d = 3; elsewhere f = g, and no slope leads there."""
    for seed in range(3):
        found = bounds(narrow(np.random.default_rng(seed), d, size, rows), seed=seed)
        assert 0.99 * size <= found.lower <= size * (1.0 + 1e-9) <= found.upper * (1.0 + 2e-9)


@settings(max_examples=15)
@given(networks())
def test_the_attacking_input_attains_the_lower_bound_in_fractions(pairs):
    found = bounds(pairs, **QUICK)
    assert sum(Fraction(float(value)) ** 2 for value in found.x) <= 1
    square = square_at(pairs, found.x)
    assert Fraction(found.lower) ** 2 <= square <= Fraction(found.upper) ** 2
    assert found.lower >= float(square) ** 0.5 * (1.0 - SLACK) - 1e-12


def test_one_pair_with_few_inputs_is_exact():
    generator = np.random.default_rng(12)
    for kind in KINDS:
        pairs = network(generator, (5, 4), kind=kind)
        found = bounds(pairs, **QUICK)
        assert found.exact == found.lower
        assert found.upper <= found.lower * (1.0 + SLACK)
        assert found.lower <= found.norms[0].error


def test_bounds_beyond_exactness_are_ordered_like_the_proof():
    generator = np.random.default_rng(13)
    for widths in [(20, 10, 5), (15, 15, 15, 15)]:
        pairs = network(generator, widths, size=1e-2)
        found = bounds(pairs, **QUICK)
        assert found.exact is None
        assert found.lower <= found.upper <= found.paper <= found.paper_proof
        assert len(found.norms) == len(found.errors) == len(pairs)
        assert found.errors[-1] == found.upper


def test_the_papers_numbers_are_its_formulas():
    generator = np.random.default_rng(14)
    w = [0.9 * np.eye(3), 0.5 * np.eye(3)]
    e, f = generator.uniform(0.0, 1e-3, (2, 2, 3, 3))
    pairs = [Pair(w[k], w[k] - e[k], w[k] + f[k]) for k in range(2)]
    r = [np.maximum(e[0], f[0]), e[1]]
    product = (1.0 + np.linalg.norm(r[0], 2)) * (1.0 + np.linalg.norm(r[1], 2)) - 1.0
    found = bounds(pairs, **QUICK)
    assert found.paper == pytest.approx(product, rel=1e-9)
    assert found.paper >= product * (1.0 - 1e-12)
    assert found.paper_proof == pytest.approx(2 * 2 * 9 * max(r[0].max(), r[1].max()), rel=1e-9)


def attacked(pairs):
    """What the attack reaches, for controls."""
    return attack(pairs, starting_points(pairs, np.random.default_rng(0), 16), steps=40)[0]


def test_a_certificate_that_forgets_the_negative_side_is_caught():
    one_sided = [pairs for pairs in small_networks(2) if len(pairs) == 1]
    caught = sum(attacked(p) > difference_up(p[0].weights, p[0].positive) * (1.0 + SLACK) for p in one_sided)
    assert caught > len(one_sided) // 4


def test_a_certificate_that_forgets_how_large_the_second_input_is_is_caught():
    caught = 0
    for size in (2.0, 4.0, 8.0):
        first, second = size * np.eye(2), np.array([[1.0, 1.0], [-1.0, 1.0]])
        pairs = [Pair(first, first - 0.001, first - 0.001), Pair(second, second - 0.1, second - 0.1)]
        norms = layer_norms(pairs)
        forgetful = sum_up(product_up(norms[1].weights, norms[0].error), norms[1].error)
        caught += attacked(pairs) > forgetful * (1.0 + SLACK)
        assert attacked(pairs) <= chain(norms).error[-1]
    assert caught == 3


def test_attacks_find_the_supremum_of_most_single_pairs():
    generator = np.random.default_rng(15)
    reached = 0
    for kind in KINDS:
        for _ in range(2):
            pairs = network(generator, (6, 4), kind=kind)
            reached += attacked(pairs) >= enclose(pairs[0]).upper * (1.0 - 1e-6)
    assert reached >= 9


@pytest.mark.parametrize("exponents", [(500, -500), (-400, -400), (300, 300), (-1000, -1000), (900, 900)])
def test_layers_scaled_by_powers_of_two_scale_the_bounds(exponents):
    pairs = network(np.random.default_rng(16), (4, 3, 2), kind="dyadic")
    scaled = [Pair(*(np.ldexp(m, e) for m in pair)) for pair, e in zip(pairs, exponents, strict=True)]
    found, large, total = bounds(pairs, **QUICK), bounds(scaled, **QUICK), sum(exponents)
    if total > 1000:
        assert (large.upper, large.exact) == (np.inf, None)
        assert large.lower == np.finfo(float).max
    elif total < -1000:
        assert large.lower == 0.0
        assert large.upper == 5e-324
    else:
        assert (large.lower, large.upper) == (np.ldexp(found.lower, total), np.ldexp(found.upper, total))


def test_equal_networks_have_distance_0_and_scalars_theirs():
    w = np.array([[1.0, -0.5], [0.25, 0.0]])
    same = bounds([Pair(w, w, w)] * 3, **QUICK)
    assert (same.lower, same.upper, same.exact, same.paper, same.paper_proof) == (0.0, 0.0, 0.0, 0.0, 0.0)
    zero = np.zeros((2, 2))
    assert bounds([Pair(zero, zero, zero)] * 2, **QUICK).upper == 0.0
    one = np.ones((1, 1))
    assert bounds([Pair(one, 0.5 * one, 0.25 * one)], **QUICK).upper == pytest.approx(0.75, rel=SLACK)


def test_the_same_seed_gives_the_same_bits():
    pairs = network(np.random.default_rng(17), (14, 6, 3))
    one, other = bounds(pairs, seed=3, **QUICK), bounds(pairs, seed=3, **QUICK)
    assert (one.lower, one.upper, one.x.tobytes()) == (other.lower, other.upper, other.x.tobytes())


def test_what_is_no_network_is_refused_in_one_line():
    w = np.ones((2, 3))
    with pytest.raises(InputError, match="one pair of layers or more"):
        bounds([])
    with pytest.raises(InputError, match=r"matrices of one shape, got \[\(2, 3\), \(2, 3\), \(1, 3\)\] for pair 1"):
        bounds([Pair(w, w, w[:1])])
    with pytest.raises(InputError, match=r"as many inputs as there are outputs before, 2, got \(2, 3\)"):
        bounds([Pair(w, w, w)] * 2)
    with pytest.raises(InputError, match="W, P and N of pair 1 must be finite, got nan"):
        bounds([Pair(w, w * np.nan, w)])
    with pytest.raises(InputError, match=r"within 2\^1000 of its largest"):
        bounds([Pair(w, w, np.array([[1e-320, 0.0, 1.0]] * 2))])


def test_errors_of_scaled_layers_are_scaled_by_all_up_to_theirs():
    """f - g is homogeneous in each layer: by 4, then by 1/2; every number of the certificate that is one of f - g."""
    pairs = network(np.random.default_rng(5), (4, 3, 2), size=0.1, kind=KINDS[0])
    scaled = [Pair(*(matrix * by for matrix in pair)) for pair, by in zip(pairs, (4.0, 0.5), strict=True)]
    plain, found = bounds(pairs, **QUICK), bounds(scaled, **QUICK)
    assert found.errors == (4.0 * plain.errors[0], 2.0 * plain.errors[1])
    assert (found.lower, found.upper) == (2.0 * plain.lower, 2.0 * plain.upper)


@pytest.mark.parametrize("exponent", [-1070, -1060, -1040, 1000])
def test_a_lower_bound_is_rounded_down_where_scaling_rounds(exponent):
    """Among subnormal numbers, where the nearest one may be above."""
    entry = 1.75 + 2.0**-5 + 2.0**-15 + 2.0**-35 + 2.0**-40
    assert Fraction(_scaled_down(entry, exponent)) <= Fraction(entry) * Fraction(2) ** exponent


def test_an_error_is_at_most_the_sum_of_both_networks():
    """P = -W twice: f and g are at most 1 after either layer, so 2 apart, where the errors would add up to 4."""
    assert chain([LayerNorms(1.0, 1.0, 2.0)] * 2).error == pytest.approx((2.0, 2.0), rel=1e-12)


def test_layers_of_target_and_pruned_network_bound_each_other():
    """||g|| <= ||f|| + e and ||f|| <= ||g|| + e, whatever the norms of the matrices alone say."""
    for weights, pruned in ((1.0, 10.0), (10.0, 1.0)):
        found = chain([LayerNorms(weights, pruned, 0.125)])
        assert found.error == pytest.approx((0.125,))
        assert (found.target[0], found.pruned[0]) == pytest.approx((min(weights, 1.125), min(pruned, 1.125)))
