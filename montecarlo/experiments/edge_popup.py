"""Edge-popup (Ramanujan et al. 2020): a mask on frozen random weights is learned through scores.

Each weight w has a score s. The forward pass uses w where |s| is among the `keep` largest of its layer and 0 elsewhere;
the backward pass takes the mask for |s| (straight-through): dL/ds = w sign(s) dL/d(w mask). Weights never move.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ..kernels.edge_popup import gather_band, kept_weights, through_mask

if TYPE_CHECKING:
    from torch import Tensor

_BAND = 0.02
"""Half the relative width of the band about the last threshold: some 1% of the scores lie within, and hardly a step
of training leaves it."""


@dataclass
class Pruned:
    """A matrix of frozen weights with scores. used: what the forward pass takes, w mask.

    keep: how many weights the mask leaves, 1 to all of them. All tensors float32 and contiguous.
    """

    weight: "Tensor"
    score: "Tensor"
    keep: int
    used: "Tensor" = field(init=False)
    _threshold: float = field(default=0.0, init=False)
    _inside: Any = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.used = self.weight.clone().requires_grad_()
        if self.trained:
            if self.weight.device.type == "cpu":
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
        if self.weight.device.type != "cpu":
            self._refresh_elsewhere()
            return
        weights, scores, out = (_flat(tensor) for tensor in (self.weight, self.score, self.used))
        threshold, surplus = self._select(scores)
        self._threshold = float(threshold)
        kept_weights(weights, scores, threshold, surplus, out)

    def pull(self) -> None:
        """The gradient of `used` becomes that of the scores."""
        gradient = self.used.grad
        if not self.trained or gradient is None:
            return
        if gradient.device.type == "cpu":
            through_mask(*(_flat(tensor) for tensor in (gradient, self.weight, self.score)))
        else:
            gradient.mul_(self.weight).mul_(self.score.sign())
        self.score.grad = gradient
        self.used.grad = None

    def mask(self) -> np.ndarray:
        """Which weights are kept, bool; a weight of 0 that is kept counts as removed, which a normal never draws."""
        return (self.used.detach() != 0).cpu().numpy()

    def _select(self, scores: np.ndarray) -> tuple[np.float32, int]:
        """(keep-th largest |s|, how many of that very size are too many)."""
        low, high = (np.float32(self._threshold * (1.0 + sign * _BAND)) for sign in (-1, 1))
        above, within = gather_band(scores, low, high, self._inside)
        if not above < self.keep <= above + within:
            above, within = gather_band(scores, np.float32(0.0), np.float32(np.inf), self._inside)
        if not within:  # no score is a number
            return np.float32(np.inf), 0
        inside = self._inside[:within]
        rank = min(max(within - (self.keep - above), 0), within - 1)
        inside.partition(rank)
        threshold = inside[rank]
        return threshold, above + int(np.count_nonzero(inside >= threshold)) - self.keep

    def _refresh_elsewhere(self) -> None:
        """The same by a stable sort, on an accelerator, where it costs less than a way to the host and back."""
        import torch

        with torch.no_grad():
            order = torch.argsort(self.score.abs().flatten(), descending=True, stable=True)[: self.keep]
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


def _flat(tensor: "Tensor") -> np.ndarray:
    return tensor.detach().view(-1).numpy()
