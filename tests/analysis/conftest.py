"""Synthetic raw Datasets as a sweep leaves them, and the success counts they are made from."""

import json

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure

from analysis.figures import saving
from montecarlo import CLAIMS

TITLES = {
    "theorem3": "Theorem 3",
    "corollary2": "Corollary 2",
    "lemma1": "Lemma 1",
    "tiny_neuron": "Lemma 2, all masks",
    "lemma2": "Lemma 2",
    "theorem1": "Theorem 1",
    "subset_sum": "Subset sums",
    "single_sample": "Baseline",
}
EVENTS = ("statement", "construction", "proof")


def looks(claim):
    """The attributes of a Dataset that figures and widths go by."""
    kind = CLAIMS[claim]
    law = {"parameters": json.dumps({"law": {"class": "Uniform", "low": -1, "high": 1}})}
    return {
        "words": kind.words,
        "color_slot": kind.color_slot,
        "neurons": kind.neurons,
        "every_matrix": int(kind.every_matrix),
        **({"logarithmic": 0} if claim == "single_sample" else {}),
        **(law if claim == "subset_sum" else {}),
    }


def make_raw(
    critical,
    n,
    *,
    low=None,
    amplitude=2.0,
    resolution=0.0,
    tolerance=0.0,
    claim="theorem3",
    d=None,
    names=EVENTS,
    **attrs,
):
    """A raw Dataset with these critical epsilons: (n, trial), (event, n, trial) or (event, d, n, trial)."""
    values = np.asarray(critical, dtype=float)
    shape = {2: (1, 1, *values.shape), 3: (values.shape[0], 1, *values.shape[1:])}.get(values.ndim, values.shape)
    dims = ("event", "d", "n", "trial")
    data = {"critical_epsilon": (dims, values.reshape(shape))}
    if low is not None:
        data["critical_epsilon_low"] = (dims, np.asarray(low, dtype=float).reshape(shape))
    events = list(names[: shape[0]])
    data["amplitude"] = ("d", np.broadcast_to(np.asarray(amplitude, dtype=float), shape[1]).copy())
    data["formula"] = ("event", np.array([f"radius of the {event}" for event in events], dtype=object))
    provenance = {
        "numbers": {"sampling": 1, "covering": 1, "claim": 1},
        "created": "2020-06-14T00:00:00+00:00",
        "python": "3.11.0",
        "machine": "a machine",
        "versions": {"numpy": "2.0.0"},
    }
    coordinates = {
        "event": np.array(events, dtype=object),
        "d": np.arange(1, shape[1] + 1) if d is None else np.asarray(d),
        "n": np.asarray(n),
        "trial": np.arange(shape[3]),
    }
    known = {
        "Conventions": "CF-1.11",
        "schema": 1,
        "claim": claim,
        "claim_title": TITLES[claim],
        "statement": f"{TITLES[claim]}: for every |z| <= 1/2 there is a subset.",
        "source": "Section 3.1",
        "seed": "0",
        "relative_tolerance": tolerance,
        "resolution": resolution,
        "provenance": json.dumps(provenance),
    }
    return xr.Dataset(data, coordinates, known | looks(claim) | attrs)


def make_counts(counts, trials, n, epsilon=0.1, **options):
    """A raw Dataset whose first counts[...] trials succeed at `epsilon`: counts (n,), (d, n) or (event, d, n)."""
    counts = np.asarray(counts)
    shape = {1: (1, 1, *counts.shape), 2: (1, *counts.shape)}.get(counts.ndim, counts.shape)
    succeeds = np.arange(trials) < counts.reshape(shape)[..., None]
    return make_raw(np.where(succeeds, epsilon / 2.0, 2.0 * epsilon), n, **options)


def make_hits(hits, n, epsilons, **options):
    """A raw Dataset in which every trial first succeeds at epsilons[j] (falling) at n = hits[j]."""
    reached = np.asarray(n)[:, None] >= np.asarray(hits)[None, :]
    best = np.where(reached, np.asarray(epsilons), np.inf).min(axis=1)
    critical = np.where(np.isfinite(best), best, 4.0 * max(epsilons))
    return make_raw(np.repeat(critical[:, None], options.pop("trials", 50), axis=1), n, **options)


def make_random(n=12, trials=200, events=1, seed=0, **options):
    """A coupled, nested raw Dataset: critical epsilons fall about like exp(-n / 2) and rise along the events."""
    generator = np.random.default_rng(seed)
    steps = generator.uniform(0.3, 1.0, (n, trials))
    first = np.minimum.accumulate(generator.uniform(0.5, 1.0, trials) * steps.cumprod(axis=0), axis=0)
    return make_raw(np.stack([first * 1.5**event for event in range(events)]), np.arange(1, n + 1), **options)


def make_dims(n=20, trials=200, d=(1, 2, 4), *, events=3, seed=0, claim="lemma2", **options):
    """A raw Dataset over several d, A = d: critical epsilons grow like sqrt(d), so that n* grows with ln(d)."""
    parts = [make_random(n, trials, events, seed + k)["critical_epsilon"].to_numpy() for k in range(len(d))]
    values = np.concatenate([part * np.sqrt(each) for part, each in zip(parts, d, strict=True)], axis=1)
    return make_raw(values, np.arange(1, n + 1), d=d, amplitude=np.asarray(d, dtype=float), claim=claim, **options)


def pytest_addoption(parser):
    parser.addoption("--draw-references", action="store_true", help="Draw the stored pictures of figures anew.")


@pytest.fixture(scope="session")
def raw():
    """`make_raw`."""
    return make_raw


@pytest.fixture(scope="session")
def counted():
    """`make_counts`."""
    return make_counts


@pytest.fixture(scope="session")
def hitting():
    """`make_hits`."""
    return make_hits


@pytest.fixture(scope="session")
def random_raw():
    """`make_random`."""
    return make_random


@pytest.fixture(scope="session")
def dims_raw():
    """`make_dims`."""
    return make_dims


def _unwritten(_, file, **options):
    file.write(b"unwritten" if options["format"] == "png" else "unwritten")


@pytest.fixture
def unwritten(monkeypatch):
    """Figures are laid out, which draws all they have, and stay unwritten: PNG and SVG take most of the time."""
    monkeypatch.setattr(Figure, "savefig", _unwritten)


@pytest.fixture
def undrawn(unwritten, monkeypatch):
    """Figures are made and not even laid out."""
    monkeypatch.setattr(saving, "_settle", lambda figure: None)
