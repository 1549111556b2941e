"""The functions that one network can be pruned to, counted exactly: for integer weights, by enumeration.

relu(z) = (z + |z|) / 2, so g(x) = sum_i n_i relu(m_i . x) is half of a linear map, sum_i n_i m_i^T, and of terms
|h . x| over the distinct directions h of the m_i, each with the sum of its neurons' n_i |m_i| / |h|. Functions
|h . x| of different lines, and linear ones, are independent: two networks are equal functions iff these numbers are.
"""

import math
from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import reals, shown
from ..errors import InputError
from ..system import memory_limit, size_text
from .bounds import forms

Integers = NDArray[np.int64]
_COPIES = 6


def count_functions(inner: ArrayLike, outer: ArrayLike) -> int:
    """Distinct functions among all prunings (S * N) relu((T * M) x), exactly; M: (s, d), N: (d, s), integers.

    inner, outer: M, N. Neurons join one by one: sums of functions so far and what the next neuron can be, each counted
    once. At most (1 + (2^d - 1)^2)^s, reached by almost all weights; special ones make fewer. Weights at most 2^20 in
    size.

    >>> from montecarlo.packing import count_functions
    >>> count_functions([[1], [2], [-3]], [[1, 1, 1]])  # 2^6 masks
    8
    """
    m, n = _integers("M", inner), _integers("N", outer)
    if m.ndim != 2 or m.shape[1] == 0 or n.shape != m.shape[::-1]:
        raise InputError(f"M and N must have shapes (s, d) and (d, s), got {m.shape} and {n.shape}")
    keys = _neuron_keys(m, n.T)
    need = 8.0 * _COPIES * keys[0].shape[1] * float(forms(m.shape[1])) ** len(m) if keys else 0.0
    if need > memory_limit():
        raise InputError(
            f"functions of s = {len(m)} neurons, d = {m.shape[1]}, need {size_text(need)} to be counted; lower s"
        )
    found = np.zeros((1, keys[0].shape[1] if keys else 1), np.int64)
    for key in keys:
        found = _distinct((found[:, None] + key[None]).reshape(-1, found.shape[1]))
    return len(found)


def count_deep_functions(first: ArrayLike, middle: ArrayLike, last: ArrayLike) -> int:
    """Distinct functions among all prunings of c relu(B relu(a x)), x in R, exactly; a, c: (k,), B: (k, k), integers.

    first, middle, last: a, B, c. Each is a pair of slopes, one for x > 0 and one for x < 0; 2^(2 k + k^2) masks.
    Weights at most 2^15 in size.
    """
    given = {"a": first, "B": middle, "c": last}
    a, b, c = (_integers(name, weights, 15) for name, weights in given.items())
    if a.ndim != 1 or b.shape != a.shape * 2 or c.shape != a.shape:
        raise InputError(f"a, B and c must have shapes (k,), (k, k) and (k,), got {a.shape}, {b.shape} and {c.shape}")
    values = deep_values(a, b, c)
    return len(_distinct(values.astype(np.int64)))


def deep_values(first: NDArray, middle: NDArray, last: NDArray) -> NDArray:
    """(g(1), g(-1)) of all prunings of c relu(B relu(a x)), (2^(2 k + k^2), 2); in the type of the weights."""
    k = len(first)
    if k > 3:
        raise InputError(f"width must be at most 3 to try all 2^(2 k + k^2) masks, got {k}; lower it")
    ends = np.stack([np.maximum(first, 0), np.maximum(-first, 0)])
    inputs = _masks(k)[:, None, :] * ends  # (masks of a, end, neuron)
    rows = _masks(k)  # of one row of B; the rows are pruned independently
    hidden = np.maximum(np.einsum("rj,ij,tej->iter", rows, middle, inputs), 0)  # (neuron, masks of a, end, row mask)
    outputs = last[:, None, None, None] * hidden
    total = np.zeros((len(inputs), 2, 1), outputs.dtype)
    for i in range(k):
        kept = np.concatenate([outputs[i], np.zeros_like(outputs[i])], axis=-1)  # c_i kept, c_i pruned
        total = (total[..., None] + kept[:, :, None, :]).reshape(len(inputs), 2, -1)
    return np.moveaxis(total, 1, -1).reshape(-1, 2)


def _neuron_keys(m: Integers, n: Integers) -> list[Integers]:
    """Keys of what each neuron can be pruned to, each once; (forms, d^2 + d lines)."""
    d = m.shape[1]
    choices = [
        [
            (row * np.array(t), column * np.array(c))
            for t in product((0, 1), repeat=d)
            for c in product((0, 1), repeat=d)
        ]
        for row, column in zip(m, n, strict=True)
    ]
    lines = sorted({_line(row)[0] for options in choices for row, _ in options if row.any()})
    place = {line: k for k, line in enumerate(lines)}
    keys = []
    for options in choices:
        table = np.zeros((len(options), d * d + d * len(lines)), np.int64)
        for entry, (row, column) in zip(table, options, strict=True):
            if row.any():
                line, size = _line(row)
                entry[: d * d] = np.outer(column, row).ravel()
                start = d * d + d * place[line]
                entry[start : start + d] = column * size
        keys.append(_distinct(table))
    return keys


def _line(row: Integers) -> tuple[tuple[int, ...], int]:
    """(h, size) with row = +-size h, h the shortest integer vector, its first entry that is not 0 positive."""
    size = math.gcd(*(int(value) for value in row))
    sign = 1 if next(value for value in row if value) > 0 else -1
    return tuple(int(value) // size * sign for value in row), size


def _distinct(keys: Integers) -> Integers:
    return np.unique(keys, axis=0)


def _masks(k: int) -> Integers:
    """All rows of k bits, (2^k, k)."""
    return (np.arange(2**k)[:, None] >> np.arange(k)) & 1


def _integers(name: str, values: ArrayLike, bits: int = 20) -> Integers:
    reals(name, values)
    array = np.asarray(values)
    if array.dtype.kind not in "iu" or array.max(initial=0) > 2**bits or array.min(initial=0) < -(2**bits):
        raise InputError(
            f"{name} must hold integers of at most 2^{bits} in size, to be exact, got {shown(values)}; "
            "multiply by a power of two"
        )
    return array.astype(np.int64)
