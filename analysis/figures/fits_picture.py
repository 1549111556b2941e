"""The picture of Lemma 4's and Corollary 1's laws: drawn, saved, and put into a sentence."""

from pathlib import Path

import xarray as xr
from matplotlib.figure import Figure

from .. import figures
from ..estimates.law_checks import fit_bounds, judge_fits
from ..estimates.verdict import Outcome
from ..statistics.binomial import level_text
from .pictures import Picture, make_folder, save_picture

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
    figure = Figure(figsize=(figures.TEXT_WIDTH - _PANEL[0] * (3 - min(columns, 3)), 0.3 + _PANEL[1] * rows))
    left, right = figure.add_gridspec(1, 2, width_ratios=[1.3, columns])
    figures.decomposition(fits, figure.add_subplot(left))
    places = right.subgridspec(rows, columns)
    panels = [figure.add_subplot(places[k // columns, k % columns]) for k in range(count)]
    figures.fit_panels(bounds, panels)
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
