"""Experiment 1 as a whole, on small targets: the numbers, workers, resumption, and what is refused."""

import json

import numpy as np
import pytest

from montecarlo.errors import InputError
from montecarlo.experiments.mnist import digits
from montecarlo.experiments.subset_sums import experiment as experiment1
from montecarlo.experiments.subset_sums import prune as pruning
from montecarlo.experiments.subset_sums.coefficients import Draw
from montecarlo.experiments.subset_sums.experiment import DIMS, SCHEMA, Grid, run
from montecarlo.experiments.subset_sums.prune import Bench, Case, prune
from montecarlo.experiments.subset_sums.target import Target, correct, outputs
from montecarlo.storage.dataset import load, save

SMALL = Grid(scale=("unit",), n=(6, 9), epsilon=(0.1, 0.01), seeds=(0, 1))
FEW = Grid(scale=("unit",), n=(6, 9), epsilon=(0.1,), seeds=(1,))
"""A part of SMALL."""


def of(grid, found):
    """The cells of a grid among all that were found."""
    return found.sel(n=list(grid.n), epsilon=list(grid.epsilon), seed=list(grid.seeds))


@pytest.fixture(scope="module")
def target():
    generator = np.random.default_rng(0)
    return Target((generator.normal(0.0, 0.05, (3, 784)), generator.normal(0.0, 0.3, (10, 3))), "small.npz")


@pytest.fixture(scope="module")
def found(target, tmp_path_factory):
    return run(SMALL, tmp_path_factory.mktemp("experiment1"), target=target)


def test_every_cell_is_there_and_described(found):
    assert found["missed"].dims == DIMS
    assert found["missed"].notnull().all()
    assert found["spectral_error"].dims == (*DIMS, "layer")
    for name in found.variables:
        assert found[name].attrs["long_name"]
    assert found.attrs["weights"] == 3 * 784 + 30


def test_numbers_are_those_of_the_pruned_network(found, target):
    """Counted afresh from the masks, with plain loops where that is feasible."""
    cell = {"coefficients": "row", "scale": "unit", "objective": "error", "n": 9, "epsilon": 0.01, "seed": 1}
    row = found.sel(cell)
    draw = Draw("row", 9, 1.0, 1)
    pruned = prune(target, draw, "error", None)
    layers = []
    for k, masks in enumerate(pruned.masks):
        bits = masks[:, :, None] >> np.arange(9, dtype=np.uint64) & np.uint64(1)
        own = np.stack([draw.own(k, i, masks.shape[1]) for i in range(len(masks))])
        layers.append((bits * own[:, None, :]).sum(axis=2))
        np.testing.assert_allclose(layers[k], pruned.layers[k], rtol=0.0, atol=1e-14)
    errors = [np.abs(w - g) for w, g in zip(target.layers, layers, strict=True)]
    test = digits("test")
    assert row["missed"] == sum((e > 0.01).sum() for e in errors)
    assert row["sets"] == 13
    assert row["sets_missed"] == sum((e > 0.01).any(axis=1).sum() for e in errors)
    assert row["kept"] == sum(int(mask).bit_count() for masks in pruned.masks for mask in masks.ravel())
    assert row["drawn"] == 9 * 13
    assert row["correct"] == correct(outputs((layers[0], layers[1]), test.images), test)
    assert row["largest_error"].item() == pytest.approx(max(e.max() for e in errors), abs=1e-14)
    mean = sum(e.sum() for e in errors) / sum(e.size for e in errors)
    assert row["mean_error"].item() == pytest.approx(mean, abs=1e-14)
    before, after = (outputs(each, test.images) for each in (target.layers, (layers[0], layers[1])))
    assert row["changed"] == sum(one.argmax() != other.argmax() for one, other in zip(before, after, strict=True))
    apart = [np.linalg.norm(b - a) / np.linalg.norm(x) for b, a, x in zip(before, after, test.images, strict=True)]
    assert row["output_error"].item() == pytest.approx(max(apart), rel=1e-9)
    assert found.attrs["correct_before"] == correct(before, test)
    assert found.attrs["largest_weight"] == max(abs(layer).max() for layer in target.layers)
    norms = [np.linalg.norm(w - g, 2) for w, g in zip(target.layers, layers, strict=True)]
    np.testing.assert_allclose(row["spectral_error"], norms, rtol=1e-9)


@pytest.mark.parametrize(("sharing", "sets", "missed"), [("row", 5, 2), ("fresh", 12, 3), ("products", 5, 3)])
def test_a_set_of_coefficients_is_a_row_a_weight_or_an_input(target, sharing, sets, missed):
    """Three of 12 weights are missed, two of them in one row; an error of epsilon is no miss."""
    layers = np.zeros((3, 2)), np.zeros((2, 3))
    sums = np.array([[0.15, 0.15], [0.0, 0.0], [0.1, 0.0]]), np.array([[0.0, 0.15, 0.0], [0.0, 0.0, 0.0]])
    bench = Bench(Target(layers, "zero"), None, None, (0.0, 0.0), None)
    pruned = pruning.Pruned(Draw(sharing, 3, 1.0, 0), sums, (), 0.0)
    assert bench.misses(pruned, 0.1) == {"missed": 3, "sets": sets, "sets_missed": missed}


def test_coefficients_are_as_large_as_asked(target):
    """On [-1, 1], or on [-a, a] with a the largest weight of the target."""
    for scale, bound in (("unit", 1.0), ("fitted", target.largest)):
        draw = pruning.draw_of(Case("fresh", scale, "error", 7, 0.01, 3), target)
        assert draw == Draw("fresh", 7, bound, 3)


def test_the_bound_holds_and_is_not_idle(found, target):
    """output_error <= output_bound in every cell; without the second layer's error it would not be a bound at all."""
    assert (found["output_error"] <= found["output_bound"]).all()
    bench = Bench.of(target, digits("test"))
    pruned = prune(target, Draw("fresh", 4, 1.0, 0), "error", None)
    only_second = pruning.Pruned(pruned.draw, (target.layers[0], pruned.layers[1]), pruned.masks, 0.0)
    measured = bench.measure(only_second)
    assert measured["spectral_error"][0] == 0.0
    assert 0.0 < measured["output_error"] <= measured["output_bound"]


def test_what_must_be_ordered_is(found):
    """More coefficients, a coarser epsilon, and the least error never do worse; fewest keeps no more than others."""
    error = found.sel(objective="error")
    assert (error["mean_error"].diff("n") <= 0.0).all()
    assert (error["missed"].diff("epsilon") <= 0.0).all()
    assert (found["largest_error"] >= found["largest_error"].sel(objective="error") - 1e-14).all()
    assert (found["missed"] == found["missed"].sel(objective="error")).all()
    assert (found["kept"].sel(objective="fewest") <= found["kept"]).all()


def test_workers_and_pieces_change_nothing(found, target, tmp_path, monkeypatch):
    monkeypatch.setattr(pruning, "_PIECE", 784)
    again = run(FEW, tmp_path, target=target, jobs=2)
    assert again.drop_vars(["seconds", "jobs"]).equals(of(FEW, found).drop_vars(["seconds", "jobs"]))
    assert (again["jobs"] == 2).all()


def test_records_are_not_computed_again(found, target, tmp_path, monkeypatch):
    """A larger grid does what is missing; the same one again does nothing; both give what one run gives."""
    solved = []
    monkeypatch.setattr(experiment1, "approximate", lambda *args: solved.append(args[1]) or pruning.approximate(*args))
    first = run(Grid(scale=("unit",), n=(6,), epsilon=(0.1,), seeds=(1,)), tmp_path, target=target)
    assert first.sizes["n"] == 1
    assert len(solved) == 3 * 3
    solved.clear()
    second = run(FEW, tmp_path, target=target)
    assert sum(map(len, solved)) == len(FEW.cases()) - 9
    assert second.drop_vars("seconds").equals(of(FEW, found).drop_vars("seconds"))
    solved.clear()
    assert run(FEW, tmp_path, target=target).equals(second)
    assert not solved


def test_an_interrupted_run_goes_on(target, tmp_path, monkeypatch):
    grid, solved = Grid(n=(5,), coefficients=("row",)), []

    def interrupted(*arguments):
        if len(solved) == 2:
            raise KeyboardInterrupt
        solved.append(arguments[1])
        return pruning.approximate(*arguments)

    monkeypatch.setattr(experiment1, "approximate", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(grid, tmp_path, target=target)
    assert len(list((tmp_path / "cells").glob("*.json"))) == 2
    monkeypatch.undo()
    assert run(grid, tmp_path, target=target)["missed"].notnull().all()


def test_what_was_not_computed_is_empty(target, tmp_path):
    run(Grid(coefficients=("row",), n=(5,)), tmp_path, target=target)
    both = run(Grid(coefficients=("fresh",), n=(6,)), tmp_path, target=target)
    assert both["missed"].isnull().sum() == both["missed"].size // 2


def test_damage_and_other_targets_are_refused(target, tmp_path, monkeypatch):
    grid = Grid(coefficients=("row",), scale=("unit",), objective=("error",), n=(5,))
    run(grid, tmp_path, target=target)
    other = Target((2.0 * target.layers[0], target.layers[1]), "other.npz")
    with pytest.raises(InputError, match=r"holds records of another target, .*; choose another --out"):
        run(grid, tmp_path, target=other)
    file = next((tmp_path / "cells").glob("*.json"))
    content = json.loads(file.read_text())
    content["measured"]["missed"] += 1
    file.write_text(json.dumps(content))
    monkeypatch.setattr(experiment1, "approximate", None)
    with pytest.raises(InputError, match="is damaged"):  # before another case is solved
        run(Grid(coefficients=("row",), scale=("unit",), objective=("error",), n=(5, 6)), tmp_path, target=target)
    with pytest.raises(InputError, match=r"record .*row-unit-error.* is damaged \(checksum differs\); delete it"):
        run(grid, tmp_path, target=target)
    for text in ("", "[]", "{}"):
        file.write_text(text)
        with pytest.raises(InputError, match="is damaged"):
            run(grid, tmp_path, target=target)


def test_files_are_read_as_written(found, tmp_path):
    save(found, tmp_path / "experiment1.nc")
    assert load(tmp_path / "experiment1.nc", SCHEMA).equals(found)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"coefficients": ("rows",)}, "coefficients must be some of row, fresh, products, got rows"),
        ({"scale": ()}, "scale must be some of unit, fitted, got none"),
        ({"objective": ("best",)}, "objective must be some of error, within, fewest, got best"),
        ({"n": (0,)}, "n must be a whole number of at least 1, got 0"),
        ({"n": (41,)}, "n must be at most 40, got 41"),
        ({"epsilon": (0.0,)}, "epsilon must be positive and finite, got 0.0"),
        ({"epsilon": (float("nan"),)}, "epsilon must be positive and finite, got nan"),
        ({"seeds": (-1,)}, "seed must be a whole number of at least 0, got -1"),
        ({"seeds": ()}, "n, epsilon and seeds must not be empty"),
    ],
)
def test_grids_that_make_no_sense_are_refused(given, message):
    with pytest.raises(InputError, match=message):
        Grid(**given)
