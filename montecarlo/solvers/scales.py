"""Summands and an interval brought to a scale at which no kernel over- or underflows, by exact powers of two."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError

_PLAIN = 16
"""Intervals whose larger end is within 2^-16 to 2^16 stay as they are."""
_APART = 480
"""Summands below 2^-480 times the interval's larger end are far below its rounding; above 2^480 times, they can matter
only if they cancel."""


class Scaled(NamedTuple):
    """A problem times 2^-exponent. steps: (trials, n, m)."""

    steps: NDArray[np.float64]
    interval: tuple[float, float]
    resolution: float
    exponent: int

    def restored(self, values: NDArray[np.float64], way: float) -> NDArray[np.float64]:
        """values 2^exponent, rounded towards `way` (nan: to nearest) where they are subnormal then."""
        if self.exponent == 0:
            return values
        with np.errstate(under="ignore"):
            found = np.ldexp(values, self.exponent)
            if math.isnan(way):
                return found
            back = np.ldexp(found, -self.exponent)
            beyond = back > values if way < 0.0 else back < values
            return np.where(beyond, np.nextafter(found, way), found)


def scaled(steps: NDArray[np.float64], interval: tuple[float, float], resolution: float) -> Scaled:
    """The problem with its interval's larger end near 1, and summands of comparable size.

    steps: (trials, n, m), finite; left alone. No radius is above the interval's larger end, nor need a resolution be.
    """
    low, high = float(interval[0]), float(interval[1])
    reach = max(abs(low), abs(high))
    if reach == 0.0:  # the empty sum settles it
        return Scaled(steps, (0.0, 0.0), 0.0, 0)
    exponent = math.frexp(reach)[1]
    steps = _comparable(steps, (low, high), exponent)
    exponent = exponent if abs(exponent) > _PLAIN else 0
    if exponent == 0:
        return Scaled(steps, (low, high), resolution, 0)
    low, high, finest = (math.ldexp(value, -exponent) for value in (low, high, min(resolution, reach)))
    return Scaled(np.ldexp(steps, -exponent), (low, high), finest, exponent)


def _comparable(steps: NDArray[np.float64], interval: tuple[float, float], exponent: int) -> NDArray[np.float64]:
    """The summands, tiny ones enlarged, huge ones left out, see `kernels.relevant`; refuses those that may cancel."""
    sizes, least = np.abs(steps), _power(exponent - _APART)
    tiny = (sizes < least) & (sizes > 0.0)
    huge = sizes > _power(exponent + _APART)
    if huge.any():
        from ..kernels.covering.coverage import Interval
        from ..kernels.covering.relevant import relevant

        steps = steps.copy()
        for trial in np.flatnonzero(huge.any(axis=(1, 2))):
            kept = relevant(steps[trial].ravel(), Interval(*interval, False)).reshape(steps[trial].shape)
            if (huge[trial] & (kept != 0.0)).any():
                raise InputError(
                    f"summands that may cancel must be at most {_power(exponent + _APART):g} in size for this interval,"
                    f" got {np.abs(kept).max():g} in trial {trial}; drop them or widen the interval"
                )
            steps[trial] = kept
    return np.where(tiny, np.copysign(least, steps), steps) if tiny.any() else steps


def _power(exponent: int) -> float:
    """2^exponent; infinite or 0 beyond the range of float64."""
    return math.inf if exponent > 1023 else math.ldexp(1.0, exponent)
