"""Settings of the whole suite: property tests are reproducible and leave compiled kernels time to compile."""

import os

from hypothesis import HealthCheck, settings

for library in ("OPENBLAS", "OMP"):  # before numpy is there: pytest's workers fill the cores, with small matrices
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

settings.register_profile(
    "kernels",
    deadline=None,  # the first example of every kernel compiles it
    derandomize=True,
    database=None,
    max_examples=80,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.differing_executors],
)
settings.load_profile("kernels")
