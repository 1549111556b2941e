"""`ticketsum reproduce`: the studies of the main job, one after another, and the page about all of them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import analysis  # loads nothing until a name of it is used

from .options import Backend, Jobs, Repair, Scheduler, Seed, cluster, option
from .output import terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .study import Job, Part, Study


def reproduce(
    *,
    scale: Annotated[Literal["quick", "paper", "deep"], option("How much is simulated.")] = "quick",
    out: Annotated[Path, option("Folder for the page, the figures and all data.")] = Path("reproduction"),
    seed: Seed = 0,
    jobs: Jobs = None,
    backend: Backend = "local",
    scheduler: Scheduler = None,
    repair: Repair = False,
) -> None:
    """Run the main sweeps, estimate, draw, and write one page: OUT/index.html.

    Simulates every statement of the upper bound over n: Section 3.1, Theorem 3 and the baseline exactly, Corollary 2,
    Lemmas 1 to 3 and Theorem 1 by certified brackets; other laws; all masks of a tiny network. Puts the laws of Lemma 4
    and Corollary 1 to the test, shows Theorem 2 and Experiments 1 and 2, and times the exact solver beside brute force.
    If interrupted, it resumes when the same command is given again.
    """
    from ..storage.lock import locked
    from .scales import Scale
    from .study import Job

    where = cluster(backend, scheduler)
    with locked(out):
        run(studies(), Job(Scale(scale), out, seed, jobs, where, repair))


def studies() -> "Sequence[Study]":
    """The studies of the main job, in the order in which they run and in which their sections stand on the page."""
    from .experiment1 import SubsetSumNetwork
    from .experiment2 import EdgePopup
    from .laws import Laws
    from .main_sweeps import Structures, Sweeps
    from .packing import Packings
    from .timings import Timings

    return Sweeps(), Structures(), Laws(), SubsetSumNetwork(), EdgePopup(), Packings(), Timings()


def run(studies: "Sequence[Study]", job: "Job") -> None:
    """Compute what each study lacks in the folder, draw, write the page, and print the table on top of it."""
    from ..storage.atomic import require_inside

    require_inside(job.out, "figures", *(folder for study in studies for folder in study.folders(job)))
    parts = []
    for study in studies:
        found = job.datasets[study.name] = study.run(job)
        parts.append(study.part(job, found, study.figures(job, found)))
    _print(_page(job, parts), job.out)


def _page(job: "Job", parts: "Sequence[Part]") -> "list[analysis.Line]":
    """Write the page; the lines of its table on top."""
    from .scales import epsilons

    attached: dict[str, list[analysis.Picture]] = {}
    for claim, pictures in (item for part in parts for item in part.attached.items()):
        attached.setdefault(claim, []).extend(pictures)
    return analysis.write_report(
        list(job.datasets["sweeps"].values()),
        [picture for part in parts for picture in part.together],
        job.out / "index.html",
        own=[pictures for part in parts for pictures in part.own],
        attached=attached,
        sections=[section for part in parts for section in part.sections],
        epsilon=epsilons(job.scale),
        command=f"ticketsum reproduce --scale {job.scale} --seed {job.seed}",
    )


def _print(lines: "Sequence[analysis.Line]", out: Path) -> None:
    console = terminal()
    console.show(analysis.summary_table(lines))
    for line in lines:
        if not line.outcome:
            console.say(f"{line.title}: {line.note}")
    console.say(f"The page: {out / 'index.html'}")
