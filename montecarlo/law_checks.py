"""Lemma 4 and Corollary 1 as statements about laws: samples beside the distribution functions they are said to have."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from .checks import instance, listed, seed_number, whole
from .errors import InputError
from .sampling.laws import Floats, Law, ReluProduct, Remainder, Uniform, UniformProduct
from .sampling.streams import draw_trials
from .storage.provenance import origin
from .system import memory_limit, size_text

SCHEMA = "fits 1"
"""Version of the Dataset's layout."""
SHARES = {"1/2 ln 2": 0.5 * np.log(2.0), "ln 2": np.log(2.0)}
"""Corollary 1's weight of U[-1/2, 1/2] in the product law, and the one that its proof's text has."""
STATEMENT, CONTROL = "statement", "negative control"
_MOST_SAMPLES = 10**9
_SAMPLE_BYTES = 150
"""Memory for one sample at the peak: some fifteen arrays (measured: 113 bytes with 2 million)."""
_GRID = np.arange(-400, 401) / 400.0
"""Where distribution functions are kept for drawing: 0, 1/2 and 1, where laws jump or end, are among them."""

Draw: TypeAlias = Callable[[np.random.Generator, int], Floats]
"""(generator, m) to m independent draws."""


@dataclass(frozen=True)
class Check:
    """Draws from `draw` have the law `law`: said by the paper, or, as a negative control, known to be false."""

    name: str
    title: str
    statement: str
    draw: Draw
    law: Law
    role: str = STATEMENT


def _product(low: float, high: float) -> Draw:
    """XY for independent X ~ U[low, high], Y ~ U[-1, 1], multiplied as the lemma has it."""
    return lambda generator, m: generator.uniform(low, high, m) * generator.uniform(-1.0, 1.0, m)


def _relu_product(generator: np.random.Generator, m: int) -> Floats:
    """b max(a, 0) for independent a, b ~ U[-1, 1]."""
    return np.maximum(generator.uniform(-1.0, 1.0, m), 0.0) * generator.uniform(-1.0, 1.0, m)


def _mixture(share: float) -> Draw:
    """U[-1/2, 1/2] with probability `share`, else Q."""

    def draw(generator: np.random.Generator, m: int) -> Floats:
        uniform = generator.random(m) < share
        return np.where(uniform, generator.uniform(-0.5, 0.5, m), _remainder(generator, m))

    return draw


def _remainder(generator: np.random.Generator, m: int) -> Floats:
    return Remainder().sample(generator, 1, m)[0]


CHECKS = (
    Check(
        "lemma4",
        "Lemma 4, X ~ U[0, 1]",
        "XY has density 1/2 ln(1/|z|) for X ~ U[0, 1], Y ~ U[-1, 1]",
        _product(0.0, 1.0),
        UniformProduct(),
    ),
    Check(
        "lemma4_negative",
        "Lemma 4, X ~ U[-1, 0]",
        "XY has density 1/2 ln(1/|z|) for X ~ U[-1, 0], Y ~ U[-1, 1]",
        _product(-1.0, 0.0),
        UniformProduct(),
    ),
    Check(
        "relu",
        "Corollary 1: D, atom at 0",
        "b max(a, 0) ~ D = 1/2 delta_0 + 1/2 P for a, b ~ U[-1, 1]",
        _relu_product,
        ReluProduct(),
    ),
    Check(
        "corollary1",
        "Corollary 1: mixture = P",
        "P = (1/2 ln 2) U[-1/2, 1/2] + (1 - 1/2 ln 2) Q",
        _mixture(SHARES["1/2 ln 2"]),
        UniformProduct(),
    ),
    Check(
        "remainder",
        "Corollary 1: Q",
        "Q has density (1/2 ln(1/|z|) - 1/2 ln 2 1{|z| <= 1/2}) / (1 - 1/2 ln 2)",
        _remainder,
        Remainder(),
    ),
    Check(
        "slip",
        "control: weight ln 2",
        "P = (ln 2) U[-1/2, 1/2] + (1 - ln 2) Q, the weight of the proof's text",
        _mixture(SHARES["ln 2"]),
        UniformProduct(),
        CONTROL,
    ),
)
"""What the paper says of laws, and a negative control."""


@np.errstate(under="ignore")  # just below a draw of 0, where a law has an atom
def fit_laws(
    samples: int = 100_000,
    *,
    seed: int = 0,
    laws: Sequence[Check] = CHECKS,
    progress: Callable[[int, int], object] | None = None,
) -> xr.Dataset:
    """sup_z |F_N(z) - F(z)| of N draws, F_N their distribution function, F that of the law they should have.

    samples: N, for each check; the draws of a smaller N are the first of a larger one. laws: the checks, those of the
    paper unless given. progress: called with (checks done, checks in all). Lemma 4 and Corollary 1, Appendix A.1.

    Returns a Dataset, all without unit: distance (law), exact up to rounding, atoms included; deviation (law), F_N - F
    there, and at (law), its z; empirical, claimed (law, z), F_N and F for drawing; product_density (z); and of what
    each weight of Corollary 1 leaves, by quadrature (share): mass, negative_mass, least_density, weight, uniform_part.

    >>> import analysis, montecarlo
    >>> fits = montecarlo.fit_laws(10_000)  # "slip": the weight ln 2 that the proof's text has
    >>> [name for name, verdict in analysis.judge_fits(fits).items() if verdict.outcome.name == "REFUTED"]
    ['slip']
    """
    samples = whole("samples", samples, 1, _MOST_SAMPLES)
    seed = seed_number(seed)
    remedy = "leave laws out for the paper's"
    laws = [instance("a law", check, Check, remedy) for check in listed("laws", laws, remedy)]
    names = [check.name for check in laws]
    if not names or len(set(names)) < len(names):
        raise InputError(f"laws must be checks with names of their own, got {names}; leave them out for the paper's")
    need, room = float(_SAMPLE_BYTES * samples), memory_limit()
    if need > room:
        raise InputError(f"{samples} samples need {size_text(need)}, but there are {size_text(room)}; lower samples")
    rows: list[dict[str, Any]] = []
    for check in laws:
        drawn = np.sort(draw_trials(check.draw, seed, {"fit": check.name}, 0, samples))
        deviation, at = _deviation(drawn, check.law)
        empirical = np.searchsorted(drawn, _GRID, side="right") / samples
        rows.append({"deviation": deviation, "at": at, "empirical": empirical, "claimed": check.law.cdf(_GRID)})
        if progress:
            progress(len(rows), len(laws))
    return _dataset(laws, rows, samples, seed)


def _deviation(drawn: Floats, law: Law) -> tuple[float, float]:
    """F_m - F where it is largest in size, and that z, for sorted draws.

    Between draws F_m is constant and F does not fall, so the supremum is reached at a draw or just below one. F just
    below differs from F at an atom; elsewhere by less than a rounding of z makes.
    """
    values, counts = np.unique(drawn, return_counts=True)
    up_to = np.cumsum(counts) / drawn.size
    before = np.concatenate([[0.0], up_to[:-1]])
    found = np.concatenate([up_to - law.cdf(values), before - law.cdf(np.nextafter(values, -np.inf))])
    place = int(np.argmax(np.abs(found)))
    return float(found[place]), float(values[place % values.size])


@cache
def _shares() -> dict[str, Any]:
    """Whether r = (p - w u) / (1 - w) is a density, for each weight w, p the density of XY and u of U[-1/2, 1/2].

    weight, w; mass, the integral of r; negative_mass, that of max(-r, 0); least_density, the least r on the grid, which
    is the least there is: r falls with |z| up to 1/2 and again up to 1, both on it; uniform_part (share, z), w u.
    """
    from scipy.integrate import quad

    product, half = UniformProduct().pdf, Uniform(-0.5, 0.5).pdf
    found: dict[str, list[Any]] = {}
    for weight in SHARES.values():

        def rest(z: float | NDArray[Any], weight: float = weight) -> Floats:
            return (product(z) - weight * half(z)) / (1.0 - weight)

        # r has a pole at 0 and jumps at 1/2, both ends of a piece; it changes sign at 1/4 or nowhere
        pieces = [(-1.0, -0.5), (-0.5, -0.25), (-0.25, 0.0), (0.0, 0.25), (0.25, 0.5), (0.5, 1.0)]
        row = {
            "weight": weight,
            "mass": sum(quad(rest, *piece)[0] for piece in pieces),
            "negative_mass": sum(quad(lambda z: np.maximum(-rest(z), 0.0), *piece)[0] for piece in pieces),
            "least_density": rest(_GRID).min() + 0.0,  # not -0.0
            "uniform_part": weight * half(_GRID),
        }
        for name, value in row.items():
            found.setdefault(name, []).append(value)
    return {name: (("share", "z") if name == "uniform_part" else "share", values) for name, values in found.items()}


_TEXTS = {
    "law": "what is checked",
    "z": "value of the random variable",
    "share": "weight of U[-1/2, 1/2] in the law of XY",
    "title": "name of the check",
    "statement": "the law that the draws should have",
    "role": "a statement of the paper, or a negative control, known to be false",
    "distance": "sup over z of |F_N(z) - F(z)|",
    "deviation": "F_N - F where it is largest in size",
    "at": "where F_N - F is largest in size",
    "empirical": "F_N, the share of draws up to z",
    "claimed": "F, probability of a value up to z",
    "product_density": "density of XY, X ~ U[0, 1], Y ~ U[-1, 1]",
    "uniform_part": "weight times the density of U[-1/2, 1/2]",
    "weight": "weight w of U[-1/2, 1/2]",
    "mass": "integral of what is left, (p - w u) / (1 - w), by quadrature",
    "negative_mass": "integral of the negative part of what is left, by quadrature; 0 for a density",
    "least_density": "least value of what is left; at least 0 for a density",
}


def _dataset(laws: Sequence[Check], rows: Sequence[dict[str, Any]], samples: int, seed: int) -> xr.Dataset:
    data: dict[str, Any] = {
        name: ("law", np.array([getattr(check, name) for check in laws], dtype=object))
        for name in ("title", "statement", "role")
    }
    data["distance"] = ("law", [abs(row["deviation"]) for row in rows])
    data |= {name: ("law", [row[name] for row in rows]) for name in ("deviation", "at")}
    data |= {name: (("law", "z"), np.stack([row[name] for row in rows])) for name in ("empirical", "claimed")}
    data["product_density"] = ("z", UniformProduct().pdf(_GRID))
    coordinates = {
        "law": np.array([check.name for check in laws], dtype=object),
        "z": _GRID,
        "share": np.array(list(SHARES), dtype=object),
    }
    attributes = {
        "Conventions": "CF-1.11",
        "schema": SCHEMA,
        "title": "Laws of Lemma 4 and Corollary 1 beside samples of them",
        "source": "Lemma 4 and Corollary 1, Appendix A.1",
        "seed": str(seed),
        "samples": samples,
        "provenance": json.dumps({"seed": seed, "samples": samples, **origin()}, sort_keys=True),
    }
    dataset = xr.Dataset(data | _shares(), coordinates, attributes)
    for name, text in _TEXTS.items():
        dataset[name].attrs = {"long_name": text, "units": "1"}
    return dataset
