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


def test_golden_values_are_of_the_versions_that_the_code_has():
    """Whoever raises a version writes the values anew."""
    assert GOLDEN["versions"] == values.versions()


@pytest.mark.parametrize(
    ("numbers", "version", "refused"),
    [("a", "sampling 1", []), ("b", "sampling 1", ["law"]), ("b", "sampling 2", []), ("a", "sampling 2", [])],
)
def test_other_values_need_another_version(numbers, version, refused):
    """What is written anew: values and versions of a law, "a" of "sampling 1" so far; what is new needs none."""
    before = {"versions": {"law": "sampling 1"}, "exact": {"law": "a"}, "rounded": {}}
    after = {"versions": {"law": version, "new": "x 1"}, "exact": {"law": numbers, "new": "c"}, "rounded": {}}
    assert values.unraised(before, after) == refused


@pytest.mark.parametrize(
    ("after", "refused"), [({"a": 1, "b": 2}, []), ({"a": 2, "b": 2}, ["law"]), ({"b": 2}, ["law"])]
)
def test_an_array_may_join_and_none_may_go(after, refused):
    """Of the arrays there were, all are there and the same."""
    contents = ({"versions": {"law": "x 1"}, "exact": {"law": arrays}, "rounded": {}} for arrays in ({"a": 1}, after))
    assert values.unraised(*contents) == refused


def test_estimates_have_no_version():
    """They are computed from runs, and none holds them."""
    before, after = ({"versions": {"estimates": ""}, "exact": {}, "rounded": {"estimates": k}} for k in (1, 2))
    assert values.unraised(before, after) == []


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
        assert values.agree({key: array}, {key: GOLDEN["rounded"][name][key]}), key


@pytest.mark.parametrize(
    "change", [lambda x: np.nextafter(x, np.inf), lambda x: x.reshape(-1), lambda x: x.astype("f4"), lambda x: x[::-1]]
)
def test_any_change_of_an_array_changes_its_digest(change):
    """One ulp, the shape, the type, the order."""
    array = np.linspace(0.1, 1.0, 6).reshape(2, 3)
    assert values.digest(change(array)) != values.digest(array)
