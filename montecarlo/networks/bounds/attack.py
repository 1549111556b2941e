"""Lower bounds on sup ||f(x) - g(x)||_2 over a ball or a box: ascent from many points at once.

f and g are piecewise linear and positively homogeneous. Where nothing switches, f - g is a linear map A, and the next
point A^T A x / ||A^T A x|| is a step of the power method, which climbs to the local top singular vector; over a box it
is sign(A^T A x). For x_j of either sign the better side of the kink at x_j = 0 is taken, so a step can change signs. A
step that does not gain is shortened towards x. Many maxima lie on kinks, where slopes lead nowhere: the highest points
are tried on with random moves, shorter and shorter. Where f = g there are no slopes at all, and f and g may differ in a
narrow cone alone: many more points are looked at, and those above what was found are starts of a second ascent.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..pairs import Pair, pruned_outputs, target_outputs
from .enclosures import difference_down
from .norms import UNIT, Floats

Domain = Literal["ball", "box"]

_GAIN = 1e-13
"""Least relative gain of a step that counts."""
_SHORTEST = 1e-7
"""A point rests once its step is shorter than this part of the way."""
_ROUND = 16
"""After so many steps the lower half of the points is given up, down to the finalists: 3 times faster in all."""
_FINALISTS = 16
_SETTLED = 4
"""So many of the highest points are tried on with random moves, and evaluated with care."""
_MISSED = 1e-6
"""By how much, relatively, a point must be above what an ascent found to show that it missed a hill."""
_AROUND = 48
_PROBES = 100
_PROBE_WORK = 1e8
"""Weights multiplied at most in all random moves. Among hundreds of inputs they help little."""
_EXPLORED = 8192
_EXPLORE_WORK = 1e8
"""Points, and weights multiplied, at most when it is tried whether the ascent missed a hill."""


def attack(
    pairs: Sequence[Pair], starts: Floats, *, domain: Domain = "ball", steps: int = 200, seed: int = 0
) -> tuple[float, Floats]:
    """(value, x): at most ||f(x) - g(x)||_2, rounded down, at an x of the domain; starts: (many, d_0), scaled to fit.

    domain: "ball", ||x||_2 <= 1, or "box", |x_j| <= 1. The layers' entries must not overflow when multiplied.
    """
    found = _ascended(pairs, starts, domain, steps, seed)
    points = _inside(_explored(pairs, np.random.default_rng((seed, 1))), domain)
    values = _difference_norms(pairs, points)
    highest = points[np.argsort(-values, kind="stable")[:_FINALISTS]]
    if values.max(initial=0.0) <= found[0] * (1.0 + _MISSED):
        return found
    return max(found, _ascended(pairs, highest, domain, steps, seed), key=lambda pair: pair[0])


def _ascended(pairs: Sequence[Pair], starts: Floats, domain: Domain, steps: int, seed: int) -> tuple[float, Floats]:
    """(value, x) as `attack` returns them, from these starts alone."""
    x = _climb(pairs, _inside(starts, domain), domain, steps)[:_SETTLED]
    x = _probe(pairs, x, domain, np.random.default_rng(seed))
    x = _inside(_climb(pairs, x, domain, steps // 4), domain)
    return max(((difference_down(pairs, point), point) for point in x), key=lambda found: found[0])


def _explored(pairs: Sequence[Pair], generator: np.random.Generator) -> Floats:
    """Points to look at: where a neuron, all before it firing, is highest or lowest; axes; random ones."""
    d = pairs[0].weights.shape[1]
    through, rows = np.eye(d), []
    for pair in pairs:
        through = pair.weights @ through
        rows.append(through)
    directed = np.concatenate([*rows[::-1], np.eye(d)])
    many = min(_EXPLORED, int(_EXPLORE_WORK / sum(pair.weights.size for pair in pairs)))
    directed = np.concatenate([directed, -directed])[:many]
    return np.concatenate([directed, generator.standard_normal((many - len(directed), d))])


def _climb(pairs: Sequence[Pair], x: Floats, domain: Domain, steps: int) -> Floats:
    """The highest points after so many steps, the highest first."""
    values, gradients = _values_and_gradients(pairs, x)
    part = np.ones(len(x))
    for step in range(steps):
        if step % _ROUND == _ROUND - 1 and len(x) > _FINALISTS:
            front = np.sort(np.argsort(-values, kind="stable")[: max(len(x) // 2, _FINALISTS)])
            x, values, part = x[front], values[front], part[front]
            gradients = gradients[0][front], gradients[1][front]
        moving = np.flatnonzero(part > _SHORTEST)
        if moving.size == 0:
            break
        toward = _furthest(_best_signs(gradients, moving), domain)
        mixed = _inside(x[moving] + part[moving, None] * (toward - x[moving]), domain)
        new_values, new_gradients = _values_and_gradients(pairs, mixed)
        gained = new_values > values[moving] * (1.0 + _GAIN)
        part[moving] = np.where(gained, np.minimum(1.0, 2.0 * part[moving]), part[moving] / 4.0)
        better = moving[gained]
        x[better], values[better] = mixed[gained], new_values[gained]
        for kept, new in zip(gradients, new_gradients, strict=True):
            kept[better] = new[gained]
    return x[np.argsort(-values, kind="stable")]


def _probe(pairs: Sequence[Pair], x: Floats, domain: Domain, generator: np.random.Generator) -> Floats:
    """The points after random moves: the best of some around each, the scale halved whenever none is better."""
    x, scale = x.copy(), np.full(len(x), 0.5)
    values = _difference_norms(pairs, x)
    rounds = min(_PROBES, int(_PROBE_WORK / (len(x) * _AROUND * sum(pair.weights.size for pair in pairs))))
    for _ in range(rounds):
        moves = generator.standard_normal((len(x), _AROUND, x.shape[1])) / np.sqrt(x.shape[1])
        tried = _inside(x[:, None] + scale[:, None, None] * moves, domain)
        found = _difference_norms(pairs, tried.reshape(-1, x.shape[1])).reshape(len(x), _AROUND)
        best = found.argmax(axis=1)
        gained = found.max(axis=1) > values
        x[gained], values[gained] = tried[gained, best[gained]], found[gained, best[gained]]
        scale = np.where(gained, scale, scale / 2.0)
    return x


def _difference_norms(pairs: Sequence[Pair], x: Floats) -> Floats:
    return np.linalg.norm(target_outputs(pairs, x) - pruned_outputs(pairs, x), axis=-1)


def starting_points(pairs: Sequence[Pair], generator: np.random.Generator, restarts: int) -> Floats:
    """Singular vectors of the first pair's errors with either sign, the worst single inputs, signs, and random points.

    (restarts, d_0) or more; what depends on the pair alone comes first.
    """
    first = pairs[0]
    d = first.weights.shape[1]
    errors = [first.weights - first.positive, first.weights - first.negative]
    vectors = np.concatenate([_singular_vectors(error) for error in errors])
    units = [
        sign * np.eye(d)[np.argmax(np.linalg.norm(error, axis=0))]
        for sign, error in zip((1.0, -1.0), errors, strict=True)
    ]
    many = max(restarts - 2 * len(vectors) - len(units), 2)
    signs = generator.choice([-1.0, 1.0], (many // 2, d))
    return np.concatenate([vectors, -vectors, units, signs, generator.standard_normal((many - many // 2, d))])


def inside_ball(points: Floats) -> Floats:
    """The points divided by their norms and a hair more: ||x||_2 <= 1 exactly, 0 stays 0."""
    n = points.shape[-1]
    largest = np.abs(points).max(axis=-1, keepdims=True)
    points = np.divide(points, largest, out=np.zeros_like(points), where=largest > 0.0)
    norms = np.linalg.norm(points, axis=-1, keepdims=True) * (1.0 + 4.0 * (n + 8) * UNIT)
    return np.divide(points, norms, out=np.zeros_like(points), where=norms > 0.0)


def _values_and_gradients(pairs: Sequence[Pair], x: Floats) -> tuple[Floats, tuple[Floats, Floats]]:
    """||f - g|| at every point, and the slopes of its half square to the right and the left of every x_j."""
    first, *rest = pairs
    f = x @ first.weights.T
    g = np.maximum(x, 0.0) @ first.positive.T + np.minimum(x, 0.0) @ first.negative.T
    on: list[tuple[Floats, Floats]] = []
    for pair in rest:
        on.append(((f > 0.0).astype(float), (g > 0.0).astype(float)))
        f, g = (f * on[-1][0]) @ pair.weights.T, (g * on[-1][1]) @ pair.positive.T
    difference = f - g
    back_f = back_g = difference
    for pair, (on_f, on_g) in zip(reversed(rest), reversed(on), strict=True):
        back_f, back_g = (back_f @ pair.weights) * on_f, (back_g @ pair.positive) * on_g
    slope = back_f @ first.weights
    return np.linalg.norm(difference, axis=1), (slope - back_g @ first.positive, slope - back_g @ first.negative)


def _best_signs(gradients: tuple[Floats, Floats], which: NDArray[np.int64]) -> Floats:
    """The y_j that gain most for their size: the right slope if it is the steeper rise, else the left one, else 0."""
    right, left = gradients[0][which], gradients[1][which]
    return np.where(np.maximum(right, 0.0) >= -left, np.maximum(right, 0.0), np.minimum(left, 0.0))


def _furthest(direction: Floats, domain: Domain) -> Floats:
    """The point of the domain that is furthest in a direction."""
    return inside_ball(direction) if domain == "ball" else np.sign(direction)


def _inside(points: Floats, domain: Domain) -> Floats:
    """On the ball's surface, as f - g grows along every ray; in the box."""
    return inside_ball(points) if domain == "ball" else np.clip(points, -1.0, 1.0)


def _singular_vectors(matrix: Floats) -> Floats:
    """Right singular vectors of the two largest singular values, or of the only one: (2, d) or (1, d), approximate."""
    from scipy.linalg import eigh

    wide = matrix.shape[0] <= matrix.shape[1]
    gram = matrix @ matrix.T if wide else matrix.T @ matrix
    k = len(gram)
    _, vectors = eigh(gram, subset_by_index=[max(k - 2, 0), k - 1])
    return vectors.T @ matrix if wide else vectors.T
