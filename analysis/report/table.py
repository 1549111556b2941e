"""A table as data, and as Markdown, LaTeX and CSV; the page has its renderer in the template, rich in terminal.py."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from ..verbatim import for_latex, for_markdown, for_spreadsheets, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console, ConsoleOptions, RenderableType

Cell: TypeAlias = str | tuple[str, ...] | float
"""A text, several lines of one, or a number, which its column rounds; NaN where there is none."""


@dataclass(frozen=True)
class Column:
    """A column's heading and the format of its numbers.

    name: the heading, with the unit behind a comma. lines: the same, line by line, where narrower headings help; form:
    of numbers, as in format(). key: it names rows. left: texts begin on the left. once: of equal names below each
    other, only the first is shown.
    """

    name: str
    lines: tuple[str, ...] = ()
    form: str = ","
    key: bool = False
    left: bool = False
    once: bool = False

    def text(self, cell: Cell) -> str | tuple[str, ...]:
        """The cell as it is shown."""
        if isinstance(cell, str | tuple):
            return cell
        return format(cell, self.form) if cell == cell else ""  # noqa: PLR0124 - NaN differs from itself


@dataclass
class Table:
    """Cells by row and column, under a title; notes explain them.

    title, columns, notes: texts without markup, in which formulas are spelled as in "|w| <= epsilon". rules: the lines
    that a terminal draws: all, one below the headings, or none. rows: filled by `add`.
    """

    title: str
    columns: Sequence[Column]
    notes: Sequence[str] = ()
    rules: Literal["all", "head", "none"] = "all"
    rows: list[tuple[Cell, ...]] = field(default_factory=list)

    def add(self, *cells: Cell) -> None:
        """Add a row."""
        self.rows.append(cells)

    @property
    def texts(self) -> list[tuple[str | tuple[str, ...], ...]]:
        """The rows as they are shown."""
        return [tuple(c.text(cell) for c, cell in zip(self.columns, row, strict=True)) for row in self.rows]

    def line_texts(self) -> list[list[str]]:
        """The same with one line per cell: lines are separated by commas."""
        return [
            [cell if isinstance(cell, str) else ", ".join(filter(None, cell)) for cell in row] for row in self.texts
        ]

    def markdown(self) -> str:
        """As a pipe table, for GitHub and most other readers of Markdown.

        pandas.DataFrame.to_markdown needs tabulate besides, and leaves bars and markup in cells as they are.
        """
        rows = [[column.name for column in self.columns], *self.line_texts()]
        lines = [f"| {' | '.join(map(for_markdown, row))} |" for row in rows]
        sides = ["---" if column.left or column.key else "---:" for column in self.columns]
        lines.insert(1, f"| {' | '.join(sides)} |")
        around = [for_markdown(self.title)], lines, [for_markdown(note) for note in self.notes]
        return "\n\n".join("\n".join(part) for part in around if any(part)) + "\n"

    def latex(self) -> str:
        r"""As a tabular with the rules of booktabs; the title as a comment above, notes as comments below."""
        import pandas as pd

        headings = [for_latex(column.name) for column in self.columns]
        frame = pd.DataFrame([[for_latex(cell) for cell in row] for row in self.line_texts()], columns=headings)
        sides = "".join("l" if column.left or column.key else "r" for column in self.columns)
        body = frame.to_latex(index=False, escape=False, column_format=sides)
        above, below = ([f"% {plain(text)}" for text in texts if text] for texts in ([self.title], self.notes))
        return "\n".join([*above, body.rstrip(), *below]) + "\n"

    def csv(self) -> str:
        """As comma-separated values with one line of names; numbers keep all their digits. No title, no notes.

        Texts are such as a spreadsheet may open.
        """
        import pandas as pd

        rows = [
            [_for_csv(cell, text) for cell, text in zip(*pair, strict=True)]
            for pair in zip(self.rows, self.line_texts(), strict=True)
        ]
        frame = pd.DataFrame(rows, columns=[for_spreadsheets(column.name) for column in self.columns], dtype=object)
        return frame.to_csv(index=False, lineterminator="\n")

    def __rich_console__(self, console: "Console", options: "ConsoleOptions") -> "Iterator[RenderableType]":
        from .terminal import printed

        yield from printed(self, console, options)


def _for_csv(cell: Cell, text: str) -> object:
    """A number as it is, a text as a spreadsheet may open it, the dash of what is missing as nothing."""
    return ("" if text == "-" else for_spreadsheets(text)) if isinstance(cell, str | tuple) else cell
