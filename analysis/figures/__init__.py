"""Figures: each takes Datasets and an Axes, computes nothing, and draws the interval and the theory line."""

from .curves import event_curves, success_curves
from .edge_popup import accuracy_by_kept
from .experiment1 import accuracy_by_epsilon, accuracy_by_n, kept_by_n, missed_by_n
from .fits import decomposition, fit_panels
from .growth import event_growth, growth
from .heatmap import success_heatmap
from .laws import law_comparison
from .quantiles import event_quantiles, ratio_quantiles
from .scaling import scaling
from .style import claim_color, distinction, paper_style, sweep_name
from .timing import timing_curves, work_curves

__all__ = [
    "accuracy_by_epsilon",
    "accuracy_by_kept",
    "accuracy_by_n",
    "claim_color",
    "decomposition",
    "distinction",
    "event_curves",
    "event_growth",
    "event_quantiles",
    "fit_panels",
    "growth",
    "kept_by_n",
    "law_comparison",
    "missed_by_n",
    "paper_style",
    "ratio_quantiles",
    "scaling",
    "success_curves",
    "success_heatmap",
    "sweep_name",
    "timing_curves",
    "work_curves",
]
