"""`ticketsum target`: a random target network."""

from pathlib import Path
from typing import Annotated, Literal

from .options import Seed, option
from .output import terminal


def target(
    *,
    widths: Annotated[str, option("Width of the input and of every layer: 8,8,4.")],
    out: Annotated[Path, option("The npz file, with arrays W1, W2, ...")],
    kind: Annotated[
        Literal["gaussian", "orthogonal", "low-rank", "sparse", "equal"],
        option("Kind of every layer's matrix."),
    ] = "gaussian",
    seed: Seed = 0,
) -> None:
    """Make a random target for `prune`: a ReLU network whose layers have spectral norm 1, as in Theorem 1."""
    from ..networks.random_targets import random_target
    from ..networks.targets import save_target
    from .parsing import parse_widths

    made = random_target(kind, parse_widths(widths), seed)
    save_target(made, out)
    shapes = ", ".join(f"{rows} x {columns}" for rows, columns in (matrix.shape for matrix in made.weights))
    terminal(stderr=False).say(f"Stored in {out}: {kind}, {shapes}")
