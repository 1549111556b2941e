"""The command line, `ticketsum`: the only place that sees both simulation and analysis. One file per command."""

from .._analysis import analysis as analysis  # ours, before any of these imports it by its name
from .app import main

__all__ = ["main"]
