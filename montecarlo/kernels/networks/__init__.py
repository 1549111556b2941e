"""Networks as arrays: norms, exact sums of masks, distances of functions, searches over masks."""
