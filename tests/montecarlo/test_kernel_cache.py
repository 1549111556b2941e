"""Kernels are compiled once: their machine code is found again on disk, and many processes may write it at once."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

import montecarlo

WORK = {
    "light": "nearest.sum_of_mask(np.array([0.5, 0.25]), np.uint64(3)), nearest.sum_of_mask",
    "heavy": "montecarlo.covering_radius(np.linspace(-1.0, 0.9, 14)).tolist(), exact.exact_errors_of_trials",
}
"""An answer, and the kernel that it comes from."""
PROGRAM = """
import json, sys, time
from pathlib import Path
import numpy as np
import montecarlo
from montecarlo.kernels import exact, nearest
Path(sys.argv[1]).touch()
while not Path(sys.argv[2]).exists():
    time.sleep(0.001)
answer, kernel = {work}
print(json.dumps([answer, sum(kernel.stats.cache_misses.values())]))
"""
"""A process that gets ready, waits for the others, and then calls its first kernel."""


def ask_together(folder, work, processes):
    """[answer, cache misses] of so many processes that start to work at the same moment."""
    go = folder / "go"
    go.unlink(missing_ok=True)
    environment = os.environ | {"NUMBA_CACHE_DIR": str(folder / "cache")}
    ready = [folder / f"ready{k}" for k in range(processes)]
    running = []
    for file in ready:
        file.unlink(missing_ok=True)
        command = [sys.executable, "-W", "error", "-c", PROGRAM.format(work=work), str(file), str(go)]
        running.append(
            subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        )
    while not all(file.exists() for file in ready) and all(process.poll() is None for process in running):
        pass
    go.touch()
    answers = []
    for process in running:
        out, err = process.communicate(timeout=300)
        assert process.returncode == 0, err
        assert err == ""
        answers.append(json.loads(out))
    return answers


@pytest.mark.parametrize("kind", ["light", pytest.param("heavy", marks=pytest.mark.slow)])
def test_many_processes_share_an_empty_cache(tmp_path, kind):
    """Four processes that compile at once all answer; a fifth finds machine code on disk and answers the same."""
    answers = ask_together(tmp_path, WORK[kind], 4)
    assert max(misses for _, misses in answers) == 1  # the cache was empty
    ((later, misses),) = ask_together(tmp_path, WORK[kind], 1)
    assert misses == 0
    assert all(answer == later for answer, _ in answers)
    here = 0.75 if kind == "light" else montecarlo.covering_radius(np.linspace(-1.0, 0.9, 14)).tolist()
    assert later == here
