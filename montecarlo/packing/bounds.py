"""Theorem 2's numbers: bounds on packings, on the prunings of a network, and on the width that follows.

Let |P| be the size of a 2 epsilon-packing of {W in R^{d x d}: ||W|| <= 1}, and |G| the most functions that one network
can be pruned to. A function is within epsilon of one W in P at most, so a network that approximates every W with
probability 1/2 or more has 2 |G| >= |P| (Section 4; the text has >, which the proof does not give).

    volume      (1 / (2 epsilon))^(d^2) <= |P| of a largest packing <= (1 + 1 / epsilon)^(d^2)
    two layers  |G| <= 2^(2 s d), hence s >= (d^2 log2(1 / (2 epsilon)) - 1) / (2 d)
    any depth   |G| <= 2^m, m parameters, hence m >= d^2 log2(1 / (2 epsilon)) - 1

Without a packing, and stronger: the W within epsilon of one function are at most 2 epsilon apart, so that their volume
is at most that of a ball of radius epsilon, epsilon^(d^2) of the unit ball's (Brunn-Minkowski). The share of all W that
one network approximates is 1/2 or more in the mean, hence

    without a packing  2 |G| >= (1 / epsilon)^(d^2), for every epsilon < 1

which proves the log(1 / epsilon) that the theorem states, where its proof gives log(1 / (2 epsilon)).
"""

import math
import re
from fractions import Fraction

from ..checks import number, shown, whole
from ..errors import InputError

MOST_D = 4
"""Packings are made for d up to this."""
_MOST_COUNTED = 1000
"""Largest d, and s, of what is counted as a whole number: 2^(2 s d) then has 250 kB."""
_LONG_EXPONENT = re.compile(r"e[+-]?[0_]*[1-9]_?[0-9]_?[0-9]_?[0-9]", re.IGNORECASE)
"""1e-1000 and smaller: numbers whose exact value takes memory without end."""


def accuracy(epsilon: object) -> Fraction:
    """epsilon as the exact number it is: a Fraction, a text like 0.1 or 1/3, or a float; strictly between 0 and 1."""
    rule = "epsilon must be a number like 0.1 or 1/3"
    given = " ".join(epsilon.split())[:80] if isinstance(epsilon, str) else shown(epsilon)
    if isinstance(epsilon, str) and _LONG_EXPONENT.search(epsilon):
        raise InputError(f"epsilon must be at least 1e-9, and below 1, got {given}; write it without a long exponent")
    try:
        exact = epsilon if isinstance(epsilon, str | Fraction) else number(rule, epsilon, math.isfinite, "give one")
        value = Fraction(exact)
    except (ValueError, ZeroDivisionError):
        raise InputError(f"{rule}, got {shown(epsilon)}") from None
    if not 0 < value < 1:
        raise InputError(f"epsilon must be strictly between 0 and 1, got {given}; Theorem 2 has nothing to say there")
    if value.denominator > 10**400 or value < Fraction(1, 10**9):
        raise InputError(f"epsilon must be at least 1e-9, got {given}; take a larger one")
    return value


def dimension(d: object) -> int:
    """d as a whole number that packings are made for."""
    return whole("d", d, 1, MOST_D)


def packing_bounds(d: int, epsilon: Fraction) -> tuple[float, float]:
    """(1 / (2 epsilon))^(d^2) and (1 + 1 / epsilon)^(d^2), which a largest packing lies between.

    Below: a largest packing is a 2 epsilon-net, so its balls of radius 2 epsilon cover the unit ball. Above: balls of
    radius epsilon around its points are disjoint, in a ball of radius 1 + epsilon.

    >>> from montecarlo.packing import accuracy, interval_packing, packing_bounds
    >>> packing_bounds(1, accuracy("0.01")), len(interval_packing("0.01").points)
    ((50.0, 101.0), 100)
    """
    d, epsilon = whole("d", d, 1, _MOST_COUNTED), accuracy(epsilon)
    low, high = float(1 / (2 * epsilon)), float(1 + 1 / epsilon)
    return _power(low, d**2), _power(high, d**2)


def forms(d: int) -> int:
    """1 + (2^d - 1)^2, the functions one hidden neuron can be pruned to: nothing, or a part of its row and its column.

    A neuron with either side pruned away altogether is gone, so that 2^(2d) masks make so few functions.

    >>> from montecarlo.packing import forms
    >>> forms(1), forms(2)
    (2, 10)
    """
    return 1 + (2 ** whole("d", d, 1, _MOST_COUNTED) - 1) ** 2


def prunings(d: int, s: int) -> tuple[int, int]:
    """2^(2 s d) masks, and (1 + (2^d - 1)^2)^s functions they make of almost every network with s hidden neurons.

    Two choices that give equal functions for all weights give equal ones when all neurons' columns but one are 0, so
    they are equal neuron by neuron; others agree on a null set of weights.
    """
    d, s = whole("d", d, 1, _MOST_COUNTED), whole("s", s, 0, _MOST_COUNTED)
    return 2 ** (2 * s * d), forms(d) ** s


def least_width(d: int, log2_packing: float, per_neuron: float) -> int:
    """The least s with 2 per_neuron^s >= |P|: no narrower network approximates all of P with probability 1/2.

    log2_packing: log2 of |P|. per_neuron: 2^(2 d) masks, or the functions of a neuron. From an exact |P| of moderate
    size this is exact.
    """
    whole("d", d, 1, _MOST_COUNTED)
    size = number("log2_packing must be a finite number", log2_packing, math.isfinite, "give log2 of |P|")
    base = number("per_neuron must be above 1 and finite", per_neuron, lambda x: 1.0 < x < math.inf, "give 4.0**d")
    return max(0, math.ceil((size - 1.0) / math.log2(base) - 1e-12))


def volume_width(d: int, epsilon: Fraction, per_neuron: float) -> int:
    """The least s with 2 per_neuron^s >= (1 / epsilon)^(d^2): what volume alone asks for, without a packing.

    per_neuron: as in `least_width`.

    >>> from montecarlo.packing import accuracy, forms, volume_width
    >>> volume_width(2, accuracy("0.25"), forms(2)), volume_width(1, accuracy("0.01"), forms(1))
    (3, 6)
    """
    d, epsilon = whole("d", d, 1, _MOST_COUNTED), accuracy(epsilon)
    return least_width(d, d**2 * math.log2(1 / epsilon), per_neuron)


def printed_width(d: int, epsilon: Fraction) -> float:
    """(d^2 log2(1 / (2 epsilon)) - 1) / (2 d), Theorem 2's bound on s with its constants; says nothing below 0."""
    d, epsilon = whole("d", d, 1, _MOST_COUNTED), accuracy(epsilon)
    return (d**2 * math.log2(1 / (2 * epsilon)) - 1.0) / (2 * d)


def two_sided_width(size: int) -> int:
    """The least s with 2 * 2^floor(s/2) >= |P|, for d = 1: 2 ceil(log2 |P|) - 2, some four times the printed bound.

    size: |P|. On x > 0 only neurons with positive input weights fire, on x < 0 only the others; a pruned network within
    epsilon of w is so on both sides. The side with fewer neurons has a whole number of them, at most floor(s/2), hence
    at most 2^floor(s/2) slopes, each within epsilon of one w in P at most.

    >>> from montecarlo.packing import two_sided_width
    >>> two_sided_width(90), two_sided_width(128), two_sided_width(129)
    (12, 12, 14)
    """
    size = whole("size", size, 1)
    return 2 * max(0, (size - 1).bit_length() - 1)


def _power(base: float, exponent: int) -> float:
    try:
        return base**exponent
    except OverflowError:
        return math.inf
