"""Pruned networks, literally: wide matrices, binary masks of their shapes, and what they compute neuron by neuron.

Nothing here knows a critical epsilon. A pair of layers is (n, 2, 1 + rows, d): u first, then v of every row. The draws
of Lemma 2 and Lemma 3 have the neurons' weights for other inputs besides (`as_layer`, `as_draws`).
"""

import itertools
from typing import NamedTuple

import numpy as np

from montecarlo import nearest_subset

SERVES = {"statement": ((1, 1), (1, 1)), "construction": ((1, 0), (0, 1)), "non-negative": ((1, 1), (0, 0))}
"""Which of the neurons (a, b) and (c, d) a mask may keep for x > 0, and which for x < 0."""


class Network(NamedTuple):
    """g(x) = (S * N) relu((T * M) x): first is M, second N, and the masks T and S have their shapes."""

    first: np.ndarray
    second: np.ndarray
    keep_first: np.ndarray
    keep_second: np.ndarray

    def __call__(self, x):
        """g at every row of x: (points, d) -> (points, rows)."""
        hidden = np.maximum((self.keep_first * self.first) @ x.T, 0.0)
        return ((self.keep_second * self.second) @ hidden).T


def as_layer(draws, trial=0, rows=1):
    """One trial's pair of layers of Lemma 2 or Lemma 3, without the weights for other inputs: (n, 2, 1 + rows, d)."""
    return draws[:, :, : 1 + rows, :, trial]


def as_draws(layer):
    """A pair of layers as one trial of Lemma 2 or Lemma 3, (n, 2, rows + d, d, 1); weights for other inputs dyadic."""
    n, halves, _, d = layer.shape
    others = np.random.default_rng(1).integers(-(2**10), 2**10, (n, halves, d - 1, d), endpoint=True) / 2**10
    return np.concatenate([layer, others], axis=2)[..., None]


def pruned(layer, weights, serve="statement", steps=None):
    """The network whose masks bring every weight's subset sums nearest to it, by the package's own kernel.

    weights: (rows, d), or a multiple of the layer's rows, which then repeat. Neurons after the first `steps` are left
    out by the masks. Block j's 2n neurons see all of x in M, as the wide network does, and only x_j through T.
    """
    u, v = _of(layer, len(weights))
    fires = _fires(u, serve, layer.shape[0] if steps is None else steps)
    kept = np.zeros((len(weights), *u.T.shape))
    for side in fires:
        for j in range(u.shape[1]):
            chosen = np.flatnonzero(side[:, j])
            if chosen.size:
                masks = nearest_subset((v[chosen, :, j] * u[chosen, j, None]).T, weights[:, j]).masks
                kept[:, j, chosen] = binary(masks, chosen.size)
    return _wide(u, v, kept)


def summands(layer, row, j, serve="statement"):
    """v u of the neurons that serve w_ij on x > 0, and of those on x < 0: two subset-sum problems with one target."""
    u, v = _of(layer, layer.shape[2] - 1)
    return [(v[:, row, j] * u[:, j])[side[:, j]] for side in _fires(u, serve, layer.shape[0])]


def errors(network, weights, x):
    """W x - g(x) at every row of x, (points, rows)."""
    return x @ weights.T - network(x)


def linear_outputs(a, masks, x):
    """s^T (a x) for every mask and x, (masks, points): the linear network of Figure 1(b), pruned in its last layer."""
    return (binary(masks, a.size)[:, None, :] * (a * x[:, None])).sum(axis=-1)


def binary(masks, n):
    """Bits 0..n-1 of every mask as 0 or 1, on a new last axis."""
    return (np.asarray(masks, np.uint64)[..., None] >> np.arange(n, dtype=np.uint64)) & np.uint64(1)


def box(d):
    """A grid of |x|_inf <= 1, dense for d = 1, with all sign vectors {-1, 0, 1}^d.

    Masked neurons have no bias and one input each, so they break at x_j = 0 alone, which is on the grid.
    """
    return np.array(list(itertools.product(np.linspace(-1.0, 1.0, {1: 65, 2: 9}.get(d, 5)), repeat=d)))


def _of(layer, rows):
    """u (2n, d) and v (2n, rows, d); the layer's rows repeat."""
    n, _, outputs, d = layer.shape
    u, v = layer[:, :, 0].reshape(2 * n, d), layer[:, :, 1:].reshape(2 * n, outputs - 1, d)
    return u, np.tile(v, (1, rows // (outputs - 1), 1))


def _fires(u, serve, steps):
    """Which neurons may serve x_j > 0 and x_j < 0, (2n, d) booleans each."""
    early = (np.arange(len(u)) < 2 * steps)[:, None]
    halves = [np.resize(np.array(allowed, bool), len(u))[:, None] for allowed in SERVES[serve]]
    return [(u > 0.0) & halves[0] & early, (u < 0.0) & halves[1] & early]


def _wide(u, v, kept):
    """Hidden neuron j 2n + k is number k of block j; what T masks out of M are numbers that would do harm."""
    size, d = u.shape
    mine = np.repeat(np.eye(d), size, axis=0)
    first = np.where(mine > 0.0, u.T.reshape(-1, 1), np.random.default_rng(0).uniform(-1.0, 1.0, (d * size, d)))
    second = np.moveaxis(v, 0, -1).reshape(-1, d * size)
    return Network(first, second, mine, kept.reshape(-1, d * size))
