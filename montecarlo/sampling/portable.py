"""Functions that every processor computes to the bit: elementwise + - * / and square roots, as IEEE 754 has them.

NumPy's log, exp and the like, LAPACK and the C library choose their code by what a processor can do, and last digits
follow. What enters stored numbers therefore comes from here or from `kernels`. Sums over an axis are NumPy's, whose
order depends on the shape alone.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LOG_2 = 0.6931471805599453
_LOG_2_REST = 2.3190468138462996e-17
"""ln 2 - LOG_2."""
_ROOT_HALF = 0.7071067811865476
_TERMS = 11
"""(3 - 2 sqrt 2)^22 / 23 < 2^-60."""


def log(x: Floats) -> Floats:
    """ln x for x > 0, within 4 units in the last place: ln(2^e f) = e ln 2 + 2 artanh((f - 1) / (f + 1))."""
    fraction, exponent = np.frexp(x)
    small = fraction < _ROOT_HALF
    fraction, exponent = np.where(small, 2.0 * fraction, fraction), np.where(small, exponent - 1, exponent)
    z = (fraction - 1.0) / (fraction + 1.0)
    square, series = z * z, np.zeros_like(z)
    for k in range(_TERMS, 0, -1):
        series = (series + 1.0 / (2.0 * k + 1.0)) * square
    return exponent * LOG_2 + (2.0 * z + (2.0 * z * series + exponent * _LOG_2_REST))


def inverse_of_product_tail(mass: Floats) -> Floats:
    """s in [0, 1] with s - s ln s = mass, for mass in [0, 1]: P(XY <= s) of independent X, Y ~ U[0, 1] is that mass.

    Newton's method from below, where s - s ln s is concave: 0.67 mass^2, as (1 - ln s) sqrt(s) <= 1.22, or
    1 - sqrt(2 (1 - mass)). Six steps reach the rounding, from 2^-60 on, which stands for whatever is less.
    """
    mass = np.maximum(mass, 2.0**-60)
    s = np.maximum(0.67 * mass * mass, 1.0 - np.sqrt(2.0 * (1.0 - mass)))
    for _ in range(6):
        slope = -log(s)
        s = np.minimum(np.divide(mass - s, slope, out=s.copy(), where=slope > 0.0), 1.0)
    return s


def orthonormal(columns: Floats) -> Floats:
    """Q of columns = Q R, R upper triangular with a positive diagonal: Gram and Schmidt's method, every step twice.

    columns: (..., rows, k), k <= rows, of full rank. Twice is enough (Giraud, Langou, Rozloznik, van den Eshof,
    Numerische Mathematik 101, 2005): Q^T Q = I up to a few units of rounding.
    """
    q = np.zeros_like(columns)
    for k in range(columns.shape[-1]):
        column = columns[..., k]
        for _ in range(2):
            parts = (q[..., :k] * column[..., None]).sum(axis=-2, keepdims=True)
            column = column - (q[..., :k] * parts).sum(axis=-1)
        q[..., k] = column / np.sqrt(np.square(column).sum(axis=-1, keepdims=True))
    return q
