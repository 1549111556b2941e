"""`ticketsum experiment1`: the cases that are missing, one Dataset, a table beside the paper's numbers, a picture."""

import math
from collections.abc import Iterator
from pathlib import Path

import xarray as xr
from rich.box import SIMPLE_HEAD

import analysis

from ..checks import whole
from ..errors import InputError
from ..experiments.package_data import copied
from ..experiments.subset_sums.experiment import SCHEMA, Grid
from ..experiments.subset_sums.experiment import run as compute
from ..experiments.subset_sums.target import Target, load_target
from ..storage.blocks import require_writable
from ..storage.dataset import load, update
from ..storage.lock import locked
from .made import Made
from .output import Column, Table
from .progress import counted
from .running import duration, interruption, processes, terminal

PAGE = Grid()
"""What the page shows: everything at the paper's n and epsilon."""
_COLUMNS = (
    "coefficients", "range", "asked for", "n", "epsilon", "missed", "sets with a miss", "largest error", "mean error",
    "kept", "accuracy, %", "certified", "measured", "s",
)  # fmt: skip
_TEXTS = "coefficients", "range", "asked for"
_NAMES = (*_TEXTS, "n", "epsilon")


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
    console.show(experiment_table(found, level))
    console.say(f"{out / 'experiment1.nc'}  {picture.png}  {picture.svg}")


def section(out: Path, jobs: int | None, made: Made) -> analysis.Section:
    """Experiment 1 as a section of the page: what OUT lacks of the paper's n and epsilon is computed first.

    The picture is of the results that are shipped, over many n and epsilon; they take hours.
    """
    found = _computed(PAGE, out, load_target(None), processes(jobs))
    many = load(copied("experiment1.nc", out), SCHEMA)
    (picture,) = made.pictures("experiment1", [many], lambda: [analysis.draw_experiment1(many, out.parent / "figures")])
    return analysis.experiment1_section(found, picture, "ticketsum experiment1", drawn=many)


def _computed(grid: Grid, out: Path, chosen: Target, wanted: int) -> xr.Dataset:
    require_writable(out)
    safe = f"Finished cases are safe in {out}; give the same command again to resume."
    with interruption(safe), locked(out), counted("cases of Experiment 1", terminal()) as show:
        found = compute(grid, out, target=chosen, jobs=wanted, progress=show)
        update(found, out / "experiment1.nc")
    return found


def train(out: Path, *, seed: int, hidden: int, epochs: int, learning_rate: float) -> None:
    """Train, write OUT and the facts beside it, print them."""
    from ..experiments.subset_sums.training import Training, save_trained
    from ..experiments.subset_sums.training import train as fitted

    if out.suffix != ".npz":
        raise InputError(f"--out must be an .npz file, got {out}")
    if not (learning_rate > 0.0 and math.isfinite(learning_rate)):
        raise InputError(f"learning_rate must be positive and finite, got {learning_rate}; 0.1 is the paper's")
    require_writable(out.parent)
    training = Training(seed, hidden, epochs, learning_rate)
    with counted("epochs of training", terminal()) as show:
        facts = save_trained(fitted(training, show), training, out)
    right, images = facts["correct"]["test"], facts["images"]["test"]
    terminal(stderr=False).say(f"{out}: {right} of {images} test images right")


def experiment_table(found: xr.Dataset, level: float) -> Table:
    """The paper's row, and one for every combination there is, over its seeds."""
    summary = analysis.experiment_summary(found, level)
    common = [name for name in ("n", "epsilon") if summary.sizes[name] == 1]  # said once, in the title
    counts = summary["seeds"].to_numpy()[summary["seeds"].to_numpy() > 0]
    seeds = f"{counts.min()} to {counts.max()} seeds" if counts.min() < counts.max() else f"seeds: {counts.min()}"
    said = [f"{name} = {summary[name].item():g}" for name in common]
    before = f"test accuracy {summary.attrs['accuracy_before']:.2%} before"
    title = f"{summary.attrs['weights']:,} weights of {summary.attrs['target']}, {', '.join([*said, seeds, before])}"
    columns = [_column(name) for name in _COLUMNS if name not in common]
    table = Table(title, columns, [_caption(summary)], box=SIMPLE_HEAD)
    rows = [_paper_row(summary), *map(_row, _cells(summary))]
    for row in rows:
        table.add(*(row.get(column.name, "") for column in columns))
    return table


def _column(name: str) -> Column:
    heading = ("coeffi-", "cients") if name == "coefficients" else tuple(name.split(" "))
    return Column(name, heading, key=name in _NAMES, left=name in _TEXTS)


def _caption(summary: xr.Dataset) -> str:
    paper = analysis.paper_values(summary)
    time = f"{duration(paper['seconds'])} on {paper['cores']} cores with {paper['solver']}"
    return (
        f"the paper: {paper['accuracy_before']:.2%} before, {time}; missed: share of weights; sets with a miss: share "
        "of the independent sets of coefficients (a row, a weight, an input), "
        f"{analysis.level_text(summary.attrs['level'])} interval (Clopper-Pearson); kept: coefficients a weight; "
        "certified, "
        "measured: |f(x) - g(x)| / |x| at most, for every x and over the test images"
    )


def _paper_row(summary: xr.Dataset) -> dict[str, str]:
    paper = analysis.paper_values(summary)
    numbers = {"n": f"{paper['n']}", "epsilon": f"{paper['epsilon']:g}", "kept": f"{paper['kept']:.2f}"}
    after = {"accuracy, %": f"{100.0 * paper['accuracy']:.2f}", "s": f"{paper['seconds']:,.0f}"}
    return {"coefficients": "paper", "range": "fitted", "asked for": "error", **numbers, **after}


def _cells(summary: xr.Dataset) -> Iterator[xr.Dataset]:
    """Every combination that was computed."""
    stacked = summary.stack(case=("coefficients", "scale", "objective", "n", "epsilon"))
    for k in range(stacked.sizes["case"]):
        if stacked["seeds"].isel(case=k).item() > 0:
            yield stacked.isel(case=k)


def _row(cell: xr.Dataset) -> dict[str, str]:
    value = {str(name): cell[name].item() for name in cell.data_vars}
    low, high = (f"{100.0 * value[f'accuracy{end}']:.2f}" for end in ("_low", "_high"))
    return {
        "coefficients": cell["coefficients"].item(),
        "range": {"unit": "[-1, 1]", "fitted": "fitted"}[cell["scale"].item()],
        "asked for": cell["objective"].item(),
        "n": f"{cell['n'].item()}",
        "epsilon": f"{cell['epsilon'].item():g}",
        "missed": f"{value['missed_share']:.2g}",
        "sets with a miss": f"{value['sets_share_low']:.2g} to {value['sets_share_high']:.2g}",
        "largest error": f"{value['largest_error']:.2g}",
        "mean error": f"{value['mean_error']:.2g}",
        "kept": f"{value['kept']:.2f}",
        "accuracy, %": low if low == high else f"{low} to {high}",
        "certified": f"{value['output_bound']:.2g}",
        "measured": f"{value['output_error']:.2g}",
        "s": f"{value['seconds']:.2f}",
    }
