"""Foreign text on its way out: visible, on one line, and one word of a shell."""

import os
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.verbatim import command_text, digits_of, drawn, plain

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(TEXTS)
def test_plain_text_is_printable_and_keeps_what_is(text):
    """All of it is printable; printable characters stay, in their order; twice is once."""
    out = plain(text)
    assert out.isprintable()
    assert plain(out) == out
    assert text.isprintable() == (out == text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31m", r"\x1b[31m"),
        ("\x9b2J", r"\x9b2J"),
        ("a\r\nb\tc", r"a\r\nb\tc"),
        ("\u202egnp", r"\u202egnp"),
        ("\u2066x\u200b", r"\u2066x\u200b"),
        ("\u2028", r"\u2028"),
        ("\udcff", r"\udcff"),
        ("run[seed=1] ε ä 日本 [/b] $x$ \\n", "run[seed=1] ε ä 日本 [/b] $x$ \\n"),
    ],
)
def test_what_plain_spells_out(text, shown):
    """C0, C1, bidi controls, invisible characters, line separators and undecodable bytes; nothing else."""
    assert plain(text) == shown


NASTY = [
    "my run",
    "run[seed=1]",
    "$(touch x)",
    "a'b\"c",
    "`id`",
    "",
    "~",
    "*",
    "a\nb",
    "\x1b[2J'\\n",
    "ä\u202e\x9b",
    "-x;y",
    "\udcff\n",
    "\U000e0001z",
]


def test_a_command_is_read_as_its_words():
    """bash reads every word as it is; the command itself is printable."""
    text = command_text(["printf", r"%s\0", *NASTY])
    assert text.isprintable()
    out = subprocess.run(["bash", "-c", text], capture_output=True, check=True, env={"LC_ALL": "C.UTF-8"}).stdout
    assert os.fsdecode(out).split("\0")[:-1] == NASTY


@given(st.floats(allow_nan=False))
def test_digits_read_back_as_the_same_number(value):
    assert float(digits_of(value)) == value


def test_dollars_are_no_formula():
    """What Matplotlib takes for a formula is escaped, in a label alone as beside a formula of ours."""
    from matplotlib.cbook import is_math_text

    assert not is_math_text(drawn(r"$\frac{$"))
    assert is_math_text(drawn(r"$\frac{$") + "$x$")
    assert is_math_text(r"$\frac{$")  # control
