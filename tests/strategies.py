"""Hypothesis strategies: dyadic inputs, on which the kernels must equal rational arithmetic to the bit."""

import numpy as np
from hypothesis import strategies as st

GRID = 2.0**-20
"""Sums, gaps, midpoints and halves of a few multiples of this are exact in float64."""

SCALES = [1.0, 2.0**-1054, 2.0**1012]
"""Times these, GRID is the least subnormal, and 20 is nearly 1e306, the largest allowed: all still exact."""

dyadics = st.integers(-(2**20) - 2**18, 2**20 + 2**18).map(lambda k: k * GRID)


@st.composite
def dyadic_entries(draw, min_size=1, max_size=8):
    """Summands on the grid: mixed signs, one sign, small values with many duplicates, zeros."""
    values = draw(
        st.sampled_from([dyadics, dyadics.map(abs), st.sampled_from([0.0, 0.25, -0.25, 0.5, -0.125, 1.0, GRID, -GRID])])
    )
    return np.array(draw(st.lists(values | st.just(0.0), min_size=min_size, max_size=max_size)))


@st.composite
def dyadic_intervals(draw):
    """[low, high] on the grid: the paper's two, arbitrary ones, single points, ones the sums miss."""
    paper = st.sampled_from([(-0.5, 0.5), (-1.0, 1.0)])
    pairs = st.tuples(dyadics, dyadics).map(sorted).map(tuple)
    points = dyadics.map(lambda z: (z, z))
    far = st.tuples(st.sampled_from([-12.0, 12.0]), dyadics.map(abs)).map(lambda p: (p[0], p[0] + p[1]))
    return draw(paper | pairs | points | far)


@st.composite
def float_entries(draw, min_size=1, max_size=8):
    """Arbitrary floats, 0 or of size 1e-6 to 1e3 times a common scale in [1e-3, 1]."""
    scale = draw(st.sampled_from([1.0, 1.0, 0.1, 1e-3]))
    sizes = st.floats(1e-6, 1.0) | st.floats(1.0, 1e3)
    values = st.tuples(sizes, st.sampled_from([-1.0, 1.0])).map(lambda p: p[0] * p[1] * scale) | st.just(0.0)
    return np.array(draw(st.lists(values, min_size=min_size, max_size=max_size)))


@st.composite
def float_intervals(draw):
    """[low, high] with arbitrary float ends of size up to 2, single points, and intervals out of reach."""
    ends = st.floats(-2.0, 2.0)
    pairs = st.tuples(ends, ends).map(sorted).map(tuple)
    return draw(st.just((-0.5, 0.5)) | pairs | ends.map(lambda z: (z, z)) | st.just((30.0, 31.0)))
