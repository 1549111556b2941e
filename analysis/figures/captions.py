"""What the pictures say in words: every number read from the estimates they draw."""

import numpy as np
import xarray as xr

from ..entry import main_event


def constants_text(rows: xr.Dataset) -> str:
    """The range of C over d, at the finest epsilon at which C is known for all of them."""
    known = rows.isel(
        epsilon=np.flatnonzero(np.isfinite(rows["constant"].transpose("case", ...).to_numpy()).all(axis=0))
    )
    if known.sizes["epsilon"] == 0:
        return ""
    at = known["constant"].isel(epsilon=int(known["epsilon"].to_numpy().argmin()))
    low, high, epsilon = float(at.min()), float(at.max()), float(at["epsilon"])
    span = f"{low:.2f}" if at.size == 1 else f"{low:.2f} to {high:.2f}"
    return f"{span} for {rows['label'].to_numpy()[0]} (epsilon = {epsilon:g})"


def slack_sentence(at: xr.Dataset) -> str:
    """What the n* of the main and of the last event say of each other, at one epsilon; at: `analysis.thresholds`."""
    epsilon, events = at["epsilon"].item(), at["event"].to_numpy()
    main, last = main_event(at), at.isel(event=-1)
    first = at.sel(event=main)
    proof = events[-1] == "proof"
    one = "the statement itself" if main == "statement" else f"“{main}”"
    other = "what its proof uses" if proof else f"“{events[-1]}”"
    if not np.isfinite(first["n_star"]):
        return (
            f"At epsilon = {epsilon:g} not even {one.removesuffix(' itself')} succeeds often enough on the grid of n."
        )
    said = f"At epsilon = {epsilon:g} {one} needs {_needed(first)}, {other} needs "
    if not np.isfinite(last["n_star"]):
        return f"{said}more than the sweep's largest n."
    if not (_is_known(first) and _is_known(last)):
        return f"{said}{_needed(last)}."
    times = last["n_star"].item() / first["n_star"].item()
    return f"{said}{_needed(last)}: {times:.1f} times as many{' neurons' if proof else ''}.{_saving(at)}"


def _is_known(cell: xr.Dataset) -> bool:
    """Whether n* is a number, and neither beyond the grid nor among numbers that the grid leaves out."""
    return bool(np.isfinite(cell["n_star"]) and cell["n_star_from"] == cell["n_star"])


def _needed(cell: xr.Dataset) -> str:
    """Such as n = 7; n = 6 to 10 where the grid leaves numbers out; n of at most 10 where it starts there."""
    least, most = cell["n_star_from"].item(), cell["n_star"].item()
    if least == most:
        return f"n = {most:g}"
    return f"n of at most {most:g}" if least == 1.0 else f"n = {least:g} to {most:g}"


def _saving(at: xr.Dataset) -> str:
    """What non-negative inputs save of the width, where a claim has them as an event of their own."""
    if not {"sharper certificate", "certificate"} <= set(at["event"].to_numpy()):
        return ""
    few, many = (at.sel(event=event) for event in ("sharper certificate", "certificate"))
    if not (_is_known(few) and _is_known(many)):
        return ""
    few, many = few["n_star"].item(), many["n_star"].item()
    return f" Inputs of either sign need n = {many:g}, so non-negative ones save {1.0 - few / many:.0%} of the width."


def time_text(seconds: float) -> str:
    """A short time for people."""
    for unit, length in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= length:
            return f"{seconds / length:.3g} {unit}"
    return f"{seconds / 1e-6:.3g} us"
