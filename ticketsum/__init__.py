"""Whether a theorem about random networks is true in numbers, how loose its proof is, and how large its constant.

    import ticketsum

    ds = ticketsum.sweep(ticketsum.Theorem3(), n=20, trials=10_000, seed=0)
    ticketsum.thresholds(ds, epsilon=[0.1, 0.01])

All public names of `montecarlo`, which simulates, and of `analysis`, which judges and draws what was simulated.
"""

from importlib.metadata import version
from typing import Any

import montecarlo
from montecarlo._analysis import analysis

__version__ = version("ticketsum")
InputError = (montecarlo.InputError, analysis.InputError)
"""What either package raises for input that its caller can put right: `except ticketsum.InputError`."""
__all__ = ["__version__"]
__all__ += sorted({*montecarlo.__all__, *analysis.__all__})


def __getattr__(name: str) -> Any:
    for package in (montecarlo, analysis):
        if name in package.__all__:
            return getattr(package, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
