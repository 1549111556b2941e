"""The laws of the paper (uniform, product of uniforms, ReLU product, remainder) and those of scipy.stats.

Each has its density, its distribution function and samples `(n, trials)` with n slowest: the first rows of a larger n
are those of a smaller n.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import InputError
from . import portable

Floats = NDArray[np.float64]


class Law(ABC):
    """A law of one real random variable."""

    def named(self) -> tuple[str, dict[str, Any]]:
        """What the law is called, and its parameters by name; module.Class and its attributes for a law of your own."""
        kind = type(self)
        return _NAMES.get(kind, f"{kind.__module__}.{kind.__qualname__}"), vars(self)

    @property
    def portable(self) -> bool:
        """Whether every processor draws the same numbers, to the bit; False unless given, for laws of a user's own."""
        return type(self).__module__ == __name__

    @property
    def label(self) -> str:
        """The law as `--set law=` takes it, numbers to the last bit: equal laws have equal labels, others differ.

        >>> Uniform().label, Frozen("norm", (0.0, 0.5)).label, Frozen("laplace").label
        ('uniform:low=-1,high=1', 'norm:mean=0,std=0.5', 'scipy.laplace:loc=0,scale=1')
        """
        name, parameters = self.named()
        return f"{name}:{named_numbers(parameters)}" if parameters else name

    @abstractmethod
    def pdf(self, z: ArrayLike) -> Floats:
        """Density at z, of the absolutely continuous part."""

    @abstractmethod
    def cdf(self, z: ArrayLike) -> Floats:
        """P(Z <= z)."""

    @abstractmethod
    def sample(self, generator: np.random.Generator, n: int, trials: int) -> Floats:
        """Independent draws, shape (n, trials); the rows of a larger n continue those of a smaller one."""


@dataclass(frozen=True)
class Uniform(Law):
    """U[low, high]."""

    low: float = -1.0
    high: float = 1.0

    def __post_init__(self) -> None:
        if not (np.isfinite(self.low) and np.isfinite(self.high) and self.low < self.high):
            raise InputError(f"a uniform law must have finite low < high, got low = {self.low}, high = {self.high}")

    def pdf(self, z: ArrayLike) -> Floats:
        """1 / (high - low) on [low, high]."""
        z = np.asarray(z, dtype=float)
        return np.where((z >= self.low) & (z <= self.high), 1.0 / (self.high - self.low), 0.0)

    def cdf(self, z: ArrayLike) -> Floats:
        """(z - low) / (high - low), cut to [0, 1]."""
        return np.clip((np.asarray(z, dtype=float) - self.low) / (self.high - self.low), 0.0, 1.0)

    def sample(self, generator: np.random.Generator, n: int, trials: int) -> Floats:
        """Uniform draws, shape (n, trials)."""
        return generator.uniform(self.low, self.high, (n, trials))


@dataclass(frozen=True)
class UniformProduct(Law):
    """Z = XY for independent X ~ U[0, 1], Y ~ U[-1, 1]; density 1/2 ln(1/|z|) on [-1, 1] (Lemma 4, Appendix A.1).

    >>> UniformProduct().cdf([-1.0, 0.0, 1.0]).tolist()
    [0.0, 0.5, 1.0]
    """

    def pdf(self, z: ArrayLike) -> Floats:
        """1/2 ln(1/|z|) for 0 < |z| <= 1; infinite at 0."""
        size = np.abs(np.asarray(z, dtype=float))
        with np.errstate(divide="ignore"):
            return np.where(size <= 1.0, -0.5 * np.log(np.minimum(size, 1.0)), 0.0)

    def cdf(self, z: ArrayLike) -> Floats:
        """1/2 + (z - z ln|z|) / 2 on [-1, 1]; the paper's formula leaves out the 1/2, the mass below 0."""
        z = np.clip(np.asarray(z, dtype=float), -1.0, 1.0)
        size = np.where(z == 0.0, 1.0, np.abs(z))
        return 0.5 + 0.5 * (z - z * np.log(size))

    def sample(self, generator: np.random.Generator, n: int, trials: int) -> Floats:
        """Products of two independent uniforms, shape (n, trials)."""
        pairs = generator.random((n, 2, trials))
        return pairs[:, 0] * (2.0 * pairs[:, 1] - 1.0)


@dataclass(frozen=True)
class ReluProduct(Law):
    """Z = b max(a, 0) for independent a, b ~ U[-1, 1]: 1/2 delta_0 + 1/2 P, P the product law (Corollary 1).

    >>> ReluProduct().cdf([-1e-12, 0.0]).round(6).tolist()  # the atom
    [0.25, 0.75]
    """

    def pdf(self, z: ArrayLike) -> Floats:
        """Half the density of the product law; the atom of mass 1/2 at 0 has no density."""
        return 0.5 * UniformProduct().pdf(z)

    def cdf(self, z: ArrayLike) -> Floats:
        """1/2 1{z >= 0} + 1/2 P(XY <= z)."""
        return 0.5 * (np.asarray(z, dtype=float) >= 0.0) + 0.5 * UniformProduct().cdf(z)

    def sample(self, generator: np.random.Generator, n: int, trials: int) -> Floats:
        """b max(a, 0) from two independent uniforms, shape (n, trials)."""
        a, b = np.moveaxis(generator.uniform(-1.0, 1.0, (n, 2, trials)), 1, 0)
        return b * np.maximum(a, 0.0)


_SHARE = 0.5 * portable.LOG_2
"""1/2 ln 2, the share of U[-1/2, 1/2] in the product law (Corollary 1, Appendix A.1)."""


@dataclass(frozen=True)
class Remainder(Law):
    """Q in P = (1/2 ln 2) U[-1/2, 1/2] + (1 - 1/2 ln 2) Q, P the law of UniformProduct (Corollary 1, Appendix A.1)."""

    def pdf(self, z: ArrayLike) -> Floats:
        """ln(1/|2z|) / (2 - ln 2) up to |z| = 1/2, where it is 0; ln(1/|z|) / (2 - ln 2) up to 1; infinite at 0."""
        size = np.abs(np.asarray(z, dtype=float))
        scaled = np.where(size <= 0.5, 2.0 * size, size)
        with np.errstate(divide="ignore"):
            return np.where(size <= 1.0, -np.log(np.minimum(scaled, 1.0)), 0.0) / (2.0 - 2.0 * _SHARE)

    def cdf(self, z: ArrayLike) -> Floats:
        """1/2 + sign(z) (s - s ln s - min(s, 1/2) ln 2) / (2 - ln 2), s = min(|z|, 1)."""
        z = np.asarray(z, dtype=float)
        size = np.minimum(np.abs(z), 1.0)
        product = size - size * np.log(np.where(size == 0.0, 1.0, size))
        return 0.5 + np.sign(z) * (product - 2.0 * _SHARE * np.minimum(size, 0.5)) / (2.0 - 2.0 * _SHARE)

    def sample(self, generator: np.random.Generator, n: int, trials: int) -> Floats:
        """The inverse of the distribution function at uniform draws, shape (n, trials).

        s - s ln s is what is to be inverted. Up to |z| = 1/2, the law is that of half a product XY, of mass
        1 / (2 - ln 2); beyond, it is that of XY.
        """
        centred = 2.0 * generator.random((n, trials)) - 1.0
        mass = (1.0 - _SHARE) * np.abs(centred)
        inside = mass <= 0.5
        # at most 1, as mass + _SHARE could exceed it by a rounding
        size = portable.inverse_of_product_tail(np.where(inside, 2.0 * mass, np.minimum(mass + _SHARE, 1.0)))
        return np.sign(centred) * np.where(inside, 0.5 * size, size)


@dataclass(frozen=True)
class Frozen(Law):
    """The continuous law `name` of scipy.stats, parameters = (shapes..., loc, scale); loc 0 and scale 1 if left out.

    >>> Frozen("norm", (0.0, 0.5)).cdf(0.5).round(4).item()
    0.8413
    """

    name: str
    parameters: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        law = _continuous(self.name)
        names = _parameter_names(law)
        try:
            given = tuple(float(parameter) for parameter in self.parameters)
        except (TypeError, ValueError):
            raise InputError(
                f"{self.name} must have a tuple of numbers as parameters, got {_described(self.parameters)}; "
                f"give ({', '.join(names)})"
            ) from None
        if not len(names) - 2 <= len(given) <= len(names):
            raise InputError(f"{self.name} must have the parameters ({', '.join(names)}), got {given}; give them all")
        full = tuple(value + 0.0 for value in given + (0.0, 1.0)[len(given) - len(names) + 2 :])  # no -0.0
        with np.errstate(all="ignore"):
            median = law.ppf(0.5, *full)
        if not np.isfinite(median):
            raise InputError(f"{self.name} must have parameters that scipy.stats allows, got {full}; see its help")
        object.__setattr__(self, "parameters", full)

    @property
    def portable(self) -> bool:
        """False: scipy takes logarithms and the like from libraries, whose last digits depend on the processor."""
        return False

    def named(self) -> tuple[str, dict[str, Any]]:
        """scipy.NAME with SciPy's names of the parameters; the normal law is norm, of a mean and a std."""
        name, names = (
            (NORMAL, NORMAL_NAMES) if self.name == NORMAL else (f"scipy.{self.name}", parameter_names(self.name))
        )
        return name, dict(zip(names, self.parameters, strict=True))

    def pdf(self, z: ArrayLike) -> Floats:
        """Density at z, by scipy."""
        return np.asarray(_continuous(self.name).pdf(z, *self.parameters), dtype=float)

    def cdf(self, z: ArrayLike) -> Floats:
        """P(Z <= z), by scipy."""
        return np.asarray(_continuous(self.name).cdf(z, *self.parameters), dtype=float)

    def sample(self, generator: np.random.Generator, n: int, trials: int) -> Floats:
        """Quantiles of uniform draws, shape (n, trials); scipy's rvs may use any number of draws for a value."""
        uniform = np.maximum(generator.random((n, trials)), 2.0**-54)  # a draw is 0 with probability 2^-53
        return np.asarray(_continuous(self.name).ppf(uniform, *self.parameters), dtype=float)


NORMAL, NORMAL_NAMES = "norm", ["mean", "std"]
_NAMES: dict[type[Law], str] = {
    Uniform: "uniform", UniformProduct: "product", ReluProduct: "relu_product", Remainder: "remainder",
}  # fmt: skip
"""What the laws of the paper are called."""


def parameter_names(name: str) -> list[str]:
    """The parameters of the continuous law `name` of scipy.stats in SciPy's order: shapes, loc, scale."""
    return _parameter_names(_continuous(name))


def named_numbers(parameters: Mapping[str, Any]) -> str:
    """{"mean": 0.0, "std": 0.5} -> 'mean=0,std=0.5'."""
    return ",".join(f"{name}={number_text(value)}" for name, value in parameters.items())


def number_text(value: Any) -> str:
    """A number in the fewest digits that read back as the same number; anything else by its repr."""
    if not isinstance(value, int | float | np.number) or (isinstance(value, int) and abs(value) > 2**53):
        return repr(value)
    number = float(value) + 0.0  # 0, not -0
    short = f"{number:g}"
    return short if float(short) == number or np.isnan(number) else repr(number).removesuffix(".0")


def as_law(law: Any) -> Law:
    """The law itself, or a frozen continuous law of scipy.stats as `Frozen`.

    Anything else, discrete laws, laws of a user's own and arrays of parameters included, is an InputError.
    """
    if isinstance(law, Law):
        return law
    from scipy.stats.distributions import rv_continuous, rv_frozen

    if not (isinstance(law, rv_frozen) and isinstance(law.dist, rv_continuous)):
        raise InputError(
            f"law must be a Law or a frozen continuous law of scipy.stats, got {_described(law)}; "
            "give scipy.stats.norm(0.0, 1.0), say"
        )
    given = dict(zip(_parameter_names(law.dist), law.args, strict=False)) | law.kwds
    full = {"loc": 0.0, "scale": 1.0} | given
    if any(np.ndim(parameter) for parameter in full.values()):
        raise InputError(f"law must have numbers as parameters, got arrays for {law.dist.name}; give one law at a time")
    frozen = Frozen(law.dist.name, tuple(full[name] for name in _parameter_names(law.dist)))
    levels = np.linspace(0.1, 0.9, 5)
    if not np.array_equal(law.ppf(levels), _continuous(frozen.name).ppf(levels, *frozen.parameters)):
        raise InputError(f"law must be scipy's own {frozen.name}, got another of that name; subclass Law instead")
    return frozen


def _continuous(name: str) -> Any:
    """The law called `name` in scipy.stats, its parameters open."""
    from scipy import stats

    law = getattr(stats, name, None) if isinstance(name, str) else None
    if not isinstance(law, stats.rv_continuous):
        raise InputError(f"a law's name must be that of a continuous law of scipy.stats, got {name!r}; 'norm', say")
    return law


def _parameter_names(law: Any) -> list[str]:
    shapes = law.shapes.split(", ") if law.shapes else []
    return [*shapes, "loc", "scale"]


def _described(law: Any) -> str:
    """Type and name, on one line: the repr of what scipy makes is an address, that of an array has many lines."""
    name = getattr(getattr(law, "dist", law), "name", law)
    return f"{type(law).__name__} {name!r}" if isinstance(name, str | int | float | type) else type(law).__name__


def law_from(described: Mapping[str, Any]) -> Law:
    """The law of {"class": ..., its parameters}, as a run's file holds it: `Frozen`, or one of the paper's."""
    kinds: dict[str, Any] = {kind.__name__: kind for kind in (Uniform, UniformProduct, ReluProduct, Remainder, Frozen)}
    given = {name: tuple(v) if isinstance(v, list) else v for name, v in described.items() if name != "class"}
    try:
        return kinds[described["class"]](**given)
    except (KeyError, TypeError) as error:
        raise InputError(f"a law must be one of {', '.join(kinds)}, got {described!r}") from error
