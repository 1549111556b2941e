"""sup ||W x - P x+ - N x-||_2 of one pair with few inputs, enclosed to a relative 1e-9: over the ball or over the box.

Over the ball: with signs s and support S of x fixed, x_j = s_j z_j, the value is ||A z||, z > 0 on S, whose columns are
those of W - P (s_j = 1) or of N - W (s_j = -1). A maximiser with all z_j > 0 is a local maximum of z^T G z, G = A^T A,
on the whole sphere, hence an eigenvector of the *largest* eigenvalue: the spectral norm of A is attained inside the
orthant if it has a positive singular vector, and is a bound only if not. So the supremum is the largest lambda_max(G)
with a positive eigenvector over the 3^d choices of (s, S). If that eigenvalue is multiple, some face of the orthant
has it too, so that simple ones are enough.

Over the box: ||A z|| is convex, so x is one of the 3^d points with x_j in {-1, 0, 1}.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...errors import InputError
from ..pairs import Pair
from .attack import Domain, attack, inside_ball, starting_points
from .enclosures import difference_down
from .norms import UNIT, Floats, exponent_of, scaled_up, sum_up, up

MOST_INPUTS = 12
"""3^12 = 531 441 faces."""
SLACK = 1e-9
"""Relative distance of the bounds from each other, of which rounding takes some 1e-13."""
_AT_ONCE = 4096
_MARGIN = 2.0**-44
"""How far from 0 a computed quantity of size 1 must be to have its sign."""

Integers = NDArray[np.int64]


class Enclosure(NamedTuple):
    """lower <= sup <= upper, and an x of the domain where the difference is at least `lower`."""

    lower: float
    upper: float
    x: Floats


class _Faces(NamedTuple):
    """Supports with signs, all of one size k: columns (many, k), j for x_j > 0 and d + j for x_j < 0."""

    columns: Integers
    cone: Floats
    """Upper bound of z^T G z over z >= 0 of norm 1."""
    candidates: Floats
    """(many, k): the larger of the top eigenvector's two parts of one sign, normalised; feasible z."""
    excess: Floats
    """Upper bound of what the face's inside can have beyond its boundary: 0 where no maximiser is inside."""
    inside: Floats
    """Upper bound of the value at a maximiser inside; -inf where there is none or `excess` covers it."""


def enclose(pair: Pair, domain: Domain = "ball") -> Enclosure:
    """The supremum over ||x||_2 <= 1 or |x_j| <= 1 for up to 12 inputs: upper <= (1 + 1e-9) lower.

    The two can be further apart only where an eigenvalue is double to 1e-10 and its vector positive to 1e-5 at once;
    both are proven in any case. Entries must be finite, between 2^-500 and 2^500 in size or 0.
    """
    d = pair.weights.shape[1]
    if d > MOST_INPUTS:
        raise InputError(f"an exact supremum needs at most {MOST_INPUTS} inputs, got {d}; use the bounds of `bounds`")
    columns = np.hstack([pair.weights - pair.positive, pair.negative - pair.weights])
    if not columns.any():
        return Enclosure(0.0, 0.0, np.eye(d)[0])
    exponent = exponent_of(columns)
    columns = np.ldexp(columns, -exponent)
    square, z = _over_ball(pair, columns) if domain == "ball" else _over_box(columns)
    upper = up(np.sqrt(square)) * (1.0 + 8.0 * UNIT)
    x = z[:d] - z[d:]
    x = inside_ball(x) if domain == "ball" else x
    return Enclosure(difference_down([pair], x), scaled_up(upper, exponent), x)


def _over_box(columns: Floats) -> tuple[float, Floats]:
    """Upper bound of the largest square over x in {-1, 0, 1}^d, and the place (z_+, z_-)."""
    twice = columns.shape[1]
    rounding = _rounding(columns) * twice  # |z|^2 <= d
    best, place = -1.0, np.zeros(twice)
    for block in _blocks(3 ** (twice // 2)):
        digits = block[:, None] // 3 ** np.arange(twice // 2) % 3
        z = np.hstack([digits == 1, digits == 2]).astype(float)
        squares = np.square(z @ columns.T).sum(axis=1)
        k = int(np.argmax(squares))
        if squares[k] > best:
            best, place = float(squares[k]), z[k]
    return sum_up(best, rounding), place


def _over_ball(pair: Pair, columns: Floats) -> tuple[float, Floats]:
    """Upper bound of the largest square over the ball, and the best place found (z_+, z_-).

    Faces from the largest to the smallest: one that cannot beat the best by more than the slack is dropped with all
    its faces; of the others the inside is judged by its top eigenvector and all faces are looked at next.
    """
    twice = columns.shape[1]
    d = twice // 2
    gram = columns.T @ columns
    rounding = _rounding(columns)
    _, x = attack([pair], starting_points([pair], np.random.default_rng(0), 64))
    place = np.concatenate([np.maximum(x, 0.0), np.maximum(-x, 0.0)])
    best = float(place @ gram @ place)
    inside, excess = 0.0, 0.0
    codes = np.arange(2**d)[:, None] // 2 ** np.arange(d) % 2 * d + np.arange(d)
    for _ in range(d):
        left, worst = [], 0.0
        for block in _blocks(len(codes)):
            faces = _judge(gram, codes[block], best, rounding)
            values, k = _best_candidate(gram, faces)
            if values > best:
                best, place = values, np.zeros(twice)
                place[faces.columns[k]] = faces.candidates[k]
            kept = faces.cone > best * (1.0 + SLACK)
            inside = max(inside, faces.inside[kept].max(initial=0.0))
            worst = max(worst, faces.excess[kept].max(initial=0.0))
            left.append(faces.columns[kept])
        excess += worst
        codes = _facets(np.concatenate(left), twice)
        if len(codes) == 0:
            break
    return sum_up(max(best * (1.0 + SLACK), inside) * (1.0 + 4.0 * UNIT), excess), place


def _judge(gram: Floats, columns: Integers, best: float, rounding: float) -> _Faces:
    """The bounds of `_Faces` for every face, by its eigenvectors and how far they are from being eigenvectors.

    With G = V L V^T + D, every unit z >= 0 has z^T G z <= l_2 + (l_1 - l_2) (v_1 . z)^2 + |D|, and v_1 . z is at most
    the norm of v_1's larger part of one sign: a bound for the whole cone. The true top eigenvector is within
    2 |D| / (l_1 - l_2 - |D|) of v_1 (Davis and Kahan): v_1 mixed by more than that means no maximiser inside. If
    l_1 - l_2 is tiny, a maximiser inside can be turned to the boundary along v_2, at a loss of l_1 - l_2 at most.
    """
    k = columns.shape[1]
    g = gram[columns[:, :, None], columns[:, None, :]]
    values, vectors = np.linalg.eigh(g)
    off = np.linalg.norm(g - (vectors * values[:, None, :]) @ vectors.transpose(0, 2, 1), axis=(1, 2))
    skew = np.linalg.norm(vectors.transpose(0, 2, 1) @ vectors - np.eye(k), axis=(1, 2))
    top, v = values[:, -1], vectors[:, :, -1]
    second = np.maximum(values[:, -2], 0.0) if k > 1 else np.zeros_like(top)
    error = rounding + 2.0 * off + 4.0 * (skew + 64.0 * k * k * UNIT) * np.trace(g, axis1=1, axis2=2)
    parts = np.stack([np.maximum(v, 0.0), np.maximum(-v, 0.0)])
    sizes = np.square(parts).sum(axis=2)
    larger = np.argmax(sizes, axis=0)
    share = np.minimum(sizes.max(axis=0), 1.0)
    cone = second + (top - second) * share + error
    gap = top - second
    tight = gap <= best * SLACK / (4.0 * len(gram))
    turn = 2.0 * error / np.maximum(gap - error, 1e-300) + _MARGIN
    mixed = (v.min(axis=1) < -turn) & (v.max(axis=1) > turn)
    candidates = parts[larger, np.arange(len(v))] / np.sqrt(sizes.max(axis=0))[:, None]
    if k == 1:
        return _Faces(columns, cone, candidates, np.zeros_like(top), cone)
    excess = np.where(tight & ~mixed, gap + 2.0 * error, 0.0)
    return _Faces(columns, cone, candidates, excess, np.where(tight | mixed, -np.inf, cone))


def _best_candidate(gram: Floats, faces: _Faces) -> tuple[float, int]:
    """The largest z^T G z over the candidates, and whose it is."""
    g = gram[faces.columns[:, :, None], faces.columns[:, None, :]]
    values = np.einsum("ni,nij,nj->n", faces.candidates, g, faces.candidates)
    k = int(np.argmax(values))
    return float(values[k]), k


def _facets(columns: Integers, twice: int) -> Integers:
    """All faces with one input less, each once: (many, k - 1)."""
    k = columns.shape[1]
    if k == 1 or len(columns) == 0:
        return np.empty((0, 0), int)
    smaller = np.concatenate([np.delete(columns, j, axis=1) for j in range(k)])
    _, first = np.unique((1 << smaller).sum(axis=1), return_index=True)
    return smaller[first]


def _rounding(columns: Floats) -> float:
    """Upper bound of |z^T (G - fl G) z| for unit z, the columns' own rounding included; entries are below 1."""
    return 8.0 * (sum(columns.shape) + 8) * UNIT * float(np.square(columns).sum()) + 2.0**-900


def _blocks(size: int) -> Iterator[Integers]:
    """0..size-1 in pieces."""
    return (np.arange(first, min(first + _AT_ONCE, size)) for first in range(0, size, _AT_ONCE))
