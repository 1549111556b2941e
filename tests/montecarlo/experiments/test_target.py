"""The target that comes with us: what its sidecar says of it is so."""

import json

import numpy as np
import pytest

from montecarlo.errors import InputError
from montecarlo.experiments.mnist import digits
from montecarlo.experiments.package_data import shipped
from montecarlo.experiments.subset_sums.target import SHIPPED, correct, load_target, outputs
from montecarlo.experiments.subset_sums.training import Training, measured, train


def sidecar():
    return json.loads(shipped(f"{SHIPPED}.json").read_text())


def test_the_shipped_target_is_what_its_sidecar_says():
    """Weights, range and accuracy, counted afresh. Control: a layer upside down answers otherwise."""
    target, facts = load_target(), sidecar()
    assert measured(target) == {name: facts[name] for name in ("digest", "correct", "images", "range")}
    assert [layer.shape for layer in target.layers] == [(500, 784), (10, 500)]
    assert facts["correct"]["test"] / facts["images"]["test"] >= 0.97
    test = digits("test")
    upside_down = target.layers[0], target.layers[1][::-1]
    assert correct(outputs(upside_down, test.images), test) < 0.2 * len(test.labels)


def test_outputs_are_those_of_the_formula():
    generator = np.random.default_rng(0)
    first, second, x = generator.normal(size=(7, 5)), generator.normal(size=(10, 7)), generator.normal(size=(3, 5))
    for k in range(3):
        hidden = [max(float(np.dot(row, x[k])), 0.0) for row in first]
        np.testing.assert_allclose(outputs((first, second), x)[k], second @ hidden, rtol=0.0, atol=1e-14)


@pytest.mark.slow
def test_training_makes_the_shipped_target():
    """To the bit with the torch that made it, on the same kind of processor; elsewhere as accurate."""
    pytest.importorskip("torch", reason="training needs torch")
    facts = sidecar()
    found = measured(train(Training(**facts["training"])))
    assert abs(found["correct"]["test"] - facts["correct"]["test"]) <= 50


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"W1": np.zeros((3, 784))}, "target must be an .npz file with arrays W1 and W2"),
        (
            {"W1": np.zeros((3, 784)), "W2": np.zeros((11, 3))},
            r"target must have .* W2 \(10, hidden\), got \(3, 784\) and \(11, 3\)",
        ),
        (
            {"W1": np.zeros((3, 783)), "W2": np.zeros((10, 3))},
            r"target must have W1 \(hidden, 784\) .* got \(3, 783\)",
        ),
        ({"W1": np.zeros((3, 784)), "W2": np.zeros((10, 4))}, r"got \(3, 784\) and \(10, 4\)"),
        ({"W1": np.zeros(784), "W2": np.zeros((10, 1))}, r"got \(784,\)"),
        ({"W1": np.full((3, 784), np.nan), "W2": np.zeros((10, 3))}, "of the target must be finite"),
        ({"W1": np.array([{}]), "W2": np.zeros((10, 3))}, "target must be an .npz file"),
    ],
)
def test_other_targets_are_refused(tmp_path, arrays, message):
    np.savez(tmp_path / "target.npz", **arrays)
    with pytest.raises(InputError, match=message):
        load_target(tmp_path / "target.npz")


def test_files_that_are_no_target_are_refused(tmp_path):
    (tmp_path / "text.npz").write_text("text")
    np.save(tmp_path / "array.npy", np.zeros(3))
    for name in ("text.npz", "array.npy"):
        with pytest.raises(InputError, match=r"target must be an \.npz file with arrays W1 and W2"):
            load_target(tmp_path / name)
    with pytest.raises(InputError, match=r"target must be a file that can be read, got .*absent\.npz"):
        load_target(tmp_path / "absent.npz")
