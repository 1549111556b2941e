"""Theorem 2 as tables and on the page: packings between their bounds, the widths that are needed and that suffice."""

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr

from ..entry import estimated
from ..estimates.packing import packing_widths, reach_rates, saturation
from ..figures.saving import Picture
from ..statistics.binomial import level_text
from .claims import Line
from .sections import Section
from .table import Column, Table

_D, _S, _EPSILON = Column("d", key=True), Column("s", key=True), Column("epsilon", form="g", key=True)
_WIDTHS = {
    "printed": Column("printed bound", ("prin-", "ted")),
    "functions": Column("counting functions", ("func-", "tions")),
    "volume": Column("counting functions, by volume", ("vol-", "ume")),
    "sides": Column("counting one side of x", ("one", "side")),
    "share": Column("half of P reached", ("half", "reached")),
    "rarest": Column("all of P reached", ("all", "reached")),
    "sufficient": Column("Lemma 3, 2 d n*", ("Lemma", "3")),
}
"""Columns of widths, by the variable of `analysis.packing_widths` after "width_"."""
_MEASURED = {"share", "rarest"}


def packing_tables(
    found: Mapping[str, xr.Dataset], sufficient: Sequence[xr.Dataset] = (), level: float = 0.95
) -> dict[str, Table]:
    """Theorem 2 in tables: "sizes" of packings, "widths", "counts" of functions, networks of "depth" 3.

    found: of `montecarlo.packing.measure_all`. sufficient: as in `analysis.packing_widths`.
    """
    tables = {}
    if "sizes" in found:
        tables["sizes"] = _size_table(saturation(found["sizes"], level), level)
    if networks := [dataset for name, dataset in found.items() if name.startswith("theorem2")]:
        tables["widths"] = _width_table(networks, sufficient, level)
    if "counts" in found:
        tables["counts"] = _function_table(found["counts"])
    if "depth" in found:
        tables["depth"] = _depth_table(found["depth"])
    return tables


def packing_sections(
    found: Mapping[str, xr.Dataset],
    pictures: Sequence[Picture],
    command: str,
    *,
    sufficient: Sequence[xr.Dataset] = (),
    level: float = 0.95,
) -> list[Section]:
    """How large packings are, how few functions masks make, and how many hidden neurons reach half of a packing.

    found: of `montecarlo.packing.measure_all`. pictures: of `draw_packing`. command: what made them.
    sufficient: as in `analysis.packing_widths`.
    """
    tables = packing_tables(found, sufficient, level)
    named = {picture.name: picture for picture in pictures}
    of_networks = [dataset for name, dataset in found.items() if name.startswith("theorem2")]
    violated = sum(int(reach_rates(dataset, level)["violated"].sum()) for dataset in of_networks)
    networks = ", ".join(f"{dataset.sizes['trial']:,} for d = {int(dataset['d'][0])}" for dataset in of_networks)
    sections = [
        Section(
            "Theorem 2: packings of linear maps",
            (
                "A network that approximates every W with ||W|| ≤ 1 within ε must tell the points of a 2ε-packing "
                "apart. Every pair of the packings below is verified; d = 1 has the largest there is, ⌈1/ε⌉ points.",
            ),
            command,
            tables["sizes"],
            tuple(named[name] for name in ("packing-sizes", "portrait-d1", "portrait-d2") if name in named),
        ),
        Section(
            "Theorem 2: how many hidden neurons are needed, and how many suffice",
            (
                "If a random network g prunes to within ε of a W of the packing P with probability 1/2, then twice the "
                "number |G| of functions it prunes to is at least |P|. Masks overcount functions by far: a neuron "
                f"without inputs or outputs is gone. 2|G| ≥ |P| was violated {violated} times ({networks} networks).",
            ),
            command,
            tables.get("widths"),
            tuple(picture for name, picture in named.items() if name.startswith("theorem2")),
            Line(
                "theorem-2",
                "Theorem 2",
                "any network needs as many masks",
                "",
                note=f"2|G| ≥ |P| violated {violated} times",
            ),
        ),
    ]
    if "counts" in tables:
        text = (
            "All functions of one network with integer weights, told apart exactly. A neuron whose row or column is "
            "pruned away altogether is gone, whatever is left of its other side: 2^(2d) masks make 1 + (2^d - 1)² "
            "functions of it."
        )
        sections.append(Section("Theorem 2: masks, and the functions they make", (text,), command, tables["counts"]))
    if "depth" in tables:
        text = (
            "A network with m parameters, of any depth, has at most 2^m prunings, so m ≥ log₂|P| - 1. Depth 3, d = 1, "
            f"tiny widths, every mask tried, {found['depth'].sizes['trial']:,} networks each."
        )
        title = "Theorem 2 for more layers: parameters instead of neurons"
        sections.append(Section(title, (text,), command, tables["depth"]))
    return sections


def _size_table(sizes: xr.Dataset, level: float) -> Table:
    """Points of every packing between the volume bounds, and how often a matrix still fits."""
    names = ("size", "volume_low", "volume_high", "fits_low", "fits_high")
    sizes = estimated(sizes, names, "analysis.saturation", dims=("d", "epsilon"))
    low = Column("(1/(2 epsilon))^(d²)", form=".4g")
    columns = [_D, _EPSILON, low, Column("points"), Column("(1 + 1/epsilon)^(d²)", form=".4g")]
    title = "Points of packings in the operator norm, between the volume bounds"
    note = f"fits: how often a uniform matrix would still fit, exact {level_text(level)} interval"
    table = Table(title, [*columns, Column("a uniform matrix still fits", ("fits",))], [note], rules="head")
    for d in sizes["d"].to_numpy():
        for epsilon in sizes["epsilon"].to_numpy():
            cell = sizes.sel(d=d, epsilon=epsilon)
            if cell["size"].notnull():
                fits = f"{cell['fits_low'].item():.2g} to {cell['fits_high'].item():.2g}" if d > 1 else "never"
                low, high = (cell[name].item() for name in ("volume_low", "volume_high"))
                table.add(int(d), float(epsilon), low, int(cell["size"]), high, fits)
    return table


def _width_table(networks: Sequence[xr.Dataset], sufficient: Sequence[xr.Dataset], level: float) -> Table:
    """For every d and epsilon: the packing, what the counting needs, what was measured, what suffices."""
    columns = [_D, _EPSILON, Column("|P|"), *_WIDTHS.values(), Column("share reached", ("share",), form=".3g")]
    table = Table("Theorem 2: hidden neurons s that are needed, and that suffice", columns, rules="head")
    notes = [
        f"half, all: with their {level_text(level)} intervals, > where the grid ends before; share: of the packing, at "
        "the largest s"
    ]
    for theorem2 in networks:
        widths, rates = packing_widths(theorem2, sufficient, level), reach_rates(theorem2, level)
        d, last = int(theorem2["d"].to_numpy()[0]), int(theorem2["s"].max())
        for epsilon in widths["epsilon"].to_numpy():
            at = {"d": d, "epsilon": epsilon}
            cell = widths.sel(at)
            cells = (
                _measured(cell, f"width_{name}", last) if name in _MEASURED else _number(_width(cell, name))
                for name in _WIDTHS
            )
            share = rates["share"].sel(at, drop=True).sel(s=last).item()
            table.add(d, float(epsilon), int(theorem2["size"].sel(at)), *cells, share)
        violated = rates["violated"].sum().item()
        notes.append(
            f"d = {d}: {theorem2.attrs['law']}, {theorem2.sizes['trial']:,} networks, share at s = {last}; 2|G| >= |P| "
            f"violated {violated} times"
        )
    table.notes = notes
    return table


def _function_table(counts: xr.Dataset) -> Table:
    """Masks, functions counted and their number in theory, for the least, some and the most s of every d."""
    counts = estimated(counts, ("counted", "masks", "functions"), "montecarlo.packing.measure_counts", dims=("d", "s"))
    columns = [_D, _S, *map(Column, ("masks 2^(2sd)", "functions counted", "(1 + (2^d - 1)²)^s"))]
    title = "Masks of a two-layer network with s hidden neurons, and the distinct functions they make"
    table = Table(title, columns, ["a neuron without inputs or outputs is gone"], rules="head")
    for d in counts["d"].to_numpy():
        there = [int(s) for s in counts["s"] if counts["counted"].sel(d=d, s=s) > 0]
        for s in (s for s in there if s in (1, 2, 4, 8, there[-1])):
            cell = counts.sel(d=d, s=s)
            masks, functions = (round(2.0 ** cell[name].item()) for name in ("masks", "functions"))
            table.add(int(d), s, masks, int(cell["counted"]), functions)
    return table


def _depth_table(depth: xr.Dataset) -> Table:
    """Width, parameters m, functions of 2^m, then the share reached for every epsilon."""
    names = ("reached", "size", "parameters", "counted")
    depth = estimated(depth, names, "montecarlo.packing.measure_depth", dims=("epsilon", "width", "trial"))
    columns = [Column("width", key=True), Column("m"), Column("functions of 2^m", ("functions", "of 2^m"))]
    for epsilon, size in zip(depth["epsilon"].to_numpy(), depth["size"].to_numpy(), strict=True):
        lines = f"epsilon = {epsilon:g}", f"|P| = {size:,}", f"m >= {max(0, int(np.ceil(np.log2(size) - 1.0)))}"
        columns.append(Column(", ".join(lines), lines, form=".3g"))
    title = f"Depth 3, d = 1, {depth.sizes['trial']:,} networks: share of the packing reached, all masks tried"
    table = Table(title, columns, ["m: parameters; 2 * 2^m >= |P| needs at least the m of the heading"], rules="head")
    shares = depth["reached"].mean("trial") / depth["size"]
    for k in depth["width"].to_numpy():
        m, counted = int(depth["parameters"].sel(width=k)), int(depth["counted"].sel(width=k))
        table.add(int(k), m, f"{counted:,} of {2**m:,}", *shares.sel(width=k).to_numpy().tolist())
    return table


def _width(cell: xr.Dataset, name: str) -> float:
    """A width by counting; NaN in older files, which lack that by volume."""
    return cell[f"width_{name}"].item() if f"width_{name}" in cell else np.nan


def _number(value: float) -> str:
    return f"{value:.3g}" if np.isfinite(value) else "-"


def _measured(cell: xr.Dataset, name: str, last: int) -> str:
    """A measured width with its limits; '> s' where the grid ends before."""
    value, low, high = (cell[f"{name}{end}"].item() for end in ("", "_low", "_high"))
    shown = [f"{number:g}" if number <= last else f"> {last}" for number in (value, low, high)]
    return shown[0] if not value <= last else f"{shown[0]} [{shown[1]}, {shown[2]}]"
