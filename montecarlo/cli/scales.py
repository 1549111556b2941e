"""The scales of `ticketsum reproduce`: which sweeps each makes, and how far they go."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ..checks import grid
from ..claims import (
    Claim,
    Corollary2,
    Lemma1,
    Lemma2,
    Lemma3,
    PrunedNetwork,
    SingleLink,
    SingleSample,
    SubsetSum,
    Theorem1,
    Theorem3,
    TinyNeuron,
)
from ..sampling.laws import Frozen, Law, ReluProduct, Uniform, UniformProduct
from ..solvers.covering_radius import Precision
from ..sweeps.plan import Plan

_TOLERANCE = 0.01
_SAMPLES_N = (*range(1, 20), *range(20, 100, 5), *range(100, 1201, 20))
"""n of the baseline without sums, which needs some 1/epsilon of them."""
_LAWS: dict[str, Law] = {
    "uniform": Uniform(),
    "normal": Frozen("norm", (0.0, 0.5)),
    "narrow-normal": Frozen("norm", (0.0, 0.1)),
    "cauchy": Frozen("cauchy", (0.0, 0.5)),
    "product": UniformProduct(),
    "relu-product": ReluProduct(),
}
"""Laws with a density bounded below about 0, which is all that Lueker's theorem asks: that they contain a uniform."""
_LAWS_N = 60


class Scale(StrEnum):
    """How much is simulated."""

    QUICK = "quick"
    PAPER = "paper"
    DEEP = "deep"


@dataclass(frozen=True)
class _Layers:
    """Sweeps of layers (Lemmas 2 and 3, Theorem 1): the d that share a resolution; the largest d would make it dear."""

    d: tuple[int, ...]
    n: int
    trials: int
    resolution: float


@dataclass(frozen=True)
class _Extent:
    """Grids and precision: the exact claims, those of one weight by certified brackets, layers; the largest n timed."""

    exact_n: int
    exact_trials: int
    n: int
    trials: int
    resolution: float
    lemma2: tuple[_Layers, ...]
    lemma3: tuple[_Layers, ...]
    theorem1: tuple[_Layers, ...]
    one_f: tuple[_Layers, ...]
    timed_n: int


_EXTENTS = {
    Scale.QUICK: _Extent(
        exact_n=20,
        exact_trials=4_096,
        n=80,
        trials=8_192,
        resolution=0.005,
        lemma2=(_Layers((1, 2, 4), 100, 1024, 0.01),),
        lemma3=(_Layers((2, 4), 100, 256, 0.03),),
        theorem1=(_Layers((2,), 100, 256, 0.03),),
        one_f=(_Layers((2, 4), 32, 256, 0.03),),
        timed_n=20,
    ),
    Scale.PAPER: _Extent(
        exact_n=24,
        exact_trials=8_192,
        n=110,
        trials=65_536,
        resolution=0.002,
        lemma2=(_Layers((1, 2, 4, 8, 16, 32), 120, 2048, 0.01),),
        lemma3=(_Layers((2, 4, 8), 120, 1024, 0.01), _Layers((16,), 120, 256, 0.1)),
        theorem1=(_Layers((2, 4), 120, 1024, 0.01), _Layers((8,), 120, 256, 0.1)),
        one_f=(_Layers((2, 4), 40, 1024, 0.01),),
        timed_n=24,
    ),
    Scale.DEEP: _Extent(
        exact_n=26,
        exact_trials=65_536,
        n=128,
        trials=524_288,
        resolution=0.001,
        lemma2=(_Layers((1, 2, 4, 8, 16, 32), 140, 16_384, 0.005),),
        lemma3=(_Layers((2, 4, 8), 140, 4096, 0.01), _Layers((16,), 140, 2048, 0.03)),
        theorem1=(_Layers((2, 4), 140, 4096, 0.01), _Layers((8,), 140, 2048, 0.03)),
        one_f=(_Layers((2, 4, 8), 40, 4096, 0.01),),
        timed_n=28,
    ),
}


def sweeps(scale: Scale, seed: int) -> Iterator[tuple[str, Plan]]:
    """(folder, plan) of every sweep of a scale; creating the plans checks that they fit this machine."""
    extent = _EXTENTS[scale]
    bracketed = Precision(_TOLERANCE, extent.resolution)
    few = min(extent.exact_trials, 8_192)
    yield "single_sample", Plan(SingleSample(), _SAMPLES_N, few // 8, seed)
    for claim in (SingleLink(), Theorem3()):
        yield claim.name, Plan(claim, grid("n", extent.exact_n), extent.exact_trials, seed)
    for claim in (Corollary2(), Lemma1()):
        yield claim.name, Plan(claim, grid("n", extent.n), extent.trials, seed, precision=bracketed)
    yield from _layers("lemma2", Lemma2(), extent.lemma2, seed)
    yield from _layers("lemma3", Lemma3(), extent.lemma3, seed)
    for depth in (1, 2, 3):
        yield from _layers(f"theorem1-depth{depth}", Theorem1(depth), extent.theorem1, seed)
    yield from _layers("pruned_network", PrunedNetwork(), extent.one_f, seed)
    for name, law in _LAWS.items():
        yield f"subset_sum-{name}", Plan(SubsetSum(law), grid("n", _LAWS_N), few, seed, precision=bracketed)
    yield "tiny_neuron", Plan(TinyNeuron(), grid("n", 6), few, seed)


def _layers(name: str, claim: Claim, layers: Sequence[_Layers], seed: int) -> Iterator[tuple[str, Plan]]:
    for layer in layers:
        precision = Precision(_TOLERANCE, layer.resolution)
        suffix = f"-d{layer.d[0]}" if layer is not layers[0] else ""
        yield name + suffix, Plan(claim, grid("n", layer.n), layer.trials, seed, layer.d, precision)


def epsilons(scale: Scale) -> tuple[float, ...]:
    """Where n* is read off: down to the finest resolution of the scale."""
    finest = _EXTENTS[scale].resolution
    return tuple(e for e in (0.3, 0.2, 0.1, 0.05, 0.03, 0.02, 0.01, 0.005, 0.003, 0.002, 0.001) if e >= finest)


def timed_sizes(scale: Scale) -> range:
    """The n at which the kernels are timed beside brute force."""
    return range(8, _EXTENTS[scale].timed_n + 1)
