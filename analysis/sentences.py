"""What the pictures say in words: every number read from the estimates they draw."""

import numpy as np
import xarray as xr


def constants_text(rows: xr.Dataset) -> str:
    """The range of C over d, at the finest epsilon at which C is known for all of them."""
    known = rows.isel(epsilon=np.flatnonzero((rows["constant"] < np.inf).all("case")))
    if known.sizes["epsilon"] == 0:
        return ""
    at = known["constant"].isel(epsilon=-1)
    low, high, epsilon = float(at.min()), float(at.max()), float(at["epsilon"])
    span = f"{low:.2f}" if at.size == 1 else f"{low:.2f} to {high:.2f}"
    return f"{span} for {rows['label'].to_numpy()[0]} (epsilon = {epsilon:g})"


def slack_sentence(n_star: xr.DataArray) -> str:
    """What the n* of the first and of the last event say of each other, at one epsilon."""
    epsilon, events = n_star["epsilon"].item(), n_star["event"].to_numpy()
    first, last = n_star.isel(event=0).item(), n_star.isel(event=-1).item()
    proof = events[-1] == "proof"
    one = "the statement itself" if events[0] == "statement" else f"“{events[0]}”"
    other = "what its proof uses" if proof else f"“{events[-1]}”"
    if not np.isfinite(first):
        return (
            f"At epsilon = {epsilon:g} not even {one.removesuffix(' itself')} succeeds often enough on the grid of n."
        )
    said = f"At epsilon = {epsilon:g} {one} needs n = {first:g}, {other} needs "
    if not np.isfinite(last):
        return f"{said}more than the sweep's largest n."
    return f"{said}n = {last:g}: {last / first:.1f} times as many{' neurons' if proof else ''}.{_saving(n_star)}"


def _saving(n_star: xr.DataArray) -> str:
    """What non-negative inputs save of the width, where a claim has them as an event of their own."""
    if not {"non-negative inputs", "certificate"} <= set(n_star["event"].to_numpy()):
        return ""
    few, many = (n_star.sel(event=event).item() for event in ("non-negative inputs", "certificate"))
    if not np.isfinite(many):
        return ""
    return f" Inputs of either sign need n = {many:g}, so non-negative ones save {1.0 - few / many:.0%} of the width."


def time_text(seconds: float) -> str:
    """A short time for people."""
    for unit, length in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= length:
            return f"{seconds / length:.3g} {unit}"
    return f"{seconds / 1e-6:.3g} us"
