"""How far sums are from covering an interval: merging (the oracle), the filter, bitsets with certified brackets."""
