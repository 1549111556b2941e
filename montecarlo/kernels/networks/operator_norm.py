"""The operator norm of small matrices, and packings in it: is a pair 2 epsilon apart, does a matrix fit, which do.

||A|| > c iff c^2 I - A^T A has a Cholesky pivot that is not positive, or a negative eigenvalue in exact arithmetic. In
floating point a pivot that is not positive means an eigenvalue below d^2 2^-50 c^2 (all entries of the factor are at
most c), so that tests against c^2 (1 + 1e-12) are certain. Matrices are rows of d^2 numbers, row by row.
"""

import math

import numpy as np

from .._jit import assign, kernel

_MOST_SWEEPS = 40


@kernel
def difference_exceeds(one, other, d, limit, work):
    """Whether ||one - other|| > sqrt(limit): never a false yes if limit has a margin; work: (2, d, d).

    An entry that is larger alone says yes at once; a Frobenius norm within the limit says no.
    """
    total = 0.0
    for k in range(d * d):
        gap = one[k] - other[k]
        if gap * gap > limit:
            return True
        work[0, k // d, k % d] = gap
        total += gap * gap
    return total > limit and exceeds(work[0], limit, work[1])


@kernel
def exceeds(matrix, limit, factor):
    """Whether limit I - A^T A has a Cholesky pivot that is not positive, A the matrix; factor: (d, d), scratch."""
    d = matrix.shape[0]
    for j in range(d):
        for k in range(j + 1):
            dot = limit if j == k else 0.0
            for i in range(d):
                dot -= matrix[i, j] * matrix[i, k]
            for i in range(k):
                dot -= factor[j, i] * factor[k, i]
            if k < j:
                factor[j, k] = dot / factor[k, k]
            elif dot <= 0.0:
                return True
            else:
                factor[j, j] = math.sqrt(dot)
    return False


@kernel
def operator_norm(matrix, columns):
    """||matrix||, the largest singular value, by rotating columns until they are orthogonal (Jacobi); columns: (d, d).

    Relative error some d 2^-50. matrix: (d * d,). For d = 2, with z = (a + d, b - c) and y = (a - d, b + c), it is
    (|z| + |y|) / 2.
    """
    d = columns.shape[0]
    if d == 1:
        return abs(matrix[0])
    if d == 2:
        a, b, c, e = matrix
        return 0.5 * (math.hypot(a + e, b - c) + math.hypot(a - e, b + c))
    assign(columns.reshape(d * d), matrix)
    for _ in range(_MOST_SWEEPS):
        turned = False
        for p in range(d - 1):
            for q in range(p + 1, d):
                turned |= orthogonalise(columns, p, q)
        if not turned:
            break
    largest = 0.0
    for j in range(d):
        largest = max(largest, dot_of_columns(columns, j, j))
    return math.sqrt(largest)


@kernel
def dot_of_columns(columns, p, q):
    """The scalar product of two columns."""
    total = 0.0
    for i in range(columns.shape[0]):
        total += columns[i, p] * columns[i, q]
    return total


@kernel
def orthogonalise(columns, p, q):
    """Rotate columns p and q in their plane until they are orthogonal; whether they were not."""
    alpha, beta = dot_of_columns(columns, p, p), dot_of_columns(columns, q, q)
    gamma = dot_of_columns(columns, p, q)
    if gamma == 0.0 or abs(gamma) <= 1e-15 * math.sqrt(alpha * beta):
        return False
    zeta = (beta - alpha) / (2.0 * gamma)
    tangent = math.copysign(1.0, zeta) / (abs(zeta) + math.hypot(1.0, zeta))
    cosine = 1.0 / math.hypot(1.0, tangent)
    for i in range(columns.shape[0]):
        first, second = columns[i, p], columns[i, q]
        columns[i, p] = cosine * (first - tangent * second)
        columns[i, q] = cosine * (tangent * first + second)
    return True


@kernel
def operator_norms(matrices, d, out):
    """out[i] = ||matrices[i]||; matrices: (count, d * d)."""
    columns = np.empty((d, d))
    for i in range(matrices.shape[0]):
        out[i] = operator_norm(matrices[i], columns)


@kernel
def first_close_pair(points, d, limit):
    """The first i, j with points[i], points[j] not surely farther apart than sqrt(limit); (-1, -1) if there are none.

    points: (count, d * d), rising in their first entry, so that few pairs need a look.
    """
    work = np.empty((2, d, d))
    for i in range(points.shape[0]):
        for j in range(i + 1, points.shape[0]):
            gap = points[j, 0] - points[i, 0]
            if gap * gap > limit:
                break
            if not difference_exceeds(points[i], points[j], d, limit, work):
                return i, j
    return -1, -1


@kernel
def least_distance(points, d):
    """min over pairs of ||points[i] - points[j]||; inf for fewer than two. points as in `first_close_pair`."""
    columns, difference, least = np.empty((d, d)), np.empty(d * d), np.inf
    work = np.empty((2, d, d))
    for i in range(points.shape[0]):
        for j in range(i + 1, points.shape[0]):
            if points[j, 0] - points[i, 0] >= least:
                break
            if not difference_exceeds(points[i], points[j], d, least * least, work):
                assign(difference, points[i] - points[j])
                least = min(least, operator_norm(difference, columns))
    return least


@kernel
def count_fitting(points, samples, d, limit):
    """How many samples are farther than sqrt(limit) from all points; points as in `first_close_pair`.

    The points nearest in their first entry are tried first: a sample that does not fit is mostly close to one of them.
    """
    work, fitting, reach, last = np.empty((2, d, d)), 0, math.sqrt(limit), points.shape[0]
    for sample in samples:
        right = np.searchsorted(points[:, 0], sample[0])
        left, fits = right - 1, True
        while fits:
            below = sample[0] - points[left, 0] if left >= 0 else np.inf
            above = points[right, 0] - sample[0] if right < last else np.inf
            if min(below, above) > reach:
                break
            nearest = left if below <= above else right
            left, right = (left - 1, right) if below <= above else (left, right + 1)
            fits = difference_exceeds(points[nearest], sample, d, limit, work)
        fitting += fits
    return fitting


@kernel
def take_in(points, count, candidates, d, limit):
    """Candidates that conflict with no point join; one that conflicts with a single point takes its place.

    points: (room, d * d), the first `count` in use. Exchanges never cost a point and move the others' holes until a
    candidate fits. Returns the new count; stops when there is no room.
    """
    work = np.empty((2, d, d))
    for candidate in candidates:
        conflicts, rival = 0, -1
        for i in range(count):
            if not difference_exceeds(points[i], candidate, d, limit, work):
                conflicts, rival = conflicts + 1, i
                if conflicts == 2:
                    break
        if conflicts == 0:
            if count == points.shape[0]:
                return count
            rival, count = count, count + 1
        if conflicts < 2:
            assign(points[rival], candidate)
    return count
