"""`ticketsum packing`: Theorem 2's packings and counts beside what random networks reach."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

import analysis  # loads nothing until a name of it is used

from ..errors import InputError
from .options import Seed
from .root import app
from .running import duration, interruption, terminal

if TYPE_CHECKING:
    import xarray as xr

    from ..packing import Grid
    from .made import Made
    from .output import Table

_WIDTHS = {
    ("eps",): "epsilon", ("|P|",): "size", ("prin-", "ted"): "printed", ("masks",): "masks",
    ("func-", "tions"): "functions", ("one", "side"): "sides", ("half", "reached"): "share",
    ("all", "reached"): "rarest", ("Lemma", "3"): "sufficient", ("share",): "reached",
}  # fmt: skip
"""Headings, line by line, and which of `analysis.packing_width_rows` stands below."""
_NAMES = frozenset({"d", "s", "eps", "epsilon"})
"""Headings of columns that name the rows."""


@app.command(name="packing")
def show_packing(  # noqa: PLR0913
    *,
    d: Annotated[str, Parameter(help="Dimensions: packings for 1 to 4, networks for 1 and 2.")] = "1,2,3,4",
    epsilon: Annotated[str | None, Parameter(help="Accuracies, as in 0.2,1/3; some for each d unless given.")] = None,
    s: Annotated[str | None, Parameter(help="Hidden neurons: 1:40 for d = 1 unless given, 1:9 for d = 2.")] = None,
    trials: Annotated[int, Parameter(help="Random networks.")] = 200,
    law: Annotated[
        str, Parameter(help="Law of the weights: norm:mean=0,std=1, say, or scipy.NAME for any of scipy.stats.")
    ] = "uniform:low=-1,high=1",
    candidates: Annotated[int, Parameter(help="Random matrices offered to a packing, d > 1.")] = 20_000,
    samples: Annotated[int, Parameter(help="Random matrices that show whether a packing is saturated.")] = 10_000,
    against: Annotated[
        tuple[Path, ...],
        Parameter(help="A run about every matrix, as of Lemma 3 (of Lemma 1: d = 1), to show what suffices."),
    ] = (),
    level: Annotated[float, Parameter(help="Confidence level of each interval.")] = 0.95,
    seed: Seed = 0,
    out: Annotated[Path, Parameter(help="Folder for the files and figures, and for what is finished of them.")] = Path(
        "packing"
    ),
) -> None:
    """Show Theorem 2, the lower bound: packings of linear maps against the functions a network can be pruned to.

    Builds 2 epsilon-packings, every pair verified, counts what a network can be pruned to, and measures which share of
    a packing random networks reach: half of it needs s hidden neurons, which the counting bounds from below. What is
    finished is kept in OUT: the same command goes on where it stopped, a larger one adds to what is there.
    """
    analysis.check_level(level)
    from ..packing import check_all
    from ..storage.blocks import require_writable
    from ..storage.dataset import load
    from .parsing import parse_law

    grids = _grids(d, epsilon, s)
    chosen = parse_law(law)
    sufficient = [load(path) for path in against]
    for path, sweep in zip(against, sufficient, strict=True):
        if not analysis.claim_about(sweep).every_matrix:
            raise InputError(
                f"--against must be a run of a claim about every matrix, as Lemma 3 is, got {path} of "
                f"{sweep.attrs['claim']}; name one, or give its sweep again where the run is older"
            )
    made = {"trials": trials, "candidates": candidates, "samples": samples}
    check_all(grids, **made, seed=seed)
    notice = _estimate(grids, **made)
    require_writable(out)
    terminal().say(notice)
    found = _measured(grids, out, **made, law=chosen, seed=seed)
    pictures = analysis.draw_packing(found, out, sufficient=sufficient, level=level)
    console = terminal(stderr=False)
    for table in tables(found, sufficient, level):
        console.show(table)
    files = [*(str(out / f"{name}.nc") for name in found), *(str(picture.png) for picture in pictures)]
    console.say("  ".join(files))


def sections(out: Path, seed: int, sufficient: "Sequence[xr.Dataset]", made: "Made") -> "list[analysis.Section]":
    """Theorem 2 as sections of the page, with the standard grids; what OUT has of them is read, not made again."""
    from ..packing import GRIDS, standard_schemas
    from ..storage.dataset import load

    schemas = standard_schemas()
    there = all((out / f"{name}.nc").exists() for name in schemas)
    found = {name: load(out / f"{name}.nc", schema) for name, schema in schemas.items()} if there else {}
    if not found or any(dataset.attrs["seed"] != str(seed) for dataset in found.values()):
        made_now = _measured(GRIDS, out, seed=seed)
        found = {name: made_now[name] for name in schemas}  # in one order, which figures and their key depend on
    inputs = [*found.values(), *sufficient]
    figures = out.parent / "figures"
    pictures = made.pictures("packing", inputs, lambda: analysis.draw_packing(found, figures, sufficient=sufficient))
    return analysis.packing_sections(found, pictures, f"ticketsum packing --seed {seed}", sufficient=sufficient)


def _measured(grids: "Mapping[int, Grid]", out: Path, **asked: Any) -> "dict[str, xr.Dataset]":
    """Every Dataset, from the records that OUT has and those it lacks, and a file each."""
    from ..packing import measure_all, open_pieces
    from ..storage.dataset import save
    from ..storage.lock import locked
    from .progress import counted

    safe = f"What is finished is safe in {out}; give the same command again to go on."
    with interruption(safe), locked(out), counted("Theorem 2", terminal()) as show:
        held = open_pieces(out)
        found = measure_all(grids, **asked, held=held, progress=lambda what, done, total: show(done, total, what))
        for name, dataset in found.items():
            save(dataset, out / f"{name}.nc")
    return found


def tables(found: "Mapping[str, xr.Dataset]", sufficient: "Sequence[xr.Dataset]", level: float) -> "list[Table]":
    """Sizes of packings between their bounds; functions of masks; the widths of every d; the networks of depth 3."""
    made: list[Table] = []
    if "sizes" in found:
        made.append(_size_table(analysis.saturation(found["sizes"], level), level))
    for name, dataset in found.items():
        if name.startswith("theorem2"):
            made.append(_width_table(dataset, sufficient, level))
    if "counts" in found:
        title = "Functions of a two-layer network, counted: a neuron without inputs or outputs is gone"
        table = _table(title, ("d", "s", "masks 2^(2sd)", "functions", "(1+(2^d-1)^2)^s"))
        _fill(table, analysis.function_rows(found["counts"]))
        made.insert(1 if "sizes" in found else 0, table)
    if "depth" in found:
        trials = found["depth"].sizes["trial"]
        title = f"Depth 3, d = 1, {trials:,} networks: share of the packing reached, all masks tried"
        table = _table(title, analysis.depth_headings(found["depth"]))
        made.append(_fill(table, analysis.depth_rows(found["depth"])))
    return made


def _grids(d: str, epsilon: str | None, s: str | None) -> "dict[int, Grid]":
    from ..packing import GRIDS, Grid, accuracy
    from ..packing.bounds import dimension
    from ..packing.theorem2 import MOST_WIDTH
    from .parsing import parse_grid

    values = None if epsilon is None else tuple(text.strip() for text in epsilon.split(","))
    for value in values or ():
        accuracy(value)
    dimensions = [dimension(k) for k in parse_grid("d", d)]
    widths = None if s is None else parse_grid("s", s)
    found = {}
    for k in dimensions:
        grid = GRIDS[k]
        networks = k in MOST_WIDTH
        if widths is not None and networks and widths[-1] > MOST_WIDTH[k]:
            raise InputError(f"s must be at most {MOST_WIDTH[k]} for d = {k}, got {widths[-1]}; lower s or leave d out")
        chosen = values or grid.epsilon
        found[k] = Grid(values or grid.sizes, chosen if networks else (), (widths or grid.s) if networks else ())
    return found


def _estimate(grids: "Mapping[int, Grid]", *, trials: int, candidates: int, samples: int) -> str:
    """How many points there will be, how much memory they take, and about how long all takes."""
    from ..packing import accuracy, expected_seconds
    from ..packing.packings import expected_size
    from ..system import size_text

    cells = [(d, accuracy(value)) for d, grid in grids.items() for value in {*grid.sizes, *grid.epsilon}]
    sizes = [(expected_size(d, epsilon), d, epsilon) for d, epsilon in cells]
    most, d, epsilon = max(sizes)
    need = size_text(8.0 * d * d * sum(size for size, _, _ in sizes))
    time = duration(expected_seconds(grids, trials=trials, candidates=candidates, samples=samples))
    return (
        f"{len(cells)} packings, about {most:,.0f} points for d = {d} and epsilon = {float(epsilon):g}; {need} in all; "
        f"about {time} on one core, less where OUT has some of it"
    )


def _table(title: str, headings: Sequence[str | tuple[str, ...]]) -> "Table":
    from rich.box import SIMPLE_HEAD

    from .output import Column, Table

    split = [(heading,) if isinstance(heading, str) else heading for heading in headings]
    names = [" ".join(lines).replace("- ", "") for lines in split]
    columns = [Column(name, lines, key=name in _NAMES) for name, lines in zip(names, split, strict=True)]
    return Table(title, columns, box=SIMPLE_HEAD)


def _size_table(sizes: "xr.Dataset", level: float) -> "Table":
    title = (
        f"Packings in the operator norm; how often a uniform matrix would still fit, at {analysis.level_text(level)}"
    )
    table = _table(title, ("d", "epsilon", "(1/2eps)^(d^2)", "points", "(1+1/eps)^(d^2)", "fits"))
    return _fill(table, analysis.packing_size_rows(sizes))


def _width_table(theorem2: "xr.Dataset", sufficient: "Sequence[xr.Dataset]", level: float) -> "Table":
    violated = analysis.reach_rates(theorem2, level)["violated"].sum().item()
    title = (
        f"d = {theorem2['d'].to_numpy()[0]}, {theorem2.attrs['law']}, {theorem2.sizes['trial']:,} networks: hidden "
        f"neurons needed, share at s = {int(theorem2['s'].max())}; 2|G| >= |P| violated {violated} times"
    )
    table = _table(title, tuple(_WIDTHS))
    rows = analysis.packing_width_rows(theorem2, sufficient, level)
    return _fill(table, [tuple(row[name] for name in _WIDTHS.values()) for row in rows])


def _fill(table: "Table", rows: Sequence[tuple[str, ...]]) -> "Table":
    for row in rows:
        table.add(*row)
    return table
