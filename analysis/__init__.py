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
    from .edge_popup import pruning_summary
    from .errors import InputError
    from .estimates import resolved, success
    from .experiments import experiment_summary, paper_values
    from .figure4 import figure4_message, figure4_sentence
    from .fits import dkw_bound, fit_bounds, judge_fits
    from .gallery import Picture, draw_pictures, draw_scaling, draw_timings
    from .gallery_edge_popup import draw_experiment2
    from .gallery_experiments import draw_experiment1
    from .gallery_fits import draw_fits
    from .gallery_masks import draw_masks
    from .gallery_packing import draw_packing
    from .gallery_structures import draw_structure
    from .gallery_widths import draw_widths
    from .intervals import check_level, clopper_pearson, level_text
    from .looks import next_look
    from .order_statistics import event_ratio, quantiles
    from .packing import SUFFICIENT, packing_widths, reach_rates, saturation
    from .page_claims import Line
    from .report import write_report
    from .samples import interval_name, is_anytime, trials_of, trials_text
    from .scaling import estimate, laws, slopes, thresholds
    from .sections import Section, experiment1_section, laws_section
    from .sections_edge_popup import experiment2_section
    from .sections_packing import (
        depth_headings,
        depth_rows,
        function_rows,
        packing_sections,
        packing_size_rows,
        packing_width_rows,
    )
    from .sequences import confidence_sequence, sequence_ranks
    from .speeds import speed
    from .stopping import forecast_trials, half_width, half_widths, trials_needed
    from .verdicts import Outcome, Verdict, judge, required_n
    from .width import LAYERS, widths

_HOMES = {
    "comparison": ("constants",),
    "edge_popup": ("pruning_summary",),
    "errors": ("InputError",),
    "estimates": ("resolved", "success"),
    "experiments": ("experiment_summary", "paper_values"),
    "figure4": ("figure4_message", "figure4_sentence"),
    "figures": ("figures",),
    "fits": ("dkw_bound", "fit_bounds", "judge_fits"),
    "gallery_masks": ("draw_masks",),
    "gallery_edge_popup": ("draw_experiment2",),
    "gallery_experiments": ("draw_experiment1",),
    "gallery_fits": ("draw_fits",),
    "gallery_packing": ("draw_packing",),
    "gallery_structures": ("draw_structure",),
    "gallery_widths": ("draw_widths",),
    "gallery": ("Picture", "draw_pictures", "draw_scaling", "draw_timings"),
    "looks": ("next_look",),
    "intervals": ("check_level", "clopper_pearson", "level_text"),
    "order_statistics": ("event_ratio", "quantiles"),
    "page_claims": ("Line",),
    "packing": ("SUFFICIENT", "packing_widths", "reach_rates", "saturation"),
    "report": ("write_report",),
    "samples": ("interval_name", "is_anytime", "trials_of", "trials_text"),
    "scaling": ("estimate", "laws", "slopes", "thresholds"),
    "sequences": ("confidence_sequence", "sequence_ranks"),
    "sections": ("Section", "experiment1_section", "laws_section"),
    "sections_edge_popup": ("experiment2_section",),
    "sections_packing": (
        "depth_headings",
        "depth_rows",
        "function_rows",
        "packing_sections",
        "packing_size_rows",
        "packing_width_rows",
    ),
    "speeds": ("speed",),
    "stopping": ("forecast_trials", "half_width", "half_widths", "trials_needed"),
    "verdicts": ("Outcome", "Verdict", "judge", "required_n"),
    "width": ("LAYERS", "widths"),
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
