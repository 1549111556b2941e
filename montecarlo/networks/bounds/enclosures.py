"""||f(x) - g(x)||_2 at a given x, rounded down: no rounding makes it larger than it is.

The difference is carried along on its own, f = g + e, so that a small e keeps its relative precision:
e_1 = (W - P) x+ + (W - N) x-, then e_k = W_k (relu(g + e) - relu(g)) + (W_k - P_k) relu(g). Every number comes with a
radius; a dot product of n terms is off by at most gamma_n |a| |b| (Higham, 3.1), here with doubled constants.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..pairs import Pair
from .norms import UNIT, Floats

_TINY = 2.0**-1060
"""More than the underflow of a product and a sum."""


class Ball(NamedTuple):
    """Numbers known up to a radius each."""

    centre: Floats
    radius: Floats


def difference_down(pairs: Sequence[Pair], x: Floats) -> float:
    """At most ||f(x) - g(x)||_2, by a few thousand u sum |W_l| ... |e| below it; x: (d_0,), exact."""
    plus, minus = exact(np.maximum(x, 0.0)), exact(np.minimum(x, 0.0))
    first = pairs[0]
    g = add(image(first.positive, plus), image(first.negative, minus))
    e = add(
        image_of_difference(first.weights, first.positive, plus),
        image_of_difference(first.weights, first.negative, minus),
    )
    for pair in pairs[1:]:
        active = Ball(np.maximum(g.centre, 0.0), g.radius)
        e = add(image(pair.weights, _rise(g, e)), image_of_difference(pair.weights, pair.positive, active))
        g = image(pair.positive, active)
    return norm_down(np.maximum(np.abs(e.centre) - e.radius, 0.0) * (1.0 - 4.0 * UNIT))


def norm_down(values: Floats) -> float:
    """At most the Euclidean norm."""
    largest = float(np.abs(values).max(initial=0.0))
    if largest == 0.0:
        return 0.0
    parts = values / largest
    return float(np.sqrt(parts @ parts)) * largest * (1.0 - 4.0 * (values.size + 8) * UNIT)


def exact(values: Floats) -> Ball:
    """Numbers without error."""
    return Ball(values, np.zeros_like(values))


def image(matrix: Floats, ball: Ball) -> Ball:
    """matrix @ ball."""
    n = matrix.shape[1]
    sizes = np.abs(matrix)
    carried = sizes @ (ball.radius + 4.0 * (n + 4) * UNIT * np.abs(ball.centre))
    return Ball(matrix @ ball.centre, carried * (1.0 + 4.0 * (n + 8) * UNIT) + n * _TINY)


def image_of_difference(one: Floats, other: Floats, ball: Ball) -> Ball:
    """(one - other) @ ball; the difference's rounding is covered by the 4 (n + 4) u of `image`, twice what it needs."""
    return image(one - other, ball)


def add(one: Ball, other: Ball) -> Ball:
    """one + other."""
    centre = one.centre + other.centre
    radius = one.radius + other.radius + 4.0 * UNIT * np.abs(centre)
    return Ball(centre, radius * (1.0 + 8.0 * UNIT))


def _rise(g: Ball, e: Ball) -> Ball:
    """relu(g + e) - relu(g): as far off as e, and as g where a kink may lie between; 1-Lipschitz in both."""
    f = add(g, e)
    both_on = (g.centre > g.radius) & (f.centre > f.radius)
    both_off = (g.centre < -g.radius) & (f.centre < -f.radius)
    centre = np.maximum(f.centre, 0.0) - np.maximum(g.centre, 0.0)
    kinked = Ball(centre, (g.radius + f.radius + 4.0 * UNIT * np.abs(centre)) * (1.0 + 8.0 * UNIT))
    return Ball(
        np.where(both_on, e.centre, np.where(both_off, 0.0, kinked.centre)),
        np.where(both_on, e.radius, np.where(both_off, 0.0, kinked.radius)),
    )
