"""Targets: what is refused and how, the order of layers in a file, random members of F."""

import io
import zipfile

import numpy as np
import pytest

from montecarlo import InputError, Target, load_target, random_target, save_target
from montecarlo.networks.random_targets import Kind

GOOD = {"W1": np.eye(3) * 0.5, "W2": np.ones((2, 3)) * 0.25}

BAD = {
    "not finite": ({"W1": [[0.5, np.nan]]}, "W1 of the target must be finite, got nan at [0, 1]"),
    "infinite": ({"W1": [[0.5, np.inf]]}, "W1 of the target must be finite, got inf at [0, 1]"),
    "too large": ({"W1": [[0.5], [-2.0]]}, r"|w| <= 1, which the subset sums are to reach, got -2 at [1, 0]; scale it"),
    "incompatible": (
        {"W1": np.eye(3), "W2": np.ones((2, 4))},
        "a column for each of the 3 rows of W1, got shape (2, 4)",
    ),
    "vector": ({"W1": [0.5, 0.5]}, "must be a matrix (outputs, inputs) with a weight at least, got shape (2,)"),
    "three axes": ({"W1": np.zeros((1, 2, 3))}, "got shape (1, 2, 3)"),
    "empty": ({"W1": np.zeros((0, 3))}, "with a weight at least, got shape (0, 3)"),
    "complex": ({"W1": np.eye(2) * 1j}, "must hold real numbers, got complex128"),
    "text": ({"W1": np.array([["a"]])}, "must hold real numbers, got <U1"),
    "booleans": ({"W1": np.eye(2, dtype=bool)}, "must hold real numbers, got bool"),
    "no layer": ({}, "got arrays called nothing"),
    "names": ({"W1": np.eye(2), "bias": np.eye(2)}, "got arrays called 'W1', 'bias'"),
    "words": ({"W1": np.eye(2), "V2": np.eye(2)}, "got arrays called 'W1', 'V2'"),
    "a gap": ({"W1": np.eye(2), "W3": np.eye(2)}, "got arrays called 'W1', 'W3'"),
    "late start": ({"W2": np.eye(2)}, "got arrays called 'W2'"),
    "twice": ({"W1": np.eye(2), "W01": np.eye(2)}, "got arrays called 'W1', 'W01'"),
}


def refused(path):
    with pytest.raises(InputError) as error:
        load_target(path)
    message = str(error.value)
    assert "\n" not in message
    assert ";" in message
    return message


@pytest.mark.parametrize("name", BAD)
def test_bad_targets_are_refused_in_one_line(tmp_path, name):
    """Rule, value and remedy for each."""
    arrays, message = BAD[name]
    np.savez(tmp_path / "bad.npz", **arrays)
    assert message in refused(tmp_path / "bad.npz")


def test_pickled_objects_are_not_loaded(tmp_path):
    """Nor anything else that is no npz of plain arrays."""
    np.savez(tmp_path / "objects.npz", W1=np.array([[None]], dtype=object))
    assert "(pickled objects)" in refused(tmp_path / "objects.npz")
    (tmp_path / "text.npz").write_text("W1 = 0.5")
    (tmp_path / "nothing.npz").write_bytes(b"")
    np.save(tmp_path / "one.npy", np.eye(2))
    with zipfile.ZipFile(tmp_path / "zip.npz", "w") as packed:
        packed.writestr("W1.npy", "no array")
    for name in ("zip.npz", "text.npz", "nothing.npz", "one.npy", "there-is-none.npz", "."):
        assert "a target must be an npz file of float matrices" in refused(tmp_path / name)


def test_a_target_that_cannot_fit_is_refused(tmp_path, monkeypatch):
    """By the sizes its directory gives, before anything is unpacked."""
    save_target(Target(list(GOOD.values())), tmp_path / "T.npz")
    monkeypatch.setattr("montecarlo.networks.targets.memory_limit", lambda: 100.0)
    assert "must fit into memory twice" in refused(tmp_path / "T.npz")


@pytest.mark.parametrize("flip", range(0, 700, 7))
def test_damaged_files_are_refused_or_read_right(tmp_path, flip):
    """A byte of an npz changed: one line, or (in parts of a zip that nobody reads) the target as it was."""
    packed = io.BytesIO()
    np.savez(packed, **GOOD)
    content = bytearray(packed.getvalue())
    content[flip % len(content)] ^= 0x10
    (tmp_path / "T.npz").write_bytes(content)
    try:
        found = load_target(tmp_path / "T.npz")
    except InputError as error:
        message = str(error)
    else:
        message = ""
        for matrix, wanted in zip(found.weights, GOOD.values(), strict=True):
            np.testing.assert_array_equal(matrix, wanted)
    assert "\n" not in message


def test_layers_go_by_their_numbers(tmp_path):
    """W10 comes after W9, arr_0 is the first of numpy.savez(FILE, a, b), and what is saved comes back."""
    chain = [np.full((k + 1, k), 1.0 / k) for k in range(1, 12)]
    np.savez(tmp_path / "named.npz", **{f"W{k}": matrix for k, matrix in reversed(list(enumerate(chain, 1)))})
    np.savez(tmp_path / "unnamed.npz", *chain)
    save_target(Target(chain), tmp_path / "new" / "saved.npz")
    for path in ("named.npz", "unnamed.npz", "new/saved.npz"):
        found = load_target(tmp_path / path)
        assert found.widths == tuple(range(1, 13))
        for matrix, wanted in zip(found.weights, chain, strict=True):
            np.testing.assert_array_equal(matrix, wanted)


def test_targets_are_copies_that_nobody_changes():
    """What was given stays the caller's."""
    given = np.eye(2, dtype=np.float32)
    target = Target([given])
    given[:] = 7.0
    assert target.weights[0].dtype == np.float64
    assert target.weights[0].max() == 1.0
    with pytest.raises(ValueError, match="read-only"):
        target.weights[0][0, 0] = 0.0


@pytest.mark.parametrize("kind", Kind.__args__)
@pytest.mark.parametrize("widths", [(8, 8, 4), (1, 1), (3, 9, 1, 5)])
def test_random_targets_are_members_of_f(kind, widths):
    """Spectral norm 1 from below, the same for a seed, another for another; and of their kind."""
    target = random_target(kind, widths, seed=3)
    assert target.widths == widths
    for matrix in target.weights:
        assert 1.0 - 1e-11 < np.linalg.norm(matrix, ord=2) <= 1.0
    again, other = random_target(kind, widths, seed=3), random_target(kind, widths, seed=4)
    assert all(np.array_equal(a, b) for a, b in zip(target.weights, again.weights, strict=True))
    differ = [not np.array_equal(a, b) for a, b in zip(target.weights, other.weights, strict=True)]
    assert any(differ) == (kind != "equal" and max(widths) > 1)
    for matrix in target.weights:
        values = np.linalg.svd(matrix, compute_uv=False)
        if kind == "orthogonal":
            np.testing.assert_allclose(values, 1.0, rtol=1e-10)
        if kind == "low-rank":
            assert (values[2:] < 1e-10).all()
        if kind == "sparse":
            assert (np.count_nonzero(matrix, axis=1) <= 4).all()
        if kind == "equal":
            assert np.ptp(matrix) == 0.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("round", (2, 2)), "kind of target must be one of gaussian, orthogonal"),
        (("gaussian", (2,)), "widths must be those of the input and of every layer, got \\[2\\]"),
        (("gaussian", (2, 0)), "a width must be a whole number of at least 1, got 0"),
        (("gaussian", (2, 2), -1), "seed must be a whole number of at least 0, got -1"),
    ],
)
def test_random_targets_that_cannot_be(arguments, message):
    with pytest.raises(InputError, match=message):
        random_target(*arguments)
