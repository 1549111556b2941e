"""`ticketsum verify`: a constant put to the test, with the deciding cell."""

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
    assert answer.code == 0, answer.err
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
    """Lemma 1 with brackets: C = 8 is supported for the statement and refuted for what the proof uses."""
    command = ("verify", "lemma1", "--constant", "8", "--epsilon", "0.3,0.1", *QUICK)
    assert "Lemma 1, statement: SUPPORTED" in ticketsum(*command).out
    assert "Lemma 1, proof: REFUTED" in ticketsum(*command, "--event", "proof").out


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
    assert ticketsum("verify", "tiny_neuron", "--constant", "3", "--trials", "2", "--epsilon", "0.3").code == 0
