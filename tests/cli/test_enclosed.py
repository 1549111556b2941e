"""Tables of an n* that the grid only encloses, of slopes without limits, and of levels with more than two digits."""

import io
import re

import numpy as np
import pytest
import xarray as xr
from rich.console import Console

import analysis
from analysis import constants_table, threshold_table


def sweep(n, first, trials=2000, epsilon=0.1):
    """Every trial succeeds at `epsilon` from n = `first` on."""
    values = np.where(np.asarray(n) >= first, epsilon / 2.0, 2.0 * epsilon)
    attrs = {"claim": "theorem3", "claim_title": "Theorem 3", "resolution": 0.0}
    dims = ("event", "d", "n", "trial")
    return xr.Dataset(
        {
            "critical_epsilon": (dims, np.repeat(values[None, None, :, None], trials, axis=-1)),
            "amplitude": ("d", [2.0]),
        },
        {"event": ["statement"], "d": [1], "n": list(n)},
        attrs,
    )


def printed(table):
    console = Console(file=io.StringIO(), width=300)
    console.print(table)
    return " ".join(re.sub("[\u2500-\u257f]", " ", console.file.getvalue()).split())


@pytest.mark.parametrize(
    ("n", "first", "estimate", "row"),
    [
        (range(10, 15), 4, "<= 10 at most 10 <= 3.34 at most 3.34", "<= 10 C <= 3.34"),
        ([1, 2, 5, 9], 4, "3 to 5 3 to 5 1.00 to 1.67 1.00 to 1.67", "3 to 5 C 1.00 to 1.67"),
        (range(1, 9), 4, "4 4 to 4 1.34 1.34 to 1.34", "4 [4, 4] C = 1.34"),
        (range(1, 4), 4, "- beyond the grid - beyond the grid", ">= 4 C >= 1.34"),
    ],
)
def test_tables_write_what_the_grid_knows(n, first, estimate, row):
    """At most, from one n to another, a number, at least: n*, its limits, C and its limits."""
    dataset = sweep(n, first)
    assert f"statement 1 0.1 0.1 {estimate} n* per unit" in printed(threshold_table(analysis.estimate(dataset, [0.1])))
    assert f"statement 1 {row} 95% limits" in printed(constants_table(analysis.constants([dataset], [0.1])))


def test_a_slope_without_limits_says_what_they_need():
    """One trial: a line, no limits, and the number of trials for them."""
    part = sweep(range(1, 30), 1, trials=1)
    falling = part.assign(critical_epsilon=part["critical_epsilon"] * 0.0 + np.exp(-part["n"] / 4.0))
    found = analysis.estimate(falling, [0.5, 0.3, 0.2, 0.1])
    assert "(limits need 36 trials at every n)" in printed(threshold_table(found))


@pytest.mark.parametrize(("level", "text"), [(0.999, "99.9%"), (0.975, "97.5%")])
def test_levels_are_not_rounded(level, text):
    """In the heading of the limits and below the table."""
    dataset = sweep(range(1, 9), 4)
    for table in (
        threshold_table(analysis.estimate(dataset, [0.1], level=level)),
        constants_table(analysis.constants([dataset], [0.1], level=level)),
    ):
        assert f"{text} limits" in printed(table)
        assert "100%" not in printed(table)
        assert "98%" not in printed(table)
