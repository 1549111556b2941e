"""`ticketsum compare`: finished runs in one table of constants, with its files and its figures."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import analysis

from ..storage.atomic import replacing
from ..storage.dataset import load, save
from ..storage.lock import MOMENT, locked
from .export import harmless
from .tables import constants_table

if TYPE_CHECKING:
    from .output import Terminal


def compare(runs: Sequence[Path], out: Path, epsilons: Sequence[float] | None, console: "Terminal") -> None:
    """Print `analysis.constants` of the runs; write constants.nc, constants.csv and the figures to `out`."""
    datasets = [load(run) for run in runs]
    found = analysis.constants(datasets, *([] if epsilons is None else [epsilons]))
    console.show(constants_table(found))
    file = out / "constants.csv"
    names = ["claim", "title", "label", "event", "rank", "d", "epsilon"]
    frame = found.to_dataframe().reset_index().drop(columns="case")
    with locked(out, wait=MOMENT):
        save(found, out / "constants.nc")
        with replacing(file) as beside:
            harmless(frame.reindex(columns=[*names, *frame.columns.drop(names)])).to_csv(beside, index=False)
        pictures = [analysis.draw_scaling(datasets, out)]
        if any(analysis.claim_about(dataset).neurons for dataset in datasets):
            pictures.append(analysis.draw_widths(datasets, out))
    drawn = [path for picture in pictures for path in (picture.png, picture.svg)]
    for path in (out / "constants.nc", file, *drawn):
        console.say(f"{path}")
