"""Laws on the command line: what is written is what is taken, and labels that can be typed again."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis.report.commands import sweep_command
from montecarlo import InputError, SubsetSum
from montecarlo.cli.parsing import parse_claim, parse_law
from montecarlo.sampling.laws import Frozen, Law, ReluProduct, Remainder, Uniform, UniformProduct, as_law

NEAR = 0.1, 0.10000001, np.nextafter(0.1, 1.0), 0.1 + 1e-16, 1e-7, 1.0000001e-7, 1234567.0, 1234568.0, 1e22, -0.1
"""Numbers of which `:g` prints many alike."""
WIDE = [
    UniformProduct(), ReluProduct(), Remainder(),
    *(Uniform(-1.0, high) for high in NEAR if high > -1.0), Uniform(-1, 1), Uniform(0, 1),
    *(as_law(stats.norm(number, scale=0.5)) for number in NEAR), *(as_law(stats.norm(0, abs(x))) for x in NEAR),
    as_law(stats.norm()), as_law(stats.norm(loc=0.5)), as_law(stats.norm(scale=0.5)), Frozen("norm", (-0.0, 1)),
    *(as_law(stats.uniform(number, 2)) for number in NEAR), as_law(stats.uniform()), as_law(stats.uniform(-1, 2)),
    as_law(stats.laplace()), as_law(stats.laplace(0, 0.5)), as_law(stats.laplace(scale=0.5)), as_law(stats.cauchy()),
    as_law(stats.beta(2, 3)), as_law(stats.beta(3, 2)), as_law(stats.beta(2, b=3, loc=-1)), as_law(stats.t(5)),
    as_law(stats.t(5, scale=5)), as_law(stats.t(df=5, loc=1)), as_law(stats.gamma(2.0)), as_law(stats.expon()),
    as_law(stats.norm(np.float32(0.1))), as_law(stats.truncnorm(-2, 2)), as_law(stats.loguniform(0.1, 1)),
]  # fmt: skip


def test_labels_are_equal_exactly_where_laws_are():
    """Built-in laws, frozen ones with positional and named parameters, numbers that differ in their last bit."""
    for one in WIDE:
        for other in WIDE:
            assert (one == other) == (one.label == other.label)


@pytest.mark.parametrize("law", WIDE, ids=lambda law: law.label)
def test_a_label_is_read_as_its_law(law):
    """label -> parse -> the same law, with the same stored identity, label and numbers."""
    again = parse_law(law.label)
    assert again == law
    assert again.label == law.label
    assert SubsetSum(again).parameters() == SubsetSum(law).parameters()
    np.testing.assert_array_equal(again.cdf([-0.3, 0.2, 0.7]), law.cdf([-0.3, 0.2, 0.7]))


NUMBERS = st.floats(-1e12, 1e12, allow_subnormal=False)


@given(NUMBERS, st.floats(1e-9, 1e9))
def test_every_number_comes_back(first, second):
    """To the last bit, in three laws; and the command of a page is read as the same claim."""
    low, high = sorted({first, first + second}) if first != first + second else (first - 1e3, first + 1e3)
    for law in (Uniform(low, high), Frozen("norm", (first, second)), Frozen("laplace", (first, second))):
        assert parse_law(law.label) == law
        assert parse_claim("subset_sum", [f"law={law.label}"]) == SubsetSum(law)


@pytest.mark.parametrize("claim", [SubsetSum(law, low=-0.1, high=0.10000001) for law in WIDE], ids=lambda c: c.label)
def test_the_command_of_a_page_is_the_claim(claim, random_claim):
    """What the page says to type leads to the same claim, whatever its numbers."""
    words = random_claim(claim)
    assert parse_claim("subset_sum", words) == claim


@pytest.fixture
def random_claim():
    """The words after --set in the command of the page about a sweep of a claim."""
    import json
    import shlex

    import xarray as xr

    def words(claim):
        dims = ("event", "d", "n", "trial")
        attrs = {"claim": claim.name, "parameters": json.dumps(claim.parameters()), "seed": "0"}
        dataset = xr.Dataset(
            {"critical_epsilon": (dims, np.ones((1, 1, 1, 4)))},
            {"event": ["statement"], "d": [1], "n": [3]},
            attrs | {"relative_tolerance": 0.0, "resolution": 0.0},
        )
        found = shlex.split(sweep_command(dataset))
        return [value for option, value in pairwise(found) if option == "--set"]

    return words


REFUSED = {
    "uniform:-1,1": "write uniform:low=-1,high=1, or scipy.uniform:loc=-1,scale=1 if the numbers are SciPy's",
    "uniform:-1,2": "write uniform:low=-1,high=2, or scipy.uniform:loc=-1,scale=2",
    "uniform": "a law must be given all its shapes and ends, got 'uniform'; write uniform:low=-1,high=1",
    "uniform:loc=-1,scale=2": "write uniform:low=-1,high=1",
    "uniform:low=1,high=0": "a uniform law must have finite low < high, got low = 1.0, high = 0.0",
    "uniform:low=0,high=inf": "a uniform law must have finite low < high",
    "norm:0.5": "a law must have its parameters by name, got 'norm:0.5'; write norm:mean=0.5 or norm:std=0.5",
    "norm:0,0.5": "write norm:mean=0,std=0.5",
    "norm:mean=0,mean=1": "a law must have its own parameters (mean, std) by name, each once",
    "norm:loc=0": "a law must have its own parameters (mean, std) by name, each once, got 'norm:loc=0'",
    "product:a=1": "its own parameters (none) by name",
    "norm:mean=": "mean of a law must be a number",
    "norm:mean=0,std=0": "norm must have parameters that scipy.stats allows",
    "norm:std=nan": "norm must have parameters that scipy.stats allows",
    "laplace:0,0.5": "must be called scipy.NAME, got 'laplace:0,0.5'; write scipy.laplace:loc=0,scale=0.5",
    "scipy.beta:2,3": "write scipy.beta:a=2,b=3,loc=0,scale=1",
    "scipy.beta": "write scipy.beta:a=A,b=B,loc=0,scale=1",
    "scipy.poisson:mu=1": "must be that of a continuous law of scipy.stats, got 'poisson'",
    "product:1": "write product, which has no parameters",
    "normal:mean=0": "did you mean norm?",
    "": "a law must be uniform, norm, product, relu_product, remainder or scipy.NAME",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_could_mislead_is_refused(text):
    """One line with a form that is taken."""
    with pytest.raises(InputError) as refusal:
        parse_law(text)
    assert REFUSED[text] in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_left_out_parameters():
    """Mean 0 and std 1, SciPy's loc 0 and scale 1; by name in any order."""
    assert parse_law("norm") == parse_law("norm:std=1,mean=0") == parse_law("scipy.norm") == Frozen("norm")
    assert parse_law("norm:std=0.5") == Frozen("norm", (0.0, 0.5))
    assert parse_law("scipy.beta:b=3, a=2") == Frozen("beta", (2.0, 3.0, 0.0, 1.0))
    assert parse_law("uniform:low=-1,high=1") == Uniform()


def test_a_law_of_ones_own_is_called_by_its_module():
    """Its attributes to the last bit, texts quoted, and never the name of one of ours."""

    class Uniform(Law):
        def __init__(self, **given):
            vars(self).update(given)

        pdf = cdf = sample = None

    Uniform.__abstractmethods__ = frozenset()
    labels = [Uniform(a=0.1).label, Uniform(a=0.10000001).label, Uniform(a="0.1").label, Uniform(a=2**53 + 1).label]
    assert len({*labels, Uniform(a=2.0**53).label}) == 5
    assert all(__name__ in label and label.endswith(("a=0.1", "a=0.10000001", "'", "3")) for label in labels)
