"""The Dataset as others meet it: labels, units, long names, attributes; by load() and by plain xarray alike."""

import json

import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr

import analysis
from montecarlo import Lemma1, Precision, Theorem3, load, save, sweep
from montecarlo.law_checks import fit_laws
from montecarlo.sweeps.assemble import frame
from montecarlo.sweeps.plan import Plan, grid


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """raw.nc of a sweep with three events and two bounds."""
    path = tmp_path_factory.mktemp("interface") / "raw.nc"
    save(sweep(Lemma1(), n=[4, 12, 20], trials=40, relative_tolerance=0.01, resolution=0.05), path)
    return path


@pytest.fixture(params=["load", "open_dataset"])
def dataset(request, file):
    """The same file by our own function and by plain xarray with its own choice of engine."""
    if request.param == "load":
        yield load(file)
    else:
        with xr.open_dataset(file) as opened:
            yield opened


def test_labels_select(dataset):
    """`.sel(n=12, event="statement")` gives the row that stands there, by position."""
    row = dataset.sel(n=12, event="statement")
    assert row["critical_epsilon"].dims == ("d", "trial")
    assert np.array_equal(row["critical_epsilon"], dataset["critical_epsilon"].isel(n=1, event=0))
    assert not np.array_equal(row["critical_epsilon"], dataset["critical_epsilon"].isel(n=2, event=0))
    with pytest.raises(KeyError):
        dataset.sel(n=13)


def unlabelled(dataset):
    """Coordinates and variables that say nothing of themselves."""
    return {str(name) for name, v in dataset.variables.items() if not (v.attrs.get("units") and v.attrs["long_name"])}


def test_everything_has_units_and_a_long_name(dataset):
    """Every coordinate and variable of runs, estimates and laws; control: one without is found."""
    assert unlabelled(dataset) == set()
    assert unlabelled(analysis.estimate(dataset, [0.5, 0.3])) == set()
    assert unlabelled(fit_laws(500)) == set()
    bare = dataset.copy()
    bare["critical_epsilon"].attrs = {}
    assert unlabelled(bare) == {"critical_epsilon"}


def test_the_cost_for_an_accuracy_is_that_of_half_of_it_as_resolution():
    """Finer than what is to be judged: 0.05 for 0.1."""
    plan = Plan(Lemma1(), (30,), 100, precision=Precision(0.01, 0.2))
    cost = json.loads(frame(plan).attrs["cost"])
    assert cost["0.1"] == plan.seconds(0.05) > plan.seconds(0.1)


def test_plots_of_xarray_label_themselves(dataset):
    """The median over trials against n: both axes carry the long names."""
    with xr.set_options(keep_attrs=True):  # older releases drop them in a median
        dataset["critical_epsilon"].sel(event="statement", d=1).median("trial").plot()
    labels = plt.gca().get_xlabel(), plt.gca().get_ylabel()
    plt.close("all")
    for label, name in zip(labels, ("n", "critical_epsilon"), strict=True):
        wanted = f"{dataset[name].attrs['long_name']} [1]"
        assert "".join(label.split()) == "".join(wanted.split())  # xarray breaks long labels into lines


def test_attributes_follow_the_conventions(dataset):
    """Those of CF, plus what was claimed and where the numbers come from; all of types that netCDF has."""
    assert dataset.attrs["Conventions"].startswith("CF-1.")
    assert {"title", "source", "claim", "statement", "seed", "schema", "provenance"} <= dataset.attrs.keys()
    assert all(isinstance(value, (str, int, float, np.number)) for value in dataset.attrs.values())
    provenance = json.loads(dataset.attrs["provenance"])
    assert {"created", "command", "machine", "versions", "numbers"} <= provenance.keys()


def test_values_come_back_as_what_they_are(dataset):
    """Bounds are float64, labels whole numbers and texts: no object that would need pickle."""
    assert {dataset[name].dtype for name in ("critical_epsilon", "critical_epsilon_low")} == {np.dtype(float)}
    assert all(dataset[name].dtype.kind == "i" for name in ("n", "d", "trial"))
    assert all(isinstance(value, str) for name in ("event", "formula") for value in dataset[name].to_numpy().tolist())


def test_every_file_says_where_it_comes_from(tmp_path):
    """A sweep names its blocks' size; a Dataset that says nothing of its origin is given one when it is saved."""
    plan = Plan(Theorem3(), grid("n", 4), 100)
    provenance = json.loads(frame(plan).attrs["provenance"])
    assert provenance["block_trials"] == {"1": plan.trials_per_block(1)}
    save(xr.Dataset({"a": ("n", [1.0])}), tmp_path / "plain.nc")
    found = load(tmp_path / "plain.nc", None)
    assert {"created", "command", "machine", "versions", "wall_seconds"} <= json.loads(found.attrs["provenance"]).keys()
