"""Text of somebody else (labels, events, file names) on its way to a terminal, figure, shell, spreadsheet or paper."""

import math
import re
import shlex
from collections.abc import Iterable

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet takes for the beginning of a formula, or skips before one."""
_LATEX = {
    **{sign: rf"\{sign}" for sign in "&%$#_{}"},
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
}
"""Characters that steer LaTeX, or that its oldest fonts lack."""
_MARKDOWN = re.compile(r"[\\`*_{}\[\]<>|#~$!&]")


def plain(text: object) -> str:
    r"""`text` on one line, with all that is no printable character spelled out: \x1b, \n, \u202e.

    Such characters could steer a terminal, turn the direction of what follows, or pass one name off as another.

    >>> plain("run\x1b[2J\u202e")
    'run\\x1b[2J\\u202e'
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(text))


def command_text(words: Iterable[object]) -> str:
    r"""Words as one command that a POSIX shell reads as these words; $'...', as in bash, where not all is printable.

    >>> print(command_text(["ticketsum", "plot", "my run[1]", "a\n"]))
    ticketsum plot 'my run[1]' $'a\n'
    """
    return " ".join(map(_word, map(str, words)))


def drawn(text: object) -> str:
    r"""`text` for Matplotlib, which would take what stands between two dollar signs for a formula.

    >>> drawn("$x$")
    '\\$x\\$'
    """
    return plain(text).replace("$", r"\$")


def digits_of(value: float) -> str:
    """A number in the fewest digits that read back as the same number.

    >>> digits_of(0.5), digits_of(-1.0), digits_of(0.1 + 0.2)
    ('0.5', '-1', '0.30000000000000004')
    """
    short = f"{value:g}"
    return short if float(short) == value or math.isnan(value) else repr(float(value)).removesuffix(".0")


def _word(word: str) -> str:
    if word.isprintable():
        return shlex.quote(word)
    return f"$'{''.join(map(_escaped, word))}'"


def _escaped(character: str) -> str:
    code = ord(character)
    if character in "\\'":
        return f"\\{character}"
    if character.isprintable():
        return character
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a file's name that is no text
        return f"\\x{code - 0xDC00:02x}"
    return plain(character) if code < 0x80 else f"\\U{code:08x}"


def for_spreadsheets(text: object) -> object:
    r"""A text as a spreadsheet may open it: an apostrophe before what it would take for a formula; else as it is.

    >>> for_spreadsheets("=1+1\n"), for_spreadsheets("a-b"), for_spreadsheets(-1.5)
    ("'=1+1\\n", 'a-b', -1.5)
    """
    return ("'" if text.startswith(_FORMULA) else "") + plain(text) if isinstance(text, str) else text


def for_latex(text: object) -> str:
    r"""A text that LaTeX sets as it stands here.

    >>> print(for_latex("50% of x_1 <= 3"))
    50\% of x\_1 \textless{}= 3
    """
    return "".join(_LATEX.get(character, character) for character in plain(text))


def for_markdown(text: object) -> str:
    r"""A text that Markdown, and a table in it, show as it stands here.

    >>> print(for_markdown("|x|_1 <b>"))
    \|x\|\_1 \<b\>
    """
    return _MARKDOWN.sub(r"\\\g<0>", plain(text))
