"""The command line, `ticketsum`: the only place that sees both simulation and analysis."""

from . import reading  # the commands about runs that are there
from .app import main

__all__ = ["main", "reading"]
