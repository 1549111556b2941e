"""Covering radii beside their peers; `bench_nearest` has the subsets nearest to a target.

    pip install -e '.[test,benchmarks]'
    pytest -n 0 tests/benchmarks/bench_*.py --benchmark-table data/benchmarks/ratios.md

runs both in about two minutes and ends with the table of ratios, which the option also writes to a file. Files named
bench_* are not collected by a plain `pytest`; `-n 0`, because worker processes would share the cores. No test fails
because of a time; every one fails if the two answers differ.
"""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import peers
from ratios import Limit, Row
from sides import Side, relu_products, uniform

import montecarlo
from montecarlo.timings import brute_force, merging

HALF, UNIT = (-0.5, 0.5), (-1.0, 1.0)
RESOLUTION, TOLERANCE = 0.001, 0.01
PRODUCTS = "ReLU products, all n up to 80, 1%, a trial of a batch of 32"
_FRESH_RUN = Path(__file__).with_name("fresh_run.py")


def _equal(ours, theirs):
    """Exact radii differ by the rounding of at most 30 additions of sums below 30."""
    np.testing.assert_allclose(ours, theirs, rtol=0.0, atol=30 * 30 * 2.0**-53)


def _one_by_one(x):
    """The arguments of a peer that knows the paper's first interval only by its ends."""
    return [(row, *HALF) for row in x]


def test_radius_of_20_beside_numpy(contest):
    """NumPy's sort uses AVX-512 or AVX2 where it can; without (NPY_DISABLE_CPU_FEATURES) it takes 8 times as long."""
    x = uniform(20, 32, 20)
    contest(
        Row("exact radius, n = 20, a trial of a batch of 32", "NumPy: all sums, sort, diff", bar=200),
        Side(montecarlo.covering_radius, [(x,)], per=32, times=20),
        Side(brute_force, [(row,) for row in x]),
        _equal,
    )


def test_radius_of_20_beside_merging(contest):
    x = uniform(20, 32, 20)
    contest(
        Row("exact radius, n = 20, a trial of a batch of 32", "our merge oracle", bar=15),
        Side(montecarlo.covering_radius, [(x,)], per=32, times=20),
        Side(merging, [(row,) for row in x]),
        _equal,
    )


def test_radius_of_26_beside_merging(contest):
    x = uniform(26, 8, 26)
    contest(
        Row("exact radius, n = 26, one trial", "our merge oracle", bar=30),
        Side(montecarlo.covering_radius, [(row,) for row in x], times=3),
        Side(merging, [(row,) for row in x]),
        _equal,
    )


def test_radius_of_30_beside_windows(contest):
    x = uniform(30, 8, 30)
    contest(
        Row("exact radius, n = 30, one trial", "NumPy: two halves, window by window"),
        Side(montecarlo.covering_radius, [(row,) for row in x]),
        Side(peers.radius_by_windows, _one_by_one(x[:1])),
        _equal,
    )


def test_radius_of_30_in_a_fresh_process(report_limit):
    """Peak memory is the whole process's, interpreter and compiler included: about 0.2 GiB of it."""
    command = [sys.executable, str(_FRESH_RUN), "30", "8"]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert found["radii"] == montecarlo.covering_radius(uniform(30, 8, 30)).tolist()
    report_limit(
        Limit(
            "exact radius, n = 30, one trial; peak memory of the fresh process that did 8",
            float(np.median(found["seconds"])),
            found["peak_bytes"] / 2**30,
            most_seconds=1.5,
            most_gibibytes=1.5,
        )
    )


def _prefixes_until(x):
    return montecarlo.covering_radius(x, HALF, prefixes=True, resolution=RESOLUTION)


def test_all_n_up_to_20_beside_merging(contest):
    x = uniform(5, 32, 20)
    contest(
        Row("all n up to 20 at resolution 0.001, one trial", "merging, afresh for every n", bar=100),
        Side(_prefixes_until, [(row,) for row in x], times=20),
        Side(peers.prefix_radii_by_merging, [(*arguments, RESOLUTION) for arguments in _one_by_one(x)]),
        _equal,
    )


def test_all_n_up_to_20_beside_a_growing_merge(contest):
    """Most of the ratio above is knowing when to stop: half of the trials reach the resolution by n = 14."""
    x = uniform(5, 32, 20)
    contest(
        Row("all n up to 20 at resolution 0.001, one trial", "one growing merge, stops at the resolution as we do"),
        Side(_prefixes_until, [(row,) for row in x], times=20),
        Side(peers.prefix_radii_by_growing, [(*arguments, RESOLUTION) for arguments in _one_by_one(x)]),
        _equal,
    )


def _products_until(x):
    found = montecarlo.covering_radius(x, UNIT, prefixes=True, relative_tolerance=TOLERANCE, resolution=TOLERANCE)
    return found.T


def _within_tolerance(ours, theirs):
    """Upper bounds at most 1 / (1 - t) times the same truth."""
    assert np.all((1.0 - TOLERANCE) * ours <= theirs)
    assert np.all((1.0 - TOLERANCE) * theirs <= ours)


def test_products_beside_big_integers(contest):
    x = relu_products(6, 32, 80)
    contest(
        Row(
            "ReLU products, all n up to 80, 1%, a trial of a batch of 32", "Python's big integers, one n at a time", 100
        ),
        Side(_products_until, [(x,)], per=32, times=20),
        Side(
            lambda row: peers.prefix_radii_by_big_integers(row, *UNIT, TOLERANCE, TOLERANCE, stop=False),
            [(row,) for row in x],
        ),
        _within_tolerance,
    )


def test_products_beside_big_integers_that_stop(contest):
    x = relu_products(6, 32, 80)
    contest(
        Row(PRODUCTS, "Python's big integers, stop as we do"),
        Side(_products_until, [(x,)], per=32, times=20),
        Side(
            lambda row: peers.prefix_radii_by_big_integers(row, *UNIT, TOLERANCE, TOLERANCE, stop=True),
            [(row,) for row in x],
        ),
        _within_tolerance,
    )
