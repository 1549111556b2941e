"""`ticketsum packing`: Theorem 2's packings and counts beside what random networks reach."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import analysis  # loads nothing until a name of it is used

from ..errors import InputError
from .interrupts import interruption
from .options import Level, Seed, option
from .output import duration, terminal
from .progress import counted

if TYPE_CHECKING:
    import xarray as xr

    from ..packing import Grid
    from .study import Datasets, Job, Part, Pictures


def packing(  # noqa: PLR0913
    *,
    d: Annotated[str, option("Dimensions: packings for 1 to 4, networks for 1 and 2.")] = "1,2,3,4",
    epsilon: Annotated[str | None, option("Accuracies, as in 0.2,1/3.", "some for each d")] = None,
    s: Annotated[str | None, option("Hidden neurons.", "1:40 for d = 1, 1:9 for d = 2")] = None,
    trials: Annotated[int, option("Random networks.")] = 200,
    law: Annotated[
        str, option("Law of the weights: for example norm:mean=0,std=1, or scipy.NAME for any of scipy.stats.")
    ] = "uniform:low=-1,high=1",
    candidates: Annotated[int, option("Random matrices offered to a packing, d > 1.")] = 20_000,
    samples: Annotated[int, option("Random matrices that show whether a packing is saturated.")] = 10_000,
    against: Annotated[
        tuple[Path, ...], option("A run about every matrix, as of Lemma 3 (of Lemma 1: d = 1), to show what suffices.")
    ] = (),
    level: Level = 0.95,
    seed: Seed = 0,
    out: Annotated[Path, option("Folder for the files and figures, and for what is finished of them.")] = Path(
        "packing"
    ),
) -> None:
    """Show Theorem 2, the lower bound: packings of linear maps against the functions a network can be pruned to.

    Builds 2 epsilon-packings, every pair verified, counts what a network can be pruned to, and measures which share of
    a packing random networks reach: half of it needs s hidden neurons, which the counting bounds from below. What is
    finished is stored in OUT: the same command resumes, a larger one adds to what is there.
    """
    analysis.check_level(level)
    from ..packing import check_all
    from ..storage.blocks import require_writable
    from ..storage.dataset import load
    from .parsing import parse_law

    grids = _grids(d, epsilon, s)
    chosen = parse_law(law)
    sufficient = [load(path) for path in against]
    for path, sweep in zip(against, sufficient, strict=True):
        if not analysis.claim_about(sweep).every_matrix:
            raise InputError(
                f"--against must be a run of a claim about every matrix, as Lemma 3 is, got {path} of "
                f"{sweep.attrs['claim']}; name one, or give its sweep again where the run is older"
            )
    made = {"trials": trials, "candidates": candidates, "samples": samples}
    check_all(grids, **made, seed=seed)
    notice = _estimate(grids, **made)
    require_writable(out)
    terminal().say(notice)
    found = _measured(grids, out, **made, law=chosen, seed=seed)
    pictures = analysis.draw_packing(found, out, sufficient=sufficient, level=level)
    console = terminal(stderr=False)
    for table in analysis.packing_tables(found, sufficient, level).values():
        console.show(table)
    files = [*(str(out / f"{name}.nc") for name in found), *(str(picture.png) for picture in pictures)]
    console.say("  ".join(files))


class Packings:
    """Theorem 2 in the main job, with the standard grids, beside what suffices by the sweeps about every matrix."""

    name = "packing"

    def folders(self, job: "Job") -> tuple[str, ...]:
        """One for its Datasets and their pieces."""
        return (self.name,)

    def run(self, job: "Job") -> "Datasets":
        """What the folder has of Theorem 2 is read, the rest is measured."""
        from ..packing import GRIDS, standard_schemas
        from ..storage.dataset import load

        out, schemas = job.out / self.name, standard_schemas()
        if all((out / f"{name}.nc").exists() for name in schemas):
            found = {name: load(out / f"{name}.nc", schema) for name, schema in schemas.items()}
            if all(dataset.attrs["seed"] == str(job.seed) for dataset in found.values()):
                return found
        measured = _measured(GRIDS, out, seed=job.seed)
        return {name: measured[name] for name in schemas}  # in one order, which figures and their key depend on

    def figures(self, job: "Job", found: "Datasets") -> "Pictures":
        """Packings, widths, portraits."""
        sufficient = self._sufficient(job)
        return {
            self.name: job.cache.pictures(
                self.name,
                [*found.values(), *sufficient],
                lambda: analysis.draw_packing(found, job.figures, sufficient=sufficient),
            )
        }

    def part(self, job: "Job", found: "Datasets", drawn: "Pictures") -> "Part":
        """Its sections."""
        from .study import Part

        command, sufficient = f"ticketsum packing --seed {job.seed}", self._sufficient(job)
        return Part(analysis.packing_sections(found, drawn[self.name], command, sufficient=sufficient))

    def _sufficient(self, job: "Job") -> "list[xr.Dataset]":
        return [each for each in job.datasets["sweeps"].values() if analysis.claim_about(each).every_matrix]


def _measured(grids: "Mapping[int, Grid]", out: Path, **asked: Any) -> "dict[str, xr.Dataset]":
    """Every Dataset, from the records that OUT has and those it lacks, and a file each."""
    from ..packing import measure_all, open_pieces
    from ..storage.dataset import save
    from ..storage.lock import locked

    safe = f"What is finished is safe in {out}; give the same command again to go on."
    with interruption(safe), locked(out), counted("Theorem 2", terminal()) as show:
        held = open_pieces(out)
        found = measure_all(grids, **asked, held=held, progress=lambda what, done, total: show(done, total, what))
        for name, dataset in found.items():
            save(dataset, out / f"{name}.nc")
    return found


def _grids(d: str, epsilon: str | None, s: str | None) -> "dict[int, Grid]":
    from ..packing import GRIDS, Grid, accuracy
    from ..packing.bounds import dimension
    from ..packing.theorem2 import MOST_WIDTH
    from .parsing import parse_grid

    values = None if epsilon is None else tuple(text.strip() for text in epsilon.split(","))
    for value in values or ():
        accuracy(value)
    dimensions = [dimension(k) for k in parse_grid("d", d)]
    widths = None if s is None else parse_grid("s", s)
    found = {}
    for k in dimensions:
        grid = GRIDS[k]
        networks = k in MOST_WIDTH
        if widths is not None and networks and widths[-1] > MOST_WIDTH[k]:
            raise InputError(f"s must be at most {MOST_WIDTH[k]} for d = {k}, got {widths[-1]}; lower s or leave d out")
        chosen = values or grid.epsilon
        found[k] = Grid(values or grid.sizes, chosen if networks else (), (widths or grid.s) if networks else ())
    return found


def _estimate(grids: "Mapping[int, Grid]", *, trials: int, candidates: int, samples: int) -> str:
    """How many points there will be, how much memory they take, and about how long all takes."""
    from ..packing import accuracy, expected_seconds
    from ..packing.packings import expected_size
    from ..system import size_text

    cells = [(d, accuracy(value)) for d, grid in grids.items() for value in {*grid.sizes, *grid.epsilon}]
    sizes = [(expected_size(d, epsilon), d, epsilon) for d, epsilon in cells]
    most, d, epsilon = max(sizes)
    need = size_text(8.0 * d * d * sum(size for size, _, _ in sizes))
    time = duration(expected_seconds(grids, trials=trials, candidates=candidates, samples=samples))
    return (
        f"{len(cells)} packings, about {most:,.0f} points for d = {d} and epsilon = {float(epsilon):g}; {need} in all; "
        f"about {time} on one core, less where OUT has some of it"
    )
