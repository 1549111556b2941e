"""The subset whose sum is nearest to a target, or has the fewest entries within epsilon of it."""

NUMBERS = 1
"""Version of the subsets found, those of `solvers.nearest_subset` too: raise it when they change."""
