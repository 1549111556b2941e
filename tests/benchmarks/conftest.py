"""`contest` times our answer and a peer's, each in a test of its own, and the end-of-run summary compares them."""

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import peers
import pytest
import ratios

_RESULTS = pytest.StashKey[dict[str, Any]]()
_ANSWERS = pytest.StashKey[dict[tuple[str, str], np.ndarray]]()


@pytest.fixture(params=["ours", "peer"])
def side(request):
    return request.param


@pytest.fixture
def contest(benchmark, request, side):
    """contest(row, ours, peer, agree): check that agree(our answers, the peer's), then time this test's side.

    A peer may have fewer inputs, the first of ours. Nothing is ever asserted about time. Where the peer is not
    installed ours is timed alone.
    """
    results = request.config.stash[_RESULTS]
    answers = request.config.stash[_ANSWERS]

    def run(row, ours, peer, agree):
        name = f"{row.work} | {row.peer}"
        result = results.setdefault(name, ratios.Result(row))
        why = peers.missing(peer.package)
        if why:
            result.note = why
            if side == "peer":
                pytest.skip(f"{peer.package} is {why}")
        sides = {"ours": ours} if why else {"ours": ours, "peer": peer}
        for key, one in sides.items():
            if (name, key) not in answers:
                answers[name, key] = one.answers()
        if not why:
            theirs = answers[name, "peer"]
            result.note = "answers differ"
            agree(answers[name, "ours"][: len(theirs)], theirs)
            result.note = "not run"
        timed = ours if side == "ours" else peer
        turn = itertools.cycle(timed.inputs)
        benchmark.group = name
        benchmark.pedantic(
            timed.call,
            setup=lambda: (timed.prepare(*next(turn)), {}),
            rounds=timed.times * len(timed.inputs),
            warmup_rounds=1,
        )
        if benchmark.stats is not None:  # None with --benchmark-disable
            result.medians[side] = benchmark.stats.stats.median / timed.per

    return run


@pytest.fixture
def report_limit(request):
    """Put a `ratios.Limit` into the table."""
    return lambda limit: request.config.stash[_RESULTS].__setitem__(limit.work, limit)


def pytest_addoption(parser):
    parser.addoption("--benchmark-table", metavar="FILE", type=Path, help="write the table of ratios to FILE, Markdown")
    parser.addoption(
        "--benchmark-weights",
        metavar="K",
        type=int,
        default=2,
        help="weights of Experiment 1 a peer is asked for, to 200",
    )


def pytest_configure(config):
    config.stash[_RESULTS], config.stash[_ANSWERS] = {}, {}


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter, config):
    results = list(config.stash[_RESULTS].values())
    if not results:
        return
    texts = [*ratios.lines(results), "", f"Medians, one core. {ratios.machine_line()}."]
    terminalreporter.section("ratios of medians")
    for text in texts:
        terminalreporter.write_line(text)
    file = config.getoption("--benchmark-table")
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join(texts) + "\n")
