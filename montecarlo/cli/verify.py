"""`ticketsum verify`: the sweep that a claim with a given constant has to pass."""

from collections.abc import Sequence

import analysis

from ..checks import grid
from ..claims import Claim
from ..errors import InputError
from ..solvers.covering_radius import Precision
from ..sweeps.plan import Plan

_EXACT_SUMS = 2.0**22 * (1.0 + 1e-9)
"""Verification is exact up to this many subset sums per problem on average, but for roundings of that average."""
_MOST_N = 200


def plan(  # noqa: PLR0917
    claim: Claim, constant: float, epsilons: Sequence[float], trials: int, seed: int, d: Sequence[int] = ()
) -> Plan:
    """A sweep of just the n = ceil(C ln(A / epsilon)) that the claim names; certified to 1% where exact is too dear.

    Its resolution is below the smallest epsilon, so that every epsilon is decided.
    """
    if not 0.0 < constant < float("inf"):
        raise InputError(f"constant must be finite and above 0, got {constant}; try --constant 3")
    dimensions = grid("d", d or (claim.smallest_d,))
    wanted = [analysis.required_n(constant, claim.amplitude(k), epsilon) for epsilon in epsilons for k in dimensions]
    most = min(_MOST_N, claim.largest_n or _MOST_N)
    if max(wanted) > most:
        raise InputError(
            f"constant must lead to n of at most {most}, got {constant:g} and n = {max(wanted)}; lower it, "
            "or leave out the smallest epsilon"
        )
    sums = max(claim.cost(max(wanted), k, Precision()).sums for k in dimensions)
    precision = Precision() if sums <= _EXACT_SUMS else Precision(0.01, 0.5 * min(epsilons))
    return Plan(claim, grid("n", wanted), trials, seed, dimensions, precision)
