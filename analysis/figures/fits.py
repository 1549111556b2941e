"""How far samples lie from their laws, F_N - F with its band, and what Corollary 1 takes out of the product law."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from ..entry import estimated
from ..errors import InputError
from ..estimates.law_checks import fit_bounds, judge_fits
from ..estimates.verdict import Outcome
from ..statistics.binomial import level_text
from .palette import GREY, ink, series_color
from .saving import Picture, make_folder, save_picture
from .style import CLOSE, SMALL, TEXT_WIDTH, mathematical

_STATEMENT, _CONTROL = series_color(0), series_color(1)
_TICKS: tuple[list[float], list[str]] = (
    [-1.0, -0.5, 0.0, 0.5, 1.0], [r"$-1$", r"$-1/2$", "0", r"$1/2$", "1"],
)  # fmt: skip


def fit_panels(bounds: xr.Dataset, axes: Sequence[Axes]) -> Sequence[Axes]:
    """F_N - F against z, a panel for each law, its largest value marked, in the band of the bound.

    bounds: `analysis.fit_bounds`. Laws that the paper states share one scale; a negative control has its own.
    """
    bounds = estimated(
        bounds, ("difference", "bound", "distance", "deviation", "at"), "analysis.fit_bounds", dims=("law", "z")
    )
    if len(axes) != bounds.sizes["law"]:
        raise InputError(f"axes must be one per law, {bounds.sizes['law']}, got {len(axes)}")
    stated = bounds["role"] == "statement"
    height = 1.75 * bounds[["bound", "distance"]].where(stated).to_dataarray().max().item()
    for law, panel in zip(bounds["law"].to_numpy(), axes, strict=True):
        fit = bounds.sel(law=law)
        if fit["role"].item() == "statement":
            _panel(fit, panel, height, color=_STATEMENT, marker="o")
            panel.label_outer()
        else:
            _panel(fit, panel, 1.75 * max(fit["bound"].item(), fit["distance"].item()), color=_CONTROL, marker="X")
            panel.set_ylabel("")
    return axes


def _panel(fit: xr.Dataset, axes: Axes, height: float, *, color: tuple[float, float, float], marker: str) -> None:
    bound = fit["bound"].item()
    axes.axhspan(-bound, bound, color="0.9", linewidth=0)
    axes.axhline(0.0, color="0.6", linewidth=0.6)
    for edge in (-bound, bound):
        axes.axhline(edge, color=GREY, linewidth=0.8, linestyle=(0, (4, 2)))
    axes.plot(fit["z"], fit["difference"], color=color, linewidth=0.8)
    axes.plot(fit["at"], fit["deviation"], color=color, marker=marker, markersize=4, linestyle="none")
    label = {"transform": axes.transAxes, "va": "bottom", "fontsize": SMALL}
    axes.text(0.03, 0.02, f"largest {fit['distance'].item():.4f}", color=GREY, **label)
    axes.set_title(_title(fit["title"].item()), fontsize=SMALL, linespacing=CLOSE, color=ink(color))
    axes.set_ylim(-height, height)
    axes.set_xlim(float(fit["z"].min()), float(fit["z"].max()))
    axes.set_xticks([-1.0, 0.0, 1.0], [r"$-1$", "0", "1"])
    axes.locator_params(axis="y", nbins=5)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{1000.0 * value:g}".replace("-", "\N{MINUS SIGN}")))
    axes.set_xlabel(r"$z$")
    axes.set_ylabel(r"$10^3\,(F_N - F)$")


def _title(text: str) -> str:
    """A law's name in two lines, as "Corollary 1:" and what is drawn."""
    return "\n".join(map(mathematical, re.split(r"(?<=[:,]) ", text, maxsplit=1)))


def decomposition(fits: xr.Dataset, axes: Axes) -> Axes:
    """The density of XY over w U[-1/2, 1/2], for the weight that fits below it and for the one that does not.

    fits: as `montecarlo.fit_laws` makes them; the first weight is drawn filled, the second as an outline.
    """
    fits = estimated(fits, ("uniform_part", "product_density", "weight"), "montecarlo.fit_laws", dims=("share", "z"))
    fits = fits.sortby("weight")
    z, top = fits["z"], 1.45
    fitting, slip = (fits.sel(share=share) for share in fits["share"].to_numpy())
    filled: dict[str, Any] = {"facecolor": (*_STATEMENT, 0.3)}
    outlined: dict[str, Any] = {"facecolor": "none", "edgecolor": _CONTROL, "linestyle": (0, (4, 2)), "linewidth": 1.2}
    for share, style in ((fitting, filled), (slip, outlined)):
        part = share["uniform_part"].where(share["uniform_part"] > 0.0, drop=True)
        axes.fill_between(part["z"], 0.0, part, **style)
    axes.plot(z, fits["product_density"], color="black", linewidth=1.4)
    names = (
        (0.13, 0.78 * top, r"density of $XY$", (0.0, 0.0, 0.0), "left"),
        (0.0, 0.5 * fitting["weight"].item(), _weight(fitting), _STATEMENT, "center"),
        (0.53, slip["weight"].item(), f"{_weight(slip)}\nsticks out:\nno density\nis left", _CONTROL, "left"),
    )
    for x, y, text, color, side in names:
        axes.text(
            x,
            y,
            text,
            color=ink(color),
            ha=side,
            va="center" if side == "center" else "top",
            fontsize=SMALL,
            linespacing=CLOSE,
        )
    axes.set_ylim(0.0, top)
    axes.set_xlim(-1.0, 1.0)
    axes.set_xticks(*_TICKS)
    axes.set_xlabel(r"$z$")
    axes.set_ylabel("density")
    axes.set_title(r"$P = w\,U[-1/2, 1/2] + (1 - w)\,Q$")
    return axes


def _weight(share: xr.Dataset) -> str:
    """The weight as it is written, and its value."""
    return rf"$w$ = {share['share'].item()}" + f"\n= {share['weight'].item():.3f}"


_PANEL = (1.2, 1.35)


def draw_fits(fits: xr.Dataset, folder: str | Path, *, level: float = 0.95) -> Picture:
    """Draw F_N - F of every law with its band, and what Corollary 1 takes out of P, as PNG and SVG in `folder`.

    fits: as `montecarlo.fit_laws` makes them. level: of all the bands together.
    """
    folder = make_folder(folder)
    return save_picture(folder, "laws", "The laws of Lemma 4 and Corollary 1", lambda: _fits(fits, level))


def _fits(fits: xr.Dataset, level: float) -> tuple[Figure, str]:
    bounds = fit_bounds(fits, level)
    count = fits.sizes["law"]
    rows = min(count, 2)
    columns = -(-count // rows)
    figure = Figure(figsize=(TEXT_WIDTH - _PANEL[0] * (3 - min(columns, 3)), 0.3 + _PANEL[1] * rows))
    left, right = figure.add_gridspec(1, 2, width_ratios=[1.3, columns])
    decomposition(fits, figure.add_subplot(left))
    places = right.subgridspec(rows, columns)
    panels = [figure.add_subplot(places[k // columns, k % columns]) for k in range(count)]
    fit_panels(bounds, panels)
    band = (
        f"grey: the bound {bounds['bound'].max().item():.4f}, kept by all with probability {level_text(level)} or more"
    )
    figure.suptitle(f"N = {fits.attrs['samples']:,} draws of each law; {band} if all laws are right")
    return figure, _sentence(fits, level)


def _sentence(fits: xr.Dataset, level: float) -> str:
    verdicts = judge_fits(fits, level)
    refuted = [
        fits["title"].sel(law=law).item() for law, verdict in verdicts.items() if verdict.outcome is Outcome.REFUTED
    ]
    said = f"outside its band: {'; '.join(refuted)}" if refuted else "all stay in their bands"
    slip = fits.isel(share=-1)
    return (
        f"F_N - F for N = {fits.attrs['samples']:,} draws of each law, with the band that all keep together with "
        f"probability at least {level_text(level)} if all are right; {said}. On the left, why Corollary 1's weight is "
        f"{fits['share'].to_numpy()[0]}: with {slip['share'].item()} what is left has negative mass "
        f"{slip['negative_mass'].item():.3f}."
    )
