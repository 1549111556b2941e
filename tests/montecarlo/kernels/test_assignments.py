"""Deals of neurons to inputs: the search against every deal, on dyadic numbers, where sums are exact."""

import itertools

import numpy as np
import oracles
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from montecarlo.kernels.networks.assignments import (
    MOST_ENTRIES,
    TRIED,
    deal_errors_of_trials,
    greedy_deals_of_trials,
)


def one_sided(entries):
    """(shortfall, excess) over [-1, 1], every multiple of 2^-5 tried: exact for multiples of 2^-4."""
    sums = np.unique(oracles.subset_sums(list(entries)))
    z = np.arange(-32, 33) / 32
    distances = z[:, None] - sums[None, :]
    nearest = np.abs(distances).min(axis=1, keepdims=True)
    chosen = np.abs(distances) == nearest
    return max(0.0, distances[chosen].max()), max(0.0, -distances[chosen].min())


def slow_error(products, positive, owners):
    """The error of a deal, problem by problem."""
    rows, inputs = products.shape[1:]
    total = 0.0
    for row in range(rows):
        above = below = 0.0
        for i in range(inputs):
            served = owners == i
            fires, other = (products[served & (positive[:, i] == side), row, i] for side in (True, False))
            (shortfall, excess), (other_shortfall, other_excess) = one_sided(fires), one_sided(other)
            above += max(shortfall, other_excess)
            below += max(excess, other_shortfall)
        total += max(above, below) ** 2
    return total**0.5


def least_error(products, positive):
    """The least of all deals."""
    neurons, _, inputs = products.shape
    deals = itertools.product(range(inputs), repeat=neurons)
    return min(slow_error(products, positive, np.array(deal)) for deal in deals)


def trials_of(seed, shape):
    """Products in multiples of 2^-4 and signs: (trial, neuron, row, input), (trial, neuron, input)."""
    generator = np.random.default_rng(seed)
    trials, neurons, _, inputs = shape
    products = generator.integers(-22, 23, shape) / 16
    return products, generator.integers(0, 2, (trials, neurons, inputs)).astype(bool)


def search(products, positive, steps):
    """The kernel from the deal i, j, i, j, ...: (step, trial)."""
    out = np.empty((steps, len(products)))
    blockwise = np.arange(products.shape[1]) % products.shape[3]
    deal_errors_of_trials(products, positive, blockwise, out)
    return out


@pytest.mark.parametrize("rows", [1, 2])
def test_few_neurons_have_all_deals_tried(rows):
    """1 to 3 steps of 2 neurons for 2 inputs: the least error of all deals, to the bit."""
    products, positive = trials_of(rows, (3, 6, rows, 2))
    found = search(products, positive, 3)
    for step, trial in np.ndindex(found.shape):
        count = 2 * (step + 1)
        assert found[step, trial] == least_error(products[trial, :count], positive[trial, :count])


@settings(max_examples=3)
@given(seed=st.integers(0, 1000))
def test_descents_end_between_the_best_deal_and_those_they_start_from(seed):
    """3 inputs, 5 neurons: at least the least error of all deals, at most that of the greedy and of the given deal."""
    products, positive = trials_of(seed, (1, 5, 1, 3))
    found = search(products, positive, 1).item()
    greedy = np.empty((1, 5), np.int64)
    greedy_deals_of_trials(products, positive, greedy)
    starts = [slow_error(products[0], positive[0], owners) for owners in (np.arange(5) % 3, greedy[0])]
    assert least_error(products[0], positive[0]) <= found <= min(starts)


def test_descents_find_more_than_they_are_given():
    """10 neurons for 2 inputs, in 20 trials: below both starts in most of them; beyond TRIED, so no deal is tried."""
    products, positive = trials_of(5, (20, 10, 1, 2))
    assert TRIED < 10
    found, greedy = search(products, positive, 1)[0], np.empty((20, 10), np.int64)
    greedy_deals_of_trials(products, positive, greedy)
    starts = [
        min(slow_error(products[t], positive[t], owners) for owners in (np.arange(10) % 2, greedy[t]))
        for t in range(20)
    ]
    assert np.all(found <= starts)
    assert np.count_nonzero(found < starts) > 10


def test_greedy_deals_depend_on_no_later_neuron():
    """The deal of 9 neurons begins with that of 4."""
    products, positive = trials_of(7, (3, 9, 2, 3))
    all_of_them, some = np.empty((3, 9), np.int64), np.empty((3, 4), np.int64)
    greedy_deals_of_trials(products, positive, all_of_them)
    greedy_deals_of_trials(np.ascontiguousarray(products[:, :4]), np.ascontiguousarray(positive[:, :4]), some)
    assert np.array_equal(all_of_them[:, :4], some)


def test_greedy_deals_go_where_something_is_missing():
    """Input 1 has what it needs on x > 0 after two neurons; the third, which fires on x > 0, serves input 0."""
    products = np.array([[[[0.0, 1.5]], [[0.0, -1.5]], [[0.25, 1.0]], [[0.25, 1.0]]]])
    positive = np.ones((1, 4, 2), dtype=bool)
    owners = np.empty((1, 4), np.int64)
    greedy_deals_of_trials(products, positive, owners)
    assert owners.tolist() == [[1, 1, 0, 0]]


def test_too_many_entries_are_not_searched():
    """One input with more neurons on a side than a problem may have: inf; one fewer is solved."""
    for count, finite in ((MOST_ENTRIES + 1, False), (MOST_ENTRIES, True)):
        products, positive = np.full((1, count, 1, 1), 0.5), np.ones((1, count, 1), dtype=bool)
        assert np.isfinite(search(products, positive, 1).item()) == finite
