"""Figures: each takes Datasets and an Axes, computes nothing, and draws the interval and the theory line."""

from .curves import event_curves, success_curves
from .fits import decomposition, fit_panels
from .growth import event_growth, growth
from .heatmap import success_heatmap
from .quantiles import event_quantiles, ratio_quantiles
from .style import claim_color, paper_style
from .timing import timing_curves, work_curves

__all__ = [
    "claim_color",
    "decomposition",
    "event_curves",
    "event_growth",
    "event_quantiles",
    "fit_panels",
    "growth",
    "paper_style",
    "ratio_quantiles",
    "success_curves",
    "success_heatmap",
    "timing_curves",
    "work_curves",
]
