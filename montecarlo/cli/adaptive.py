"""`ticketsum sweep --until` and `--max-time`: sweeps that their intervals end, or the clock."""

import time
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import analysis  # loads nothing until a name of it is used

from ..checks import whole
from ..errors import InputError
from ..solvers.covering_radius import Precision
from ..sweeps.adaptive import sweep_until
from ..sweeps.plan import Plan
from .output import Terminal
from .parsing import parse_duration, parse_epsilon
from .progress import progress_bar
from .sweep import swept

if TYPE_CHECKING:
    import xarray as xr

FIRST_TRIALS = 256
"""Trials of every d at the first look, or a block of them; fewer say little."""
_MOST_TRIALS = 10_000_000
"""Trials of a d without a limit."""
_EPSILONS = (0.1, 0.01)
"""Accuracies to look at by default, as far as the sweep resolves them."""


@dataclass(frozen=True)
class Rule:
    """When a sweep ends: all intervals at `epsilon` have this half-width, or so many seconds have passed."""

    epsilon: tuple[float, ...]
    half_width: float | None
    seconds: float | None
    level: float = 0.95

    def __post_init__(self) -> None:
        if self.half_width is not None and not 0.0 < self.half_width < 0.5:
            raise InputError(
                f"--until must be a half-width between 0 and 0.5, got {self.half_width:g}; for example 0.01"
            )

    @property
    def text(self) -> str:
        """The rule in words, as it is stored with the results."""
        width = (
            None if self.half_width is None else f"half-width {self.half_width:g} at {analysis.level_text(self.level)}"
        )
        limit = None if self.seconds is None else f"{self.seconds:g} s"
        ends = " or ".join(filter(None, (width, limit)))
        return f"{ends}; looking at epsilon = {', '.join(f'{e:g}' for e in self.epsilon)}"


def stopping_rule(until: float | None, max_time: str | None, epsilon: str | None, precision: Precision) -> Rule | None:
    """The rule that the options name; None if the number of trials is fixed."""
    if until is None and max_time is None:
        if epsilon is not None:
            raise InputError(
                f"--epsilon goes with --until or --max-time, got --epsilon {epsilon} alone; give one of them"
            )
        return None
    chosen = _epsilons(None if epsilon is None else parse_epsilon(epsilon), precision.resolution)
    return Rule(chosen, until, None if max_time is None else parse_duration(max_time))


def _epsilons(given: list[float] | None, resolution: float) -> tuple[float, ...]:
    """The accuracies to look at: those given, or those of `_EPSILONS` that a sweep resolves, or its resolution."""
    if given is None:
        return tuple(e for e in _EPSILONS if e >= resolution) or (resolution,)
    for epsilon in given:
        if not max(resolution, 1e-300) <= epsilon < float("inf"):
            raise InputError(
                f"epsilon must be above 0 and not below the resolution {resolution:g}, got {epsilon:g}; "
                "give a smaller --resolution"
            )
    return tuple(sorted(set(given), reverse=True))


def sweep_to_rule(
    plan: Plan, folder: Path, rule: Rule, trials: int | None, *, console: Terminal, options: dict[str, Any]
) -> None:
    """Sweep look by look until the rule is met, make raw.nc, and say what was reached. options: those of `swept`."""
    deadline = None if rule.seconds is None else time.monotonic() + rule.seconds
    most = _MOST_TRIALS if trials is None else whole("trials", trials, 1)
    label = plan.claim.label
    decide = Looks(rule, label, console)
    looks = partial(sweep_until, epsilon=rule.epsilon, decide=decide, most=most, deadline=deadline)
    show = progress_bar(plan, f"{label}: until {rule.text}", console)
    swept(replace(plan, stopping=rule.text), folder, show=show, looks=looks, **options)
    decide.report(most)


class Looks:
    """What is decided at each look, and said about it."""

    def __init__(self, rule: Rule, label: str, console: Terminal) -> None:
        self._rule, self._label, self._console = rule, label, console
        self._last: xr.Dataset

    def __call__(self, tallies: "xr.Dataset") -> dict[int, int]:
        """The trials that each d is to have."""
        self._last = analysis.next_look(tallies, self._rule.half_width, level=self._rule.level)
        self._last = self._last.assign(trials=tallies["trials"])
        self._print(f"{self._label}: {self._widest()}")
        return dict(zip(self._last["d"].values.tolist(), self._last["wanted"].values.tolist(), strict=True))

    def report(self, most: int) -> None:
        """Say how it ended; an InputError where no number of trials would do."""
        wanted = self._rule.half_width
        if wanted is None or float(self._last["half_width"].max()) <= wanted:
            self._print(f"Done: {self._widest()}.")
            return
        hopeless = self._last.isel(d=~self._last["reachable"].to_numpy())
        if hopeless.sizes["d"]:
            cell = hopeless.isel(d=0)
            raise InputError(
                f"a half-width of {wanted:g} is out of reach: at d = {int(cell['d'])}, epsilon = "
                f"{float(cell['epsilon']):g} the brackets alone leave more; lower --relative-tolerance or --resolution "
                "(what there is, is stored)"
            )
        needed = float(self._last["needed"].max())
        if int(self._last["trials"].max()) >= most:
            self._print(
                f"Ended at the {most:,} --trials allowed: {self._widest()}; about {needed:,.0f} would be needed."
            )
        else:
            self._print(f"Ended by --max-time: {self._widest()}; give the same command again to go on.")

    def _widest(self) -> str:
        """'1,024 to 4,096 trials, intervals within +-0.012 (d = 2, n = 9, epsilon = 0.1)'."""
        cell = self._last.isel(d=int(self._last["half_width"].to_numpy().argmax()))
        trials = sorted({int(count) for count in self._last["trials"]})
        count = " to ".join(f"{number:,}" for number in (trials[0], trials[-1])[: len(trials)])
        where = f"d = {int(cell['d'])}, n = {int(cell['n'])}, epsilon = {float(cell['epsilon']):g}"
        return f"{count} trials, widest interval +-{float(cell['half_width']):.2g} ({where})"

    def _print(self, text: str) -> None:
        self._console.say(text)
