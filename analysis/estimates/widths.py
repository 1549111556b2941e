"""Hidden neurons instead of n: what Theorem 1 promises is a width, C d ln(A / epsilon)."""

import numpy as np
import xarray as xr

from ..entry import estimated
from ..errors import InputError

LAYERS = "lemma1", "lemma2", "lemma3", "theorem1", "pruned_network"
"""Claims whose random layer has 2n hidden neurons for each of its d inputs."""


def widths(table: xr.Dataset) -> xr.Dataset:
    """Width = 2 d n* and its limits, beside d ln(A / epsilon), of the layers in a table; dims (case, epsilon).

    table: `analysis.constants`. Only the claims of `LAYERS` are kept; InputError if there are none. Width over
    d ln(A / epsilon) is the C of Theorem 1's "C d log(d^2 l / min(epsilon, delta))", twice that of n*.
    """
    names = ("n_star", "n_star_low", "n_star_high", "log_term", "claim", "event", "rank", "d", "label", "title")
    table = estimated(table, names, "analysis.constants")
    rows = table.isel(case=np.flatnonzero(np.isin(table["claim"], LAYERS)))
    if rows.sizes["case"] == 0:
        raise InputError(f"widths are those of {', '.join(LAYERS)}, got none of them; sweep one")
    found = rows[["claim", "event", "rank", "d", "label", "title"]]
    for end in ("", "_low", "_high"):
        found[f"width{end}"] = 2.0 * rows["d"] * rows[f"n_star{end}"]
        found[f"width{end}"].attrs = {"long_name": f"2 d n*{end.replace('_', ', ')}", "units": "neurons"}
    found["promised"] = rows["d"] * rows["log_term"]
    found["promised"].attrs = {"long_name": "d ln(A / epsilon), natural logarithm", "units": "1"}
    return found.assign_attrs(table.attrs)
