"""Lemma 2 (Section 3.3): d weights, a linear function of d inputs, from a pruned random ReLU network.

    g(x) = v^T relu(M x), M with d blocks of hidden neurons, n >= C ln(d / epsilon) to each sign of a block's input.
    Then with probability at least 1 - epsilon, for all w with |w|_inf <= 1 there are masks s, T with
    sup over |x|_inf <= 1 of |w^T x - (s * v)^T relu((T * M) x)| < epsilon.

In the proof T leaves neuron block i the input x_i alone; what remains is one problem of Lemma 1 for each i. Five
events, each implied by the next:

    reach       what all neurons together cannot reach, whatever s and T: see `deals`. Also the number of masks
    assignment  as blockwise, but for the best T found after the draw that leaves every neuron one input: see `deals`
    blockwise   max( sum_i P_i, sum_i N_i ): exact for the proof's T, every block pruned to the sums nearest to its w_i
    sum         sum_i R_i, R_i = max(P_i, N_i) the statement of Lemma 1 for block i
    proof       d max_i (proof of Lemma 1 for block i)

P_i = sup over w_i and x_i of block i's w_i x_i - g_i(x_i), N_i of g_i(x_i) - w_i x_i. The errors of the blocks add up
at the worst w and x, but only those of one sign: a block that cannot reach w_i = 1 is too low there, one that
overshoots is too high. More neurons can change the nearest subset from one sign to the other, so the blockwise value
may rise; a mask may leave the new neurons out, so the event is the least value so far.

The statement lies between the first and the second, which bound it from both sides: reach is necessary, all others are
sufficient. With another T neurons may serve several inputs, T may depend on w, and masks chosen for all blocks together
may let their errors cancel; `TinyNeuron` shows by how much. For d = 1 blockwise is Lemma 1's statement.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..sampling.laws import Uniform
from ..solvers.covering_radius import Brackets, Precision, added, falling, least_so_far, stacked, worse
from . import blocks, deals
from .base import Claim, Event, Events, Floats, Role
from .cost import Cost


@dataclass(frozen=True)
class Lemma2(Claim):
    """With probability >= 1 - epsilon, d blocks of 2n random neurons prune to w^T x for every |w|_inf <= 1."""

    name = "lemma2"
    title = "Lemma 2"
    words = "2n neurons per input prune to any neuron"
    group = "layers and networks"
    color_slot = 6
    statement = (
        "g(x) = v^T relu(M x) with 2n hidden neurons for each of d inputs, entries iid U[-1,1], n >= C ln(d/epsilon): "
        "with probability at least 1 - epsilon, every w with |w|_inf <= 1 has masks s, T with sup over |x|_inf <= 1 of "
        "|w^T x - (s*v)^T relu((T*M) x)| < epsilon."
    )
    source = "Lemma 2, Section 3.3"
    events: ClassVar[Events] = {
        "reach": Event(
            "max over signs of sum_i max(0, 1 - r_i), r_i what all neurons reach at x_i; at least (d! / masks)^(1/d)",
            Role.IMPLIED_BY,
            "all neurons together reach the ends, whatever the masks",
        ),
        "assignment": Event(
            "as blockwise, least over T that leave every neuron one input (best found after the draw)",
            Role.IMPLIES,
            "T chosen after the draw, every neuron serving one input",
        ),
        "blockwise": Event(
            "max(sum_i P_i, sum_i N_i), P_i and N_i the largest errors of either sign of block i",
            Role.IMPLIES,
            "T as in the proof, every block pruned to the sums nearest to its weight",
        ),
        "sum": Event(
            "sum_i R_i, R_i = max(P_i, N_i) the statement of Lemma 1 for block i",
            Role.IMPLIES,
            "the errors of all blocks added up, whatever their signs",
        ),
        "proof": Event(
            "d max_i 2 max(rho(b_i a_i+), rho(d_i c_i-))", Role.IMPLIES, "d times the worst block of the proof"
        ),
    }
    dimensions = None
    neurons = 2
    paper_factor = 2
    kernels = ("covering", "networks")
    numbers = 2

    def amplitude(self, d: int) -> float:
        """A = d."""
        return float(d)

    def amplitude_of_proof(self, d: int) -> float:
        """A = 2 d: Lemma 1 at epsilon / d."""
        return 2.0 * d

    def cost(self, n: int, d: int, precision: Precision) -> Cost:
        """The problems of Lemma 1 for each of d blocks, once more for T; the proof multiplies a radius by 2 d."""
        return deals.cost(n, d, 1, precision)

    def draw(self, generator: np.random.Generator, n: int, d: int, trials: int) -> Floats:
        """All weights ~ U[-1, 1], shape (n, 2, 2 or 1 + d, d, trials): as in `deals`, with one row."""
        shape = 2, 1 + deals.weights_per_neuron(d), d, trials
        return Uniform(-1.0, 1.0).sample(generator, n, int(np.prod(shape))).reshape(n, *shape)

    def critical_epsilons(self, draws: Floats, precision: Precision) -> Brackets:
        """Critical epsilons of the five events, shape (5, n, trials)."""
        n, d = draws.shape[0], draws.shape[3]
        sides = blocks.sides_of(draws[:, :, 0], draws[:, :, 1])
        low, high = blocks.signed_errors(sides, precision.finer(d))
        blockwise = least_so_far(worse(added(low, axis=1), added(high, axis=1)))
        every = added(falling(worse(low, high)), axis=1)
        halves = blocks.construction(sides, precision.finer(2.0 * d))
        proof = Brackets(2.0 * d * halves.lower.max(axis=1), 2.0 * d * halves.upper.max(axis=1))
        either = deals.either_side(draws, 1, blockwise, precision.finer(d), total=True)
        enough = deals.masks_enough(n, d)[:, None]
        reach = Brackets(np.maximum(either[0].lower, enough), np.maximum(either[0].upper, enough))
        return stacked([reach, either[1], blockwise, every, proof])
