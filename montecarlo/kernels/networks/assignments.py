"""Hidden neurons dealt to inputs after all their weights are drawn: which input each of them serves, by search.

Neuron k has products z[k, row, i] = N_row,k M_ki. Dealt to input i it keeps the weight M_ki alone, and in every row
z[k, row, i] joins one of two subset-sum problems: (row, i, 0) for x_i > 0 if M_ki > 0, else (row, i, 1) for x_i < 0.
With targets in [-1, 1] the error of a deal is, as in Lemmas 2 and 3,

    l2 norm over rows of max( sum_i P_i, sum_i N_i ),
    P_i = max(shortfall of (i, 0), excess of (i, 1)),  N_i = max(excess of (i, 0), shortfall of (i, 1))

A deal is an array `owners`: (neuron,), the input of each neuron.
"""

from typing import Any, NamedTuple

import numpy as np

from .._jit import kernel
from ..covering.coverage import errors_of_sorted
from ..covering.merge import sorted_sums

MOST_ENTRIES = 12
"""A problem of the search has at most so many entries, and so 2^12 sums."""
TRIED = 8
"""Up to so many neurons, all deals are tried where there are two inputs."""
_ROUNDS = 8
_REACH = 1.5
"""Greedy deals first let every problem reach so far beyond 0 on both sides: the targets end at 1."""


class Neurons(NamedTuple):
    """Neurons of one trial. products: (neuron, row, input); positive: whether M_ki > 0, (neuron, input)."""

    products: Any
    positive: Any


class Scratch(NamedTuple):
    """Room for a problem's entries, twice for its sums, and for (shortfall, excess) of all problems of a deal."""

    entries: Any
    sums: Any
    other: Any
    errors: Any


@kernel
def new_scratch(rows, inputs):
    """Scratch for problems of up to MOST_ENTRIES entries. errors: (row, input, side, shortfall and excess)."""
    room = 1 << MOST_ENTRIES
    return Scratch(np.empty(MOST_ENTRIES), np.empty(room), np.empty(room), np.empty((rows, inputs, 2, 2)))


@kernel
def solve(neurons, owners, index, side, scratch):
    """Solve the problems (row, index, side) of every row; errors are inf beyond MOST_ENTRIES entries."""
    for row in range(neurons.products.shape[1]):
        count = 0
        for k in range(owners.size):
            if owners[k] == index and neurons.positive[k, index] == (side == 0):
                if count < MOST_ENTRIES:
                    scratch.entries[count] = neurons.products[k, row, index]
                count += 1
        if count > MOST_ENTRIES:
            scratch.errors[row, index, side] = np.inf
            continue
        sums = sorted_sums(scratch.entries[:count], scratch.sums, scratch.other)
        errors = errors_of_sorted(sums, np.int64(1) << count, -1.0, 1.0)
        scratch.errors[row, index, side, 0], scratch.errors[row, index, side, 1] = errors


@kernel
def total_error(errors):
    """The error of a deal from those of its problems."""
    total = 0.0
    for row in range(errors.shape[0]):
        positive, negative = 0.0, 0.0
        for i in range(errors.shape[1]):
            positive += max(errors[row, i, 0, 0], errors[row, i, 1, 1])
            negative += max(errors[row, i, 0, 1], errors[row, i, 1, 0])
        total += max(positive, negative) ** 2
    return np.sqrt(total)


@kernel
def deal_error(neurons, owners, scratch):
    """The error of a deal; those of its problems are left in `scratch`."""
    for i in range(neurons.products.shape[2]):
        solve(neurons, owners, i, 0, scratch)
        solve(neurons, owners, i, 1, scratch)
    return total_error(scratch.errors)


@kernel
def move(neurons, owners, k, owner, scratch):
    """Deal neuron k to another input, solve the two problems per row that change, and return the error."""
    before = owners[k]
    owners[k] = owner
    solve(neurons, owners, before, 0 if neurons.positive[k, before] else 1, scratch)
    solve(neurons, owners, owner, 0 if neurons.positive[k, owner] else 1, scratch)
    return total_error(scratch.errors)


@kernel
def matters(errors, index, side):
    """Whether a new entry of problem (index, side) can lower the error: in some row one of its errors is binding."""
    for row in range(errors.shape[0]):
        shortfall, excess = errors[row, index, side]
        other_shortfall, other_excess = errors[row, index, 1 - side]
        if shortfall >= other_excess or excess >= other_shortfall:
            return True
    return False


@kernel
def descend(neurons, owners, scratch):
    """Move single neurons as long as that lowers the error of a deal; returns the last one."""
    least = deal_error(neurons, owners, scratch)
    for _ in range(_ROUNDS):
        start = least
        for k in range(owners.size):
            for owner in range(neurons.products.shape[2]):
                before, side = owners[k], 0 if neurons.positive[k, owner] else 1
                if owner != before and matters(scratch.errors, owner, side):
                    error = move(neurons, owners, k, owner, scratch)
                    if error < least:
                        least = error
                    else:
                        move(neurons, owners, k, before, scratch)
        if least == start:
            break
    return least


@kernel
def try_all(neurons, owners, scratch):
    """The least error over all deals to two inputs: 2^neurons of them, each one move from the last (Gray code)."""
    owners[:] = 0
    least = deal_error(neurons, owners, scratch)
    for number in range(1, 1 << owners.size):
        k = 0
        while not (number >> k) & 1:
            k += 1
        least = min(least, move(neurons, owners, k, 1 - owners[k], scratch))
    return least


@kernel
def deal_greedily(neurons, owners):
    """Deal one neuron after the other to where it is needed most, which depends on no later neuron.

    A problem needs neurons as long as its sums do not reach _REACH on both sides. A neuron goes where it adds most to
    what is missing, over all rows, and where nothing is missing to the problem with the fewest neurons.
    """
    _, rows, inputs = neurons.products.shape
    reach, counts = np.zeros((rows, inputs, 2, 2)), np.zeros((inputs, 2))
    for k in range(owners.size):
        chosen, best = 0, (-1.0, 0.0)
        for i in range(inputs):
            side, gain = 0 if neurons.positive[k, i] else 1, 0.0
            for row in range(rows):
                z = neurons.products[k, row, i]
                gain += min(abs(z), max(_REACH - reach[row, i, side, 0 if z > 0.0 else 1], 0.0))
            if (gain, -counts[i, side]) > best:
                chosen, best = i, (gain, -counts[i, side])
        side = 0 if neurons.positive[k, chosen] else 1
        owners[k] = chosen
        counts[chosen, side] += 1.0
        for row in range(rows):
            z = neurons.products[k, row, chosen]
            reach[row, chosen, side, 0 if z > 0.0 else 1] += abs(z)


@kernel
def least_deal_error(neurons, best, greedy, scratch):
    """The least error found, over all deals of few neurons to two inputs, else by descents from two deals.

    best: the first one, which the deal that was found replaces, so that a later n starts from it.
    """
    if neurons.products.shape[2] == 2 and best.size <= TRIED:
        return try_all(neurons, greedy.copy(), scratch)
    other = greedy.copy()
    one, two = descend(neurons, best, scratch), descend(neurons, other, scratch)
    if two < one:
        best[:] = other
    return min(one, two)


@kernel
def deal_errors_of_trials(products, positive, blockwise, out):
    """out[i, t] = error of the best deal found of the first (i + 1) / n of the neurons of trial t.

    products: (trial, neuron, row, input); positive: (trial, neuron, input); blockwise: (neuron,), the deal that the
    search starts from; out: (n, trial). inf where some problem has more than MOST_ENTRIES entries.
    """
    scratch, per_step = new_scratch(*products.shape[2:]), blockwise.size // out.shape[0]
    best, greedy = blockwise.copy(), blockwise.copy()
    for trial in range(products.shape[0]):
        best[:] = blockwise
        deal_greedily(Neurons(products[trial], positive[trial]), greedy)
        for i in range(out.shape[0]):
            count = (i + 1) * per_step
            neurons = Neurons(products[trial, :count], positive[trial, :count])
            out[i, trial] = least_deal_error(neurons, best[:count], greedy[:count], scratch)


@kernel
def greedy_deals_of_trials(products, positive, owners):
    """owners[t] = greedy deal of trial t: (trial, neuron)."""
    for trial in range(products.shape[0]):
        deal_greedily(Neurons(products[trial], positive[trial]), owners[trial])
