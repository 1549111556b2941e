"""`ticketsum plot`: the figures of a finished sweep, or of a small pruned network."""

from pathlib import Path
from typing import Annotated

import analysis  # loads nothing until a name of it is used

from .options import option
from .output import terminal


def plot(
    run: Annotated[Path, option("A run folder, a raw netCDF file, or a small pruned network.")],
    /,
    *,
    out: Annotated[Path | None, option("Folder for the figures.", "RUN/figures")] = None,
) -> None:
    """Draw a finished sweep: n* against accuracy, the heat map of success, success against n (PNG and SVG).

    Of a network that `ticketsum prune` stored, draw which edges were kept and which pruned, layer by layer.
    """
    from ..storage.atomic import require_inside
    from ..storage.dataset import load
    from ..storage.lock import MOMENT, locked

    home = run if run.is_dir() else run.parent
    if out is None:
        require_inside(home, "figures")
    folder = out or home / "figures"
    console = terminal(stderr=False)
    is_network = (run / "network.json").is_file()
    loaded = [] if is_network else [load(run)]
    with locked(folder, wait=MOMENT):
        pictures = analysis.draw_pictures(loaded, folder) if loaded else _structures(run, folder)
    for picture in pictures:
        console.say(f"{picture.png}  {picture.svg}")


def _structures(run: Path, folder: Path) -> "list[analysis.Picture]":
    """A picture for every layer of a stored network; an InputError if it is too large to be drawn."""
    from ..networks.drawing import drawing
    from ..networks.files import load_pruned

    pruned = load_pruned(run)
    drawings = [drawing(pruned, layer) for layer in range(1, len(pruned.layers) + 1)]
    return [
        analysis.draw_structure([drawn], folder, f"structure-{k}", f"The network pruned to layer {k}")
        for k, drawn in enumerate(drawings, 1)
    ]
