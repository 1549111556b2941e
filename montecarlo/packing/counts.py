"""How many functions the masks of two-layer networks make, counted for one network of every small size."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from ..checks import grid, listed, mapping, seed_number, whole
from ..errors import InputError
from ..sampling.streams import generator
from ..storage.provenance import origin
from .bounds import prunings
from .families import count_functions
from .labels import described

SCHEMA = "packing counts 1"
COUNTED = {1: tuple(range(1, 13)), 2: tuple(range(1, 5))}
"""s by d: what is counted in about a second."""
_INTEGERS = 2**16


def measure_counts(s: Mapping[int, Sequence[int]] | None = None, *, seed: int = 0) -> xr.Dataset:
    """Masks, and the distinct functions they make of one network with random integer weights, by d and s.

    s: hidden neurons by d, 1 to 12 for d = 1 and 1 to 4 for d = 2 unless given. Integers of up to 2^16 in size stand
    for a generic network: they coincide rarely, and functions of integers are told apart exactly.

    masks, functions (d, s): log2 of 2^(2sd) and of (1 + (2^d - 1)^2)^s; counted (d, s): distinct functions, exactly; 0
    where not asked for. A neuron whose row or column is pruned away altogether is gone, so that fewer functions than
    masks are left; an InputError where they do not fit into memory.
    """
    asked = {
        whole("d", d, 1): grid("s", listed("s", values, "give {2: [1, 2]}, say"))
        for d, values in mapping("s", COUNTED if s is None else s, "give {2: [1, 2]}, say").items()
    }
    if not asked:
        raise InputError("s must have values for some d, got none; give {2: [1, 2]}, say")
    seed, widths = seed_number(seed), sorted({value for values in asked.values() for value in values})
    masks, functions = (np.zeros((len(asked), len(widths))) for _ in range(2))
    counted = np.zeros((len(asked), len(widths)), np.int64)
    for i, (d, values) in enumerate(asked.items()):
        for j, value in enumerate(widths):
            masks[i, j], functions[i, j] = (np.log2(float(number)) for number in prunings(d, value))
            if value in values:
                random = generator(seed, {"theorem2 counts": d, "s": value})
                weights = random.integers(-_INTEGERS, _INTEGERS, (2, value, d), endpoint=True)
                counted[i, j] = count_functions(weights[0], weights[1].T)
    data: dict[str, Any] = {"masks": masks, "functions": functions, "counted": counted}
    attributes = {
        "Conventions": "CF-1.11",
        "schema": SCHEMA,
        "title": "Theorem 2: masks of a two-layer network, and the functions they make",
        "source": "Theorem 2, Section 4",
        "seed": str(seed),
        "provenance": json.dumps({"seed": seed, **origin()}, sort_keys=True),
    }
    variables = {name: (("d", "s"), values) for name, values in data.items()}
    return described(xr.Dataset(variables, {"d": list(asked), "s": widths}, attributes))
