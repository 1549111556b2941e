"""The table of n* and C in docs/results.md, from the constants.nc that `ticketsum reproduce` leaves.

    python tests/readme_table.py reproduction/constants.nc

prints it, and ends with 1 if docs/results.md has other numbers.
"""

import sys
from pathlib import Path

import numpy as np
import xarray as xr

ROWS = (
    ("Section 3.1, one weight", "single_link", "one weight", 1),
    ("Theorem 3", "theorem3", "statement", 1),
    ("Corollary 2", "corollary2", "statement", 1),
    ("Lemma 1", "lemma1", "statement", 1),
    ("", "lemma1", "construction", 1),
    ("", "lemma1", "proof", 1),
    ("Lemma 2, d = 4", "lemma2", "reach", 4),
    ("", "lemma2", "assignment", 4),
    ("", "lemma2", "blockwise", 4),
    ("", "lemma2", "proof", 4),
    ("Lemma 3, 4 x 4", "lemma3", "reach", 4),
    ("", "lemma3", "assignment", 4),
    ("", "lemma3", "blockwise", 4),
    ("", "lemma3", "proof", 4),
    ("Theorem 1, depth 3, 2 x 2", "theorem1", "certificate", 2),
    ("", "theorem1", "proof", 2),
)
DEPTH = "depth 3"
PAGE = Path(__file__).parents[1] / "docs" / "results.md"


def cell(case):
    """n* with its interval, and C; or that the sweep does not resolve this epsilon."""
    if str(case["missing"].item()):
        return "finer than it resolves"
    low, n, high = (int(case[name]) for name in ("n_star_low", "n_star", "n_star_high"))
    return f"{n} [{low}, {high}], C = {case['constant'].item():.2f}"


def lines(constants):
    """The table in Markdown, without its separator."""
    epsilons = constants["epsilon"].values
    found = ["| claim | event | " + " | ".join(f"ε = {epsilon:g}" for epsilon in epsilons) + " |"]
    for name, claim, event, d in ROWS:
        labels = constants["label"].values.astype(str)
        wanted = (constants["claim"] == claim) & (constants["event"] == event) & (constants["d"] == d)
        wanted &= (claim != "theorem1") | np.char.endswith(labels, DEPTH)
        (case,) = np.flatnonzero(wanted)
        cells = [cell(constants.isel(case=case).sel(epsilon=epsilon)) for epsilon in epsilons]
        found.append(f"| {name} | {event} | " + " | ".join(cells) + " |")
    return found


def missing(constants, text):
    """The lines of the table that `text` does not have."""
    there = {" ".join(line.split()) for line in text.splitlines()}
    return [line for line in lines(constants) if " ".join(line.split()) not in there]


if __name__ == "__main__":
    with xr.open_dataset(sys.argv[1]) as opened:
        wrong = missing(opened, PAGE.read_text())
        print("\n".join(lines(opened)))
    if wrong:
        sys.exit("docs/results.md has other numbers than these:\n" + "\n".join(wrong))
