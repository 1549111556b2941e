"""Slow truths that the fast code is measured against: enumeration in rational numbers, and closed-form laws."""

import itertools
import math
from bisect import bisect_left
from fractions import Fraction

import numpy as np


def subset_sums(entries):
    """All 2^n sums of subsets, as fractions; sum number `mask` is that of the entries whose bit is set in `mask`."""
    entries, scale = _integers(map(float, entries))
    return [Fraction(s, scale) for s in _sums(entries)]


def _sums(entries, start=0):
    sums = [start]
    for x in entries:
        sums += [s + x for s in sums]
    return sums


def _integers(values):
    """(the values times a whole number, that number): in integers all that follows is exact, and much faster."""
    fractions = [Fraction(value) for value in values]
    scale = 2 * math.lcm(*(value.denominator for value in fractions))  # twice, so that midpoints are integers too
    return [value.numerator * (scale // value.denominator) for value in fractions], scale


def covering_radius_of_points(points, low, high):
    """sup over z in [low, high] of min |z - p|, exactly: the supremum is taken at an end or midway between points.

    Every candidate z is tried against its nearest point; no gap is ever reasoned about.
    """
    (*points, low, high), scale = _integers((*points, low, high))
    return Fraction(_radius(points, low, high), scale)


def _radius(points, low, high):
    points = sorted(set(points))
    middles = [(p + q) // 2 for p, q in itertools.pairwise(points)]
    candidates = [low, high, *(z for z in middles if low <= z <= high)]
    return max(_distance(points, z) for z in candidates)


def covering_radius(entries, low, high):
    """radius(X; [low, high]), exactly, by enumeration of all subsets."""
    (*entries, low, high), scale = _integers(map(float, (*entries, low, high)))
    return Fraction(_radius(_sums(entries), low, high), scale)


def one_sided_radii(entries, low, high):
    """(sup of z - s, sup of s - z) over z in [low, high], s the sum nearest to z or either of two, exactly."""
    (*entries, low, high), scale = _integers(map(float, (*entries, low, high)))
    sums = sorted(set(_sums(entries)))
    middles = [(p + q) // 2 for p, q in itertools.pairwise(sums)]
    sides = [0, 0]
    for z in (low, high, *(z for z in middles if low <= z <= high)):
        distance = _distance(sums, z)
        for side, s in enumerate((z - distance, z + distance)):
            if s in sums[max(bisect_left(sums, s), 0) :][:1]:
                sides[side] = max(sides[side], distance)
    return tuple(Fraction(side, scale) for side in sides)


def worst_targets(entries, low, high):
    """All z in [low, high] whose nearest subset sum is as far away as the covering radius, among ends and midpoints."""
    low, high = Fraction(float(low)), Fraction(float(high))
    sums = sorted(set(subset_sums(entries)))
    radius = covering_radius_of_points(sums, low, high)
    candidates = [low, high, *((p + q) / 2 for p, q in itertools.pairwise(sums))]
    return [z for z in candidates if low <= z <= high and _distance(sums, z) == radius]


def nearest_error(entries, target):
    """min over subsets of |target - sum|, exactly."""
    (target, *entries), scale = _integers(map(float, (target, *entries)))
    return Fraction(min(abs(s) for s in _sums(entries, -target)), scale)


def fewest_within(entries, target, epsilon):
    """(size, error): the fewest entries with a sum within epsilon of target, and the least error so many have; or None.

    Exact: every subset is tried in fractions.
    """
    (target, epsilon, *entries), scale = _integers(map(float, (target, epsilon, *entries)))
    errors = map(abs, _sums(entries, -target))
    within = [(mask.bit_count(), error) for mask, error in enumerate(errors) if error <= epsilon]
    count, error = min(within, default=(None, None))
    return None if count is None else (count, Fraction(error, scale))


def _distance(points, z):
    above = bisect_left(points, z)
    return min(abs(z - p) for p in points[max(above - 1, 0) : above + 1])


def all_sums(entries):
    """All subset sums of every row of `entries`, (rows, n) -> (rows, 2^n), unsorted; the last one is the full set."""
    sums = np.zeros((entries.shape[0], 1))
    for x in entries.T:
        sums = np.concatenate([sums, sums + x[:, None]], axis=1)
    return sums


def kept_promises(subsets, entries, targets, objective, epsilon, *, tolerance=None):
    """Which targets got what `nearest_subset` promises, by brute force in floats; entries: (targets, n) or (n,).

    sums and errors must be those of the masks to the bit; what is least or within epsilon may miss it by the tolerance,
    by default the rounding of the additions and of target - sum on both sides.
    """
    n, each = entries.shape[-1], np.arange(targets.size)
    if tolerance is None:
        tolerance = sum(4.0 * n * 2.0**-53 * size for size in (np.abs(entries).sum(axis=-1), np.abs(targets)))
    sums = np.broadcast_to(all_sums(np.atleast_2d(entries)), (targets.size, 2**n))
    counts = np.bitwise_count(np.arange(2**n))
    with np.errstate(over="ignore"):  # an infinite error is just not the least
        errors = np.abs(sums - targets[:, None])
    least = np.array([errors[:, counts == c].min(axis=1) for c in range(n + 1)])
    masks = subsets.masks.astype(int)
    kept = (subsets.sums == sums[each, masks]) & (subsets.errors == errors[each, masks])
    nearest = subsets.errors <= least.min(axis=0) + tolerance
    if objective != "error":
        reachable = least <= epsilon - tolerance
        nearest = np.where(subsets.errors <= epsilon, True, nearest & ~reachable.any(axis=0))
    if objective == "fewest":
        fewest = np.where(reachable.any(axis=0), reachable.argmax(axis=0), n)
        best = (counts[masks] <= fewest) & (subsets.errors <= least[counts[masks], each] + tolerance)
        nearest &= best | (subsets.errors > epsilon)
    return kept & nearest


def covering_radii_of_points(points, low, high):
    """Covering radius over [low, high] of every row of points, in floats: sort, difference, look at the two ends."""
    points = np.sort(points, axis=1)
    middles = 0.5 * (points[:, 1:] + points[:, :-1])
    gaps = np.where((middles >= low) & (middles <= high), 0.5 * np.diff(points), 0.0).max(axis=1, initial=0.0)
    ends = [np.abs(points - z).min(axis=1) for z in (low, high)]
    return np.maximum(gaps, np.maximum(*ends))


def largest_spacing_cdf(n, x):
    """P(largest of the n + 1 spacings of n uniform points on [0, 1] <= x) = sum_k (-1)^k C(n+1, k) (1 - k x)_+^n."""
    terms = ((-1) ** k * math.comb(n + 1, k) * max(1.0 - k * x, 0.0) ** n for k in range(n + 2))
    return min(max(math.fsum(terms), 0.0), 1.0)


def bare_points_cdf(n, radius):
    """P(covering radius over [-1, 1] of n uniform points there <= radius), no sums taken (the baseline of Section 1).

    Of the n + 1 spacings (of total length 2) the two outer ones count whole and the n - 1 inner ones count half,
    P(spacing_i > c_i for i in I) = (1 - sum c_i / 2)_+^n, and inclusion and exclusion does the rest. radius: one, or an
    array of them.
    """
    terms = (
        (-1) ** (outer + inner)
        * math.comb(2, outer)
        * math.comb(n - 1, inner)
        * np.maximum(1.0 - outer * radius / 2.0 - inner * radius, 0.0) ** n
        for outer in range(3)
        for inner in range(n)
    )
    return np.clip(sum(terms), 0.0, 1.0)


def network_errors(u, v, targets):
    """min over masks of sup over |x| <= 1 of |w x - (v * s)^T relu(u x)|, for every w in `targets`.

    The network is evaluated neuron by neuron on a grid of x with both ends; all 2^len(u) masks are tried.
    """
    x = np.linspace(-1.0, 1.0, 5)
    neurons = v[:, None] * np.maximum(u[:, None] * x, 0.0)
    masks = (np.arange(2 ** len(u))[:, None] >> np.arange(len(u))) & 1
    outputs = masks @ neurons
    return np.array([np.abs(w * x - outputs).max(axis=1).min() for w in targets])


def worst_network_error(u, v, neurons=None):
    """sup over |w| <= 1 of `network_errors`, over the masks that keep only `neurons` (a boolean array, default all).

    The supremum is taken at an end or midway between two slopes that some pruned network has on one side of 0.
    """
    if neurons is not None:
        u, v = u[neurons], v[neurons]
    slopes = [all_sums((u * v)[None, side])[0] for side in (u > 0.0, u < 0.0)]
    middles = np.concatenate([0.5 * np.add.outer(s, s).ravel() for s in slopes])
    inside = np.unique(middles[np.abs(middles) <= 1.0])
    return network_errors(u, v, np.concatenate([inside, [-1.0, 1.0]])).max()


def pruned_neurons(neurons, blockwise=False):
    """Every pruned network (s * v)^T relu((T * M) x) of the rows m1, m2, v: lists of (m1, m2, v), as fractions.

    All binary s and T as they stand, many of them one function; or with T fixed, neuron i keeping its weight i mod 2.
    """
    rows = [tuple(Fraction(float(value)) for value in row) for row in neurons]
    proof = tuple((1, 0) if i % 2 == 0 else (0, 1) for i in range(len(rows)))
    every = itertools.product(itertools.product((0, 1), repeat=2), repeat=len(rows))
    for t in [proof] if blockwise else every:
        for s in itertools.product((0, 1), repeat=len(rows)):
            yield [(a * m1, b * m2, k * v) for (m1, m2, v), (a, b), k in zip(rows, t, s, strict=True)]


def square_error(network, w1, w2):
    """sup over |x|_inf <= 1 of |w1 x1 + w2 x2 - sum v relu(m1 x1 + m2 x2)|, exactly.

    The error grows in proportion to x, so the square's four sides will do; each is cut at its ends and wherever a
    neuron of this very network starts to fire, and between two cuts the error is linear.
    """
    worst = Fraction(0)
    for end in (Fraction(1), Fraction(-1)):
        for first in (True, False):  # x1 = end and x2 runs along the side, or the other way round
            sides = [(m1, m2, v) if first else (m2, m1, v) for m1, m2, v in network]
            starts = [-fixed * end / running for fixed, running, _ in sides if running != 0]
            for t in [Fraction(-1), Fraction(1), *(t for t in starts if abs(t) <= 1)]:
                output = sum(v * max(fixed * end + running * t, 0) for fixed, running, v in sides)
                x1, x2 = (end, t) if first else (t, end)
                worst = max(worst, abs(Fraction(float(w1)) * x1 + Fraction(float(w2)) * x2 - output))
    return worst


def best_mask_error(neurons, w1, w2, blockwise=False):
    """The least `square_error` of all `pruned_neurons`, exactly."""
    return min(square_error(network, w1, w2) for network in pruned_neurons(neurons, blockwise))


def hard_targets(entries_of_sides, low, high, *, beside, most=None):
    """Targets in [low, high] that are hard to hit: both ends, 0, midpoints of gaps of the sums, and just beside them.

    Several lists of entries share the target, as the two signs of x do. most: so many of the widest gaps of each list.
    Lists of more than 16 entries are passed over: their gaps are narrow, and the ends the hardest.
    """
    targets = [np.array([low, high, 0.0])]
    for entries in (entries for entries in entries_of_sides if len(entries) <= 16):
        sums = np.unique(all_sums(np.asarray(entries)[None])[0])
        middles, gaps = 0.5 * (sums[1:] + sums[:-1]), np.diff(sums)
        inside = (middles >= low) & (middles <= high)
        targets.append(middles[inside][np.argsort(-gaps[inside])[:most]])
    exactly = np.concatenate(targets)
    every = np.unique(np.concatenate([exactly, exactly - beside, exactly + beside]))
    return every[(every >= low) & (every <= high)]


def least_prefix(epsilons):
    """How many steps the shortest prefix has at which a running minimum had its last value."""
    return int(np.argmax(epsilons == epsilons[-1])) + 1
