"""A table as Markdown, LaTeX and CSV: foreign text is text in each of them; CSV keeps all digits."""

import csv
import io

import pytest

from analysis import Column, Table

NASTY = "=a|b_c&50%\x1b<i>$"


@pytest.fixture
def table():
    columns = [Column(NASTY, key=True), Column("share, %", form=".1f"), Column("limits")]
    made = Table(NASTY, columns, [NASTY])
    made.add(NASTY, 1234.5678, ("one", "two"))
    made.add("b", float("nan"), "-")
    return made


def test_markdown(table):
    name = r"=a\|b\_c\&50%\\x1b\<i\>\$"
    lines = table.markdown().split("\n")
    assert lines[0] == lines[7] == name
    assert lines[2:6] == [
        f"| {name} | share, % | limits |",
        "| --- | ---: | ---: |",
        f"| {name} | 1234.6 | one, two |",
        "| b |  | - |",
    ]


def test_latex(table):
    name = r"=a\textbar{}b\_c\&50\%\textbackslash{}x1b\textless{}i\textgreater{}\$"
    lines = table.latex().split("\n")
    assert lines[0] == lines[-2] == r"% =a|b_c&50%\x1b<i>$"
    assert lines[1:6] == [
        r"\begin{tabular}{lrr}",
        r"\toprule",
        rf"{name} & share, \% & limits \\",
        r"\midrule",
        rf"{name} & 1234.6 & one, two \\",
    ]


def test_csv(table):
    rows = list(csv.reader(io.StringIO(table.csv())))
    name = r"'=a|b_c&50%\x1b<i>$"
    assert rows == [[name, "share, %", "limits"], [name, "1234.5678", "one, two"], ["b", "", ""]]
