"""Theorem 2 (Section 4): packings of linear maps against the functions a random network can be pruned to."""

from . import counts, depth, grids, portrait, theorem2
from .bounds import accuracy, forms, least_width, packing_bounds, printed_width, prunings, two_sided_width, volume_width
from .counts import measure_counts
from .depth import measure_depth
from .families import count_deep_functions, count_functions
from .functions import error_bounds, errors_at
from .grids import GRIDS, Grid, check_all, expected_seconds, measure_all, measure_packings
from .matrices import ball_volume, operator_norms, uniform_matrices
from .packings import Packing, construct_packing, count_fitting, interval_packing
from .portrait import portray
from .records import open_pieces
from .theorem2 import measure_theorem2

SCHEMAS = (grids.SCHEMA, theorem2.SCHEMA, depth.SCHEMA, portrait.SCHEMA, counts.SCHEMA)
"""Layouts of the Datasets."""


def standard_schemas() -> dict[str, str]:
    """The layouts of `measure_all`'s Datasets with the standard grids, by their file names."""
    networks = [d for d, grid in GRIDS.items() if grid.epsilon and grid.s]
    by_d = {f"theorem2-d{d}": theorem2.SCHEMA for d in networks} | {f"portrait-d{d}": portrait.SCHEMA for d in networks}
    return {"sizes": grids.SCHEMA, "counts": counts.SCHEMA, "depth": depth.SCHEMA, **by_d}


__all__ = [
    "GRIDS",
    "SCHEMAS",
    "Grid",
    "Packing",
    "accuracy",
    "ball_volume",
    "check_all",
    "construct_packing",
    "count_deep_functions",
    "count_fitting",
    "count_functions",
    "error_bounds",
    "errors_at",
    "expected_seconds",
    "forms",
    "interval_packing",
    "least_width",
    "measure_all",
    "measure_counts",
    "measure_depth",
    "measure_packings",
    "measure_theorem2",
    "open_pieces",
    "operator_norms",
    "packing_bounds",
    "portray",
    "printed_width",
    "prunings",
    "standard_schemas",
    "two_sided_width",
    "uniform_matrices",
    "volume_width",
]
