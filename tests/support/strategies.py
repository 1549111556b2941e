"""Hypothesis strategies: dyadic inputs, on which the kernels must equal rational arithmetic to the bit."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

GRID = 2.0**-20
"""Sums, gaps, midpoints and halves of a few multiples of this are exact in float64."""

BESIDE = 2.0**-30
"""Far below what sums on the grid differ by: so far from a gap's midpoint one of two sums is the nearer, exactly."""

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


neuron_weights = st.integers(-(2**10), 2**10).map(lambda k: k / 2**10)
"""Products of two are multiples of GRID, in [-1, 1] as the weights of a network are."""


@st.composite
def layers(draw, most_steps=4, most_rows=1, most_inputs=1):
    """u and v of a pair of layers as Lemma 3 draws them, (n, 2, 1 + rows, d): coarse, random on the grid, or spread.

    Spread: u = 1 in the first half and -1 in the second, |v| >= 1/2 with alternating signs, most_steps of them. Sums of
    a few products of uniforms seldom reach both ends of [-1, 1], and the gaps between them would never be the worst.
    """
    kind = draw(st.sampled_from(["coarse", "random", "spread", "spread"]))
    n, rows, d = (draw(st.integers(1, most)) for most in (most_steps, most_rows, most_inputs))
    shape = most_steps if kind == "spread" else n, 2, 1 + rows, d
    if kind == "coarse":
        return draw(arrays(float, shape, elements=st.sampled_from([0.0, 0.25, -0.5, 0.75, -1.0, 1.0, 2.0**-10])))
    generator = np.random.default_rng(draw(st.integers(0, 2**32)))
    layer = generator.integers(-(2**10), 2**10, shape, endpoint=True) / 2**10
    if kind == "spread":
        layer = 0.5 + 0.5 * np.abs(layer)
        layer[1::2, :, 1:] *= -1.0
        layer[:, 0, 0], layer[:, 1, 0] = 1.0, -1.0
    return layer
