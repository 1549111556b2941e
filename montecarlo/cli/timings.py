"""`ticketsum timings`: time and work of one exact covering radius, beside other ways to it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import analysis  # loads nothing until a name of it is used

from .options import option
from .output import terminal
from .progress import counted

if TYPE_CHECKING:
    import xarray as xr

    from .study import Datasets, Job, Part, Pictures


def timings(
    *,
    n: Annotated[str, option("Numbers of summands, 34 at most: 8:24 or 10,20.")] = "8:22",
    rounds: Annotated[int, option("Fresh trials for each n; the picture shows their median and range.")] = 5,
    out: Annotated[Path, option("Folder for timings.nc and the figure.")] = Path("timings"),
) -> None:
    """Time one exact covering radius on this machine: brute force, merging, and ticketsum.

    One core. Every solver answers the same questions, and the answers are compared. Also counts the work of ticketsum,
    which does not depend on the machine.
    """
    from ..storage.lock import locked
    from .parsing import parse_grid

    sizes = parse_grid("n", n)
    with locked(out):
        found = timed(sizes, out / "timings.nc", rounds=rounds, again=True)
        picture = analysis.draw_timings(found, out)
    console = terminal(stderr=False)
    console.show(analysis.speed_table(analysis.speed(found)))
    console.say(f"{picture.png}  {picture.svg}")


def timed(sizes: Sequence[int], file: Path, *, rounds: int, again: bool) -> "xr.Dataset":
    """Timings of the solvers, from `file` unless they are to be made again, then stored there."""
    from ..storage.blocks import require_writable
    from ..storage.dataset import load, save
    from ..timings import SCHEMA, time_solvers

    if file.exists() and not again:
        return load(file, SCHEMA)
    require_writable(file.parent)
    with counted("timing the solvers", terminal()) as progress:
        save(time_solvers(sizes, rounds=rounds, progress=progress), file)
    return load(file, SCHEMA)


class Timings:
    """Times of the kernels in the main job."""

    name = "timings"

    def folders(self, job: "Job") -> tuple[str, ...]:
        """None."""
        return ()

    def run(self, job: "Job") -> "Datasets":
        """OUT/timings.nc."""
        from .scales import timed_sizes

        return {self.name: timed(timed_sizes(job.scale), job.out / "timings.nc", rounds=3, again=False)}

    def figures(self, job: "Job", found: "Datasets") -> "Pictures":
        """One picture."""
        times = found[self.name]
        return {self.name: job.cache.pictures(self.name, [times], lambda: [analysis.draw_timings(times, job.figures)])}

    def part(self, job: "Job", found: "Datasets", drawn: "Pictures") -> "Part":
        """The picture stands last of those that compare claims."""
        from .study import Part

        return Part(together=drawn[self.name])
