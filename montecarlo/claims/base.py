"""The one interface of a claim: what it states, what it draws, and the critical epsilon of each of its events.

Every claim of the paper reads "with probability at least 1 - delta, *event(epsilon)* holds once
n >= C ln(A / min(epsilon, delta))" (natural logarithm), and every event is monotone in epsilon. A trial is
therefore summed up by its critical epsilon, the smallest epsilon at which the event holds.

A claim of your own needs `name`, `statement`, `draw` and `critical_epsilons`:

    @dataclass(frozen=True)
    class Thinned(Claim):
        least: float = 0.25

        name = "thinned"
        statement = "Subset sums of those of n uniforms that are at least `least` in size cover [-1/2, 1/2]."

        def draw(self, generator, n, d, trials):
            return generator.uniform(-1.0, 1.0, (n, trials))

        def critical_epsilons(self, draws, precision):
            return radius_brackets(np.where(abs(draws) >= self.least, draws, 0.0), (-0.5, 0.5), precision)

All else that the page, the figures and the command line show of a claim are attributes of its class with a default;
they travel in the attributes of its Datasets. What all claims promise, and what is refused where one does not keep it,
stands in `validation.py`.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..sampling.laws import Law, number_text
from ..solvers.covering_radius import Brackets, Precision
from .cost import Cost, covering_cost

Floats = NDArray[np.float64]


class Role(StrEnum):
    """What an event says of the statement of its claim, as that is printed, for the parameters of the sweep."""

    STATEMENT = "statement"
    """The event is the statement."""
    IMPLIES = "implies"
    """The event is sufficient: the statement holds whenever it does, as with a construction or a certificate."""
    IMPLIED_BY = "implied_by"
    """The event is necessary: it holds whenever the statement does."""

    @property
    def meaning(self) -> str:
        """The role in a word or two."""
        return {"statement": "the statement itself", "implies": "sufficient", "implied_by": "necessary"}[self]


@dataclass(frozen=True)
class Event:
    """An event of a claim. Its text is its formula."""

    formula: str
    """Its critical epsilon in a formula."""
    role: Role = Role.STATEMENT
    """What it says of the statement."""
    words: str = ""
    """What it asks for, in a few words."""

    def __post_init__(self) -> None:
        if self.role not in tuple(Role):
            raise InputError(f"the role of an event must be one of {', '.join(Role)}, got {self.role!r}")

    def __str__(self) -> str:
        return self.formula


Floats = NDArray[np.float64]


Events = Mapping[str, Event | str]


class Claim(ABC):
    """A statement about random subset sums. Concrete claims are frozen dataclasses; their fields are parameters."""

    name: ClassVar[str]
    """Short name, as on the command line; part of the address of the random numbers."""
    title: ClassVar[str]
    """Name in the paper; default: the class's name in words."""
    words: ClassVar[str] = ""
    """What it states in a few words: "every weight is a subset sum of n uniforms"."""
    statement: ClassVar[str]
    """The statement in one or two sentences."""
    source: ClassVar[str]
    """Where the paper states it; default: module:Name."""
    group: ClassVar[str] = ""
    """What it is about, as others are: "subset sums", "one weight", "layers and networks"."""
    color_slot: ClassVar[int | None] = None
    """Its colour and marker in figures, by number; default: chosen by its name."""
    events: ClassVar[Events] = {"statement": "the smallest epsilon at which the statement holds"}
    """The events by name, from the letter of the statement to what the proof uses: each is implied by the next.

    A text is the formula of an event: the first is then the statement, later ones imply it.
    """
    dimensions: ClassVar[tuple[int, ...] | None] = (1,)
    """The dimensions d the claim is about; None for any d >= 1."""
    largest_n: ClassVar[int | None] = None
    """The largest n the claim can be run for; None where only memory and time limit it."""
    logarithmic: ClassVar[bool] = True
    """Whether the claim is that n >= C ln(A / min(epsilon, delta)) is enough: n* is expected on a line."""
    neurons: ClassVar[int] = 0
    """Hidden neurons of a random layer per input and step of n; 0 where the claim has no such layer."""
    paper_factor: ClassVar[int] = 1
    """The paper's C over ours: 2 where it counts hidden neurons per input, and n is that of one sign of an input."""
    every_matrix: ClassVar[bool] = False
    """Whether the first event has one random layer prune to all d x d matrices of norm at most 1 (cf. Theorem 2)."""
    bracketed: ClassVar[bool] = False
    """Whether lower and upper bounds differ even without a tolerance."""
    kernels: ClassVar[tuple[str, ...]] = ("covering", "nearest", "networks")
    """The families of kernels that its numbers come from."""
    numbers: ClassVar[int] = 1
    """Version of the numbers of a claim of this package: raised when its draws or critical epsilons change."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if not hasattr(cls, "title"):
            cls.title = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", cls.__name__).capitalize()
        if not hasattr(cls, "source"):
            cls.source = f"{cls.__module__}:{cls.__qualname__}"

    @property
    def smallest_d(self) -> int:
        """The least dimension the claim is about: the one taken unless another is asked for."""
        return 1 if self.dimensions is None else min(self.dimensions)

    def cost(self, n: int, d: int, precision: Precision) -> Cost:
        """What a trial up to n costs; default: one covering radius of n summands."""
        return covering_cost(n, precision)

    @property
    def label(self) -> str:
        """The title and whatever parameters tell two sweeps of the claim apart: those that are not the default."""
        given = {field.name: (getattr(self, field.name), field.default) for field in fields(self)}  # pyright: ignore
        told = [f"{name} = {_short(value)}" for name, (value, default) in given.items() if value != default]
        return ", ".join([self.title, *told])

    @property
    def portable(self) -> bool:
        """Whether every processor computes the same numbers, to the bit; else they agree within a rounding.

        Default for claims of a user's own: False. NumPy's exp, for example, has other last digits with AVX-512.
        """
        return type(self).__module__.startswith(f"{__package__}.")

    def amplitude(self, d: int) -> float:
        """A in n >= C ln(A / min(epsilon, delta)); default: 2, as for one weight."""
        return 2.0

    def amplitude_of_proof(self, d: int) -> float:
        """A that the proof needs; default: the printed one. Lemmas that apply Lemma 1 lose its factor 2 in print."""
        return self.amplitude(d)

    @abstractmethod
    def draw(self, generator: np.random.Generator, n: int, d: int, trials: int) -> Floats:
        """The randomness of `trials` trials up to n: (n, ..., trials), n slowest, so that a larger n continues it."""

    @abstractmethod
    def critical_epsilons(self, draws: Floats, precision: Precision) -> Brackets | Floats:
        """Bounds on the critical epsilon of every event for every prefix: lower, upper of shape (event, n, trial).

        A claim of one event may leave the axis of events out: (n, trial). Values that are exact may be an array alone.
        The tolerance of `precision` is that of each covering radius. What is made up of several of them may be wider,
        where some are settled (known to be below the resolution) and others are not: by about the resolution.
        """

    def parameters(self) -> dict[str, object]:
        """The fields of the claim, JSON-ready; they are part of the address of its random numbers."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}  # pyright: ignore[reportArgumentType]
        return {name: _law(value) if isinstance(value, Law) else value for name, value in given.items()}


def events_of(events: Events) -> dict[str, Event]:
    """A claim's events by name; a text becomes an event with its default role."""
    roles = [Role.STATEMENT] + [Role.IMPLIES] * len(events)
    return {
        name: event if isinstance(event, Event) else Event(event, role)
        for (name, event), role in zip(events.items(), roles, strict=False)
    }


def _law(law: Any) -> dict[str, object]:
    """A law by its class and parameters, as `law_from` takes it."""
    return {"class": type(law).__name__, **asdict(law)}


def _short(value: object) -> str:
    if isinstance(value, Law):
        return value.label
    return number_text(value) if isinstance(value, float) else str(value)
