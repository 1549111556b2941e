"""Sweeps of a claim over a grid: the plan and its price, the run, its workers' blocks, and how far it is.

Knows claims and storage.
"""
