"""One self-contained HTML page: verdicts, numbers, pictures, provenance. Every number is read from a Dataset."""

import base64
import json
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from .comparison import COARSE_TO_FINE
from .estimates import EPSILONS, label, resolved
from .gallery import Picture
from .page_table import constants_of
from .samples import interval_name, is_anytime, trials_text
from .scaling import thresholds
from .verdicts import judge


def write_report(
    datasets: Sequence[xr.Dataset],
    pictures: Sequence[Picture],
    path: Path,
    *,
    epsilon: Sequence[float] = EPSILONS,
    command: str = "ticketsum reproduce",
) -> Path:
    """Write the page about `datasets` (raw, one a sweep) with `pictures` inside it, and return its path.

    It starts with n*, C and slack of every event and d of all sweeps (`analysis.constants`); the sections of the claims
    have n* at every `epsilon` besides. The page loads nothing: pictures are embedded, so that the one file can be
    mailed or archived.
    """
    from jinja2 import Environment

    template = files("analysis").joinpath("report.html.jinja").read_text(encoding="utf-8")
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    page = environment.from_string(template).render(
        command=command,
        epsilons=COARSE_TO_FINE,
        kinds=list(dict.fromkeys(interval_name(is_anytime(dataset)) for dataset in datasets)),
        constants=[constants_of(dataset) for dataset in datasets],
        claims=[_claim(dataset, epsilon) for dataset in datasets],
        pictures=[{"picture": picture, "source": _embedded(picture.svg)} for picture in pictures],
    )
    path.write_text(page, encoding="utf-8")
    return path


def _claim(dataset: xr.Dataset, epsilon: Sequence[float]) -> dict[str, Any]:
    resolution = float(dataset.attrs["resolution"])
    values = resolved(dataset, epsilon)
    found = thresholds(dataset, values)
    provenance = json.loads(dataset.attrs["provenance"])
    return {
        "title": label(dataset),
        "statement": dataset.attrs["statement"],
        "source": dataset.attrs["source"],
        "trials": trials_text(dataset),
        "stopping": str(dataset.attrs.get("stopping", "")),
        "interval": interval_name(is_anytime(dataset)),
        "grid": _grid(dataset["n"].to_numpy()),
        "exact": float(dataset.attrs["relative_tolerance"]) == 0.0,
        "tolerance": float(dataset.attrs["relative_tolerance"]),
        "resolution": resolution,
        "epsilons": values,
        "several": dataset.sizes["d"] > 1,
        "events": [_event(dataset, str(event), values) for event in dataset["event"].to_numpy()],
        "rows": _rows(found),
        "seed": dataset.attrs["seed"],
        "fingerprint": provenance["fingerprint"],
        "created": provenance["created"],
        "versions": provenance["versions"] | {"python": provenance["python"]},
        "machine": provenance["machine"],
    }


def _event(dataset: xr.Dataset, name: str, epsilon: Sequence[float]) -> dict[str, Any]:
    return {
        "name": name,
        "formula": str(dataset["formula"].sel(event=name).item()),
        "verdict": judge(dataset, epsilon, event=name) if dataset.attrs.get("logarithmic", 1) else None,
    }


def _rows(found: xr.Dataset) -> list[dict[str, Any]]:
    """n* of every event and d at every epsilon; C as well for a single d, else the table on top has enough of it."""
    kinds = [("n*", "n_star", "{:.0f}")] + ([("C", "constant", "{:.2f}")] if found.sizes["d"] == 1 else [])
    rows: list[dict[str, Any]] = []
    for event in found["event"].to_numpy():
        for d in found["d"].to_numpy():
            cells = [found.sel(event=event, d=d, epsilon=value) for value in found["epsilon"].to_numpy()]
            for kind, name, form in kinds:
                shown = event if kind == "n*" and d == found["d"].to_numpy()[0] else ""
                values = [_with_interval(cell, name, form) for cell in cells]
                rows.append({"event": shown, "d": int(d), "kind": kind, "cells": values})
    return rows


def _with_interval(cell: xr.Dataset, name: str, form: str) -> dict[str, str]:
    value, low, high = (float(cell[name + suffix]) for suffix in ("", "_low", "_high"))
    if not np.isfinite(low):
        return {"value": "beyond the grid", "interval": ""}
    return {
        "value": form.format(value) if np.isfinite(value) else "beyond the grid",
        "interval": f"{form.format(low)} to {form.format(high)}"
        if np.isfinite(high)
        else f"at least {form.format(low)}",
    }


def _grid(n: NDArray[np.int64]) -> str:
    """The grid of n in words."""
    if n.size > 2 and np.all(np.diff(n) == 1):
        return f"every n from {n[0]} to {n[-1]}"
    return f"n = {', '.join(map(str, n))}"


def _embedded(svg: Path) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.read_bytes()).decode()
