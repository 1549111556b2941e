"""Experiment 2: random networks pruned by edge-popup."""

NUMBERS = 2
"""Version of what training runs come to: raise it with every change of weights, scores, masks, images or training."""
