"""The pictures of Theorem 2: drawn, saved, and put into a sentence each."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from .. import figures
from ..estimates.packing import packing_widths, reach_rates, saturation
from ..statistics.binomial import level_text
from .pictures import Picture, make_folder, save_picture

_HEIGHT = 2.3
"""Inches, of figures as wide as a text."""


def draw_packing(
    found: Mapping[str, xr.Dataset], folder: str | Path, *, sufficient: Sequence[xr.Dataset] = (), level: float = 0.95
) -> list[Picture]:
    """Draw what there is of Theorem 2 as PNG and SVG in `folder`.

    found: as `montecarlo.packing.measure_all` makes them: "sizes", "theorem2-d1", "portrait-d2" and so on. sufficient:
    as in `analysis.packing_widths`, to set beside what is needed.
    """
    folder = make_folder(folder)
    pictures = []
    if "sizes" in found:
        sizes = found["sizes"]
        pictures.append(save_picture(folder, "packing-sizes", "Packings", lambda: _sizes(sizes, level)))
    measured = {name: dataset for name, dataset in found.items() if name.startswith("theorem2")}
    for name, dataset in measured.items():
        title = f"Theorem 2, d = {dataset['d'].to_numpy()[0]}"
        pictures.append(save_picture(folder, name, title, lambda data=dataset: _theorem2(data, sufficient, level)))
    for name, dataset in found.items():
        if name.startswith("portrait"):
            title = f"One packing and one network, d = {dataset.attrs['d']}"
            pictures.append(save_picture(folder, name, title, lambda data=dataset: _portrait(data)))
    return pictures


def _sizes(sizes: xr.Dataset, level: float) -> tuple[Figure, str]:
    line, beyond = (sizes.isel(d=np.flatnonzero(chosen)) for chosen in (sizes["d"] == 1, sizes["d"] > 1))
    panels = [part for part in (line, beyond) if part.sizes["d"]]
    figure = Figure(figsize=(figures.TEXT_WIDTH if len(panels) > 1 else figures.COLUMN_WIDTH, _HEIGHT))
    for part, axes in zip(panels, figure.subplots(1, len(panels), squeeze=False)[0], strict=True):
        figures.packing_sizes(part, axes)
    fits = saturation(sizes, level)["fits_high"].max().item()
    return figure, (
        "Points of packings of the unit ball of the operator norm, every pair verified, between the volume bounds "
        "(1/(2 epsilon))^(d²) and (1 + 1/epsilon)^(d²); the largest there are for d = 1, constructed ones beyond. A "
        f"uniform matrix would still fit with probability at most {fits:.2g} in any of them (upper limits at "
        f"{level_text(level)} each)."
    )


def _theorem2(theorem2: xr.Dataset, sufficient: Sequence[xr.Dataset], level: float) -> tuple[Figure, str]:
    rates, widths = reach_rates(theorem2, level), packing_widths(theorem2, sufficient, level)
    measured = np.isfinite(widths[["width_share", "width_rarest", "width_sufficient"]].to_dataarray()).any()
    several = bool(theorem2.sizes["epsilon"] > 1 and measured)  # widths of one epsilon are no curve
    figure = Figure(figsize=(figures.TEXT_WIDTH if several else figures.COLUMN_WIDTH, _HEIGHT))
    left, *right = figure.subplots(1, 1 + several, squeeze=False)[0]
    figures.reach_curves(rates, widths, left)
    for axes in right:
        figures.needed_widths(widths, axes)
    epsilon = float(theorem2["epsilon"].min())
    cell = widths.isel(d=0).sel(epsilon=epsilon)
    half = cell["width_share"].item()
    last = int(theorem2["s"].max())
    said = f"half of it is reached at s = {half:g}" if np.isfinite(half) else f"half of it is not reached up to {last}"
    broken = "is violated" if rates["violated"].any() else "is violated nowhere"
    return figure, (
        f"Weights {theorem2.attrs['law']}, {rates.attrs['trials']:,} networks. At epsilon = {epsilon:g} the packing "
        f"has {theorem2['size'].isel(d=0).sel(epsilon=epsilon).item():,} points; the functions' number leaves s >= "
        f"{cell['width_functions'].item():g} possible, and {said}. The counting inequality 2 |G| >= |P| {broken}."
    )


def _portrait(portrait: xr.Dataset) -> tuple[Figure, str]:
    if portrait.attrs["d"] == 1:
        figure = Figure(figsize=(figures.COLUMN_WIDTH, 2.3))
        figures.line_portrait(portrait, figure.subplots())
        return figure, (
            "Both slopes of every function that one network can be pruned to. A function is within epsilon of w if its "
            "point is in the square around (w, w): most functions are wasted, as their slopes differ."
        )
    figure = Figure(figsize=(figures.TEXT_WIDTH, 2.1))
    left, right = figure.subplots(1, 2)
    figures.plane_packing(portrait, left)
    figures.plane_functions(portrait, right)
    return figure, (
        "Left, a packing: a matrix is the sum of a multiple of a rotation and one of a reflection, and its norm the "
        "sum of their sizes. Right, the functions that one network can be pruned to: only those below the line are "
        "nearly odd, and can be within epsilon of a linear map."
    )
