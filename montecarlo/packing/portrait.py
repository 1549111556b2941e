"""One packing and the functions of one network, for drawing them."""

import json
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..checks import optional, seed_number, whole
from ..sampling.laws import Uniform, as_law
from ..sampling.streams import draw_trials
from ..storage.provenance import origin
from ..storage.records import Records
from .bounds import accuracy
from .labels import described
from .records import PackingRecords, recorded_packing
from .theorem2 import described_law, draw_weights

SCHEMA = "packing portrait 1"
_MOST = {1: 12, 2: 5}


def portray(
    d: int,
    epsilon: object,
    s: int,
    *,
    law: Any = None,
    candidates: int = 20_000,
    seed: int = 0,
    held: PackingRecords | None = None,
) -> xr.Dataset:
    """A packing and the functions of one random network with s hidden neurons; d = 1 or 2.

    law: of all weights, U[-1, 1] unless given. candidates: offered to the packing. held: of
    `open_pieces`, to go on from and to add to.

    d = 1: number (point); positive, negative (function), the two slopes of every function: within epsilon of w iff both
    are. d = 2: with W = [[a, b], [c, e]], rotation |(a + e, b - c)| / 2 and reflection |(a - e, b + c)| / 2, whose sum
    is ||W||, of every point, and for every function positive = max over u of ||g(u) + g(-u)|| / 2 at four directions,
    which is at most epsilon where a linear map is within epsilon, and negative = ||odd part||, of the linear map
    (g(e_j) - g(-e_j)) / 2.
    """
    d = whole("d", d, 1, 2)
    s, exact = whole("s", s, 1, _MOST[d]), accuracy(epsilon)
    seed, candidates = seed_number(seed), whole("candidates", candidates, 0, 10**8)
    held = optional("held", held, Records, "give `open_pieces(FOLDER)`")
    law = as_law(Uniform() if law is None else law)
    packing = recorded_packing(held, d, exact, candidates=candidates, seed=seed)
    address = {"theorem2": d, "law": json.dumps(described_law(law), sort_keys=True)}
    weights = draw_trials(lambda g, count: draw_weights(law, g, s, d, count), seed, address, 0, 1)[..., 0]
    data: dict[str, Any] = {}
    if d == 1:
        data["number"] = ("point", packing.rows[:, 0])
        positive, negative = _slopes_of_functions(weights[:, 0, 0], weights[:, 1, 0])
    else:
        data["rotation"], data["reflection"] = (("point", part) for part in _parts(packing.rows))
        positive, negative = _parities(weights)
    data |= {"positive": ("function", positive), "negative": ("function", negative)}
    attributes = {
        "Conventions": "CF-1.11",
        "schema": SCHEMA,
        "title": f"A packing for d = {d}, and the functions of one network",
        "source": "Theorem 2, Section 4",
        "d": d,
        "epsilon": float(exact),
        "s": s,
        "law": law.label,
        "seed": str(seed),
        "provenance": json.dumps({"seed": seed, "law": described_law(law), **origin()}, sort_keys=True),
    }
    coordinates = {"point": range(packing.size), "function": range(len(positive))}
    return described(xr.Dataset(data, coordinates, attributes))


def _slopes_of_functions(inner: NDArray[Any], outer: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    kept = (np.arange(2 ** len(inner))[:, None] >> np.arange(len(inner))) & 1
    return kept @ np.where(inner > 0.0, inner * outer, 0.0), kept @ np.where(inner < 0.0, inner * outer, 0.0)


def _parts(rows: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    a, b, c, e = rows.T
    return np.hypot(a + e, b - c) / 2.0, np.hypot(a - e, b + c) / 2.0


def _parities(weights: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """(even, odd) of all functions: see `portray`."""
    from ..kernels.networks.reached import form_values

    s = len(weights)
    values = np.empty((s, 10, 16))
    form_values(np.ascontiguousarray(weights[:, 0]), np.ascontiguousarray(weights[:, 1]), values)
    sums = np.zeros((1, 16))
    for neuron in values:
        sums = (sums[:, None] + neuron[None]).reshape(-1, 16)
    there, back = sums.reshape(-1, 4, 2, 2)[:, :, 0], sums.reshape(-1, 4, 2, 2)[:, :, 1]
    even = np.linalg.norm(there + back, axis=-1).max(axis=-1) / 2.0
    linear = (there - back)[:, :2] / 2.0  # (function, column, row)
    rotation, reflection = _parts(np.swapaxes(linear, 1, 2).reshape(-1, 4))
    return even, rotation + reflection
