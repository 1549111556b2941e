"""One side of a comparison, and the inputs both sides share."""

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Side:
    """One way to the answers: `call` on each of `inputs` in turn gives `per` answers a call.

    Every timed round is one call; rounds run over the inputs `times` times, so the median is over instances. `prepare`
    makes the arguments of a call from an input and `read` the answers from what it returns and the input, both outside
    the clock. `package` is what has to be installed.
    """

    call: Any
    inputs: Any
    per: int = 1
    times: int = 1
    prepare: Any = lambda *arguments: arguments
    read: Any = lambda found, *arguments: found
    package: str = ""

    def answers(self):
        """All answers, (answers, values of one answer), in the order of the inputs."""
        found = [self.read(self.call(*self.prepare(*arguments)), *arguments) for arguments in self.inputs]
        return np.concatenate([np.reshape(answer, (self.per, -1)) for answer in found])


def uniform(seed, *shape):
    """U[-1, 1], the law of Theorem 3."""
    return np.random.default_rng(seed).uniform(-1.0, 1.0, shape)


def relu_products(seed, *shape):
    """b max(a, 0) with a, b ~ U[-1, 1], the law of Corollary 2."""
    a, b = np.random.default_rng(seed).uniform(-1.0, 1.0, (2, *shape))
    return b * np.maximum(a, 0.0)
