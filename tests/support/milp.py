"""sup over |x|_inf <= 1 of ||f(x) - g(x)||_inf of a tiny deep network, by mixed-integer programming (HiGHS).

Every relu(y), l <= y <= h, is z >= 0, z >= y, z <= h b, z <= y - l (1 - b), b in {0, 1}; the first pair's x is split
into relu(x) and relu(x) - x. One problem for every output and sign. l and h are interval bounds.

The upper bound is the solver's, plus `allowance`, not a proof: HiGHS lets rows be violated by 1e-6 and binaries be 1e-6
off, which moves a neuron by up to 1e-6 (1 + h - l); the allowance carries that through the layers. The lower bound is a
proof: the x found, evaluated. As the unit ball lies in the box, sup over the ball of ||f - g||_2 is at most sqrt(d_l)
times the upper bound, and at least 1/sqrt(d_0) times the lower one, f - g being homogeneous.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, cast

import numpy as np

from montecarlo.errors import InputError
from montecarlo.networks.bounds.norms import Floats
from montecarlo.networks.pairs import Pair, pruned_outputs, target_outputs

MOST_NEURONS = 60
TOLERANCE = 1e-6
"""HiGHS's feasibility and integrality tolerance, which scipy does not let one change."""


class BoxSupremum(NamedTuple):
    """lower <= sup <= upper, the latter as far as the solver is right within its tolerances; `upper` counts them in."""

    lower: float
    upper: float
    allowance: float
    x: Floats


class _Affine(NamedTuple):
    """Affine forms of the variables, a row each, without constants, and intervals that hold them."""

    rows: Floats
    low: Floats
    high: Floats
    moved: Floats
    """How far the solver's tolerances can move each."""


class _Program:
    """Variables in [low, high], some binary, and rows in [low, high]; grows relu by relu."""

    def __init__(self, size: int) -> None:
        self.size, self.used = size, 0
        self.low, self.high, self.binary = np.zeros(size), np.zeros(size), np.zeros(size)
        self.rows: list[Floats] = []
        self.most: list[float] = []

    def variable(self, low: float, high: float, binary: bool = False) -> Floats:
        """A new variable, as a row."""
        row = np.zeros(self.size)
        row[self.used] = 1.0
        self.low[self.used], self.high[self.used], self.binary[self.used] = low, high, binary
        self.used += 1
        return row

    def relu(self, y: _Affine) -> _Affine:
        """relu of every form: a new variable and a binary each, unless the sign is known."""
        rows = []
        for row, low, high in zip(y.rows, y.low, y.high, strict=True):
            if low >= 0.0 or high <= 0.0:
                rows.append(row * (low >= 0.0))
                continue
            z, b = self.variable(0.0, high), self.variable(0.0, 1.0, binary=True)
            self.rows += [row - z, z - high * b, z - row - low * b]
            self.most += [0.0, 0.0, -low]
            rows.append(z)
        moved = np.where(y.high > 0.0, y.moved + TOLERANCE * (1.0 + y.high - y.low), 0.0)
        return _Affine(np.array(rows), np.maximum(y.low, 0.0), np.maximum(y.high, 0.0), moved)

    def maximum(self, row: Floats) -> tuple[float, Floats]:
        """The solver's upper bound of the largest value, and its variables there."""
        from scipy.optimize import Bounds, LinearConstraint, milp

        limits = LinearConstraint(np.array(self.rows), -np.inf, cast("Any", np.array(self.most))) if self.rows else ()
        bounds = Bounds(cast("Any", self.low), cast("Any", self.high))
        found = milp(-row, constraints=limits, integrality=self.binary, bounds=bounds)
        if found.x is None:
            raise InputError(f"HiGHS found no solution: {found.message}; try a smaller network")
        bound = found.mip_dual_bound if found.mip_dual_bound is not None else found.fun
        return -min(float(bound), float(found.fun)), found.x


def box_supremum(pairs: Sequence[Pair]) -> BoxSupremum:
    """max over |x_j| <= 1 and outputs i of |f_i(x) - g_i(x)|; at most 60 neurons and inputs.

    Weights should be of size about 1, as the solver's tolerances are absolute.
    """
    d = pairs[0].weights.shape[1]
    size = d + sum(2 * len(pair.weights) for pair in pairs[:-1])
    if size > MOST_NEURONS:
        raise InputError(f"the exact supremum of a deep network needs at most {MOST_NEURONS} neurons, got {size}")
    program = _Program(3 * d + 2 * size)
    ends = np.ones(d)
    x = _Affine(np.array([program.variable(-1.0, 1.0) for _ in range(d)]), -ends, ends, 0.0 * ends)
    plus = program.relu(x)
    minus = _Affine(x.rows - plus.rows, -ends, 0.0 * ends, plus.moved)
    f, g = _image(pairs[0].weights, x), _image(np.hstack([pairs[0].positive, pairs[0].negative]), _stack(plus, minus))
    for pair in pairs[1:]:
        f, g = _image(pair.weights, program.relu(f)), _image(pair.positive, program.relu(g))
    allowance = float((f.moved + g.moved).max()) + TOLERANCE
    best, upper, place = -1.0, 0.0, np.zeros(d)
    for row in f.rows - g.rows:
        for sign in (1.0, -1.0):
            bound, solution = program.maximum(sign * row)
            point = np.clip(solution[:d], -1.0, 1.0)
            value = float(np.abs(target_outputs(pairs, point) - pruned_outputs(pairs, point)).max())
            upper = max(upper, bound)
            if value > best:
                best, place = value, point
    return BoxSupremum(best, upper + allowance, allowance, place)


def _image(matrix: Floats, forms: _Affine) -> _Affine:
    """matrix @ forms, by interval arithmetic widened by 1e-12 for its rounding."""
    up, down = np.maximum(matrix, 0.0), np.minimum(matrix, 0.0)
    sizes = np.abs(matrix) @ np.maximum(np.abs(forms.low), np.abs(forms.high)) * 1e-12
    low, high = up @ forms.low + down @ forms.high - sizes, up @ forms.high + down @ forms.low + sizes
    return _Affine(matrix @ forms.rows, low, high, np.abs(matrix) @ forms.moved)


def _stack(one: _Affine, other: _Affine) -> _Affine:
    return _Affine(*(np.concatenate(parts) for parts in zip(one, other, strict=True)))
