"""Tables of claims: each is built once, for the terminal, the page and files; numbers with their intervals as texts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from ..entry import estimated
from ..estimates.constants import UNRESOLVED
from ..estimates.law_checks import fit_bounds, judge_fits
from ..estimates.samples import interval_name, is_anytime, trials_text
from ..statistics.binomial import level_text
from .table import Cell, Column, Table

if TYPE_CHECKING:
    from .claims import Line


@dataclass(frozen=True)
class Text:
    """A number and its interval as texts; empty where there is none."""

    value: str = ""
    interval: str = ""


NOTHING = Text()


@dataclass(frozen=True)
class Row:
    """One event at one d and epsilon: n*, C and slack; `known` is False where the sweep does not resolve epsilon."""

    event: str
    d: int
    epsilon: float
    known: bool
    n_star: Text
    constant: Text
    slack: Text


def rows_of(table: xr.Dataset) -> list[Row]:
    """Every case and epsilon of `analysis.constants` of one sweep: event after event, d after d."""
    cases = [table.isel(case=case) for case in np.lexsort((table["d"], table["rank"]))]
    return [row_of(case.isel(epsilon=index)) for case in cases for index in range(table.sizes["epsilon"])]


def row_of(cell: xr.Dataset) -> Row:
    """One cell of the table as texts."""
    texts = number_text(cell, "n_star", ".0f"), number_text(cell, "constant", ".2f"), number_text(cell, "slack", ".2f")
    event, d, epsilon = str(cell["event"].item()), int(cell["d"]), float(cell["epsilon"])
    return Row(event, d, epsilon, cell["missing"].item() != UNRESOLVED, *texts)


def number_text(cell: xr.Dataset, name: str, form: str) -> Text:
    """A value and its interval; above the grid of n, its lower limit alone; where the grid leaves n out, both limits.

    Where the grid starts above n*, there is no lower limit: at most the upper one.
    """
    value, low, high = (float(cell[name + end]) for end in ("", "_low", "_high"))
    if not np.isfinite(value):
        starts_above = name != "slack" and float(cell["n_star_low"]) <= 1.0
        if not np.isfinite(low) or (starts_above and not np.isfinite(high)):
            return NOTHING
        if not np.isfinite(high):
            return Text(f"≥ {low:{form}}")
        return Text(f"≤ {high:{form}}" if starts_above else f"{low:{form}} to {high:{form}}")
    if name == "slack" and int(cell["rank"]) == 0:
        return Text("1")
    return Text(f"{value:{form}}", f"[{low:{form}}, {high:{form}}]" if np.isfinite(high) else f"≥ {low:{form}}")


def summary_table(lines: "Sequence[Line]") -> Table:
    """The page's table on top: one row per claim with verdict, C and slack of its proof, and their intervals.

    lines: of `analysis.write_report`.
    """
    columns = [Column("claim", key=True), *(Column(name, left=True) for name in ("verdict", "C", "slack of its proof"))]
    table = Table("", columns, rules="none")
    for line in lines:
        if line.outcome:
            numbers = (f"{each.value} {each.interval}".strip() for each in (line.constant, line.slack))
            table.add(line.title, line.outcome, *numbers)
    return table


def threshold_table(found: xr.Dataset) -> Table:
    """n* and C with their intervals, one row per event, d and epsilon.

    found: of `analysis.estimate`.
    """
    estimated(found, ("n_star", "constant", "slope"), "analysis.estimate", dims=("event", "d", "epsilon"))
    level = level_text(found.attrs["level"])
    names = [Column("event", key=True), Column("d", key=True), Column("epsilon", form="g", key=True)]
    n_star, constant = Column("n*", form=".0f"), Column("C", form=".2f")
    limits = Column(f"{level} of n*"), Column(f"{level} of C")
    columns = [*names, Column("delta", form="g"), n_star, limits[0], constant, limits[1]]
    table = Table(f"{_label(found)}, {trials_text(found)} trials", columns)
    for event in found["event"].to_numpy():
        for d in found["d"].to_numpy():
            for epsilon in found["epsilon"].to_numpy():
                cell = found.sel(event=event, d=d, epsilon=epsilon)
                forms = ("n_star", ".0f"), ("constant", ".2f")
                texts = (text(cell, *form) for form in forms for text in (_number, _limits))
                table.add(str(event), int(d), float(epsilon), cell["delta"].item(), *texts)
    kind = interval_name(is_anytime(found))
    table.notes = [*_slopes(found), f"{level} limits of n* and C: {kind}", *_trials_for_delta(found)]
    return table


def _trials_for_delta(found: xr.Dataset) -> list[str]:
    """How many trials could bound the smallest delta, where there are fewer: none of them may fail then."""
    delta, level = float(found["delta"].min()), float(found.attrs["level"])
    needed = math.ceil(math.log((1.0 - level) / 2.0) / math.log1p(-delta))
    trials = found["trials"] if "trials" in found else found.attrs["trials"]
    if is_anytime(found) or int(np.max(trials)) >= needed:
        return []
    return [f"delta = {delta:g} takes at least {needed:,} trials: with fewer, even none that fails certifies no n*"]


def _slopes(found: xr.Dataset) -> list[str]:
    """The growth of n* of every event and d, as far as it could be fitted."""
    said = ["n* per unit of ln(1/epsilon), 95% by resampling trials:"]
    for event in found["event"].to_numpy():
        for d in found["d"].to_numpy():
            name = f"{event}, d = {d}" if found.sizes["d"] > 1 else f"{event}"
            line = found[["slope", "slope_low", "slope_high"]].sel(event=event, d=d)
            slope, low, high = (line[end].item() for end in ("slope", "slope_low", "slope_high"))
            limits = f"[{low:.2f}, {high:.2f}]" if np.isfinite(low) else _too_few(found, event, d)
            said.append(f"  {name} {slope:.2f} {limits}" if np.isfinite(slope) else f"  {name} not fitted")
    return said


def _too_few(found: xr.Dataset, event: str, d: int) -> str:
    return f"(limits need {found['slope_trials'].sel(event=event, d=d).item():,.0f} trials at every n)"


def constants_table(found: xr.Dataset) -> Table:
    """n* and its limits at every epsilon, below it C and the slack; one row per claim, event and d.

    found: of `analysis.constants`.
    """
    estimated(found, ("n_star", "constant", "slack"), "analysis.constants", dims=("case", "epsilon"))
    level = level_text(found.attrs["level"])
    names = [Column("claim", key=True, once=True), Column("event", key=True), Column("d", key=True)]
    columns = [*names, *(Column(f"epsilon = {epsilon:g}", left=True) for epsilon in found["epsilon"].to_numpy())]
    table = Table("n* and its limits, C = n* / ln(A / epsilon), slack", columns)
    for case in range(found.sizes["case"]):
        row = found.isel(case=case)
        cells = [_constants_cell(row.isel(epsilon=index)) for index in range(row.sizes["epsilon"])]
        table.add(str(row["label"].item()), str(row["event"].item()), row["d"].item(), *cells)
    kind = found.attrs["interval"].partition(" at n*")[0]
    table.notes = [f"{level} limits ({kind}); x: slack, C over that of the claim's main event; ...: unknown"]
    return table


def _constants_cell(cell: xr.Dataset) -> Cell:
    """Two lines: n* and its limits; C and the slack. Above the grid, the lower limits; else why there is nothing."""
    n_star, low, high = (cell[f"n_star{end}"].item() for end in ("", "_low", "_high"))
    if not np.isfinite(low):
        return "not resolved"
    if not np.isfinite(n_star):
        least, most = (cell[f"constant{end}"].item() for end in ("_low", "_high"))
        open_below = low <= 1.0
        return _between(low, high, ".0f", open_below), f"C {_between(least, most, '.2f', open_below)}"
    limits = f"[{low:.0f}, {high:.0f}]" if np.isfinite(high) else f"[{low:.0f}, ...]"
    slack = f", x {cell['slack'].item():.2f}" if cell["rank"].item() else ""
    return f"{n_star:.0f} {limits}", f"C = {cell['constant'].item():.2f}{slack}"


def _between(low: float, high: float, form: str, from_start: bool) -> str:
    """Limits of a number that is not known: above the grid of n, below its start, or where it leaves n out."""
    if not np.isfinite(high):
        return "not certified" if from_start else f">= {low:{form}}"
    return f"<= {high:{form}}" if from_start else f"{low:{form}} to {high:{form}}"


def _label(found: xr.Dataset) -> str:
    return str(found.attrs.get("label", found.attrs["claim_title"]))


def _number(cell: xr.Dataset, name: str, form: str) -> Cell:
    """A value; where the grid of n leaves numbers out, the least and the largest that it can be."""
    value, least = cell[name].item(), cell["n_star_from"].item()
    if not np.isfinite(value):
        return "-"
    share = least / cell["n_star"].item()
    return _between(share * value, value, form, least == 1.0) if share < 1.0 else value


def _limits(cell: xr.Dataset, name: str, form: str) -> str:
    low, high = cell[f"{name}_low"].item(), cell[f"{name}_high"].item()
    if not np.isfinite(low):
        return "beyond the grid"
    if cell["n_star_from"].item() < cell["n_star"].item() and cell["n_star_low"].item() <= 1.0:
        return f"at most {high:{form}}" if np.isfinite(high) else "not certified"
    return f"{low:{form}} to {high:{form}}" if np.isfinite(high) else f"at least {low:{form}}"


def speed_table(found: xr.Dataset) -> Table:
    """Milliseconds of every solver and the ratio to brute force, one row per n.

    found: of `analysis.speed`.
    """
    found = estimated(found, ("seconds", "ratio"), "analysis.speed", dims=("solver", "n"))
    solvers = found["solver"].to_numpy()
    columns = [Column("n", key=True), *map(Column, map(str, solvers)), Column("times faster than brute force")]
    table = Table("One exact covering radius, milliseconds on one core", columns)
    for n in found["n"].to_numpy():
        cell = found.sel(n=n)
        times = [_significant(1e3 * cell["seconds"].sel(solver=solver).item()) for solver in solvers]
        table.add(int(n), *times, _significant(cell["ratio"].sel(solver="ticketsum").item()))
    return table


def _significant(value: float) -> str:
    """Three significant digits without an exponent, or a dash."""
    return np.format_float_positional(value, 3, fractional=False, trim="-") if np.isfinite(value) else "-"


def laws_table(fits: xr.Dataset, level: float = 0.95) -> Table:
    """The largest distance of draws from each law, its bound and the verdict; one row per law.

    fits: as in `judge_fits`.
    """
    found, verdicts = fit_bounds(fits, level), judge_fits(fits, level)
    numbers = [Column("distance", form=".4f"), Column("bound", form=".4f"), Column("verdict", left=True)]
    columns = [Column("law", key=True), *(Column(name, left=True) for name in ("title", "statement")), *numbers]
    title = f"Largest distance of {fits.attrs['samples']:,} draws from each law; the bounds hold together at "
    table = Table(title + level_text(level), columns)
    for law, verdict in verdicts.items():
        row = found.sel(law=law)
        role, statement = row["role"].item(), row["statement"].item()
        said = statement if role == "statement" else f"{role}: {statement}"
        table.add(law, row["title"].item(), said, row["distance"].item(), row["bound"].item(), str(verdict.outcome))
    return table


def network_table(summary: xr.Dataset) -> Table:
    """What each layer's masks miss and keep, by the sign of the inputs that they serve.

    summary: summary.nc of a pruned network.
    """
    names = ("missed", "largest_error", "mean_error", "kept")
    summary = estimated(summary, names, "montecarlo.networks.summaries.summarized", dims=("layer", "side"))
    columns = [
        Column("layer", key=True),
        Column("weights"),
        Column("side", key=True),
        Column("missed"),
        *(Column(name, form=".3g") for name in ("largest error", "mean error")),
        Column("kept per weight", form=".2f"),
    ]
    table = Table("Subset sums by layer and sign of their input", columns)
    for layer in summary["layer"].to_numpy():
        for side in summary["side"].to_numpy():
            row = summary.sel(layer=layer, side=side)
            if row["largest_error"].notnull():
                size = f"{row['outputs'].item():,} x {row['inputs'].item():,}"
                numbers = (row[name].item() for name in names)
                table.add(int(layer), size, str(side), *numbers)
    return table
