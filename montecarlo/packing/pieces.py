"""Finished pieces of Theorem 2 on disk: a packing, how saturated it is, what some random networks reach of it.

A piece takes seconds; a killed run goes on with those it lacks, a larger one adds to what is there. Numbers stand in
JSON, which keeps floats to the bit, and a packing is verified again when it is read.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar, TypeAlias

import numpy as np

from ..checks import file_path
from ..kernels import nearest, networks
from ..sampling import NUMBERS as SAMPLING
from ..storage.records import Cells
from .bounds import accuracy
from .packings import Packing, construct_packing, count_fitting, interval_packing

FORMAT = "packing pieces 1"
NUMBERS = 1
"""Version of packings and what is measured of them: raise it when they change."""


@dataclass(frozen=True)
class Piece:
    """What is computed in one go. asked: all that its numbers depend on besides, as JSON."""

    experiment: ClassVar[str] = "packing"

    kind: str
    d: int
    epsilon: str
    asked: str

    @property
    def name(self) -> str:
        """File name without ending."""
        digest = hashlib.sha256(self.asked.encode()).hexdigest()[:16]
        return f"{self.kind}-d{self.d}-e{self.epsilon.replace('/', '_')[:80]}-{digest}"

    @staticmethod
    def named(name: str) -> "Piece | None":
        """None: a name says what a piece is only as a digest, its file says it in full."""
        del name
        return None


Pieces: TypeAlias = Cells[Piece]


def open_pieces(folder: str | Path) -> Pieces:
    """The pieces in `folder`, made if there is none; those of other versions of numbers are refused.

    folder: one for all pieces of a run, whatever their grid.
    """
    folder = file_path("folder", folder)
    return Cells.create_or_open(folder, {"format": FORMAT, "numbers": numbers()}, Piece)


def numbers() -> dict[str, int]:
    """The versions of the families that pieces come from."""
    return {"sampling": SAMPLING, "nearest": nearest.NUMBERS, "networks": networks.NUMBERS, "packing": NUMBERS}


def kept(held: Pieces | None, piece: Piece, compute: Callable[[], Any]) -> Any:
    """What `piece` comes to: read if it is held, else computed, and then held."""
    if held is None:
        return compute()
    if piece not in held:
        held.write(piece, {"found": compute()})
    return held.read(piece)["found"]


def kept_packing(held: Pieces | None, d: int, epsilon: object, *, candidates: int, seed: int) -> Packing:
    """`construct_packing`, from its piece if there is one."""
    exact = accuracy(epsilon)
    if d == 1:
        return interval_packing(exact)
    piece = Piece("packing", d, str(exact), json.dumps({"candidates": candidates, "seed": seed}))

    def points() -> list[Any]:
        return construct_packing(d, exact, candidates=candidates, seed=seed).points.tolist()

    return Packing(exact, np.array(kept(held, piece, points)))


def kept_fitting(held: Pieces | None, packing: Packing, samples: int, *, candidates: int, seed: int) -> int:
    """`count_fitting` of a packing made with these candidates; 0 for d = 1, whose packings are the largest."""
    if packing.d == 1:
        return 0
    asked = json.dumps({"candidates": candidates, "seed": seed, "samples": samples})
    piece = Piece("fitting", packing.d, str(Fraction(packing.epsilon)), asked)
    return kept(held, piece, lambda: count_fitting(packing, samples, seed=seed))
