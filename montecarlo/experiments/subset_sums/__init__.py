"""Experiment 1: every weight of a trained network as a subset sum."""

NUMBERS = 1
"""Version of what cells come to: raise it when coefficients, masks or what is measured of them change."""
