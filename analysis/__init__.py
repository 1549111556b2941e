"""Judge and draw what a sweep has stored. Everything here takes a Dataset; nothing here simulates.

    analysis.success(ds, epsilon=[0.1, 0.01])      success probabilities with exact intervals
    analysis.thresholds(ds, epsilon=[0.1, 0.01])   how large n must be, and the constant C
    analysis.constants([ds, ...])                  n*, C and the slack of every event of several sweeps, as one table

Names are loaded on first use, so that `import analysis` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import figures
    from .comparison import constants
    from .errors import InputError
    from .estimates import resolved, success
    from .fits import dkw_bound, fit_bounds, judge_fits
    from .gallery import Picture, draw_pictures, draw_scaling, draw_timings
    from .gallery_fits import draw_fits
    from .gallery_masks import draw_masks
    from .gallery_packing import draw_packing
    from .intervals import check_level, clopper_pearson
    from .order_statistics import event_ratio, quantiles
    from .packing import packing_widths, reach_rates, saturation
    from .report import write_report
    from .scaling import estimate, laws, slopes, thresholds
    from .speeds import speed
    from .verdicts import Outcome, Verdict, judge, required_n

_HOMES = {
    "comparison": ("constants",),
    "errors": ("InputError",),
    "estimates": ("resolved", "success"),
    "figures": ("figures",),
    "fits": ("dkw_bound", "fit_bounds", "judge_fits"),
    "gallery_masks": ("draw_masks",),
    "gallery_fits": ("draw_fits",),
    "gallery_packing": ("draw_packing",),
    "gallery": ("Picture", "draw_pictures", "draw_scaling", "draw_timings"),
    "intervals": ("check_level", "clopper_pearson"),
    "order_statistics": ("event_ratio", "quantiles"),
    "packing": ("packing_widths", "reach_rates", "saturation"),
    "report": ("write_report",),
    "scaling": ("estimate", "laws", "slopes", "thresholds"),
    "speeds": ("speed",),
    "verdicts": ("Outcome", "Verdict", "judge", "required_n"),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "InputError",
    "Outcome",
    "Picture",
    "Verdict",
    "check_level",
    "clopper_pearson",
    "constants",
    "dkw_bound",
    "draw_fits",
    "draw_masks",
    "draw_packing",
    "draw_pictures",
    "draw_scaling",
    "draw_timings",
    "estimate",
    "event_ratio",
    "figures",
    "fit_bounds",
    "judge",
    "judge_fits",
    "laws",
    "packing_widths",
    "quantiles",
    "reach_rates",
    "required_n",
    "resolved",
    "saturation",
    "slopes",
    "speed",
    "success",
    "thresholds",
    "write_report",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(f".{_HOME[name]}", __name__)
    return module if name == _HOME[name] else getattr(module, name)


def __dir__() -> list[str]:
    return sorted(__all__)
