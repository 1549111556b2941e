"""Which stored blocks answer a plan, and what is missing: runs grow in trials, in n and in d without starting again.

A block up to a larger n answers for a smaller one, since a trial's numbers up to n do not depend on what follows.
Blocks may overlap: an older one up to a smaller n stays where it is, and copies from another machine may lie beside.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from ..storage.blocks import Block
from .plan import Plan

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Piece:
    """The trials first..stop-1 of a stored block."""

    block: Block
    first: int
    stop: int


def inventory(plan: Plan, stored: Iterable[Block]) -> tuple[list[Piece], list[Block]]:
    """(pieces of stored blocks, blocks to compute) that together are the plan's trials, each trial once.

    The last missing block is as long as the others, so that more trials later find it done.
    """
    usable: dict[int, list[Block]] = {d: [] for d in plan.d}
    for block in sorted(stored, key=lambda block: block.first):
        if block.d in usable and block.n >= plan.n_max:
            usable[block.d].append(block)
    pieces: list[Piece] = []
    missing: list[Block] = []
    for d, ours in usable.items():
        at, seen, best = 0, 0, None
        while at < plan.trials_of(d):
            while seen < len(ours) and ours[seen].first <= at:  # the longest block that starts here or before
                best = max(best or ours[seen], ours[seen], key=lambda block: (block.stop, -block.n))
                seen += 1
            if best is not None and best.stop > at:
                pieces.append(Piece(best, at, min(best.stop, plan.trials_of(d))))
                at = best.stop
            else:
                following = ours[seen].first if seen < len(ours) else None
                missing.append(_next_block(plan, d, at, following))
                at = missing[-1].stop
    return pieces, missing


def overlapping(block: Block, stored: Iterable[Block]) -> list[Block]:
    """The other stored blocks that hold some of the same trials: what they have in common must be equal."""
    return [b for b in stored if b != block and b.d == block.d and b.first < block.stop and block.first < b.stop]


def cut(arrays: Arrays, piece: Piece, plan: Plan) -> Arrays:
    """The piece's trials for every n up to the plan's largest; arrays of the piece's block: (event, n, trial)."""
    trials = slice(piece.first - piece.block.first, piece.stop - piece.block.first)
    return {name: array[:, : plan.n_max, trials] for name, array in arrays.items()}


def _next_block(plan: Plan, d: int, first: int, following: int | None) -> Block:
    """A block from `first` to the next multiple of the plan's size, or to where a stored block follows."""
    size = plan.trials_per_block(d)
    stop = (first // size + 1) * size
    return Block(d, plan.n_max, first, stop if following is None else min(stop, following))
