"""Hidden neurons of a layer against d ln(A / epsilon): the promise of Theorem 1, whatever the width of the target."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from ..entry import estimated
from ..estimates.constants import constants
from ..estimates.success import EPSILONS
from ..estimates.widths import widths
from ..verbatim import drawn
from .palette import GREY, claim_color, claim_marker
from .saving import Picture, make_folder, save_picture
from .style import SMALL, TEXT_WIDTH

_RAYS = 5.0, 10.0, 20.0, 40.0
"""The constants C whose lines C d ln(A / epsilon) are drawn."""


def width_needed(table: xr.Dataset, axes: Axes) -> Axes:
    """Width 2 d n* of every claim's first event and of proofs (hollow), with intervals; grey lines have equal C.

    table: `analysis.widths`. Both axes are logarithmic, so that a line of slope 1 is one constant for every d and
    epsilon.
    """
    table = estimated(table, ("width", "width_low", "width_high", "promised"), "analysis.widths")
    proofs = table.isel(case=np.flatnonzero(table["event"] == "proof"))
    for rows, filled in ((table.isel(case=np.flatnonzero(table["rank"] == 0)), True), (proofs, False)):
        for claim in dict.fromkeys(rows["claim"].to_numpy()):
            _points(axes, rows.isel(case=np.flatnonzero(rows["claim"] == claim)), filled)
    known = table["promised"].where(np.isfinite(table["width"]))
    if not known.notnull().any():  # nothing is drawn
        known, table = known.fillna(1.0), table.assign(width=known.fillna(1.0))
    low, high = float(known.min()) / 1.3, float(known.max()) * 1.3
    least, most = float(table["width"].min()) / 1.6, max(_RAYS) * high * 1.6
    axes.set(xscale="log", yscale="log", xlim=(low, high), ylim=(least, most))
    for ray in _RAYS:
        axes.plot([low, high], [ray * low, ray * high], color="0.75", linewidth=0.6, linestyle=(0, (5, 2)), zorder=0)
        axes.annotate(
            f"$C={ray:g}$", (high, ray * high), (2, 0), textcoords="offset points", color=GREY, fontsize=SMALL,
            va="center", annotation_clip=False,
        )  # fmt: skip
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter("{x:g}")
        axis.set_minor_formatter(NullFormatter())
    axes.set_xlabel(r"$d\,\ln(A\,/\,\varepsilon)$")
    axes.set_ylabel("hidden neurons of a random layer")
    if axes.containers:
        axes.legend(loc="upper left", fontsize=SMALL, handlelength=1.2, borderaxespad=0.2)
    return axes


def _points(axes: Axes, rows: xr.Dataset, filled: bool) -> None:
    """The known widths of one claim; an arrow where the grid of n ends before the upper limit."""
    flat = rows.stack(point=("case", "epsilon"), create_index=False)
    flat = flat.isel(point=np.flatnonzero(np.isfinite(flat["width"])))
    if flat.sizes["point"] == 0:
        return
    x, width, low, high = (flat[name].to_numpy() for name in ("promised", "width", "width_low", "width_high"))
    sure, claim = np.isfinite(high), str(rows["claim"].to_numpy()[0])
    reach = np.stack([width - low, np.where(sure, high - width, 0.1 * width)])
    color: Any = claim_color(rows, claim)
    title = drawn(rows["title"].to_numpy()[0])
    axes.errorbar(
        x, width, reach, lolims=~sure, color=color, marker=claim_marker(rows, claim), markersize=3.2, linestyle="none",
        elinewidth=0.6, capsize=1.2, markerfacecolor=color if filled else "white", markeredgewidth=0.7,
        label=title if filled else f"{title}, proof",
    )  # fmt: skip


def draw_widths(datasets: Sequence[xr.Dataset], folder: str | Path, *, epsilon: Iterable[float] = EPSILONS) -> Picture:
    """Draw the width 2 d n* of all sweeps of layers against d ln(A / epsilon), as PNG and SVG in `folder`.

    datasets: raw Datasets, one a sweep; those that are of no layer are left out, InputError if none is left. epsilon:
    where n* is estimated.
    """
    folder = make_folder(folder)
    found = widths(constants(datasets, epsilon))
    return save_picture(folder, "widths", "How wide must a random layer be?", lambda: _widths(found))


def _widths(table: xr.Dataset) -> tuple[Figure, str]:
    figure = Figure(figsize=(TEXT_WIDTH, 3.4))
    width_needed(table, figure.subplots())
    ratio = (table["width"] / table["promised"]).where(table["rank"] == 0)
    parts = []
    for name in dict.fromkeys(map(str, table["title"].to_numpy())):
        values = ratio.isel(case=np.flatnonzero(table["title"] == name))
        if values.notnull().any():
            parts.append(f"{float(values.min()):.1f} to {float(values.max()):.1f} for {name}")
    said = "; ".join(parts) or "none is known"
    return figure, (
        "Theorem 1 asks for a width of C d ln(A/epsilon), here 2n neurons for each of d inputs; one straight line of "
        f"slope 1 means one constant for all d and epsilon. C of the widths needed: {said}. "
        "Hollow: what the printed proofs use."
    )
