"""The command line, `ticketsum`: the only place that sees both simulation and analysis."""

from .app import main

__all__ = ["main"]
