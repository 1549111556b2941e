"""Numba kernels: arrays in, numbers out. They trust their input, which `montecarlo.solvers` checks."""
