"""Targets and pruned networks for tests of their distance: strategies, seeded families, and slow truths."""

import itertools
from fractions import Fraction

import numpy as np
from hypothesis import strategies as st

from montecarlo.networks.pairs import Pair


def network(generator, widths, size=0.1, kind="normal"):
    """Pairs of the given widths; W about 1 / sqrt(inputs), either side's errors about `size` times that.

    kind: "normal"; "dyadic", multiples of 2^-6; "sparse", half of the errors 0; "one side", N far worse than P;
    "large", ||W|| about 2.
    """
    pairs = []
    for inputs, outputs in itertools.pairwise(widths):
        w, e, f = generator.standard_normal((3, outputs, inputs)) / np.sqrt(inputs)
        if kind == "sparse":
            e, f = (part * generator.integers(0, 2, part.shape) for part in (e, f))
        w, f = (2.0 * w if kind == "large" else w), (8.0 * f if kind == "one side" else f)
        pair = Pair(w, w - size * e, w - size * f)
        pairs.append(Pair(*(np.round(m * 64.0) / 64.0 for m in pair)) if kind == "dyadic" else pair)
    return pairs


KINDS = ["normal", "dyadic", "sparse", "one side", "large"]


@st.composite
def networks(draw, most_layers=3, most_width=4):
    """Networks of small multiples of 1/8, where zeros, repeated entries and equal errors are common."""
    widths = draw(st.lists(st.integers(1, most_width), min_size=2, max_size=most_layers + 1))
    entries = st.sampled_from([0.0, 0.125, -0.25, 0.5, 1.0, -1.0])
    errors = st.sampled_from([0.0, 0.0, 0.125, -0.125, 0.25])

    def matrix(elements, shape):
        flat = draw(st.lists(elements, min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]))
        return np.array(flat).reshape(shape)

    pairs = []
    for inputs, outputs in itertools.pairwise(widths):
        w = matrix(entries, (outputs, inputs))
        pairs.append(Pair(w, w - matrix(errors, w.shape), w - matrix(errors, w.shape)))
    return pairs


def rational(matrix):
    """Nested lists of fractions, as a matrix of objects."""
    return np.array([[Fraction(float(value)) for value in row] for row in matrix], dtype=object)


def at_least_norm(s, matrix):
    """Whether s >= ||matrix|| exactly: s^2 I - A A^T has no negative pivot (rational; LDL^T, symmetric elimination)."""
    a = matrix if matrix.dtype == object else rational(matrix)
    left = -(a @ a.T)
    for i in range(len(left)):
        left[i, i] += Fraction(s) ** 2
    while len(left):
        if left[0, 0] < 0 or (left[0, 0] == 0 and any(left[0, 1:] != 0)):
            return False
        rest = left[1:, 1:]
        left = rest - np.outer(left[1:, 0], left[0, 1:]) / left[0, 0] if left[0, 0] != 0 else rest
    return True


def square_at(pairs, x):
    """||f(x) - g(x)||_2^2 in fractions."""
    f = g = np.array([Fraction(float(value)) for value in x], dtype=object)
    for k, pair in enumerate(pairs):
        w, p, n = (rational(matrix) for matrix in pair)
        f = w @ (np.maximum(f, 0) if k else f)
        g = p @ np.maximum(g, 0) + (0 if k else n @ np.minimum(g, 0))
    return sum(value**2 for value in f - g)


def faces_by_force(pair):
    """sup over the ball for one pair: the largest eigenvalue with a non-negative eigenvector over all signed supports.

    Every eigenvector is tried, clipped to its larger part of one sign: always a value that is attained.
    """
    sides = pair.weights - pair.positive, pair.negative - pair.weights
    best = 0.0
    for signs in itertools.product([None, 0, 1], repeat=pair.weights.shape[1]):
        columns = [sides[s][:, j] for j, s in enumerate(signs) if s is not None]
        if columns:
            a = np.stack(columns, axis=1)
            for v in np.linalg.svd(a)[2]:
                for part in (np.maximum(v, 0.0), np.maximum(-v, 0.0)):
                    if part.any():
                        best = max(best, np.linalg.norm(a @ part) / np.linalg.norm(part))
    return best


def plane_by_angle(pair):
    """sup over the disc for two inputs: in each quadrant ||A (cos t, sin t)||^2 = c + a cos 2t + b sin 2t."""
    sides = pair.weights - pair.positive, pair.negative - pair.weights
    best = 0.0
    for one, other in itertools.product((0, 1), repeat=2):
        u, v = sides[one][:, 0], sides[other][:, 1]
        a, b, c = (u @ u - v @ v) / 2.0, u @ v, (u @ u + v @ v) / 2.0
        best = max(best, c + a, c - a, c + np.hypot(a, b) if b >= 0.0 else 0.0)
    return np.sqrt(best)
