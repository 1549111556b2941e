"""Versions of numbers: equal ones are continued, others are refused in one line that says who continues them."""

import pytest

from montecarlo import InputError
from montecarlo.storage.numbers import begun_by, require_same_numbers

VERSIONS = {"sampling": 1, "covering": 2}


def test_equal_versions_are_continued_whoever_began(tmp_path):
    require_same_numbers(tmp_path, {"numbers": dict(VERSIONS), "ticketsum": "0.0.1"}, VERSIONS)


@pytest.mark.parametrize(
    ("stored", "message"),
    [
        (
            {"numbers": {"sampling": 1, "covering": 1}, "ticketsum": "0.3.0"},
            "holds numbers of covering version 1, this ticketsum computes version 2; continue it with ticketsum 0.3.0,",
        ),
        ({"numbers": {"sampling": 1}}, "holds numbers of covering version None, .*; continue it with ticketsum as it"),
        ({"numbers": 3}, "holds numbers of sampling version 3"),
        ({"fingerprint": "abc"}, r"begun before numbers had versions \(source fingerprint abc\); continue it with the"),
    ],
)
def test_other_versions_are_refused_in_one_line(tmp_path, stored, message):
    with pytest.raises(InputError, match=f"^{tmp_path} .*{message}.*or choose another folder with --out$"):
        require_same_numbers(tmp_path, stored, VERSIONS)


def test_a_folder_names_the_ticketsum_that_began_it(monkeypatch):
    monkeypatch.setattr("montecarlo.storage.numbers.source_commit", lambda: "abc")
    monkeypatch.setattr("montecarlo.storage.numbers.ticketsum_version", lambda: "0.3.0")
    assert begun_by() == {"ticketsum": "0.3.0 at commit abc"}
