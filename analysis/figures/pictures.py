"""The standard pictures of a set of sweeps, estimated, drawn, saved, and put into a sentence each."""

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from .. import figures
from ..entry import attribute, claim_about, has_law, raw_datasets
from ..estimates.constants import constants
from ..estimates.samples import bands_text
from ..estimates.speeds import speed
from ..estimates.success import EPSILONS, check_epsilon, label, resolved, success
from ..estimates.thresholds import laws, slopes, thresholds
from .captions import constants_text, slack_sentence, time_text
from .panels import heatmaps, successes
from .saving import Picture, make_folder, save_picture

_PAIR = (figures.TEXT_WIDTH, 2.1)


def draw_pictures(
    datasets: Sequence[xr.Dataset],
    folder: str | Path,
    *,
    epsilon: Iterable[float] = EPSILONS,
    timings: xr.Dataset | None = None,
    panels: Sequence[xr.Dataset] | None = None,
) -> list[Picture]:
    """Draw every picture that the sweeps allow, as PNG and SVG in `folder`; returns them in reading order.

    datasets: raw Datasets, one a sweep; several of one claim need labels that tell them apart. epsilon: where n* is
    estimated, at delta = epsilon. timings: as `montecarlo.timings.time_solvers` measures them. panels: the Datasets
    with a heat map and success curves; default: the last of each claim, without those that expect no logarithm, whose
    n* would flatten all others, and without laws that are compared with each other. Of a sweep over several d, heat
    map, success curves and slack show the largest d that has answers.
    """
    folder, datasets, accuracies = make_folder(folder), raw_datasets(datasets), check_epsilon(epsilon).tolist()
    for dataset in datasets:
        for name in ("claim", "claim_title", "resolution"):
            attribute(dataset, name)
    compared = _compared(datasets)
    others = [dataset for dataset in datasets if not any(dataset is each for each in compared)]
    main = [dataset for dataset in others if claim_about(dataset).logarithmic] or datasets
    if panels is None:
        panels = list({dataset.attrs["claim"]: dataset for dataset in main}.values())
    shown = [_at_widest(dataset, accuracies) for dataset in raw_datasets(panels)]
    grown = [dataset for dataset in main if dataset["d"].to_numpy().tolist() == [1]]
    pictures = (
        [save_picture(folder, "growth", "How large must n be?", lambda: _growth(grown, accuracies))] if grown else []
    )
    if sum(dataset.sizes["d"] for dataset in main) > 1:
        pictures.append(draw_scaling(main, folder, epsilon=accuracies))
    if shown:
        pictures.append(save_picture(folder, "heatmap", "Success over accuracy and n", lambda: heatmaps(shown)))
        pictures.append(save_picture(folder, "success", "From failure to success", lambda: successes(shown)))
    if compared:
        pictures.append(save_picture(folder, "law-comparison", "Which law of the weights?", lambda: _laws(compared)))
    several = [_at_widest(dataset, accuracies) for dataset in datasets if dataset.sizes["event"] > 1]
    for name, dataset in zip(_names(several), several, strict=True):
        proof = "proof" in dataset["event"]
        title = f"{figures.sweep_name(dataset)}: {'the slack of its proof' if proof else 'event by event'}"
        pictures.append(save_picture(folder, f"slack-{name}", title, _slack(dataset, accuracies)))
    if timings is not None:
        pictures.append(draw_timings(timings, folder))
    return pictures


def draw_scaling(datasets: Sequence[xr.Dataset], folder: str | Path, *, epsilon: Iterable[float] = EPSILONS) -> Picture:
    """Draw n* of all sweeps against ln(A / epsilon), statements beside proofs, as PNG and SVG in `folder`.

    datasets: raw Datasets, one per sweep. Claims that expect no logarithm are left out, unless there are no others.
    """
    folder, datasets = make_folder(folder), raw_datasets(datasets)
    lines = [dataset for dataset in datasets if claim_about(dataset).logarithmic] or datasets
    return save_picture(folder, "scaling", "One constant for every d?", lambda: _scaling(constants(lines, epsilon)))


def draw_timings(timings: xr.Dataset, folder: str | Path) -> Picture:
    """Draw time and work of one exact covering radius against n, from `timings`, as PNG and SVG in `folder`."""
    found = speed(timings)
    return save_picture(make_folder(folder), "timings", "What an exact answer costs", lambda: _timings(found))


def _compared(datasets: Sequence[xr.Dataset]) -> list[xr.Dataset]:
    """The sweeps of the first claim that several laws were given to; none if there is no such claim."""
    by_claim: dict[str, list[xr.Dataset]] = {}
    for dataset in datasets:
        if has_law(dataset):
            by_claim.setdefault(str(dataset.attrs["claim"]), []).append(dataset)
    return next((sweeps for sweeps in by_claim.values() if len(sweeps) > 1), [])


def _growth(datasets: Sequence[xr.Dataset], epsilon: Sequence[float]) -> tuple[Figure, str]:
    found = [thresholds(dataset, resolved(dataset, epsilon)) for dataset in datasets]
    lines = [slopes(dataset, resolved(dataset, epsilon)) for dataset in datasets]
    figure = Figure(figsize=(figures.TEXT_WIDTH, 3.3))
    figures.growth(found, lines, laws(np.geomspace(min(epsilon), max(epsilon), 200)), figure.subplots())
    said = [
        f"{line['slope'].item():.1f} for {label(line)}"
        for line in (line.isel(event=0, d=0) for line in lines)
        if np.isfinite(line["slope"])
    ]
    grown = f"Per unit of ln(1/epsilon), n* grows by {'; '.join(said)}. " if said else ""
    return figure, (
        f"{grown}Straight lines mean that logarithmic over-parameterization is enough; the nearest single sample, "
        "without sums, needs n of the order of 1/epsilon and leaves the page."
    )


def _scaling(table: xr.Dataset) -> tuple[Figure, str]:
    events = [None, "proof"] if "proof" in table["event"] else [None]
    figure = Figure(figsize=(figures.TEXT_WIDTH, 0.4 + 2.3 * len(events)))
    for axes, event in zip(figure.subplots(len(events), squeeze=False)[:, 0], events, strict=True):
        figures.scaling(table, axes, event=event).label_outer()
    first = table.isel(case=np.flatnonzero(table["rank"] == 0))
    ranges = [constants_text(first.isel(case=np.flatnonzero(first["label"] == name))) for name in _distinct(first)]
    said = "; ".join(text for text in ranges if text)
    return figure, (
        "If n* = C ln(A/epsilon), each claim is one straight line through the origin, whatever d; grey lines have "
        f"equal C. {f'C at the finest accuracy that every d answers: {said}.' if said else ''}"
    ).rstrip()


def _distinct(table: xr.Dataset) -> list[str]:
    return list(dict.fromkeys(map(str, table["label"].to_numpy())))


def _laws(datasets: Sequence[xr.Dataset]) -> tuple[Figure, str]:
    table = constants(datasets)
    figure = Figure(figsize=(figures.TEXT_WIDTH, 0.6 + 0.27 * table.sizes["case"]))
    figures.law_comparison(table, figure.subplots())
    return figure, (
        f"The smallest n whose subset sums succeed with probability 1 - epsilon, with {bands_text(datasets)}, for "
        "several laws of the summands; an arrow marks what the sweep's grid of n does not bound from above."
    )


def _slack(dataset: xr.Dataset, epsilon: Sequence[float]) -> Callable[[], tuple[Figure, str]]:
    def draw() -> tuple[Figure, str]:
        values = resolved(dataset, epsilon)
        shown = _middle(values)
        found = thresholds(dataset, values)
        figure = Figure(figsize=_PAIR)
        left, right = figure.subplots(1, 2)
        figures.event_curves(success(dataset, [shown]), left, epsilon=shown)
        if claim_about(dataset).logarithmic:
            figures.event_growth(found, slopes(dataset, values), right)
        else:
            figures.power_growth(found, laws(np.geomspace(min(values), max(values), 100)), right)
        return figure, slack_sentence(found.isel(d=0).sel(epsilon=shown))

    return draw


def _timings(found: xr.Dataset) -> tuple[Figure, str]:
    figure = Figure(figsize=_PAIR)
    left, right = figure.subplots(1, 2)
    figures.timing_curves(found, left)
    figures.work_curves(found, right)
    common = found["ratio"].dropna("n")
    if common.sizes["n"] == 0:
        return figure, "Measured while this page was made; no n was timed by all solvers."
    common = common.isel(n=-1)
    n, others = common["n"].item(), [name for name in found["solver"].to_numpy() if name != "ticketsum"]
    times = [f"{time_text(found['seconds'].sel(solver=name, n=n).item())} by {name}" for name in others]
    ours = found["seconds"].sel(solver="ticketsum", n=n).item()
    return figure, (
        f"Measured while this page was made: at n = {n} one exact covering radius takes {', '.join(times)}, and "
        f"{time_text(ours)} here, {common.sel(solver='ticketsum').item():.0f} times faster than brute force. The "
        "bands are the range over rounds; the counts on the right do not depend on the machine."
    )


def _middle(epsilon: Sequence[float]) -> float:
    """The accuracy that pictures of a single one show."""
    return epsilon[len(epsilon) // 2]


def _at_widest(dataset: xr.Dataset, epsilon: Sequence[float]) -> xr.Dataset:
    """The sweep at the largest d at which n* of every event is known for the middle epsilon; the first d if at none."""
    if dataset.sizes["d"] == 1:
        return dataset
    n_star = thresholds(dataset, _middle(resolved(dataset, epsilon)))["n_star"]
    answered = dataset["d"].to_numpy()[(n_star < np.inf).all(["event", "epsilon"]).to_numpy()]
    return dataset.sel(d=[answered.max() if answered.size else dataset["d"].to_numpy()[0]])


def _names(datasets: Sequence[xr.Dataset]) -> list[str]:
    """File names, one a sweep: the claim and what its label adds, numbered where that leaves equals."""
    names: list[str] = []
    for dataset in datasets:
        claim, added = dataset.attrs["claim"], figures.distinction(dataset.attrs["claim_title"], label(dataset))
        name = "-".join([claim, *re.findall("[a-z0-9]+", added.lower())])
        equals = sum(other == name or other.startswith(f"{name}--") for other in names)
        names.append(f"{name}--{equals + 1}" if equals else name)
    return names
