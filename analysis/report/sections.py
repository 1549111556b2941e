"""Parts of the page that are no claim's: a title, words, a table, pictures. Every number is read from a Dataset."""

import re
from dataclasses import dataclass

import xarray as xr

from ..estimates.law_checks import fit_bounds, judge_fits
from ..estimates.verdict import Outcome
from ..figures.pictures import Picture
from ..statistics.binomial import level_text
from .claims import Line
from .table import Table
from .tables import laws_table


@dataclass(frozen=True)
class Section:
    """One part of the page: paragraphs, then a table, then pictures, and how to make it again.

    title: its heading, and its entry in the contents. command: what makes its numbers and pictures, as typed in a
    shell, one per line. table: a cell that is an outcome is set as one, and more than 20 rows are folded. line: its row
    of the table on top, if it has one; the anchor of that row is this part's. of_claim: it is about a claim of the
    paper and stands with the claims, else behind the figures that compare them.
    """

    title: str
    paragraphs: tuple[str, ...]
    command: str
    table: Table | None = None
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


def laws_section(fits: xr.Dataset, picture: Picture, command: str, *, level: float = 0.95) -> Section:
    """Lemma 4 and Corollary 1 as laws: how far draws lie from each, its bound, and the verdict.

    fits: as in `judge_fits`. picture: of `draw_fits`. command: what made them. Its line on top is supported if every
    law that the paper states is; negative controls do not count.
    """
    found, verdicts = fit_bounds(fits, level), judge_fits(fits, level)
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
        laws_table(fits, level),
        (picture,),
        Line("laws", "Lemma 4, Corollary 1", "products of uniforms contain a uniform", str(outcome)),
        True,
    )
