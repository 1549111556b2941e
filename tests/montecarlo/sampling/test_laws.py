"""Each law's samples follow its distribution function, and its density integrates to it.

Sample sizes are 40 000, so a law is rejected by chance with probability 1e-8, and one at a distance of
2 * dkw_threshold(40 000) = 0.031 from the truth is missed with probability below 1e-8.
"""

import json
import subprocess
import sys
from dataclasses import asdict
from itertools import pairwise

import numpy as np
import pytest
from calibrated import RejectedError, assert_law, assert_rate
from scipy import stats
from scipy.integrate import quad

from montecarlo import InputError
from montecarlo.sampling.laws import Frozen, ReluProduct, Remainder, Uniform, UniformProduct, as_law

N, TRIALS = 10, 4000
FROZEN = [Frozen("norm", (0.0, 1.0)), Frozen("expon", (-1.0, 0.5)), Frozen("beta", (2.0, 3.0, -1.0, 2.0))]
LAWS = [Uniform(), Uniform(0.0, 1.0), Uniform(-3.0, 2.0), UniformProduct(), ReluProduct(), Remainder(), *FROZEN]
laws = pytest.mark.parametrize("law", LAWS, ids=str)


SHARE = 0.5 * np.log(2.0)  # of the uniform part in the product law


def draw(law, seed=11):
    return law.sample(np.random.default_rng(seed), N, TRIALS)


def support(law):
    if isinstance(law, Frozen):
        return getattr(stats, law.name).support(*law.parameters)
    return (law.low, law.high) if isinstance(law, Uniform) else (-1.0, 1.0)


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
        (UniformProduct(), Remainder()),
        (Frozen("norm", (0.0, 1.2)), Frozen("norm", (0.0, 1.0))),
        (Frozen("expon", (0.0, 0.5)), Frozen("expon", (-1.0, 0.5))),
        (Frozen("beta", (3.0, 2.0, -1.0, 2.0)), Frozen("beta", (2.0, 3.0, -1.0, 2.0))),
    ],
    ids=str,
)
def test_wrong_sampler_is_caught(sampled, claimed):
    """Negative controls: a wrong interval, atom, uniform part, scale, location, order of shapes."""
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
        ends = [a, *(z for z in (-0.5, 0.0, 0.5) if a < z < b), b]  # a pole at 0, jumps at -1/2 and 1/2
        mass = sum(quad(lambda z: float(law.pdf(z)), *piece)[0] for piece in pairwise(ends))
        mass += atom if a < 0.0 < b else 0.0
        assert mass == pytest.approx(float(law.cdf(b) - law.cdf(a)), abs=1e-7)


@laws
def test_distribution_function_rises_from_0_to_1(law):
    """cdf is 0 left of the support, 1 at its right end and beyond, non-decreasing, and pdf is 0 outside."""
    low, high = support(law)
    z = np.concatenate([[-np.inf], np.linspace(max(low, -9.0) - 1.0, min(high, 9.0) + 1.0, 1001), [np.inf]])
    values = law.cdf(z)
    assert np.all(np.diff(values) >= 0.0)
    assert np.all(values[z < low] == 0.0)
    assert values[0] == 0.0
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


def test_product_is_uniform_part_and_remainder():
    """P = (1/2 ln 2) U[-1/2, 1/2] + (1 - 1/2 ln 2) Q: distribution functions, densities, and samples (DKW, 1e-8)."""
    z = np.concatenate([np.linspace(-1.2, 1.2, 2401), [-1e-300, 1e-300, np.nextafter(0.5, 1.0)]])
    half = Uniform(-0.5, 0.5)
    mixed = SHARE * half.cdf(z) + (1.0 - SHARE) * Remainder().cdf(z)
    np.testing.assert_allclose(mixed, UniformProduct().cdf(z), rtol=0.0, atol=1e-15)
    mixed = SHARE * half.pdf(z) + (1.0 - SHARE) * Remainder().pdf(z)
    np.testing.assert_allclose(mixed, UniformProduct().pdf(z), rtol=1e-14, atol=1e-15)
    uniform_part = np.random.default_rng(15).random((N, TRIALS)) < SHARE
    assert_law(np.where(uniform_part, draw(half, 16), draw(Remainder())), UniformProduct().cdf)
    doubled = np.random.default_rng(15).random((N, TRIALS)) < 2.0 * SHARE
    with pytest.raises(RejectedError):  # negative control: log 2, as the paper's proof has it
        assert_law(np.where(doubled, draw(half, 16), draw(Remainder())), UniformProduct().cdf)


def test_remainder_is_a_law():
    """q >= 0 everywhere, 0 at 1/2 and least there, integral 1: the share taken out is the largest there is."""
    q = Remainder().pdf
    z = np.concatenate([np.linspace(-1.5, 1.5, 30_001), np.nextafter([0.5, 0.5, 1.0, 1.0], [0.0, 1.0, 0.0, 2.0])])
    assert np.all(q(z) >= 0.0)
    assert q(0.0) == np.inf
    assert np.all(q([-0.5, 0.5, -1.0, 1.0]) == 0.0)
    np.testing.assert_array_equal(q(z), q(-z))
    assert 2.0 * (quad(q, 0.0, 0.5)[0] + quad(q, np.nextafter(0.5, 1.0), 1.0)[0]) == pytest.approx(1.0, abs=1e-9)


def test_half_a_product_is_not_the_remainder():
    """Negative control: the remainder's sampler without the part beyond 1/2 (mass 0.23), or without the part within."""
    with pytest.raises(RejectedError):
        assert_law(0.5 * draw(UniformProduct()), Remainder().cdf)
    sample = draw(UniformProduct())
    with pytest.raises(RejectedError):
        assert_law(sample[np.abs(sample) > 0.5], Remainder().cdf)


class Fixed:
    """A generator that returns given numbers."""

    def __init__(self, numbers):
        self.numbers = np.asarray(numbers)

    def random(self, shape):
        return np.resize(self.numbers, shape)


@pytest.mark.parametrize("law", [Remainder(), *FROZEN], ids=str)
def test_samples_are_quantiles_of_one_uniform_each(law):
    """cdf(sample) is the uniform draw to 1e-14, also next to 0, 1 and where the remainder's density jumps; finite."""
    jumps = Remainder().cdf([-0.5, 0.5])
    ends = [0.0, 2.0**-53, 1e-6, *jumps, *np.nextafter(jumps, 1.0), 0.5, 1.0 - 1e-12, 1.0 - 2.0**-53]
    levels = np.concatenate([ends, np.random.default_rng(17).random(5000)])
    sample = law.sample(Fixed(levels), 1, levels.size)[0]
    assert np.all(np.isfinite(sample))
    low, high = support(law)
    assert np.all((sample >= low) & (sample <= high))
    np.testing.assert_allclose(law.cdf(sample), levels, rtol=0.0, atol=1e-14)


def test_frozen_agrees_with_our_own():
    """scipy's uniform on [-1, 1] is Uniform(): density, distribution function, samples from the same generator."""
    z = np.linspace(-2.0, 2.0, 41)
    frozen = Frozen("uniform", (-1.0, 2.0))
    np.testing.assert_array_equal(frozen.pdf(z), Uniform().pdf(z))
    np.testing.assert_allclose(frozen.cdf(z), Uniform().cdf(z), rtol=1e-15)
    np.testing.assert_allclose(draw(frozen), draw(Uniform()), rtol=0.0, atol=1e-15)


@laws
def test_rows_of_a_larger_n_continue(law):
    """The first rows of a larger n are those of a smaller one, bit for bit; the same seed gives the same numbers."""
    short, long = (law.sample(np.random.default_rng(13), n, 7) for n in (3, 9))
    np.testing.assert_array_equal(long[:3], short)
    np.testing.assert_array_equal(law.sample(np.random.default_rng(13), 9, 7), long)
    assert not np.array_equal(law.sample(np.random.default_rng(14), 9, 7), long)


@laws
def test_neighbouring_rows_are_uncorrelated(law):
    """Row n and row n + 1, and trial t and t + 1, agree in sign against the median half of the time (1e-8 each)."""
    middle = float(np.median(draw(law, seed=14)))
    signs = draw(law) > middle
    rate = float(1.0 - law.cdf(middle))
    same = rate**2 + (1.0 - rate) ** 2
    # disjoint pairs only, so that the counts are binomial
    assert_rate(int(np.sum(signs[0::2] == signs[1::2])), signs[0::2].size, same, same)
    assert_rate(int(np.sum(signs[:, 0::2] == signs[:, 1::2])), signs[:, 0::2].size, same, same)


@pytest.mark.parametrize(
    ("given", "law"),
    [
        (UniformProduct(), UniformProduct()),
        (Frozen("norm"), Frozen("norm", (0.0, 1.0))),
        (stats.norm(), Frozen("norm", (0.0, 1.0))),
        (stats.norm(1, scale=np.float64(2)), Frozen("norm", (1.0, 2.0))),
        (stats.uniform(loc=-1, scale=2), Frozen("uniform", (-1.0, 2.0))),
        (stats.beta(2, 3), Frozen("beta", (2.0, 3.0, 0.0, 1.0))),
        (stats.beta(2, scale=4, b=3), Frozen("beta", (2.0, 3.0, 0.0, 4.0))),
        (stats.t(5.0, 0.0, 3.0), Frozen("t", (5.0, 0.0, 3.0))),
    ],
    ids=lambda law: law.dist.name if hasattr(law, "dist") else str(law),
)
def test_as_law_names_what_it_is_given(given, law):
    """A Law is itself; a frozen law of scipy becomes its name and all its parameters, with the same density."""
    assert as_law(given) == law
    np.testing.assert_array_equal(as_law(given).pdf([-0.4, 0.2]), given.pdf([-0.4, 0.2]))


def test_frozen_is_plain_data():
    """Hashable, and the same again after a journey through JSON, whose lists become tuples."""
    law = as_law(stats.beta(2, b=np.int64(3)))
    assert asdict(law) == {"name": "beta", "parameters": (2.0, 3.0, 0.0, 1.0)}
    assert all(type(parameter) is float for parameter in law.parameters)
    again = Frozen(**json.loads(json.dumps(asdict(law))))
    assert again == law
    assert hash(again) == hash(law)
    assert law != Frozen("beta", (3.0, 2.0))


def test_equal_laws_have_equal_labels():
    """0.0 and -0.0 are equal."""
    assert Uniform(-0.0, 1.0) == Uniform(0.0, 1.0)
    assert Uniform(-0.0, 1.0).label == Uniform(0.0, 1.0).label == "uniform:low=0,high=1"


class Triangle(stats.rv_continuous):
    """A law of a user's own."""

    def _cdf(self, x):
        return x * x


OWN = "law must be scipy's own norm, got another of that name; subclass Law instead"
KIND = "law must be a Law or a frozen continuous law of scipy.stats, got {}; give scipy.stats.norm(0.0, 1.0), say"
NAME = "a law's name must be that of a continuous law of scipy.stats, got {!r}; 'norm', say"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("norm", KIND.format("str 'norm'")),
        (None, KIND.format("NoneType")),
        (np.zeros((3, 3)), KIND.format("ndarray")),
        (Uniform, KIND.format("ABCMeta <class 'montecarlo.sampling.laws.Uniform'>")),
        (stats.norm, KIND.format("norm_gen 'norm'")),
        (stats.poisson(3.0), KIND.format("rv_discrete_frozen 'poisson'")),
        (Triangle(a=0.0, b=1.0, name="triangle")(), NAME.format("triangle")),
        (Triangle(a=0.0, b=1.0, name="norm")(), OWN),
        (stats.norm(np.zeros(3)), "law must have numbers as parameters, got arrays for norm; give one law at a time"),
        (stats.norm(0, -1), "norm must have parameters that scipy.stats allows, got (0.0, -1.0); see its help"),
    ],
    ids=lambda given: getattr(given, "__name__", type(given).__name__),
)
def test_as_law_refuses(given, message):
    """Discrete, unfrozen, user-made and array laws, and what is no law, in one line."""
    with pytest.raises(InputError) as refusal:
        as_law(given)
    assert str(refusal.value) == message


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("gauss", (), NAME.format("gauss")),
        ("poisson", (3.0,), NAME.format("poisson")),
        (3, (), NAME.format(3)),
        ("beta", (2.0,), "beta must have the parameters (a, b, loc, scale), got (2.0,); give them all"),
        ("norm", (0.0, 1.0, 2.0), "norm must have the parameters (loc, scale), got (0.0, 1.0, 2.0); give them all"),
        ("norm", (0.0, 0.0), "norm must have parameters that scipy.stats allows, got (0.0, 0.0); see its help"),
        ("norm", 1.0, "norm must have a tuple of numbers as parameters, got float 1.0; give (loc, scale)"),
        ("norm", ("a", 1.0), "norm must have a tuple of numbers as parameters, got tuple; give (loc, scale)"),
    ],
)
def test_frozen_refuses(name, parameters, message):
    """Unknown and discrete names, too few or too many parameters, those without a law, and what is no number."""
    with pytest.raises(InputError) as refusal:
        Frozen(name, parameters)
    assert str(refusal.value) == message


def test_scipy_loads_only_when_used():
    """Importing the laws loads no part of scipy."""
    code = "import sys, montecarlo.sampling.laws as d; d.UniformProduct(); assert 'scipy' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
