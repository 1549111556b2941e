"""Each law's samples follow its distribution function, and its density integrates to it.

Sample sizes are 40 000, so a law is rejected by chance with probability 1e-8, and one at a distance of
2 * dkw_threshold(40 000) = 0.031 from the truth is missed with probability below 1e-8.
"""

import numpy as np
import pytest
from calibrated import RejectedError, assert_law, assert_rate
from scipy.integrate import quad

from montecarlo.distributions import ReluProduct, Uniform, UniformProduct

N, TRIALS = 10, 4000
LAWS = [Uniform(), Uniform(0.0, 1.0), Uniform(-3.0, 2.0), UniformProduct(), ReluProduct()]
laws = pytest.mark.parametrize("law", LAWS, ids=str)


def draw(law, seed=11):
    return law.sample(np.random.default_rng(seed), N, TRIALS)


@laws
def test_samples_follow_the_law(law):
    """n * trials samples against the distribution function, atom at 0 included (DKW, false alarm 1e-8 a law)."""
    sample = draw(law)
    assert sample.shape == (N, TRIALS)
    assert_law(sample, law.cdf)


@pytest.mark.parametrize(
    ("sampled", "claimed"),
    [
        (Uniform(0.0, 1.0), Uniform(-1.0, 1.0)),
        (Uniform(-1.0, 0.9), Uniform(-1.0, 1.0)),
        (UniformProduct(), Uniform(-1.0, 1.0)),
        (ReluProduct(), UniformProduct()),
        (UniformProduct(), ReluProduct()),
    ],
    ids=str,
)
def test_wrong_sampler_is_caught(sampled, claimed):
    """Negative controls: a sampler on [0, 1] for [-1, 1], a short interval, a missing and a superfluous atom."""
    with pytest.raises(RejectedError):
        assert_law(draw(sampled), claimed.cdf)


def test_one_factor_too_many_is_caught():
    """Negative control: the product of three uniforms, or of a uniform on [0, 1] with itself, is not XY."""
    rng = np.random.default_rng(12)
    with pytest.raises(RejectedError):
        assert_law(draw(UniformProduct()) * rng.random((N, TRIALS)), UniformProduct().cdf)
    with pytest.raises(RejectedError):
        assert_law(np.abs(draw(UniformProduct())), UniformProduct().cdf)


@laws
def test_density_integrates_to_the_distribution_function(law):
    """integral of pdf over [a, b] = cdf(b) - cdf(a), less the atom at 0 where [a, b] holds it."""
    atom = 0.5 if law == ReluProduct() else 0.0
    for a, b in [(-0.9, -0.2), (0.1, 0.95), (-1.0, 1.0), (-0.3, 0.6)]:
        halves = [(a, min(b, 0.0)), (max(a, 0.0), b)] if a < 0.0 < b else [(a, b)]  # the density has a pole at 0
        mass = sum(quad(lambda z: float(law.pdf(z)), *half)[0] for half in halves)
        mass += atom if a < 0.0 < b else 0.0
        assert mass == pytest.approx(float(law.cdf(b) - law.cdf(a)), abs=1e-7)


@laws
def test_distribution_function_rises_from_0_to_1(law):
    """cdf is 0 left of the support, 1 at its right end and beyond, non-decreasing, and pdf is 0 outside."""
    low, high = (law.low, law.high) if isinstance(law, Uniform) else (-1.0, 1.0)
    z = np.linspace(low - 1.0, high + 1.0, 1001)
    values = law.cdf(z)
    assert np.all(np.diff(values) >= 0.0)
    assert np.all(values[z < low] == 0.0)
    assert np.all(values[z >= high] == 1.0)
    assert np.all(law.pdf(z[(z < low) | (z > high)]) == 0.0)


def test_relu_product_is_half_atom_half_product():
    """Z = 0 with probability 1/2 (binomial, false alarm 1e-8); given Z != 0 it is XY (DKW, 1e-8)."""
    sample = draw(ReluProduct())
    assert_rate(int(np.sum(sample == 0.0)), sample.size, low=0.5, high=0.5)
    assert_law(sample[sample != 0.0], UniformProduct().cdf)
    assert float(ReluProduct().cdf(0.0) - ReluProduct().cdf(-5e-324)) == 0.5


def test_density_of_the_product_is_the_papers():
    """1/2 ln(1/|z|) at hand-picked points, infinite at 0 (Lemma 4)."""
    np.testing.assert_allclose(UniformProduct().pdf([np.exp(-1.0), -np.exp(-2.0), 1.0]), [0.5, 1.0, 0.0])
    assert UniformProduct().pdf(0.0) == np.inf
    # Corollary 1: the density is at least 1/2 ln 2 on [-1/2, 1/2]
    assert np.all(UniformProduct().pdf(np.linspace(-0.5, 0.5, 101)) >= 0.5 * np.log(2.0))


@laws
def test_rows_of_a_larger_n_continue(law):
    """The first rows of a larger n are those of a smaller one, bit for bit."""
    short, long = (law.sample(np.random.default_rng(13), n, 7) for n in (3, 9))
    np.testing.assert_array_equal(long[:3], short)


@laws
def test_neighbouring_rows_are_uncorrelated(law):
    """Row n and row n + 1, and trial t and t + 1, agree in sign against the median half of the time (1e-8 each)."""
    signs = draw(law) > 0.0
    rate = float(1.0 - law.cdf(0.0))
    same = rate**2 + (1.0 - rate) ** 2
    # disjoint pairs only, so that the counts are binomial
    assert_rate(int(np.sum(signs[0::2] == signs[1::2])), signs[0::2].size, same, same)
    assert_rate(int(np.sum(signs[:, 0::2] == signs[:, 1::2])), signs[:, 0::2].size, same, same)
