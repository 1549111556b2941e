"""Figures: each takes Datasets and an Axes, computes nothing, and draws the interval and the theory line."""

from .curves import event_curves, success_curves
from .growth import event_growth, growth
from .heatmap import success_heatmap
from .laws import law_comparison
from .scaling import scaling
from .style import claim_color, distinction, paper_style, sweep_name
from .timing import timing_curves, work_curves

__all__ = [
    "claim_color",
    "distinction",
    "event_curves",
    "event_growth",
    "growth",
    "law_comparison",
    "paper_style",
    "scaling",
    "success_curves",
    "success_heatmap",
    "sweep_name",
    "timing_curves",
    "work_curves",
]
