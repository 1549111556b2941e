"""2 epsilon-packings of {W in R^{d x d}: ||W|| <= 1}: the largest one for d = 1, constructed ones for d = 2, 3, 4.

Points W, W' of a packing have ||W - W'|| > 2 epsilon (Theorem 2, Section 4). A `Packing` verifies this of every pair
when it is made, so that there are no others.
"""

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..checks import has_masked, instance, number, reals, seed_number, whole
from ..errors import InputError
from ..sampling.streams import generator
from ..system import memory_limit, size_text
from .bounds import accuracy, dimension, packing_bounds
from .matrices import Floats, ball_volume, operator_norms, uniform_matrices

MARGIN = 1e-12
"""Relative margin of floating-point distances: their rounding errors are below 1e-14."""
_MOST_POINTS = 40_000
"""Every pair is looked at: these take about a minute."""
_BATCH = 4096
_SAMPLES_AT_ONCE = 20_000
_SHIFTS = 8


@dataclass(frozen=True, eq=False)
class Packing:
    """Matrices of norm at most 1, more than 2 epsilon apart: verified, exactly for d = 1, else with a margin.

    points: (count, d, d), stored rising in their first entry; for d = 1 as Fractions. epsilon: a Fraction.
    """

    epsilon: Fraction
    points: NDArray[Any]

    def __post_init__(self) -> None:
        epsilon, points = accuracy(self.epsilon), _numbers(self.points)
        if points.ndim != 3 or points.shape[0] == 0 or points.shape[1] != points.shape[2]:
            raise InputError(f"points of a packing must have shape (count, d, d), got {points.shape}")
        d = dimension(points.shape[1])
        points = _fractions(points) if d == 1 else np.array(reals("points of a packing", points))
        points = points[np.argsort(points[:, 0, 0], kind="stable")]
        points.flags.writeable = False
        object.__setattr__(self, "epsilon", epsilon)
        object.__setattr__(self, "points", points)
        _verify_numbers(points[:, 0, 0], epsilon) if d == 1 else _verify_matrices(points, epsilon)

    @property
    def d(self) -> int:
        """The dimension."""
        return self.points.shape[1]

    @property
    def size(self) -> int:
        """|P|, the number of points."""
        return self.points.shape[0]

    @property
    def rows(self) -> Floats:
        """The points as floats, (count, d * d), rising in their first entry."""
        return np.ascontiguousarray(self.points, dtype=float).reshape(self.size, -1)

    @property
    def least_distance(self) -> float:
        """min over pairs of ||W - W'||; inf for one point."""
        from ..kernels.networks.operator_norm import least_distance

        return float(least_distance(self.rows, self.d))


def squared_limit(epsilon: Fraction) -> float:
    """(2 epsilon)^2 with the margin: what is farther than its root in floating point is farther than 2 epsilon."""
    return float(4 * epsilon**2) * (1.0 + MARGIN)


def interval_packing(epsilon: object) -> Packing:
    """A largest packing of [-1, 1]: ceil(1 / epsilon) equidistant numbers, both ends among them.

    k numbers more than 2 epsilon apart need 2 (k - 1) epsilon < 2. Exact: Fractions, also where 1 / epsilon is whole.

    >>> from montecarlo.packing import interval_packing
    >>> [str(point) for point in interval_packing("1/3").points.ravel()]
    ['-1', '0', '1']
    """
    exact = accuracy(epsilon)
    size = -(-exact.denominator // exact.numerator)
    refuse_large(1, exact, float(size))
    places = [-1 + Fraction(2 * k, size - 1) for k in range(size)]  # epsilon < 1, so there are two or more
    return Packing(exact, np.array(places, dtype=object).reshape(size, 1, 1))


def expected_size(d: int, epsilon: Fraction) -> float:
    """About how many points `construct_packing` finds: those of a cubic lattice, at least the volume bound."""
    return (1.0 if d == 1 else ball_volume(d)) * packing_bounds(d, epsilon)[0] * (2.0 if d == 1 else 1.0)


def construct_packing(
    d: int,
    epsilon: object,
    *,
    candidates: int = 100_000,
    seed: int = 0,
    progress: Callable[[int, int], object] | None = None,
) -> Packing:
    """A packing of the unit ball in R^{d x d}: the largest for d = 1; else a lattice, filled up and improved at random.

    The lattice is 2 epsilon Z^(d x d), whose points are 2 epsilon apart as a norm is no smaller than any entry; the
    best of some shifts. Then `candidates` random matrices are offered: those that fit join, those that conflict with a
    single point take its place. Half of them are uniform in the ball, a quarter on its boundary, a quarter at just over
    2 epsilon from a point. progress: called with (candidates offered, candidates in all).
    """
    d, exact = dimension(d), accuracy(epsilon)
    candidates, seed = whole("candidates", candidates, 0, 10**8), seed_number(seed)
    if d == 1:
        return interval_packing(exact)
    refuse_large(d, exact, expected_size(d, exact))
    from ..kernels.networks.operator_norm import take_in

    random = generator(seed, {"packing": d, "epsilon": str(exact)})
    start = _best_lattice(d, exact, random)
    points = np.empty((4 * _MOST_POINTS, d * d))
    count = len(start)
    points[:count] = start.reshape(count, -1)
    for done in range(0, candidates, _BATCH):
        offered = _offers(random, points[:count].reshape(count, d, d), exact, min(_BATCH, candidates - done))
        count = take_in(points, count, offered, d, squared_limit(exact))
        if progress:
            progress(min(done + _BATCH, candidates), candidates)
    return Packing(exact, points[:count].reshape(count, d, d))


def count_fitting(packing: Packing, samples: int, *, seed: int = 0) -> int:
    """How many of `samples` uniform matrices could join the packing: 0 of any number if it is saturated.

    A matrix too close to the limit to tell counts as one that does not fit.
    """
    from ..kernels.networks.operator_norm import count_fitting as fitting

    packing = instance("packing", packing, Packing, "give what `construct_packing` returns")
    samples, seed = whole("samples", samples, 1, 10**9), seed_number(seed)
    limit, rows = squared_limit(packing.epsilon), packing.rows
    address = {"saturation": packing.d, "epsilon": str(packing.epsilon)}

    def batch(first: int) -> int:
        random = generator(seed, {**address, "batch": first // _SAMPLES_AT_ONCE})
        drawn = uniform_matrices(random, min(_SAMPLES_AT_ONCE, samples - first), packing.d)
        return fitting(rows, np.ascontiguousarray(drawn).reshape(len(drawn), -1), packing.d, limit)

    with ThreadPoolExecutor() as pool:  # the kernel holds no lock
        return int(sum(pool.map(batch, range(0, samples, _SAMPLES_AT_ONCE))))


def _fractions(points: NDArray[Any]) -> NDArray[Any]:
    exact = np.empty(points.shape, dtype=object)
    exact[:, 0, 0] = [_fraction(value) for value in points[:, 0, 0]]
    return exact


def _fraction(value: Any) -> Fraction:
    rule = "points of a packing must be finite real numbers"
    return value if isinstance(value, Fraction) else Fraction(number(rule, value, math.isfinite, "give Fractions"))


def _numbers(points: Any) -> NDArray[Any]:
    """Fractions as they are, all else as floats."""
    with suppress(Exception):  # what NumPy cannot take, `reals` refuses
        held = points if isinstance(points, np.ndarray) else np.array(points, dtype=object)
        if held.dtype == object and not has_masked(points):
            return held
    return reals("points of a packing", points)


def _verify_numbers(numbers: NDArray[Any], epsilon: Fraction) -> None:
    for value in (numbers[0], numbers[-1]):
        if abs(value) > 1:
            raise InputError(f"points of a packing must have norm at most 1, got {value}; scale it down")
    for k in range(1, len(numbers)):
        if numbers[k] - numbers[k - 1] <= 2 * epsilon:
            raise _too_close(epsilon, (k - 1, k), float(numbers[k] - numbers[k - 1]))


def _verify_matrices(points: Floats, epsilon: Fraction) -> None:
    from ..kernels.networks.operator_norm import first_close_pair

    norms = operator_norms(points)
    if not (norms <= 1.0 - MARGIN).all():
        raise InputError(f"points of a packing must have norm at most 1 - {MARGIN:g}, got {norms.max()}; scale it down")
    i, j = first_close_pair(points.reshape(len(points), -1), points.shape[1], squared_limit(epsilon))
    if i >= 0:
        raise _too_close(epsilon, (i, j), float(operator_norms(points[j : j + 1] - points[i : i + 1])[0]))


def _too_close(epsilon: Fraction, pair: tuple[int, int], distance: float) -> InputError:
    return InputError(
        f"points of a packing must be more than 2 epsilon = {float(2 * epsilon):g} apart, got {distance:g} between "
        f"points {pair[0]} and {pair[1]}; leave one out"
    )


def refuse_large(d: int, epsilon: Fraction, size: float) -> None:
    """Refuse a packing whose points, of this number, are too many to verify or to hold."""
    need = size * (d * d * 8.0 if d > 1 else 400.0)
    if size > _MOST_POINTS or need > memory_limit():
        raise InputError(
            f"a packing must have at most {_MOST_POINTS} points, as every pair is verified; d = {d} and epsilon = "
            f"{float(epsilon):g} make about {size:.3g} ({size_text(need)}); raise epsilon"
        )


def _best_lattice(d: int, epsilon: Fraction, random: np.random.Generator) -> Floats:
    """The points of 2 epsilon Z^(d x d), shifted, in the unit ball: the most of no shift, halves, and random ones."""
    shifts = [np.zeros((d, d)), np.full((d, d), 0.5), *random.random((_SHIFTS, d, d))]
    step = float(2 * epsilon) * (1.0 + 2.0 * MARGIN)
    found = [_lattice(step, shift, 1.0 - 2.0 * MARGIN) for shift in shifts]
    return max(found, key=len)


def _lattice(step: float, shift: Floats, radius: float) -> Floats:
    """Matrices step (Z^(d x d) + shift) of norm at most `radius`, row by row: part of a matrix has no larger norm."""
    d = len(shift)
    reach = int(radius / step) + 1
    steps = np.arange(-reach, reach + 1)
    rows = np.stack(np.meshgrid(*[steps] * d, indexing="ij"), axis=-1).reshape(-1, d)
    found = np.zeros((1, 0, d))
    for k in range(d):
        row = step * (rows + shift[k])
        row = row[(row**2).sum(axis=-1) <= radius**2]
        pieces = [np.concatenate([np.repeat(part[None], len(row), 0), row[:, None]], axis=1) for part in found]
        found = np.concatenate(
            [piece[_norms_of_parts(piece) <= radius] for piece in pieces] or [np.zeros((0, k + 1, d))]
        )
    return found


def _norms_of_parts(parts: Floats) -> Floats:
    """Operator norms of the first rows of matrices, (count, rows, d): the others are 0."""
    count, rows, d = parts.shape
    return operator_norms(np.concatenate([parts, np.zeros((count, d - rows, d))], axis=1))


def _offers(random: np.random.Generator, points: Floats, epsilon: Fraction, count: int) -> Floats:
    """Candidates, (count, d * d), all of norm at most 1 - MARGIN, mixed."""
    d = points.shape[1]
    uniform = uniform_matrices(random, count, d)
    norms = operator_norms(uniform)[:, None, None]
    boundary = uniform / norms
    direction = uniform_matrices(random, count, d)
    direction /= operator_norms(direction)[:, None, None]
    near = points[random.integers(len(points), size=count)] + float(2 * epsilon) * (1.0 + 1e-9) * direction
    kind = random.integers(4, size=count)[:, None, None]
    mixed = np.where(kind < 2, uniform, np.where(kind == 2, boundary * (1.0 - 1e-9), near))
    inside = operator_norms(mixed) <= 1.0 - MARGIN
    return np.ascontiguousarray(np.where(inside[:, None, None], mixed, uniform * (1.0 - 1e-9)).reshape(count, -1))
