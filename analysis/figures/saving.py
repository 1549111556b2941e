"""A figure on its way to disk: drawn in the common style, saved as PNG and SVG, with what to say of it."""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from ..errors import InputError
from ..files import write_whole
from .style import paper_style

_LONG_NUMBER = re.compile(r"scale\([^)]*\)|(\d\.\d{3})\d+(?=[ \",)\n])")


@dataclass(frozen=True)
class Picture:
    """A figure on disk and what to say of it.

    name: of the files; title: above it; sentence: below it; png, svg: where it is.
    """

    name: str
    title: str
    sentence: str
    png: Path
    svg: Path


def make_folder(folder: str | Path) -> Path:
    """The folder for pictures, which is there now; an InputError if there can be none."""
    try:
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
    except TypeError as error:
        raise InputError(f"the folder for figures must be a path, got {folder!r:.60}") from error
    except OSError as error:
        text = f"the folder for figures must be writable, got {folder} ({error.strerror}); choose another"
        raise InputError(text) from error
    return folder


def save_picture(folder: Path, name: str, title: str, draw: Callable[[], tuple[Figure, str]]) -> Picture:
    """Draw in our style and write both files; metadata without a date, so that equal data give equal bytes."""
    png, svg = folder / f"{name}.png", folder / f"{name}.svg"
    with paper_style():
        figure, sentence = draw()
        figure.set_dpi(mpl.rcParams["savefig.dpi"])  # texts are measured as they are drawn
        _settle(figure)
        pixels, lines = io.BytesIO(), io.StringIO()
        figure.savefig(pixels, format="png", metadata={"Software": None})
        figure.savefig(lines, format="svg", metadata={"Date": None})
    write_whole(png, pixels.getvalue())
    write_whole(svg, _shortened(lines.getvalue()).encode())
    return Picture(name, title, sentence, png, svg)


def _shortened(svg: str) -> str:
    """The same picture in fewer bytes: places to 1/1000 of a point, one space between them."""
    svg = _LONG_NUMBER.sub(lambda found: found[1] or found[0], svg)
    return re.sub(r"[ \t]*\n[ \t]*(?=[MLQCZz]\b)", " ", svg)


def _settle(figure: Figure) -> None:
    """Lay the figure out once, on places of few digits: the last ones differ from one layout to the next."""
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    for axes in figure.axes:
        places = axes.get_position(original=True).bounds
        axes.set_position((round(places[0], 6), round(places[1], 6), round(places[2], 6), round(places[3], 6)))
