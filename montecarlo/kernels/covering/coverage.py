"""The covering radius of subset sums over an interval, exactly, for every prefix of the summands.

radius(X; [low, high]) = sup over z in [low, high] of min over S of |z - sum_{i in S} X_i|

It is the larger of two one-sided radii, named after what the nearest sum does to its target:

    shortfall = sup of z - s, excess = sup of s - z, over z in [low, high] with nearest sum s

A gap between sums whose middle lies in the interval counts in both (its middle has a nearest sum on either side). The
gap that holds `high` but not its middle counts in the shortfall alone, that of `low` in the excess alone.
"""

from typing import NamedTuple

import numpy as np

from .._jit import kernel
from .merge import double_sums


class Interval(NamedTuple):
    """Targets low..high. sided: shortfall and excess are wanted each; else the larger of them only, which is less work.

    Kernels return both all the same; if not `sided`, their maximum alone has a meaning.
    """

    low: float
    high: float
    sided: bool


@kernel
def gap_radius(left, right, low, high):
    """sup over z in [low, high] with left <= z <= right of min(z - left, right - z), for neighbouring sums.

    `left` may be -inf and `right` +inf (no sum on that side), not both. Negative when the gap misses the interval.
    """
    middle = 0.5 * left + 0.5 * right
    z = min(max(middle, low), high)
    return min(z - left, right - z)


@kernel
def gap_errors(left, right, low, high):
    """(shortfall, excess) of the targets in a gap; 0 where there are none. The larger is `gap_radius`."""
    middle, worst = 0.5 * left + 0.5 * right, max(gap_radius(left, right, low, high), 0.0)
    return worst if middle >= low else 0.0, worst if middle <= high else 0.0


@kernel
def gap_bounds(left, right, interval, error):
    """(least, most): bounds on the `gap_errors` of a gap whose ends may be `error` away, but for the error itself.

    Which errors count hangs on where the gap's middle lies; where that is not certain, they count in `most` alone.
    """
    middle, worst = 0.5 * left + 0.5 * right, max(gap_radius(left, right, interval.low, interval.high), 0.0)
    above_low, below_high = middle - interval.low, interval.high - middle
    least = worst if above_low >= error else 0.0, worst if below_high >= error else 0.0
    return least, (worst if above_low >= -error else 0.0, worst if below_high >= -error else 0.0)


@kernel
def larger(one, other):
    """The larger shortfall and the larger excess."""
    return max(one[0], other[0]), max(one[1], other[1])


@kernel
def errors_of_sorted(sums, count, low, high):
    """(shortfall, excess) of the points sums[:count], sorted, over [low, high]; the larger is `radius_of_sorted`."""
    start, stop = np.searchsorted(sums[:count], low), np.searchsorted(sums[:count], high)
    shortfall, excess = 0.0, 0.0
    for k in range(start, stop + 1):
        left = sums[k - 1] if k > 0 else -np.inf
        right = sums[k] if k < count else np.inf
        if right - left > 2.0 * min(shortfall, excess):
            positive, negative = gap_errors(left, right, low, high)
            shortfall, excess = max(shortfall, positive), max(excess, negative)
    return shortfall, excess


@kernel
def bounds_of_sorted(sums, count, interval, error):
    """(least, most): bounds on the `errors_of_sorted` of points within `error` of sums[:count], less the error.

    A gap's middle within `error` of the interval's end leaves open whether the gap counts in both; else least = most.
    """
    start, stop = np.searchsorted(sums[:count], interval.low), np.searchsorted(sums[:count], interval.high)
    least, most = (0.0, 0.0), (0.0, 0.0)
    for k in range(start, stop + 1):
        left = sums[k - 1] if k > 0 else -np.inf
        right = sums[k] if k < count else np.inf
        if right - left > 2.0 * min(least[0], least[1]):
            one, other = gap_bounds(left, right, interval, error)
            least, most = larger(least, one), larger(most, other)
    return least, most


@kernel
def radius_of_sorted(sums, count, low, high):
    """Covering radius of the points sums[:count], sorted, over [low, high]: the worst gap, the two ends included."""
    start, beyond = 0, count
    while start < beyond:
        middle = (start + beyond) // 2
        if sums[middle] < low:
            start = middle + 1
        else:
            beyond = middle
    left = sums[start - 1] if start > 0 else -np.inf
    radius = 0.0
    for k in range(start, count):
        right = sums[k]
        if right - left > 2.0 * radius or right >= high:
            radius = max(radius, gap_radius(left, right, low, high))
        if right >= high:
            return radius
        left = right
    return max(radius, high - left)


@kernel
def merged_radii(steps, low, high, resolution, out):
    """out[i] = radius(all entries of steps[:i+1]; [low, high]) from all sums, sorted; `resolution` once reached.

    steps: (n, m), m entries join at every step; zeros add no new sum and cost nothing. The radius never grows
    with i, so the first one at or below `resolution` (0: never stop) settles all later ones. Error: at most (number
    of entries) * 2^-53 * sum |x|, from the additions alone. Time and memory grow like 2^(n m): the oracle of `exact`.
    """
    active = np.count_nonzero(steps)
    sums, spare = np.empty(1 << active), np.empty(1 << active)
    sums[0] = 0.0
    count = 1
    radius = radius_of_sorted(sums, count, low, high)
    for i in range(steps.shape[0]):
        grown = False
        for x in steps[i]:
            if x != 0.0 and radius > resolution:
                double_sums(sums[:count], x, spare[: 2 * count])
                sums, spare, count, grown = spare, sums, 2 * count, True
        if grown:
            radius = radius_of_sorted(sums, count, low, high)
        out[i] = max(radius, resolution)


@kernel
def point_radii(points, low, high, out):
    """out[i] = covering radius of the points points[:i+1] alone over [low, high], no sums taken. Time: n^2."""
    ordered = np.empty(points.size)
    for i in range(points.size):
        k = i
        while k > 0 and ordered[k - 1] > points[i]:
            ordered[k] = ordered[k - 1]
            k -= 1
        ordered[k] = points[i]
        out[i] = radius_of_sorted(ordered, i + 1, low, high)


@kernel
def point_radii_of_trials(points, low, high, out):
    """out[:, t] = point_radii of trial t. points: (trials, n); out: (n, trials)."""
    for trial in range(points.shape[0]):
        point_radii(points[trial], low, high, out[:, trial])
