"""Upper bounds on norms of matrices that hold in spite of rounding: ||A|| of a map, and of one with a kink at 0.

With A scaled to entries below 1 and G = fl(A A^T), ||A||^2 <= lambda_max(G) + gamma_n ||A||_F^2, where u = 2^-53 and
gamma_n = n u / (1 - n u), whatever the order of summation (Higham, Accuracy and Stability of Numerical Algorithms,
2nd ed., 3.5). lambda_max(G) <= s + gamma_(k+1) / (1 - gamma_(k+1)) tr(s I - G) once Cholesky's method runs through on
the k x k matrix s I - G in floating point (Demmel; Rump, Verification of positive definiteness, BIT 46, 2006; Higham,
Theorem 10.3). All constants are doubled, for libraries that multiply by reciprocals. The bound exceeds ||A|| by at
most about (n + k) k u, relative: 8e-11 for 784 x 500, 9e-10 for 2000 x 2000.
"""

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

UNIT = 2.0**-53
"""Largest relative error of one operation."""
_TINY = 2.0**-900
"""More than all underflow together can do to a matrix whose largest entry is at least 1/2."""
_LEAST_SHARE = 2.0**-30
"""Least p_j: costs 5e-10 of a bound, and keeps the rounding of M, divided by sqrt(p_j), below 1e-11."""
_STEPS = 12
"""Steps towards the best p; each costs a product and an eigenvector of 500 x 500, some 40 ms."""


def up(value: float) -> float:
    """The next float above."""
    return math.nextafter(value, math.inf)


def sum_up(*terms: float) -> float:
    """At least the sum of non-negative numbers, and 0 if all are."""
    total = 0.0
    for term in terms:
        total = max(total, term) if min(total, term) == 0.0 else up(total + term)
    return total


def product_up(*factors: float) -> float:
    """At least the product of non-negative numbers, and 0 if one is."""
    if min(factors) == 0.0:
        return 0.0
    total = 1.0
    for factor in factors:
        total = factor if total == 1.0 else up(total * factor)
    return total


def scaled_up(value: float, exponent: int) -> float:
    """At least value 2^exponent, and equal where that is a normal number; inf where it overflows."""
    try:
        scaled = math.ldexp(value, exponent)
    except OverflowError:
        return math.inf
    return up(scaled) if value > 0.0 and scaled < 2.0**-1022 else scaled


def exponent_of(*matrices: Floats) -> int:
    """e with 2^(e-1) <= largest entry < 2^e; 0 if all are 0."""
    return math.frexp(max(float(np.abs(matrix).max(initial=0.0)) for matrix in matrices))[1]


def frobenius_up(*matrices: Floats) -> float:
    """At least the Frobenius norm of the matrices side by side."""
    exponent = exponent_of(*matrices)
    scaled = [np.ldexp(matrix, -exponent).ravel() for matrix in matrices]
    square = float(sum(part @ part for part in scaled))
    size = sum(part.size for part in scaled)
    if square == 0.0:
        return 0.0
    return scaled_up(sum_up(math.sqrt(square * (1.0 + 4.0 * (size + 4) * UNIT)), _TINY), exponent)


def norm_up(matrix: Floats) -> float:
    """At least the spectral norm of a finite matrix, by at most about (n + k) k 2^-53 of it (k <= n); 0 for 0."""
    if not matrix.any():
        return 0.0
    exponent = exponent_of(matrix)
    a = np.ldexp(matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T, -exponent)
    k, n = a.shape
    gram = a @ a.T
    trace = float(np.trace(gram)) * (1.0 + 4.0 * (n + k) * UNIT)
    s = _positive_definite_from(gram)
    of_cholesky = 2.0 * (k + 4) * UNIT * k * s
    of_product = 2.0 * (n + 4) * UNIT * trace
    square = sum_up(s, 2.0 * UNIT * s, of_cholesky, of_product, _TINY) * (1.0 + 8.0 * UNIT)
    return scaled_up(sum_up(up(math.sqrt(square)), _TINY), exponent)


def difference_up(one: Floats, other: Floats) -> float:
    """At least ||one - other||: fl(a - b) = (a - b)(1 + d), |d| <= u, also where it is subnormal."""
    difference = one - other
    return sum_up(norm_up(difference), 2.0 * UNIT * frobenius_up(difference))


def kinked_up(positive: Floats, negative: Floats) -> float:
    """At least sup over ||x|| <= 1 of ||A max(x, 0) + B min(x, 0)||, A = positive, B = negative.

    The map is M x + D |x| with M = (A + B)/2, D = (A - B)/2. As x_j^2 = |x_j|^2, for every p in (0, 1)^d
    ||M x + D |x|||^2 <= ||[M p^(-1/2), D (1 - p)^(-1/2)]||^2 ||x||^2, by Cauchy and Schwarz. p = 1/2 is ||[A, B]||;
    A = B gives ||A||. The best p is a convex problem; any p is safe. What is left out are signs: x_j and |x_j| are
    free of each other up to their size. The bound of `rows_up` is taken where it is less.
    """
    if np.array_equal(positive, negative):
        return norm_up(positive)
    by_rows = rows_up(positive, negative)
    if len(positive) == 1:
        return by_rows
    exponent = exponent_of(positive, negative)
    a, b = np.ldexp(positive, -exponent), np.ldexp(negative, -exponent)
    middle, spread = 0.5 * a + 0.5 * b, 0.5 * a - 0.5 * b
    share = _best_shares(middle, spread)
    # fl(1 - p) and fl(1 / sqrt p) are off by u each at most; 8 u more keeps 1/left^2 + 1/right^2 <= 1
    left, right = (1.0 + 8.0 * UNIT) / np.sqrt(share), (1.0 + 8.0 * UNIT) / np.sqrt(1.0 - share)
    sizes = (np.abs(a) + np.abs(b)) * np.maximum(left, right)
    bound = norm_up(np.hstack([middle * left, spread * right]))
    return min(by_rows, scaled_up(sum_up(bound, 8.0 * UNIT * frobenius_up(sizes), _TINY), exponent))


def rows_up(positive: Floats, negative: Floats) -> float:
    """At least the norm of the rows' suprema over ||x|| <= 1, each of them exact: signs count, but each row has its x.

    For a row (a, b) and v = 1 or -1, v (a x+ + b x-) is largest where x_j has the sign of the larger of v a_j, -v b_j
    and 0: sup = (sum_j max(v a_j, -v b_j, 0)^2)^(1/2).
    """
    sides = [np.maximum(np.maximum(v * positive, -v * negative), 0.0) for v in (1.0, -1.0)]
    suprema = [np.array([frobenius_up(row) for row in side]) for side in sides]
    return frobenius_up(np.maximum(*suprema))


def kinked_difference_up(weights: Floats, positive: Floats, negative: Floats) -> float:
    """At least sup over ||x|| <= 1 of ||W x - P max(x, 0) - N min(x, 0)||."""
    a, b = weights - positive, weights - negative
    return sum_up(kinked_up(a, b), 2.0 * UNIT * frobenius_up(a, b))


def _positive_definite_from(gram: Floats) -> float:
    """s >= lambda_max as far as Cholesky's method can tell: it runs through on s I - gram."""
    from scipy.linalg import eigvalsh

    k = len(gram)
    top = float(eigvalsh(gram, subset_by_index=[k - 1, k - 1])[0])
    excess = 64.0 * (k + 1) * UNIT
    while True:
        s = top * (1.0 + excess) + _TINY
        try:
            np.linalg.cholesky(s * np.eye(k) - gram)
        except np.linalg.LinAlgError:
            excess *= 8.0
        else:
            return s


def _best_shares(middle: Floats, spread: Floats) -> Floats:
    """p that nearly minimises ||[M p^(-1/2), D (1 - p)^(-1/2)]||, by Frank and Wolfe's method on the dual.

    The minimum equals max over V >= 0 of trace 1 of sum_j (sqrt(m_j^T V m_j) + sqrt(d_j^T V d_j))^2; given V the best
    p_j are the first terms' shares, and the gradient's top eigenvector v is the next direction, V towards v v^T.
    """
    of_m, of_d = (np.square(part).sum(axis=0) / len(part) for part in (middle, spread))
    best, least = np.full(middle.shape[1], 0.5), np.inf
    for step in range(_STEPS):
        root_m, root_d = np.sqrt(of_m), np.sqrt(of_d)
        total = root_m + root_d
        share = np.divide(root_m, total, out=np.full_like(total, 0.5), where=total > 0.0)
        share = np.clip(share, _LEAST_SHARE, 1.0 - _LEAST_SHARE)
        value, v = _top(np.hstack([middle / np.sqrt(share), spread / np.sqrt(1.0 - share)]))
        if value < least:
            best, least = share, value
        towards = 2.0 / (step + 3.0)
        of_m, of_d = (
            (1.0 - towards) * old + towards * np.square(v @ part) for old, part in ((of_m, middle), (of_d, spread))
        )
    return best


def _top(matrix: Floats) -> tuple[float, Floats]:
    """The largest singular value, squared, and its left singular vector; approximate."""
    from scipy.linalg import eigh

    wide = matrix.shape[0] <= matrix.shape[1]
    gram = matrix @ matrix.T if wide else matrix.T @ matrix
    k = len(gram)
    values, vectors = eigh(gram, subset_by_index=[k - 1, k - 1])
    vector = vectors[:, 0] if wide else matrix @ vectors[:, 0]
    return float(values[0]), vector / max(float(np.linalg.norm(vector)), 1e-300)
