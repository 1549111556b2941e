"""How far apart a target f and its pruned network g are on the unit ball: lower <= sup ||f(x) - g(x)||_2 <= upper.

Below by an attack whose x is kept, above by the chain of Theorem 1; for one pair with few inputs both are the supremum.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...checks import listed, reals, seed_number, whole
from ...errors import InputError
from ..pairs import Pair
from .attack import Domain, attack, starting_points
from .certificates import Chain, LayerNorms, chain, layer_norms, paper_product, paper_proof, scaled
from .exact import MOST_INPUTS, SLACK, enclose
from .norms import Floats, exponent_of, scaled_up


@dataclass(frozen=True)
class Certificate:
    """lower <= sup over ||x||_2 <= 1 of ||f(x) - g(x)||_2 <= upper; no rounding makes either wrong."""

    lower: float
    """||f(x) - g(x)||_2 at `x`, rounded down."""
    upper: float
    """The last e_k of the chain, rounded up."""
    exact: float | None
    """The supremum, where lower and upper are within a relative 1e-9 of each other; else None."""
    paper: float
    """prod_k (1 + ||R_k||) - 1 with R_k the entrywise errors: what the proof shows when it is told them."""
    paper_proof: float
    """2 l max_k d_k d_(k-1) max_ij R_k,ij: the proof's last line; see `certificates.paper_proof`."""
    x: Floats
    """The attacking input, (d_0,), of norm at most 1."""
    domain: Domain
    """"ball": where x is from."""
    norms: tuple[LayerNorms, ...]
    """||W_k||, ||P_k|| and ||W_k - P_k||, rounded up, a pair of layers each."""
    errors: tuple[float, ...]
    """e_k for k = 1..l: bounds after every pair, of f_k and g_k before their relu."""

    def __repr__(self) -> str:
        return f"<Certificate {self.lower:.6g} <= sup ||f(x) - g(x)|| <= {self.upper:.6g}, {len(self.errors)} layers>"


def bounds(pairs: Sequence[Pair], seed: int = 0, *, restarts: int = 64, steps: int = 200) -> Certificate:
    """Bounds on sup over ||x||_2 <= 1 of ||f(x) - g(x)||_2, the same for the same seed.

    pairs: W, P, N of shape (d_k, d_(k-1)) each; non-zero entries of a pair within 2^1000 of each other. More restarts
    and steps raise the lower bound at best. 784-500-10 takes a second or two on two cores.

    >>> import montecarlo
    >>> target = montecarlo.random_target("gaussian", (4, 3, 2), seed=0)
    >>> found = montecarlo.bounds(montecarlo.prune(target, n=20, seed=0, epsilon=0.01).pairs)
    >>> 0.009 < found.lower < found.upper < 0.018
    True
    """
    seed, restarts, steps = seed_number(seed), whole("restarts", restarts, 1), whole("steps", steps, 0)
    pairs = checked(pairs)
    unit, exponents = _normalised(pairs)
    total = sum(exponents)
    norms = layer_norms(unit)
    lower, x = attack(unit, starting_points(unit, np.random.default_rng(seed), restarts), steps=steps)
    first = enclose(unit[0]) if x.size <= MOST_INPUTS else None
    found = chain(norms, None if first is None else first.upper)
    if first is not None and len(unit) == 1 and first.lower > lower:
        lower, x = first.lower, first.x
    lower, upper = _scaled_down(lower, total), scaled_up(found.error[-1], total)
    actual = tuple(scaled(norm, e) for norm, e in zip(norms, exponents, strict=True))
    return Certificate(
        lower=lower,
        upper=upper,
        exact=lower if math.isfinite(upper) and upper - lower <= SLACK * upper else None,
        paper=paper_product(pairs, actual),
        paper_proof=paper_proof(pairs, actual),
        x=x,
        domain="ball",
        norms=actual,
        errors=_unscaled(found, exponents),
    )


def checked(pairs: Sequence[Pair]) -> tuple[Pair, ...]:
    """The pairs as float64 matrices; refuses what is no network, in one line."""
    remedy = "give `pruned.pairs`, or tuples (W, P, N)"
    given = [listed("a pair", pair, remedy) for pair in listed("pairs", pairs, remedy)]
    if not given or any(len(pair) != len(Pair._fields) for pair in given):
        sizes = [len(pair) for pair in given]
        raise InputError(f"a network must be one pair of layers or more, W, P and N each, got {sizes}; {remedy}")
    found = tuple(
        Pair(*(np.ascontiguousarray(reals(f"W, P and N of pair {k}", matrix)) for matrix in pair))
        for k, pair in enumerate(given, 1)
    )
    width = None
    for k, pair in enumerate(found, 1):
        shapes = [matrix.shape for matrix in pair]
        if len(shapes[0]) != 2 or 0 in shapes[0] or len(set(shapes)) != 1:
            raise InputError(f"W, P and N of a pair must be matrices of one shape, got {shapes} for pair {k}")
        if width not in (None, shapes[0][1]):
            raise InputError(f"pair {k} must have as many inputs as there are outputs before, {width}, got {shapes[0]}")
        width = shapes[0][0]
    return found


def _normalised(pairs: Sequence[Pair]) -> tuple[tuple[Pair, ...], list[int]]:
    """Every pair divided by a power of 2 that brings its largest entry to [1/2, 1): f - g is homogeneous in each."""
    unit, exponents = [], []
    for k, pair in enumerate(pairs, 1):
        exponent = exponent_of(*pair)
        small = Pair(*(np.ldexp(matrix, -exponent) for matrix in pair))
        sizes = np.abs(np.concatenate([matrix.ravel() for matrix in small]))
        if any(np.any((whole != 0.0) & (np.abs(part) < 2.0**-1000)) for whole, part in zip(pair, small, strict=True)):
            raise InputError(
                f"non-zero entries of a pair must be within 2^1000 of its largest, got {sizes[sizes > 0.0].min():g} "
                f"times that in pair {k}; set them to 0"
            )
        unit.append(small)
        exponents.append(exponent)
    return tuple(unit), exponents


def _unscaled(found: Chain, exponents: Sequence[int]) -> tuple[float, ...]:
    """e_k of the pairs as they were given."""
    return tuple(scaled_up(e, sum(exponents[: k + 1])) for k, e in enumerate(found.error))


def _scaled_down(value: float, exponent: int) -> float:
    """At most value 2^exponent."""
    try:
        result = math.ldexp(value, exponent)
    except OverflowError:
        return float(np.finfo(float).max)
    return math.nextafter(result, 0.0) if result < 2.0**-1022 else result
