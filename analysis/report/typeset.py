"""Plain text of claims, "sum_ij R_ij <= epsilon", as HTML with the letters and signs that mathematicians write."""

import re
from html import escape

_WORDS = {
    r"\bepsilon\b": "ε",
    r"\bdelta\b": "δ",
    r"\brho\(": "\N{GREEK SMALL LETTER RHO}(",
    r"\bprod(?=_)": "∏",
    r"\bsum(?=_)": "∑",
    r"`([^`]*)`": r"<code>\1</code>",
    r"&lt;=": "≤",
    r"&gt;=": "≥",
    r"\|\|": "‖",
    r"_inf\b": "_∞",
    r"\.\.(?!\.)": ", …, ",
    r"(?<=[\s(\[/])-(?=[\d\s])": "\N{MINUS SIGN}",
}
_PLACES = (
    (r"_\{([^}]*)\}|_([A-Za-z0-9∞]+)", "sub"),
    (r"\^\(([^)]*)\)|\^([A-Za-z0-9]+)", "sup"),
)
_NAMES = re.compile(r"<code>.*?</code>|\w+(?:_\w{3,})+")
"""What has an underscore and is no index: names in code, words of three letters and more."""


def typeset(text: str) -> str:
    """`text` as safe HTML: everything escaped, then Greek letters, relations, sub- and superscripts put in."""
    made = escape(text, quote=True)
    for pattern, sign in _WORDS.items():
        made = re.sub(pattern, sign, made)
    parts, last = [], 0
    for name in _NAMES.finditer(made):
        parts += [_placed(made[last : name.start()]), name[0]]
        last = name.end()
    return "".join([*parts, _placed(made[last:])])


def _placed(text: str) -> str:
    for pattern, tag in _PLACES:
        text = re.sub(pattern, lambda found, tag=tag: f"<{tag}>{found[1] or found[2]}</{tag}>", text)
    return text
