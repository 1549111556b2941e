"""Edge-popup's work beside the matrix products: scores move, and those with the largest |score| keep their weights.

Scores move little from step to step, so the threshold lies in a narrow band about the last one: one pass counts the
scores above the band and writes down those within it, which are few enough to select from.
"""

import numpy as np

from .._jit import kernel

NUMBERS = 2
"""Version of scores and masks: raise it with every change of them."""
_STRIDE = 64


@kernel
def moved_scores(gradients, weights, scores, velocities, rates):
    """One step of SGD on the scores; rates: (rate, momentum, decay). Weights and gradients stay as they are.

    dL/ds = dL/d(w mask) w sign(s), as the mask is taken for |s|; v = momentum v + dL/ds + decay s; s = s - rate v.
    """
    rate, momentum, decay = rates[0], rates[1], rates[2]
    for i in range(scores.size):
        score = scores[i]
        weight = weights[i] if score > 0 else -weights[i]
        velocity = momentum * velocities[i] + (gradients[i] * weight + decay * score)
        velocities[i] = velocity
        scores[i] = score - rate * velocity


@kernel
def moved_pair_scores(outer, inner, weights, scores, velocities, rates):
    """`moved_scores` of weights (out, r, in) whose gradients are outer (out, in) times inner (r, in).

    The products are never stored: their 8 MB for two million weights would be written and read once a step.
    """
    rate, momentum, decay = rates[0], rates[1], rates[2]
    for o in range(scores.shape[0]):
        for k in range(scores.shape[1]):
            for j in range(scores.shape[2]):
                score = scores[o, k, j]
                weight = weights[o, k, j] if score > 0 else -weights[o, k, j]
                gradient = outer[o, j] * inner[k, j]
                velocity = momentum * velocities[o, k, j] + (gradient * weight + decay * score)
                velocities[o, k, j] = velocity
                scores[o, k, j] = score - rate * velocity


@kernel
def pair_products(first, second, out):
    """out[o, j] = sum_k first[k, j] second[o, k, j]: the matrix that a pair of layers is."""
    out[:] = np.float32(0.0)
    for o in range(second.shape[0]):
        for k in range(second.shape[1]):
            for j in range(second.shape[2]):
                out[o, j] += first[k, j] * second[o, k, j]


@kernel
def first_gradients(outer, second, out):
    """out[k, j] = sum_o outer[o, j] second[o, k, j]: gradients of a pair's first weights."""
    out[:] = np.float32(0.0)
    for o in range(second.shape[0]):
        for k in range(second.shape[1]):
            for j in range(second.shape[2]):
                out[k, j] += outer[o, j] * second[o, k, j]


@kernel
def gather_band(scores, low, high, inside):
    """(above, within): how many |s| > high, and low <= |s| <= high; inside[:within] are the latter, in order.

    inside has room for one more than all scores. A stretch with none in the band, as most are if it is narrow, costs
    0.4 ns a score. In others every size is written, and only those within the band stay: without branches 1 ns, with
    them 9, as near random signs mispredict.
    """
    above = 0
    within = 0
    for start in range(0, scores.size, _STRIDE):
        part = scores[start : start + _STRIDE]
        over = np.int32(0)
        reach = np.int32(0)
        for i in range(part.size):
            over += np.int32(abs(part[i]) > high)
            reach += np.int32(abs(part[i]) >= low)
        above += over
        if reach > over:
            for i in range(part.size):
                size = abs(part[i])
                inside[within] = size
                within += (size >= low) & (size <= high)
    return above, within


@kernel
def kept_weights(weights, scores, threshold, surplus, out):
    """out = w where |s| >= threshold, but for the last `surplus` places with |s| = threshold; else 0.

    float32 scores tie often: two passes, the first without branches, take a quarter of the time of one that counts.
    """
    for i in range(weights.size):
        out[i] = weights[i] if abs(scores[i]) >= threshold else np.float32(0.0)
    i = weights.size
    while surplus > 0 and i > 0:
        i -= 1
        if abs(scores[i]) == threshold:
            out[i] = np.float32(0.0)
            surplus -= 1
