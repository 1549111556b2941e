"""What is stored of Theorem 2: a packing, how saturated it is, what some random networks reach of it.

A record takes seconds; a killed run resumes with those it lacks, a larger one adds to what is there. Numbers stand in
JSON, which keeps floats to the bit, and a packing is verified again when it is read.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeAlias

import numpy as np

from ..checks import file_path
from ..kernels import nearest, networks
from ..sampling import NUMBERS as SAMPLING
from ..storage.records import Records
from .bounds import accuracy
from .packings import Packing, construct_packing, count_fitting, interval_packing

FORMAT = "packing records 1"
NUMBERS = 1
"""Version of packings and what is measured of them: raise it when they change."""


@dataclass(frozen=True)
class Measured:
    """What is computed in one go: a packing, how many of the samples still fit, or what networks reach of it."""

    experiment: ClassVar[str] = "packing"

    kind: Literal["packing", "fitting", "networks"]
    d: int
    epsilon: str
    candidates: int
    seed: int
    samples: int = 0
    law: str = ""
    s: int = 0
    first: int = 0
    stop: int = 0


PackingRecords: TypeAlias = Records[Measured]


def open_pieces(folder: str | Path) -> PackingRecords:
    """The records in `folder`, made if there are none; those of other versions of numbers are refused.

    folder: one for all records of a run, whatever their grid.
    """
    return Records.create_or_open(file_path("folder", folder), {"format": FORMAT, "numbers": numbers()}, Measured)


def numbers() -> dict[str, int]:
    """The versions of the families that records come from."""
    return {"sampling": SAMPLING, "nearest": nearest.NUMBERS, "networks": networks.NUMBERS, "packing": NUMBERS}


def computed(records: PackingRecords | None, key: Measured, compute: Callable[[], Any]) -> Any:
    """What `compute` gives, from the record of `key` if there is one; without a folder it is computed each time."""
    return compute() if records is None else records.computed(key, compute)


def recorded_packing(records: PackingRecords | None, d: int, epsilon: object, *, candidates: int, seed: int) -> Packing:
    """`construct_packing`, from its record if there is one."""
    exact = accuracy(epsilon)
    if d == 1:
        return interval_packing(exact)

    def points() -> list[Any]:
        return construct_packing(d, exact, candidates=candidates, seed=seed).points.tolist()

    key = Measured("packing", d, str(exact), candidates, seed)
    return Packing(exact, np.array(computed(records, key, points)))


def recorded_fitting(
    records: PackingRecords | None, packing: Packing, samples: int, *, candidates: int, seed: int
) -> int:
    """`count_fitting` of a packing made with these candidates; 0 for d = 1, whose packings are the largest."""
    if packing.d == 1:
        return 0
    key = Measured("fitting", packing.d, str(Fraction(packing.epsilon)), candidates, seed, samples)
    return computed(records, key, lambda: count_fitting(packing, samples, seed=seed))
