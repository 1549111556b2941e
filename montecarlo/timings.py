"""How long one exact covering radius takes against n: by brute force, by merging, and by the filter; and its work."""

import platform
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from .checks import listed, seed_number, whole
from .errors import InputError
from .solvers.covering_radius import covering_radius
from .system import memory_limit, size_text

INTERVAL = (-0.5, 0.5)
SOLVERS = "brute force", "merging", "ticketsum"
SCHEMA = "timings 1"
"""Version of the Dataset's layout."""
_LARGEST = {"brute force": 26, "merging": 26, "ticketsum": 34}
"""Where a method is left out: brute force and merging hold two arrays of 2^n sums."""
_BATCH_SECONDS = 0.05
"""A round averages over as many trials as take about this long, at most 64."""


def time_solvers(
    n: Sequence[int], *, rounds: int = 5, seed: int = 0, progress: Callable[[int, int], object] | None = None
) -> xr.Dataset:
    """Seconds for radius(X; [-1/2, 1/2]) of n entries X_i ~ U[-1, 1], by every solver, on one core of this machine.

    n: the numbers of entries; 34 at most. rounds: fresh trials each. Every solver sees the same trials, and their
    answers are compared. progress: called with (n done, n in all).

    Returns a Dataset: seconds (solver, n, round), NaN beyond 26 entries but for our own; work (count, n, round), what
    one trial of our own counts as it goes, whatever the machine; trials (n), averaged over in a round.
    """
    sizes = np.array(sorted({whole("n", k, 2, _LARGEST["ticketsum"]) for k in listed("n", n, "give range(8, 23)")}))
    rounds, seed = whole("rounds", rounds, 1), seed_number(seed)
    if sizes.size == 0:
        raise InputError("n must not be empty; give n=8:22, say")
    need, room = 2.5 * 8 * 2.0 ** min(sizes[-1], _LARGEST["merging"]), memory_limit()
    need = max(need, 0.5 * 2.0 ** sizes[-1])
    if need > room:
        raise InputError(f"timing n = {sizes[-1]} needs {size_text(need)}, but there are {size_text(room)}; lower n")
    seconds = np.full((len(SOLVERS), sizes.size, rounds), np.nan)
    work = np.empty((len(_counts()), sizes.size, rounds))
    batches = np.empty(sizes.size, np.int64)
    for i, k in enumerate(sizes):
        batches[i] = _batch(int(k))
        for j in range(rounds):
            x = np.random.default_rng([seed, int(k), j]).uniform(-1.0, 1.0, (batches[i], k))
            seconds[:, i, j] = _time_all(x)
            work[:, i, j] = _work(x)
        if progress:
            progress(i + 1, sizes.size)
    return _dataset(sizes, seconds, work, batches, seed)


def brute_force(x: NDArray[np.float64], interval: tuple[float, float] = INTERVAL) -> float:
    """Covering radius of all 2^n sums by NumPy alone: sums by doubling, sort, difference."""
    low, high = interval
    sums = doubled_sums(x)
    sums.sort()
    first, last = np.searchsorted(sums, low), np.searchsorted(sums, high, side="right")
    around = sums[max(first - 1, 0) : last + 1]
    return float(max(half_widest_gap(around, interval), *(np.abs(around - z).min() for z in interval)))


def doubled_sums(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """All 2^n sums, unsorted."""
    sums = np.zeros(1 << x.size)
    for i, entry in enumerate(x):
        np.add(sums[: 1 << i], entry, out=sums[1 << i : 2 << i])
    return sums


def half_widest_gap(points: NDArray[np.float64], interval: tuple[float, float]) -> float:
    """Half the widest gap between neighbours of the sorted points whose midpoint is in the interval."""
    gaps = np.diff(points)
    middles = points[:-1] + 0.5 * gaps
    return 0.5 * float(gaps[(middles >= interval[0]) & (middles <= interval[1])].max(initial=0.0))


def merging(x: NDArray[np.float64], interval: tuple[float, float] = INTERVAL) -> float:
    """The same by merging: the sums stay sorted, entry after entry, and are scanned once."""
    from .kernels.covering.coverage import merged_radii

    radius = np.empty(1)
    merged_radii(x[None], *interval, 0.0, radius)
    return float(radius[0])


def _time_all(x: NDArray[np.float64]) -> list[float]:
    """Seconds a trial by every solver."""
    methods: dict[str, Callable[[], Any]] = {
        "brute force": lambda: [brute_force(row) for row in x],
        "merging": lambda: [merging(row) for row in x],
        "ticketsum": lambda: covering_radius(x, INTERVAL),
    }
    methods["ticketsum"]()  # compiles
    merging(x[0, :2])
    seconds: list[float] = []
    answers: list[Any] = []
    for name in SOLVERS:
        if x.shape[1] > _LARGEST[name]:
            seconds.append(np.nan)
            continue
        answer, best = _timed(methods[name])
        answers.append(answer)
        seconds.append(best / len(x))
    for answer in answers:
        np.testing.assert_allclose(answer, answers[-1], rtol=0.0, atol=x.shape[1] ** 2 * 2.0**-52)
    return seconds


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What `work` returns, and its seconds: the best of three calls while they are short."""
    answer, best = None, np.inf
    for _ in range(3):
        start = time.perf_counter()
        answer = work()
        best = min(best, time.perf_counter() - start)
        if best > 0.1:
            break
    return answer, best


def _work(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """What the filter counts for a trial of x, a mean."""
    from .kernels.covering.coverage import Interval
    from .kernels.covering.exact import exact_errors_of_trials

    return exact_errors_of_trials(x[:, None], Interval(*INTERVAL, sided=False), 0.0, np.empty((2, 1, len(x)))) / len(x)


def _counts() -> tuple[str, ...]:
    from .kernels.covering.exact import WORK

    return WORK


def _batch(n: int) -> int:
    return int(np.clip(_BATCH_SECONDS / (1e-8 * 2.0**n), 1, 64))


def _dataset(
    n: NDArray[np.int64], seconds: NDArray[Any], work: NDArray[Any], batches: NDArray[Any], seed: int
) -> xr.Dataset:
    dataset = xr.Dataset(
        {
            "seconds": (("solver", "n", "round"), seconds),
            "work": (("count", "n", "round"), work),
            "trials": ("n", batches),
        },
        {
            "solver": np.array(SOLVERS, dtype=object),
            "count": np.array(_counts(), dtype=object),
            "n": n,
            "round": np.arange(seconds.shape[-1]),
        },
        {
            "title": "Time of one exact covering radius over [-1/2, 1/2], X_i ~ U[-1, 1]",
            "schema": SCHEMA,
            "seed": str(seed),
            "machine": f"{platform.machine()} {platform.system()}, Python {platform.python_version()}",
        },
    )
    dataset["seconds"].attrs = {"long_name": "time of one exact radius", "units": "s"}
    dataset["work"].attrs = {"long_name": "work of one exact radius", "units": "1"}
    dataset["n"].attrs = {"long_name": "n, random summands per subset-sum problem", "units": "1"}
    return dataset
