"""The laws of the paper: uniform, product of uniforms, ReLU product. Density, distribution function, sampling.

Each samples `(n, trials)` arrays with n slowest: the first rows of a larger n are those of a smaller n.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


class Law(ABC):
    """A law of one real random variable."""

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
    """Z = XY for independent X ~ U[0, 1], Y ~ U[-1, 1]; density 1/2 ln(1/|z|) on [-1, 1] (Lemma 4, Appendix A.1)."""

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
    """Z = b max(a, 0) for independent a, b ~ U[-1, 1]: 1/2 delta_0 + 1/2 P, P the product law (Corollary 1)."""

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
