"""`ticketsum train-target`: a target for `experiment1`, trained on MNIST."""

import math
from pathlib import Path
from typing import Annotated

from ..errors import InputError
from .options import Seed, option
from .output import terminal
from .progress import counted


def train_target(
    *,
    seed: Seed = 0,
    hidden: Annotated[int, option("Hidden neurons.")] = 500,
    epochs: Annotated[int, option("Passes over the 60,000 images.")] = 10,
    learning_rate: Annotated[float, option("Where cosine annealing starts.")] = 0.1,
    out: Annotated[Path, option("The .npz file for the weights; facts go to a .json beside it.")] = Path("target.npz"),
) -> None:
    """Train a target for `experiment1` on MNIST as the paper does; needs torch: pip install 'ticketsum[experiments]'.

    Two layers without bias, SGD on batches of 64, momentum 0.9, weight decay 0.0005, cosine annealing. Half a minute.
    """
    from ..experiments.subset_sums.training import Training, save_trained, train
    from ..storage.blocks import require_writable

    if out.suffix != ".npz":
        raise InputError(f"--out must be an .npz file, got {out}")
    if not (learning_rate > 0.0 and math.isfinite(learning_rate)):
        raise InputError(f"learning_rate must be positive and finite, got {learning_rate}; 0.1 is the paper's")
    require_writable(out.parent)
    training = Training(seed, hidden, epochs, learning_rate)
    with counted("epochs of training", terminal()) as show:
        facts = save_trained(train(training, show), training, out)
    right, images = facts["correct"]["test"], facts["images"]["test"]
    terminal(stderr=False).say(f"{out}: {right} of {images} test images right")
