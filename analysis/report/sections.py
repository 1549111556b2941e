"""Parts of the page that are no claim's: a title, words, a table, pictures. Every number is read from a Dataset."""

import re
from dataclasses import dataclass

import numpy as np
import xarray as xr

from ..estimates.law_checks import fit_bounds, judge_fits
from ..estimates.subset_sums import experiment_summary, paper_values
from ..estimates.verdict import Outcome
from ..figures.pictures import Picture
from ..statistics.binomial import level_text
from .claims import Line


@dataclass(frozen=True)
class Section:
    """One part of the page: paragraphs, then a table if it has headings, then pictures, and how to make it again.

    title: its heading, and its entry in the contents. command: what makes its numbers and pictures, as typed in a
    shell, one a line. caption: of the table. headings, rows: texts, as many in each row as there are headings; a cell
    that is an outcome is set as one, and more than 20 rows are folded. line: its row of the table on top,
    if it has one; the anchor of that row is this part's. of_claim: it is about a claim of the paper and stands with the
    claims, else behind the figures that compare them.
    """

    title: str
    paragraphs: tuple[str, ...]
    command: str
    caption: str = ""
    headings: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    pictures: tuple[Picture, ...] = ()
    line: Line | None = None
    of_claim: bool = False

    @property
    def anchor(self) -> str:
        """The name that links to this part have."""
        return self.line.anchor if self.line else "-".join(re.findall("[a-z0-9]+", self.title.lower()))


SLIPS = (
    (
        "Corollary 1, proof",
        "The density of a product of uniforms is said to be at least log 2 on [-1/2, 1/2]. It is (log 2)/2; taking log "
        "2 out would leave a density that is negative for 1/4 < |z| <= 1/2. `ticketsum laws` shows both.",
    ),
    ("Lemma 4, proof", "The distribution function leaves out the mass 1/2 below 0."),
    ("Theorem 2", "Prints (1/(2 epsilon))^(-d²) where (1/(2 epsilon))^(d²) is meant."),
    (
        "Theorem 2, proof",
        "Gets 2 |G| > |P| from a contradiction to |P| > 2 |G|; that leaves 2 |G| = |P| open, so we read >=. Its |P| > "
        "|N| (packing and covering numbers) is >= as well. The bound says nothing from epsilon = 1/2 on.",
    ),
    ("Theorem 1", "Gives the masks the target's shape; they have the wide matrices' shape."),
)
"""Where the paper's text says something else than it must mean: the place, and how we read it."""

_EXPERIMENT1 = (
    "coefficients", "on", "asked for", "n", "ε", "missed", "sets with a miss", "largest error", "kept", "accuracy",
    "certified", "seconds",
)  # fmt: skip


def experiment1_section(
    experiment: xr.Dataset, picture: Picture, command: str, *, drawn: xr.Dataset | None = None, level: float = 0.95
) -> Section:
    """Experiment 1 at the n and epsilon nearest to the paper's: its row, then every combination, over its seeds.

    experiment: as in `experiment_summary`. picture: of `draw_experiment1`. command: what made it. drawn: the Dataset
    that the picture is of, if it is another one.
    """
    found, paper = experiment_summary(experiment, level), paper_values(experiment)
    before = found.attrs["accuracy_before"]
    rows = [_paper_row(paper)]
    nearest = found.sel({name: [paper[name]] for name in ("n", "epsilon")}, method="nearest")
    stacked = nearest.stack(case=("coefficients", "scale", "objective", "n", "epsilon"))
    rows += [_experiment1_row(stacked.isel(case=k)) for k in np.flatnonzero(stacked["seeds"].to_numpy() > 0)]
    n, epsilon = (nearest[name].item() for name in ("n", "epsilon"))
    common = {name for name, value, own in (("n", n, paper["n"]), ("ε", epsilon, paper["epsilon"])) if value == own}
    kept = [k for k, name in enumerate(_EXPERIMENT1) if name not in common]
    return Section(
        "A real network as subset sums (Experiment 1)",
        (
            f"Every one of the {found.attrs['weights']:,} weights of a 784-500-10 network trained on MNIST is replaced "
            f"by the sum of a subset of n random coefficients; test accuracy was {before:.2%} before. Coefficients: "
            "one set shared by a row, a fresh set for every weight (as the paper says), or the products of a pruned "
            "ReLU network (Theorem 1); drawn from [-1, 1], or from [-a, a] with a the "
            "network's largest weight. A "
            "weight that no subset reaches within ε is counted and keeps its nearest sum. The paper's network had "
            f"{paper['accuracy_before']:.2%} before, and its program {paper['cores']:.0f} cores.",
            *(() if drawn is None else (_drawn_text(drawn),)),
        ),
        command,
        f"n = {n}, ε = {epsilon:g}; missed: share of weights not within ε; sets with a miss: share of the independent "
        f"sets of coefficients (a row, a weight, an input), exact {level_text(level)} interval; kept: coefficients a "
        "weight; "
        "certified: |f(x) - g(x)| is at most that times |x|, for every x",
        tuple(_EXPERIMENT1[k] for k in kept),
        tuple(tuple(row[k] for k in kept) for row in rows),
        (picture,),
        _experiment1_line(found, before),
    )


def _drawn_text(drawn: xr.Dataset) -> str:
    n, epsilon = (drawn[name].to_numpy() for name in ("n", "epsilon"))
    return (
        f"The table was computed for this page. The picture is of results that come with the program: n from {n.min()} "
        f"to {n.max()}, epsilon from {epsilon.max():g} to {epsilon.min():g}, {drawn.sizes['seed']} seeds "
        "(`ticketsum experiment1 --help` tells how to make more)."
    )


def _experiment1_line(found: xr.Dataset, before: float) -> Line:
    after = found["accuracy"].to_numpy()
    low, high = np.nanmin(after), np.nanmax(after)
    return Line(
        "experiment-1",
        "Experiment 1",
        "a trained network, its weights replaced by subset sums",
        "",
        note=f"accuracy {before:.2%} before, {low:.2%} to {high:.2%} after",
    )


def laws_section(fits: xr.Dataset, picture: Picture, command: str, *, level: float = 0.95) -> Section:
    """Lemma 4 and Corollary 1 as laws: how far draws lie from each, its bound, and the verdict.

    fits: as in `judge_fits`. picture: of `draw_fits`. command: what made them. Its line on top is supported if every
    law that the paper states is; negative controls do not count.
    """
    found, verdicts = fit_bounds(fits, level), judge_fits(fits, level)
    rows = tuple(
        (
            f"{found['title'].sel(law=law).item()}",
            f"{found['distance'].sel(law=law).item():.4f}",
            f"{found['bound'].sel(law=law).item():.4f}",
            str(verdict.outcome),
        )
        for law, verdict in verdicts.items()
    )
    stated = [verdicts[law].outcome for law in verdicts if found["role"].sel(law=law).item() == "statement"]
    outcome = next((each for each in (Outcome.REFUTED, Outcome.UNDECIDED) if each in stated), Outcome.SUPPORTED)
    visible = found["visible"].max().item()
    return Section(
        "Lemma 4 and Corollary 1: laws of products",
        (
            f"{fits.attrs['samples']:,} draws from each law, beside the distribution function the paper gives it. "
            "The largest difference between the two has a bound that any right law keeps (Dvoretzky, Kiefer and "
            f"Wolfowitz). A law {visible:.4f} away would have been seen with probability at least {level_text(level)}. "
            "The last is a negative control, a weight of Corollary 1 that is wrong.",
        ),
        command,
        f"largest difference between draws and law; bounds hold together at {level_text(level)}",
        ("law", "distance", "bound", "verdict"),
        rows,
        (picture,),
        Line("laws", "Lemma 4, Corollary 1", "products of uniforms contain a uniform", str(outcome)),
        True,
    )


def _paper_row(paper: dict[str, float]) -> tuple[str, ...]:
    where = "the paper", "[-a, a]", "least error", f"{paper['n']:.0f}", f"{paper['epsilon']:g}"
    return *where, "", "", "", f"{paper['kept']:.2f}", f"{paper['accuracy']:.2%}", "", f"{paper['seconds']:,.0f}"


def _experiment1_row(cell: xr.Dataset) -> tuple[str, ...]:
    value = {
        str(name): cell[name].item() for name in (*cell.data_vars, "coefficients", "scale", "objective", "n", "epsilon")
    }
    low, high = (f"{value[f'accuracy{end}']:.2%}" for end in ("_low", "_high"))
    return (
        value["coefficients"],
        {"unit": "[-1, 1]", "fitted": "[-a, a]"}[value["scale"]],
        {"error": "least error", "within": "any within ε", "fewest": "fewest within ε"}[value["objective"]],
        f"{value['n']}",
        f"{value['epsilon']:g}",
        f"{value['missed_share']:.2g}",
        f"{value['sets_share']:.2g} [{value['sets_share_low']:.2g}, {value['sets_share_high']:.2g}]",
        f"{value['largest_error']:.2g}",
        f"{value['kept']:.2f}",
        low if low == high else f"{low} to {high}",
        f"{value['output_bound']:.2g}",
        f"{value['seconds']:.2g}",
    )
