"""Sums of products of dyadic numbers without any rounding: integers in two limbs of 26 bits, three accumulators.

Numbers of U[-1, 1] are drawn as multiples of 2^-52. Their products are multiples of 2^-104, and sums of hundreds of
those fit into three 64-bit accumulators of limb products, carried into two floats that add up to the sum.
"""

import numpy as np

from .._jit import kernel

_BITS = 26
_LIMB = (1 << _BITS) - 1
_GRID = 2.0**52
_LARGEST = 1 << 53
"""Integers up to here are float64 exactly."""


@kernel
def exact_sums(u, v, masks, high, low, kept):
    """high[s, i] + low[s, i] = sum over k in mask i with u_k > 0 (s = 0) or u_k < 0 (s = 1) of v_ik u_k, exactly.

    u: (m,), v: (outputs, m), m at most 400; masks: (outputs, bytes), bit k for entry k. kept[s, i] grows by the number
    of entries. high is NaN where a number in use is no multiple of 2^-52 in [-1, 1], or where the sum is above 2 in
    size. high is a multiple of 2^-52 and 0 <= low < 2^-52, so that high + low in float64 is the sum correctly rounded.
    """
    top, middle, bottom = np.zeros(2, np.int64), np.zeros(2, np.int64), np.zeros(2, np.int64)
    sound = np.ones(2, np.bool_)
    for i in range(v.shape[0]):
        top[:], middle[:], bottom[:], sound[:] = 0, 0, 0, True
        for k in range(u.size):
            if masks[i, k >> 3] >> (k & 7) & 1 == 0 or u[k] == 0.0:
                continue
            s = 0 if u[k] > 0.0 else 1
            kept[s, i] += 1
            if not (abs(u[k]) <= 1.0 and abs(v[i, k]) <= 1.0):
                sound[s] = False
                continue
            a, b = np.int64(u[k] * _GRID), np.int64(v[i, k] * _GRID)
            if a != u[k] * _GRID or b != v[i, k] * _GRID:
                sound[s] = False
                continue
            top[s] += (a >> _BITS) * (b >> _BITS)
            middle[s] += (a >> _BITS) * (b & _LIMB) + (a & _LIMB) * (b >> _BITS)
            bottom[s] += (a & _LIMB) * (b & _LIMB)
        for s in range(2):
            carried = middle[s] + (bottom[s] >> _BITS)
            whole = top[s] + (carried >> _BITS)
            high[s, i] = whole / _GRID if sound[s] and abs(whole) <= _LARGEST else np.nan
            low[s, i] = ((carried & _LIMB) << _BITS | bottom[s] & _LIMB) / _GRID / _GRID
