"""How far apart a small ReLU network f and its pruned network g are on the unit ball, from above and from below.

f: W_k (l, d, d); g: P_k (l, d, d), N (d, d), for the first pair alone, as inputs of the others are not negative (see
`networks.pairs`). P and N come as sums of up to 40 rounded products v u of numbers in [-1, 1]: each of their entries,
also when taken from W, is off by (40 + 39 * 40 + 41) 2^-53 < SPREAD at most.
"""

import math

import numpy as np

from .._jit import kernel
from .norms import MOST_SQUARINGS, SQUARINGS, UNIT, kinked_up, norm_up, square_sum

SPREAD = 2.0**-42
_TINIEST_PART = 2.0**-8
"""A point rests once its step is shorter than this part of the way."""


@kernel
def chain_up(weights, positive, negative, norms):
    """(e_l, prod_k (w_k + ||R_k||) - prod_k w_k): two bounds of Theorem 1's chain on sup ||f - g||, rounded up.

    e_k = p_k e_(k-1) + eps_k F_(k-1) as in `networks.certificates`, with F_k = prod ||W_k||; R_k the larger of |W - P|
    and |W - N| entry by entry, w_k = max(1, ||W_k||): what the proof makes of it. norms: bounds on ||W_k||.
    """
    spread = weights.shape[1] * SPREAD
    f, error, product, growth = 1.0, 0.0, 0.0, 1.0
    for k in range(weights.shape[0]):
        a = weights[k] - positive[k]
        b = weights[k] - negative if k == 0 else a
        r = norm_up(np.maximum(np.abs(a), np.abs(b)), SQUARINGS) + spread
        own = min((kinked_up(a, b) if k == 0 else norm_up(a, SQUARINGS)) + spread, r)
        p = norm_up(positive[k], SQUARINGS) + spread if k else 0.0
        error = (p * error + own * f) * (1.0 + 8.0 * UNIT)
        f *= norms[k] * (1.0 + 2.0 * UNIT)
        w = max(1.0, norms[k])
        product = (w * product + r * growth) * (1.0 + 8.0 * UNIT)
        growth *= (w + r) * (1.0 + 4.0 * UNIT)
    return min(error, product), product, growth


@kernel
def difference(network, x, f, g):
    """||f(x) - g(x)||_2 as it comes; f, g (l, d): what the layers give, before their relu."""
    weights, positive, negative = network
    d, size = x.size, 0.0
    for k in range(weights.shape[0]):
        for i in range(d):
            of_f = of_g = 0.0
            for j in range(d):
                if k == 0:
                    of_f += weights[0, i, j] * x[j]
                    of_g += (positive[0, i, j] if x[j] > 0.0 else negative[i, j]) * x[j]
                else:
                    of_f += weights[k, i, j] * max(f[k - 1, j], 0.0)
                    of_g += positive[k, i, j] * max(g[k - 1, j], 0.0)
            f[k, i], g[k, i] = of_f, of_g
    for i in range(d):
        size += (f[-1, i] - g[-1, i]) ** 2
    return math.sqrt(size)


@kernel
def rise(network, f, g, toward):
    """toward = the direction in which the difference's half square rises most, on the better side of every x_j = 0."""
    weights, positive, negative = network
    d = toward.size
    back_f, back_g = f[-1] - g[-1], f[-1] - g[-1]
    for k in range(weights.shape[0] - 1, 0, -1):
        next_f, next_g = np.zeros(d), np.zeros(d)
        for i in range(d):
            for j in range(d):
                next_f[j] += back_f[i] * weights[k, i, j] if f[k - 1, j] > 0.0 else 0.0
                next_g[j] += back_g[i] * positive[k, i, j] if g[k - 1, j] > 0.0 else 0.0
        back_f, back_g = next_f, next_g
    for j in range(d):
        right = left = 0.0
        for i in range(d):
            right += back_f[i] * weights[0, i, j] - back_g[i] * positive[0, i, j]
            left += back_f[i] * weights[0, i, j] - back_g[i] * negative[i, j]
        toward[j] = max(right, 0.0) if max(right, 0.0) >= -left else min(left, 0.0)


@kernel
def mixed(x, part, toward, y):
    """y = the point of the unit ball's surface towards x + part (toward / ||toward|| - x), a hair inside; x for 0."""
    length = math.sqrt(square_sum(toward))
    for j in range(x.size):
        y[j] = x[j] + part * (toward[j] / length - x[j]) if length > 0.0 else x[j]
    size = math.sqrt(square_sum(y)) * (1.0 + 2.0**-40)
    for j in range(x.size):
        y[j] = y[j] / size if size > 0.0 else x[j]


@kernel
def climb(network, start, steps, room):
    """The highest ||f(x) - g(x)|| met on the way up from `start`; steps that do not gain are shortened."""
    f, g, x, y, toward = room
    mixed(start, 1.0, start, x)
    best, part = difference(network, x, f, g), 1.0
    rise(network, f, g, toward)
    for _ in range(steps):
        mixed(x, part, toward, y)
        value = difference(network, y, f, g)
        if value > best:
            best, part = value, min(1.0, 2.0 * part)
            x, y = y, x
            rise(network, f, g, toward)
        else:
            part *= 0.25
        if part < _TINIEST_PART:
            break
    return best


@kernel
def attack_down(network, starts, steps, enough):
    """At most ||f(x) - g(x)|| at some x in the unit ball; ends once that is `enough`.

    Evaluating f and g in floating point is off by sum_k (gamma_2d p_k + SPREAD d) prod_(j != k) p_j at most for g, with
    Frobenius norms p_k, and likewise for f without SPREAD; all that is taken off.
    """
    weights, positive, negative = network
    layers, d = weights.shape[:2]
    growth = 1.0
    for k in range(layers):
        of_g = square_sum(positive[k]) + (square_sum(negative) if k == 0 else 0.0)
        growth *= 1.0 + math.sqrt(max(of_g, square_sum(weights[k])))
    rounding = layers * growth * (d * SPREAD + 32.0 * (d + 8) * UNIT)
    room = np.empty((layers, d)), np.empty((layers, d)), np.empty(d), np.empty(d), np.empty(d)
    best = 0.0
    for start in starts:
        best = max(best, climb(network, start, steps, room) - rounding)
        if best >= enough:
            break
    return best


@kernel
def norms_of_trials(weights, norms):
    """norms[t, k] = at least ||weights[t, k]||, above it by less than 10^-12."""
    for t in range(weights.shape[0]):
        for k in range(weights.shape[1]):
            norms[t, k] = norm_up(weights[t, k], MOST_SQUARINGS)


@kernel
def sharpen_bounds(networks, norms, starts, steps, bounds):
    """For every trial t, bounds[:, t] = (lower, upper, product, its growth), each where it is below the one before.

    networks: W, P, N with the trials first; lower: by attack; upper and product: `chain_up`.
    """
    weights, positive, negative = networks
    for t in range(weights.shape[0]):
        upper, product, growth = chain_up(weights[t], positive[t], negative[t], norms[t])
        network = weights[t], positive[t], negative[t]
        bounds[0, t] = min(bounds[0, t], attack_down(network, starts, steps, bounds[0, t]))
        bounds[1, t] = min(bounds[1, t], upper)
        if product < bounds[2, t]:
            bounds[2, t], bounds[3, t] = product, growth
