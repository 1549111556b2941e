"""Files: written whole, locked, checked when read; blocks, records and netCDF Datasets.

Knows nothing of claims or sweeps.
"""
