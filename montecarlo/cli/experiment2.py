"""`ticketsum experiment2`: the training runs that are missing, one Dataset, a table and Figure 4."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import numpy as np
import xarray as xr
from rich.box import SIMPLE_HEAD

import analysis
from analysis.verbatim import command_text

from ..checks import whole
from ..experiments.edge_popup.experiment import SCHEMAS, Grid
from ..experiments.edge_popup.experiment import run as compute
from ..experiments.edge_popup.images import IMAGES
from ..experiments.edge_popup.lazy_torch import required_torch
from ..experiments.edge_popup.structures import NETWORKS, Structure
from ..experiments.package_data import copied, shipped
from ..storage.blocks import require_writable
from ..storage.dataset import load, update
from ..storage.lock import locked
from .made import Made
from .output import Column, Table
from .progress import counted
from .running import duration, interruption, processes, terminal


def run(grid: Grid, out: Path, *, images: int, jobs: int | None, records: Path | None = None) -> None:
    """Train what OUT and the file `records` lack of the grid, write OUT/experiment2.nc and `records`, draw, print.

    Bad input is refused before that.
    """
    wanted = processes(jobs)
    whole("images", images, 1, IMAGES)
    required_torch()
    require_writable(out)
    progress = terminal()
    safe = f"Finished training runs are safe in {out}; give the same command again to go on."
    with interruption(safe), locked(out), counted("training runs of Experiment 2", progress) as show:
        found = compute(
            grid, out, images=images, jobs=wanted, lines=records, progress=show,
            announce=lambda seconds: progress.say(f"Training takes about {duration(seconds)}."),
        )  # fmt: skip
        update(found, out / "experiment2.nc")
    published = analysis.figure4_values(shipped("published.csv"))
    picture, summary = analysis.draw_experiment2(found, out, published=published), analysis.pruning_summary(found)
    console = terminal(stderr=False)
    console.show(accuracy_table(found))
    console.show(difference_table(analysis.figure4_differences(summary, published)))
    console.say(picture.sentence)
    if message := analysis.figure4_sentence(summary):
        console.say(message)
    console.say(f"{out / 'experiment2.nc'}  {picture.png}  {picture.svg}")


def section(out: Path, made: Made) -> analysis.Section:
    """Experiment 2 as a section of the page: OUT/experiment2.nc if it is there, else a copy of those that are shipped.

    Nothing is trained: without torch the page has this section too.
    """
    own = out / "experiment2.nc"
    file = own if own.exists() else copied("experiment2.nc", out)
    found = load(file, SCHEMAS)
    published = analysis.figure4_values(shipped("published.csv"))
    (picture,) = made.pictures(
        "experiment2",
        [found],
        lambda: [analysis.draw_experiment2(found, out.parent / "figures", published=published)],
    )
    return analysis.experiment2_section(found, picture, "\n".join(commands(found)))


def commands(found: xr.Dataset) -> list[str]:
    """A command for every network that trains all its runs again, into one folder; all seeds at every sparsity."""
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


def accuracy_table(found: xr.Dataset) -> Table:
    """A row for every network, structure and sparsity there is, over its seeds."""
    summary = analysis.pruning_summary(found).drop_vars(("best", "last"))
    stacked = summary.stack(case=("network", "structure", "sparsity"))
    names = [Column(name, key=True, left=name != "sparsity") for name in ("network", "structure", "sparsity")]
    numbers = map(Column, ("kept", "epochs", "seeds", "test accuracy, %", "images/s", "ratio"))
    note = (
        "sparsity: fraction of weights removed; test accuracy: mean over seeds (least to largest); images/s: in "
        "training; ratio: of images a second in training to a dense network's with as many weights, in turns with it"
    )
    title = "Random networks pruned by edge-popup, test accuracy on MNIST"
    table = Table(title, [*names, *numbers], [note, *_optimism(summary)], box=SIMPLE_HEAD)
    for k in np.flatnonzero(stacked["seeds"] > 0):
        table.add(*_row(stacked.isel(case=k)))
    return table


def _optimism(summary: xr.Dataset) -> Iterator[str]:
    """By how much selecting the best epoch on test images flatters."""
    points = 100.0 * summary["optimism"]
    if points.max() > 0.0:
        place = np.unravel_index(np.nanargmax(points), points.shape)
        worst = points.isel(dict(zip(points.dims, place, strict=True)))
        yield (
            "test accuracy is that of the best epoch, selected on test images: above the last epoch by "
            f"{points.mean().item():.2f} points on average, {worst.item():.2f} for {worst['network'].item()}, "
            f"{worst['structure'].item()}, at sparsity {worst['sparsity'].item():g}"
        )


def difference_table(found: xr.Dataset) -> Table:
    """Percentage points above Figure 4, a row for every network and sparsity that it shows; `-`: nothing was trained.

    found: of `analysis.figure4_differences`.
    """
    structures = [str(name) for name in found["structure"].to_numpy()]
    columns = [Column("network", key=True, left=True), Column("sparsity", key=True), *map(Column, structures)]
    table = Table("Less the accuracy in the paper's Figure 4, percentage points (after the last epoch)", columns)
    shown = found["published"].notnull()
    for network in found["network"].to_numpy():
        for sparsity in found["sparsity"].to_numpy():
            at = found.sel(network=network, sparsity=sparsity)
            if shown.sel(network=network, sparsity=sparsity).any():
                table.add(str(network), f"{sparsity:g}", *(_difference(at.sel(structure=name)) for name in structures))
    points = 100.0 * float(found["uncertainty"].max())
    cells, missing, apart = (int(cells.sum()) for cells in (shown, found["missing"], found["apart"]))
    table.notes = [
        f"*: further than the {points:g} points to which the figure can be read, {apart} of the {cells - missing} that "
        f"were trained; -: not trained, {missing} of {cells}"
    ]
    return table


def _difference(cell: xr.Dataset) -> str:
    if cell["published"].isnull():
        return ""
    if cell["missing"]:
        return "-"
    best, last = (f"{100.0 * cell[name].item():+.1f}" for name in ("difference", "last"))
    return best + "*" * bool(cell["apart"]) + (f" ({last})" if last != best else "")


def _row(cell: xr.Dataset) -> Iterator[str]:
    value = {str(name): cell[name].item() for name in cell.data_vars}
    yield cell["network"].item()
    yield cell["structure"].item()
    yield f"{cell['sparsity'].item():g}"
    yield f"{value['kept']:,.0f}"
    fewest, most = value["epochs_fewest"], value["epochs_most"]
    yield f"{most:.0f}" if fewest == most else f"{fewest:.0f} to {most:.0f}"
    yield f"{value['seeds']:.0f}"
    mean, low, high = (f"{100.0 * value[f'accuracy{end}']:.2f}" for end in ("", "_low", "_high"))
    yield mean if low == high else f"{mean} ({low} to {high})"
    yield "" if math.isnan(value["speed"]) else f"{value['speed']:,.0f}"
    yield "" if math.isnan(value["speed_share"]) else f"{value['speed_share']:.2f}"
