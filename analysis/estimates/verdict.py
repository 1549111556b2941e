"""SUPPORTED, REFUTED or UNDECIDED: what data say of "P(statement) >= 1 - delta if n >= C ln(A / min(epsilon, delta))".

Two questions can be answered no: whether a *given* C is enough, and whether n* *grows* like ln(1/epsilon) at all. A C
that is fitted to the same data answers neither. Sampling never proves a claim; it makes its failure, or its truth at
the accuracies looked at, implausible.

An event of a claim is its statement, or implies it (sufficient), or is implied by it (necessary). A sufficient event
that fails refutes nothing, and a necessary one that holds supports nothing.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import numpy as np
import xarray as xr

from ..entry import IMPLIED_BY, IMPLIES, PROOF_AMPLITUDE, STATEMENT, check_number, one_of, raw_dataset, roles, variable
from ..errors import InputError
from ..statistics.binomial import bonferroni, check_level, level_text, trials_to_exclude
from .growth import LARGEST_RATIO, growth, range_constants
from .samples import SEQUENCE, is_anytime, limits, trial_sets
from .success import check_epsilon, success

_SUFFICIENT, _NECESSARY = "sufficient only", "necessary only"


class Outcome(StrEnum):
    """The three answers."""

    SUPPORTED = "SUPPORTED"
    REFUTED = "REFUTED"
    UNDECIDED = "UNDECIDED"


@dataclass(frozen=True)
class Verdict:
    """An answer about the statement of a claim, with its reason in a sentence."""

    outcome: Outcome
    """SUPPORTED, REFUTED or UNDECIDED."""
    reason: str
    """Why, in one sentence."""
    constant: float
    """The C given; else a C that is enough for every epsilon of the range, at the level, NaN if none is known."""


@dataclass(frozen=True)
class _Events:
    """Which events decide, by name: `refuting` fails only if the statement does, `supporting` holds only if it does."""

    refuting: str | None
    supporting: str | None
    roles: dict[str, str]

    def note(self, event: str | None) -> str:
        """What the parenthesis begins with where an event is not the statement itself."""
        role = self.roles.get(event or "", STATEMENT)
        return "" if role == STATEMENT else f"event {event!r}, {_text(role)}; "


def judge(
    dataset: xr.Dataset,
    epsilon: Iterable[float],
    *,
    constant: float | None = None,
    event: str | None = None,
    reading: Literal["printed", "proof"] = "printed",
    level: float = 0.95,
    anytime: bool | None = None,
) -> Verdict:
    """The verdict on a claim at delta = epsilon, all epsilons and d together at `level`.

    Parameters
    ----------
    dataset : raw Dataset of a sweep.
    epsilon : accuracies; without a constant at least two, the ends of a range.
    constant : C, natural logarithm. Default: the question is how n* grows.
    event : the one event to judge by. Default: the statement, or where it has no event the weakest event that implies
        it, which can only support, and the strongest that it implies, which can only refute.
    reading : which A a given constant goes with: the printed one, or the one that the proof needs, where it is another.
    level : probability at least with which no verdict is wrong, whatever the truth.
    anytime : confidence sequences, valid at all numbers of trials at once; default: where its results stopped the
        sweep.

    Returns
    -------
    Verdict. With a constant C, each cell asks whether P >= 1 - epsilon at n = ceil(C ln(A / epsilon)); larger n only
    succeed more. One refuted cell refutes, all supported support. Without one, SUPPORTED means that the slope of n*
    against ln(1/epsilon) rises by less than a factor `growth.LARGEST_RATIO` = 1.5 from the coarser half of the range to
    the finer one, REFUTED that it rises by more: logarithmic growth has the factor 1, the baseline of single samples
    more than 6 from 0.3 down to 0.01.

    Notes
    -----
    Bonferroni corrects for cells and d. Only one end of a cell's interval can mislead, whatever the truth, and so its
    level is enough although both ends together miss that rarely. The three n that growth looks at are chosen by the
    data; its limits hold for all n together.

    Examples
    --------
    >>> import analysis, montecarlo
    >>> ds = montecarlo.sweep(montecarlo.Theorem3(), n=10, trials=2000)
    >>> analysis.judge(ds, epsilon=[0.3, 0.1], constant=4).reason
    'C = 4 holds at each of 2 epsilons (95%, simultaneous)'
    >>> analysis.judge(ds, epsilon=[0.3, 0.1], constant=2).outcome.name
    'REFUTED'
    """
    dataset, values = raw_dataset(dataset), check_epsilon(epsilon)
    check_level(level)
    if reading not in ("printed", "proof"):
        raise InputError(f"reading must be 'printed' or 'proof', got {reading!r:.60}")
    if reading == "proof" and PROOF_AMPLITUDE in dataset:
        dataset = dataset.assign(amplitude=dataset[PROOF_AMPLITUDE])
    events = _deciding(dataset, event)
    always = is_anytime(dataset, anytime)
    if constant is None:
        how = _How(level, bonferroni(level, dataset.sizes["d"]), always)
        return _judge_growth(dataset, values, events, how)
    if not 0.0 < check_number("constant", constant) < np.inf:
        raise InputError(f"constant must be finite and above 0, got {constant}; leave it out to judge how n* grows")
    chosen = dataset.sel(event=list(dict.fromkeys(filter(None, (events.supporting, events.refuting)))))
    cells = values.size * dataset.sizes["d"]
    how = _How(level, bonferroni(level, cells * trial_sets(chosen)), always)
    return _judge_constant(chosen, values, constant, events, how)


@dataclass(frozen=True)
class _How:
    """The level of the answer, that of each cell, and the kind of its intervals."""

    level: float
    each: float
    anytime: bool

    @property
    def text(self) -> str:
        return f"{level_text(self.level)}, simultaneous{f', {SEQUENCE}' if self.anytime else ''}"


def _text(role: str) -> str:
    return _SUFFICIENT if role == IMPLIES else _NECESSARY


def _deciding(dataset: xr.Dataset, event: str | None) -> _Events:
    """The events that decide; events are ordered from weak to strong, so that the nearest to the statement count."""
    known = roles(dataset)
    if event is not None:
        known = {str(one_of(dataset, "event", event)["event"].item()): known[str(event)]}
    refuting = [name for name, role in known.items() if role in (STATEMENT, IMPLIED_BY)]
    supporting = [name for name, role in known.items() if role in (STATEMENT, IMPLIES)]
    exact = [name for name, role in known.items() if role == STATEMENT]
    return _Events((exact or refuting[-1:] or [None])[0], (exact or supporting[:1] or [None])[0], known)


def _judge_growth(dataset: xr.Dataset, epsilon: np.ndarray, events: _Events, how: _How) -> Verdict:
    event = events.supporting or events.refuting
    chosen = one_of(dataset, "event", event)
    found = growth(chosen, epsilon, level=how.each, anytime=how.anytime).isel(event=0)
    constants = range_constants(chosen, epsilon, level=how.each, anytime=how.anytime)["range_constant_high"]
    enough = float(constants.max()) if np.isfinite(constants).all() else np.nan
    refutes = events.roles[str(event)] == STATEMENT
    undecided = []
    for d in found["d"].data:
        cell = found.sel(d=d)
        ratio, low, high = (float(cell[f"growth_ratio{end}"]) for end in ("", "_low", "_high"))
        where = f" at d = {d}" if found.sizes["d"] > 1 else ""
        said = (
            f"from epsilon = {epsilon[0]:g} to {epsilon[-1]:g} the slope of n* against ln(1/epsilon){where} changes by "
            f"a factor of {ratio:.2f} [{low:.2f}, {high:.2f}]"
        )
        if refutes and low > LARGEST_RATIO:
            reason = f"n* grows faster than ln(1/epsilon): {said}, above {LARGEST_RATIO:g} ({how.text})"
            return Verdict(Outcome.REFUTED, reason, np.nan)
        if (gap := _missing_range(chosen, cell, epsilon)) or not high < LARGEST_RATIO:
            undecided.append(gap or f"{said}, which {_growth_remedy(ratio, low, high)}")
    note = events.note(event)
    so_far = f", and C = {enough:.2f} is enough for every epsilon in between" if np.isfinite(enough) else ""
    if undecided:
        return Verdict(Outcome.UNDECIDED, f"how n* grows is open: {undecided[0]}{so_far} ({note}{how.text})", enough)
    ratios = found["growth_ratio_high"].to_numpy()
    reason = (
        f"n* grows like ln(1/epsilon): from epsilon = {epsilon[0]:g} to {epsilon[-1]:g} its slope changes by a "
        f"factor of at most {ratios.max():.2f}, below {LARGEST_RATIO:g}{so_far}"
    )
    return Verdict(Outcome.SUPPORTED, f"{reason} ({note}{how.text})", enough)


def _missing_range(dataset: xr.Dataset, cell: xr.Dataset, epsilon: np.ndarray) -> str:
    """What of the range the grid of n leaves out, and the remedy; empty if nothing."""
    n = dataset["n"].to_numpy()
    if np.isnan(cell["growth_ratio"]):
        return (
            f"the grid has fewer than three n whose accuracy lies from {epsilon[0]:g} to {epsilon[-1]:g}; sweep more n"
        )
    if int(cell["n_fine"]) == n[-1]:
        return f"n up to {n[-1]} do not reach epsilon = {epsilon[-1]:g}; sweep a larger n"
    if int(cell["n_coarse"]) == n[0] and n[0] > 1:
        return f"n from {n[0]} on reach beyond epsilon = {epsilon[0]:g}; sweep a smaller n"
    return ""


def _growth_remedy(ratio: float, low: float, high: float) -> str:
    """Why an interval of the ratio decides nothing, and by how much more trials it would."""
    far = abs(math.log(ratio / LARGEST_RATIO)) if ratio > 0.0 else 0.0
    if far < 0.05 or not 0.0 < low <= high < math.inf:
        return f"holds {LARGEST_RATIO:g}; sweep more trials or a wider range"
    needed = max(math.log(high / ratio), math.log(ratio / low)) / far
    return f"holds {LARGEST_RATIO:g}; about {max(needed, 1.0) ** 2 * 1.2:.1f} times the trials settle it"


def _judge_constant(dataset: xr.Dataset, epsilon: np.ndarray, constant: float, events: _Events, how: _How) -> Verdict:
    rates = success(dataset, epsilon, level=how.each, anytime=how.anytime)
    undecided: list[str] = []
    for d in rates["d"].data:
        for e in epsilon:
            wanted = required_n(constant, float(variable(dataset, "amplitude").sel(d=d)), float(e))
            cell = rates.sel(d=d, epsilon=e)
            low = _limits_at(cell.sel(event=events.supporting), wanted)[0] if events.supporting else 0.0
            high = _limits_at(cell.sel(event=events.refuting), wanted)[1] if events.refuting else 1.0
            where = f"epsilon = {e:g}, n = {wanted}" + (f", d = {d}" if rates.sizes["d"] > 1 else "")
            where += f": P in [{low:.4f}, {high:.4f}], {1 - e:g} needed"
            if high < 1.0 - e:
                note = events.note(events.refuting)
                return Verdict(Outcome.REFUTED, f"C = {constant:g} fails at {where} ({note}{how.text})", constant)
            if low < 1.0 - e:
                undecided.append(f"{where}; {_remedy(cell, events, wanted, 1.0 - float(e), how)}")
    if undecided:
        reason = f"C = {constant:g} is open at {undecided[0]}"
        return Verdict(Outcome.UNDECIDED, reason, constant)
    cells = f"each of {epsilon.size} epsilons" + (f" and {rates.sizes['d']} d" if rates.sizes["d"] > 1 else "")
    reason = f"C = {constant:g} holds at {cells} ({events.note(events.supporting)}{how.text})"
    return Verdict(Outcome.SUPPORTED, reason, constant)


def _remedy(cell: xr.Dataset, events: _Events, n: int, needed: float, how: _How) -> str:
    """What would settle an open cell: a larger n, or so many trials if the share of successes stays as it is."""
    if n > int(cell["n"].max()):
        return f"sweep n up to {n}"
    if events.supporting is None:
        return f"the event {events.refuting!r} is {_NECESSARY}, it cannot support"
    cell = cell.sel(event=events.supporting)
    seen = cell.dropna("n", subset=["success"])
    if seen.sizes["n"] == 0:
        return "no n has a trial"
    at = seen.sel(n=seen["n"][seen["n"] <= n].max()) if bool((seen["n"] <= n).any()) else seen.isel(n=0)
    trials = int(at["trials"]) if "trials" in at else at.attrs["trials"]
    if float(at["success"]) < needed <= int(at["possibly"]) / trials:
        return "its trials are only known between bounds on either side; a finer resolution may settle it"
    if events.roles[events.supporting] != STATEMENT and float(at["success_high"]) < needed:
        return f"the event {events.supporting!r} fails, but it is {_SUFFICIENT}"
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
