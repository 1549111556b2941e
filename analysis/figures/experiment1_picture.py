"""The picture of Experiment 1: drawn, saved, and put into a sentence."""

from pathlib import Path

import xarray as xr
from matplotlib.figure import Figure

from .. import figures
from ..estimates.subset_sums import experiment_summary, paper_values
from .pictures import Picture, make_folder, save_picture


def draw_experiment1(experiment: xr.Dataset, folder: str | Path, *, level: float = 0.95) -> Picture:
    """Draw accuracy, misses and kept coefficients against n and epsilon, as PNG and SVG in `folder`.

    experiment: as `ticketsum experiment1` leaves it. Against n, the epsilon nearest to the paper's;
    against epsilon, the n nearest to its; objectives are compared for fresh coefficients on the fitted range if there
    are any.
    """
    folder = make_folder(folder)
    found = experiment_summary(experiment, level)
    title = "A trained network as subset sums"
    return save_picture(folder, "experiment1", title, lambda: _experiment1(found, paper_values(experiment)))


def _experiment1(found: xr.Dataset, paper: dict[str, float]) -> tuple[Figure, str]:
    figure = Figure(figsize=(figures.TEXT_WIDTH, 4.2))
    (accuracy, misses), (kept, finer) = figure.subplots(2, 2)
    by_n, by_epsilon = (found.sel({name: paper[name]}, method="nearest") for name in ("epsilon", "n"))
    shown = {name: _chosen(found, name, wanted) for name, wanted in (("coefficients", "fresh"), ("scale", "fitted"))}
    if "error" in found["objective"]:
        figures.accuracy_by_n(by_n, paper, accuracy)
        figures.missed_by_n(by_n, misses)
    else:
        accuracy.set_axis_off()
        misses.set_axis_off()
    figures.kept_by_n(by_n.sel(shown), paper, kept)
    figures.accuracy_by_epsilon(by_epsilon.sel(shown), paper, finer)
    return figure, (
        f"All {found.attrs['weights']:,} weights of a trained network as subset sums; dotted: its accuracy before, "
        f"{found.attrs['accuracy_before']:.2%}; the star: what the paper reports of its own network. Bands are ranges "
        f"over seeds, bars exact intervals, arrows upper limits where nothing was missed."
    )


def _chosen(found: xr.Dataset, name: str, wanted: str) -> str:
    values = [str(value) for value in found[name].to_numpy()]
    return wanted if wanted in values else values[-1]
