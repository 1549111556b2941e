"""The standard pictures of a set of sweeps, estimated, drawn, saved, and put into a sentence each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from . import figures
from .errors import InputError
from .estimates import EPSILONS, resolved, success
from .scaling import laws, slopes, thresholds
from .speeds import speed

_CURVES = (0.3, 0.1, 0.03, 0.01)
_PANEL = (3.4, 3.3)


@dataclass(frozen=True)
class Picture:
    """A figure on disk and what to say of it."""

    name: str
    title: str
    sentence: str
    png: Path
    svg: Path


def draw_pictures(
    datasets: Sequence[xr.Dataset],
    folder: Path,
    *,
    epsilon: Sequence[float] = EPSILONS,
    timings: xr.Dataset | None = None,
) -> list[Picture]:
    """Draw every picture that the sweeps allow, as PNG and SVG in `folder`; returns them in reading order.

    datasets: raw Datasets, one a claim. epsilon: where n* is estimated, at delta = epsilon. timings: as
    `montecarlo.timings.time_solvers` measures them.
    """
    _make(folder)
    pictures = [
        _save(folder, "growth", "How large must n be?", lambda: _growth(datasets, epsilon)),
        _save(folder, "heatmap", "Success over accuracy and n", lambda: _heatmaps(datasets)),
        _save(folder, "success", "From failure to success", lambda: _success(datasets)),
    ]
    for dataset in datasets:
        if dataset.sizes["event"] > 1:
            proof = "proof" in dataset["event"]
            title = f"{dataset.attrs['claim_title']}: {'the slack of its proof' if proof else 'event by event'}"
            draw = _slack(dataset, epsilon)
            pictures.append(_save(folder, f"slack-{dataset.attrs['claim']}", title, draw))
    if timings is not None:
        pictures.append(draw_timings(timings, folder))
    return pictures


def draw_timings(timings: xr.Dataset, folder: Path) -> Picture:
    """Draw time and work of one exact covering radius against n, as PNG and SVG in `folder`."""
    _make(folder)
    return _save(folder, "timings", "What an exact answer costs", lambda: _timings(speed(timings)))


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"the folder for figures must be writable, got {folder} ({error.strerror})") from error


def _save(folder: Path, name: str, title: str, draw: Callable[[], tuple[Figure, str]]) -> Picture:
    """Draw in our style and write both files; metadata without a date, so that equal data give equal bytes."""
    png, svg = folder / f"{name}.png", folder / f"{name}.svg"
    with figures.paper_style():
        figure, sentence = draw()
        figure.savefig(png, metadata={"Software": None})
        figure.savefig(svg, metadata={"Date": None})
    return Picture(name, title, sentence, png, svg)


def _growth(datasets: Sequence[xr.Dataset], epsilon: Sequence[float]) -> tuple[Figure, str]:
    found = [thresholds(dataset, resolved(dataset, epsilon)) for dataset in datasets]
    lines = [slopes(dataset, resolved(dataset, epsilon)) for dataset in datasets]
    figure = Figure(figsize=(6.4, 4.2))
    figures.growth(found, lines, laws(np.geomspace(min(epsilon), max(epsilon), 200)), figure.subplots())
    said = [
        f"{line['slope'].item():.1f} for {line.attrs['claim_title']}"
        for line in (line.isel(event=0, d=0) for line in lines)
        if np.isfinite(line["slope"])
    ]
    grown = f"Per unit of ln(1/epsilon), n* grows by {', '.join(said)}. " if said else ""
    return figure, (
        f"{grown}Straight lines mean that logarithmic over-parameterization is enough; the nearest single sample, "
        "without sums, needs n of the order of 1/epsilon and leaves the page."
    )


def _heatmaps(datasets: Sequence[xr.Dataset]) -> tuple[Figure, str]:
    figure, panels = _panels(len(datasets), extra=0.8)
    for dataset, axes in zip(datasets, panels, strict=True):  # all share one colour scale
        finest = max(float(dataset.attrs["resolution"]), 0.001)
        epsilon = np.geomspace(finest, 1.0, 60)
        epsilon[0] = finest  # not a rounding below the resolution
        rates, full = success(dataset, epsilon), thresholds(dataset, epsilon)
        half = thresholds(dataset, epsilon, delta=0.5)
        image = figures.success_heatmap(rates, half, full, axes)
        if axes is panels[-1]:
            figure.colorbar(image, ax=list(panels), label="success probability", pad=0.01)
    return figure, (
        "The share of trials that succeed, for every accuracy and n. Above the black line the success probability is "
        "at least 1 - epsilon, as the theorems ask; above the white dashes at least one half."
    )


def _success(datasets: Sequence[xr.Dataset]) -> tuple[Figure, str]:
    figure, panels = _panels(len(datasets))
    for dataset, axes in zip(datasets, panels, strict=True):
        figures.success_curves(success(dataset, resolved(dataset, _CURVES)), axes)
    counts = ", ".join(f"{dataset.sizes['trial']:,} for {dataset.attrs['claim_title']}" for dataset in datasets)
    return figure, (
        f"Success probability against n, with exact 95% intervals as bands (trials: {counts}). Each curve is one "
        "accuracy; all curves of a panel come from the same trials."
    )


def _slack(dataset: xr.Dataset, epsilon: Sequence[float]) -> Callable[[], tuple[Figure, str]]:
    def draw() -> tuple[Figure, str]:
        values = resolved(dataset, epsilon)
        shown = values[len(values) // 2]
        found = thresholds(dataset, values)
        figure = Figure(figsize=(9.2, 3.6))
        left, right = figure.subplots(1, 2)
        figures.event_curves(success(dataset, [shown]), left, epsilon=shown)
        figures.event_growth(found, slopes(dataset, values), right)
        at = found["n_star"].isel(d=0).sel(epsilon=shown)
        return figure, _slack_sentence(at)

    return draw


def _slack_sentence(n_star: xr.DataArray) -> str:
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
    return f"{said}n = {last:g}: {last / first:.1f} times as many{' neurons' if proof else ''}."


def _timings(found: xr.Dataset) -> tuple[Figure, str]:
    figure = Figure(figsize=(9.2, 3.6))
    left, right = figure.subplots(1, 2)
    figures.timing_curves(found, left)
    figures.work_curves(found, right)
    common = found["ratio"].dropna("n").isel(n=-1)
    n, others = common["n"].item(), [name for name in found["solver"].to_numpy() if name != "ticketsum"]
    times = [f"{_time_text(found['seconds'].sel(solver=name, n=n).item())} by {name}" for name in others]
    ours = found["seconds"].sel(solver="ticketsum", n=n).item()
    return figure, (
        f"Measured while this page was made: at n = {n} one exact covering radius takes {', '.join(times)}, and "
        f"{_time_text(ours)} here, {common.sel(solver='ticketsum').item():.0f} times faster than brute force. The "
        "bands are the range over rounds; the counts on the right do not depend on the machine."
    )


def _time_text(seconds: float) -> str:
    """A short time for people."""
    for unit, length in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= length:
            return f"{seconds / length:.3g} {unit}"
    return f"{seconds / 1e-6:.3g} us"


def _panels(count: int, extra: float = 0.0) -> tuple[Figure, np.ndarray]:
    figure = Figure(figsize=(_PANEL[0] * count + extra, _PANEL[1]))
    return figure, figure.subplots(1, count, squeeze=False)[0]
