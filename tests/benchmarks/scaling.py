"""Time of one exact radius against n, for brute force, merging and us: the data of the scaling figure.

    python tests/benchmarks/scaling.py data/benchmarks/scaling.nc

takes about a minute on an idle core and writes a Dataset of

    seconds        (method, n, round)  time a trial; NaN where a method would need more than 1 GiB or a second or two
    trials         (n)                 trials that one round averages over, other ones in every round
    words_shifted  (n, round)          64-bit words that one trial shifts and ors, a mean; NaN where not counted
    runs_settled   (n, round)          runs of empty bits that one trial settles exactly, a mean; NaN where not counted

Rounds differ by instance: draw their median and their range.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import peers
import ratios
import xarray as xr
from sides import uniform

import montecarlo
from montecarlo.datasets import save

N = np.arange(8, 31)
ROUNDS = 8
INTERVAL = (-0.5, 0.5)
COUNTS = ("words_shifted", "runs_settled")


def by_numpy(x):
    return [peers.radius_by_sorting(row, *INTERVAL) for row in x]


def by_merging(x):
    return [peers.radius_by_merging(row, *INTERVAL) for row in x]


METHODS = {"brute force": (by_numpy, 26), "merging": (by_merging, 26), "ticketsum": (montecarlo.covering_radius, 30)}
"""How, and up to which n: merging holds two arrays of 2^n sums, 1 GiB at 26."""


def batch(n):
    """Trials of one round: many where a call's own cost would show."""
    return 64 if n <= 16 else 16 if n <= 20 else 4 if n <= 23 else 1


def work_counts(x):
    """Mean work of one trial of x, by the names of COUNTS. The kernels do not count yet, so nothing is known."""
    return dict.fromkeys(COUNTS, np.nan)


def timed(method, x):
    """Its answers and the seconds a trial: the best of three calls unless one is long, since others use the cores."""
    best = np.inf
    for _ in range(3):
        start = time.perf_counter()
        radii = method(x)
        best = min(best, time.perf_counter() - start)
        if best > 0.1:
            break
    return radii, best / len(x)


def measure():
    """The Dataset. Every method sees the same trials, and all their answers are compared."""
    seconds = np.full((len(METHODS), N.size, ROUNDS), np.nan)
    counts = {name: np.full((N.size, ROUNDS), np.nan) for name in COUNTS}
    for i, n in enumerate(N):
        warm_up = uniform((n, ROUNDS), 1, n)
        for k in range(ROUNDS):
            x = uniform((n, k), batch(n), n)
            found = {}
            for m, (name, (method, largest)) in enumerate(METHODS.items()):
                if n > largest:
                    continue
                if k == 0:
                    method(warm_up)
                found[name], seconds[m, i, k] = timed(method, x)
            for radii in found.values():
                np.testing.assert_allclose(radii, found["ticketsum"], rtol=0.0, atol=30 * 30 * 2.0**-53)
            for name, value in work_counts(x).items():
                counts[name][i, k] = value
        print(f"n = {n}:", *(f"{name} {t:.3g} s" for name, t in zip(METHODS, np.median(seconds[:, i], 1), strict=True)))
    return assemble(seconds, counts)


def assemble(seconds, counts):
    """The measurements with their names, units and machine."""
    dataset = xr.Dataset(
        {
            "seconds": (("method", "n", "round"), seconds),
            **{name: (("n", "round"), values) for name, values in counts.items()},
            "trials": ("n", np.array([batch(n) for n in N])),
        },
        {"method": np.array(list(METHODS), dtype=object), "n": N, "round": np.arange(ROUNDS)},
        {
            "title": "Time of one exact covering radius over [-1/2, 1/2], X_i ~ U[-1, 1]",
            "machine": json.dumps(ratios.machine()),
        },
    )
    dataset["seconds"].attrs = {"long_name": "time of one exact radius", "units": "s"}
    dataset["n"].attrs = {"long_name": "n, random summands per subset-sum problem", "units": "1"}
    return dataset


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path, help="netCDF file to write")
    save(measure(), parser.parse_args().file)
