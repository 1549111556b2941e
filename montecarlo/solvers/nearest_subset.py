"""The best subset for a target, for arrays of targets: checks the input, chooses the kernel by n and targets."""

import math
from functools import lru_cache
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import number, one_of, reals
from ..errors import InputError
from ..kernels.nearest.fewest import fewest_masks
from ..kernels.nearest.pairs import masks_within, nearest_masks, sums_of_masks
from ..kernels.nearest.shared_table import shared_nearest_masks

Objective = Literal["error", "within", "fewest"]

MOST_ENTRIES = 40
"""Two halves of 2^20 sums: the most that one target is worth."""
_LARGEST = 1e306
"""Sums of 40 of these do not overflow."""
_STAGES = 8, 12, 16, 20, 28
"""How many entries "within" tries first, before it takes all."""
_SIZES = 3, 6, 12, 24, MOST_ENTRIES
"""How many entries "fewest" allows first; the number of subsets to sort grows with it."""


class Subsets(NamedTuple):
    """One subset for each target: sums, errors |target - sum|, and masks, bit i for coefficient i."""

    sums: NDArray[np.float64]
    errors: NDArray[np.float64]
    masks: NDArray[np.uint64]


def nearest_subset(
    coefficients: ArrayLike, targets: ArrayLike, objective: Objective = "error", epsilon: float | None = None
) -> Subsets:
    """argmin over subsets S of |target - sum_{i in S} coefficients_i|, for every target.

    coefficients: (targets, n), a row for each target, or (n,), shared by all of them, which is far cheaper; n at
    most 40. targets: any shape. All at most 1e306 in size. objective:

    - "error": the least error, up to the rounding of the additions, n * 2^-53 * (sum |coefficients| + |target|);
    - "within": a subset within `epsilon`, the first found, looking at the first 8, 12, 16, 20, 28 coefficients,
      then at all of them;
    - "fewest": the fewest coefficients whose sum is within `epsilon`, the nearest among those.

    Where no subset is within `epsilon`, "within" and "fewest" give the nearest one: look at `errors`. Which one of
    several equally good subsets is returned is left open; the same call always returns the same.

    Returns sums, errors and masks in the shape of targets. The sums are added in the order of the coefficients.
    Source: the optimization problem of Section 5, Experiment 1 ("error"); its constraint alone ("within").

    >>> import montecarlo
    >>> best = montecarlo.nearest_subset([0.5, 0.25, -0.375], [0.1, 0.4])
    >>> best.sums.tolist(), best.masks.tolist()  # 0.5 - 0.375; all three
    ([0.125, 0.375], [5, 7])
    """
    wanted = reals("targets", targets, _LARGEST)
    flat = np.ascontiguousarray(wanted.ravel())
    rows = _rows(coefficients, wanted)
    epsilon = _checked_epsilon(objective, epsilon)
    if objective == "error" or epsilon is None:
        masks = _nearest(rows, flat)
    elif objective == "within":
        masks = _within(rows, flat, epsilon)
    else:
        masks = _fewest(rows, flat, epsilon)
    sums = _sums(rows, masks)
    shape = wanted.shape
    return Subsets(sums.reshape(shape), np.abs(flat - sums).reshape(shape), masks.reshape(shape))


def _rows(coefficients: ArrayLike, targets: NDArray[np.float64]) -> NDArray[np.float64]:
    """The coefficients as (1, n), shared, or (targets, n), checked."""
    rows = np.asarray(reals("coefficients", coefficients, _LARGEST), order="C")
    if rows.ndim == 0 or rows.shape[:-1] not in ((), targets.shape):
        each = f" or ({', '.join([*map(str, targets.shape), 'n'])}), a row for each target" if targets.shape else ""
        raise InputError(f"coefficients must have shape (n,){each}, got {rows.shape}")
    n = rows.shape[-1]
    if not 1 <= n <= MOST_ENTRIES:
        raise InputError(
            f"a target must have 1 to {MOST_ENTRIES} coefficients, got {n}; more are not needed for errors above "
            "1e-10: leave some out"
        )
    return rows.reshape(-1, n)


def _checked_epsilon(objective: str, epsilon: float | None) -> float | None:
    one_of("objective", objective, get_args(Objective))
    if objective == "error":
        if epsilon is not None:
            raise InputError(f"epsilon has no part in the least error, got {epsilon}; drop it or ask for 'within'")
        return None
    rule = f"epsilon must be 0 or more and finite for {objective!r}"
    return float(number(rule, epsilon, lambda x: 0.0 <= x < math.inf, "set epsilon=0.01"))


def _nearest(rows: NDArray[np.float64], targets: NDArray[np.float64]) -> NDArray[np.uint64]:
    """Masks of the least error: one by one, or by a sorted table where many targets share a row."""
    masks = np.empty(targets.size, np.uint64)
    tabled = _tabled(rows.shape[1], targets.size) if rows.shape[0] == 1 else 0
    if tabled:
        shared_nearest_masks(rows[0], targets, tabled, masks)
    else:
        nearest_masks(rows, targets, masks)
    return masks


@lru_cache(maxsize=256)
def _tabled(n: int, targets: int) -> int:
    """How many of n shared entries to put into a sorted table for so many targets; 0: one by one is cheaper.

    Measured in ns: one by one 10,500 a target at n = 21 and 2^(1/2) times as much with every entry; a table 10
    (2^14 sums) to 35 (2^20) a sum, and 5 to 15 for each of the 2^(n - tabled) searches of a target; with more than
    2^20 sums both rise.
    """
    costs = {a: 20.0 * 2.0**a + targets * 8.0 * 2.0 ** (n - a) for a in range(1, min(n, 20) + 1)}
    best = min(costs, key=lambda a: costs[a])
    return best if costs[best] < targets * 10_500.0 * 2.0 ** (0.5 * (n - 21)) else 0


def _within(rows: NDArray[np.float64], targets: NDArray[np.float64], epsilon: float) -> NDArray[np.uint64]:
    """Masks within epsilon, from as few of the first coefficients as the stages allow."""
    n = rows.shape[1]
    stages = np.array([*(stage for stage in _STAGES if stage < n), n])
    masks = np.zeros(targets.size, np.uint64)
    if rows.shape[0] > 1 or _tabled(n, targets.size) == 0:
        masks_within(rows, targets, epsilon, stages, masks)
        return masks
    open_ = np.arange(targets.size)
    for stage in stages:
        chosen = np.ascontiguousarray(rows[:, :stage])
        masks[open_] = _nearest(chosen, targets[open_])
        open_ = open_[np.abs(targets[open_] - _sums(chosen, masks[open_])) > epsilon]
        if open_.size == 0:
            break
    return masks


def _fewest(rows: NDArray[np.float64], targets: NDArray[np.float64], epsilon: float) -> NDArray[np.uint64]:
    """Masks of the fewest coefficients within epsilon. Targets out of reach are found out after one stage."""
    n = rows.shape[1]
    masks = np.zeros(targets.size, np.uint64)
    open_ = np.arange(targets.size)
    fewest = 0
    for most in _SIZES:
        found = masks[open_]
        settled = fewest_masks(_of(rows, open_), targets[open_], epsilon, (fewest, min(most, n)), found)
        masks[open_] = found
        open_ = open_[~settled]
        if fewest == 0 and open_.size:
            masks[open_] = _nearest(_of(rows, open_), targets[open_])
            reachable = np.abs(targets[open_] - _sums(_of(rows, open_), masks[open_])) <= epsilon
            open_ = open_[reachable]
        fewest = most + 1
        if open_.size == 0 or fewest > n:
            break
    return masks


def _of(rows: NDArray[np.float64], targets: NDArray[np.intp]) -> NDArray[np.float64]:
    """The rows that belong to these targets; the one row if it is shared."""
    return rows if rows.shape[0] == 1 else rows[targets]


def _sums(rows: NDArray[np.float64], masks: NDArray[np.uint64]) -> NDArray[np.float64]:
    sums = np.empty(masks.size)
    sums_of_masks(rows, masks, sums)
    return sums
