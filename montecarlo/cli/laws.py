"""`ticketsum laws`: Lemma 4 and Corollary 1 beside draws, as a table, a file and a picture."""

from collections.abc import Iterator
from pathlib import Path

import xarray as xr

import analysis

from ..law_checks import SCHEMA, fit_laws
from ..storage.blocks import require_writable
from ..storage.dataset import load, save
from ..storage.lock import MOMENT, locked
from .output import Column, Table, Terminal
from .progress import counted
from .running import terminal


def run(samples: int, seed: int, level: float, out: Path, *, console: Terminal, progress: Terminal) -> None:
    """Draw, compare, store in OUT/laws.nc, draw the picture, print. What can be refused is refused before the draws."""
    analysis.dkw_bound(samples, level)  # refuses both
    require_writable(out)
    with locked(out, wait=MOMENT):
        with counted("drawing from the laws", progress) as show:
            fits = fit_laws(samples, seed=seed, progress=show)
        save(fits, out / "laws.nc")
        picture = analysis.draw_fits(fits, out, level=level)
    console.show(fit_table(fits, level))
    for line in remarks(fits, level):
        console.say(line)
    console.say(f"{out / 'laws.nc'}  {picture.png}  {picture.svg}")


def fitted(file: Path, seed: int) -> xr.Dataset:
    """`montecarlo.fit_laws` from `file` if that has the seed, else made and stored there."""
    if file.exists():
        found = load(file, SCHEMA)
        if found.attrs["seed"] == str(seed):
            return found
    with counted("drawing from the laws", terminal()) as show:
        found = fit_laws(seed=seed, progress=show)
    save(found, file)
    return found


def fit_table(fits: xr.Dataset, level: float) -> Table:
    """A row for every law of `montecarlo.fit_laws`: what it says, distance, bound, outcome."""
    found, verdicts = analysis.fit_bounds(fits, level), analysis.judge_fits(fits, level)
    together = f"bounds for all of them together at {analysis.level_text(level)}"
    numbers = [Column("distance"), Column("bound"), Column("verdict", left=True)]
    columns = [Column("law", key=True), Column("statement", left=True), *numbers]
    table = Table(f"{fits.attrs['samples']:,} draws of each law, {together}", columns)
    for law, verdict in verdicts.items():
        row = found.sel(law=law)
        said = ("" if row["role"].item() == "statement" else f"{row['role'].item()}: ") + row["statement"].item()
        numbers = (f"{row[key].item():.4f}" for key in ("distance", "bound"))
        table.add(law, said, *numbers, verdict.outcome)
    return table


def remarks(fits: xr.Dataset, level: float) -> Iterator[str]:
    """Why laws are not SUPPORTED, how far off a law would have been seen, and what quadrature says of Corollary 1."""
    verdicts = analysis.judge_fits(fits, level)
    for law, verdict in verdicts.items():
        if verdict.outcome is not analysis.Outcome.SUPPORTED:
            yield f"{law}: {verdict.outcome}, {verdict.reason}"
    visible = analysis.fit_bounds(fits, level)["visible"].max().item()
    if visible < 1.0:
        percent = analysis.level_text(level)
        yield f"A law {visible:.4f} away from the one stated would be REFUTED with probability at least {percent}"
    for share in fits["share"].to_numpy():
        cell = fits.sel(share=share)
        mass, negative, least = (cell[name].item() for name in ("mass", "negative_mass", "least_density"))
        yield (
            f"P less ({share}) U[-1/2, 1/2], rescaled, by quadrature: mass {mass:.6f}, negative part {negative:.6f}, "
            f"least value {least:.4f}: {'a density' if least >= 0.0 else 'no density'}"
        )
