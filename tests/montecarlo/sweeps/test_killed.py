"""A sweep killed without warning, again and again, ends with the numbers of one that was left alone."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest
from on_disk import blocks_on_disk

from montecarlo import Theorem3
from montecarlo.sweeps.assemble import assemble
from montecarlo.sweeps.plan import Plan
from montecarlo.sweeps.run import run

PLAN = Plan(Theorem3(), (4, 15), 6400, block_trials=64)
SCRIPT = """
import sys
from montecarlo import Theorem3
from montecarlo.sweeps.plan import Plan
from montecarlo.sweeps.run import run
plan = Plan(Theorem3(), (4, 15), 6400, block_trials=64)
for _ in run(plan, sys.argv[1], jobs=int(sys.argv[2])):
    pass
"""


def run_and_kill(folder, jobs, after, delay):
    """Start the sweep in a process group of its own; once `after` new blocks are there, wait `delay`, kill -9."""
    before = len(blocks_on_disk(folder))
    process = subprocess.Popen([sys.executable, "-c", SCRIPT, str(folder), str(jobs)], start_new_session=True)
    deadline = time.monotonic() + 60.0
    while len(blocks_on_disk(folder)) < before + after and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.001)
    time.sleep(delay)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    return process.wait()


@pytest.mark.slow
@pytest.mark.parametrize(("jobs", "kills"), [(1, 5), (2, 5)])
def test_killed_sweep_resumes_to_the_same_bytes(tmp_path, jobs, kills):
    """Kills at random moments: no finished block is lost, damaged or computed again, and the result is equal."""
    chance = random.Random(51 + jobs)
    kept = {}
    for _ in range(kills):
        code = run_and_kill(tmp_path, jobs, after=chance.randint(1, 5), delay=chance.uniform(0.0, 0.03))
        assert code == -signal.SIGKILL, "the sweep ended before it could be killed; give it more blocks"
        now = blocks_on_disk(tmp_path)
        assert kept.items() <= now.items()
        kept = now
    assert kills <= len(kept) < len(PLAN.blocks)
    resumed = assemble(PLAN, run(PLAN, tmp_path))
    assert kept.items() <= blocks_on_disk(tmp_path).items()
    assert len(blocks_on_disk(tmp_path)) == len(PLAN.blocks) == len(list((tmp_path / "blocks").iterdir()))
    untouched = assemble(PLAN, run(PLAN, None))
    assert resumed.critical_epsilon.values.tobytes() == untouched.critical_epsilon.values.tobytes()
