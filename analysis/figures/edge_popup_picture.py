"""The picture of Experiment 2: drawn, saved, and put into sentences."""

from pathlib import Path

import xarray as xr
from matplotlib.figure import Figure

from .. import figures
from ..estimates.edge_popup import pruning_summary
from ..statistics.binomial import level_text
from .edge_popup import epochs_text
from .pictures import Picture, make_folder, save_picture


def draw_experiment2(experiment: xr.Dataset, folder: str | Path, *, level: float = 0.95) -> Picture:
    """Draw accuracy against kept weights, a panel for each network, as PNG and SVG in `folder`.

    experiment: as `montecarlo.experiments.edge_popup.experiment` makes it. level: of the intervals over seeds.
    """
    folder = make_folder(folder)
    found = pruning_summary(experiment, level)
    return save_picture(folder, "experiment2", "Random networks pruned by edge-popup", lambda: _experiment2(found))


def _experiment2(found: xr.Dataset) -> tuple[Figure, str]:
    names = found["network"].to_numpy()
    width = figures.TEXT_WIDTH if len(names) > 1 else figures.COLUMN_WIDTH
    figure = Figure(figsize=(width, 2.5 if len(names) > 1 else 2.8))
    for axes, name in zip(figure.subplots(1, len(names), squeeze=False, sharey=True)[0], names, strict=True):
        figures.accuracy_by_kept(found.sel(network=name), axes)
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4 if len(names) > 1 else 2)
    for axes in figure.axes[1:]:
        axes.set_ylabel("")
    return figure, _caption(found)


def _caption(found: xr.Dataset) -> str:
    trained = found.sel(structure=[name for name in found["structure"].to_numpy() if name != "baseline"])
    seeds = int(trained["seeds"].max()) if trained["structure"].size else int(found["seeds"].max())
    bands = f", each a network of its own; bands are Student's {level_text(found.attrs['level'])} intervals for them"
    low, high = float(found["sparsity"].min()), float(found["sparsity"].max())
    reach = "From right to left s" if low < high else "S"
    span = f"goes from {low:g} to {high:g}" if low < high else f"is {low:g}"
    return (
        f"Test accuracy on MNIST of random networks pruned by edge-popup, after {epochs_text(found)} (the paper: the "
        f"best of 10 to 100), against the weights their linear layers keep. {reach}parsity, the fraction of weights "
        f"removed, {span}. "
        f"{'Means of ' if seeds > 1 else 'Of '}{'up to ' * (seeds > 1)}{seeds} seed{'s' * (seeds > 1)}"
        f"{bands * (seeds > 1)}."
    )
