"""Numbers that are not finite, or so large that their sums are not, never reach a kernel."""

import numpy as np
from numpy.typing import ArrayLike

from .errors import InputError


def check_size(name: str, values: ArrayLike, most: float) -> None:
    """Refuse values that are not finite or above `most` in size, in one line."""
    largest = np.abs(values).max(initial=0.0)
    if not largest <= most:
        raise InputError(f"{name} must be finite and at most {most:g} in size, got {largest:g}; rescale them")
