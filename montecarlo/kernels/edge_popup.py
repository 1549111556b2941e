"""Which weights edge-popup keeps: those with the largest |score|, exactly as many as asked for, and their values.

Scores move little from step to step, so the threshold lies in a narrow band about the last one: one pass counts the
scores above the band and writes down those within it, which are few enough to select from.
"""

import numpy as np

from ._jit import kernel


@kernel
def gather_band(scores, low, high, inside):
    """(above, within): how many |s| > high, and low <= |s| <= high; inside[:within] are the latter, in order.

    inside has room for one more than all scores: every size is written, and only those within the band stay. Without
    branches that takes 0.8 ns a score; with them 9, as near random signs mispredict.
    """
    above = 0
    within = 0
    for i in range(scores.size):
        size = abs(scores[i])
        inside[within] = size
        above += size > high
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


@kernel
def through_mask(gradients, weights, scores):
    """dL/d(w mask) becomes dL/ds = dL/d(w mask) w sign(s), in place: the mask is taken for |s|."""
    for i in range(weights.size):
        weight = weights[i] if scores[i] > 0 else -weights[i]
        gradients[i] *= weight
