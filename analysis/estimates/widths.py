"""Hidden neurons instead of n: what Theorem 1 promises is a width, C d ln(A / epsilon)."""

import numpy as np
import xarray as xr

from ..entry import claim_about, estimated
from ..errors import InputError


def widths(table: xr.Dataset) -> xr.Dataset:
    """Width = k d n* and its limits, beside d ln(A / epsilon), of the layers in a table; dims (case, epsilon).

    table: `analysis.constants`. k: the hidden neurons that a claim has per input and step of n, 2 in the paper; claims
    without any are left out; InputError if all are. Width over d ln(A / epsilon) is the C of Theorem 1's
    "C d log(d^2 l / min(epsilon, delta))", twice that of n*.
    """
    names = ("n_star", "n_star_low", "n_star_high", "log_term", "claim", "event", "rank", "d", "label", "title")
    table = estimated(table, names, "analysis.constants")
    neurons = np.array([claim_about(table, str(claim)).neurons for claim in table["claim"].to_numpy()])
    rows = table.isel(case=np.flatnonzero(neurons))
    if rows.sizes["case"] == 0:
        raise InputError(
            "widths are those of claims with a random layer, got none of them; sweep one, or sweep it again"
        )
    each = xr.DataArray(neurons[neurons > 0], dims="case")
    found = rows[["claim", "event", "rank", "d", "label", "title"]]
    for end in ("", "_low", "_high"):
        found[f"width{end}"] = each * rows["d"] * rows[f"n_star{end}"]
        found[f"width{end}"].attrs = {"long_name": f"hidden neurons for n*{end.replace('_', ', ')}", "units": "neurons"}
    found["promised"] = rows["d"] * rows["log_term"]
    found["promised"].attrs = {"long_name": "d ln(A / epsilon), natural logarithm", "units": "1"}
    return found.assign_attrs(table.attrs)
