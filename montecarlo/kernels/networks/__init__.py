"""Networks as arrays: norms, exact sums of masks, distances of functions, searches over masks."""

NUMBERS = 1
"""Version of norms, distances and masks, those of `montecarlo.networks` too; `edge_popup` has its own. Raise it when
they change.
"""
