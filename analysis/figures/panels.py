"""Pictures with a panel for every sweep: heat maps of success, and success curves."""

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure

from .. import figures
from ..estimates.constants import COARSE_TO_FINE
from ..estimates.samples import bands_text, trials_text
from ..estimates.success import label, resolved, success
from ..estimates.thresholds import thresholds
from .style import CLOSE, SMALL

_PANELS_A_ROW = 4
_ALONE = (figures.COLUMN_WIDTH, 2.2)


def heatmaps(datasets: Sequence[xr.Dataset]) -> tuple[Figure, str]:
    """Success over epsilon and n, a panel a sweep; all share one colour scale."""
    figure, panels, free = _panels(len(datasets))
    for dataset, axes in zip(datasets, panels, strict=True):
        finest = max(float(dataset.attrs["resolution"]), 0.001)
        epsilon = np.geomspace(finest, 1.0, 60)
        epsilon[0] = finest  # not a rounding below the resolution
        rates, full = success(dataset, epsilon), thresholds(dataset, epsilon)
        half = thresholds(dataset, epsilon, delta=0.5)
        image = figures.success_heatmap(rates, half, full, axes)
        if axes is panels[-1]:
            _scale(figure, image, axes, free)
    _outer(panels)
    return figure, (
        "The share of trials that succeed, for every accuracy and n. Above the black line the success probability is "
        "at least 1 - epsilon, as the theorems ask; above the white dashes at least one half."
    )


def successes(datasets: Sequence[xr.Dataset]) -> tuple[Figure, str]:
    """Success against n for a few epsilons, a panel a sweep."""
    figure, panels, free = _panels(len(datasets))
    rates = [success(dataset, resolved(dataset, COARSE_TO_FINE)) for dataset in datasets]
    for cell, axes in zip(rates, panels, strict=True):
        figures.success_curves(cell, axes, names=free is None)
    _outer(panels)
    if free is not None:
        figures.success_key(max(rates, key=lambda cell: cell.sizes["epsilon"]), free)
    counts = "; ".join(f"{trials_text(dataset)} for {label(dataset)}" for dataset in datasets)
    return figure, (
        f"Success probability against n, with {bands_text(datasets)} as bands (trials: {counts}). Each curve is one "
        "accuracy; all curves of a panel come from the same trials."
    )


def _scale(figure: Figure, image: ScalarMappable, axes: Axes, free: Axes | None) -> None:
    """The colours of success: beside a panel that stands alone, else in the place left for the key."""
    if free is None:
        bar = figure.colorbar(image, ax=axes, fraction=0.06, pad=0.03)
    else:
        bar = figure.colorbar(image, cax=free.inset_axes((0.0, 0.45, 0.85, 0.1)), orientation="horizontal")
        free.set_axis_off()
    bar.set_label("success probability")


def _panels(count: int) -> tuple[Figure, list[Axes], Axes | None]:
    """A figure of the width of a text with `count` panels, a few a row, and after them a place for their key.

    One panel alone has the width of a column, and needs no place: its key is beside it.
    """
    if count == 1:
        figure = Figure(figsize=_ALONE)
        return figure, [figure.subplots()], None
    columns = _columns(count)
    rows = -(-(count + 1) // columns)
    height = 1.9 if count == 2 else 1.5 if columns == _PANELS_A_ROW else 1.7
    figure = Figure(figsize=(figures.TEXT_WIDTH, height * rows))
    places = list(figure.subplots(rows, columns, squeeze=False).flat)
    for unused in places[count + 1 :]:
        unused.remove()
    return figure, places[:count], places[count]


def _columns(count: int) -> int:
    """Panels a row: as many as leave the fewest places empty."""
    return min((_PANELS_A_ROW, 3), key=lambda columns: -(count + 1) % columns) if count >= 3 else count + 1


def _outer(panels: Sequence[Axes]) -> None:
    """Smaller titles; names of axes at the left of each row alone, and where no panel stands below."""
    columns = _columns(len(panels))
    for index, axes in enumerate(panels):
        axes.set_title(axes.get_title("left"), fontsize=SMALL, linespacing=CLOSE)
        if index % columns:
            axes.set_ylabel("")
        if index + columns < len(panels):
            axes.set_xlabel("")
