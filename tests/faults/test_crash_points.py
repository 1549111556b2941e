"""A sweep killed before any call that changes its folder, or in the middle of a write, goes on to the same bits."""

import pytest
from on_disk import blocks_on_disk


def crash_points(server, expected, fresh, fault, points, **how):
    """Kill at each of `points`, resume; what went wrong where.

    The kill has to be the reason for the end, and blocks that were finished before it are not written again.
    """
    lost = {}
    for k in points:
        run = fresh()
        killed = server.sweep(run, fault=fault, at=k, **how)
        assert (killed.code, killed.calls) == (-9, k)
        kept = blocks_on_disk(run)
        again = server.sweep(run, **how)
        wrong = expected.found_in(run) if again.code == 0 else f"code {again.code}: {again.err.splitlines()[-1:]}"
        if not kept.items() <= blocks_on_disk(run).items():
            wrong = wrong or "finished blocks were written again"
        if wrong:
            lost[k] = wrong
    return lost


def test_faults_beyond_the_last_call_change_nothing(server, expected, fresh, calls):
    """All calls are counted: a kill at the one after the last does not happen."""
    run = fresh()
    assert server.sweep(run, fault="kill", at=calls.count + 1).code == 0
    assert expected.found_in(run) == ""


def test_crash_points_of_every_third_kind(server, expected, fresh, calls):
    """A third of the kinds of calls, from the first to the last."""
    assert crash_points(server, expected, fresh, "kill", sorted({*calls.kinds[::3], calls.count})) == {}


def test_torn_writes_of_every_kind(server, expected, fresh, calls):
    """Killed halfway through the first write to each kind of file."""
    assert crash_points(server, expected, fresh, "torn", calls.of("write")) == {}


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["kill", "torn"])
def test_every_crash_point(server, expected, fresh, calls, fault):
    """All of them, but for equal ones in a row."""
    assert crash_points(server, expected, fresh, fault, calls.different) == {}


@pytest.mark.parametrize("moments", [(8, 6), *(pytest.param((k, 1), marks=pytest.mark.slow) for k in (1, 8, 15))])
def test_crashes_one_after_the_other(server, expected, fresh, calls, moments):
    """The same folder killed again and again at its k-th call, each time `step` later, until a run makes fewer."""
    (k, step), run, kills = moments, fresh(), 0
    while (ended := server.sweep(run, fault="kill", at=k + step * kills)).code == -9:
        kills += 1
        assert kills < calls.count
    assert ended.code == 0
    assert kills > 1
    assert expected.found_in(run) == ""


def test_short_writes_are_no_fault(server, expected, fresh, calls):
    """A write that takes half of the bytes and says so is legal: the rest is written, and nobody notices."""
    for k in calls.of("write"):
        run = fresh()
        assert server.sweep(run, fault="short", at=k).code == 0
        assert expected.found_in(run) == ""


def test_a_writer_in_place_is_caught(server, expected, fresh, calls):
    """Negative control: files that are copied to their place, not renamed, are lost at some point."""
    assert any(crash_points(server, expected, fresh, "torn", [k], broken="copy") for k in range(8, calls.count // 2))
