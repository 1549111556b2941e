"""Experiment 1: every weight of a trained network as a subset sum."""
