"""Theorem 1 (Section 3.5): every ReLU network of depth l from one random network of twice the depth.

    F: f(x) = W_l relu(W_{l-1} ... relu(W_1 x)) with ||W_k|| <= 1, here all layers d x d. g has two random layers for
    each W_k, with d blocks of hidden neurons, n >= C ln(d^2 l / epsilon) to each sign of a block's input. Then with
    probability at least 1 - epsilon, every f in F has masks with sup over ||x|| <= 1 of ||f(x) - g(x)|| <= epsilon.

With R_k the matrix of covering radii of layer k (R_ij of Lemma 3), every W has masks with
||W x - g_k(x)|| <= ||R_k|| ||x||, spectral norm, for every x. Through the layers, relu being 1-Lipschitz,

    ||f(x) - g(x)|| <= prod_k (1 + ||R_k||) - 1

for all f in F at once. Three events, each implied by the next:

    sharper certificate  that product, with R_k for k >= 2 from the neurons that fire on x > 0 alone
    certificate          that product
    proof                2 l max_k (proof of Lemma 3 for layer k), which bounds the errors for epsilon < 1

The first goes beyond the paper: after the first pair of layers inputs have passed a ReLU, so only the positive half
of each block matters there.

All three are sufficient, none is the statement: the masks are those of Lemma 3's proof, the bound through the layers
lets every layer have its worst error at once, and errors of one layer may cancel in the next.
"""

from dataclasses import dataclass
from functools import reduce
from typing import ClassVar

import numpy as np

from ..checks import whole
from ..sampling.laws import Uniform
from ..solvers.covering_radius import Brackets, Precision, falling, stacked, worse
from . import blocks
from .base import Claim, Event, Events, Floats, Role
from .cost import Cost, covering_cost


@dataclass(frozen=True)
class Theorem1(Claim):
    """With probability >= 1 - epsilon, a random network prunes to every f in F: depth l layers, all d x d.

    d of a sweep is the width of the layers. depth: l, the number of layers of f.
    """

    depth: int = 2

    name = "theorem1"
    title = "Theorem 1"
    words = "a network of twice the depth prunes to any network"
    group = "layers and networks"
    color_slot = 2
    statement = (
        "F: ReLU networks of l layers, d x d, ||W_k|| <= 1; g random with 2 l layers, 2n hidden neurons for each input "
        "of a layer, entries iid U[-1,1], n >= C ln(d^2 l/epsilon): with probability at least 1 - epsilon, every f in "
        "F has masks of g with sup over ||x|| <= 1 of ||f(x) - g(x)|| <= epsilon."
    )
    source = "Theorem 1, Sections 2 and 3.5"
    events: ClassVar[Events] = {
        "sharper certificate": Event(
            "(1 + ||R_1||) prod_{k>=2} (1 + ||R_k+||) - 1, R+ for x > 0 alone",
            Role.IMPLIES,
            "the certificate, where layers behind a ReLU have inputs of one sign",
        ),
        "certificate": Event(
            "prod_k (1 + ||R_k||) - 1, R_k the matrix of Lemma 1's statements, spectral norms",
            Role.IMPLIES,
            "the layers' errors in spectral norm, carried through the network",
        ),
        "proof": Event(
            "2 l max_k d^2 max_ij 2 max(rho(b_ij a_j+), rho(d_ij c_j-)), where that is at most 1",
            Role.IMPLIES,
            "2 l times the worst layer of the proof of Lemma 3",
        ),
    }
    dimensions = None
    neurons = 2
    paper_factor = 2
    kernels = ("covering", "networks")

    def __post_init__(self) -> None:
        object.__setattr__(self, "depth", whole("depth", self.depth, 1))

    @property
    def label(self) -> str:
        """The title and the depth."""
        return f"{self.title}, depth {self.depth}"

    def amplitude(self, d: int) -> float:
        """A = max over layers of d_{k-1} d_k l = d^2 l."""
        return float(d * d * self.depth)

    def amplitude_of_proof(self, d: int) -> float:
        """A = 4 d^2 l: Lemma 1 at epsilon / (2 l d^2)."""
        return 4.0 * self.amplitude(d)

    def cost(self, n: int, d: int, precision: Precision) -> Cost:
        """The problems of Lemma 1 for each weight of each layer; the proof multiplies a radius by 4 d^2 l."""
        problems = 4 * d * d * self.depth
        return covering_cost(n, precision, problems=problems, summands=2, growth=2.25, finer=self._factor(d))

    def _factor(self, d: int) -> float:
        return 4.0 * d * d * self.depth

    def draw(self, generator: np.random.Generator, n: int, d: int, trials: int) -> Floats:
        """As in Lemma 3 for each layer k, on axis 3: shape (n, 2, 1 + d, l, d, trials)."""
        shape = 2, 1 + d, self.depth, d, trials
        return Uniform(-1.0, 1.0).sample(generator, n, int(np.prod(shape))).reshape(n, *shape)

    def critical_epsilons(self, draws: Floats, precision: Precision) -> Brackets:
        """Critical epsilons of the three events, shape (3, n, trials)."""
        d = draws.shape[4]
        sides = blocks.sides_of(draws[:, :, :1], draws[:, :, 1:])
        finer = precision.finer(2.0 * d * self.depth)  # (1 + d r / (2 d l))^l - 1 <= r
        positive, negative = blocks.covering(sides.positive, finer), blocks.covering(sides.negative, finer)
        norms, halves = _norms(worse(positive, negative)), _norms(positive)
        later = Brackets(*(np.concatenate([a[:, :1], b[:, 1:]], axis=1) for a, b in zip(norms, halves, strict=True)))
        certificate, sharper = _through_layers(norms), _through_layers(later)
        radii = blocks.construction(sides, precision.finer(self._factor(d)))
        proof = Brackets(*(self._factor(d) * side.max(axis=(1, 2, 3)) for side in radii))
        proof = worse(proof, certificate)  # above 1 the product outgrows what the proof adds up
        return stacked([sharper, certificate, proof])


def _norms(radii: Brackets) -> Brackets:
    """Spectral norms of the layers' matrices: (n, outputs, l, inputs, trials) to (n, l, trials), rounded outwards.

    By our own kernel, which every processor computes to the bit. What it gives is at least the norm, and above it by a
    share of at most d^(2^-46) - 1 for the squarings and some 40 d (d + 8) 2^-53 for the roundings it allows for.
    """
    d = radii.upper.shape[1]
    slack = 64.0 * d * (d + 8.0) * 2.0**-53
    upper = _norms_up(radii.upper)
    lower = upper if np.array_equal(radii.lower, radii.upper) else _norms_up(radii.lower)
    return Brackets(lower * (1.0 - slack), upper)


def _norms_up(matrices: Floats) -> Floats:
    from ..kernels.networks.distances import norms_of_trials

    n, outputs, depth, inputs, trials = matrices.shape
    each = np.ascontiguousarray(matrices.transpose(0, 4, 2, 1, 3)).reshape(n * trials, depth, outputs, inputs)
    norms = np.empty(each.shape[:2])
    norms_of_trials(each, norms)
    return norms.reshape(n, trials, depth).transpose(0, 2, 1)


def _through_layers(norms: Brackets) -> Brackets:
    """prod_k (1 + norm_k) - 1 over axis 1, rounded outwards, in the form that keeps small numbers.

    With p + 1 the product so far, p + norm + p norm has terms of one sign: three roundings a layer, none amplified.
    """
    slack = 4.0 * norms.upper.shape[1] * 2.0**-53
    lower, upper = (reduce(lambda p, norm: p + norm + p * norm, np.moveaxis(side, 1, 0)) for side in norms)
    return falling(Brackets(lower * (1.0 - slack), upper * (1.0 + slack)))
