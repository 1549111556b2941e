"""The commands of the paper's experiments on a real network. Each imports what it needs when it runs."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from .options import Seed
from .root import app

_ALL = "Names separated by commas"


@app.command
def experiment1(  # noqa: PLR0913
    *,
    coefficients: Annotated[
        str, Parameter(help=f"{_ALL}: a set of n a row, a fresh set a weight, ReLU products.")
    ] = "row,fresh,products",
    scale: Annotated[str, Parameter(help=f"{_ALL}: U[-1, 1], or U[-a, a] with a the largest weight.")] = "unit,fitted",
    objective: Annotated[
        str, Parameter(help=f"{_ALL}: the least error, any subset within epsilon, the fewest coefficients within it.")
    ] = "error,within,fewest",
    n: Annotated[str, Parameter(help="Grid of n, coefficients a weight: 21, 8:24:4 or 8,12,21.")] = "21",
    epsilon: Annotated[str, Parameter(help="Accuracies, as in 0.1,0.01.")] = "0.01",
    seeds: Annotated[int, Parameter(help="How many sets of all coefficients are drawn, a seed each.")] = 1,
    seed: Seed = 0,
    target: Annotated[
        Path | None, Parameter(help="An .npz file with W1 (hidden, 784) and W2 (10, hidden); ours unless given.")
    ] = None,
    out: Annotated[Path, Parameter(help="Folder for experiment1.nc, records and the figure.")] = Path("experiment1"),
    level: Annotated[float, Parameter(help="Confidence level of the intervals.")] = 0.95,
    jobs: Annotated[int | None, Parameter(help="Worker processes; all cores unless given. Same results.")] = None,
) -> None:
    """Approximate every weight of a network trained on MNIST by subset sums, as Experiment 1 (Section 5) does.

    Solves a subset-sum problem for each of the 397,000 weights, puts the sums in place of the weights, and reports the
    test accuracy before and after beside the paper's. Weights that no subset reaches are counted and keep the nearest
    sum. Every finished cell is stored: interrupted, the same command goes on; a larger one adds to what is there.
    """
    from ..experiments.subset_sums.experiment import Grid
    from . import experiment1 as recipe
    from .parsing import parse_epsilon, parse_grid, parse_names

    grid = Grid(
        parse_names(coefficients), parse_names(scale), parse_names(objective),
        parse_grid("n", n), parse_epsilon(epsilon), recipe.seed_range(seed, seeds),
    )  # fmt: skip
    recipe.run(grid, out, target=target, level=level, jobs=jobs)


@app.command
def train_target(
    *,
    seed: Seed = 0,
    hidden: Annotated[int, Parameter(help="Hidden neurons.")] = 500,
    epochs: Annotated[int, Parameter(help="Passes over the 60,000 images.")] = 10,
    learning_rate: Annotated[float, Parameter(help="Where cosine annealing starts.")] = 0.1,
    out: Annotated[Path, Parameter(help="The .npz file for the weights; facts go to a .json beside it.")] = Path(
        "target.npz"
    ),
) -> None:
    """Train a target for `experiment1` on MNIST as the paper does; needs torch: pip install 'ticketsum[experiments]'.

    Two layers without bias, SGD on batches of 64, momentum 0.9, weight decay 0.0005, cosine annealing. Half a minute.
    """
    from . import experiment1 as recipe

    recipe.train(out, seed=seed, hidden=hidden, epochs=epochs, learning_rate=learning_rate)


@app.command
def experiment2(  # noqa: PLR0913
    *,
    network: Annotated[
        str, Parameter(help="Names separated by commas: fc2, fc4 (two and four layers, 500 hidden), lenet5.")
    ] = "fc2",
    structure: Annotated[
        str, Parameter(help="What is in place of a linear layer: ours (Figure 1c), ours+relu, wide; or baseline.")
    ] = "ours,ours+relu,wide,baseline",
    sparsity: Annotated[
        str, Parameter(help="Fractions of weights removed from each layer, as in 0.5,0.9.")
    ] = "0,0.01,0.02,0.025,0.05,0.1,0.25,0.5,0.75,0.9,0.95,0.975,0.98,0.99",
    epochs: Annotated[
        str, Parameter(help="Passes over the images; the best epoch of all is shown. The paper: 10,20,30,50,100.")
    ] = "1",
    filters: Annotated[
        str, Parameter(help="LeNet-5's frozen convolutions: random (the paper's text), trained (its program), or both.")
    ] = "random",
    seeds: Annotated[int, Parameter(help="How many random networks each, a seed each.")] = 1,
    seed: Seed = 0,
    images: Annotated[int, Parameter(help="How many of the 60,000 images are learned from.")] = 60_000,
    out: Annotated[Path, Parameter(help="Folder for experiment2.nc, its training runs and the figure.")] = Path(
        "experiment2"
    ),
    records: Annotated[
        Path | None, Parameter(help="A file of finished training runs, taken over before and kept up to date.")
    ] = None,
    jobs: Annotated[int | None, Parameter(help="Training runs at a time; all cores unless given.")] = None,
) -> None:
    """Prune random networks by edge-popup on MNIST, as Experiment 2 (Section 5, Figure 4) does; needs torch.

    Scores are trained, weights never; each layer keeps the fraction 1 - sparsity of its weights with the largest
    scores. Says how long it will take before it starts. Every finished training run is stored: interrupted, the same
    command goes on; a larger one adds to what is there. To install torch: pip install 'ticketsum[experiments]'.
    """
    from ..experiments.edge_popup.experiment import Grid
    from . import experiment2 as recipe
    from .experiment1 import seed_range
    from .parsing import parse_grid, parse_names, parse_numbers

    grid = Grid(
        parse_names(network), parse_names(structure), parse_numbers("sparsity", sparsity, "0.5,0.9"),
        parse_grid("epochs", epochs), seed_range(seed, seeds), parse_names(filters),
    )  # fmt: skip
    recipe.run(grid, out, images=images, jobs=jobs, records=records)
