"""Settings of the whole suite: property tests are reproducible and leave compiled kernels time to compile."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "kernels",
    deadline=None,  # the first example of every kernel compiles it
    derandomize=True,
    database=None,
    max_examples=80,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.differing_executors],
)
settings.load_profile("kernels")
