"""Subset sums of any law: ours, scipy's, over any interval."""

import json

import numpy as np
import pytest
from scipy import stats

from montecarlo import InputError, Precision, SubsetSum, Theorem3, sweep
from montecarlo.sampling.laws import Frozen, ReluProduct, Uniform


def test_uniform_is_theorem_3():
    """The same draws give the same radii, by default and spelt out in scipy's way."""
    draws = Theorem3().draw(np.random.default_rng(0), 12, 1, 50)
    wanted = Theorem3().critical_epsilons(draws, Precision()).upper
    for claim in (SubsetSum(), SubsetSum(Uniform(-1.0, 1.0)), SubsetSum(stats.uniform(-1.0, 2.0))):
        np.testing.assert_array_equal(claim.critical_epsilons(draws, Precision()).upper, wanted)


def test_any_frozen_law_sweeps():
    """A normal law: draws follow it, and more summands cover better."""
    found = sweep(SubsetSum(stats.norm(0.0, 0.7)), n=12, trials=500).critical_epsilon.isel(event=0, d=0)
    assert float(found.sel(n=12).median()) < 0.05 < float(found.sel(n=4).median())
    draws = SubsetSum(stats.norm(0.0, 0.7)).draw(np.random.default_rng(1), 200, 1, 100)
    assert stats.kstest(draws.ravel(), stats.norm(0.0, 0.7).cdf).pvalue > 1e-9
    assert stats.kstest(draws.ravel(), stats.norm(0.0, 0.8).cdf).pvalue < 1e-9  # control


def test_parameters_tell_laws_apart():
    """They are JSON-ready, and part of the address of the random numbers."""
    claims = [
        SubsetSum(),
        SubsetSum(ReluProduct()),
        SubsetSum(stats.norm()),
        SubsetSum(stats.norm(0.1)),
        SubsetSum(low=-1),
    ]
    texts = {json.dumps(claim.parameters(), sort_keys=True) for claim in claims}
    assert len(texts) == len(claims)
    assert isinstance(SubsetSum(stats.norm()).law, Frozen)
    assert SubsetSum(stats.norm()) == SubsetSum(stats.norm(loc=0.0, scale=1.0))


def test_bad_laws_and_intervals_are_refused():
    with pytest.raises(InputError, match="law"):
        SubsetSum(stats.poisson(1.0))
    with pytest.raises(InputError, match=r"interval must have low <= high, got \(1.0, 0.0\)"):
        SubsetSum(low=1.0, high=0.0)
