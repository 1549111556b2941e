"""Experiment 2: random networks pruned by edge-popup."""
