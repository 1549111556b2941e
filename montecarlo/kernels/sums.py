"""Sorted subset sums by doubling: the sums of x_1..x_k are those of x_1..x_{k-1}, and the same plus x_k."""

from ._jit import kernel


@kernel
def double_sums(sums, count, x, out):
    """out[:2 count] = sorted(sums[:count] and sums[:count] + x), for sums[:count] sorted.

    Rounding is monotone, so sums + x is sorted as well and one merge does it. Equal sums are all kept.
    """
    low, high = 0, 0  # next of the unshifted, next of the shifted
    for k in range(2 * count):
        if high == count or (low < count and sums[low] <= sums[high] + x):
            out[k] = sums[low]
            low += 1
        else:
            out[k] = sums[high] + x
            high += 1


@kernel
def double_sums_and_masks(sums, masks, x, bit, out_sums, out_masks):
    """As `double_sums` for all of `sums`, carrying the subset of every sum as a uint64 mask; x gets `bit`."""
    count = sums.size
    low, high = 0, 0
    for k in range(2 * count):
        if high == count or (low < count and sums[low] <= sums[high] + x):
            out_sums[k], out_masks[k] = sums[low], masks[low]
            low += 1
        else:
            out_sums[k], out_masks[k] = sums[high] + x, masks[high] | bit
            high += 1
