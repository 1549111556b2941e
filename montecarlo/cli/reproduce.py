"""`ticketsum reproduce`: the sweeps of a scale, then their estimates, figures and the page."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ..claims import Claim, Corollary2, Lemma1, Theorem3
from ..plans import Plan, grid
from ..radius import Precision


class Scale(StrEnum):
    """How much is simulated."""

    QUICK = "quick"
    PAPER = "paper"
    DEEP = "deep"


@dataclass(frozen=True)
class _Extent:
    """Grid and precision of the exact claim (Theorem 3) and of the two product claims; the largest n timed."""

    exact_n: int
    exact_trials: int
    product_n: int
    product_trials: int
    resolution: float
    timed_n: int


_EXTENTS = {
    Scale.QUICK: _Extent(
        exact_n=20, exact_trials=4_096, product_n=80, product_trials=8_192, resolution=0.005, timed_n=20
    ),
    Scale.PAPER: _Extent(
        exact_n=22, exact_trials=8_192, product_n=110, product_trials=65_536, resolution=0.002, timed_n=24
    ),
    Scale.DEEP: _Extent(
        exact_n=22, exact_trials=65_536, product_n=128, product_trials=524_288, resolution=0.001, timed_n=28
    ),
}
_TOLERANCE = 0.01


def plans(scale: Scale, seed: int) -> Iterator[Plan]:
    """The sweeps of a scale, the longest first; creating them checks that they fit this machine."""
    extent = _EXTENTS[scale]
    bracketed = Precision(_TOLERANCE, extent.resolution)
    yield Plan(Theorem3(), grid("n", extent.exact_n), extent.exact_trials, seed)
    products: tuple[Claim, ...] = (Corollary2(), Lemma1())
    for claim in products:
        yield Plan(claim, grid("n", extent.product_n), extent.product_trials, seed, precision=bracketed)


def epsilons(scale: Scale) -> tuple[float, ...]:
    """Where n* is read off: down to the resolution of the scale."""
    finest = _EXTENTS[scale].resolution
    return tuple(e for e in (0.3, 0.2, 0.1, 0.05, 0.03, 0.02, 0.01, 0.005, 0.003, 0.002, 0.001) if e >= finest)


def timed_sizes(scale: Scale) -> range:
    """The n at which the kernels are timed beside brute force."""
    return range(8, _EXTENTS[scale].timed_n + 1)


def run_folder(out: Path, plan: Plan) -> Path:
    """Where the sweep of one claim lives."""
    return out / plan.claim.name
