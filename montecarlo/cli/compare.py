"""`ticketsum compare`: finished runs in one table of constants, with its files and its figures."""

from pathlib import Path
from typing import Annotated

import analysis  # loads nothing until a name of it is used

from .options import Format, option
from .output import terminal


def compare(
    runs: Annotated[list[Path], option("Run folders or raw netCDF files, one or more.", negative="")],
    /,
    *,
    epsilon: Annotated[str | None, option("Accuracies.", "0.3,0.1,0.03,0.01")] = None,
    out: Annotated[Path, option("Folder for constants.nc, constants.csv and the figures.")] = Path("comparison"),
    form: Format = "table",
) -> None:
    """Put finished sweeps side by side: n*, the constant C and the slack of every event, claim by claim.

    C = n* / ln(A / epsilon), natural logarithm, at delta = epsilon; the slack is C over that of the claim's first
    event at the same d and epsilon. Prints the table and draws n* of all claims against ln(A / epsilon).
    """
    from ..storage.atomic import replacing
    from ..storage.dataset import load, save
    from ..storage.lock import MOMENT, locked
    from .export import harmless
    from .parsing import parse_epsilon

    datasets = [load(run) for run in runs]
    found = analysis.constants(datasets, *([] if epsilon is None else [parse_epsilon(epsilon)]))
    terminal(stderr=False).show_as(analysis.constants_table(found), form)
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
        terminal(stderr=form != "table").say(f"{path}")
