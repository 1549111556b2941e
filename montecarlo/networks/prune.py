"""One wide random network pruned to a whole target (Theorem 1): the masks, and what is left of the wide layers.

Every weight w_ij of a layer asks for two subset sums of its block j: of v_ijk u_jk over the neurons with u_jk > 0,
which fire on x_j > 0, and over those with u_jk < 0. Behind a relu inputs are not negative: from the second layer on
only the first matters, and the neurons with u_jk < 0 are pruned away. The wide network is that of the seed; nothing is
drawn again, and a weight that no subset reaches is a counted miss with its nearest subset.

A sum has at most 40 entries (`MOST_ENTRIES`): of a side with more, the first 40 are used, the other
neurons pruned away. Measured: 40 products of uniforms reach weights around 0.1 to some 1e-11.

Source: Theorem 1, Sections 3.4 and 3.5; its search for subsets, Section 5, Experiment 1.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import file_path
from ..solvers.nearest_subset import MOST_ENTRIES, Objective, nearest_subset
from ..workers import unordered
from .exact_sums import Sums, sums_of_masks
from .masks import Bytes, pack
from .pairs import Floats, Pair
from .plan import Plan
from .pruned import Layer, Pruned, serving
from .targets import Target
from .wide import Blocks, Wide

Progress = Callable[[int, int], object]
"""Called with (weights done, weights in all)."""


_WORTH_SECONDS = 4.0
"""Worker processes take about as long to start."""


class Part(NamedTuple):
    """The blocks first..stop-1 of a layer (1..l) and their columns of W, contiguous: a unit of work."""

    layer: int
    first: int
    stop: int
    weights: Floats


class _Done(NamedTuple):
    part: Part
    neurons: Bytes
    masks: Bytes
    sums: Sums


def prune(
    target: Target | Sequence[ArrayLike],
    *,
    n: int,
    seed: int = 0,
    epsilon: float | None = None,
    objective: Objective | None = None,
    out: str | Path | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> Pruned:
    """Masks of the random network of `seed`, 2n hidden neurons for each input of a layer, that make it `target`.

    target: a `Target`, or its matrices. objective: as in `nearest_subset`; "within" if there is an epsilon, else
    "error"; with "error", epsilon only counts misses. out: a folder that is not there yet, to store everything in.
    jobs: worker processes, one unless given. The result depends on target, n, seed, epsilon and objective only.

    Seconds to minutes for "within" and "fewest", so it is all or nothing: what is interrupted begins anew.

    >>> import montecarlo
    >>> target = montecarlo.random_target("gaussian", (4, 3, 2), seed=0)
    >>> pruned = montecarlo.prune(target, n=20, seed=0, epsilon=0.01)
    >>> pruned.missed  # of 30 subset sums: both signs of x in the first layer, one in the second
    0
    """
    from ..storage.lock import reserved
    from .files import require_free, store

    chosen = target if isinstance(target, Target) else Target(target)
    plan = Plan(
        chosen, n, seed, ("error" if epsilon is None else "within") if objective is None else objective, epsilon
    )
    plan.require_memory()
    if out is None:
        return _put_together(plan, _all_pruned(plan, jobs), progress)
    folder = file_path("out", out)
    require_free(folder)
    plan.require_disk(folder)
    with reserved(folder):
        require_free(folder)  # another process may have filled it meanwhile
        found = _put_together(plan, _all_pruned(plan, jobs), progress)
        store(found, folder)
    return found


def _all_pruned(plan: Plan, jobs: int | None) -> Iterator[_Done]:
    jobs = plan.checked_jobs(jobs)
    work = partial(_pruned, plan.wide, plan.objective, plan.epsilon)
    parts = [Part(*place, _columns(plan.target, *place)) for place in plan.parts()]
    if jobs == 1 or plan.seconds() < _WORTH_SECONDS:
        yield from map(work, parts)
        return
    yield work(parts[0])  # compiles here, so that the workers find the machine code cached
    yield from unordered(work, parts[1:], jobs)


def _columns(target: Target, layer: int, first: int, stop: int) -> Floats:
    return np.ascontiguousarray(target.weights[layer - 1][:, first:stop])


def _pruned(wide: Wide, objective: Objective, epsilon: float | None, part: Part) -> _Done:
    blocks = wide.blocks(part.layer, part.first, part.stop)
    return _Done(part, *prune_blocks(blocks, part.weights, part.layer == 1, objective, epsilon))


def prune_blocks(
    blocks: Blocks, weights: Floats, both_sides: bool, objective: Objective, epsilon: float | None
) -> tuple[Bytes, Bytes, Sums]:
    """(neurons, masks, what they add up to) for some blocks of a layer; weights: (outputs, inputs), a column a block.

    both_sides: whether inputs may be negative.
    """
    kept = np.zeros(blocks.v.shape, bool)
    neurons = np.zeros(blocks.u.shape, bool)
    limit = None if objective == "error" else epsilon
    for j, (u, v) in enumerate(zip(*blocks, strict=True)):
        for side in sides(u, both_sides):
            neurons[j, side] = True
            if side.size:
                found = nearest_subset(v[:, side] * u[side], weights[:, j], objective, limit).masks
                kept[j][:, side] = found[:, None] >> np.arange(side.size, dtype=np.uint64) & np.uint64(1)
    packed = pack(neurons), pack(kept)
    return *packed, sums_of_masks(blocks, *packed, weights, epsilon)


def sides(u: Floats, both_sides: bool) -> list[NDArray[np.intp]]:
    """The neurons of a block that serve x > 0, and those that serve x < 0: the first 40 of each."""
    fires = [u > 0.0, u < 0.0] if both_sides else [u > 0.0]
    return [np.flatnonzero(side)[:MOST_ENTRIES] for side in fires]


def _put_together(plan: Plan, done: Iterator[_Done], progress: Progress | None) -> Pruned:
    layers = [_empty(matrix, plan.wide) for matrix in plan.target.weights]
    count = 0
    if progress:
        progress(0, plan.target.size)
    for part, neurons, masks, sums in done:
        layer, cut = layers[part.layer - 1], slice(part.first, part.stop)
        layer.neurons[cut], layer.masks[cut] = neurons, masks
        layer.pair.positive[:, cut], layer.pair.negative[:, cut] = sums.sums
        layer.missed[:] += sums.missed.sum(axis=(1, 2)) * serving(part.layer)
        layer.kept[:] += sums.kept.sum(axis=(1, 2))
        count += part.weights.size
        if progress:
            progress(count, plan.target.size)
    return Pruned(plan.target, plan.wide, plan.objective, plan.epsilon, tuple(layers))


def _empty(weights: Floats, wide: Wide) -> Layer:
    outputs, inputs = weights.shape
    size = -(-2 * wide.n // 8)
    return Layer(
        Pair(weights, np.zeros(weights.shape), np.zeros(weights.shape)),
        np.zeros((inputs, size), np.uint8),
        np.zeros((inputs, outputs, size), np.uint8),
        np.zeros(2, np.int64),
        np.zeros(2, np.int64),
    )
