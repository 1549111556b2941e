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
_HOMES: dict[str, Any] = {name: package for package in (analysis, montecarlo) for name in dir(package)}
__all__ = ["InputError", "__version__"]
__all__ += [name for name in _HOMES if name != "InputError"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(_HOMES[name], name)


def __dir__() -> list[str]:
    return sorted(__all__)
