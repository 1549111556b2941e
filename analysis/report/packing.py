"""Theorem 2 on the page: packings between their bounds, and the widths that are needed and that suffice."""

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr

from ..entry import estimated
from ..estimates.packing import packing_widths, reach_rates, saturation
from ..figures.pictures import Picture
from ..statistics.binomial import level_text
from .claims import Line
from .sections import Section

_SIZES = ("d", "ε", "(1/(2ε))^(d²)", "points", "(1 + 1/ε)^(d²)", "a uniform matrix still fits")
_WIDTHS = (
    "d",
    "ε",
    "|P|",
    "printed bound",
    "counting masks",
    "functions",
    "two sides",
    "half of P reached",
    "Lemma 3, 2 d n*",
)
_COUNTED = ("printed", "masks", "functions", "sides", "sufficient")
_SHOWN = ("d", "epsilon", "size", "printed", "masks", "functions", "sides", "share", "sufficient")


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
            f"points between the volume bounds; the last column is an exact {level_text(level)} interval",
            _SIZES,
            tuple(packing_size_rows(saturation(found["sizes"], level))),
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
            "hidden neurons s; measured widths with their intervals, > where the grid ends before",
            _WIDTHS,
            tuple(
                tuple(row[name] for name in _SHOWN)
                for dataset in of_networks
                for row in packing_width_rows(dataset, sufficient, level)
            ),
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
    return [*sections, *_counted(found, command)]


def _counted(found: Mapping[str, xr.Dataset], command: str) -> list[Section]:
    """Masks against functions, and networks of depth 3, as far as there are any."""
    sections = []
    if "counts" in found:
        sections.append(
            Section(
                "Theorem 2: masks, and the functions they make",
                (
                    "All functions of one network with integer weights, told apart exactly. A neuron whose row or "
                    "column is pruned away altogether is gone, whatever is left of its other side: 2^(2d) masks make "
                    "1 + (2^d - 1)² functions of it.",
                ),
                command,
                "masks of a network with s hidden neurons, and the distinct functions they make",
                ("d", "s", "masks, 2^(2sd)", "functions counted", "(1 + (2^d - 1)²)^s"),
                tuple(function_rows(found["counts"])),
            )
        )
    if "depth" in found:
        sections.append(
            Section(
                "Theorem 2 for more layers: parameters instead of neurons",
                (
                    "A network with m parameters, of any depth, has at most 2^m prunings, so m ≥ log₂|P| - 1. Depth 3, "
                    f"d = 1, tiny widths, every mask tried, {found['depth'].sizes['trial']:,} networks each.",
                ),
                command,
                "share of the packing that is reached, for every epsilon",
                tuple(heading.replace("\n", " ") for heading in depth_headings(found["depth"])),
                tuple(depth_rows(found["depth"])),
            )
        )
    return sections


def packing_size_rows(sizes: xr.Dataset) -> list[tuple[str, ...]]:
    """d, epsilon, the lower volume bound, points, the upper one, and how often a matrix still fits: a row a packing.

    sizes: of `analysis.saturation`.
    """
    names = ("size", "volume_low", "volume_high", "fits_low", "fits_high")
    sizes = estimated(sizes, names, "analysis.saturation", dims=("d", "epsilon"))
    rows = []
    for d in sizes["d"].to_numpy():
        for epsilon in sizes["epsilon"].to_numpy():
            cell = sizes.sel(d=d, epsilon=epsilon)
            if cell["size"].notnull():
                low, high = (f"{cell[name].item():.4g}" for name in ("volume_low", "volume_high"))
                fits = f"{cell['fits_low'].item():.2g} to {cell['fits_high'].item():.2g}" if d > 1 else "never"
                rows.append((str(d), f"{epsilon:g}", low, f"{int(cell['size']):,}", high, fits))
    return rows


def function_rows(counts: xr.Dataset) -> list[tuple[str, ...]]:
    """d, s, masks, functions counted and (1 + (2^d - 1)^2)^s: a row for the least, some and the most s of every d.

    counts: of `montecarlo.packing.measure_counts`.
    """
    counts = estimated(counts, ("counted", "masks", "functions"), "montecarlo.packing.measure_counts", dims=("d", "s"))
    rows = []
    for d in counts["d"].to_numpy():
        there = [int(s) for s in counts["s"] if counts["counted"].sel(d=d, s=s) > 0]
        for s in (s for s in there if s in (1, 2, 4, 8, there[-1])):
            cell = counts.sel(d=d, s=s)
            masks, functions = (round(2.0 ** cell[name].item()) for name in ("masks", "functions"))
            rows.append((str(d), str(s), f"{masks:,}", f"{int(cell['counted']):,}", f"{functions:,}"))
    return rows


def depth_rows(depth: xr.Dataset) -> list[tuple[str, ...]]:
    """Width, parameters m, functions counted of 2^m, then the share reached for every epsilon: a row a width.

    depth: of `montecarlo.packing.measure_depth`.
    """
    depth = _of_depth(depth)
    shares = depth["reached"].mean("trial") / depth["size"]
    return [
        (
            str(k),
            str(int(depth["parameters"].sel(width=k))),
            f"{int(depth['counted'].sel(width=k)):,} of {2 ** int(depth['parameters'].sel(width=k)):,}",
            *(f"{share:.3g}" for share in shares.sel(width=k).to_numpy()),
        )
        for k in depth["width"].to_numpy()
    ]


def depth_headings(depth: xr.Dataset) -> tuple[str, ...]:
    """Headings of `depth_rows`: with every epsilon, |P| and the least m that 2 * 2^m >= |P| leaves possible.

    depth: of `montecarlo.packing.measure_depth`.
    """
    depth = _of_depth(depth)
    cells = zip(depth["epsilon"].to_numpy(), depth["size"].to_numpy(), strict=True)
    least = [(epsilon, size, max(0, int(np.ceil(np.log2(size) - 1.0)))) for epsilon, size in cells]
    columns = (f"ε = {epsilon:g}\n|P| = {size:,}\nm ≥ {m}" for epsilon, size, m in least)
    return ("width", "m", "functions\nof 2^m", *columns)


def _of_depth(depth: xr.Dataset) -> xr.Dataset:
    names = ("reached", "size", "parameters", "counted")
    return estimated(depth, names, "montecarlo.packing.measure_depth", dims=("epsilon", "width", "trial"))


def packing_width_rows(
    theorem2: xr.Dataset, sufficient: Sequence[xr.Dataset] = (), level: float = 0.95
) -> list[dict[str, str]]:
    """For every epsilon of one d, as texts: the packing, what the counting needs, what was measured, what suffices.

    theorem2, sufficient: as in `analysis.packing_widths`.
    """
    widths, rates = packing_widths(theorem2, sufficient, level), reach_rates(theorem2, level)
    theorem2 = theorem2.sortby("s")
    d, last = int(theorem2["d"].to_numpy()[0]), int(theorem2["s"].max())
    rows = []
    for epsilon in widths["epsilon"].to_numpy():
        at = {"d": d, "epsilon": epsilon}
        cell = widths.sel(at)
        row = {"d": str(d), "epsilon": f"{epsilon:g}", "size": f"{int(theorem2['size'].sel(at)):,}"}
        row |= {name: _number(cell[f"width_{name}"].item()) for name in _COUNTED}
        row |= {name: _measured(cell, f"width_{name}", last) for name in ("share", "rarest")}
        rows.append(row | {"reached": f"{rates['share'].sel(at, drop=True).sel(s=last).item():.3g}"})
    return rows


def _number(value: float) -> str:
    return f"{value:.3g}" if np.isfinite(value) else "-"


def _measured(cell: xr.Dataset, name: str, last: int) -> str:
    """A measured width with its limits; '> s' where the grid ends before."""
    value, low, high = (cell[f"{name}{end}"].item() for end in ("", "_low", "_high"))
    shown = [f"{number:g}" if number <= last else f"> {last}" for number in (value, low, high)]
    return shown[0] if not value <= last else f"{shown[0]} [{shown[1]},{shown[2]}]"
