"""`ticketsum target`, `prune` and `check`: a network from end to end, and bad input in one line each."""

import numpy as np
import pytest

import montecarlo
from montecarlo import load_pruned, load_target, random_target


@pytest.fixture
def target(tmp_path):
    """A small target in a file."""
    path = tmp_path / "T.npz"
    montecarlo.save_target(random_target("gaussian", (4, 3, 2)), path)
    return path


def test_a_network_from_end_to_end(ticketsum, tmp_path):
    """target, prune, check: what is stored is what the library returns, and SOUND; a flipped bit is UNSOUND, code 1."""
    file, folder = tmp_path / "new" / "T.npz", tmp_path / "other" / "DIR"
    made = ticketsum("target", "--kind", "orthogonal", "--widths", "8,8,4", "--seed", "3", "--out", file)
    assert (made.code, made.out) == (0, f"Stored in {file}: orthogonal, 8 x 8, 4 x 8\n")
    wanted = random_target("orthogonal", (8, 8, 4), 3)
    for a, b in zip(load_target(file).weights, wanted.weights, strict=True):
        np.testing.assert_array_equal(a, b)
    done = ticketsum("prune", file, "--n", "30", "--epsilon", "0.01", "--seed", "1", "--jobs", "2", "--out", folder)
    assert done.code == 0, done.err
    one, stored = montecarlo.prune(wanted, n=30, epsilon=0.01, seed=1), load_pruned(folder)
    for a, b in zip(one.layers, stored.layers, strict=True):
        np.testing.assert_array_equal(a.masks, b.masks)
    assert f"Stored in {folder}. {one.missed} subset sums further than 0.01 from their weight." in done.out
    found = ticketsum("check", folder)
    assert found.code == 0, found.err
    distance = montecarlo.bounds(one.pairs)
    assert 0.0 < distance.lower < distance.upper < distance.paper
    sides = f"between {distance.lower:.4g} and {distance.upper:.4g}"
    assert f"sup of ||f(x) - g(x)|| over ||x|| <= 1: {sides}; the proof of Theorem 1, told" in found.out
    assert "sup of" not in ticketsum("check", folder, "--no-bounds").out
    assert f"SOUND: every mask in {folder} adds up to what is stored" in found.out
    assert found.out.splitlines()[:5] == done.out.splitlines()[:5]
    content = bytearray((folder / "masks-2.npy").read_bytes())
    content[-1] ^= 1
    (folder / "masks-2.npy").write_bytes(content)
    found = ticketsum("check", folder)
    assert (found.code, found.err) == (1, "")
    lines = found.out.splitlines()
    assert next(line for line in lines if "UNSOUND" in line).endswith(f" faults in {folder}")
    assert "  masks-2.npy: not as it was written (checksum differs)" in lines
    assert any(line.startswith("  layer 2: 1 masks that") for line in lines)


@pytest.mark.parametrize(("objective", "epsilon"), [("fewest", "0.05"), ("error", "0.05"), ("error", None)])
def test_objectives(ticketsum, target, tmp_path, objective, epsilon):
    """--objective, and what goes without an epsilon."""
    options = ("--epsilon", epsilon) if epsilon else ()
    answer = ticketsum("prune", target, "--n", "8", "--objective", objective, *options, "--out", tmp_path / "DIR")
    assert answer.code == 0, answer.err
    stored = load_pruned(tmp_path / "DIR")
    assert (stored.objective, stored.epsilon) == (objective, float(epsilon) if epsilon else None)
    assert ("further than" in answer.out) == (epsilon is not None)
    assert ticketsum("check", tmp_path / "DIR", "--no-bounds").code == 0


REFUSED = {
    ("--n", "0"): "n must be a whole number of at least 1, got 0",
    ("--n", "500"): "n must be at most 200, got 500; lower it",
    ("--n", "two"): '--n: unable to convert "two" into int',
    ("--epsilon", "nan"): "epsilon must be 0 or more and finite, got nan; set epsilon=0.01",
    ("--epsilon=-1",): "epsilon must be 0 or more and finite, got -1.0",
    ("--objective", "within"): "epsilon must be given for 'within', got none",
    ("--objective", "most"): 'Invalid value "most" for --objective',
    ("--jobs", "0"): "jobs must be a whole number of at least 1, got 0",
    ("--seed=-1",): "seed must be a whole number of at least 0, got -1",
}


@pytest.mark.parametrize("options", REFUSED, ids=" ".join)
def test_refused(ticketsum, target, tmp_path, options):
    """Each broken rule in one line, and no folder."""
    first = () if options[0] == "--n" else ("--n", "4")
    assert REFUSED[options] in ticketsum("prune", target, *first, *options, "--out", tmp_path / "DIR").one_line_error()
    assert not (tmp_path / "DIR").exists()


def test_bad_targets(ticketsum, tmp_path):
    """No file, no npz, weights out of reach, pickled objects."""
    np.savez(tmp_path / "large.npz", W1=np.full((2, 2), 3.0))
    np.savez(tmp_path / "objects.npz", W1=np.array([[None]], dtype=object))
    (tmp_path / "text.npz").write_text("no npz")
    for name, message in (
        ("none.npz", "No such file"),
        (
            "large.npz",
            "W1 of the target must have |w| <= 1, which the subset sums are to reach, got 3 at [0, 0]; scale",
        ),
        ("objects.npz", "a target must be an npz file of float matrices"),
        ("text.npz", "a target must be an npz file of float matrices"),
    ):
        line = ticketsum("prune", tmp_path / name, "--n", "4", "--out", tmp_path / "DIR").one_line_error()
        assert message in line
    assert not (tmp_path / "DIR").exists()


def test_places_that_do_not_do(ticketsum, target, tmp_path, monkeypatch):
    """A folder that is there, one below a file, for targets as well; nothing to check. Before anything is solved."""
    monkeypatch.setattr("montecarlo.networks.prune.prune_blocks", None)
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "kept").write_text("kept")
    command = ("prune", target, "--n", "4", "--out")
    message = f"a pruned network needs a new folder, got {tmp_path / 'there'}; choose another with --out"
    assert message in ticketsum(*command, tmp_path / "there").one_line_error()
    below = tmp_path / "there" / "kept" / "DIR"
    assert "the output folder must be writable" in ticketsum(*command, below).one_line_error()
    assert "must be writable" in ticketsum("target", "--widths", "2,2", "--out", below / "T.npz").one_line_error()
    assert "widths must be whole numbers" in ticketsum("target", "--widths", "2;2", "--out", below).one_line_error()
    for folder in (tmp_path / "none", tmp_path / "there", target):
        assert "a pruned network must be a folder with network.json" in ticketsum("check", folder).one_line_error()


def test_plot_draws_a_small_pruned_network(ticketsum, tmp_path):
    """A picture a layer; a network that is too large to be drawn is one line and exit code 2."""
    ticketsum("target", "--widths", "2,2,1", "--out", tmp_path / "T.npz")
    ticketsum("prune", tmp_path / "T.npz", "--n", 4, "--epsilon", 0.1, "--out", tmp_path / "SMALL")
    ticketsum("plot", tmp_path / "SMALL")
    made = {path.name for path in (tmp_path / "SMALL" / "figures").iterdir()}
    assert made == {f"structure-{layer}.{kind}" for layer in (1, 2) for kind in ("png", "svg")}
    assert "SOUND" in ticketsum("check", tmp_path / "SMALL").out
    ticketsum("prune", tmp_path / "T.npz", "--n", 30, "--epsilon", 0.1, "--out", tmp_path / "WIDE")
    line = ticketsum("plot", tmp_path / "WIDE").one_line_error()
    assert "more than 64 hidden neurons in a layer cannot be drawn, got 120" in line
