"""The studies of the claims: their sweeps at a scale, with estimates and figures, and drawings of the constructions."""

from collections.abc import Iterator
from typing import ClassVar

import xarray as xr

import analysis

from ..claims import Lemma1, Lemma2, Lemma3, SubsetSum, TinyNeuron
from ..networks.drawing import drawing, linear_link
from ..networks.prune import prune
from ..storage.dataset import load, save
from .options import expected
from .output import terminal
from .progress import counted, progress_bar
from .scales import epsilons, sweeps
from .study import Datasets, Job, Part, Pictures
from .sweep import swept

_TOGETHER = ("growth", "scaling")
"""The figures that compare claims; heat maps and success curves stand with each claim."""
_DRAWN_TOGETHER = frozenset({SubsetSum.name, TinyNeuron.name})
"""Claims without figures sweep by sweep: laws are compared in one, all masks have a figure of their own kind."""


class Sweeps:
    """Every sweep of the scale: run, estimates, constants of all, figures of each and of all together."""

    name = "sweeps"

    def folders(self, job: Job) -> Iterator[str]:
        """One folder per sweep, and its figures."""
        for folder, _ in sweeps(job.scale, job.seed):
            yield from (folder, f"{folder}/figures")

    def run(self, job: Job) -> Datasets:
        """Simulate what is missing; every raw Dataset by its folder. Estimates are stored beside them."""
        plans = dict(sweeps(job.scale, job.seed))
        time = expected(sum(plan.seconds() for plan in plans.values()), job.jobs, job.backend)
        notice = f"{len(plans)} sweeps, about {time} of simulation; results in {job.out}"
        found = {}
        for name, plan in plans.items():
            show = progress_bar(plan, "" if found else notice, terminal())
            swept(plan, job.out / name, jobs=job.jobs, backend=job.backend, repair=job.repair, show=show)
            found[name] = load(job.out / name)
        self._estimate(job, found)
        return found

    def figures(self, job: Job, found: Datasets) -> Pictures:
        """Those of each sweep by its folder, and "together", "widths" and "masks"."""
        chosen, scaled = epsilons(job.scale), _scaled(found)
        drawn: dict[str, list[analysis.Picture]] = {}
        with counted("figures of sweeps", terminal()) as show:
            for count, (name, dataset) in enumerate(found.items(), 1):
                if dataset.attrs["claim"] not in _DRAWN_TOGETHER:
                    folder = f"{name}/figures"
                    drawn[name] = job.cache.pictures(
                        folder,
                        [dataset],
                        lambda d=dataset, f=folder: analysis.draw_pictures([d], job.out / f, epsilon=chosen),
                        chosen,
                    )
                show(count, len(found))
        drawn["together"] = job.cache.pictures(
            "figures", scaled, lambda: analysis.draw_pictures(scaled, job.figures, epsilon=chosen), chosen
        )
        drawn["widths"] = job.cache.pictures(
            "widths", scaled, lambda: [analysis.draw_widths(scaled, job.figures, epsilon=chosen)], chosen
        )
        for dataset in found.values():
            if dataset.attrs["claim"] == TinyNeuron.name:
                drawn["masks"] = job.cache.pictures(
                    "masks", [dataset], lambda d=dataset: [analysis.draw_masks(d, job.figures)]
                )
        return drawn

    def part(self, job: Job, found: Datasets, drawn: Pictures) -> Part:
        """Figures of each sweep, but n* against accuracy once, beside its proof's; figures of claims; of all."""
        own = []
        for pictures in (drawn.get(name, []) for name in found):
            events = any(picture.name.startswith("slack") for picture in pictures)
            own.append([picture for picture in pictures if not (events and picture.name == "growth")])
        together = drawn["together"]
        compared = [picture for picture in together if picture.name == "law-comparison"]
        attached = {SubsetSum.name: compared, TinyNeuron.name: drawn.get("masks", [])}
        chosen = [picture for picture in together if picture.name in _TOGETHER]
        return Part(own=own, attached=attached, together=[*chosen, *drawn["widths"]])

    def _estimate(self, job: Job, found: Datasets) -> None:
        for name, dataset in found.items():
            file, values = job.out / name / "estimates.nc", analysis.resolved(dataset, epsilons(job.scale))
            job.cache.file(
                file, [dataset], lambda d=dataset, v=values, f=file: save(analysis.estimate(d, v), f), values
            )
        scaled, file = _scaled(found), job.out / "constants.nc"
        job.cache.file(file, scaled, lambda: save(analysis.constants(scaled), file))


def _scaled(found: Datasets) -> list[xr.Dataset]:
    """Sweeps of claims with an A that matters."""
    return [dataset for dataset in found.values() if dataset.attrs["claim"] != TinyNeuron.name]


class Structures:
    """Figures 1 to 3, drawn from tiny networks that are pruned here."""

    name = "structures"
    _TARGETS: ClassVar = {
        Lemma1.name: ("structure-link", "One weight (Figure 1)", [[0.6]]),
        Lemma2.name: ("structure-neuron", "One neuron (Figure 2)", [[0.6, -0.4]]),
        Lemma3.name: ("structure-layer", "One layer (Figure 3)", [[0.6, -0.4], [0.3, 0.5]]),
    }
    """By claim: name of the picture, its title, the target's weights."""
    _N = 8

    def folders(self, job: Job) -> tuple[str, ...]:
        """One for the drawings."""
        return ("structures",)

    def run(self, job: Job) -> Datasets:
        """Drawings of the pruned networks, stored as structures/*.nc, by the name of the file."""
        found, folder = {}, job.out / "structures"
        folder.mkdir(parents=True, exist_ok=True)
        for name, _, weights in self._TARGETS.values():
            if len(weights[0]) == 1:
                found[f"{name}-linear"] = linear_link(weights[0][0], 2 * self._N, job.seed)
            found[name] = drawing(prune([weights], n=self._N, seed=job.seed, jobs=1))
        for name, dataset in found.items():
            file = folder / f"{name}.nc"
            job.cache.file(file, [dataset], lambda d=dataset, f=file: save(d, f))
        return found

    def figures(self, job: Job, found: Datasets) -> Pictures:
        """One picture for each claim, by its name."""
        drawn = {}
        for claim, (name, title, _) in self._TARGETS.items():
            shown = [found[each] for each in (f"{name}-linear", name) if each in found]
            drawn[claim] = job.cache.pictures(
                name, shown, lambda s=shown, n=name, t=title: [analysis.draw_structure(s, job.figures, n, t)]
            )
        return drawn

    def part(self, job: Job, found: Datasets, drawn: Pictures) -> Part:
        """Each stands with its claim."""
        return Part(attached=drawn)
