"""Numba kernels: arrays in, numbers out. They trust their input; `montecarlo.radius` and its like check it."""
