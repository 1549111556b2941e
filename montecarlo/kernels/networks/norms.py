"""Spectral norms of tiny matrices, rounded up, without linear algebra from outside: by squaring again and again.

For symmetric B, ||B||^2 = ||B^2||, and ||B|| <= ||B||_F <= sqrt(d) ||B||. So ||A||^2 = ||A A^T|| is bounded by the
Frobenius norm of (A A^T)^(2^s), too large by a factor of d^(2^-(s+2)) for ||A|| at most: 1.0004 for d = 4, s = 10.
fl(B^2) is off by gamma_d |B||B| entry by entry, hence by gamma_d ||B||_F^2 in norm (Higham, Accuracy and Stability of
Numerical Algorithms, 2nd ed., 3.5), which is added on the way back. All constants are doubled at least.
"""

import math

import numpy as np

from .._jit import kernel

UNIT = 2.0**-53
SQUARINGS = 10
MOST_SQUARINGS = 44
"""Then the bound of a norm of 1 - 2^-40 is below 1, up to d = 100."""
_LEAST_SHARE = 2.0**-20


@kernel
def exponent_of(a):
    """e with 2^(e-1) <= largest entry < 2^e; 0 if all are 0."""
    largest = 0.0
    for value in a.flat:
        largest = max(largest, abs(value))
    return math.frexp(largest)[1]


@kernel
def square_sum(a):
    """Sum of squares of the entries, as it comes."""
    total = 0.0
    for value in a.flat:
        total += value * value
    return total


@kernel
def times_transposed(a, exponent, product):
    """product = (a 2^-exponent) (a 2^-exponent)^T, symmetric to the bit."""
    for i in range(a.shape[0]):
        for j in range(i + 1):
            total = 0.0
            for k in range(a.shape[1]):
                total += math.ldexp(a[i, k], -int(exponent)) * math.ldexp(a[j, k], -int(exponent))
            product[i, j] = product[j, i] = total


@kernel
def norm_up(a, squarings):
    """At least the spectral norm of a, finite; 0 for 0. squarings: at most 44; fewer once B is seen to be of rank 1.

    As ||B|| >= ||B||_F^2 / tr B, ||B||_F is then too large by a factor of 1 + 2^-51 at most.
    """
    if not a.any():
        return 0.0
    first, d = exponent_of(a), a.shape[0]
    b, c = np.empty((d, d)), np.empty((d, d))
    sizes, exponents = np.empty(MOST_SQUARINGS), np.empty(MOST_SQUARINGS, np.int64)
    times_transposed(a, first, b)
    of_gram = 8.0 * (a.shape[1] + d + 8) * UNIT * np.trace(b)
    last = squarings
    for s in range(squarings):
        if np.trace(b) ** 2 <= square_sum(b) * (1.0 + 2.0**-50):
            last = s
            break
        exponents[s] = exponent_of(b)
        sizes[s] = math.ldexp(square_sum(b), -2 * int(exponents[s]))
        times_transposed(b, exponents[s], c)
        b, c = c, b
    bound = math.sqrt(square_sum(b)) * (1.0 + 8.0 * (d * d + 8) * UNIT)
    for s in range(last - 1, -1, -1):
        bound = math.sqrt(bound + 8.0 * (d + 8) * UNIT * sizes[s]) * (1.0 + 8.0 * UNIT)
        bound = math.ldexp(bound, int(exponents[s]))
    return math.ldexp(math.sqrt(bound + of_gram) * (1.0 + 8.0 * UNIT), first)


@kernel
def kinked_up(a, b):
    """At least sup over ||x|| <= 1 of ||a max(x, 0) + b min(x, 0)||: `networks.norms.kinked_up`, one share for each j.

    The map is M x + D |x|, M = (a + b) / 2, D = (a - b) / 2, at most ||[M p^(-1/2), D (1 - p)^(-1/2)]|| for any p in
    (0, 1)^d; here p_j = |M_j| / (|M_j| + |D_j|) with the columns' norms, the best p for one column. Entries whose
    squares underflow, below 1e-150, may be missed.
    """
    d = a.shape[1]
    wide, rounded = np.empty((a.shape[0], 2 * d)), 0.0
    for j in range(d):
        m = math.sqrt(square_sum(a[:, j] + b[:, j]))
        n = math.sqrt(square_sum(a[:, j] - b[:, j]))
        p = m / (m + n) if m + n > 0.0 else 0.5
        p = min(max(p, _LEAST_SHARE), 1.0 - _LEAST_SHARE)
        left, right = (1.0 + 8.0 * UNIT) / math.sqrt(p), (1.0 + 8.0 * UNIT) / math.sqrt(1.0 - p)
        for i in range(a.shape[0]):
            wide[i, j] = (0.5 * a[i, j] + 0.5 * b[i, j]) * left
            wide[i, d + j] = (0.5 * a[i, j] - 0.5 * b[i, j]) * right
            size = (abs(a[i, j]) + abs(b[i, j])) * max(left, right)
            rounded += size * size
    return norm_up(wide, SQUARINGS) + 16.0 * UNIT * math.sqrt(rounded)
