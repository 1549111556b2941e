"""Lemma 3 (Section 3.4): a layer W x from a pruned random ReLU network, the first weights shared by all rows.

    g(x) = N relu(M x), x in R^d1, N with d2 rows, M with d1 blocks of hidden neurons, n >= C ln(d1 d2 / epsilon) to
    each sign of a block's input. Then with probability at least 1 - epsilon, for all W with ||W|| <= 1 there are masks
    S, T with sup over |x|_inf <= 1 of ||W x - (S * N) relu((T * M) x)|| < epsilon.

Block j of the hidden neurons has first weights u_j, which serve all rows i; row i has its own v_ij. Weight w_ij is a
problem of Lemma 1 with statement R_ij, and row i one of Lemma 2 with d1 blocks. Five events, each implied by the next:

    reach       what all neurons together cannot reach in some row, whatever S and T: see `deals`
    assignment  as blockwise, but for the best T found after the draw that leaves every neuron one input: see `deals`
    blockwise   l2 norm over i of row i's blockwise value of Lemma 2
    sum         sum_ij R_ij
    proof       d1 d2 max_ij (proof of Lemma 1 for w_ij)

Blockwise is safe for all |w_ij| <= 1, of which ||W|| <= 1 is a part. It is exact for one row and the proof's T; with
more rows, their worst x need not agree. The statement lies between the first event, which is necessary, and the second:
all others are sufficient, for these reasons and those of Lemma 2.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..checks import whole
from ..sampling.laws import Uniform
from ..solvers.covering_radius import Brackets, Precision, added, falling, least_so_far, stacked, worse
from . import blocks, deals
from .base import Claim, Event, Events, Floats, Role
from .cost import Cost


@dataclass(frozen=True)
class Lemma3(Claim):
    """With probability >= 1 - epsilon, d1 blocks of 2n random neurons prune to W x for every ||W|| <= 1, W d2 x d1.

    d of a sweep is d1, the number of inputs. outputs: d2, the number of rows; 0 for as many as inputs.
    """

    outputs: int = 0

    name = "lemma3"
    title = "Lemma 3"
    words = "2n neurons per input prune to any layer"
    group = "layers and networks"
    color_slot = 3
    statement = (
        "g(x) = N relu(M x) with 2n hidden neurons for each of d1 inputs and d2 outputs, entries iid U[-1,1], "
        "n >= C ln(d1 d2/epsilon): with probability at least 1 - epsilon, every W with ||W|| <= 1 has masks S, T with "
        "sup over |x|_inf <= 1 of ||W x - (S*N) relu((T*M) x)|| < epsilon."
    )
    source = "Lemma 3, Section 3.4"
    events: ClassVar[Events] = {
        "reach": Event(
            "max over signs, rows i and m inputs j of sqrt(m) - sum_j r_ij, r_ij what all neurons reach at x_j",
            Role.IMPLIED_BY,
            "all neurons together reach the ends, whatever the masks",
        ),
        "assignment": Event(
            "as blockwise, least over T that leave every neuron one input (best found after the draw)",
            Role.IMPLIES,
            "T chosen after the draw, every neuron serving one input",
        ),
        "blockwise": Event(
            "l2 norm over rows i of max(sum_j P_ij, sum_j N_ij), the largest errors of either sign",
            Role.IMPLIES,
            "T as in the proof, every weight pruned to its nearest sums, all |w_ij| <= 1",
        ),
        "sum": Event(
            "sum_ij R_ij, R_ij = max(P_ij, N_ij) the statement of Lemma 1 for w_ij",
            Role.IMPLIES,
            "the errors of all weights added up, whatever their signs",
        ),
        "proof": Event(
            "d1 d2 max_ij 2 max(rho(b_ij a_j+), rho(d_ij c_j-))",
            Role.IMPLIES,
            "d1 d2 times the worst weight of the proof",
        ),
    }
    dimensions = None
    neurons = 2
    paper_factor = 2
    every_matrix = True
    kernels = ("covering", "networks")
    numbers = 2

    def __post_init__(self) -> None:
        object.__setattr__(self, "outputs", whole("outputs (0 for as many as inputs)", self.outputs, 0))

    @property
    def label(self) -> str:
        """The title, and the number of rows unless it is that of the inputs."""
        return f"{self.title}, {self.outputs} outputs" if self.outputs else self.title

    def weights(self, d: int) -> int:
        """d1 d2, the number of weights of W."""
        return d * (self.outputs or d)

    def amplitude(self, d: int) -> float:
        """A = d1 d2."""
        return float(self.weights(d))

    def amplitude_of_proof(self, d: int) -> float:
        """A = 2 d1 d2: Lemma 1 at epsilon / (d1 d2)."""
        return 2.0 * self.weights(d)

    def cost(self, n: int, d: int, precision: Precision) -> Cost:
        """The problems of Lemma 1 for each of d1 d2 weights, more for T; the proof multiplies a radius by 2 d1 d2."""
        return deals.cost(n, d, self.outputs or d, precision)

    def draw(self, generator: np.random.Generator, n: int, d: int, trials: int) -> Floats:
        """u_j (row 0), v_ij (rows 1..d2) and other inputs' first weights ~ U[-1, 1], as in `deals`."""
        shape = 2, (self.outputs or d) + deals.weights_per_neuron(d), d, trials
        return Uniform(-1.0, 1.0).sample(generator, n, int(np.prod(shape))).reshape(n, *shape)

    def critical_epsilons(self, draws: Floats, precision: Precision) -> Brackets:
        """Critical epsilons of the five events, shape (5, n, trials)."""
        rows_of = self.outputs or draws.shape[3]
        sides = blocks.sides_of(draws[:, :, :1], draws[:, :, 1 : rows_of + 1])
        weights = float(sides.positive.shape[2] * sides.positive.shape[3])
        low, high = blocks.signed_errors(sides, precision.finer(weights))
        rows = worse(added(low, axis=2), added(high, axis=2))
        blockwise = least_so_far(Brackets(*(np.sqrt(np.square(side).sum(axis=1)) for side in rows)))
        every = added(added(falling(worse(low, high)), axis=2), axis=1)
        halves = blocks.construction(sides, precision.finer(2.0 * weights))
        proof = Brackets(*(2.0 * weights * side.max(axis=(1, 2)) for side in halves))
        reach, assignment = deals.either_side(draws, rows_of, blockwise, precision.finer(weights), total=False)
        return stacked([reach, assignment, blockwise, every, proof])
