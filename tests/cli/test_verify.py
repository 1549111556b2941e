"""`ticketsum verify`: a constant put to the test, with the deciding cell."""

import json
import re

import pytest

QUICK = ("--jobs", "1", "--trials", "2000")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """Run folders are made in the working folder."""
    monkeypatch.chdir(tmp_path)


def test_a_constant_that_is_too_small_is_refuted(ticketsum):
    """C = 2 for Theorem 3: the first epsilon that fails is named, with its n, its interval and what is needed."""
    answer = ticketsum("verify", "theorem3", "--constant", "2", *QUICK)
    assert answer.code == 1, answer.err
    found = re.search(
        r"REFUTED, C = 2 fails at epsilon = (\S+), n = (\d+): P in \[(\S+), (\S+)\], (\S+) needed", answer.out
    )
    assert found, answer.out
    assert float(found[4]) < float(found[5])
    assert "n = 4, 6, 9, 11, 2,000 trials" in answer.err


def test_a_generous_constant_is_supported(ticketsum, tmp_path):
    """C = 4 for Theorem 3, at two epsilons; a second time nothing is simulated."""
    command = ("verify", "theorem3", "--constant", "4", "--epsilon", "0.3,0.1", *QUICK)
    answer = ticketsum(*command)
    assert "SUPPORTED, C = 4 holds at each of 2 epsilons (95%, simultaneous)" in answer.out
    folder = tmp_path / "ticketsum-verify-theorem3-4"
    before = {path: path.stat().st_mtime_ns for path in (folder / "blocks").iterdir()}
    assert ticketsum(*command).out == answer.out
    assert {path: path.stat().st_mtime_ns for path in (folder / "blocks").iterdir()} == before


def test_few_trials_leave_it_open_and_say_how_many_would_not(ticketsum):
    """100 trials say little of P >= 0.97; the forecast is larger than what there was."""
    answer = ticketsum("verify", "theorem3", "--constant", "3.2", "--epsilon", "0.03", "--trials", "100", "--jobs", "1")
    found = re.search(r"UNDECIDED, C = 3.2 is open at .* 0.97 needed; about ([\d,]+) trials settle it", answer.out)
    assert found, answer.out
    assert int(found[1].replace(",", "")) > 100


def test_products_are_certified_and_other_events_judged(ticketsum):
    """Lemma 1 with brackets: C = 8 is supported; that the proof's event fails leaves it open, exit code 3."""
    command = ("verify", "lemma1", "--constant", "8", "--epsilon", "0.3,0.1", *QUICK)
    assert "Lemma 1: SUPPORTED" in ticketsum(*command).out
    answer = ticketsum(*command, "--event", "proof")
    assert "Lemma 1, proof: UNDECIDED" in answer.out
    assert "the event 'proof' fails, but it is sufficient only" in answer.out
    assert answer.code == 3


def test_growth_is_judged_without_a_constant(ticketsum):
    """Theorem 3 grows like the logarithm, the baseline does not: exit codes 0 and 1, over n as far as they need it."""
    answer = ticketsum("verify", "theorem3", "--epsilon", "0.3,0.03", "--jobs", "1", "--trials", "4000")
    assert "Theorem 3: SUPPORTED, n* grows like ln(1/epsilon): from epsilon = 0.3 to 0.03" in answer.out
    assert answer.code == 0
    answer = ticketsum("verify", "single_sample", "--epsilon", "0.3,0.03", *QUICK)
    assert "Baseline, w = 0.5: REFUTED, n* grows faster than ln(1/epsilon)" in answer.out
    assert answer.code == 1


def test_growth_needs_two_accuracies(ticketsum):
    """One accuracy has no slope."""
    answer = ticketsum("verify", "theorem3", "--epsilon", "0.1")
    assert (answer.code, answer.out) == (2, "")
    assert "--epsilon must have at least two accuracies for growth, got 0.1; give 0.3,0.01" in answer.err


@pytest.mark.parametrize("value", ["nan", "0.0", "inf"])
def test_accuracies_are_checked_before_growth_is_looked_at(ticketsum, value):
    """The message names epsilon, not what is made of it."""
    error = ticketsum("verify", "theorem3", "--epsilon", f"{value},0.1").one_line_error()
    assert f"epsilon must be finite and above 0, got {value}" in error


def test_both_readings_of_a_lost_factor_are_judged(ticketsum):
    """Lemma 2 at epsilon = 0.99 and d = 1: as printed n = 1 fails for every C, with the factor 2 it holds."""
    answer = ticketsum("verify", "lemma2", "--constant", "50", "--epsilon", "0.99", *QUICK)
    printed, proof = answer.out.splitlines()
    assert "A as printed: REFUTED, C = 50 fails at epsilon = 0.99, n = 1" in printed
    assert "event 'reach', necessary only" in printed
    assert "A as the proof needs it: SUPPORTED" in proof
    assert answer.code == 1


def test_a_verdict_as_json(ticketsum):
    """One object on stdout: the question, and the outcome for every reading of A."""
    command = ("verify", "theorem3", "--constant", "4", "--epsilon", "0.3,0.1", "--json", *QUICK)
    answer = json.loads(ticketsum(*command).out)
    assert answer["question"] == "constant"
    assert answer["verdicts"]["printed"]["outcome"] == "SUPPORTED"
    assert answer["verdicts"]["printed"]["constant"] == 4.0
    assert answer["epsilon"] == [0.3, 0.1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("theorem3", "--constant", "-1"), "constant must be finite and above 0, got -1.0"),
        (("theorem3", "--constant", "nan"), "constant must be finite and above 0, got nan"),
        (("theorem3", "--constant", "100"), "constant must lead to n of at most 200, got 100 and n = 530; lower it"),
        (
            ("theorem3", "--constant", "3", "--event", "proof"),
            "event of theorem3 must be one of statement, got 'proof'",
        ),
        (("theorem", "--constant", "3"), "got 'theorem'; did you mean theorem3?"),
    ],
)
def test_bad_input_is_one_line(ticketsum, tmp_path, arguments, message):
    assert message in ticketsum("verify", *arguments).one_line_error()
    assert list(tmp_path.iterdir()) == []


def test_a_claim_with_few_n_names_what_verify_can_lower(ticketsum):
    """All masks are tried up to n = 8; verify has no --n, and chooses n by the constant and the smallest epsilon."""
    error = ticketsum("verify", "tiny_neuron", "--constant", "3", "--trials", "2").one_line_error()
    assert "constant must lead to n of at most 8, got 3 and n = 16" in error
    assert "lower it, or leave out the smallest epsilon" in error
    assert ticketsum("verify", "tiny_neuron", "--constant", "3", "--trials", "2", "--epsilon", "0.3").code == 3
