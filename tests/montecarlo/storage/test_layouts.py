"""What a raw Dataset must hold: one thing changed, one reason why not."""

import json

import numpy as np
import pytest

from montecarlo import Lemma2, Precision
from montecarlo.storage.layouts import LayoutError, require_raw
from montecarlo.sweeps.assemble import assemble
from montecarlo.sweeps.plan import Plan
from montecarlo.sweeps.run import run

UPPER, LOWER = "critical_epsilon", "critical_epsilon_low"
TRIALS, EPSILONS = "its trials must be from 1 to 3", "its critical epsilons must be finite numbers of at least 0"
N, AMPLITUDE = "its n must be rising whole numbers from 1 on", "its amplitude must be finite and positive"


@pytest.fixture(scope="module")
def dataset():
    """Two n, two d with 2 and 3 trials, bracketed."""
    plan = Plan(Lemma2(), (1, 2), 3, 0, (1, 2), Precision(0.05, 0.3), counts=(2, 3))
    return assemble(plan, run(plan, None))


def with_value(name, value, *, d, trial):
    """A change of one number, at the last event and n."""

    def changed(dataset):
        values = dataset[name].to_numpy().copy()
        values[-1, d, -1, trial] = value
        return dataset.assign({name: (dataset[name].dims, values)})

    return changed


def with_version(dataset):
    provenance = json.loads(dataset.attrs["provenance"])
    return dataset.assign_attrs(provenance=json.dumps(provenance | {"versions": {"numpy": [2, 0]}}))


CASES = {
    "no trials": (lambda ds: ds.assign(trials=("d", [0, 3])), TRIALS),
    "more trials": (lambda ds: ds.assign(trials=("d", [2, 4])), TRIALS),
    "equal n": (lambda ds: ds.assign_coords(n=[2, 2]), N),
    "falling n": (lambda ds: ds.assign_coords(n=[2, 1]), N),
    "n from 0": (lambda ds: ds.assign_coords(n=[0, 1]), N),
    "n of floats": (lambda ds: ds.assign_coords(n=[1.0, 2.0]), N),
    "d from 0": (lambda ds: ds.assign_coords(d=[0, 1]), "its d must be rising whole numbers from 1 on"),
    "trial from -1": (
        lambda ds: ds.assign_coords(trial=[-1, 0, 1]),
        "its trial must be rising whole numbers from 0",
    ),
    "amplitude 0": (lambda ds: ds.assign(amplitude=("d", [1.0, 0.0])), AMPLITUDE),
    "amplitude inf": (
        lambda ds: ds.assign(amplitude=("d", [1.0, np.inf])),
        AMPLITUDE,
    ),
    "infinite": (with_value(UPPER, np.inf, d=0, trial=1), EPSILONS),
    "missing": (with_value(UPPER, np.nan, d=0, trial=1), EPSILONS),
    "negative": (with_value(LOWER, -0.1, d=1, trial=2), EPSILONS),
    "low above": (with_value(LOWER, 1e3, d=1, trial=2), EPSILONS),
    "a trial more": (with_value(UPPER, 0.5, d=0, trial=2), "missing beyond the trials of their d"),
    "a low trial more": (with_value(LOWER, 0.5, d=0, trial=2), "missing beyond the trials of their d"),
    "other dims": (lambda ds: ds.assign(amplitude=("n", [1.0, 1.0])), "its amplitude must have the dims"),
    "another variable": (lambda ds: ds.assign(other=("d", [1, 2])), "it has 'other', which is not of a sweep"),
    "tolerance of 1": (
        lambda ds: ds.assign_attrs(relative_tolerance=1.0),
        r"its relative_tolerance must be a number in \[0, 1\), got 1.0",
    ),
    "a version that is no text": (with_version, "its provenance must be a JSON object with numbers"),
    "no formula": (lambda ds: ds.drop_vars("formula"), "it lacks formula"),
    "an unknown role": (
        lambda ds: ds.assign(role=ds["role"].copy(data=np.array(["maybe\n"] * ds.sizes["event"], dtype=object))),
        r"its roles must be implied_by, implies, statement, got 'maybe\\n'",
    ),
    "a role that is a number": (
        lambda ds: ds.assign(role=("event", [1] * ds.sizes["event"])),
        "its role must be texts",
    ),
    "words of another dim": (lambda ds: ds.assign(words=("n", ["a"] * ds.sizes["n"])), "its words must have the dims"),
    "words that are a number": (lambda ds: ds.assign_attrs(words=1), "its words must be a text, got 1"),
    "a slot below 0": (
        lambda ds: ds.assign_attrs(color_slot=-1),
        "its color_slot must be a whole number of at least 0",
    ),
    "a slot that is a text": (lambda ds: ds.assign_attrs(color_slot="7"), "its color_slot must be a whole number"),
    "neurons in part": (lambda ds: ds.assign_attrs(neurons=1.5), "its neurons must be a whole number of at least 0"),
    "matrices of 2": (lambda ds: ds.assign_attrs(every_matrix=2), "its every_matrix must be 0 or 1, got 2"),
}


def test_what_is_assembled_is_raw(dataset):
    require_raw(dataset)


def test_an_older_file_says_less_of_its_claim(dataset):
    """Written before roles and words were stored: as good as ever."""
    older = dataset.drop_vars(["role", "words"])
    for name in ("words", "group", "color_slot", "neurons", "every_matrix"):
        older.attrs.pop(name)
    require_raw(older)


@pytest.mark.parametrize("case", CASES)
def test_one_thing_that_is_wrong_is_refused(dataset, case):
    """By itself, under whatever seal."""
    change, message = CASES[case]
    with pytest.raises(LayoutError, match=message):
        require_raw(change(dataset))
