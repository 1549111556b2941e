"""Parts of the page that are no claim's: a title, words, a table, pictures. Every number is read from a Dataset."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from .experiments import experiment_summary, paper_values
from .gallery import Picture


@dataclass(frozen=True)
class Section:
    """One part of the page: paragraphs, then a table if it has headings, then pictures, and how to make it again."""

    title: str
    paragraphs: tuple[str, ...]
    command: str
    caption: str = ""
    headings: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    pictures: tuple[Picture, ...] = ()


SLIPS = (
    (
        "Corollary 1, proof",
        "The density of a product of uniforms is said to be at least log 2 on [-1/2, 1/2]. It is (log 2)/2; taking log "
        "2 out would leave a density that is negative for 1/4 < |z| ≤ 1/2.",
    ),
    ("Lemma 4, proof", "The distribution function leaves out the mass 1/2 below 0."),
    ("Theorem 2", "Prints (1/(2ε))^(-d²) where (1/(2ε))^(d²) is meant."),
    ("Theorem 1", "Gives the masks the target's shape; they have the wide matrices' shape."),
)
"""Where the paper's text says something else than it must mean: the place, and how we read it."""

_EXPERIMENT1 = (
    "coefficients",
    "range",
    "asked for",
    "n",
    "ε",
    "missed",
    "largest error",
    "kept",
    "accuracy",
    "certified",
    "seconds",
)


def experiment1_section(experiment: xr.Dataset, picture: Picture, command: str, *, level: float = 0.95) -> Section:
    """Experiment 1 at the n and epsilon nearest to the paper's: its row, then every combination, over its seeds."""
    found, paper = experiment_summary(experiment, level), paper_values(experiment)
    before = found.attrs["accuracy_before"]
    rows = [_paper_row(paper)]
    nearest = found.sel({name: [paper[name]] for name in ("n", "epsilon")}, method="nearest")
    stacked = nearest.stack(case=("coefficients", "scale", "objective", "n", "epsilon"))
    rows += [_experiment1_row(stacked.isel(case=k)) for k in np.flatnonzero(stacked["seeds"].to_numpy() > 0)]
    return Section(
        "A real network as subset sums (Experiment 1)",
        (
            f"Every one of the {found.attrs['weights']:,} weights of a 784-500-10 network trained on MNIST is replaced "
            f"by the sum of a subset of n random coefficients; test accuracy was {before:.2%} before. Coefficients: "
            "one set shared by a row, a fresh set for every weight (as the paper says), or the products of a pruned "
            "ReLU network (Theorem 1). A weight that no subset reaches within ε is counted and keeps its nearest sum.",
        ),
        command,
        f"kept: coefficients a weight; missed: weights not within ε, exact {level:.0%} interval over independent sets; "
        "certified: |f(x) - g(x)| is at most that times |x|, for every x",
        _EXPERIMENT1,
        tuple(rows),
        (picture,),
    )


def _paper_row(paper: dict[str, float]) -> tuple[str, ...]:
    accuracy = f"{paper['accuracy_before']:.2%} before, {paper['accuracy']:.2%} after"
    numbers = f"{paper['n']:.0f}", f"{paper['epsilon']:g}", "", "", f"{paper['kept']:.2f}", accuracy
    return "the paper", "", "least error", *numbers, "", f"{paper['seconds']:,.0f} on {paper['cores']:.0f} cores"


def _experiment1_row(cell: xr.Dataset) -> tuple[str, ...]:
    value = {
        str(name): cell[name].item() for name in (*cell.data_vars, "coefficients", "scale", "objective", "n", "epsilon")
    }
    low, high = (f"{value[f'accuracy{end}']:.2%}" for end in ("_low", "_high"))
    interval = f"[{value['sets_share_low']:.2g}, {value['sets_share_high']:.2g}]"
    return (
        value["coefficients"],
        {"unit": "[-1, 1]", "fitted": "of the weights"}[value["scale"]],
        {"error": "least error", "within": "any within ε", "fewest": "fewest within ε"}[value["objective"]],
        f"{value['n']}",
        f"{value['epsilon']:g}",
        f"{value['missed_share']:.2g} {interval}",
        f"{value['largest_error']:.2g}",
        f"{value['kept']:.2f}",
        low if low == high else f"{low} to {high}",
        f"{value['output_bound']:.2g}",
        f"{value['seconds']:.2g}",
    )
