"""Which linear maps of the plane a two-layer ReLU network can be pruned to within epsilon, by trying all its functions.

g(x) = sum_i n_i relu(m_i . x), x in R^2. f = g - W is linear on each sector between kink lines m_i . x = 0, so that
||f|| on the unit circle is largest on a kink line or at a top singular vector of the linear map of some sector. As
||f(v)|| at any unit vector bounds the supremum from below, no vector's own sector has to be asked for.
"""

import math

import numpy as np

from ._jit import kernel

_HALF = math.sqrt(0.5)
_DIRECTIONS = np.array([[1.0, 0.0], [0.0, 1.0], [_HALF, _HALF], [_HALF, -_HALF]])
_FORMS = 10


@kernel
def error_at(inner, outer, target, x, y):
    """||g(x, y) - W (x, y)||; inner, outer: (s, 2), rows m_i and n_i; target: W row by row."""
    first, second = -target[0] * x - target[1] * y, -target[2] * x - target[3] * y
    for i in range(inner.shape[0]):
        fires = inner[i, 0] * x + inner[i, 1] * y
        if fires > 0.0:
            first += outer[i, 0] * fires
            second += outer[i, 1] * fires
    return math.hypot(first, second)


@kernel
def plane_error(inner, outer, target, angles):
    """sup over ||x|| <= 1 of ||g(x) - W x||, exact up to rounding; angles: (2 s + 1,), for use inside."""
    count, largest = 0, 0.0
    for i in range(inner.shape[0]):
        a, b = inner[i]
        size = math.hypot(a, b)
        if size > 0.0:
            largest = max(largest, error_at(inner, outer, target, b / size, -a / size))
            largest = max(largest, error_at(inner, outer, target, -b / size, a / size))
            angle = math.atan2(-a, b)
            angles[count], angles[count + 1] = angle, angle + math.pi if angle <= 0.0 else angle - math.pi
            count += 2
    kinks = np.sort(angles[:count])
    for k in range(max(count, 1)):
        middle = 0.0
        if count:
            following = kinks[k + 1] if k + 1 < count else kinks[0] + 2.0 * math.pi
            middle = 0.5 * (kinks[k] + following)
        x, y = math.cos(middle), math.sin(middle)
        a, b, c, e = -target[0], -target[1], -target[2], -target[3]
        for i in range(inner.shape[0]):
            if inner[i, 0] * x + inner[i, 1] * y > 0.0:
                a += outer[i, 0] * inner[i, 0]
                b += outer[i, 0] * inner[i, 1]
                c += outer[i, 1] * inner[i, 0]
                e += outer[i, 1] * inner[i, 1]
        turn = 0.5 * math.atan2(2.0 * (a * b + c * e), a * a + c * c - b * b - e * e)
        x, y = math.cos(turn), math.sin(turn)
        largest = max(largest, error_at(inner, outer, target, x, y))
        largest = max(largest, error_at(inner, outer, target, -x, -y))
    return largest


@kernel
def prune(inner, outer, choice, pruned_inner, pruned_outer):
    """Weights left by forms: 0 for nothing, else 1 + 3 (T - 1) + (S - 1), T and S bit sets of kept entries."""
    for i in range(choice.size):
        row, column = (choice[i] - 1) // 3 + 1, (choice[i] - 1) % 3 + 1
        for j in range(2):
            kept = choice[i] > 0
            pruned_inner[i, j] = inner[i, j] if kept and (row >> j) & 1 else 0.0
            pruned_outer[i, j] = outer[i, j] if kept and (column >> j) & 1 else 0.0


@kernel
def form_values(inner, outer, values):
    """values[i, f, 4 k + ...] = n relu(m . u), n relu(-m . u) of neuron i in form f at direction u_k; (s, 10, 16)."""
    values[:] = 0.0
    for i in range(inner.shape[0]):
        for form in range(1, _FORMS):
            row, column = (form - 1) // 3 + 1, (form - 1) % 3 + 1
            for k in range(4):
                a = inner[i, 0] * _DIRECTIONS[k, 0] if row & 1 else 0.0
                b = inner[i, 1] * _DIRECTIONS[k, 1] if row & 2 else 0.0
                for j in range(2):
                    weight = outer[i, j] if (column >> j) & 1 else 0.0
                    values[i, form, 4 * k + j] = weight * max(a + b, 0.0)
                    values[i, form, 4 * k + 2 + j] = weight * max(-a - b, 0.0)


@kernel
def nearly_odd(sums, limit):
    """Whether ||g(u) + g(-u)||^2 <= limit at all four directions; else g is within sqrt(limit) / 2 of no linear map."""
    for k in range(4):
        first, second = sums[4 * k] + sums[4 * k + 2], sums[4 * k + 1] + sums[4 * k + 3]
        if first * first + second * second > limit:
            return False
    return True


@kernel
def near_at_directions(sums, target, limit):
    """Whether ||g(u) - W u||^2 <= limit at all eight directions +-u_k."""
    for k in range(4):
        x, y = _DIRECTIONS[k]
        first, second = target[0] * x + target[1] * y, target[2] * x + target[3] * y
        for sign in range(2):
            a = sums[4 * k + 2 * sign] - (first if sign == 0 else -first)
            b = sums[4 * k + 2 * sign + 1] - (second if sign == 0 else -second)
            if a * a + b * b > limit:
                return False
    return True


@kernel
def mark_reached(weights, choice, sums, points, epsilon, width, left, first):
    """first[p] = min(first[p], width) for the points p within epsilon of the function g of `choice`."""
    inner, outer, angles = left
    middle = 0.5 * (sums[0] - sums[2])  # of g(e_1) and -g(-e_1), first entries, both within epsilon of W's
    reach, limit, pruned = epsilon * (1.0 + 1e-9), epsilon * epsilon * (1.0 + 1e-9), False
    for p in range(np.searchsorted(points[:, 0], middle - reach), points.shape[0]):
        if points[p, 0] > middle + reach:
            break
        if first[p] <= width or not near_at_directions(sums, points[p], limit):
            continue
        if not pruned:
            prune(weights[0], weights[1], choice, inner, outer)
            pruned = True
        if plane_error(inner, outer, points[p], angles) <= epsilon:
            first[p] = width


@kernel
def first_widths(inner, outer, points, epsilon, first):
    """first[p] = least s such that the first s neurons can be pruned to within epsilon of points[p]; else as it was.

    inner, outer: (s, 2), rows m_i and n_i; points: (count, 4), rising in their first entry. Time: 10^s.
    """
    s = inner.shape[0]
    values, sums = np.empty((s, _FORMS, 16)), np.zeros((s + 1, 16))
    form_values(inner, outer, values)
    choice, angles = np.zeros(s, np.int64), np.empty(2 * s + 1)
    left = np.empty((s, 2)), np.empty((s, 2)), angles
    limit, level = (2.0 * epsilon) ** 2 * (1.0 + 1e-9), 0
    while True:
        for k in range(level, s):
            for v in range(16):
                sums[k + 1, v] = sums[k, v] + values[k, choice[k], v]
        if nearly_odd(sums[s], limit):
            width = s
            while width > 0 and choice[width - 1] == 0:
                width -= 1
            mark_reached((inner, outer), choice, sums[s], points, epsilon, max(width, 1), left, first)
        level = s - 1
        while level >= 0 and choice[level] == _FORMS - 1:
            choice[level] = 0
            level -= 1
        if level < 0:
            return
        choice[level] += 1
