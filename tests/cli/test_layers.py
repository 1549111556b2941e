"""Claims with dimensions and parameters from the command line: `--d`, `--set`, and what is refused of them."""

import pytest

from montecarlo import load

REFUSED = {
    ("lemma2", "--d", "0"): "d must be a whole number of at least 1, got 0",
    ("lemma2", "--d", "x"): "d must look like 20, 1:20",
    ("theorem3", "--d", "2"): "d of Theorem 3 must be one of [1], got 2",
    ("tiny_neuron", "--n", "9"): "n of Lemma 2, all masks must be at most 8, got 9; lower n",
    ("theorem1", "--set", "depth"): "a parameter must look like depth=3, got 'depth'",
    ("theorem1", "--set", "depth=two"): "depth must be a whole number, got 'two'",
    ("theorem1", "--set", "depth=0"): "depth must be a whole number of at least 1, got 0",
    ("pruned_network", "--set", "kind=dense"): "kind of target must be one of gaussian, orthogonal, low-rank, sparse",
    ("pruned_network", "--n", "41"): "n of Theorem 1, one f must be at most 40, got 41; lower n",
    ("theorem1", "--set", "width=3"): "a parameter of theorem1 must be one it has, got 'width'; choose from depth",
    ("theorem3", "--set", "depth=3"): "a parameter of theorem3 must be one it has, got 'depth'; it has none",
    ("lemma3", "--set", "outputs=-1"): "outputs (0 for as many as inputs) must be a whole number of at least 0, got -1",
    ("single_link", "--set", "weight=0.7"): "weight must be in [-1/2, 1/2], got 0.7",
    ("single_link", "--set", "weight=big"): "weight must be a number, got 'big'",
    ("subset_sum", "--set", "law=norm:std=a"): "std of a law must be a number, got 'norm:std=a'",
    ("subset_sum", "--set", "law=nrom:mean=0"): "got 'nrom:mean=0'; did you mean norm?",
    ("lemma3", "--d", "2000", "--relative-tolerance", "0.01", "--resolution", "0.1"): "subset-sum problems (about",
}


@pytest.mark.parametrize("options", REFUSED, ids=" ".join)
def test_refused(ticketsum, tmp_path, options):
    """Each broken rule is one line with rule, value and remedy, and no folder is left behind."""
    answer = ticketsum("sweep", *options, "--trials", "10", "--out", tmp_path / "run")
    assert REFUSED[options] in answer.one_line_error()
    assert not (tmp_path / "run" / "raw.nc").exists()


def test_claims_lists_their_options(ticketsum):
    """Each option that is listed is one that a sweep takes."""
    listed = ticketsum("claims").out
    for options in (
        "--d 1,2,4, --set depth=2",
        "--d 1,2,4, --set depth=2, --set kind=gaussian",
        "--set law=norm:mean=0,std=0.5, --set low=-0.5, --set high=0.5",
    ):
        assert f"options: {options}" in " ".join(listed.split())
    assert listed.count("options:") == 8


def test_a_network_of_depth_three(ticketsum, tmp_path):
    """--set depth=3 --d 1,2: both widths in one Dataset, which says what it is and what finer ones would cost."""
    brackets = ("--relative-tolerance", "0.05", "--resolution", "0.5")
    command = ("sweep", "theorem1", "--set", "depth=3", "--d", "1,2", "--n", "4,30", "--trials", "20", *brackets)
    answer = ticketsum(*command, "--jobs", "1", "--out", tmp_path)
    assert answer.code == 0, answer.err
    found = load(tmp_path)
    assert found.attrs["label"] == "Theorem 1, depth 3"
    assert found["d"].values.tolist() == [1, 2]
    assert found["amplitude"].values.tolist() == [3.0, 12.0]
    assert '"0.01"' in found.attrs["cost"]
    assert "Theorem 1, depth 3: 20 trials" in answer.err


def test_a_law_of_scipy(ticketsum, tmp_path):
    """--set law=norm:mean=0,std=0.5 --set high=1: the law and the interval are in the run's label."""
    command = ("sweep", "subset_sum", "--set", "law=norm:mean=0,std=0.5", "--set", "high=1", "--n", "8")
    answer = ticketsum(*command, "--trials", "20", "--jobs", "1", "--out", tmp_path)
    assert answer.code == 0, answer.err
    assert load(tmp_path).attrs["label"] == "Subset sums, norm:mean=0,std=0.5 on [-0.5, 1]"


def test_verify_over_dimensions(ticketsum, tmp_path):
    """verify lemma2 --d 1,2: every d has its own n = ceil(C ln(d / epsilon)), and the cell that decides names its d."""
    command = ("verify", "lemma2", "--d", "1,2", "--constant", "4", "--epsilon", "0.3", "--trials", "500")
    answer = ticketsum(*command, "--jobs", "1", "--out", tmp_path)
    assert answer.code == 1, answer.err
    assert "n = 5, 8, 11, 500 trials" in answer.err
    assert "Lemma 2, A as printed: REFUTED, C = 4 fails at epsilon = 0.3, n = 5, d = 1" in answer.out
