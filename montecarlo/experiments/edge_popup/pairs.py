"""A layer in the structure of Figure 1c as the one matrix that it is for inputs of at least 0, which all of them are.

Pixels, and what follows a ReLU, are never negative: relu(u_kj x_j) = relu(u_kj) x_j. So the pair u (r, in) and v
(out, r in) answers M x, M_oj = sum_k u_kj v_o,kj, with relu(u) for u under ReLU. Products of batches and M take a fifth
of those with v, and gradients of u and v follow from dL/dM.
"""

from typing import TYPE_CHECKING

import numpy as np

from ...kernels.networks.edge_popup import first_gradients, pair_products
from .masks import Arrays, Pruned

if TYPE_CHECKING:
    from torch import Tensor

Rates = tuple[float, float, float]


class PrunedPair:
    """A pair of pruned matrices, u = first (r, in) and v = second (out, r in), and M = matrix (out, in).

    rectified: ReLU on the products u x.
    """

    def __init__(self, first: Pruned, second: Pruned, *, rectified: bool) -> None:
        self._first, self._second, self._rectified = first, second, rectified
        self._shape = second.weight.shape[0], *first.weight.shape
        self.matrix: Tensor = first.weight.new_zeros(self._shape[0], self._shape[2]).requires_grad_()
        self._multiply()

    def learn(self, rates: Rates) -> None:
        """One step of SGD on the scores of both by the gradient of M, then masks and M; rates as in `Pruned.learn`."""
        gradient = self.matrix.grad
        if gradient is None:
            return
        self.matrix.grad = None
        if self._first.arrays and self._second.arrays:
            self._learn(gradient.contiguous().numpy(), self._first.arrays, self._second.arrays, rates)
        else:
            self._learn_elsewhere(gradient, rates)
        self._multiply()

    def _learn(self, outer: np.ndarray, first: Arrays, second: Arrays, rates: Rates) -> None:
        inner = np.maximum(first.used, np.float32(0.0)) if self._rectified else first.used
        gradient = np.empty_like(first.used)
        first_gradients(outer, second.used.reshape(self._shape), gradient)
        if self._rectified:  # it lets nothing through where a product is 0
            gradient *= first.used > 0
        self._second.move_product(outer, inner, rates)
        self._first.move(gradient, rates)

    def _learn_elsewhere(self, outer: "Tensor", rates: Rates) -> None:
        """The same by torch, for an accelerator."""
        used, second = self._first.used.detach(), self._second.used.detach()
        inner = used.relu() if self._rectified else used.clone()
        gradient = (outer.unsqueeze(1) * second.view(self._shape)).sum(0)
        gradient = gradient * (used > 0) if self._rectified else gradient
        self._second.move_elsewhere((outer.unsqueeze(1) * inner).view_as(second), rates)
        self._first.move_elsewhere(gradient, rates)

    def _multiply(self) -> None:
        """M for the masks as they are."""
        used, second = self._first.used.detach(), self._second.used.detach().view(self._shape)
        inner = used.relu() if self._rectified else used
        if self._first.arrays:
            pair_products(inner.numpy(), second.numpy(), self.matrix.detach().numpy())
        else:
            self.matrix.data.copy_((inner * second).sum(1))
