"""The peers: other ways to the same numbers, each as good as it gets without our ideas, on one core.

The benchmarks compare their answers with ours before any time is believed.
"""

import itertools
import math
from functools import cache
from importlib.util import find_spec

import numpy as np

from montecarlo.kernels.covering.coverage import gap_radius, merged_radii
from montecarlo.timings import doubled_sums, half_widest_gap, merging


def radius_by_windows(x, low, high, *, windows=512, margin=0.01):
    """The same for n = 30, where 2^n sums are too many: all sums in one window after another, from two sorted halves.

    Looks `margin` beyond the interval for the neighbours of its ends.
    """
    left, right = np.sort(doubled_sums(x[::2])), np.sort(doubled_sums(x[1::2]))
    widest, ends, before = 0.0, [np.inf, np.inf], np.empty(0)
    for start, stop in itertools.pairwise(np.linspace(low - margin, high + margin, windows + 1)):
        first = np.searchsorted(right, start - left)
        counts = np.searchsorted(right, stop - left) - first
        partners = np.arange(counts.sum()) + np.repeat(first - np.cumsum(counts) + counts, counts)
        inside = np.repeat(left, counts) + right[partners]
        inside.sort()
        widest = max(widest, half_widest_gap(np.concatenate([before, inside]), (low, high)))
        ends = [min(end, np.abs(inside - z).min(initial=np.inf)) for end, z in zip(ends, (low, high), strict=True)]
        before = inside[-1:] if inside.size else before
    return max(widest, *ends)


def prefix_radii_by_merging(x, low, high, resolution):
    """Covering radius of every prefix of x, but at least `resolution`, each by a fresh merge of all its sums."""
    return [max(merging(x[:n], (low, high)), resolution) for n in range(1, x.size + 1)]


def prefix_radii_by_growing(x, low, high, resolution):
    """The same by one merge that grows with n and, like ours, does nothing once the resolution is reached."""
    radii = np.empty(x.size)
    merged_radii(x[:, None], low, high, resolution, radii)
    return radii


def prefix_radii_by_big_integers(x, low, high, tolerance, resolution, *, stop):
    """Certified upper bounds on the covering radius of every prefix of x, each from a fresh Python integer of bits.

    For each n the grid is refined until the bracket is within `tolerance` of its upper end, or at or below
    `resolution`. With `stop`, what one n knows is kept for the next, as our kernel does: it starts from the
    grid its predecessor ended with, and nothing is done after the first prefix that reaches the resolution.
    """
    uppers = np.full(x.size, resolution)
    coarsest = width = 2.0 ** math.floor(math.log2(tolerance * max(abs(low), abs(high), resolution)))
    for n in range(1, x.size + 1):
        entries = x[:n][x[:n] != 0.0]
        width = width if stop else coarsest
        while True:
            lower, upper = big_integer_bracket(entries, low, high, width)
            if upper <= resolution or upper - lower <= tolerance * upper:
                break
            width *= 0.5 ** (1 + math.ceil(math.log2((upper - lower) / (tolerance * upper))))
        uppers[n - 1] = max(upper, resolution)
        if stop and upper <= resolution:
            break
    return uppers


def big_integer_bracket(entries, low, high, width):
    """(lower, upper) around the covering radius of all sums of `entries` over [low, high], on a grid of `width`.

    Bit j stands for the sum width * (origin + j). Cutting off on the way what cannot come back into the interval was
    tried and is slower at these sizes: it costs three more passes an entry.
    """
    scaled = entries / width
    rounded = np.rint(scaled)
    residuals = scaled - rounded
    origin = int(np.minimum(rounded, 0.0).sum())
    error, shift = 0.5 * float(np.abs(residuals).sum()), 0.5 * float(residuals.sum())
    bits = 1
    for step in np.abs(rounded).astype(np.int64).tolist():
        bits |= bits << step
    radius = radius_of_big_integer(bits, low / width - shift - origin, high / width - shift - origin)
    return max(radius - error, 0.0) * width, (radius + error) * width


def radius_of_big_integer(bits, low, high):
    """Covering radius, in bits, of the set bits of an integer over [low, high] (floats, in bits)."""
    first, last = math.ceil(low), math.floor(high)
    below = bits & ((1 << max(first, 0)) - 1)
    left = below.bit_length() - 1.0 if below else -math.inf
    inside = bits >> first if first >= 0 else bits << -first
    above = inside >> (last - first + 1)
    right = last + float(_lowest(above)) + 1.0 if above else math.inf
    inside &= (1 << (last - first + 1)) - 1
    if not inside:
        return gap_radius(left, right, low, high)
    leftmost, rightmost = first + float(_lowest(inside)), first + inside.bit_length() - 1.0
    ends = (gap_radius(left, leftmost, low, high), gap_radius(rightmost, right, low, high))
    return max(0.5 * widest_gap(inside >> _lowest(inside)), *ends)


def _lowest(bits):
    """Index of the lowest set bit."""
    return (bits & -bits).bit_length() - 1


def widest_gap(bits):
    """Largest distance between neighbouring set bits of an odd integer; 0 if only one bit is set.

    The bits are smeared upwards until none is missing, in doubling steps, then by bisection: 2 log2(gap) passes,
    where counting in the binary digits' text would take as many bytes as there are bits.
    """
    full = (1 << bits.bit_length()) - 1
    if full == 1:
        return 0
    doubled, reach = [], 1  # `bits` smeared over `reach` places
    while bits & full != full:
        doubled.append(bits)
        bits |= bits << reach
        reach *= 2
    if not doubled:
        return 1
    bits, step = doubled.pop(), reach // 2
    reach = step
    while doubled:
        doubled.pop()
        step //= 2
        further = bits | bits << step
        if further & full != full:
            bits, reach = further, reach + step
    return reach + 1


def missing(package):
    """Why a peer cannot be asked, for the table; empty if it can."""
    if not package:
        return ""
    if find_spec(package) is None:
        return "not installed"
    if package == "gurobipy":
        import gurobipy

        try:
            gurobi_environment()
        except gurobipy.GurobiError as error:
            return f"not usable: {error}"
    return ""


@cache
def gurobi_environment():
    """A silent Gurobi with one thread."""
    import gurobipy

    return gurobipy.Env(params={"OutputFlag": 0, "Threads": 1})


def gurobi_model(x, target, *, tight):
    """min e subject to -e <= target - sum_i x_i s_i <= e, s binary: the MIP of Experiment 1, Section 5.

    By default Gurobi lets a constraint be violated by 1e-6, as much as the least error itself at n = 21. `tight` asks
    for 1e-9 and no gap, and then the answer is the least error.
    """
    import gurobipy

    model = gurobipy.Model(env=gurobi_environment())
    error = model.addVar(obj=1.0)
    chosen = model.addMVar(x.size, vtype=gurobipy.GRB.BINARY)
    model.addConstr(x @ chosen + error >= target)
    model.addConstr(x @ chosen - error <= target)
    for name in ("FeasibilityTol", "IntFeasTol") if tight else ():
        model.setParam(name, 1e-9)
    for name in ("MIPGap", "MIPGapAbs") if tight else ():
        model.setParam(name, 0.0)
    model.update()
    return model


def gurobi_mask(model):
    """Optimise a `gurobi_model`; the subset found, as booleans."""
    model.optimize()
    return np.array([variable.X > 0.5 for variable in model.getVars()[1:]])


def highs_mask(x, target):
    """The same MIP by HiGHS, through SciPy; the subset found, as booleans.

    SciPy leaves HiGHS' tolerances as they are: bounds and integrality 1e-6, and it stops at an absolute gap of 1e-6.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    n = x.size
    rows = np.array([[1.0, *x], [-1.0, *x]])
    constraint = LinearConstraint(rows, [target, -np.inf], [np.inf, target])
    found = milp(
        np.array([1.0, *np.zeros(n)]),
        integrality=np.array([0, *np.ones(n)]),
        bounds=Bounds(np.zeros(n + 1), np.array([np.inf, *np.ones(n)])),
        constraints=constraint,
        options={"mip_rel_gap": 0.0},
    )
    return found.x[1:] > 0.5


def cp_sat_model(x, target):
    """The same as a model in integers for CP-SAT, with its binaries; x and target are whole numbers."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    chosen = [model.new_bool_var(f"s{i}") for i in range(x.size)]
    error = model.new_int_var(0, int(np.abs(x).sum() + abs(target)), "e")
    total = cp_model.LinearExpr.weighted_sum(chosen, [int(value) for value in x])
    model.add(total - int(target) <= error)
    model.add(total - int(target) >= -error)
    model.minimize(error)
    return model, chosen


def cp_sat_mask(model, chosen):
    """Solve a `cp_sat_model` to its proven optimum in one thread; the subset found, as booleans."""
    from ortools.sat.python import cp_model

    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    status = solver.solve(model)
    assert status == cp_model.OPTIMAL, solver.status_name(status)
    return np.array([solver.boolean_value(variable) for variable in chosen])


def flsss_subsets(problems):
    """For every problem (x, low, high) the indices of one subset with low <= sum <= high, from FLSSS in one thread.

    x, low, high: integers of one NumPy type. None where no size has such a subset.
    """
    from flsss import gen

    return [_first_of_sizes(gen, *problem, flsss_sizes(problem[0].size)) for problem in problems]


def _first_of_sizes(gen, x, low, high, sizes):
    for size in sizes:
        found = gen(x, low, high, size, n_solutions=1, n_threads=1)
        if found:
            return found[0]
    return None


@cache
def flsss_sizes(n):
    """Sizes of subsets in the order that makes FLSSS fastest: one at a time is over twice as fast as any size (0).

    Measured at n = 21, epsilon = 0.01: size 7 takes 5.4 us, 10 takes 6.1, any size 14.9; with 7, and next to n / 3 in
    general, there nearly always is a subset.
    """
    return sorted(range(1, n + 1), key=lambda size: abs(3 * size - n))
