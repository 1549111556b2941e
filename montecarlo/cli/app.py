"""The program: its commands by name, loaded when one of them runs, and what it does with errors and signals."""

import io
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from cyclopts import App, CycloptsError, Group

import analysis  # loads nothing until a name of it is used
from analysis.verbatim import plain

from ..errors import InputError
from .interrupts import Terminated, terminations_raised, unwritten

_COMMANDS = {
    "Simulate": ("reproduce", "sweep", "verify", "timings", "laws"),
    "Look at results": ("claims", "estimate", "compare", "plot", "show", "export"),
    "Networks": ("target", "prune", "check", "packing"),
    "Experiments of the paper": ("experiment1", "train-target", "experiment2"),
    "Maintain runs": ("status", "consolidate"),
}
"""Every command by its group; each is the function of its name in the module of its name."""


def _version() -> str:
    from importlib.metadata import version

    return version("ticketsum")


app = App(
    name="ticketsum",
    help="""Is a theorem about random networks true in numbers, and how large is its constant?

    A sweep simulates a claim of "Optimal Lottery Tickets via SubsetSum" and stores one number per trial, its critical
    epsilon: the smallest accuracy at which the claim's event holds. Everything else is estimated from these numbers
    afterwards, for any accuracy.

    Start with `ticketsum reproduce`, or step by step:

        ticketsum claims
        ticketsum sweep theorem3 --n 1:16 --trials 10000 --out RUN
        ticketsum estimate RUN --epsilon 0.1,0.01
        ticketsum plot RUN
    """,
    version=_version,
    version_flags=["--version"],
    group_commands=Group("Options", sort_key=len(_COMMANDS)),
    suppress_keyboard_interrupt=False,
)
for _key, (_name, _members) in enumerate(_COMMANDS.items()):
    _group = Group(_name, sort_key=_key)
    for _place, _command in enumerate(_members):
        _module = _command.replace("-", "_")
        app.command(f"montecarlo.cli.{_module}:{_module}", name=_command, group=_group, sort_key=_place)


def _open_closed_streams() -> None:
    """Let devnull stand for standard streams that are closed, as by `>&-`: workers flush theirs when they start.

    The descriptors are filled as well, from 0 on, or the next file that is opened would be what workers print to.
    """
    closed = [name for name in ("stdin", "stdout", "stderr") if getattr(sys, name) is None]
    for number in range(3 if closed else 0):
        descriptor = os.open(os.devnull, os.O_RDWR)  # the lowest number that is free
        if descriptor > number:
            os.close(descriptor)
        else:
            os.set_inheritable(descriptor, True)
    for name in closed:
        stream = Path(os.devnull).open("r" if name == "stdin" else "w", encoding="utf-8")  # noqa: SIM115 - to the end
        setattr(sys, name, stream)


def main(tokens: Sequence[str] | None = None) -> None:
    """Run the command line.

    What standard output cannot encode is spelled out.

    Bad input, and files that cannot be read or written, give one line on stderr and exit code 2; Ctrl-C gives 130, and
    SIGTERM, which is how batch systems end a job, 143. A reader of our output that has gone, as in `| head`, gives 1.
    """
    _open_closed_streams()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    if tokens is None:  # the program itself: figures go to files, whatever MPLBACKEND a notebook has set
        tokens = sys.argv[1:]
        os.environ["MPLBACKEND"] = "agg"
    try:
        _refuse_empty(tokens)
        if not tokens or tokens[0].startswith("-"):
            app.resolved_commands()  # the list of commands takes a line of the docstring of each
        with terminations_raised():
            app(tokens, exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        _fail(" ".join(str(error).split()))
    except Terminated:
        sys.exit(143)
    except KeyboardInterrupt:
        sys.exit(130)
    except (InputError, analysis.InputError) as error:
        _fail(str(error))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left to be flushed fails no more
        sys.exit(1)
    except OSError as error:
        _fail(unwritten(error))


def _refuse_empty(tokens: Sequence[str]) -> None:
    """Refuse empty words, such as those of a variable that is not set: --out "" would be the working directory."""
    for before, token in zip(["", *tokens], tokens, strict=False):
        if token == "" or re.fullmatch("--[a-z-]+=", token):
            name = token.rstrip("=") or (before if before.startswith("--") else "an argument")
            raise InputError(f"{name} must not be empty, got ''; give a value or leave it out")


def _fail(message: str) -> None:
    print(f"ticketsum: {plain(message)}", file=sys.stderr)  # noqa: T201
    sys.exit(2)
