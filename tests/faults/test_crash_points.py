"""A sweep killed before any call that changes its folder, or in the middle of a write, goes on to the same bits."""

import pytest


def crash_points(server, expected, fresh, fault, points):
    """Kill at each of `points`, resume; what went wrong where. The kill has to be the reason for the end."""
    lost = {}
    for k in points:
        run = fresh()
        killed = server.sweep(run, fault=fault, at=k)
        assert (killed.code, killed.calls) == (-9, k)
        again = server.sweep(run)
        wrong = expected.found_in(run) if again.code == 0 else f"code {again.code}: {again.err.splitlines()[-1:]}"
        if wrong:
            lost[k] = wrong
    return lost


def test_faults_beyond_the_last_call_change_nothing(server, expected, fresh, calls):
    """All calls are counted: a kill at the one after the last does not happen."""
    run = fresh()
    assert server.sweep(run, fault="kill", at=calls + 1).code == 0
    assert expected.found_in(run) == ""


@pytest.mark.parametrize("fault", ["kill", "torn"])
def test_every_tenth_crash_point(server, expected, fresh, calls, fault):
    """A tenth of the points, from the first to the last."""
    points = sorted({*range(1, calls + 1, 10), calls})
    assert crash_points(server, expected, fresh, fault, points) == {}


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["kill", "torn"])
def test_every_crash_point(server, expected, fresh, calls, fault):
    """All of them."""
    assert crash_points(server, expected, fresh, fault, range(1, calls + 1)) == {}


@pytest.mark.parametrize("k", [8, pytest.param(1, marks=pytest.mark.slow), pytest.param(15, marks=pytest.mark.slow)])
def test_crashes_one_after_the_other(server, expected, fresh, calls, k):
    """The same folder killed again and again at its k-th call, until a run has fewer calls left to make."""
    run, kills = fresh(), 0
    while (ended := server.sweep(run, fault="kill", at=k + kills)).code == -9:
        kills += 1
        assert kills < calls
    assert ended.code == 0
    assert kills > 1
    assert expected.found_in(run) == ""


def test_short_writes_are_no_fault(server, expected, fresh, calls):
    """A write that takes half of the bytes and says so is legal: the rest is written, and nobody notices."""
    for k in range(1, calls + 1, 10):
        run = fresh()
        assert server.sweep(run, fault="short", at=k).code == 0
        assert expected.found_in(run) == ""


def test_a_writer_in_place_is_caught(start_server, shim, expected, fresh, calls):
    """Negative control: files that are copied to their place, not renamed, are lost at some point."""
    broken = start_server(shim=shim, broken="copy")
    assert any(crash_points(broken, expected, fresh, "torn", [k]) for k in range(8, calls // 2))
