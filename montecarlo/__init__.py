"""Simulate random subset sums and the claims about them.

    ds = montecarlo.sweep(montecarlo.Theorem3(), n=20, trials=10_000, seed=0)

    pruned = montecarlo.prune(montecarlo.random_target("gaussian", (8, 8, 4)), n=30, seed=0, epsilon=0.01)

Names are loaded on first use, so that `import montecarlo` costs nothing.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
