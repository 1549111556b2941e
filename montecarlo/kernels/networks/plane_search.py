"""Whether a two-layer ReLU network of the plane can be pruned to within epsilon of a linear map, output by output.

g(x) = sum_i n_i relu(m_i . x), x in R^2. An output g_j is a sum over neurons of one of four things: nothing, or n_ij
relu(m . x) with m what is left of m_i, its first entry, its second, or both. So an output has 4^s forms, and the two
have to keep the same of every row that both use: 10^s pairs of them. ||g(v) - W v|| <= epsilon at unit vectors v bounds
each output; a branch is left when what the remaining neurons can add does not lead back. Pairs that pass at all v are
then tested on the whole ball, so that what is found is exact. No branch that holds an answer is left: 1e-9 of slack.
"""

import math

import numpy as np

from .._jit import assign, kernel
from .reached import plane_error

_LINES = 8
_ANGLES = np.pi * np.arange(2 * _LINES) / _LINES
_COSINES, _SINES = np.cos(_ANGLES), np.sin(_ANGLES)
_SLACK = 1e-9
_SHARES = (0.4, 0.7, 1.0)
"""Small errors of the first output leave the other one more room: they are looked for first, all in the end."""
_COUNTED = 20_000
"""Answers are counted up to this: an output with so many is seldom in the way."""


@kernel
def responses(inner, outer, values):
    """values[j, i, t, k] = n_ij relu(m . v_k), m the entries of m_i in the bit set t; (2, s, 4, 16)."""
    for i in range(inner.shape[0]):
        for t in range(4):
            a = inner[i, 0] if t & 1 else 0.0
            b = inner[i, 1] if t & 2 else 0.0
            for k in range(_ANGLES.size):
                fires = max(a * _COSINES[k] + b * _SINES[k], 0.0)
                values[0, i, t, k], values[1, i, t, k] = outer[i, 0] * fires, outer[i, 1] * fires


@kernel
def set_limits(values, allowed, wanted, tolerance, limits):
    """limits[:, i, k]: least and most that the neurons before i may add up to at v_k; (2, s + 1, 16).

    The neurons from i on add what lies between the sums of their least and of their most forms. allowed[i]: bit set.
    """
    s = values.shape[0]
    for k in range(wanted.size):
        low, high = wanted[k] - tolerance[k], wanted[k] + tolerance[k]
        limits[0, s, k], limits[1, s, k] = low, high
        for i in range(s - 1, -1, -1):
            least, most = 0.0, 0.0
            for t in range(1, 4):
                if (allowed[i] >> t) & 1:
                    least, most = min(least, values[i, t, k]), max(most, values[i, t, k])
            low, high = low - most, high - least
            limits[0, i, k], limits[1, i, k] = low, high


@kernel
def step(value, limits, sums, level):
    """sums[level + 1] = sums[level] + value, as far as it is within its limits; whether it is at all v_k."""
    for k in range(value.size):
        total = sums[level, k] + value[k]
        if total < limits[0, level + 1, k] or total > limits[1, level + 1, k]:
            return False
        sums[level + 1, k] = total
    return True


@kernel
def next_forms(values, allowed, limits, path, sums):
    """Move `path` to the next forms of all neurons that are within the limits; False if there are none left.

    path: (s + 1,), a form a neuron; path[s] is s at an answer, else 0, for a start.
    """
    s = values.shape[0]
    level = s - 1
    if path[s] == 0:
        level, path[0] = 0, -1
    while level >= 0:
        path[level] += 1
        if path[level] > 3:
            level -= 1
        elif (allowed[level] >> path[level]) & 1 and step(values[level, path[level]], limits, sums, level):
            level += 1
            if level == s:
                path[s] = s
                return True
            path[level] = -1
    return False


@kernel
def answers(values, wanted, epsilon, most):
    """How many forms of one output come within epsilon of `wanted` at all v_k, counted up to `most`."""
    s = values.shape[0]
    allowed, tolerance = np.full(s, 15), np.full(wanted.size, epsilon)
    limits, sums, path = np.empty((2, s + 1, wanted.size)), np.zeros((s + 1, wanted.size)), np.zeros(s + 1, np.int64)
    set_limits(values, allowed, wanted, tolerance, limits)
    found = 0
    while found < most and next_forms(values, allowed, limits, path, sums):
        found += 1
    return found


@kernel
def compatible(path, left, wanted, sums, epsilon):
    """What the other output may keep, `left[0]`, and its tolerance at every v_k, `left[1]`, given the forms of one."""
    allowed, tolerance = left
    for i in range(allowed.size):
        allowed[i] = 15 if path[i] == 0 else 1 | (1 << path[i])
    for k in range(wanted.size):
        error = sums[allowed.size, k] - wanted[k]
        tolerance[k] = math.sqrt(max(epsilon * epsilon - error * error, 0.0)) + _SLACK


@kernel
def within(inner, outer, target, paths, pruned):
    """sup ||g(x) - W x|| for the forms of both outputs."""
    for i in range(inner.shape[0]):
        kept = paths[0][i] | paths[1][i]
        for j in range(2):
            pruned[0][i, j] = inner[i, j] if (kept >> j) & 1 else 0.0
            pruned[1][i, j] = outer[i, j] if paths[j][i] > 0 else 0.0
    return plane_error(pruned[0], pruned[1], target, pruned[2])


@kernel
def reaches(inner, outer, values, target, epsilon):
    """Whether some pruned g has ||g(x) - W x|| <= epsilon ||x|| for all x; values: of `responses`.

    The output with fewer answers comes first, and for each of them the other one is searched.
    """
    s, k = inner.shape[0], _ANGLES.size
    wanted = np.empty((2, k))
    for j in range(2):
        assign(wanted[j], target[2 * j] * _COSINES + target[2 * j + 1] * _SINES)
    reach = epsilon * (1.0 + _SLACK) + _SLACK
    counts = answers(values[0], wanted[0], reach, _COUNTED), answers(values[1], wanted[1], reach, _COUNTED)
    if min(counts) == 0:
        return False
    one, other = (0, 1) if counts[0] <= counts[1] else (1, 0)
    limits, sums, paths = np.empty((2, 2, s + 1, k)), np.zeros((2, s + 1, k)), np.zeros((2, s + 1), np.int64)
    left, pruned = (np.empty(s, np.int64), np.empty(k)), (np.empty((s, 2)), np.empty((s, 2)), np.empty(2 * s + 1))
    everything = np.full(s, 15)
    for share in _SHARES:
        set_limits(values[one], everything, wanted[one], np.full(k, share * reach), limits[one])
        paths[one, s] = 0
        while next_forms(values[one], everything, limits[one], paths[one], sums[one]):
            compatible(paths[one], left, wanted[one], sums[one], reach)
            set_limits(values[other], left[0], wanted[other], left[1], limits[other])
            paths[other, s] = 0
            while next_forms(values[other], left[0], limits[other], paths[other], sums[other]):
                if within(inner, outer, target, paths, pruned) <= epsilon:
                    return True
    return False


@kernel
def first_widths(inner, outer, points, epsilon, first):
    """first[p] = least s such that the first s neurons can be pruned to within epsilon of points[p]; else as it was.

    inner, outer: (s, 2), rows m_i and n_i; points: (count, 4). Large neurons are searched first, as they leave less.
    """
    for s in range(1, inner.shape[0] + 1):
        sizes = np.empty(s)
        for i in range(s):
            sizes[i] = -math.hypot(inner[i, 0], inner[i, 1]) * math.hypot(outer[i, 0], outer[i, 1])
        order = np.argsort(sizes)
        rows, columns, values = inner[order], outer[order], np.empty((2, s, 4, _ANGLES.size))
        responses(rows, columns, values)
        for p in range(points.shape[0]):
            if first[p] > s and reaches(rows, columns, values, points[p], epsilon):
                first[p] = s
