"""The package `analysis` that is installed beside this one, for the command line and `ticketsum`.

`python -m montecarlo` looks into the working directory first, where a user may well have an analysis.py.
"""

import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

_OURS = Path(__file__).resolve().parents[1] / "analysis" / "__init__.py"


def _loaded() -> ModuleType:
    """Our `analysis`, by its place beside `montecarlo`; an ImportError where this process has another one already."""
    found = sys.modules.get("analysis")
    if found is None and (spec := spec_from_file_location("analysis", _OURS)) and spec.loader and _OURS.is_file():
        sys.modules["analysis"] = found = module_from_spec(spec)
        spec.loader.exec_module(found)
    found = found or import_module("analysis")  # installed somewhere else
    if "draw_pictures" not in getattr(found, "__all__", ()):
        place = getattr(found, "__file__", None) or found
        raise ImportError(f"ticketsum needs its own package analysis, which {place} shadows; rename that")
    return found


analysis = _loaded()
