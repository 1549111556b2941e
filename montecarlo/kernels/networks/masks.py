"""The best pruning of a tiny ReLU neuron with two inputs, by trying all masks: for every number of hidden neurons.

g(x) = v^T relu(M x), pruned to (s * v)^T relu((T * M) x). Of a hidden neuron only four forms differ, whatever s and T:
nothing, the first weight alone, the second alone, both. Error of a pruning: sup over |x|_inf <= 1 of |w^T x - g(x)|.

The error is linear along the square's boundary between corners, axis points and the ends of kink lines m_i.x = 0, and
scales with x; so the supremum is the largest value at these points. The kinks of pruned neurons are tried along with
the others: they are points of the square as well.
"""

import numpy as np

from .._jit import assign, kernel

_CORNERS_AND_AXES = np.array([[1.0, 1.0, 0.0, -1.0, -1.0, -1.0, 0.0, 1.0], [0.0, 1.0, 1.0, 1.0, 0.0, -1.0, -1.0, -1.0]])
_FIXED = 8


@kernel
def candidate_points(neurons, points):
    """The points where the supremum can be attained; points: (2, 8 + 2 n), those of the first k neurons in front.

    neurons: (n, 3), rows m1, m2, v. A neuron without weights has no kink: its two points are corners once more.
    """
    for axis in range(2):
        assign(points[axis], _CORNERS_AND_AXES[axis])
    for i in range(neurons.shape[0]):
        m1, m2 = neurons[i, 0], neurons[i, 1]
        size, at = max(abs(m1), abs(m2)), _FIXED + 2 * i
        points[0, at], points[1, at] = (m2 / size, -m1 / size) if size > 0.0 else (1.0, 1.0)
        points[0, at + 1], points[1, at + 1] = -points[0, at], -points[1, at]


@kernel
def form_outputs(neurons, points, outputs):
    """outputs[i, f, p] = v_i relu(m_i . x_p) with no weight kept (f = 0), the first, the second, or both (f = 3)."""
    outputs[:, 0] = 0.0
    for i in range(neurons.shape[0]):
        for p in range(points.shape[1]):
            one, two = neurons[i, 0] * points[0, p], neurons[i, 1] * points[1, p]
            outputs[i, 1, p] = neurons[i, 2] * max(one, 0.0)
            outputs[i, 2, p] = neurons[i, 2] * max(two, 0.0)
            outputs[i, 3, p] = neurons[i, 2] * max(one + two, 0.0)


@kernel
def largest_below(residual, output, limit):
    """max over p of |residual_p - output_p|; `limit` as soon as it is reached."""
    largest = 0.0
    for p in range(residual.size):
        largest = max(largest, abs(residual[p] - output[p]))
        if largest >= limit:
            return limit
    return largest


@kernel
def least_errors(target, outputs, points, out):
    """out[k] = min over a form of each of the first k+1 neurons of max over p < points[k] of |target_p - sum_p|.

    target: (all points,); outputs: (n, forms, all points), form 0 all zeros; points: (n,), rising, so that out[k] does
    not depend on later neurons. All forms^n choices are tried, depth first; a choice is given up at the first point
    where it is no better than the best.
    """
    n, forms, _ = outputs.shape
    residuals, chosen = np.empty((n, target.size)), np.full(n, -1)
    out[:] = np.inf
    for p in range(target.size):
        residuals[0, p] = target[p]
    k = 0
    while k >= 0:
        chosen[k] += 1
        if chosen[k] == forms:
            chosen[k] = -1
            k -= 1
            continue
        output, seen = outputs[k, chosen[k]], points[k]
        out[k] = largest_below(residuals[k, :seen], output[:seen], out[k])
        if k + 1 < n:
            for p in range(target.size):
                residuals[k + 1, p] = residuals[k, p] - output[p]
            k += 1
    for k in range(1, n):  # a neuron may be pruned away; its kink's points are rounded
        out[k] = min(out[k], out[k - 1])


@kernel
def mask_errors(neurons, w1, w2, out):
    """out[0, k], out[1, k] = least error of the first k+1 neurons over all masks, over the blockwise masks.

    Blockwise: neuron i keeps at most its weight i mod 2, and the kinks are axis points. neurons: (n, 3), rows m1, m2,
    v. Error: a few n * 2^-53 * (|w1| + |w2| + sum |v| (|m1| + |m2|)). Time: 4^n.
    """
    n = neurons.shape[0]
    points = np.empty((2, _FIXED + 2 * n))
    candidate_points(neurons, points)
    outputs = np.empty((n, 4, points.shape[1]))
    form_outputs(neurons, points, outputs)
    target = w1 * points[0] + w2 * points[1]
    least_errors(target, outputs, _FIXED + 2 * np.arange(1, n + 1), out[0])
    blocks = np.zeros((n, 2, _FIXED))
    for i in range(n):
        assign(blocks[i, 1], outputs[i, 1 + i % 2, :_FIXED])
    least_errors(target[:_FIXED], blocks, np.full(n, _FIXED), out[1])
    for k in range(n):  # blockwise masks are masks; the points at kinks are rounded
        out[0, k] = min(out[0, k], out[1, k])


@kernel
def mask_errors_of_trials(neurons, w1, w2, out):
    """out[:, :, t] = mask_errors of trial t. neurons: (trials, n, 3); out: (2, n, trials)."""
    for trial in range(neurons.shape[0]):
        mask_errors(neurons[trial], w1, w2, out[:, :, trial])
