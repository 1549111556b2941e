"""Edge-popup's work beside the matrix products: scores move, and those with the largest |score| keep their weights.

Scores move little from step to step, so the threshold lies in a narrow band about the last one: one pass counts the
scores above the band and writes down those within it, which are few enough to select from.
"""

import numpy as np

from .._jit import kernel

NUMBERS = 1
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
