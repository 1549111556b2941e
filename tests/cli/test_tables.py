"""Tables on terminals of any width: every name and number is there, whole."""

from io import StringIO

import pytest
from rich.console import Console

from analysis import Column, Facts, Table
from montecarlo.cli.output import Terminal

NAMES = ("Theorem 3", "Subset sums, norm:mean=0,std=0.5 on [-0.5, 0.5]")


def printed(table, width):
    console = Console(width=width, file=StringIO())
    console.print(table)
    return console.file.getvalue()


def sample(names=NAMES):
    """Two rows a name, five numbers each, of which no two are equal."""
    columns = [Column("claim", key=True, once=True), Column("event", key=True), *(Column(f"c{k}") for k in range(5))]
    table = Table("What was found", columns, ["a note that is somewhat longer than the narrowest terminal"])
    for index in range(2 * len(names)):
        table.add(names[index // 2], f"event {index}", *(f"{100 * index + k}.{k}25" for k in range(5)))
    return table


@pytest.mark.parametrize("width", [10, 20, 30, 45, 60, 80, 100, 200])
def test_nothing_is_cut(width):
    """At any width every name and number is there, and no line is longer than the width."""
    table = sample()
    out = printed(table, width)
    assert "…" not in out
    assert max(map(len, out.splitlines())) <= width
    packed = "".join(c for c in out if c not in " \n│┃")
    for row in table.rows:
        for cell in row:
            assert "".join(cell.split()) in packed or width < 60  # a name that is folded stands beside its heading
            assert all(word in out for word in cell.split() if len(word) <= width // 2)


def test_columns_that_do_not_fit_go_below_with_the_names_of_their_rows():
    """Each part repeats the names; each number stands once, in the line of its row's name."""
    out = printed(sample(("one", "two")), 40)
    assert out.count("event 2") > 1
    for index in range(4):
        for k in range(5):
            (line,) = [
                line for line in out.splitlines() if f"{100 * index + k}.{k}25" in line.replace("│", " ").split()
            ]
            assert f"event {index}" in line


def test_where_no_column_fits_every_row_is_a_list():
    """A name wider than the terminal: heading and text of every cell, line by line."""
    lines = [line.split() for line in printed(sample(("x" * 70, "y")), 60).splitlines()]
    for index in range(4):
        for k in range(5):
            assert [f"c{k}", f"{100 * index + k}.{k}25"] in lines


def test_a_table_that_fits_is_one():
    """Names that are repeated are printed once, with a line above them; a list repeats them."""
    out = printed(sample(), 120)
    assert out.count("claim") == 1
    assert all(out.count(name) == 1 for name in NAMES)
    assert sum(line.startswith("├") for line in out.splitlines()) == 1
    assert printed(sample(), 20).count("claim") == 4


@pytest.mark.parametrize("columns", ["20", "40"])
def test_a_pipe_has_no_width(columns, monkeypatch, capsys):
    """Whatever COLUMNS is, a table in a pipe is one, and texts are not wrapped; control: a terminal of that width."""
    monkeypatch.setenv("COLUMNS", columns)
    Terminal.standard(stderr=False).show(sample())
    Terminal.standard(stderr=False).show(Facts([("name", "word " * 50)]))
    out = capsys.readouterr().out
    assert out.count("claim") == 1
    assert "a note that is somewhat longer than the narrowest terminal\n" in out
    assert f"name  {'word ' * 50}".rstrip() + "\n" in out
    assert printed(sample(), int(columns)).count("claim") > 1


def test_lines_of_a_cell_and_of_a_heading():
    """They stand below each other in a table; in a list they are one text under the column's whole name."""
    table = Table("", [Column("name", key=True), Column("coefficients", ("coeffi-", "cients"))])
    table.add("a", ("4 [4, 5]", "C = 2.11"))
    assert [line.split() for line in printed(table, 40).splitlines()][2:3] == [["┃", "name", "┃", "cients", "┃"]]
    assert "│ a    │ 4 [4, 5] │\n│      │ C = 2.11 │" in printed(table, 40)
    narrow = Table("", [Column("n", key=True), Column("much too wide a heading", ("much too", "wide a heading"))])
    narrow.add("x" * 30, ("4 [4, 5]", "C = 2.11"))
    assert "much too wide a        4 [4, 5], C = 2.11" in printed(narrow, 45)


def test_foreign_text_is_text():
    """Markup, emoji codes, escapes and line breaks in names, cells and notes are shown."""
    nasty = "[/b]:100:\x1b[2J\na\u202e"
    shown = r"[/b]:100:\x1b[2J\na\u202e"
    table = Table(nasty, [Column(nasty, key=True), Column("n")], [nasty])
    table.add(nasty, nasty)
    for width in (200, 30):
        out = printed(table, width)
        assert not {"\x1b", "\u202e"} & set(out)
        assert "".join(out.split()).count(shown) >= (5 if width == 200 else 1)


@pytest.mark.parametrize(
    ("form", "first"),
    [("csv", "event,d,epsilon,"), ("markdown", "Theorem 3, 9,000 trials"), ("latex", "% Theorem 3, 9,000 trials")],
)
def test_other_formats_are_all_that_is_printed(ticketsum, finished, form, first):
    """On stdout; the file that is stored is named on stderr."""
    answer = ticketsum("estimate", finished, "--epsilon", "0.3", "--format", form)
    assert answer.code == 0
    assert answer.out.startswith(first)
    assert "Stored in" not in answer.out
    assert "Stored in" in answer.err
