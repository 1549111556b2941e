"""`ticketsum reproduce`: every sweep of a scale, then their estimates, figures and the page."""

from pathlib import Path

import analysis

from ..claims import Lemma3, TinyNeuron
from ..datasets import load, save
from ..workers import Dask
from .experiment1 import section as experiment1
from .experiment2 import section as experiment2
from .laws import fitted
from .packing import sections as theorem2
from .progress import progress_bar
from .running import expected, swept, terminal, timed
from .scales import Scale, epsilons, sweeps, timed_sizes


def run(scale: Scale, out: Path, seed: int, *, jobs: int | None, backend: Dask | None, repair: bool) -> None:
    """Simulate what is missing in OUT, estimate, draw, write the page, and say what was found."""
    console, wanted = terminal(), epsilons(scale)
    plans = {out / name: plan for name, plan in sweeps(scale, seed)}
    time = expected(sum(plan.seconds() for plan in plans.values()), jobs, backend)
    notice = f"{len(plans)} sweeps, about {time} of simulation; results in {out}"
    datasets = []
    for folder, plan in plans.items():
        show = progress_bar(plan, "" if datasets else notice, console)
        swept(plan, folder, jobs=jobs, backend=backend, repair=repair, show=show)
        datasets.append(load(folder))
    for folder, dataset in zip(plans, datasets, strict=True):
        save(analysis.estimate(dataset, analysis.resolved(dataset, wanted)), folder / "estimates.nc")
    fits = fitted(out / "laws.nc", seed)
    timings = timed(timed_sizes(scale), out / "timings.nc", rounds=3, again=False)
    figures = out / "figures"
    scaled = [dataset for dataset in datasets if dataset.attrs["claim"] != TinyNeuron.name]
    pictures = [
        *analysis.draw_pictures(scaled, figures, epsilon=wanted, timings=timings),
        *(analysis.draw_masks(dataset, figures) for dataset in datasets if dataset.attrs["claim"] == TinyNeuron.name),
        analysis.draw_fits(fits, figures),
    ]
    save(analysis.constants(scaled), out / "constants.nc")
    command = f"ticketsum reproduce --scale {scale} --seed {seed}"
    lemma3 = next((dataset for dataset in datasets if dataset.attrs["claim"] == Lemma3.name), None)
    networks = [experiment1(out / "experiment1", jobs), experiment2(out / "experiment2")]
    sections = [*networks, *theorem2(out / "packing", seed, lemma3)]
    page = analysis.write_report(
        scaled, pictures, out / "index.html", sections=sections, epsilon=wanted, command=command
    )
    for dataset in datasets:
        if dataset.attrs["logarithmic"]:
            verdict = analysis.judge(dataset, analysis.resolved(dataset, wanted))
            console.print(f"{dataset.attrs['label']}: {verdict.outcome}, {verdict.reason}", highlight=False)
    console.print(f"The page: {page}", highlight=False, soft_wrap=True)
