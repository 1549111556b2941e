"""`ticketsum experiment2`: the training runs that are missing, one Dataset, a table and Figure 4."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import analysis  # loads nothing until a name of it is used
from analysis.verbatim import command_text

from .experiment1 import seed_range
from .interrupts import interruption
from .options import Seed, option, processes
from .output import duration, terminal
from .progress import counted

if TYPE_CHECKING:
    import xarray as xr

    from .study import Datasets, Job, Part, Pictures


def experiment2(  # noqa: PLR0913
    *,
    network: Annotated[
        str, option("Names separated by commas: fc2, fc4 (two and four layers, 500 hidden), lenet5.")
    ] = "fc2",
    structure: Annotated[
        str, option("What is in place of a linear layer: ours (Figure 1c), ours+relu, wide; or baseline.")
    ] = "ours,ours+relu,wide,baseline",
    sparsity: Annotated[
        str, option("Fractions of weights removed from each layer, as in 0.5,0.9.")
    ] = "0,0.01,0.02,0.025,0.05,0.1,0.25,0.5,0.75,0.9,0.95,0.975,0.98,0.99",
    epochs: Annotated[
        str, option("Passes over the images; the best epoch of all is shown. The paper: 10,20,30,50,100.")
    ] = "1",
    filters: Annotated[
        str, option("LeNet-5's frozen convolutions: random (the paper's text), trained (its program), or both.")
    ] = "random",
    seeds: Annotated[int, option("How many random networks, one per seed.")] = 1,
    seed: Seed = 0,
    images: Annotated[int, option("How many of the 60,000 images are learned from.")] = 60_000,
    out: Annotated[Path, option("Folder for experiment2.nc, its training runs and the figure.")] = Path("experiment2"),
    records: Annotated[
        Path | None, option("A file of finished training runs, taken over before and kept up to date.")
    ] = None,
    jobs: Annotated[int | None, option("Training runs at a time.", "all cores")] = None,
) -> None:
    """Prune random networks by edge-popup on MNIST, as Experiment 2 (Section 5, Figure 4) does; needs torch.

    Scores are trained, weights never; each layer keeps the fraction 1 - sparsity of its weights with the largest
    scores. Prints how long it will take before it starts. Every finished training run is stored: an interrupted command
    resumes when it is given again, a larger one adds to what is there. To install torch: pip install
    'ticketsum[experiments]'.
    """
    from ..checks import whole
    from ..experiments.edge_popup.experiment import Grid, run
    from ..experiments.edge_popup.images import IMAGES
    from ..experiments.edge_popup.lazy_torch import required_torch
    from ..experiments.package_data import shipped
    from ..storage.blocks import require_writable
    from ..storage.dataset import update
    from ..storage.lock import locked
    from .parsing import parse_grid, parse_names, parse_numbers

    grid = Grid(
        parse_names(network), parse_names(structure), parse_numbers("sparsity", sparsity, "0.5,0.9"),
        parse_grid("epochs", epochs), seed_range(seed, seeds), parse_names(filters),
    )  # fmt: skip
    workers = processes(jobs)
    whole("images", images, 1, IMAGES)
    required_torch()
    require_writable(out)
    progress = terminal()
    safe = f"Finished training runs are safe in {out}; give the same command again to go on."
    with interruption(safe), locked(out), counted("training runs of Experiment 2", progress) as show:
        found = run(
            grid, out, images=images, jobs=workers, lines=records, progress=show,
            announce=lambda seconds: progress.say(f"Training takes about {duration(seconds)}."),
        )  # fmt: skip
        update(found, out / "experiment2.nc")
    published = analysis.figure4_values(shipped("published.csv"))
    picture, summary = analysis.draw_experiment2(found, out, published=published), analysis.pruning_summary(found)
    console = terminal(stderr=False)
    console.show(analysis.experiment2_table(found))
    console.show(analysis.figure4_table(analysis.figure4_differences(summary, published)))
    console.say(picture.sentence)
    if message := analysis.figure4_sentence(summary):
        console.say(message)
    console.say(f"{out / 'experiment2.nc'}  {picture.png}  {picture.svg}")


class EdgePopup:
    """Experiment 2 in the main job: OUT/experiment2.nc if it is there, else a copy of the one in the package.

    Nothing is trained: without torch the page has this section too.
    """

    name = "experiment2"

    def folders(self, job: "Job") -> tuple[str, ...]:
        """One for its Dataset."""
        return (self.name,)

    def run(self, job: "Job") -> "Datasets":
        """All training runs there are."""
        from ..experiments.edge_popup.experiment import SCHEMAS
        from ..experiments.package_data import copied
        from ..storage.dataset import load

        out = job.out / self.name
        own = out / "experiment2.nc"
        return {self.name: load(own if own.exists() else copied("experiment2.nc", out), SCHEMAS)}

    def figures(self, job: "Job", found: "Datasets") -> "Pictures":
        """Figure 4."""
        from ..experiments.package_data import shipped

        runs, published = found[self.name], analysis.figure4_values(shipped("published.csv"))
        draw = partial(analysis.draw_experiment2, runs, job.figures, published=published)
        return {self.name: job.cache.pictures(self.name, [runs], lambda: [draw()])}

    def part(self, job: "Job", found: "Datasets", drawn: "Pictures") -> "Part":
        """One section."""
        from ..experiments.package_data import shipped
        from .study import Part

        runs, (picture,) = found[self.name], drawn[self.name]
        published = analysis.figure4_values(shipped("published.csv"))
        command = "\n".join(commands(runs))
        return Part([analysis.experiment2_section(runs, picture, command, published=published)])


def commands(found: "xr.Dataset") -> list[str]:
    """A command for every network that trains all its runs again, into one folder; all seeds at every sparsity."""
    from ..experiments.edge_popup.images import IMAGES
    from ..experiments.edge_popup.structures import NETWORKS, Structure

    made = []
    if "filters" not in found.dims:
        found = found.expand_dims(filters=["random"])
    for name in found["network"].to_numpy():
        there = found["accuracy"].sel(network=name).notnull()
        lists = {axis: there[axis].to_numpy()[there.any([dim for dim in there.dims if dim != axis]).to_numpy()]
                 for axis in ("structure", "sparsity", "epochs", "seed", "filters")}  # fmt: skip
        options = {axis: ",".join(f"{value:g}" for value in lists[axis]) for axis in ("epochs", "sparsity")}
        if list(lists["structure"]) != list(get_args(Structure)):
            options["structure"] = ",".join(lists["structure"])
        if NETWORKS[name].convolutional and list(lists["filters"]) != ["random"]:
            options["filters"] = ",".join(lists["filters"])
        options |= {"seeds": f"{len(lists['seed'])}"}
        options |= {"seed": f"{lists['seed'].min()}"} if lists["seed"].min() else {}
        images = found.attrs["training_images"]
        options |= {"images": f"{images}"} if images < IMAGES else {}
        said = (word for option, value in options.items() for word in (f"--{option}", value))
        made.append(command_text(["ticketsum", "experiment2", "--network", name, *said]))
    return made
