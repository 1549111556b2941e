"""Edge-popup (Ramanujan et al. 2020): a mask on frozen random weights is learned through scores.

Each weight w has a score s. The forward pass uses w where |s| is among the `keep` largest of its layer and 0 elsewhere;
the backward pass takes the mask for |s| (straight-through): dL/ds = w sign(s) dL/d(w mask). Weights never move.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ...kernels.networks.edge_popup import gather_band, kept_weights, moved_pair_scores, moved_scores

if TYPE_CHECKING:
    from torch import Tensor

_NARROWEST, _WIDEST = 5e-4, 0.02
"""Half the relative width of the band about the last threshold is five times what it last moved, within these."""


@dataclass(frozen=True)
class Arrays:
    """What tensors of a pruned matrix hold, on the CPU, as NumPy sees it.

    Made once: a view by torch takes as long as a step of a small matrix.
    """

    weights: np.ndarray
    scores: np.ndarray
    velocities: np.ndarray
    used: np.ndarray


@dataclass
class Pruned:
    """A matrix of frozen weights with scores. used: what the forward pass takes, w mask.

    keep: how many weights the mask leaves, 1 to all of them. All tensors float32 and contiguous. velocity: what SGD's
    momentum remembers of the scores' gradients.
    """

    weight: "Tensor"
    score: "Tensor"
    keep: int
    used: "Tensor" = field(init=False)
    velocity: "Tensor" = field(init=False)
    _threshold: float = field(default=0.0, init=False)
    _band: float = field(default=_WIDEST, init=False)
    _inside: Any = field(default=None, init=False)
    arrays: "Arrays | None" = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.used = self.weight.clone().requires_grad_()
        self.velocity = self.score.new_zeros(self.score.shape)
        if self.weight.device.type == "cpu":
            tensors = self.weight, self.score, self.velocity, self.used
            self.arrays = Arrays(*(tensor.detach().numpy() for tensor in tensors))
        if self.trained:
            if self.arrays:
                self._inside = np.empty(self.weight.numel() + 1, np.float32)
            self.refresh()

    @property
    def trained(self) -> bool:
        """Whether there is anything to choose: a mask of all weights asks for no scores."""
        return self.keep < self.weight.numel()

    def refresh(self) -> None:
        """used = w mask for the scores as they are: exactly `keep` weights, the first of equal |s| where that decides.

        Scores that are not all finite have no largest ones; nothing is promised then but to end.
        """
        if not self.arrays:
            self._refresh_elsewhere()
            return
        weights, scores, out = (array.ravel() for array in (self.arrays.weights, self.arrays.scores, self.arrays.used))
        threshold, surplus = self._select(scores)
        if self._threshold > 0.0:
            self._band = min(max(5.0 * abs(float(threshold) / self._threshold - 1.0), _NARROWEST), _WIDEST)
        self._threshold = float(threshold)
        kept_weights(weights, scores, threshold, surplus, out)

    def learn(self, rates: tuple[float, float, float]) -> None:
        """One step of SGD on the scores by the gradient of `used`, then the mask; rates: (rate, momentum, decay)."""
        gradient = self.used.grad
        if gradient is None:
            return
        self.used.grad = None
        if self.arrays:
            self.move(gradient.numpy(), rates)
        else:
            self.move_elsewhere(gradient, rates)

    def move(self, gradient: np.ndarray, rates: tuple[float, float, float]) -> None:
        """`learn` by a given gradient, on the CPU."""
        if self.trained and self.arrays:
            weights, scores = self.arrays.weights.ravel(), self.arrays.scores.ravel()
            moved_scores(gradient.ravel(), weights, scores, self.arrays.velocities.ravel(), np.array(rates, np.float32))
            self.refresh()

    def move_product(self, outer: np.ndarray, inner: np.ndarray, rates: tuple[float, float, float]) -> None:
        """`move` where the gradient of weight (o, (k, j)) is outer[o, j] inner[k, j]."""
        if self.trained and self.arrays:
            shape, own = (len(outer), *inner.shape), (self.arrays.weights, self.arrays.scores, self.arrays.velocities)
            weights, scores, velocities = (array.reshape(shape) for array in own)
            moved_pair_scores(outer, inner, weights, scores, velocities, np.array(rates, np.float32))
            self.refresh()

    def move_elsewhere(self, gradient: "Tensor", rates: tuple[float, float, float]) -> None:
        """`learn` by a given gradient, on an accelerator."""
        if self.trained:
            self._learn_elsewhere(gradient, rates)
            self.refresh()

    def mask(self) -> np.ndarray:
        """Which weights are kept for the scores as they are, bool: `keep` of them, also where a kept weight is 0."""
        kept = np.ones(tuple(self.score.shape), np.float32)
        if self.trained and self.arrays:
            scores = self.arrays.scores.ravel()
            kept_weights(kept.ravel(), scores, *self._select(scores), kept.ravel())
        elif self.trained:
            kept.flat[:] = 0.0
            kept.flat[self._largest().cpu().numpy()] = 1.0
        return kept != 0.0

    def _select(self, scores: np.ndarray) -> tuple[np.float32, int]:
        """(keep-th largest |s|, how many of that very size are too many)."""
        low, high = (np.float32(self._threshold * (1.0 + sign * self._band)) for sign in (-1, 1))
        above, within = gather_band(scores, low, high, self._inside)
        if not above < self.keep <= above + within:
            above, within = gather_band(scores, np.float32(0.0), np.float32(np.inf), self._inside)
        if not within:  # no score is a number
            return np.float32(np.inf), 0
        inside = self._inside[:within]
        rank = min(max(within - (self.keep - above), 0), within - 1)
        inside.partition(rank)
        threshold = inside[rank]
        return threshold, int(above) + int(np.count_nonzero(inside >= threshold)) - self.keep

    def _learn_elsewhere(self, gradient: "Tensor", rates: tuple[float, float, float]) -> None:
        """The same step by torch, for an accelerator."""
        rate, momentum, decay = rates
        gradient = gradient * self.weight * self.score.sign() + decay * self.score
        self.velocity.mul_(momentum).add_(gradient)
        self.score.sub_(rate * self.velocity)

    def _largest(self) -> "Tensor":
        """Places of the `keep` largest |s|, the first of equal ones, by a stable sort."""
        import torch

        return torch.argsort(self.score.detach().abs().flatten(), descending=True, stable=True)[: self.keep]

    def _refresh_elsewhere(self) -> None:
        """The same by a stable sort, on an accelerator, where it costs less than a way to the host and back."""
        import torch

        with torch.no_grad():
            order = self._largest()
            flat = self.used.view(-1)
            flat.zero_()
            flat[order] = self.weight.view(-1)[order]


def forward(matrices: "list[Tensor]", values: "Tensor", *, paired: bool, rectified: bool) -> "Tensor":
    """Outputs of linear layers with ReLU between them, (batch, out).

    paired: every layer is two matrices (r, in) and (out, in r), Figure 1c; rectified: ReLU on the r in products.
    """
    layers = [matrices[k : k + 2] for k in range(0, len(matrices), 2)] if paired else [[m] for m in matrices]
    for number, layer in enumerate(layers):
        hidden = values.relu() if number else values
        if paired:
            hidden = (hidden.unsqueeze(1) * layer[0]).flatten(1)
            hidden = hidden.relu() if rectified else hidden
        values = hidden @ layer[-1].T
    return values
