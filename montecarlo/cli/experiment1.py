"""`ticketsum experiment1`: the cells that are missing, one Dataset, a table beside the paper's numbers, a picture."""

import math
from collections.abc import Iterator
from pathlib import Path

import xarray as xr
from rich.table import Table

import analysis

from ..datasets import save
from ..errors import InputError
from ..experiments.experiment1 import Grid
from ..experiments.experiment1 import run as compute
from ..experiments.target import Target, load_target
from ..lock import locked
from ..plans import whole
from ..store import require_writable
from .progress import counted
from .running import duration, interruption, processes, terminal

PAGE = Grid()
"""What the page shows: everything at the paper's n and epsilon."""
_COLUMNS = {
    **dict.fromkeys(("coefficients", "range", "asked for"), "left"),
    **dict.fromkeys(("n", "epsilon", "seeds", "missed", "sets with a miss", "largest error", "mean error"), "right"),
    **dict.fromkeys(("kept", "accuracy", "seconds"), "right"),
}
"""Headings, and the side they stand on."""


def seed_range(seed: int, seeds: int) -> range:
    """`seeds` seeds from `seed` on."""
    first = whole("seed", seed, 0)
    return range(first, first + whole("seeds", seeds, 1, 10_000))


def run(grid: Grid, out: Path, *, target: Path | None, level: float, jobs: int | None) -> None:
    """Compute what OUT lacks of the grid, write OUT/experiment1.nc, draw, print. Bad input is refused before that."""
    analysis.clopper_pearson(0, 1, level)  # refuses a level
    found = _computed(grid, out, load_target(target), processes(jobs))
    picture = analysis.draw_experiment1(found, out, level=level)
    console = terminal(stderr=False)
    console.print(experiment_table(found, level))
    console.print(f"{out / 'experiment1.nc'}  {picture.png}  {picture.svg}", highlight=False, soft_wrap=True)


def section(out: Path, jobs: int | None) -> analysis.Section:
    """Experiment 1 as a section of the page: what OUT lacks of the paper's n and epsilon is computed first."""
    found = _computed(PAGE, out, load_target(None), processes(jobs))
    picture = analysis.draw_experiment1(found, out.parent / "figures")
    return analysis.experiment1_section(found, picture, "ticketsum experiment1")


def _computed(grid: Grid, out: Path, chosen: Target, wanted: int) -> xr.Dataset:
    require_writable(out)
    safe = f"Finished cells are safe in {out}; give the same command again to go on."
    with interruption(safe), locked(out), counted("cells of Experiment 1", terminal()) as show:
        found = compute(grid, out, target=chosen, jobs=wanted, progress=show)
        save(found, out / "experiment1.nc")
    return found


def train(out: Path, *, seed: int, hidden: int, epochs: int, learning_rate: float) -> None:
    """Train, write OUT and the facts beside it, print them."""
    from ..experiments.training import Training, save_trained
    from ..experiments.training import train as fitted

    if out.suffix != ".npz":
        raise InputError(f"--out must be an .npz file, got {out}")
    if not (learning_rate > 0.0 and math.isfinite(learning_rate)):
        raise InputError(f"learning_rate must be positive and finite, got {learning_rate}; 0.1 is the paper's")
    require_writable(out.parent)
    training = Training(seed, hidden, epochs, learning_rate)
    with counted("epochs of training", terminal()) as show:
        facts = save_trained(fitted(training, show), training, out)
    right, images = facts["correct"]["test"], facts["images"]["test"]
    terminal(stderr=False).print(f"{out}: {right} of {images} test images right", highlight=False, soft_wrap=True)


def experiment_table(found: xr.Dataset, level: float) -> Table:
    """The paper's row, and one for every combination there is, over its seeds."""
    summary, paper = analysis.experiment_summary(found, level), analysis.paper_values(found)
    before = summary.attrs["accuracy_before"]
    title = f"{found.attrs['weights']:,} weights of {found.attrs['target']}, test accuracy {before:.2%} before"
    table = Table(title=title, title_justify="left")
    for heading, side in _COLUMNS.items():
        table.add_column(heading, justify="left" if side == "left" else "right")
    time = f"{duration(paper['seconds'])}, {paper['cores']} cores"
    reported = f"{paper['n']}", f"{paper['epsilon']:g}", "1", "", "", "", "", f"{paper['kept']:.2f}"
    table.add_row("fresh (paper)", "fitted", "error", *reported, f"{paper['accuracy']:.2%}", time, end_section=True)
    for cell in _cells(summary):
        table.add_row(*_row(cell))
    sets = "sets with a miss: independent sets of coefficients (a row, a weight, an input) with a missed weight"
    table.caption = f"kept: coefficients a weight; {sets}, {100.0 * level:.6g}% interval (Clopper-Pearson)"
    table.caption_justify = "left"
    return table


def _cells(summary: xr.Dataset) -> Iterator[xr.Dataset]:
    """Every combination that was computed."""
    stacked = summary.stack(case=("coefficients", "scale", "objective", "n", "epsilon"))
    for k in range(stacked.sizes["case"]):
        if stacked["seeds"].isel(case=k).item() > 0:
            yield stacked.isel(case=k)


def _row(cell: xr.Dataset) -> Iterator[str]:
    value = {str(name): cell[name].item() for name in cell.data_vars}
    for name in ("coefficients", "scale", "objective", "n"):
        yield f"{cell[name].item()}"
    yield f"{cell['epsilon'].item():g}"
    yield f"{value['seeds']:.0f}"
    yield f"{value['missed_share']:.2g}"
    yield f"{value['sets_share']:.2g} [{value['sets_share_low']:.2g}, {value['sets_share_high']:.2g}]"
    yield f"{value['largest_error']:.2g}"
    yield f"{value['mean_error']:.2g}"
    yield f"{value['kept']:.2f}"
    low, high = (f"{value[f'accuracy{end}']:.2%}" for end in ("_low", "_high"))
    yield low if low == high else f"{low} to {high}"
    yield f"{value['seconds']:.2f}"
