"""One look for all figures: readable in grey, safe for colour-blind readers, one colour a claim everywhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
import seaborn as sns
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from ..estimates import label

MATHS = {
    "epsilon": r"$\varepsilon$",
    "log_inverse": r"$1/\varepsilon$",
    "n": r"$n$",
    "n_star": r"$n^\ast$",
}

_COLORS = sns.color_palette("colorblind")
_COLORS[8] = (0.55, 0.48, 0.0)  # its yellow is too pale for text
_CLAIM_COLORS = {
    "theorem3": 0,
    "corollary2": 1,
    "lemma1": 2,
    "theorem1": 3,
    "lemma3": 4,
    "single_sample": 7,
    "single_link": 5,
    "subset_sum": 6,
    "tiny_neuron": 9,
    "lemma2": 9,
    "pruned_network": 8,
}
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "p", "*", "h")
_OTHER_MARKER = "d"
_LONG_TITLE = 36
_DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1, 1)), (0, (3, 1, 1, 1)))


def claim_color(claim: str) -> tuple[float, float, float]:
    """The colour of a claim, the same in every figure; grey for a claim that is not ours."""
    return _COLORS[_CLAIM_COLORS[claim]] if claim in _CLAIM_COLORS else (0.35, 0.35, 0.35)


def claim_marker(claim: str) -> str:
    """The marker of a claim: what tells claims apart in grey."""
    return _MARKERS[_CLAIM_COLORS[claim]] if claim in _CLAIM_COLORS else _OTHER_MARKER


def event_style(index: int) -> dict[str, Any]:
    """Marker and dashes of the event at `index`, from the statement outwards."""
    return {"marker": _MARKERS[index % len(_MARKERS)], "linestyle": _DASHES[index % len(_DASHES)]}


def first_event(dataset: xr.Dataset) -> str:
    """The event a claim is about unless another is asked for: the first, nearest to the letter of the statement."""
    return str(dataset["event"].to_numpy()[0])


def distinction(title: str, label: str) -> str:
    """What a sweep's label adds to the claim's title: "depth 2" of "Theorem 1, depth 2"; nothing if they are equal."""
    return label.removeprefix(title).lstrip(", ") if label.startswith(title) else label


def sweep_name(dataset: xr.Dataset) -> str:
    """A sweep's label, with its first d where that is not 1."""
    d = dataset["d"].to_numpy()[0]
    return label(dataset) + (f", d = {d}" if d != 1 else "")


def panel_title(dataset: xr.Dataset, rest: str) -> str:
    """A sweep's name and what is drawn of it; in two lines where one would not fit a small panel."""
    name = sweep_name(dataset)
    return f"{name}:{chr(10) if len(name) + len(rest) > _LONG_TITLE else ' '}{rest}"


@contextmanager
def paper_style() -> Iterator[None]:
    """Seaborn's ticks style with the sizes of a single-column figure."""
    settings: dict[Any, Any] = {
        "axes.titlesize": 10,
        "axes.labelsize": 10,
        "axes.spines.right": False,
        "axes.spines.top": False,
        "figure.constrained_layout.use": True,
        "font.family": "DejaVu Sans",
        "font.size": 9,
        "legend.frameon": False,
        "lines.linewidth": 1.4,
        "lines.markersize": 4,
        "mathtext.fontset": "cm",
        "savefig.dpi": 200,
        "svg.hashsalt": "ticketsum",
        "xtick.labelsize": 8.5,
        "ytick.labelsize": 8.5,
    }
    with mpl.rc_context(), sns.axes_style("ticks"), mpl.rc_context(settings):
        yield


def plain_epsilon_axis(axes: Axes, ticks: list[float]) -> None:
    """A logarithmic epsilon axis that falls to the right, with its values written as decimals."""
    axes.set_xscale("log")
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel(rf"accuracy {MATHS['epsilon']} (finer $\rightarrow$)")


def apart(heights: list[float], least: float = 0.115) -> list[float]:
    """Rising heights on an axis of length 1, moved as little as keeps them apart and on the page."""
    least = min(least, 0.9 / max(len(heights), 1))
    moved: list[float] = []
    for height in heights:
        moved.append(max(height, 0.03, moved[-1] + least if moved else 0.0))
    ceiling = 0.97
    for index in reversed(range(len(moved))):
        moved[index] = min(moved[index], ceiling)
        ceiling = moved[index] - least
    return moved
