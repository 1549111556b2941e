"""The picture of one neuron whose masks are all tried: how far blockwise pruning is from the best pruning."""

from pathlib import Path

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from .. import figures
from ..entry import raw_dataset
from ..estimates.quantiles import event_ratio, quantiles
from ..estimates.samples import trials_text
from ..statistics.binomial import level_text
from .pictures import Picture, make_folder, save_picture

_BEST, _BLOCKWISE = "best masks", "blockwise"
_SPREAD = (0.5, 0.9)


def draw_masks(dataset: xr.Dataset, folder: str | Path) -> Picture:
    """Draw both events' median critical epsilons and their ratio trial by trial, as PNG and SVG in `folder`.

    dataset: raw Dataset of a sweep of `tiny_neuron`, whose events are "best masks" and "blockwise" (InputError).
    """
    folder, dataset = make_folder(folder), raw_dataset(dataset)
    return save_picture(folder, "masks", "What blockwise pruning gives away", lambda: _masks(dataset))


def _masks(dataset: xr.Dataset) -> tuple[Figure, str]:
    ratios = event_ratio(dataset, _BLOCKWISE, _BEST, _SPREAD)
    figure = Figure(figsize=(figures.TEXT_WIDTH, 2.1))
    left, right = figure.subplots(1, 2)
    figures.event_quantiles(quantiles(dataset), left)
    figures.ratio_quantiles(ratios, right)
    for axes in (left, right):
        axes.set_xlabel(f"hidden neurons {axes.get_xlabel()}")
    return figure, _sentence(ratios.isel(d=0, n=-1).sel(quantile=0.5))


def _sentence(cell: xr.Dataset) -> str:
    """The median ratio at the largest n, with its interval."""
    ratio, low, high = (cell[name].item() for name in ("ratio", "ratio_low", "ratio_high"))
    limits = f"[{low:.2f}, {high:.2f}]" if np.isfinite(high) else f"at least {low:.2f}"
    return (
        f"With n = {cell['n'].item()} hidden neurons in all, the error of the best blockwise masks is {ratio:.2f} "
        f"({level_text(cell.attrs['level'])} interval {limits}) times that of the best masks of all, in the median of "
        f"{trials_text(cell)} trials. Bands are {level_text(cell.attrs['level'])} intervals: {cell.attrs['interval']}."
    )
