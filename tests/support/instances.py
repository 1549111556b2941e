"""Random and adversarial sets of entries for differential tests: name -> function of (generator, n)."""

import numpy as np

KINDS = {
    "uniform": lambda rng, n: rng.uniform(-1.0, 1.0, n),
    "positive": lambda rng, n: rng.uniform(0.0, 1.0, n),
    "relu products": lambda rng, n: rng.uniform(-1.0, 1.0, n) * np.maximum(rng.uniform(-1.0, 1.0, n), 0.0),
    "coarse dyadic": lambda rng, n: rng.integers(-32, 33, n) / 32.0,
    "few values, off every grid": lambda rng, n: rng.choice([0.1, 0.3, -0.2, 1.0 / 3.0], n),
    "tiny to huge": lambda rng, n: rng.uniform(-1.0, 1.0, n) * 10.0 ** rng.uniform(-6.0, 3.0, n),
}
"""What every kernel is tried on; each test adds what its own kernel may stumble over."""

INTERVALS = [(-0.5, 0.5), (-1.0, 1.0), (-3.0, 2.0), (0.1, 0.1), (5.0, 6.0), (0.3, 0.7)]
"""The paper's two, a wide one, a point, one that the sums may miss, one without 0."""
