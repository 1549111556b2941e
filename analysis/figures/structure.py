"""Figures 1 to 3 drawn from pruned networks: kept edges solid, pruned ones faint and dashed, blocks tinted."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from numpy.typing import NDArray

from ..entry import estimated
from .palette import GREY, ink, series_color
from .saving import Picture, make_folder, save_picture
from .style import SMALL, TEXT_WIDTH

_POSITIVE, _NEGATIVE = series_color(0), series_color(1)
_TINT = "#dfe6f2"
_X = (0.0, 1.0, 2.0)
"""Where inputs, hidden neurons and outputs stand."""


def structure(drawing: xr.Dataset, axes: Axes) -> Axes:
    """A pruned pair of layers: inputs left, hidden neurons by block, outputs right; thicker is larger.

    drawing: as `montecarlo.networks.drawing.drawing` makes it. Dark blue weights are positive, orange ones negative;
    dashes are pruned, and fainter where they join a block to the inputs of others. Hidden neurons without an edge to
    any output are hollow.
    """
    drawing = estimated(drawing, ("stage", "block", "target"), "montecarlo.networks.drawing.drawing")
    outputs, inputs = drawing.sizes["output"], drawing.sizes["input"]
    hidden = _hidden_heights(drawing["block"].to_numpy())
    heights = (_spread(inputs), hidden, _spread(outputs))
    for block in range(inputs):
        rows = hidden[drawing["block"].to_numpy() == block]
        box = FancyBboxPatch((0.9, rows.min()), 0.2, np.ptp(rows), boxstyle="round,pad=0.025", mutation_aspect=0.5)
        box.set(facecolor=_TINT, edgecolor="none", zorder=0)
        axes.add_patch(box)
    for kept in (0, 1):
        for stage in (1, 2):
            chosen = np.flatnonzero((drawing["stage"] == stage) & (drawing["kept"] == kept))
            _draw_edges(axes, drawing.isel(edge=chosen), heights[stage - 1], heights[stage])
    leaving = drawing.isel(edge=np.flatnonzero((drawing["stage"] == 2) & (drawing["kept"] == 1)))["start"].to_numpy()
    faces = ["white" if k not in leaving else "0.2" for k in range(hidden.size)]
    axes.scatter(np.full(hidden.size, 1.0), hidden, s=9.0, c=faces, edgecolors=GREY, linewidths=0.5, zorder=3)
    _ends(axes, inputs, outputs)
    return axes


def target_structure(drawing: xr.Dataset, axes: Axes) -> Axes:
    """The layer that a pair stands for: inputs, outputs and their weights. drawing: as for `structure`."""
    drawing = estimated(drawing, ("stage", "block", "target"), "montecarlo.networks.drawing.drawing")
    outputs, inputs = drawing.sizes["output"], drawing.sizes["input"]
    starts, ends = _spread(inputs), _spread(outputs)
    for i in range(outputs):
        for j in range(inputs):
            weight = drawing["target"].isel(output=i, input=j).item()
            color = _POSITIVE if weight > 0.0 else _NEGATIVE
            axes.plot([0.0, 2.0], [starts[j], ends[i]], color=color, linewidth=_width(abs(weight)), zorder=1)
            at = 0.62 if outputs > 1 and i == j else 0.38
            name = f"{weight:.2g}".replace("-", "\N{MINUS SIGN}")
            text = axes.text(2.0 * at, starts[j] + at * (ends[i] - starts[j]), name, color=ink(color), fontsize=SMALL)
            text.set(ha="center", va="center", bbox={"facecolor": "white", "linewidth": 0.0, "pad": 1.0})
    _ends(axes, inputs, outputs)
    return axes


def _draw_edges(axes: Axes, edges: xr.Dataset, starts: NDArray[np.float64], ends: NDArray[np.float64]) -> None:
    left = edges["stage"].to_numpy() - 1.0
    begin = np.column_stack([left, starts[edges["start"].to_numpy()]])
    end = np.column_stack([left + 1.0, ends[edges["end"].to_numpy()]])
    weight, kept, own = (edges[name].to_numpy() for name in ("weight", "kept", "own"))
    if not kept.size:
        return
    lines = LineCollection(np.stack([begin, end], axis=1).tolist(), zorder=1 + kept[0], capstyle="butt")
    if kept[0]:
        lines.set(color=[_POSITIVE if w > 0.0 else _NEGATIVE for w in weight], linewidth=_width(np.abs(weight)))
    else:
        shades = ["0.68" if o else "0.88" for o in own]
        lines.set(color=shades, linewidth=np.where(own, 0.5, 0.35), linestyle=(0, (3.0, 2.0)))
    axes.add_collection(lines)


def _width(size: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """Points: an edge's width grows with the size of its weight."""
    return np.asarray(0.35 + 1.05 * size)


def _spread(count: int) -> NDArray[np.float64]:
    """Heights of `count` inputs or outputs, from the top down."""
    return 0.5 - (np.arange(count) + 0.5) / count + 0.5


def _hidden_heights(block: NDArray[np.int64]) -> NDArray[np.float64]:
    """Heights of hidden neurons, a gap of two between blocks."""
    steps = np.arange(block.size) + 2.0 * block
    return 1.0 - (steps + 0.5) / (steps[-1] + 1.0)


def _ends(axes: Axes, inputs: int, outputs: int) -> None:
    """Inputs and outputs with their names, and axes without anything else."""
    for x, count, letter in ((_X[0], inputs, "x"), (_X[2], outputs, "y")):
        heights = _spread(count)
        axes.scatter(np.full(count, x), heights, s=22.0, c="white", edgecolors="0.2", linewidths=0.7, zorder=3)
        for k, height in enumerate(heights):
            name = f"${letter}$" if count == 1 else f"${letter}_{k + 1}$"
            axes.annotate(name, (x, height), (-5 if x == 0.0 else 5, 0), textcoords="offset points", va="center",
                          ha="right" if x == 0.0 else "left")  # fmt: skip
    axes.set_xlim(-0.15, 2.15)
    axes.set_ylim(-0.03, 1.03)
    axes.set_axis_off()


_HEIGHTS = {True: 2.0, False: 2.7}
"""Inches, for one block and for several."""


def draw_structure(drawings: Sequence[xr.Dataset], folder: str | Path, name: str, title: str) -> Picture:
    """Draw a target's layer, and the pruned networks that stand for it, side by side as PNG and SVG in `folder`.

    drawings: as for `analysis.structure`, all of one layer. name: of the files, without an ending. title: of
    the `Picture`.
    """
    folder = make_folder(folder)
    return save_picture(folder, name, title, lambda: _structure(drawings))


def _structure(drawings: Sequence[xr.Dataset]) -> tuple[Figure, str]:
    height = _HEIGHTS[drawings[0].sizes["input"] == 1]
    figure = Figure(figsize=(TEXT_WIDTH, height))
    target, *panels = figure.subplots(1, 1 + len(drawings), width_ratios=[0.8, *[1.2] * len(drawings)])
    target_structure(drawings[0], target).set_title("(a) the target")
    for letter, drawing, axes in zip("bcd", drawings, panels, strict=False):
        kind = "with relu" if drawing.attrs["relu"] else "linear, a layer of ones"
        structure(drawing, axes).set_title(f"({letter}) pruned, {kind}")
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
