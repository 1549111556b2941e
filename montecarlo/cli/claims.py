"""`ticketsum claims`: what can be simulated."""

from typing import TYPE_CHECKING, Annotated

from .options import option
from .output import terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..claims import Claim


def claims(claim: Annotated[str | None, option("One alone: a name, or module:Name.")] = None, /) -> None:
    """List what can be simulated: name, source, statement, events, their roles, and what `--d` and `--set` can change.

    A claim of your own is a class in a Python file: `ticketsum claims my_claims:Threshold` looks for class Threshold in
    ./my_claims.py or an installed module and checks on a few trials whether it keeps what a claim promises; `sweep` and
    `verify` take it by the same name.
    """
    from ..claims import CLAIMS, claim_kind
    from .parsing import parse_claim

    if claim is not None:
        parse_claim(claim)
    console = terminal(stderr=False)
    for name, kind in CLAIMS.items() if claim is None else [(claim, claim_kind(claim))]:
        console.say(f"  {kind.source}", bold=name)
        for line in _lines(kind):
            console.say(f"  {line}")
        console.say("")


def _lines(kind: "type[Claim]") -> "Iterator[str]":
    """What is said of a claim below its name and source."""
    from ..claims.base import events_of
    from .parsing import options_text

    yield f"{kind.title}{f': {kind.words}' if kind.words else ''}{f' ({kind.group})' if kind.group else ''}"
    yield kind.statement
    for name, event in events_of(kind.events).items():
        yield f"  {name}: critical epsilon = {event.formula}"
        yield f"    {event.role.meaning}{f': {event.words}' if event.words else ''}"
    if text := options_text(kind):
        yield f"options: {text}"
