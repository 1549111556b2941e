"""The picture of Theorem 1's promise: how many hidden neurons a random layer needs, for every d and epsilon."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from .. import figures
from ..estimates.constants import constants
from ..estimates.success import EPSILONS
from ..estimates.widths import widths
from .pictures import Picture, make_folder, save_picture


def draw_widths(datasets: Sequence[xr.Dataset], folder: str | Path, *, epsilon: Iterable[float] = EPSILONS) -> Picture:
    """Draw the width 2 d n* of all sweeps of layers against d ln(A / epsilon), as PNG and SVG in `folder`.

    datasets: raw Datasets, one a sweep; those that are of no layer are left out, InputError if none is left. epsilon:
    where n* is estimated.
    """
    folder = make_folder(folder)
    found = widths(constants(datasets, epsilon))
    return save_picture(folder, "widths", "How wide must a random layer be?", lambda: _widths(found))


def _widths(table: xr.Dataset) -> tuple[Figure, str]:
    figure = Figure(figsize=(figures.TEXT_WIDTH, 3.4))
    figures.width_needed(table, figure.subplots())
    ratio = (table["width"] / table["promised"]).where(table["rank"] == 0)
    parts = []
    for name in dict.fromkeys(map(str, table["title"].to_numpy())):
        values = ratio.isel(case=np.flatnonzero(table["title"] == name))
        if values.notnull().any():
            parts.append(f"{float(values.min()):.1f} to {float(values.max()):.1f} for {name}")
    said = "; ".join(parts) or "none is known"
    return figure, (
        "Theorem 1 asks for a width of C d ln(A/epsilon), here 2n neurons for each of d inputs; one straight line of "
        f"slope 1 means one constant for all d and epsilon. C of the widths needed: {said}. "
        "Hollow: what the printed proofs use."
    )
