"""What commands print: results to stdout, progress to stderr, foreign text as it is, tables that lose nothing."""

import sys
from pathlib import Path

from rich.console import Console
from rich.status import Status
from rich.text import Text

import analysis  # loads nothing until a name of it is used
from analysis.verbatim import plain


class Terminal:
    """Standard output or standard error. Text is never read as markup, and control characters are spelled out."""

    def __init__(self, console: Console) -> None:
        self.console = console

    @classmethod
    def standard(cls, *, stderr: bool) -> "Terminal":
        """That of this process; a pipe or a file has no width, whatever COLUMNS is."""
        stream = sys.stderr if stderr else sys.stdout
        wide = stream is None or not stream.isatty()
        return cls(Console(stderr=stderr, width=analysis.NO_WIDTH if wide else None))

    def say(self, text: object, *, bold: object = "") -> None:
        """Print one line, as long as it is; `bold` in front."""
        line = Text.assemble((plain(bold), "bold"), plain(text))
        self.console.print(line, soft_wrap=True, highlight=False)

    def show(self, table: "analysis.Table | analysis.Facts") -> None:
        """Print a table, or facts."""
        self.console.print(table)

    def show_as(self, table: "analysis.Table", form: str) -> None:
        """Print a table as the option --format says."""
        if form == "table":
            self.show(table)
            return
        text = {"csv": table.csv, "markdown": table.markdown, "latex": table.latex}[form]()
        for line in text.split("\n")[:-1]:
            self.say(line)

    def status(self, title: object) -> Status:
        """A spinner with a text; nothing where there is no terminal. `spoken` makes texts for its `update`."""
        return self.console.status(spoken(title))


def terminal(*, stderr: bool = True) -> Terminal:
    """Progress and messages go to stderr, results to stdout."""
    return Terminal.standard(stderr=stderr)


def spoken(text: object) -> Text:
    """Foreign text for rich, which reads markup and emoji in strings."""
    return Text(plain(text))


def typed(path: Path) -> str:
    """A path as a word of a command, where one that begins with a dash would be an option."""
    return f"./{path}" if str(path).startswith("-") else str(path)


def duration(seconds: float) -> str:
    """A length of time for people."""
    for unit, length in (("days", 86400.0), ("hours", 3600.0), ("minutes", 60.0)):
        if seconds >= 1.5 * length:
            return f"{seconds / length:.1f} {unit}"
    return f"{max(seconds, 1.0):.0f} s"


def numbered(count: int, noun: str) -> str:
    """So many of something: '1 block', '2,048 trials'."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
