"""The page's first table: `analysis.constants` of one sweep as texts, and what it would take to fill its gaps."""

import itertools
import json
from typing import Any

import numpy as np
import xarray as xr

from .comparison import UNRESOLVED, constants
from .estimates import label

_FORMS = (("n_star", ".0f"), ("constant", ".2f"), ("slack", ".2f"))
_ROOM = 1.1
"""A suggested grid of n goes this much beyond where the constant found so far would put n*."""


def constants_of(dataset: xr.Dataset) -> dict[str, Any]:
    """One sweep's rows of the table, a row an event and d, and the note on the accuracies it does not resolve."""
    table = constants([dataset])
    rows = [_row(table.isel(case=case)) for case in np.lexsort((table["d"], table["rank"]))]
    for before, row in itertools.pairwise(rows):
        row["named"] = row["event"] != before["event"]
    return {"label": label(dataset), "rows": rows, "note": _note(dataset, table)}


def _row(row: xr.Dataset) -> dict[str, Any]:
    """One event at one d; `named` says whether the page writes its name, as it does above all its d."""
    cells = [row.isel(epsilon=index) for index in range(row.sizes["epsilon"])]
    return {
        "event": str(row["event"].item()),
        "named": True,
        "d": int(row["d"]),
        "cells": [
            [] if cell["missing"].item() == UNRESOLVED else [_text(cell, *form) for form in _FORMS] for cell in cells
        ],
    }


def _text(cell: xr.Dataset, name: str, form: str) -> dict[str, str]:
    """A value and its interval, which C has of n*; above the grid, the lower limit alone."""
    value, low, high = (float(cell[name + end]) for end in ("", "_low", "_high"))
    if not np.isfinite(value):
        return {"value": f"≥ {low:{form}}" if np.isfinite(low) else "", "interval": ""}
    if name == "slack" and int(cell["rank"]) == 0:
        return {"value": "1", "interval": ""}
    interval = f"{low:{form}} to {high:{form}}" if np.isfinite(high) else f"at least {low:{form}}"
    return {"value": f"{value:{form}}", "interval": "" if name == "constant" else interval}


def _note(dataset: xr.Dataset, table: xr.Dataset) -> dict[str, str] | None:
    """What the epsilons with gaps would cost, and the command; None without gaps, or where nothing is known of both."""
    gaps = table.isel(epsilon=np.flatnonzero((table["missing"] != "").any("case")))
    seconds = gaps["cost"].isel(case=0)
    if not (np.isfinite(seconds).any() or (gaps["missing"] == UNRESOLVED).any()):
        return None
    costs = zip(gaps["epsilon"].to_numpy(), seconds.to_numpy(), strict=True)
    said = [f"about {duration(each)} on one core for ε = {e:g}" for e, each in costs if np.isfinite(each)]
    return {"cost": ", ".join(said), "command": _finer_sweep(dataset, table, float(gaps["epsilon"].min()))}


def _finer_sweep(dataset: xr.Dataset, table: xr.Dataset, epsilon: float) -> str:
    """The command of the same sweep with `epsilon` resolved, and n up to where C so far puts n*."""
    wanted = float((table["constant_low"].max("epsilon") * table["log_term"].sel(epsilon=epsilon)).max())
    most = max(int(dataset["n"].max()), int(np.ceil(_ROOM * wanted)) if np.isfinite(wanted) else 0)
    options = {"n": f"1:{most}", "trials": str(dataset.sizes["trial"])}
    if dataset["d"].to_numpy().tolist() != [1]:
        options["d"] = ",".join(map(str, dataset["d"].to_numpy()))
    for name, value in json.loads(dataset.attrs.get("parameters", "{}")).items():
        if isinstance(value, int | float | str):
            options[name.replace("_", "-")] = f"{value}"
    precision = {"relative-tolerance": dataset.attrs["relative_tolerance"]}
    precision["resolution"] = min(float(dataset.attrs["resolution"]), epsilon)
    options |= {name: f"{value:g}" for name, value in precision.items() if value > 0.0}
    return " ".join([f"ticketsum sweep {dataset.attrs['claim']}", *(f"--{k} {v}" for k, v in options.items())])


def duration(seconds: float) -> str:
    """A length of time for people."""
    for unit, length in (("days", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= 1.5 * length:
            return f"{seconds / length:.2g} {unit}"
    return f"{max(seconds, 1.0):.0f} s"
