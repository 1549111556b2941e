"""Tables on a terminal of any width: nothing is cut, foreign text is no markup, control characters are spelled out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.box import HEAVY_HEAD, SIMPLE_HEAD
from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, RenderableType
from rich.table import Table as Grid
from rich.text import Text

from ..verbatim import plain
from .table import Table

NO_WIDTH = 1_000_000
"""Letters: where nothing is ever folded, as in a pipe or a file."""
_BOXES = {"all": HEAVY_HEAD, "head": SIMPLE_HEAD, "none": None}


def printed(table: Table, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
    """The table for rich. What is wider than the terminal is laid out in another way.

    Columns that do not fit go into further tables below, which repeat those that name the rows; where not even one
    fits beside the names, every row becomes a list.
    """
    if table.title:
        yield Text(plain(table.title), style="italic", overflow="fold")
    yield from _parts(table, console, options) or _records(table)
    for note in table.notes:
        yield Text(plain(note), style="dim italic", overflow="fold")


@dataclass(frozen=True)
class Facts:
    """A name and a text per line; a text that is too long for the terminal is folded beside its name.

    rows: pairs of name and text.
    """

    rows: Sequence[tuple[str, str]]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        names = [plain(name) for name, _ in self.rows]
        if options.max_width >= NO_WIDTH:  # a table would be filled up with spaces
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


def _parts(table: Table, console: Console, options: ConsoleOptions) -> list[RenderableType]:
    """As few tables as hold all columns, each with those that name the rows; none where one column is too wide."""
    free, rows = options.update(width=NO_WIDTH), table.texts
    keys = [k for k, column in enumerate(table.columns) if column.key]
    others = [k for k, column in enumerate(table.columns) if not column.key]
    widest = [tuple(max(cells, key=_width) for cells in zip(*rows, strict=True))] if rows else []
    parts: list[RenderableType] = []
    while others:
        count = len(others)
        while console.measure(_grid(table, [*keys, *others[:count]], widest), options=free).maximum > options.max_width:
            count -= 1
            if count == 0:
                return []
        chosen = {*keys, *others[:count]}
        parts.append(_grid(table, [k for k in range(len(table.columns)) if k in chosen], rows))
        others = others[count:]
    return parts


def _grid(table: Table, chosen: Sequence[int], rows: Sequence[tuple[str | tuple[str, ...], ...]]) -> Grid:
    framed, columns = table.rules == "all", table.columns
    grid = Grid(box=_BOXES[table.rules], pad_edge=framed, collapse_padding=not framed)
    for k in chosen:
        column = columns[k]
        side = "left" if column.left or column.key else "right"
        grid.add_column(_lines(column.lines or column.name), justify=side, no_wrap=True)
    above: tuple[str | tuple[str, ...], ...] = ()
    for row in rows:
        known = [columns[k].once and above and above[k] == row[k] for k in chosen]
        if above and any(columns[k].once for k in chosen) and not any(known):
            grid.add_section()
        grid.add_row(*("" if same else _lines(row[k]) for k, same in zip(chosen, known, strict=True)))
        above = row
    return grid


def _records(table: Table) -> Iterator[RenderableType]:
    for row in table.line_texts():
        yield Facts([(column.name, text) for column, text in zip(table.columns, row, strict=True)])
        yield Text("")


def _width(cell: str | tuple[str, ...]) -> int:
    return max(map(cell_len, _lines(cell).plain.split("\n")))


def _lines(cell: str | tuple[str, ...]) -> Text:
    return Text(plain(cell) if isinstance(cell, str) else "\n".join(map(plain, cell)))
