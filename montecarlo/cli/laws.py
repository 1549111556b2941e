"""`ticketsum laws`: Lemma 4 and Corollary 1 beside draws, as a table, a file and a picture."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import analysis  # loads nothing until a name of it is used

from .options import Seed, option
from .output import terminal
from .progress import counted

if TYPE_CHECKING:
    import xarray as xr

    from .study import Datasets, Job, Part, Pictures


def laws(
    *,
    samples: Annotated[int, option("Draws from each law.")] = 100_000,
    seed: Seed = 0,
    level: Annotated[float, option("Confidence level of all bounds together.")] = 0.95,
    out: Annotated[Path, option("Folder for laws.nc and the figure.")] = Path("laws"),
) -> None:
    """Put the laws of Lemma 4 and Corollary 1 to the test: draws beside their distribution functions.

    The largest difference has a bound that it keeps for any right law (Dvoretzky-Kiefer-Wolfowitz). Shown beside them:
    a weight of Corollary 1 that is wrong, as a negative control.
    """
    from ..law_checks import fit_laws
    from ..storage.blocks import require_writable
    from ..storage.dataset import save
    from ..storage.lock import MOMENT, locked

    console = terminal(stderr=False)
    analysis.dkw_bound(samples, level)  # refuses both
    require_writable(out)
    with locked(out, wait=MOMENT):
        with counted("drawing from the laws", terminal()) as show:
            fits = fit_laws(samples, seed=seed, progress=show)
        save(fits, out / "laws.nc")
        picture = analysis.draw_fits(fits, out, level=level)
    console.show(analysis.laws_table(fits, level))
    for line in remarks(fits, level):
        console.say(line)
    console.say(f"{out / 'laws.nc'}  {picture.png}  {picture.svg}")


def fitted(file: Path, seed: int) -> "xr.Dataset":
    """`montecarlo.fit_laws` from `file` if that has the seed, else made and stored there."""
    from ..law_checks import SCHEMA, fit_laws
    from ..storage.dataset import load, save

    if file.exists():
        found = load(file, SCHEMA)
        if found.attrs["seed"] == str(seed):
            return found
    with counted("drawing from the laws", terminal()) as show:
        found = fit_laws(seed=seed, progress=show)
    save(found, file)
    return found


class Laws:
    """Lemma 4 and Corollary 1 in the main job."""

    name = "laws"

    def folders(self, job: "Job") -> tuple[str, ...]:
        """None."""
        return ()

    def run(self, job: "Job") -> "Datasets":
        """OUT/laws.nc."""
        return {self.name: fitted(job.out / "laws.nc", job.seed)}

    def figures(self, job: "Job", found: "Datasets") -> "Pictures":
        """One picture."""
        fits = found[self.name]
        return {self.name: job.cache.pictures(self.name, [fits], lambda: [analysis.draw_fits(fits, job.figures)])}

    def part(self, job: "Job", found: "Datasets", drawn: "Pictures") -> "Part":
        """One section, with the claims."""
        from .study import Part

        (picture,) = drawn[self.name]
        return Part([analysis.laws_section(found[self.name], picture, f"ticketsum laws --seed {job.seed}")])


def remarks(fits: "xr.Dataset", level: float) -> Iterator[str]:
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
