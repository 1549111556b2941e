"""Golden values: numbers of claims, laws, networks, packings and experiments that no change of structure changes."""

import json

import numpy as np
import pytest
from golden import values

GOLDEN = json.loads(values.FILE.read_text())


def test_nothing_is_missing():
    """Whatever is computed has golden values, and the other way round."""
    assert GOLDEN["exact"].keys() == values.EXACT.keys()
    assert GOLDEN["rounded"].keys() == values.ROUNDED.keys()


@pytest.mark.parametrize("name", values.EXACT)
def test_numbers_are_the_same_to_the_bit(name):
    if name == "experiment 2":
        pytest.importorskip("torch", reason="Experiment 2 needs torch: pip install 'ticketsum[experiments]'")
    assert {key: values.digest(array) for key, array in values.EXACT[name]().items()} == GOLDEN["exact"][name]


@pytest.mark.parametrize("name", values.ROUNDED)
def test_numbers_are_the_same_within_a_rounding(name):
    computed = {key: values.sample(array) for key, array in values.ROUNDED[name]().items()}
    assert computed.keys() == GOLDEN["rounded"][name].keys()
    for key, array in computed.items():
        np.testing.assert_allclose(array, GOLDEN["rounded"][name][key], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    "change", [lambda x: np.nextafter(x, np.inf), lambda x: x.reshape(-1), lambda x: x.astype("f4"), lambda x: x[::-1]]
)
def test_any_change_of_an_array_changes_its_digest(change):
    """One ulp, the shape, the type, the order."""
    array = np.linspace(0.1, 1.0, 6).reshape(2, 3)
    assert values.digest(change(array)) != values.digest(array)
