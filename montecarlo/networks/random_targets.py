"""Random members of F, ||W_k|| <= 1 for every layer: kinds of matrices that a pruned network should be tried on."""

from collections.abc import Sequence
from itertools import pairwise

from ..checks import listed, seed_number, whole
from ..errors import InputError
from ..sampling.matrices import Kind, check_kind, unit_matrix
from ..sampling.streams import generator
from .targets import Target


def random_target(kind: Kind, widths: Sequence[int], seed: int = 0) -> Target:
    """A target with layers of spectral norm 1 (less 1e-12), d_0, ..., d_l = widths.

    kind: of every layer, as in `matrices.unit_matrix`. The same seed gives the same target, up to last digits that
    depend on the machine's linear algebra.
    """
    check_kind(kind)
    sizes = [whole("a width", width, 1, 100_000) for width in listed("widths", widths, "give (8, 8, 4)")]
    if len(sizes) < 2:
        raise InputError(f"widths must be those of the input and of every layer, got {sizes}; give 8,8,4, say")
    layers = []
    for k, (inputs, outputs) in enumerate(pairwise(sizes), 1):
        draw = generator(seed_number(seed), {"target": kind, "layer": k})
        layers.append(unit_matrix(kind, draw, outputs, inputs))
    return Target(layers)


__all__ = ["Kind", "random_target"]
