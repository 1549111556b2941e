"""Pictures inside the page: an SVG made small without a visible change, or a bitmap where that is smaller still."""

import base64
import io
import re
from pathlib import Path
from urllib.parse import quote

from ..figures.pictures import Picture

_NOT_DRAWN = re.compile(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->|<metadata>.*?</metadata>", re.DOTALL)
_PLACES = re.compile(r""" d="[^"]*"| (?:x|y|x1|y1|x2|y2)="[^"]*"|translate\([^)]*\)| points="[^"]*\"""")
_DIGITS = re.compile(r"-?\d+\.\d{3,}")
_STYLE = re.compile(r' style="([^"]*)"')
_ID = re.compile(r' id="([^"]*)"')
_REFERENCE = re.compile(r'(?:xlink:)?href="#([^"]*)"|url\(#([^)"]*)\)')
_PLAIN = " =:/;,.()'@+*!?$[]{}|^`\\~-_<>"
"""What may stand in a data: address inside double quotes as it is; a page would read &amp; as &."""
_MOST = 150_000
"""Bytes of a data: address from which a bitmap is tried."""


def embedded(picture: Picture) -> str:
    """A data: address of the picture: its SVG, or its PNG as lossless WebP where the SVG is large and that is smaller.

    Thousands of markers, or of cells of a heat map, are smaller as pixels, at the 200 and more dots an inch of the PNG.
    """
    vector = "data:image/svg+xml," + quote(slim(picture.svg.read_text(encoding="utf-8")), safe=_PLAIN)
    if len(vector) <= _MOST:
        return vector
    bitmap = _bitmap(picture.png)
    return bitmap if len(bitmap) < len(vector) else vector


def slim(svg: str) -> str:
    """The same drawing in fewer bytes: coordinates to a hundredth of a point, equal styles once, short names.

    matplotlib writes six decimals of a point, the style of every marker with every marker, and long names of glyphs.
    """
    text = _PLACES.sub(_rounded, _NOT_DRAWN.sub("", svg))
    text = _renamed(re.sub(r">\s+<", "><", re.sub(r"\s*\n\s*", " ", text)).strip())
    styles = list(dict.fromkeys(_STYLE.findall(text)))
    names = {style: f"s{number}" for number, style in enumerate(styles) if style}
    text = _STYLE.sub(lambda found: f' class="{names[found[1]]}"' if found[1] else "", text)
    rules = "".join(f".{name}{{{_css(style)}}}" for style, name in names.items())
    return re.sub(r"(<svg[^>]*>)", lambda found: f"{found[1]}<style>{rules}</style>", text, count=1)


def size_of(picture: Picture) -> tuple[int, int]:
    """Width and height of the SVG in whole points: a browser leaves room for it before it is decoded."""
    head = picture.svg.read_text(encoding="utf-8")[:2000]
    found = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', head)
    return (round(float(found[1])), round(float(found[2]))) if found else (0, 0)


def _renamed(text: str) -> str:
    """Names that something refers to get short ones, others go."""
    used = dict.fromkeys(name for found in _REFERENCE.findall(text) for name in found if name)
    short = {name: f"i{number}" for number, name in enumerate(used)}
    text = _ID.sub(lambda found: f' id="{short[found[1]]}"' if found[1] in short else "", text)
    return _REFERENCE.sub(lambda found: f'href="#{short[found[1]]}"' if found[1] else f"url(#{short[found[2]]})", text)


def _css(style: str) -> str:
    """A style attribute as the body of a rule."""
    return re.sub(r"\s*([:;])\s*", r"\1", style).strip("; ")


def _rounded(found: re.Match[str]) -> str:
    return _DIGITS.sub(lambda number: f"{float(number[0]):.2f}".rstrip("0").rstrip("."), found[0])


def _bitmap(png: Path) -> str:
    from PIL import Image

    buffer = io.BytesIO()
    with Image.open(png) as image:
        image.convert("RGB").save(buffer, "WEBP", lossless=True, quality=80, method=4)
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode()
