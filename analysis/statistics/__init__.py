"""Intervals from counts and ranks alone: exact, simultaneous in time, for quantiles."""
