"""Colours stay apart in grey and for readers with each of the three colour-vision deficiencies; words are readable."""

import itertools
import json

import pytest
import xarray as xr
from coloraide import Color
from matplotlib.colors import to_hex

from analysis import figures
from analysis.figures import ink, lightness, series_color, shades
from analysis.figures.style import event_style
from montecarlo import CLAIMS

LOOKS = {
    "theorem3": ("#2327a5", "o"),
    "subset_sum": ("#4e2483", "X"),
    "theorem1": ("#7f2b4c", "D"),
    "lemma3": ("#7d4789", "v"),
    "lemma1": ("#608453", "^"),
    "single_link": ("#ce7727", "P"),
    "lemma2": ("#64adcb", "h"),
    "pruned_network": ("#cb2a34", "*"),
    "tiny_neuron": ("#00a9dc", "<"),
    "corollary2": ("#d7b100", "s"),
    "single_sample": ("#6e6e6e", "p"),
}
TOGETHER = ("single_link", "theorem3", "corollary2", "lemma1", "lemma2", "lemma3", "theorem1", "pruned_network")
"""Claims that share the axes of the growth and scaling pictures."""
OTHERS = ("subset_sum", "tiny_neuron", "single_sample")
FREE = tuple(range(11, 16))
"""Slots that no claim of the paper has."""
SERIES = [series_color(index) for index in range(6)]
STEP, DISTANCE = 5.0, 15.0
"""L* between neighbours in grey; CIE76 distance in each kind of vision. A just noticeable difference is about 2.3."""


def of(claim):
    """A Dataset of a claim of the paper, or of one in a slot."""
    slot = claim if isinstance(claim, int) else CLAIMS[claim].color_slot
    return xr.Dataset(attrs={"claim": f"{claim}", "color_slot": slot})


def claim_color(claim):
    return figures.claim_color(of(claim))


def claim_marker(claim):
    return figures.claim_marker(of(claim))


def seen(color, vision):
    """The colour in CIELAB as seen with normal vision or a full deficiency."""
    shown = Color(to_hex(color))
    return (shown if vision == "normal" else shown.filter(vision)).convert("lab-d65")


def closest(colors, vision):
    looks = [seen(color, vision) for color in colors]
    return min(one.distance(other, space="lab-d65") for one, other in itertools.combinations(looks, 2))


def least_step(colors):
    """The smallest difference in L* between any two."""
    levels = sorted(seen(color, "normal")["lightness"] for color in colors)
    return min(upper - lower for lower, upper in itertools.pairwise(levels))


@pytest.mark.parametrize("colors", [[claim_color(claim) for claim in TOGETHER], SERIES], ids=["claims", "series"])
def test_colors_that_share_axes_differ_in_grey(colors):
    assert least_step(colors) > STEP


def test_the_check_in_grey_finds_equal_lightness():
    """Negative control: seaborn's colour-blind palette, safe as it is, has colours that are one grey."""
    seaborn = pytest.importorskip("seaborn")
    assert least_step(seaborn.color_palette("colorblind")[:7]) < STEP


@pytest.mark.parametrize("vision", ["normal", "protan", "deutan", "tritan"])
def test_colors_differ_for_every_reader(vision):
    assert closest([claim_color(claim) for claim in TOGETHER], vision) > DISTANCE
    assert closest(SERIES, vision) > DISTANCE


@pytest.mark.parametrize("vision", ["protan", "deutan", "tritan"])
def test_the_check_of_vision_finds_what_is_confused(vision):
    """Negative controls: red and green of one lightness for the first two, blue and green for the third."""
    confused = {"protan": ("#a06048", "#6d6d3a"), "deutan": ("#c0553f", "#7d7a2b"), "tritan": ("#3f7fbf", "#2f8a86")}
    assert closest(confused[vision], "normal") > DISTANCE
    assert closest(confused[vision], vision) < DISTANCE


@pytest.mark.parametrize("claim", CLAIMS)
def test_claims_of_the_paper_keep_their_looks(claim):
    assert (to_hex(claim_color(claim)), claim_marker(claim)) == LOOKS[claim]


def test_all_slots_have_looks_of_their_own():
    claims = TOGETHER + OTHERS + FREE
    assert closest([claim_color(claim) for claim in claims], "normal") > 10.0
    assert len({claim_marker(claim) for claim in claims}) == len(claims)


def test_a_claim_without_a_slot_has_one_by_its_name():
    """One of the free ones, the same in every figure and session; all of them are taken."""
    unnamed = [xr.Dataset(attrs={"claim": f"claim {k}"}) for k in range(40)]
    found = [(figures.claim_color(dataset), figures.claim_marker(dataset)) for dataset in unnamed]
    assert set(found) == {(claim_color(slot), claim_marker(slot)) for slot in FREE}
    assert to_hex(found[0][0]) == "#f05a96"


def test_a_table_has_a_look_for_each_of_its_claims():
    table = xr.Dataset(attrs={"claims": json.dumps({"a": {"color_slot": 0}, "b": {}, "c": {"color_slot": "blue"}})})
    assert figures.claim_color(table, "a") == claim_color("theorem3")
    for name in ("b", "c", "not there"):
        assert figures.claim_color(table, name) == figures.claim_color(xr.Dataset(attrs={"claim": name}))
    for text in ("", "[]", "{", "[" * 100_000, '{"a": 7}'):
        figures.claim_color(xr.Dataset(attrs={"claims": text}), "a")


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_shades_are_equal_steps_of_lightness(count):
    """Up to four events or epsilons: from light to dark, each at least 12 L* darker than the one before."""
    for claim in (*TOGETHER, *OTHERS, *FREE):
        levels = [seen(shade, "normal")["lightness"] for shade in shades(claim_color(claim), count)]
        assert all(lighter - darker > 12.0 for lighter, darker in itertools.pairwise(levels))
        assert all(level + 1.0 >= 20.0 and level < 70.0 for level in levels)


def test_words_are_readable():
    """Ink has a contrast of 4.5 to white (WCAG AA), and is the colour itself where that has it."""
    for claim in (*TOGETHER, *OTHERS, *FREE):
        color = claim_color(claim)
        assert Color("white").contrast(to_hex(ink(color))) >= 4.5
        if lightness(color) < 48.0:
            assert ink(color) == pytest.approx(color, abs=1e-6)


def test_lightness_is_that_of_the_standard():
    for color in [*SERIES, (0.0, 0.0, 0.0), (0.001, 0.001, 0.001), (1.0, 1.0, 1.0)]:
        assert lightness(color) == pytest.approx(Color("srgb", color).convert("lab-d65")["lightness"], abs=0.05)


def test_events_differ_without_any_colour():
    looks = [event_style(index) for index in range(4)]
    assert len({look["marker"] for look in looks}) == len({str(look["linestyle"]) for look in looks}) == 4
