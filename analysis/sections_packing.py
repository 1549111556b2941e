"""Theorem 2 on the page: packings between their bounds, and the widths that are needed and that suffice."""

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr

from .gallery import Picture
from .packing import packing_widths, reach_rates, saturation
from .page_claims import Line
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
    """Two parts: how large packings are, and how many hidden neurons random networks need to reach half of one.

    found: of `montecarlo.packing.measure_all`. pictures: of `draw_packing`. command: what made them.
    sufficient: as in `analysis.packing_widths`.
    """
    named = {picture.name: picture for picture in pictures}
    of_networks = [dataset for name, dataset in found.items() if name.startswith("theorem2")]
    violated = sum(int(reach_rates(dataset, level)["violated"].sum()) for dataset in of_networks)
    networks = ", ".join(f"{dataset.sizes['trial']:,} for d = {int(dataset['d'][0])}" for dataset in of_networks)
    return [
        Section(
            "Theorem 2: packings of linear maps",
            (
                "A network that approximates every W with ||W|| ≤ 1 within ε must tell the points of a 2ε-packing "
                "apart. Every pair of the packings below is verified; d = 1 has the largest there is, ⌈1/ε⌉ points.",
            ),
            command,
            f"points between the volume bounds; the last column is an exact {level:.0%} interval",
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


def packing_size_rows(sizes: xr.Dataset) -> list[tuple[str, ...]]:
    """d, epsilon, the lower volume bound, points, the upper one, and how often a matrix still fits: a row a packing.

    sizes: of `analysis.saturation`.
    """
    rows = []
    for d in sizes["d"].to_numpy():
        for epsilon in sizes["epsilon"].to_numpy():
            cell = sizes.sel(d=d, epsilon=epsilon)
            if cell["size"].notnull():
                low, high = (f"{cell[name].item():.4g}" for name in ("volume_low", "volume_high"))
                fits = f"{cell['fits_low'].item():.2g} to {cell['fits_high'].item():.2g}" if d > 1 else "never"
                rows.append((str(d), f"{epsilon:g}", low, f"{int(cell['size']):,}", high, fits))
    return rows


def packing_width_rows(
    theorem2: xr.Dataset, sufficient: Sequence[xr.Dataset] = (), level: float = 0.95
) -> list[dict[str, str]]:
    """For every epsilon of one d, as texts: the packing, what the counting needs, what was measured, what suffices.

    theorem2, sufficient: as in `analysis.packing_widths`.
    """
    widths, rates = packing_widths(theorem2, sufficient, level), reach_rates(theorem2, level)
    d, last = int(theorem2["d"].to_numpy()[0]), int(theorem2["s"].max())
    rows = []
    for epsilon in widths["epsilon"].to_numpy():
        at = {"d": d, "epsilon": epsilon}
        cell = widths.sel(at)
        row = {"d": str(d), "epsilon": f"{epsilon:g}", "size": f"{int(theorem2['size'].sel(at)):,}"}
        row |= {name: _number(cell[f"width_{name}"].item()) for name in _COUNTED}
        row |= {name: _measured(cell, f"width_{name}", last) for name in ("share", "rarest")}
        rows.append(row | {"reached": f"{rates['share'].sel(at, drop=True).sel(s=last).item():.3g} at s = {last}"})
    return rows


def _number(value: float) -> str:
    return f"{value:.3g}" if np.isfinite(value) else "-"


def _measured(cell: xr.Dataset, name: str, last: int) -> str:
    """A measured width with its limits; '> s' where the grid ends before."""
    value, low, high = (cell[f"{name}{end}"].item() for end in ("", "_low", "_high"))
    shown = [f"{number:g}" if number <= last else f"> {last}" for number in (value, low, high)]
    return shown[0] if not value <= last else f"{shown[0]} ({shown[1]} to {shown[2]})"
