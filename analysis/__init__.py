"""Judge and draw what a sweep has stored. Everything here takes a Dataset; nothing here simulates.

    analysis.success(ds, epsilon=[0.1, 0.01])      success probabilities with exact intervals
    analysis.thresholds(ds, epsilon=[0.1, 0.01])   how large n must be, and the constant C
    analysis.constants([ds, ...])                  n*, C and the slack of every event of several sweeps, as one table

Names are loaded on first use, so that `import analysis` costs nothing.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
