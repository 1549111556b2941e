"""The Dataset of a sweep: its frame, which does not grow with the trials, and the blocks put into it.

    critical_epsilon      (event, d, n, trial)  certified upper bound on each trial's critical epsilon
    critical_epsilon_low  (event, d, n, trial)  certified lower bound; absent where the values are exact
    amplitude             (d)                   A in n >= C ln(A / min(epsilon, delta)), as printed
    amplitude_of_proof    (d)                   A that the proof needs, where it is another
    formula, role, words  (event)               each event's critical epsilon in a formula; what it says of the
                                                statement: statement, implies or implied_by; the event in a few words
    trials                (d)                   only where d have different numbers of trials: beyond them, NaN

It is the only thing that `analysis` ever sees of a simulation.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..claims.base import Claim, events_of
from ..storage.blocks import Block
from ..storage.checksum import TRIALS
from ..storage.dataset import SCHEMA, described
from ..storage.provenance import origin
from .identity import identity
from .plan import Plan

_OF_EVENTS = "formula", "role", "words"
_PRICED = (0.3, 0.1, 0.03, 0.01)
"""Accuracies for which a Dataset says what its sweep would cost if it were fine enough for them."""


def assemble(plan: Plan, blocks: Iterable[tuple[Block, Mapping[str, NDArray[Any]]]]) -> xr.Dataset:
    """The Dataset of a plan from all of its blocks, in whatever order they come; one is held at a time."""
    rows, dataset = np.array(plan.n) - 1, frame(plan)
    shape = tuple(dataset.sizes[dim] for dim in TRIALS)
    values = {name: np.full(shape, np.nan) for name in trial_variables(plan)}
    for block, arrays in blocks:
        d, trials = plan.d.index(block.d), slice(block.first, min(block.stop, plan.trials_of(block.d)))
        for name, array in values.items():
            array[:, d, :, trials] = arrays[name][:, rows, : max(trials.stop - trials.start, 0)]
    return dataset.assign({name: (TRIALS, array, described(name)) for name, array in values.items()})


def frame(plan: Plan) -> xr.Dataset:
    """The Dataset of a plan but for what grows with its trials."""
    claim, events = plan.claim, events_of(plan.claim.events)
    data: dict[str, Any] = {
        "amplitude": ("d", [claim.amplitude(d) for d in plan.d]),
        **_proof_amplitude(claim, plan.d),
        **{name: ("event", _texts(getattr(event, name) for event in events.values())) for name in _OF_EVENTS},
    }
    coordinates = {
        "event": _texts(events),
        "d": np.array(plan.d),
        "n": np.array(plan.n),
        "trial": np.arange(plan.trials),
    }
    if plan.counts:
        data["trials"] = ("d", [plan.trials_of(d) for d in plan.d])
    dataset = xr.Dataset(data, coordinates, _attributes(plan))
    for name in dataset.variables:
        dataset[name].attrs = described(str(name))
    return dataset


def _proof_amplitude(claim: Claim, dimensions: Iterable[int]) -> dict[str, Any]:
    """A that the proof needs, where it is not the printed one."""
    values = [claim.amplitude_of_proof(d) for d in dimensions]
    printed = [claim.amplitude(d) for d in dimensions]
    return {} if values == printed else {"amplitude_of_proof": ("d", values)}


def _texts(texts: Iterable[str]) -> NDArray[np.object_]:
    return np.array(list(map(str, texts)), dtype=object)


def trial_variables(plan: Plan) -> tuple[str, ...]:
    """The variables with a number for every trial; where values are exact, there is no lower bound besides."""
    return ("critical_epsilon", "critical_epsilon_low") if plan.bracketed else ("critical_epsilon",)


def _attributes(plan: Plan) -> dict[str, Any]:
    """Attributes that netCDF can hold: strings and numbers; provenance as one JSON string."""
    claim = plan.claim
    return {
        "Conventions": "CF-1.11",
        "schema": SCHEMA,
        "title": f"Critical epsilons of {claim.title}",
        "claim": claim.name,
        "claim_title": claim.title,
        "label": claim.label,
        "words": claim.words,
        "group": claim.group,
        **({} if claim.color_slot is None else {"color_slot": claim.color_slot}),
        "logarithmic": int(claim.logarithmic),
        "neurons": claim.neurons,
        "paper_factor": claim.paper_factor,
        "every_matrix": int(claim.every_matrix),
        "parameters": json.dumps(claim.parameters(), sort_keys=True),
        "statement": claim.statement,
        "source": claim.source,
        "seed": str(plan.seed),
        "relative_tolerance": plan.precision.relative_tolerance,
        "resolution": plan.precision.resolution,
        **({"stopping": plan.stopping} if plan.stopping else {}),
        "cost": json.dumps({f"{e:g}": plan.seconds(0.5 * e) for e in _PRICED}),
        "provenance": json.dumps(_provenance(plan), sort_keys=True),
    }


def _provenance(plan: Plan) -> dict[str, Any]:
    return {**identity(plan), "block_trials": {str(d): plan.trials_per_block(d) for d in plan.d}, **origin()}
