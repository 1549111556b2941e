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
    """What the epsilons that the sweep does not resolve would cost, and the command; None if there are none."""
    gaps = table.isel(epsilon=np.flatnonzero((table["missing"] == UNRESOLVED).all("case")))
    if gaps.sizes["epsilon"] == 0:
        return None
    costs = zip(gaps["epsilon"].to_numpy(), gaps["cost"].isel(case=0).to_numpy(), strict=True)
    said = [f"about {duration(seconds)} on one core for ε = {e:g}" for e, seconds in costs if np.isfinite(seconds)]
    return {"cost": ", ".join(said), "command": _finer_sweep(dataset, table, float(gaps["epsilon"].min()))}


def _finer_sweep(dataset: xr.Dataset, table: xr.Dataset, epsilon: float) -> str:
    """The command of the same sweep with half of `epsilon` as its resolution, and n up to where C so far puts n*.

    Empty where a parameter of the claim cannot be written in a command.
    """
    wanted = float((table["constant_low"].max("epsilon") * table["log_term"].sel(epsilon=epsilon)).max())
    most = max(int(dataset["n"].max()), int(np.ceil(_ROOM * wanted)) if np.isfinite(wanted) else 0)
    settings = {name: _written(value) for name, value in json.loads(dataset.attrs.get("parameters", "{}")).items()}
    if not all(settings.values()):
        return ""
    words = [f"ticketsum sweep {dataset.attrs['claim']}", *(f"--set {name}={text}" for name, text in settings.items())]
    if dataset["d"].to_numpy().tolist() != [1]:
        words.append(f"--d {','.join(map(str, dataset['d'].to_numpy()))}")
    words += [f"--n 1:{most}", f"--trials {dataset.sizes['trial']}"]
    words.append(f"--relative-tolerance {float(dataset.attrs['relative_tolerance']):g}")
    return " ".join([*words, f"--resolution {0.5 * epsilon:g}"])


def _written(value: object) -> str:
    """A claim's parameter as the command line reads it: numbers, and laws of scipy.stats; else nothing."""
    if isinstance(value, dict) and {"name", "parameters"} <= value.keys():
        return f"{value['name']}:{','.join(f'{number:g}' for number in value['parameters'])}"
    return f"{value:g}" if isinstance(value, int | float) else ""


def duration(seconds: float) -> str:
    """A length of time for people."""
    for unit, length in (("days", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= 1.5 * length:
            return f"{seconds / length:.2g} {unit}"
    return f"{max(seconds, 1.0):.0f} s"
