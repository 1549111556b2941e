"""The command line, `ticketsum`: the only place that sees both simulation and analysis."""

from .._analysis import analysis as analysis  # ours, before any of these imports it by its name
from .app import main  # and the commands that compute, first in every list
from .experiments import train_target  # and those on a real network
from .networks import prune  # and the other commands about whole networks
from .packing import show_packing
from .reading import plot  # and the other commands about runs that are there

__all__ = ["main", "plot", "prune", "show_packing", "train_target"]
