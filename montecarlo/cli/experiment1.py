"""`ticketsum experiment1`: the cases that are missing, one Dataset, a table beside the paper's numbers, a picture."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import analysis  # loads nothing until a name of it is used

from .interrupts import interruption
from .options import Cores, Level, Seed, option, processes
from .output import terminal
from .progress import counted

if TYPE_CHECKING:
    import xarray as xr

    from ..experiments.subset_sums.experiment import Grid
    from ..experiments.subset_sums.target import Target
    from .study import Datasets, Job, Part, Pictures

_LIST = "Names separated by commas"


def experiment1(  # noqa: PLR0913
    *,
    coefficients: Annotated[
        str, option(f"{_LIST}: one set of n per row, one per weight, ReLU products of one per weight.")
    ] = "row,fresh,products",
    scale: Annotated[str, option(f"{_LIST}: U[-1, 1], or U[-a, a] with a the largest weight.")] = "unit,fitted",
    objective: Annotated[
        str, option(f"{_LIST}: the least error, any subset within epsilon, the fewest coefficients within it.")
    ] = "error,within,fewest",
    n: Annotated[str, option("Grid of n, coefficients per weight: 21, 8:24:4 or 8,12,21.")] = "21",
    epsilon: Annotated[str, option("Accuracies, as in 0.1,0.01.")] = "0.01",
    seeds: Annotated[int, option("How many sets of all coefficients are drawn, one per seed.")] = 1,
    seed: Seed = 0,
    target: Annotated[
        Path | None, option("An .npz file with W1 (hidden, 784) and W2 (10, hidden).", "the one in the package")
    ] = None,
    out: Annotated[Path, option("Folder for experiment1.nc, records and the figure.")] = Path("experiment1"),
    level: Level = 0.95,
    jobs: Cores = None,
) -> None:
    """Approximate every weight of a network trained on MNIST by subset sums, as Experiment 1 (Section 5) does.

    Solves a subset-sum problem for each of the 397,000 weights, puts the sums in place of the weights, and reports the
    test accuracy before and after beside the paper's. Weights that no subset reaches are counted and keep the nearest
    sum. Every finished case is stored: an interrupted command resumes when it is given again, a larger one adds to
    what is there.
    """
    from ..experiments.subset_sums.experiment import Grid
    from ..experiments.subset_sums.target import load_target
    from .parsing import parse_epsilon, parse_grid, parse_names

    grid = Grid(
        parse_names(coefficients), parse_names(scale), parse_names(objective),
        parse_grid("n", n), parse_epsilon(epsilon), seed_range(seed, seeds),
    )  # fmt: skip
    analysis.check_level(level)
    found = _computed(grid, out, load_target(target), processes(jobs))
    picture = analysis.draw_experiment1(found, out, level=level)
    console = terminal(stderr=False)
    console.show(analysis.experiment1_table(found, level))
    console.say(f"{out / 'experiment1.nc'}  {picture.png}  {picture.svg}")


def seed_range(seed: int, seeds: int) -> range:
    """`seeds` seeds from `seed` on."""
    from ..checks import whole

    first = whole("seed", seed, 0)
    return range(first, first + whole("seeds", seeds, 1, 10_000))


def _computed(grid: "Grid", out: Path, target: "Target", workers: int) -> "xr.Dataset":
    """What OUT has of Experiment 1, once it has all of the grid."""
    from ..experiments.subset_sums.experiment import run
    from ..storage.blocks import require_writable
    from ..storage.dataset import update
    from ..storage.lock import locked

    require_writable(out)
    safe = f"Finished cases are safe in {out}; give the same command again to resume."
    with interruption(safe), locked(out), counted("cases of Experiment 1", terminal()) as show:
        found = run(grid, out, target=target, jobs=workers, progress=show)
        update(found, out / "experiment1.nc")
    return found


class SubsetSumNetwork:
    """Experiment 1 in the main job: everything at the paper's n and epsilon.

    The picture is of the results that come with the package, over many n and epsilon; they take hours.
    """

    name = "experiment1"

    def folders(self, job: "Job") -> tuple[str, ...]:
        """One for its records."""
        return (self.name,)

    def run(self, job: "Job") -> "Datasets":
        """The Dataset of this folder, computed where it lacks something; the one with many n and epsilon."""
        from ..experiments.package_data import copied
        from ..experiments.subset_sums.experiment import SCHEMA, Grid
        from ..experiments.subset_sums.target import load_target
        from ..storage.dataset import load

        out = job.out / self.name
        found = _computed(Grid(), out, load_target(None), processes(job.jobs))
        return {"computed": found, "many": load(copied("experiment1.nc", out), SCHEMA)}

    def figures(self, job: "Job", found: "Datasets") -> "Pictures":
        """One picture."""
        many = found["many"]
        return {
            self.name: job.cache.pictures(self.name, [many], lambda: [analysis.draw_experiment1(many, job.figures)])
        }

    def part(self, job: "Job", found: "Datasets", drawn: "Pictures") -> "Part":
        """One section."""
        from .study import Part

        (picture,) = drawn[self.name]
        command = "ticketsum experiment1"
        return Part([analysis.experiment1_section(found["computed"], picture, command, drawn=found["many"])])
