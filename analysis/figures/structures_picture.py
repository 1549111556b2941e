"""The pictures of the constructions of Figures 1 to 3: pruned networks drawn, saved, and put into a sentence each."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from .. import figures
from .pictures import Picture, make_folder, save_picture

_HEIGHTS = {True: 2.0, False: 2.7}
"""Inches, for one block and for several."""


def draw_structure(drawings: Sequence[xr.Dataset], folder: str | Path, name: str, title: str) -> Picture:
    """Draw a target's layer, and the pruned networks that stand for it, side by side as PNG and SVG in `folder`.

    drawings: as for `analysis.figures.structure`, all of one layer. name: of the files, without an ending. title: of
    the `Picture`.
    """
    folder = make_folder(folder)
    return save_picture(folder, name, title, lambda: _structure(drawings))


def _structure(drawings: Sequence[xr.Dataset]) -> tuple[Figure, str]:
    height = _HEIGHTS[drawings[0].sizes["input"] == 1]
    figure = Figure(figsize=(figures.TEXT_WIDTH, height))
    target, *panels = figure.subplots(1, 1 + len(drawings), width_ratios=[0.8, *[1.2] * len(drawings)])
    figures.target_structure(drawings[0], target).set_title("(a) the target")
    for letter, drawing, axes in zip("bcd", drawings, panels, strict=False):
        kind = "with relu" if drawing.attrs["relu"] else "linear, a layer of ones"
        figures.structure(drawing, axes).set_title(f"({letter}) pruned, {kind}")
    said = "; ".join(_said(letter, drawing) for letter, drawing in zip("bcd", drawings, strict=False))
    return figure, (
        "Kept edges are solid, blue for positive and orange for negative weights, thicker for larger ones; pruned ones "
        f"are dashed, hidden neurons that are cut off hollow, and blocks tinted. {said}."
    )


def _said(letter: str, drawing: xr.Dataset) -> str:
    """How much is kept, and how far its sums are from the weights."""
    own = drawing.isel(edge=np.flatnonzero((drawing["stage"] == 2) & (drawing["own"] == 1)))
    errors = [np.abs(drawing[side] - drawing["target"]).max().item() for side in ("positive", "negative")]
    return (
        f"({letter}) {drawing.sizes['hidden']} hidden neurons, {int(own['kept'].sum())} of {own.sizes['edge']} edges "
        f"to the outputs kept, all sums within {max(errors):.2g} of their weights"
    )
