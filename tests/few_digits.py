"""MNIST for quick training: all 10,000 test images and the first 6,400 to learn from, read once a process."""

from functools import cache

from montecarlo.experiments.mnist import Digits, digits

LEARNED = 6400


@cache
def few(part):
    """As `digits`, with fewer images to learn from."""
    found = digits(part)
    return Digits(found.images[:LEARNED].copy(), found.labels[:LEARNED]) if part == "train" else found
