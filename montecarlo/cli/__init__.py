"""The command line, `ticketsum`: the only place that sees both simulation and analysis."""

from .app import main  # and the commands that compute, first in every list
from .packing import show_packing
from .reading import plot  # and the other commands about runs that are there

__all__ = ["main", "plot", "show_packing"]
