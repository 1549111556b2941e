"""Which input each hidden neuron serves, chosen after the draw: what Lemmas 2 and 3 leave open on either side.

The lemmas' proofs deal the neurons to the inputs beforehand, in blocks. Two events do without:

    reach       whatever masks are chosen, g(x) <= sum over j of r_j, r_j the sum of all max(N_k M_kj x_j, 0) > 0, and
                likewise below. A target that needs more is missed: necessary
    assignment  the best deal found, each neuron serving one input as in the proof: sufficient, and at most blockwise

Draws have shape (n, 2, rows of a block, d, trials): for block j and both halves of its neurons the first weight for
input j itself, the second weights of all rows, then the first weights for inputs j + 1, ..., j + d - 1 (modulo d). The
last are there for 2 to MOST_INPUTS inputs. One input has one deal; for more than MOST_INPUTS both events are known only
to lie between 0 and blockwise.
"""

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..solvers.covering_radius import Brackets, Precision, added, least_so_far, worse
from . import blocks
from .base import Floats
from .cost import Cost, covering_cost

MOST_INPUTS = 4
"""Neurons are dealt anew for up to so many inputs."""
_SEARCHED = 32
"""Deals of up to so many neurons are searched, of more only dealt greedily."""
_SEARCH_SECONDS = 8e-6
"""All searches of one row up to n steps, per input and 2^n (measured: 4 ms at d = 2, n = 8; 2 ms at d = 4, n = 4)."""


class Hidden(NamedTuple):
    """All hidden neurons in their order. products: N_k M_kj, (n, neuron, row, input, trial); positive: M_kj > 0."""

    products: Floats
    positive: NDArray[np.bool_]


def weights_per_neuron(d: int) -> int:
    """First weights drawn for a hidden neuron: those of all inputs where neurons are dealt anew, else its own."""
    return d if d <= MOST_INPUTS else 1


def hidden(draws: Floats, rows: int) -> Hidden | None:
    """The neurons of draws as above; None where other inputs' weights are not there."""
    n, halves, _, d, trials = draws.shape
    if d > MOST_INPUTS:
        return None
    first = np.empty((n, halves, d, d, trials))
    for j in range(d):
        for step in range(d):
            first[:, :, j, (j + step) % d] = draws[:, :, 0 if step == 0 else rows + step, j]
    second = draws[:, :, 1 : rows + 1].swapaxes(2, 3)  # (n, half, block, row, trial)
    products = second[:, :, :, :, None] * first[:, :, :, None]
    shape = n, halves * d
    return Hidden(products.reshape(*shape, rows, d, trials), (first > 0.0).reshape(*shape, d, trials))


def either_side(
    draws: Floats, rows: int, blockwise: Brackets, precision: Precision, *, total: bool
) -> tuple[Brackets, Brackets]:
    """Critical epsilons of reach and of assignment, (n, trial) each.

    blockwise: that of the proof's deal. total: whether targets have |w|_inf <= 1, as in Lemma 2, or ||W|| <= 1.
    """
    neurons = hidden(draws, rows)
    if neurons is None:
        unknown = Brackets(np.zeros_like(blockwise.lower), blockwise.upper)
        return unknown, unknown
    least = reach(neurons, total)
    best = blockwise
    if draws.shape[3] > 1:
        found = assignment(neurons, precision)
        best = Brackets(np.minimum(found.lower, best.lower), np.minimum(found.upper, best.upper))
    return Brackets(least, least), best


def cost(n: int, d: int, rows: int, precision: Precision) -> Cost:
    """What a trial of Lemma 2 (one row) or Lemma 3 costs: problems of Lemma 1, those of the greedy deal, the search."""
    weights = d * rows
    base = covering_cost(n, precision, problems=4 * weights, summands=2, growth=2.25, finer=2.0 * weights)
    if d == 1 or d > MOST_INPUTS:
        return base
    search = _SEARCH_SECONDS * rows * d * 2.0 ** min(n, _SEARCHED // (2 * d))
    return replace(base, seconds=1.5 * base.seconds + search, summands=d + rows)


def reach(neurons: Hidden, total: bool) -> Floats:
    """The least critical epsilon that reach alone leaves possible, (n, trial).

    total: targets have |w|_inf <= 1, so that w x is up to m for m inputs; else ||W|| <= 1 and a row has up to sqrt(m).
    """
    n, _, rows, d, trials = neurons.products.shape
    least = np.zeros((n, rows, trials))
    for sign in (1.0, -1.0):
        ends = np.full((n, rows, d, trials), np.inf)
        for x in (1.0, -1.0):
            fires = neurons.positive[:, :, None] == (x > 0.0)
            towards = np.where(fires, np.maximum(sign * x * neurons.products, 0.0), 0.0)  # output of x_j = x alone
            ends = np.minimum(ends, np.cumsum(towards.sum(axis=1), axis=0))
        reached = np.cumsum(np.sort(ends, axis=2), axis=2)  # by the m inputs that reach least
        inputs = np.arange(1.0, d + 1.0)[:, None]
        missing = (inputs if total else np.sqrt(inputs)) - reached
        least = np.maximum(least, missing.max(axis=2))
    return np.maximum(least.max(axis=1), 0.0)


def masks_enough(n: int, d: int) -> Floats:
    """At most the least epsilon for which the masks of one row are enough in number, for n = 1, 2, ...: (n,).

    A neuron prunes to 2^d functions, 2 n d neurons to F = 2^(2 n d^2). The w within epsilon of one function have an l1
    diameter of 2 epsilon at most, and so a volume of (2 epsilon)^d / d! at most (Brunn-Minkowski), of 2^d in all:
    epsilon >= (d! / F)^(1/d). Here it is the power of two below, which every processor computes alike.
    """
    exponents = [(math.factorial(d).bit_length() - 1 - 2 * k * d * d) // d for k in range(1, n + 1)]
    return np.ldexp(1.0, np.maximum(exponents, -1000))


def assignment(neurons: Hidden, precision: Precision) -> Brackets:
    """Critical epsilon of the best deal found, (n, trial); with one input it is blockwise."""
    greedy = greedy_errors(neurons, precision)
    n, per_step, _, _, _ = neurons.products.shape
    steps = min(_SEARCHED // per_step, n)
    found = searched_errors(neurons, steps)
    lower, upper = greedy.lower.copy(), greedy.upper.copy()
    lower[:steps] = np.minimum(lower[:steps], found)
    upper[:steps] = np.minimum(upper[:steps], found)
    return least_so_far(Brackets(lower, upper))


def searched_errors(neurons: Hidden, steps: int) -> Floats:
    """The error of the best deal found of the neurons of the first `steps` steps, (steps, trial)."""
    from ..kernels.networks.assignments import deal_errors_of_trials

    _, per_step, _, d, trials = neurons.products.shape
    out = np.empty((steps, trials))
    blockwise = np.tile(np.arange(per_step) % d, steps)
    deal_errors_of_trials(*_by_trial(neurons, steps), blockwise, out)
    return out


def greedy_errors(neurons: Hidden, precision: Precision) -> Brackets:
    """The blockwise error of the greedy deal, (n, trial), which deals with every neuron when it comes."""
    from ..kernels.networks.assignments import greedy_deals_of_trials

    n, per_step, _, d, trials = neurons.products.shape
    owners = np.empty((trials, n * per_step), np.int64)
    greedy_deals_of_trials(*_by_trial(neurons, n), owners)
    served = owners.T.reshape(n, per_step, 1, trials) == np.arange(d)[:, None]
    chosen = np.where(served[:, :, None], neurons.products, 0.0)
    positive = neurons.positive[:, :, None]
    sides = blocks.Sides(np.where(positive, chosen, 0.0), np.where(positive, 0.0, chosen))
    low, high = blocks.signed_errors(sides, precision)
    rows = worse(added(low, axis=2), added(high, axis=2))
    return Brackets(*(np.sqrt(np.square(side).sum(axis=1)) for side in rows))


def _by_trial(neurons: Hidden, steps: int) -> tuple[Floats, NDArray[np.bool_]]:
    """(products, positive) of the first steps as kernels take them, the trial first: (trial, neuron, row, input)."""
    _, per_step, rows, d, trials = neurons.products.shape
    products = np.moveaxis(neurons.products[:steps], -1, 0).reshape(trials, steps * per_step, rows, d)
    positive = np.moveaxis(neurons.positive[:steps], -1, 0).reshape(trials, steps * per_step, d)
    return np.ascontiguousarray(products), np.ascontiguousarray(positive)
