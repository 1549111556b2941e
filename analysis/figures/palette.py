"""Colours: one a claim, apart in lightness, hence in grey, and for colour-blind readers; shades, and ink for words."""

import numpy as np
from matplotlib.colors import to_rgb

Color = tuple[float, float, float]

_CLAIMS = {
    "theorem3": "#2327a5",
    "subset_sum": "#4e2483",
    "theorem1": "#7f2b4c",
    "lemma3": "#7d4789",
    "lemma1": "#608453",
    "single_link": "#ce7727",
    "lemma2": "#64adcb",
    "pruned_network": "#cb2a34",
    "tiny_neuron": "#00a9dc",
    "corollary2": "#d7b100",
    "single_sample": "#6e6e6e",
}
_SERIES = ("#2327a5", "#ce7727", "#608453", "#7f2b4c", "#64adcb", "#d7b100")
_MARKERS = {
    "theorem3": "o",
    "corollary2": "s",
    "lemma1": "^",
    "theorem1": "D",
    "lemma3": "v",
    "single_link": "P",
    "subset_sum": "X",
    "single_sample": "p",
    "pruned_network": "*",
    "lemma2": "h",
    "tiny_neuron": "<",
}
_OTHER_COLOR, _OTHER_MARKER = "#595959", "d"
_LIGHTEST, _DARKEST, _LIGHTEST_INK = 68.0, 20.0, 48.0
"""L* of shades, and the largest that words may have: a contrast of 4.7 to white."""

GREY: Color = (0.35, 0.35, 0.35)
"""Theory lines and what is no claim's."""


def claim_color(claim: str) -> Color:
    """The colour of a claim, the same in every figure; grey for a claim that is not ours."""
    return to_rgb(_CLAIMS.get(claim, _OTHER_COLOR))


def claim_marker(claim: str) -> str:
    """The marker of a claim, which tells it from others without colour; a thin diamond for a claim that is not ours."""
    return _MARKERS.get(claim, _OTHER_MARKER)


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
