"""The package `ticketsum`: every public name of both packages, and the command line."""

import subprocess
import sys

import numpy as np
import pytest

import analysis
import montecarlo
import ticketsum


def test_every_public_name_is_there():
    """Those of both packages, each the same object; InputError stands for both."""
    for package in (montecarlo, analysis):
        for name in set(package.__all__) - {"InputError"}:
            assert getattr(ticketsum, name) is getattr(package, name)
            assert name in dir(ticketsum)
    assert set(montecarlo.__all__) & set(analysis.__all__) == {"InputError"}


def test_either_error_is_caught_by_one_name():
    with pytest.raises(ticketsum.InputError, match="trials must be"):
        ticketsum.sweep("theorem3", n=3, trials=0)
    with pytest.raises(ticketsum.InputError, match="epsilon must be"):
        ticketsum.success(ticketsum.sweep("theorem3", n=3, trials=5), -1.0)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'ticketsum' has no attribute 'nonsense'"):
        _ = ticketsum.nonsense


@pytest.mark.parametrize("package", ["ticketsum", "montecarlo"])
def test_either_package_is_the_program(package, tmp_path):
    """`python -m` of each prints the version, also beside a user's own analysis.py."""
    (tmp_path / "analysis.py").write_text("raise SystemExit('not this one')")
    command = [sys.executable, "-m", package, "--version"]
    answer = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == ticketsum.__version__


def test_results_print_in_a_line():
    """A pruned network, its certificate, brackets and a verdict: shapes and bounds, not all their numbers."""
    pruned = ticketsum.prune(ticketsum.random_target("gaussian", (4, 3, 2), seed=0), n=10, seed=0, epsilon=0.1)
    assert repr(pruned) == f"<Pruned 4-3-2: n=10, seed=0, within, epsilon=0.1, {pruned.missed} missed>"
    found = ticketsum.bounds(pruned.pairs)
    assert repr(found) == f"<Certificate {found.lower:.6g} <= sup ||f(x) - g(x)|| <= {found.upper:.6g}, 2 layers>"
    brackets = ticketsum.Brackets(np.zeros((3, 5)), np.full((3, 5), 0.25))
    assert repr(brackets) == "<Brackets of shape (3, 5), at most 0.25 wide, upper at most 0.25>"
    assert repr(ticketsum.Brackets(np.zeros((0, 5)), np.zeros((0, 5)))) == "<Brackets of shape (0, 5)>"
