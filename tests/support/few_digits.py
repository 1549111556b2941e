"""MNIST for quick training: the first 6,400 images to learn from and 1,000 to be tested with, read once a process."""

from functools import cache

from montecarlo.experiments.mnist import Digits, digits

LEARNED, TESTED = 6400, 1000


@cache
def few(part):
    """As `digits`, with fewer images."""
    found, count = digits(part), LEARNED if part == "train" else TESTED
    return Digits(found.images[:count].copy(), found.labels[:count])
