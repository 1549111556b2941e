"""One look for all figures: the sizes and type of a printed paper, and the words and marks that they share."""

import re
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
import seaborn as sns
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from ..entry import main_event
from ..estimates.success import label
from ..verbatim import drawn, plain

TEXT_WIDTH, COLUMN_WIDTH = 5.5, 3.25
"""Inches: the text of a one-column paper (NeurIPS; JMLR and PMLR have 6.0), and a column of a two-column one."""
SMALL = 7.0
"""Points: ticks, names on lines, keys. Nothing is smaller; all else is 8."""
CLOSE = 1.0
"""Line spacing of names of two lines; STIX has tall lines."""

MATHS = {
    "epsilon": r"$\varepsilon$",
    "log_inverse": r"$1/\varepsilon$",
    "n": r"$n$",
    "n_star": r"$n^\ast$",
}

_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "p", "*", "h")
_LINE, _LONG_TITLE, _LONG_NAME = 26, 20, 16
"""Letters: of a line of a small title, of a short title, of a name that leaves room for more."""
_DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1, 1)), (0, (3, 1, 1, 1)))
_UNIFORMS = re.compile(r"\b([A-Z]) ~ U\[(-?[\d.]+), (-?[\d.]+)\]")
_NEGATIVE = re.compile(r"(?<=[\[( =])-(?=\d)")
_RELATIONS = {"=": "=", "<=": r"\leq"}
_EQUATIONS = re.compile(r"\b([dnsw]) (=|<=) (-?[\d.]+)")


def event_style(index: int) -> dict[str, Any]:
    """Marker and dashes of the event at `index`, from the statement outwards."""
    return {"marker": _MARKERS[index % len(_MARKERS)], "linestyle": _DASHES[index % len(_DASHES)]}


def first_event(dataset: xr.Dataset) -> str:
    """The event that stands for a claim where none is asked for: the statement, else the weakest that implies it."""
    return main_event(dataset)


def distinction(title: str, label: str) -> str:
    """What a sweep's label adds to the claim's title: "depth 2" of "Theorem 1, depth 2"; nothing if they are equal."""
    return label.removeprefix(title).lstrip(", ") if label.startswith(title) else label


def sweep_name(dataset: xr.Dataset) -> str:
    """A sweep's label, with its d where it has only one, and that is not 1, as plain text."""
    every = dataset["d"].to_numpy().ravel()
    return plain(label(dataset)) + (f", d = {every[0]}" if every.size == 1 and every[0] != 1 else "")


def mathematical(text: str) -> str:
    """Plain text, drawn literally but for its equations ("d = 4"), laws ("X ~ U[0, 1]") and signs, set as formulas."""
    text = drawn(text)
    text = _EQUATIONS.sub(lambda found: rf"${found[1]}{_RELATIONS[found[2]]}{found[3]}$", text)
    text = _UNIFORMS.sub(r"$\1\\sim U[\2,\\,\3]$", text)
    return _NEGATIVE.sub("\N{MINUS SIGN}", text)


def panel_title(dataset: xr.Dataset, rest: str) -> str:
    """A sweep's name and what is drawn of it; in as many lines as fit a small panel."""
    whole = sweep_name(dataset).replace(" = ", "\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}")
    *lines, last = textwrap.wrap(whole, _LINE)
    room = (_LINE if lines else _LONG_TITLE) - len(rest)
    lines += [f"{last}: {rest}"] if len(last) <= room else [f"{last}:", rest]
    return "\n".join(mathematical(line.replace("\N{NO-BREAK SPACE}", " ")) for line in lines)


def long_title(dataset: xr.Dataset, rest: str) -> str:
    """The same for a panel of half the width of a text: two lines where the sweep's name is long."""
    name = sweep_name(dataset)
    return f"{mathematical(name)}:{chr(10) if len(name) > _LONG_NAME else ' '}{rest}"


@contextmanager
def paper_style() -> Iterator[None]:
    """Seaborn's ticks style in the type and sizes of a paper: STIX, which goes with Times, for words and formulas.

    It starts from Matplotlib's defaults, whatever matplotlibrc or rcParams say; those hold again afterwards.
    """
    settings: dict[Any, Any] = {
        "axes.labelpad": 2.5,
        "axes.labelsize": 8,
        "axes.linewidth": 0.6,
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.titlelocation": "left",
        "axes.titlepad": 4.0,
        "axes.titlesize": 8,
        "errorbar.capsize": 1.5,
        "figure.constrained_layout.h_pad": 0.03,
        "figure.constrained_layout.use": True,
        "figure.constrained_layout.w_pad": 0.05,
        "figure.titlesize": 8,
        "font.family": "STIXGeneral",
        "font.size": 8,
        "legend.fontsize": SMALL,
        "legend.frameon": False,
        "legend.handlelength": 2.4,
        "legend.title_fontsize": SMALL,
        "lines.linewidth": 1.1,
        "lines.markersize": 3.5,
        "mathtext.fontset": "stix",
        "savefig.dpi": 300,
        "svg.hashsalt": "ticketsum",
        **{f"{axis}tick.labelsize": SMALL for axis in "xy"},
        **{f"{axis}tick.major.pad": 2.0 for axis in "xy"},
        **{f"{axis}tick.{which}.width": 0.6 for axis in "xy" for which in ("major", "minor")},
        **{f"{axis}tick.major.size": 2.5 for axis in "xy"},
        **{f"{axis}tick.minor.size": 1.5 for axis in "xy"},
    }
    with mpl.rc_context():
        mpl.rcdefaults()
        chosen: Any = sns.axes_style("ticks") | settings
        mpl.rcParams.update(chosen)
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
