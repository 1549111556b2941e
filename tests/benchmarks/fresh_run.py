"""`fresh_run.py N TRIALS`: exact radii of `uniform(N, TRIALS, N)` in a process that does nothing else, as JSON.

Prints the radii, the seconds of each trial once everything is compiled, and the process's peak resident memory.
"""

import json
import resource
import sys
import time
from pathlib import Path

from sides import uniform

import montecarlo


def peak_bytes():
    """Peak resident memory of this process.

    getrusage would do, but on Linux a process that was started by a larger one inherits that one's peak; the
    kernel's own count for this address space does not.
    """
    status = Path("/proc/self/status")
    if status.exists():
        facts = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(facts["VmHWM"].split()[0]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def main(n, trials):
    x = uniform(n, trials, n)
    montecarlo.covering_radius(x[:, :14])  # compiles
    radii, seconds = [], []
    for row in x:
        start = time.perf_counter()
        radii += montecarlo.covering_radius(row).tolist()
        seconds.append(time.perf_counter() - start)
    print(json.dumps({"radii": radii, "seconds": seconds, "peak_bytes": peak_bytes()}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
