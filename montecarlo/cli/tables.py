"""Estimates, and what the page says on top, as tables for the terminal."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

import analysis

from .output import Cell, Column, Table


def summary_table(lines: "Sequence[analysis.Line]") -> Table:
    """The page's table on top: a row a claim with verdict, C and slack of its proof, and their intervals."""
    columns = [Column("claim", key=True), *(Column(name, left=True) for name in ("verdict", "C", "slack of its proof"))]
    table = Table("", columns, box=None)
    for line in lines:
        if line.outcome:
            numbers = (f"{each.value} {each.interval}".strip() for each in (line.constant, line.slack))
            table.add(line.title, line.outcome, *numbers)
    return table


def threshold_table(found: xr.Dataset) -> Table:
    """n* and C with their intervals, a row for every event, d and epsilon of `analysis.estimate`."""
    level = analysis.level_text(found.attrs["level"])
    names = [Column(name, key=True, left=name == "event") for name in ("event", "d", "epsilon")]
    columns = [*names, *map(Column, ("delta", "n*", f"{level} of n*", "C", f"{level} of C"))]
    table = Table(f"{_label(found)}, {analysis.trials_text(found)} trials", columns)
    for event in found["event"].to_numpy():
        for d in found["d"].to_numpy():
            for epsilon in found["epsilon"].to_numpy():
                cell = found.sel(event=event, d=d, epsilon=epsilon)
                limits = [_limits(cell, "n_star", ".0f"), _limits(cell, "constant", ".2f")]
                shown = [_number(cell, "n_star", ".0f"), _number(cell, "constant", ".2f")]
                row = (f"{d}", f"{epsilon:g}", f"{cell['delta'].item():g}", shown[0], limits[0], shown[1], limits[1])
                table.add(str(event), *row)
    kind = analysis.interval_name(analysis.is_anytime(found))
    table.notes = [*_slopes(found), f"{level} limits of n* and C: {kind}"]
    return table


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
    """`analysis.constants`, a row a claim, event and d; below each n* with its limits, C and the slack."""
    level = analysis.level_text(found.attrs["level"])
    names = [Column("claim", key=True, once=True), Column("event", key=True), Column("d", key=True)]
    columns = [*names, *(Column(f"epsilon = {epsilon:g}", left=True) for epsilon in found["epsilon"].to_numpy())]
    table = Table("n* and its limits, C = n* / ln(A / epsilon), slack", columns)
    for case in range(found.sizes["case"]):
        row = found.isel(case=case)
        cells = [_constants_cell(row.isel(epsilon=index)) for index in range(row.sizes["epsilon"])]
        table.add(str(row["label"].item()), str(row["event"].item()), f"{row['d'].item()}", *cells)
    kind = found.attrs["interval"].partition(" at n*")[0]
    table.notes = [f"{level} limits ({kind}); x: slack, C over that of the claim's first event; ...: unknown"]
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


def _number(cell: xr.Dataset, name: str, form: str) -> str:
    """A value; where the grid of n leaves numbers out, the least and the largest that it can be."""
    value, least = cell[name].item(), cell["n_star_from"].item()
    if not np.isfinite(value):
        return "-"
    share = least / cell["n_star"].item()
    return _between(share * value, value, form, least == 1.0) if share < 1.0 else f"{value:{form}}"


def _limits(cell: xr.Dataset, name: str, form: str) -> str:
    low, high = cell[f"{name}_low"].item(), cell[f"{name}_high"].item()
    if not np.isfinite(low):
        return "beyond the grid"
    if cell["n_star_from"].item() < cell["n_star"].item() and cell["n_star_low"].item() <= 1.0:
        return f"at most {high:{form}}" if np.isfinite(high) else "not certified"
    return f"{low:{form}} to {high:{form}}" if np.isfinite(high) else f"at least {low:{form}}"


def speed_table(found: xr.Dataset) -> Table:
    """Milliseconds of every solver and the ratio to brute force, a row for every n of `analysis.speed`."""
    solvers = found["solver"].to_numpy()
    columns = [Column("n", key=True), *map(Column, map(str, solvers)), Column("times faster than brute force")]
    table = Table("one exact covering radius, milliseconds on one core", columns)
    for n in found["n"].to_numpy():
        cell = found.sel(n=n)
        times = [_significant(1e3 * cell["seconds"].sel(solver=solver).item()) for solver in solvers]
        table.add(f"{n}", *times, _significant(cell["ratio"].sel(solver="ticketsum").item()))
    return table


def _significant(value: float) -> str:
    """Three significant digits without an exponent, or a dash."""
    return np.format_float_positional(value, 3, fractional=False, trim="-") if np.isfinite(value) else "-"
