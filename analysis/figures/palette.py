"""Colours: one per claim, apart in lightness, so in grey, and for colour-blind readers; shades, and ink for words."""

import zlib

import numpy as np
import xarray as xr
from matplotlib.colors import to_rgb

from ..entry import attribute, claim_about

Color = tuple[float, float, float]

_LOOKS = (
    ("#2327a5", "o"),
    ("#4e2483", "X"),
    ("#7f2b4c", "D"),
    ("#7d4789", "v"),
    ("#608453", "^"),
    ("#ce7727", "P"),
    ("#64adcb", "h"),
    ("#cb2a34", "*"),
    ("#00a9dc", "<"),
    ("#d7b100", "s"),
    ("#6e6e6e", "p"),
)
"""Colour and marker of the slots that the paper's claims have."""
_FREE_LOOKS = (("#4d4d4d", "d"), ("#b45af0", ">"), ("#f05a96", "H"), ("#007864", "8"), ("#8c5028", "x"))
"""Those of the slots after them, for claims of a user's own: chosen by name where a claim names no slot."""
_SERIES = ("#2327a5", "#ce7727", "#608453", "#7f2b4c", "#64adcb", "#d7b100")
_LIGHTEST, _DARKEST, _LIGHTEST_INK = 68.0, 20.0, 48.0
"""L* of shades, and the largest that words may have: a contrast of 4.7 to white."""

GREY: Color = (0.35, 0.35, 0.35)
"""Theory lines and what is no claim's."""


def claim_color(dataset: xr.Dataset, claim: str | None = None) -> Color:
    """The colour of the claim of a Dataset, or of one of several claims in a table; the same in every figure."""
    return to_rgb(_look(dataset, claim)[0])


def claim_marker(dataset: xr.Dataset, claim: str | None = None) -> str:
    """The marker of that claim, which tells it from others without colour."""
    return _look(dataset, claim)[1]


def _look(dataset: xr.Dataset, claim: str | None) -> tuple[str, str]:
    slot, looks = claim_about(dataset, claim).color_slot, _LOOKS + _FREE_LOOKS
    if slot is None:
        name = attribute(dataset, "claim") if claim is None else claim
        slot = len(_LOOKS) + zlib.crc32(str(name).encode("utf-8", "replace")) % len(_FREE_LOOKS)
    return looks[slot % len(looks)]


def series_color(index: int) -> Color:
    """The colour of the series at `index`, from 0, where the series are no claims; six, which then come again."""
    return to_rgb(_SERIES[index % len(_SERIES)])


def shades(color: Color, count: int) -> list[Color]:
    """`count` shades of `color`, from light to dark in equal steps of `lightness`: of a claim's events or epsilons."""
    return [_at_lightness(color, float(level)) for level in np.linspace(_LIGHTEST, _DARKEST, count)]


def ink(color: Color) -> Color:
    """`color` for words on white: darkened until its contrast is at least 4.5, where it is not so already."""
    return _at_lightness(color, min(lightness(color), _LIGHTEST_INK))


def lightness(color: Color) -> float:
    """CIE L* of `color`, given as red, green and blue in [0, 1]: 0 black to 100 white, what is left of it in grey."""
    luminance = _luminance(_linear(color))
    return 116.0 * luminance ** (1.0 / 3.0) - 16.0 if luminance > 216.0 / 24389.0 else luminance * 24389.0 / 27.0


def _at_lightness(color: Color, level: float) -> Color:
    """The colour mixed with black or white, in light, until its L* is `level`."""
    linear = _linear(color)
    here, wanted = _luminance(linear), ((level + 16.0) / 116.0) ** 3
    white = (wanted - here) / (1.0 - here)
    mixed = linear * (wanted / here) if wanted < here else linear + white * (1.0 - linear)
    coded = np.where(mixed <= 0.0031308, 12.92 * mixed, 1.055 * mixed ** (1.0 / 2.4) - 0.055)
    red, green, blue = np.clip(coded, 0.0, 1.0).tolist()
    return red, green, blue


def _linear(color: Color) -> np.ndarray:
    coded = np.asarray(color)
    return np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)


def _luminance(linear: np.ndarray) -> float:
    return float(linear @ (0.2126, 0.7152, 0.0722))
