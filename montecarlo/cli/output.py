"""The one way out: what commands print, foreign text as it is, tables that lose nothing on narrow terminals."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from rich.box import HEAVY_HEAD, Box
from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, RenderableType
from rich.status import Status
from rich.table import Table as Grid
from rich.text import Text

from analysis.verbatim import plain

Cell: TypeAlias = str | tuple[str, ...]
"""A text, or several lines of one."""
_NO_WIDTH = 1_000_000
"""Letters: where nothing is ever folded, as in a pipe or a file."""


class Terminal:
    """Standard output or standard error. Text is never read as markup, and control characters are spelled out."""

    def __init__(self, console: Console) -> None:
        self.console = console

    @classmethod
    def standard(cls, *, stderr: bool) -> "Terminal":
        """That of this process; a pipe or a file has no width, whatever COLUMNS is."""
        stream = sys.stderr if stderr else sys.stdout
        wide = stream is None or not stream.isatty()
        return cls(Console(stderr=stderr, width=_NO_WIDTH if wide else None))

    def say(self, text: object, *, bold: object = "") -> None:
        """Print one line, as long as it is; `bold` in front."""
        line = Text.assemble((plain(bold), "bold"), plain(text))
        self.console.print(line, soft_wrap=True, highlight=False)

    def show(self, table: "Table | Facts") -> None:
        """Print a table, or facts."""
        self.console.print(table)

    def status(self, title: object) -> Status:
        """A spinner with a text; nothing where there is no terminal. `spoken` makes texts for its `update`."""
        return self.console.status(spoken(title))


def spoken(text: object) -> Text:
    """Foreign text for rich, which reads markup and emoji in strings."""
    return Text(plain(text))


@dataclass(frozen=True)
class Column:
    """A column's name, and the lines of its heading where that should be narrower.

    key: it names rows. once: of equal names below each other, the first alone is printed, and a line above it.
    """

    name: str
    heading: tuple[str, ...] = ()
    key: bool = False
    left: bool = False
    once: bool = False


@dataclass
class Table:
    """Texts by row and column. What is wider than the terminal is laid out in another way, and nothing is cut.

    Columns that do not fit go into further tables below, which repeat those that name the rows; where not even one
    fits beside the names, every row becomes a list. notes: lines below the table.
    """

    title: str
    columns: Sequence[Column]
    notes: Sequence[str] = ()
    box: Box | None = HEAVY_HEAD
    rows: list[tuple[Cell, ...]] = field(default_factory=list)

    def add(self, *cells: Cell) -> None:
        """Add a row."""
        self.rows.append(cells)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        if self.title:
            yield Text(plain(self.title), style="italic", overflow="fold")
        yield from self._parts(console, options) or self._records()
        for note in self.notes:
            yield Text(plain(note), style="dim italic", overflow="fold")

    def _parts(self, console: Console, options: ConsoleOptions) -> list[RenderableType]:
        """As few tables as hold all columns, each with those that name the rows; none where one column is too wide."""
        free = options.update(width=_NO_WIDTH)
        keys = [k for k, column in enumerate(self.columns) if column.key]
        others = [k for k, column in enumerate(self.columns) if not column.key]
        widest = [tuple(max(cells, key=_width) for cells in zip(*self.rows, strict=True))] if self.rows else []
        parts: list[Grid] = []
        while others:
            count = len(others)
            while (
                console.measure(self._grid([*keys, *others[:count]], widest), options=free).maximum > options.max_width
            ):
                count -= 1
                if count == 0:
                    return []
            chosen = {*keys, *others[:count]}
            parts.append(self._grid([k for k in range(len(self.columns)) if k in chosen], self.rows))
            others = others[count:]
        return [*parts]

    def _grid(self, chosen: Sequence[int], rows: Sequence[tuple[Cell, ...]]) -> Grid:
        framed = self.box is HEAVY_HEAD
        grid = Grid(box=self.box, pad_edge=framed, collapse_padding=not framed)
        for k in chosen:
            column = self.columns[k]
            side = "left" if column.left or column.key else "right"
            grid.add_column(_lines(column.heading or column.name), justify=side, no_wrap=True)
        above: tuple[Cell, ...] = ()
        for row in rows:
            known = [self.columns[k].once and above and above[k] == row[k] for k in chosen]
            if above and any(self.columns[k].once for k in chosen) and not any(known):
                grid.add_section()
            grid.add_row(*("" if same else _lines(row[k]) for k, same in zip(chosen, known, strict=True)))
            above = row
        return grid

    def _records(self) -> Iterator[RenderableType]:
        for row in self.rows:
            texts = (cell if isinstance(cell, str) else ", ".join(filter(None, cell)) for cell in row)
            yield Facts([(column.name, text) for column, text in zip(self.columns, texts, strict=True)])
            yield Text("")


@dataclass(frozen=True)
class Facts:
    """A name and a text a line; texts that are too long for a terminal are folded beside their names."""

    rows: Sequence[tuple[str, str]]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        names = [plain(name) for name, _ in self.rows]
        if options.max_width >= _NO_WIDTH:  # a table would be filled up with spaces
            width = max(map(cell_len, names), default=0)
            for name, (_, text) in zip(names, self.rows, strict=True):
                yield Text(f"{set_cell_size(name, width)}  {plain(text)}".rstrip())
            return
        grid = Grid.grid(padding=(0, 2))
        grid.add_column(style="bold", overflow="fold")
        grid.add_column(overflow="fold")
        for name, (_, text) in zip(names, self.rows, strict=True):
            grid.add_row(Text(name), Text(plain(text)))
        yield grid


def _width(cell: Cell) -> int:
    return max(map(cell_len, _lines(cell).plain.split("\n")))


def _lines(cell: Cell) -> Text:
    return Text(plain(cell) if isinstance(cell, str) else "\n".join(map(plain, cell)))
