"""How far sums are from covering an interval: merging (the oracle), the filter, bitsets with certified brackets."""

NUMBERS = 1
"""Version of covering radii and brackets, those of `solvers.covering_radius` too: raise it when they change."""
