"""SUPPORTED, REFUTED or UNDECIDED: what data say of "P(event) >= 1 - delta once n >= C ln(A / min(epsilon, delta))".

Sampling never proves a claim; it can only make its failure, or its truth at the epsilons looked at, implausible.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import xarray as xr

from ..entry import check_number, one_of, raw_dataset, variable
from ..errors import InputError
from ..statistics.binomial import bonferroni, level_text, trials_to_exclude
from .samples import SEQUENCE, is_anytime, limits, trial_sets
from .success import check_epsilon, success
from .thresholds import thresholds


class Outcome(StrEnum):
    """The three answers."""

    SUPPORTED = "SUPPORTED"
    REFUTED = "REFUTED"
    UNDECIDED = "UNDECIDED"


@dataclass(frozen=True)
class Verdict:
    """An answer about one event of one claim, with its reason in a sentence."""

    outcome: Outcome
    """SUPPORTED, REFUTED or UNDECIDED."""
    reason: str
    """Why, in one sentence."""
    constant: float
    """The C the answer is about: the one given, or one that the data support; NaN if there is none."""


def judge(
    dataset: xr.Dataset,
    epsilon: Iterable[float],
    *,
    constant: float | None = None,
    event: str | None = None,
    level: float = 0.95,
    anytime: bool | None = None,
) -> Verdict:
    """The verdict on `event` (the first unless given) at delta = epsilon, all epsilons and d together at `level`.

    With a `constant` C, each cell asks whether P(success) >= 1 - epsilon at n = ceil(C ln(A / epsilon)); larger n only
    succeed more. Bonferroni corrects for the cells. One refuted cell refutes, all supported support. Without one, C is
    free, as in the paper: nothing can refute that, and the answer names a C for which every epsilon looked at is
    supported: the largest upper limit of n* / ln(A / epsilon). anytime: by confidence sequences, which the reason then
    says; None: where the sweep was stopped by its own results. Only one end of a cell's interval can mislead, whatever
    the truth, and so its level is enough although both ends together miss that rarely.

    >>> import analysis, montecarlo
    >>> ds = montecarlo.sweep(montecarlo.Theorem3(), n=10, trials=2000)
    >>> analysis.judge(ds, epsilon=[0.3, 0.1], constant=4).reason
    'C = 4 holds at each of 2 epsilons (95%, simultaneous)'
    >>> analysis.judge(ds, epsilon=[0.3, 0.1], constant=2).outcome.name
    'REFUTED'
    """
    dataset, values = raw_dataset(dataset), check_epsilon(epsilon)
    chosen = one_of(dataset, "event", dataset["event"].to_numpy()[0] if event is None else event)
    cells = values.size * dataset.sizes["d"]
    if constant is None:
        how = _How(level, bonferroni(level, cells), is_anytime(dataset, anytime))
        return _judge_free_constant(chosen, values, how)
    if not 0.0 < check_number("constant", constant) < np.inf:
        raise InputError(f"constant must be finite and above 0, got {constant}; leave it out to leave C open")
    how = _How(level, bonferroni(level, cells * trial_sets(chosen)), is_anytime(dataset, anytime))
    return _judge_constant(chosen, values, constant, how)


@dataclass(frozen=True)
class _How:
    """The level of the answer, that of each cell, and the kind of its intervals."""

    level: float
    each: float
    anytime: bool

    @property
    def text(self) -> str:
        return f"{level_text(self.level)}, simultaneous{f', {SEQUENCE}' if self.anytime else ''}"


def _judge_free_constant(dataset: xr.Dataset, epsilon: np.ndarray, how: _How) -> Verdict:
    found = thresholds(dataset, epsilon, level=how.each, anytime=how.anytime).isel(event=0)
    worst = float(found["constant_high"].max())
    dimensions = found["d"].to_numpy()
    range_text = f"every epsilon from {epsilon[0]:g} down to {epsilon[-1]:g}"
    if len(epsilon) == 1:
        range_text = f"epsilon = {epsilon[0]:g}"
    if dimensions.size > 1:
        range_text += f" at every d of {', '.join(map(str, dimensions))}"
    if np.isfinite(worst):
        reason = (
            f"with C = {worst:.2f}, {range_text} is supported ({how.text}); "
            "the paper leaves C open, so no data could refute it"
        )
        return Verdict(Outcome.SUPPORTED, reason, worst)
    open_cells = [
        f"{e:g}" + (f" (d = {', '.join(map(str, still))})" if dimensions.size > 1 else "")
        for e in epsilon
        if (still := dimensions[~np.isfinite(found["n_star_high"].sel(epsilon=e))]).size
    ]
    reason = (
        f"no n up to {int(dataset['n'].max())} is certified to succeed with probability 1 - epsilon at epsilon = "
        f"{', '.join(open_cells)}; sweep more trials or a larger n"
    )
    return Verdict(Outcome.UNDECIDED, reason, np.nan)


def _judge_constant(dataset: xr.Dataset, epsilon: np.ndarray, constant: float, how: _How) -> Verdict:
    rates = success(dataset, epsilon, level=how.each, anytime=how.anytime).isel(event=0)
    undecided: list[str] = []
    for d in rates["d"].data:
        for e in epsilon:
            wanted = required_n(constant, float(variable(dataset, "amplitude").sel(d=d)), float(e))
            cell = rates.sel(d=d, epsilon=e)
            low, high = _limits_at(cell, wanted)
            where = f"epsilon = {e:g}, n = {wanted}" + (f", d = {d}" if rates.sizes["d"] > 1 else "")
            where += f": P in [{low:.4f}, {high:.4f}], {1 - e:g} needed"
            if high < 1.0 - e:
                return Verdict(Outcome.REFUTED, f"C = {constant:g} fails at {where} ({how.text})", constant)
            if low < 1.0 - e:
                undecided.append(f"{where}; {_remedy(cell, wanted, 1.0 - float(e), how)}")
    if undecided:
        reason = f"C = {constant:g} is open at {undecided[0]}"
        return Verdict(Outcome.UNDECIDED, reason, constant)
    cells = f"each of {epsilon.size} epsilons" + (f" and {rates.sizes['d']} d" if rates.sizes["d"] > 1 else "")
    reason = f"C = {constant:g} holds at {cells} ({how.text})"
    return Verdict(Outcome.SUPPORTED, reason, constant)


def _remedy(cell: xr.Dataset, n: int, needed: float, how: _How) -> str:
    """What would settle an open cell: a larger n, or so many trials if the share of successes stays as it is."""
    if n > int(cell["n"].max()):
        return f"sweep n up to {n}"
    seen = cell.dropna("n", subset=["success"])
    if seen.sizes["n"] == 0:
        return "no n has a trial"
    at = seen.sel(n=seen["n"][seen["n"] <= n].max()) if bool((seen["n"] <= n).any()) else seen.isel(n=0)
    trials = trials_to_exclude(float(at["success"]), needed, how.each, limits=limits(how.anytime))
    return (
        "no number of trials would settle it"
        if trials is None
        else f"about {float(f'{trials:.2g}'):,.0f} trials settle it"
    )


def required_n(constant: float, amplitude: float, epsilon: float) -> int:
    """n = ceil(C ln(A / epsilon)), at least 1, and at most a number beyond every grid; constant: C, amplitude: A.

    >>> import analysis
    >>> analysis.required_n(constant=3, amplitude=2, epsilon=0.01)
    16
    """
    values = {"constant": constant, "amplitude": amplitude, "epsilon": epsilon}
    for name, value in values.items():
        if not 0.0 < check_number(name, value) < np.inf:
            raise InputError(f"{name} must be finite and above 0, got {value}")
    return int(min(max(np.ceil(float(constant) * math.log(float(amplitude) / float(epsilon))), 1.0), 10.0**9))


def _limits_at(cell: xr.Dataset, n: int) -> tuple[float, float]:
    """Limits of P(success) at n from its neighbours on the grid, since P rises with n: [0, 1] where there are none."""
    below, above = cell["success_low"].where(cell["n"] <= n, 0.0), cell["success_high"].where(cell["n"] >= n, 1.0)
    return float(below.max()), float(above.min())
