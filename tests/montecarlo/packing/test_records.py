"""Records of Theorem 2: computed once, and only for what they were asked."""

from dataclasses import fields, replace

import numpy as np
import pytest

from montecarlo import InputError
from montecarlo.packing import records as packing_records
from montecarlo.packing.packings import construct_packing, count_fitting
from montecarlo.packing.records import Measured, computed, open_pieces, recorded_fitting, recorded_packing
from montecarlo.storage.records import name_of

KEY = Measured("networks", 2, "1/3", 40, 3, samples=7, law='{"class": "Uniform"}', s=9, first=16, stop=32)


@pytest.fixture
def held(tmp_path):
    return open_pieces(tmp_path)


def files(held):
    return sorted(path.name for path in (held.folder / "cells").iterdir())


def test_without_a_folder_it_is_computed_each_time(held):
    counted = []
    for records in (held, held, None, None):
        assert computed(records, KEY, lambda: counted.append(0) or [0.1]) == [0.1]
    assert len(counted) == 3


@pytest.mark.parametrize("name", [field.name for field in fields(Measured)])
def test_keys_that_differ_in_anything_have_files_of_their_own(name):
    """With names that a file system takes."""
    value = getattr(KEY, name)
    other = replace(KEY, **{name: f"{value}0" if isinstance(value, str) else value + 1})
    assert name_of(other) != name_of(KEY)
    assert "/" not in name_of(other)
    assert len(name_of(replace(other, epsilon="1" * 1000, seed=2**70))) < 200


@pytest.mark.parametrize("change", [{"candidates": 60}, {"seed": 4}])
def test_a_packing_is_that_of_its_candidates_and_seed(held, change):
    """The first one stays; others are made as if there were none."""
    asked = {"candidates": 40, "seed": 3}
    for options in (asked, asked | change, asked):
        found = recorded_packing(held, 2, "1/3", **options)
        np.testing.assert_array_equal(found.points, construct_packing(2, "1/3", **options).points)
    assert len(files(held)) == 2


@pytest.mark.parametrize("change", [{"candidates": 60}, {"seed": 4}, {"samples": 50}])
def test_a_saturation_is_of_all_that_was_asked(held, change):
    """Candidates, seed and samples: a file each."""
    asked = {"candidates": 40, "seed": 3, "samples": 200}
    for options in (asked, asked | change, asked):
        made = {name: options[name] for name in ("candidates", "seed")}
        packing = construct_packing(2, "1/3", **made)
        fitting = recorded_fitting(held, packing, options["samples"], **made)
        assert fitting == count_fitting(packing, options["samples"], seed=options["seed"])
    assert len(files(held)) == 2


def test_records_of_other_numbers_are_refused(held, monkeypatch):
    """They are not mixed in."""
    monkeypatch.setattr(packing_records, "NUMBERS", 2)
    with pytest.raises(InputError, match="holds numbers of packing version 1, this ticketsum computes version 2"):
        open_pieces(held.folder)
