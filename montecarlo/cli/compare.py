"""`ticketsum compare`: finished runs in one table of constants, with its files and its figures."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import analysis

from ..datasets import load, save
from ..errors import InputError
from .tables import constants_table

if TYPE_CHECKING:
    from rich.console import Console


def compare(runs: Sequence[Path], out: Path, epsilons: Sequence[float] | None, console: "Console") -> None:
    """Print `analysis.constants` of the runs; write constants.nc, constants.csv and the figures to `out`."""
    datasets = [load(run) for run in runs]
    found = analysis.constants(datasets, *([] if epsilons is None else [epsilons]))
    console.print(constants_table(found))
    save(found, out / "constants.nc")
    file = out / "constants.csv"
    names = ["claim", "title", "label", "event", "rank", "d", "epsilon"]
    frame = found.to_dataframe().reset_index().drop(columns="case")
    try:
        frame[[*names, *frame.columns.drop(names)]].to_csv(file, index=False)
    except OSError as error:
        raise InputError(f"{file} must be writable, got: {error.strerror}; choose another --out") from error
    pictures = [analysis.draw_scaling(datasets, out)]
    if any(dataset.attrs["claim"] in analysis.LAYERS for dataset in datasets):
        pictures.append(analysis.draw_widths(datasets, out))
    drawn = [path for picture in pictures for path in (picture.png, picture.svg)]
    for path in (out / "constants.nc", file, *drawn):
        console.print(f"{path}", highlight=False, soft_wrap=True)
