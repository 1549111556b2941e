"""`ticketsum experiment2`: the training runs that are missing, one Dataset, a table and Figure 4."""

import math
from collections.abc import Iterator
from pathlib import Path

import xarray as xr
from rich.table import Table

import analysis

from ..datasets import save
from ..experiments.experiment2 import Grid
from ..experiments.experiment2 import run as compute
from ..experiments.popup_training import IMAGES, required_torch
from ..lock import locked
from ..plans import whole
from ..store import require_writable
from .progress import counted
from .running import duration, interruption, processes, terminal

_LEFT = ("network", "structure")
_RIGHT = ("sparsity", "kept", "epochs", "seeds", "test accuracy", "speed")


def run(grid: Grid, out: Path, *, images: int, jobs: int | None) -> None:
    """Train what OUT lacks of the grid, write OUT/experiment2.nc, draw, print. Bad input is refused before that."""
    wanted = processes(jobs)
    whole("images", images, 1, IMAGES)
    required_torch()
    require_writable(out)
    progress = terminal()
    safe = f"Finished training runs are safe in {out}; give the same command again to go on."
    with interruption(safe), locked(out), counted("training runs of Experiment 2", progress) as show:
        found = compute(
            grid, out, images=images, jobs=wanted, progress=show,
            announce=lambda seconds: progress.print(
                f"Training takes about {duration(seconds)}.", highlight=False, soft_wrap=True
            ),
        )  # fmt: skip
        save(found, out / "experiment2.nc")
    picture = analysis.draw_experiment2(found, out)
    console = terminal(stderr=False)
    console.print(accuracy_table(found))
    console.print(picture.sentence, highlight=False, markup=False, soft_wrap=True)
    console.print(f"{out / 'experiment2.nc'}  {picture.png}  {picture.svg}", highlight=False, soft_wrap=True)


def accuracy_table(found: xr.Dataset) -> Table:
    """A row for every network, structure and sparsity there is, over its seeds."""
    summary = analysis.pruning_summary(found)
    table = Table(title="Random networks pruned by edge-popup, test accuracy on MNIST", title_justify="left")
    for heading in (*_LEFT, *_RIGHT):
        table.add_column(heading, justify="left" if heading in _LEFT else "right")
    stacked = summary.drop_vars("best").stack(case=("network", "structure", "sparsity"))
    for k in range(stacked.sizes["case"]):
        if stacked["seeds"].isel(case=k).item() > 0:
            table.add_row(*_row(stacked.isel(case=k)))
    table.caption = (
        "sparsity: fraction of weights removed; test accuracy: mean over seeds (least to largest); "
        "speed: share of a dense network's with as many weights"
    )
    table.caption_justify = "left"
    return table


def _row(cell: xr.Dataset) -> Iterator[str]:
    value = {str(name): cell[name].item() for name in cell.data_vars}
    yield cell["network"].item()
    yield cell["structure"].item()
    yield f"{cell['sparsity'].item():g}"
    yield f"{value['kept']:,.0f}"
    fewest, most = value["epochs_fewest"], value["epochs_most"]
    yield f"{most:.0f}" if fewest == most else f"{fewest:.0f} to {most:.0f}"
    yield f"{value['seeds']:.0f}"
    low, high = (f"{value[f'accuracy_{end}']:.2%}" for end in ("low", "high"))
    yield low if low == high else f"{value['accuracy']:.2%} ({low} to {high})"
    yield "" if math.isnan(value["speed_share"]) else f"{value['speed_share']:.2f}"
