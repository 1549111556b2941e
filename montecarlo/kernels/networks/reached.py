"""How far a two-layer ReLU network of the plane is from a linear map, and what its neurons can be pruned to.

g(x) = sum_i n_i relu(m_i . x), x in R^2. f = g - W is linear on each sector between kink lines m_i . x = 0, so that
||f|| on the unit circle is largest on a kink line or at a top singular vector of the linear map of some sector. As
||f(v)|| at any unit vector bounds the supremum from below, no vector's own sector has to be asked for.
"""

import math

import numpy as np

from .._jit import kernel

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
