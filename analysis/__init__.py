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
    from .errors import InputError
    from .estimates.allocation import next_look
    from .estimates.constants import constants
    from .estimates.edge_popup import pruning_summary
    from .estimates.figure4 import figure4_message, figure4_sentence
    from .estimates.law_checks import dkw_bound, fit_bounds, judge_fits
    from .estimates.packing import SUFFICIENT, packing_widths, reach_rates, saturation
    from .estimates.quantiles import event_ratio, quantiles
    from .estimates.samples import interval_name, is_anytime, trials_of, trials_text
    from .estimates.speeds import speed
    from .estimates.stopping import forecast_trials, half_width, half_widths, trials_needed
    from .estimates.subset_sums import experiment_summary, paper_values
    from .estimates.success import resolved, success
    from .estimates.thresholds import estimate, laws, slopes, thresholds
    from .estimates.verdict import Outcome, Verdict, judge, required_n
    from .estimates.widths import LAYERS, widths
    from .figures.edge_popup_picture import draw_experiment2
    from .figures.experiment1_picture import draw_experiment1
    from .figures.fits_picture import draw_fits
    from .figures.masks_picture import draw_masks
    from .figures.packing_picture import draw_packing
    from .figures.pictures import Picture, draw_pictures, draw_scaling, draw_timings
    from .figures.structures_picture import draw_structure
    from .figures.widths_picture import draw_widths
    from .report.claims import Line
    from .report.edge_popup import experiment2_section
    from .report.packing import (
        depth_headings,
        depth_rows,
        function_rows,
        packing_sections,
        packing_size_rows,
        packing_width_rows,
    )
    from .report.page import write_report
    from .report.sections import Section, experiment1_section, laws_section
    from .statistics.binomial import check_level, clopper_pearson, level_text
    from .statistics.confidence_sequence import confidence_sequence, sequence_ranks

_HOMES = {
    "estimates.constants": ("constants",),
    "estimates.edge_popup": ("pruning_summary",),
    "errors": ("InputError",),
    "estimates.success": ("resolved", "success"),
    "estimates.subset_sums": ("experiment_summary", "paper_values"),
    "estimates.figure4": ("figure4_message", "figure4_sentence"),
    "figures": ("figures",),
    "estimates.law_checks": ("dkw_bound", "fit_bounds", "judge_fits"),
    "figures.masks_picture": ("draw_masks",),
    "figures.edge_popup_picture": ("draw_experiment2",),
    "figures.experiment1_picture": ("draw_experiment1",),
    "figures.fits_picture": ("draw_fits",),
    "figures.packing_picture": ("draw_packing",),
    "figures.structures_picture": ("draw_structure",),
    "figures.widths_picture": ("draw_widths",),
    "figures.pictures": ("Picture", "draw_pictures", "draw_scaling", "draw_timings"),
    "estimates.allocation": ("next_look",),
    "statistics.binomial": ("check_level", "clopper_pearson", "level_text"),
    "estimates.quantiles": ("event_ratio", "quantiles"),
    "report.claims": ("Line",),
    "estimates.packing": ("SUFFICIENT", "packing_widths", "reach_rates", "saturation"),
    "report.page": ("write_report",),
    "estimates.samples": ("interval_name", "is_anytime", "trials_of", "trials_text"),
    "estimates.thresholds": ("estimate", "laws", "slopes", "thresholds"),
    "statistics.confidence_sequence": ("confidence_sequence", "sequence_ranks"),
    "report.sections": ("Section", "experiment1_section", "laws_section"),
    "report.edge_popup": ("experiment2_section",),
    "report.packing": (
        "depth_headings",
        "depth_rows",
        "function_rows",
        "packing_sections",
        "packing_size_rows",
        "packing_width_rows",
    ),
    "estimates.speeds": ("speed",),
    "estimates.stopping": ("forecast_trials", "half_width", "half_widths", "trials_needed"),
    "estimates.verdict": ("Outcome", "Verdict", "judge", "required_n"),
    "estimates.widths": ("LAYERS", "widths"),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "LAYERS",
    "SUFFICIENT",
    "InputError",
    "Line",
    "Outcome",
    "Picture",
    "Section",
    "Verdict",
    "check_level",
    "clopper_pearson",
    "confidence_sequence",
    "constants",
    "depth_headings",
    "depth_rows",
    "dkw_bound",
    "draw_experiment1",
    "draw_experiment2",
    "draw_fits",
    "draw_masks",
    "draw_packing",
    "draw_pictures",
    "draw_scaling",
    "draw_structure",
    "draw_timings",
    "draw_widths",
    "estimate",
    "event_ratio",
    "experiment1_section",
    "experiment2_section",
    "experiment_summary",
    "figure4_message",
    "figure4_sentence",
    "figures",
    "fit_bounds",
    "forecast_trials",
    "function_rows",
    "half_width",
    "half_widths",
    "interval_name",
    "is_anytime",
    "judge",
    "judge_fits",
    "laws",
    "laws_section",
    "level_text",
    "next_look",
    "packing_sections",
    "packing_size_rows",
    "packing_width_rows",
    "packing_widths",
    "paper_values",
    "pruning_summary",
    "quantiles",
    "reach_rates",
    "required_n",
    "resolved",
    "saturation",
    "sequence_ranks",
    "slopes",
    "speed",
    "success",
    "thresholds",
    "trials_needed",
    "trials_of",
    "trials_text",
    "widths",
    "write_report",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(f".{_HOME[name]}", __name__)
    return module if name == _HOME[name] else getattr(module, name)


def __dir__() -> list[str]:
    return sorted(__all__)
