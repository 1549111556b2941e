"""The commands that make a sweep again, at other n or accuracies too, and grids in words."""

import json
from typing import Any

import numpy as np
import xarray as xr

from ..estimates.constants import COARSE_TO_FINE, UNRESOLVED
from ..estimates.samples import trials_of
from ..verbatim import command_text, digits_of

_ROOM = 1.1
"""A suggested grid of n goes this much beyond where the constant found so far would put n*."""
_LAW_NAMES = {"UniformProduct": "product", "ReluProduct": "relu_product", "Remainder": "remainder"}
"""Laws that have no parameters, as the command line calls them."""


def gaps_of(dataset: xr.Dataset, table: xr.Dataset) -> tuple[str, str] | None:
    """What the epsilons that the sweep does not resolve would cost, and the command; None if there are none."""
    unknown = (table["missing"] == UNRESOLVED).all("case") & table["epsilon"].isin(COARSE_TO_FINE)
    gaps = table.isel(epsilon=np.flatnonzero(unknown))
    if gaps.sizes["epsilon"] == 0:
        return None
    costs = zip(gaps["epsilon"].to_numpy(), gaps["cost"].isel(case=0).to_numpy(), strict=True)
    said = [f"about {duration(seconds)} on one core for ε = {e:g}" for e, seconds in costs if np.isfinite(seconds)]
    epsilon = float(gaps["epsilon"].min())
    wanted = float((table["constant_low"].max("epsilon") * table["log_term"].sel(epsilon=epsilon)).max())
    most = max(int(dataset["n"].max()), int(np.ceil(_ROOM * wanted)) if np.isfinite(wanted) else 0)
    return ", ".join(said), sweep_command(dataset, n=f"1:{most}", resolution=0.5 * epsilon)


def sweep_command(
    dataset: xr.Dataset, *, n: str | None = None, resolution: float | None = None, out: str | None = None
) -> str:
    """The command that makes a sweep again, at another n or resolution if given; empty where none can.

    A parameter that no command line can write, a law of one's own, leaves none.
    """
    settings = {name: _written(value) for name, value in json.loads(dataset.attrs.get("parameters", "{}")).items()}
    if None in settings.values():
        return ""
    words = ["ticketsum", "sweep", dataset.attrs["claim"]]
    for name, text in settings.items():
        words += ["--set", f"{name}={text}"] if text else []
    if dataset["d"].to_numpy().tolist() != [1]:
        words += ["--d", ",".join(map(str, dataset["d"].to_numpy()))]
    words += ["--n", n or grid_text(dataset["n"].to_numpy()), "--trials", int(trials_of(dataset).max())]
    finest = float(dataset.attrs["resolution"]) if resolution is None else resolution
    numbers = {"relative-tolerance": float(dataset.attrs["relative_tolerance"]), "resolution": finest}
    for name, value in numbers.items():
        words += [f"--{name}", digits_of(value)] if value > 0.0 else []
    words += ["--seed", dataset.attrs["seed"]] if str(dataset.attrs["seed"]) != "0" else []
    return command_text([*words, *(["--out", out] if out else [])])


def grid_text(n: np.ndarray) -> str:
    """A grid as the command line reads it: 1:20, or 1:19,20:95:5 where its steps differ."""
    parts, first = [], 0
    while first < n.size:
        step = n[first + 1] - n[first] if first + 1 < n.size else 1
        last = first
        while last + 1 < n.size and n[last + 1] - n[last] == step:
            last += 1
        if last - first < 2:
            last = first
        text = f"{n[first]}" if last == first else f"{n[first]}:{n[last]}"
        parts.append(text if step == 1 or last == first else f"{text}:{step}")
        first = last + 1
    return ",".join(parts)


def grid_words(n: np.ndarray) -> str:
    """A grid in words."""
    if n.size > 2 and np.all(np.diff(n) == 1):
        return f"every n from {n[0]} to {n[-1]}"
    return f"n = {grid_text(n).replace(',', ', ')}"


def duration(seconds: float) -> str:
    """A length of time for people."""
    for unit, length in (("days", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= 1.5 * length:
            return f"{seconds / length:.2g} {unit}"
    return f"{max(seconds, 1.0):.0f} s"


def _written(value: object) -> str | None:
    """A claim's parameter as the command line reads it; "" for the law it takes anyway; None for one it cannot read."""
    if isinstance(value, dict):
        return _law_text(value)
    if isinstance(value, str):
        return value
    return digits_of(value) if isinstance(value, int | float) else None


def _law_text(law: dict[str, Any]) -> str | None:
    """A law of a claim's parameters, as in norm:mean=0,std=0.5 or scipy.laplace:loc=0,scale=1."""
    match law:
        case {"class": "Uniform", "low": -1, "high": 1}:
            return ""
        case {"class": "Uniform", "low": int() | float() as low, "high": int() | float() as high}:
            name, parameters = "uniform", {"low": low, "high": high}
        case {"class": "Frozen", "name": "norm", "parameters": [int() | float() as mean, int() | float() as std]}:
            name, parameters = "norm", {"mean": mean, "std": std}
        case {"class": "Frozen", "name": str() as scipys, "parameters": [*numbers]}:
            from scipy import stats

            kind = getattr(stats, scipys, None)
            if not isinstance(kind, stats.rv_continuous) or not all(
                isinstance(number, int | float) for number in numbers
            ):
                return None
            names = [*(kind.shapes.split(", ") if kind.shapes else []), "loc", "scale"]
            name, parameters = f"scipy.{scipys}", dict(zip(names, numbers, strict=False))
        case {"class": str() as own, **others}:
            return _LAW_NAMES.get(own) if not others else None
        case _:
            return None
    return f"{name}:{','.join(f'{key}={digits_of(value)}' for key, value in parameters.items())}"
