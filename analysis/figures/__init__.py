"""Figures: each takes Datasets and an Axes, computes nothing, and draws the interval and the theory line."""

from .curves import event_curves, success_curves, success_key
from .edge_popup import accuracy_by_kept
from .experiment1 import accuracy_by_epsilon, accuracy_by_n, kept_by_n, missed_by_n
from .fits import decomposition, fit_panels
from .growth import event_growth, growth, power_growth
from .heatmap import success_heatmap
from .laws import law_comparison
from .packing import needed_widths, packing_sizes, reach_curves
from .packing_portraits import line_portrait, plane_functions, plane_packing
from .palette import claim_color, claim_marker, ink, lightness, series_color, shades
from .quantiles import event_quantiles, ratio_quantiles
from .scaling import scaling
from .structure import structure, target_structure
from .style import COLUMN_WIDTH, TEXT_WIDTH, distinction, paper_style, sweep_name
from .sums import filling_sums
from .timing import timing_curves, work_curves
from .width import width_needed

__all__ = [
    "COLUMN_WIDTH",
    "TEXT_WIDTH",
    "accuracy_by_epsilon",
    "accuracy_by_kept",
    "accuracy_by_n",
    "claim_color",
    "claim_marker",
    "decomposition",
    "distinction",
    "event_curves",
    "event_growth",
    "event_quantiles",
    "filling_sums",
    "fit_panels",
    "growth",
    "ink",
    "kept_by_n",
    "law_comparison",
    "lightness",
    "line_portrait",
    "missed_by_n",
    "needed_widths",
    "packing_sizes",
    "paper_style",
    "plane_functions",
    "plane_packing",
    "power_growth",
    "ratio_quantiles",
    "reach_curves",
    "scaling",
    "series_color",
    "shades",
    "structure",
    "success_curves",
    "success_heatmap",
    "success_key",
    "sweep_name",
    "target_structure",
    "timing_curves",
    "width_needed",
    "work_curves",
]
