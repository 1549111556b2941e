"""`ticketsum reproduce`: every sweep of a scale, then their estimates, figures and the page."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import analysis

from ..claims import Lemma1, Lemma2, Lemma3, SubsetSum, TinyNeuron
from ..storage.atomic import require_inside
from ..storage.dataset import load, save
from ..workers import Dask
from .experiment1 import section as experiment1
from .experiment2 import section as experiment2
from .laws import fitted
from .made import Made
from .packing import sections as theorem2
from .progress import counted, progress_bar
from .running import expected, swept, terminal, timed
from .scales import Scale, epsilons, sweeps, timed_sizes
from .structures import structures
from .tables import summary_table

if TYPE_CHECKING:
    import xarray as xr

_FOLDERS = "figures", "structures", "experiment1", "experiment2", "packing"
"""What OUT has besides a folder for each sweep."""
_TOGETHER = ("growth", "scaling", "timings")
"""The figures that compare claims; heat maps and success curves stand with each claim."""
_STRUCTURES = Lemma1.name, Lemma2.name, Lemma3.name
"""The claims of Figures 1 to 3."""
_DRAWN_TOGETHER = frozenset({SubsetSum.name, TinyNeuron.name})
"""Claims without figures sweep by sweep: laws are compared in one, all masks have a figure of their own kind."""


def run(scale: Scale, out: Path, seed: int, *, jobs: int | None, backend: Dask | None, repair: bool) -> None:
    """Simulate what is missing in OUT, estimate, draw, write the page, and say what was found."""
    console, wanted = terminal(), epsilons(scale)
    plans = {out / name: plan for name, plan in sweeps(scale, seed)}
    require_inside(out, *_FOLDERS, *(f"{folder.name}/{name}" for folder in plans for name in ("", "figures")))
    time = expected(sum(plan.seconds() for plan in plans.values()), jobs, backend)
    notice = f"{len(plans)} sweeps, about {time} of simulation; results in {out}"
    datasets: dict[Path, xr.Dataset] = {}
    for folder, plan in plans.items():
        show = progress_bar(plan, "" if datasets else notice, console)
        swept(plan, folder, jobs=jobs, backend=backend, repair=repair, show=show)
        datasets[folder] = load(folder)
    fits = fitted(out / "laws.nc", seed)
    timings = timed(timed_sizes(scale), out / "timings.nc", rounds=3, again=False)
    made = Made(out)
    _estimated(datasets, out, wanted, made)
    own = _figures_of_sweeps(datasets, wanted, made)
    scaled = [dataset for dataset in datasets.values() if dataset.attrs["claim"] != TinyNeuron.name]
    inputs, figures = [*scaled, timings], out / "figures"
    together = made.pictures(
        "figures",
        inputs,
        lambda: analysis.draw_pictures(scaled, figures, epsilon=wanted, timings=timings),
        wanted,
    )
    wide = made.pictures("widths", scaled, lambda: [analysis.draw_widths(scaled, figures, epsilon=wanted)], wanted)
    attached = {SubsetSum.name: [picture for picture in together if picture.name == "law-comparison"]}
    for dataset in datasets.values():
        if dataset.attrs["claim"] == TinyNeuron.name:
            attached[TinyNeuron.name] = made.pictures(
                "masks", [dataset], lambda each=dataset: [analysis.draw_masks(each, figures)]
            )
    for claim, picture in zip(_STRUCTURES, structures(out / "structures", figures, seed, made), strict=True):
        attached.setdefault(claim, []).append(picture)
    sufficient = [dataset for dataset in scaled if analysis.claim_about(dataset).every_matrix]
    laws = made.pictures("laws", [fits], lambda: [analysis.draw_fits(fits, figures)])
    sections = [
        analysis.laws_section(fits, laws[0], f"ticketsum laws --seed {seed}"),
        experiment1(out / "experiment1", jobs, made),
        experiment2(out / "experiment2", made),
        *theorem2(out / "packing", seed, sufficient, made),
    ]
    page = out / "index.html"
    lines = analysis.write_report(
        list(datasets.values()),
        [*(picture for picture in together if picture.name in _TOGETHER), *wide],
        page,
        own=own,
        attached=attached,
        sections=sections,
        epsilon=wanted,
        command=f"ticketsum reproduce --scale {scale} --seed {seed}",
    )
    console.show(summary_table(lines))
    for line in lines:
        if not line.outcome:
            console.say(f"{line.title}: {line.note}")
    console.say(f"The page: {page}")


def _estimated(datasets: "dict[Path, xr.Dataset]", out: Path, wanted: Sequence[float], made: Made) -> None:
    """estimates.nc of every sweep, constants.nc of all that have an A that matters."""
    for folder, dataset in datasets.items():
        file = folder / "estimates.nc"
        values = analysis.resolved(dataset, wanted)
        made.file(file, [dataset], lambda d=dataset, v=values, f=file: save(analysis.estimate(d, v), f), values)
    scaled = [dataset for dataset in datasets.values() if dataset.attrs["claim"] != TinyNeuron.name]
    made.file(out / "constants.nc", scaled, lambda: save(analysis.constants(scaled), out / "constants.nc"))


def _figures_of_sweeps(
    datasets: "dict[Path, xr.Dataset]", wanted: Sequence[float], made: Made
) -> "list[list[analysis.Picture]]":
    """What `ticketsum plot` draws of each sweep, in its own folder; n* against accuracy once, beside its proof's.

    Laws are drawn together, and what has masks only has a figure of its own kind.
    """
    found = []
    with counted("figures of sweeps", terminal()) as show:
        for count, (folder, dataset) in enumerate(datasets.items(), 1):
            drawn: list[analysis.Picture] = []
            if dataset.attrs["claim"] not in _DRAWN_TOGETHER:
                drawn = made.pictures(
                    f"{folder.name}/figures",
                    [dataset],
                    lambda d=dataset, f=folder: analysis.draw_pictures([d], f / "figures", epsilon=wanted),
                    wanted,
                )
            events = any(picture.name.startswith("slack") for picture in drawn)
            found.append([picture for picture in drawn if not (events and picture.name == "growth")])
            show(count, len(datasets))
    return found
