"""Theorem 1 (Section 3.5) for one target f at a time, not for all of F at once: its masks, and what they leave.

f(x) = W_l relu(... relu(W_1 x)), all layers d x d with ||W_k|| = 1 (less 1e-12), drawn anew in every trial; the random
network is that of Theorem 1, 2n hidden neurons for each input of a layer. For every n' <= n each weight w_ij takes, of
the first 2n' neurons of block j, the subset whose v u add up nearest to it: of those with u > 0 for x_j > 0 and, in the
first pair, of those with u < 0 for x_j < 0; behind a relu inputs are not negative, and neurons with u < 0 are pruned
away. Of a side with more than 40 neurons the first 40 count. The pruned network is g_n'. Two events:

    nearest subsets  min over n' <= n of sup over ||x|| <= 1 of ||f(x) - g_n'(x)||; masks may leave new neurons out
    chain            min over n' <= n of prod_k (1 + ||R_k||) - 1, R_k the larger of |W - P| and |W - N| entry by entry:
                     the proof of Theorem 1 when it is told these errors

What is certified: the stored upper value bounds the error of masks that exist, over the whole ball, whatever rounding
does (the least of two chains, see `kernels.distances`); the lower one is at most the error of each g_n' at some x in
the ball, found by ascent. What is not: that no better masks exist. They are the nearest subsets weight by weight, and
errors of several weights may cancel; so the event is sufficient for "f has masks", not necessary, and n* here is at
least that of the best masks of all. The supremum itself lies somewhere between the two bounds, which no tolerance
narrows. The same for every f in F at once is the event "sharper certificate" or "certificate" of `Theorem1`.
"""

import math
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..checks import whole
from ..sampling.laws import Uniform
from ..sampling.matrices import check_kind, unit_matrix
from ..solvers.covering_radius import Brackets, Precision, stacked
from ..solvers.nearest_subset import MOST_ENTRIES, nearest_subset
from .base import Claim, Event, Events, Floats, Role
from .cost import Cost

_STARTS = 12
"""Directions the attack starts from besides the axes. Measured: 1% below `networks.bounds` in the mean (d = 4)."""
_STEPS = 12


@dataclass(frozen=True)
class PrunedNetwork(Claim):
    """With probability >= 1 - epsilon, a random network prunes to one given f: depth l layers, all d x d.

    d of a sweep is the width of the layers. depth: l. kind: that of f's layers, "gaussian", "orthogonal", "low-rank",
    "sparse" (see `matrices`), drawn anew in every trial, or "equal", which is one f.
    """

    depth: int = 2
    kind: str = "gaussian"

    name = "pruned_network"
    title = "Theorem 1, one f"
    words = "masks for one network at a time"
    group = "layers and networks"
    color_slot = 7
    statement = (
        "f: a ReLU network of l layers, d x d, ||W_k|| = 1; g random with 2 l layers, 2n hidden neurons for each input "
        "of a layer, entries iid U[-1,1], n >= C ln(d^2 l/epsilon): with probability at least 1 - epsilon, this one f "
        "has masks of g with sup over ||x|| <= 1 of ||f(x) - g(x)|| <= epsilon."
    )
    source = "Theorem 1, Sections 2 and 3.5"
    events: ClassVar[Events] = {
        "nearest subsets": Event(
            "sup over ||x|| <= 1 of ||f(x) - g(x)||, g pruned to nearest subsets, best n' <= n",
            Role.IMPLIES,
            "the masks whose sums are nearest to the weights of f",
        ),
        "chain": Event(
            "prod_k (1 + ||R_k||) - 1, R_k = max(|W_k - P_k|, |W_k - N_k|) of those masks, best n' <= n",
            Role.IMPLIES,
            "the errors of those masks, carried through the network",
        ),
    }
    dimensions = None
    largest_n = MOST_ENTRIES
    neurons = 2
    paper_factor = 2
    bracketed = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "depth", whole("depth", self.depth, 1))
        check_kind(self.kind)

    @property
    def label(self) -> str:
        """The title, the depth, and the kind of target unless it is gaussian."""
        kind = "" if self.kind == "gaussian" else f"{self.kind}, "
        return f"{self.title}, {kind}depth {self.depth}"

    @property
    def portable(self) -> bool:
        """For equal weights; NumPy draws the tails of normal ones by the C library's log1p."""
        return self.kind == "equal"

    def amplitude(self, d: int) -> float:
        """A = max over layers of d_{k-1} d_k l = d^2 l."""
        return float(d * d * self.depth)

    def cost(self, n: int, d: int, precision: Precision) -> Cost:
        """A nearest subset for each weight, two in the first layer, and the bounds.

        Nearest subsets take 2^(k/2) for k neurons, ((1 + 2^(1/2)) / 2)^(2n) in the mean; bounds grow like l d^2.
        Measured: 1.3 ms up to n = 20 for d = 2, l = 2, 3.8 ms for d = 4, 15 ms for d = 8; 330 ms up to n = 40, d = 2.
        Errors fall to the resolution at about n = 14 + 1.2 ln(1 / resolution).
        """
        resolution, problems = precision.resolution, d * d * (self.depth + 1)
        last = min(float(n), 14.0 - 1.2 * math.log(min(resolution, 1.0))) if resolution else float(n)
        bounds = last * (2e-5 + 2.3e-6 * self.depth * d * d)
        return Cost(bounds + 2.4e-8 * problems * 1.457 ** min(last, 37.0), problems, sums=2.0**n)

    def draw(self, generator: np.random.Generator, n: int, d: int, trials: int) -> Floats:
        """Shape (n, 2 + 2 d + d, l, d, trials): on axis 1 u of two neurons, their v to each output, and rows of W_k.

        Axis 3 are the inputs. The target is drawn first, W_1, ..., W_l trial by trial, and is the same for every n.
        """
        target = np.empty((d, self.depth, d, trials))
        for trial, k in np.ndindex(trials, self.depth):
            target[:, k, :, trial] = unit_matrix(self.kind, generator, d, d)
        shape = 2 + 2 * d, self.depth, d, trials
        neurons = Uniform(-1.0, 1.0).sample(generator, n, int(np.prod(shape))).reshape(n, *shape)
        return np.concatenate([neurons, np.broadcast_to(target, (n, *target.shape))], axis=1)

    def critical_epsilons(self, draws: Floats, precision: Precision) -> Brackets:
        """Bounds on the critical epsilons of both events, shape (2, n, trials); a trial ends at the resolution."""
        from ..kernels.networks.distances import norms_of_trials, sharpen_bounds

        n, (depth, d, trials) = draws.shape[0], draws.shape[2:]
        problems = _problems(draws)
        weights = np.ascontiguousarray(draws[0, 2 + 2 * d :].transpose(3, 1, 0, 2))  # (trials, l, outputs, inputs)
        norms = np.empty((trials, depth))
        norms_of_trials(weights, norms)
        sums = np.zeros((depth + 1, d, trials, d))
        found = np.full((n, 4, trials), np.inf)
        starts = _starting_directions(d)
        for step in range(n):
            found[step] = found[max(step - 1, 0)]
            open_ = np.flatnonzero(found[step, 2] > precision.resolution)
            if open_.size == 0:
                continue
            _add_nearest(problems, step, open_, sums)
            maps = sums[:, :, open_].transpose(2, 0, 3, 1)
            network = weights[open_], np.ascontiguousarray(maps[:, :depth]), np.ascontiguousarray(maps[:, depth])
            bounds = np.ascontiguousarray(found[step][:, open_])
            sharpen_bounds(network, norms[open_], starts, _STEPS, bounds)
            found[step][:, open_] = bounds
        attacked, certified, product, growth = found.transpose(1, 0, 2)
        chain = Brackets(_product_down(product, growth, depth, d), product)
        return stacked([Brackets(attacked, certified), chain])


class _Problems(NamedTuple):
    """The subset sums of all trials: first for x > 0 in layers 1..l, then for x < 0 in the first layer."""

    entries: Floats
    """v u of the neurons that fire, in order, (l + 1, inputs, trials, outputs, at most 40); rubbish behind them."""
    counts: NDArray[np.intp]
    """How many of them there are after every step, (n, l + 1, inputs, trials)."""
    weights: Floats
    """Their targets, (l + 1, inputs, trials, outputs)."""


def _problems(draws: Floats) -> _Problems:
    n, (depth, d, trials) = draws.shape[0], draws.shape[2:]
    u = draws[:, :2].reshape(2 * n, depth, d, trials)
    v = draws[:, 2 : 2 + 2 * d].reshape(n, 2, d, depth, d, trials).reshape(2 * n, d, depth, d, trials)
    target = draws[0, 2 + 2 * d :].transpose(1, 2, 3, 0)
    fires = np.concatenate([u > 0.0, u[:, :1] < 0.0], axis=1)
    order = np.argsort(~fires, axis=0, kind="stable")[:MOST_ENTRIES]
    products = np.moveaxis(v, 1, -1) * u[..., None]  # (2n, l, inputs, trials, outputs)
    products = np.concatenate([products, products[:, :1]], axis=1)
    entries = np.take_along_axis(products, order[..., None], axis=0)
    counts = np.minimum(np.cumsum(fires, axis=0)[1::2], MOST_ENTRIES)
    return _Problems(
        np.ascontiguousarray(np.moveaxis(entries, 0, -1)), counts, np.concatenate([target, target[:1]], axis=0)
    )


def _add_nearest(problems: _Problems, step: int, trials: NDArray[np.intp], sums: Floats) -> None:
    """sums[s, j, t, i] = the subset sum nearest to w_ij with the neurons up to `step`, where there are new ones."""
    counts = problems.counts[step][..., trials]
    new = counts > (problems.counts[step - 1][..., trials] if step else 0)
    for count in np.unique(counts[new]):
        side, j, t = np.nonzero(new & (counts == count))
        where = side, j, trials[t]
        sums[where] = nearest_subset(problems.entries[where][..., :count], problems.weights[where]).sums


def _starting_directions(d: int) -> Floats:
    """The axes both ways, and some fixed directions: (2 d + 12, d)."""
    drawn = np.random.Generator(np.random.PCG64DXSM(d)).standard_normal((_STARTS, d))
    return np.concatenate([np.eye(d), -np.eye(d), drawn])


def _product_down(product: Floats, growth: Floats, depth: int, d: int) -> Floats:
    """At most the product that was rounded up: norms are too large by d^(1/4096) and SPREAD d twice at most.

    It is a polynomial without constant term in the norms, with non-negative coefficients and slopes below `growth`.
    """
    from ..kernels.networks.distances import SPREAD

    excess = float(d)
    for _ in range(12):
        excess = math.sqrt(excess)
    share = (1.0 - 1e-9) / math.prod([excess] * depth)
    return np.maximum(product * share - 4.0 * depth * d * SPREAD * growth, 0.0)
