"""Pictures of pruned networks: of one on disk, and of the paper's constructions in small, for the page."""

from pathlib import Path

import analysis

from ..storage.dataset import save
from .made import Made

_LINK, _NEURON, _LAYER = [[0.6]], [[0.6, -0.4]], [[0.6, -0.4], [0.3, 0.5]]
"""Weights of the targets of Figures 1 to 3; n = 8."""
_N = 8


def is_network(folder: Path) -> bool:
    """Whether `ticketsum prune` made the folder."""
    return (folder / "network.json").is_file()


def stored_structures(run: Path, folder: Path) -> list[analysis.Picture]:
    """A picture for every layer of a stored network; an InputError if it is too large to be drawn."""
    from ..networks.drawing import drawing
    from ..networks.files import load_pruned

    pruned = load_pruned(run)
    drawings = [drawing(pruned, layer) for layer in range(1, len(pruned.layers) + 1)]
    return [
        analysis.draw_structure([drawn], folder, f"structure-{k}", f"The network pruned to layer {k}")
        for k, drawn in enumerate(drawings, 1)
    ]


def structures(out: Path, figures: Path, seed: int, made: Made) -> list[analysis.Picture]:
    """Figures 1 to 3 from tiny networks pruned here; what is drawn is stored in OUT, in the folder of MADE."""
    from ..networks.drawing import drawing, linear_link
    from ..networks.prune import prune

    pictures = []
    for name, title, weights in (
        ("structure-link", "One weight (Figure 1)", _LINK),
        ("structure-neuron", "One neuron (Figure 2)", _NEURON),
        ("structure-layer", "One layer (Figure 3)", _LAYER),
    ):
        drawn = [drawing(prune([weights], n=_N, seed=seed, jobs=1))]
        if weights is _LINK:
            drawn.insert(0, linear_link(weights[0][0], 2 * _N, seed))
        out.mkdir(parents=True, exist_ok=True)
        for dataset in drawn:
            file = out / f"{name}{'' if dataset.attrs['relu'] else '-linear'}.nc"
            made.file(file, [dataset], lambda d=dataset, f=file: save(d, f))
        pictures += made.pictures(
            name, drawn, lambda d=drawn, n=name, t=title: [analysis.draw_structure(d, figures, n, t)]
        )
    return pictures
