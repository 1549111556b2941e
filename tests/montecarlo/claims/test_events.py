"""What each event says of the statement of its claim, and what is refused of a claim that says it wrongly."""

from dataclasses import dataclass

import pytest

from montecarlo import CLAIMS, Event, InputError, Role, Theorem3, sweep
from montecarlo.claims.base import events_of
from montecarlo.claims.validation import require_claim

ROLES = {
    "single_sample": {"one weight": "statement", "every weight": "implies"},
    "single_link": {"one weight": "statement", "every weight": "implies"},
    "theorem3": {"statement": "statement"},
    "corollary2": {"statement": "statement"},
    "lemma1": {"statement": "statement", "construction": "implies", "proof": "implies"},
    "lemma2": {
        "reach": "implied_by",
        "assignment": "implies",
        "blockwise": "implies",
        "sum": "implies",
        "proof": "implies",
    },
    "lemma3": {
        "reach": "implied_by",
        "assignment": "implies",
        "blockwise": "implies",
        "sum": "implies",
        "proof": "implies",
    },
    "theorem1": {"sharper certificate": "implies", "certificate": "implies", "proof": "implies"},
    "pruned_network": {"nearest subsets": "implies", "chain": "implies"},
    "tiny_neuron": {"best masks": "statement", "blockwise": "implies"},
    "subset_sum": {"statement": "statement"},
}


@pytest.mark.parametrize("name", CLAIMS)
def test_roles_of_the_claims_of_the_paper(name):
    assert {event: str(each.role) for event, each in events_of(CLAIMS[name].events).items()} == ROLES[name]


@pytest.mark.parametrize("name", CLAIMS)
def test_claims_of_the_paper_are_described(name):
    """All texts that the page and the figures show; each has a colour of its own."""
    claim = CLAIMS[name]
    require_claim(claim)
    assert all([claim.words, claim.group, *(event.words for event in events_of(claim.events).values())])
    assert sum(other.color_slot == claim.color_slot for other in CLAIMS.values()) == 1


def test_a_text_is_a_formula_with_the_role_of_its_place():
    found = events_of({"first": "f", "second": "g", "third": Event("h", Role.IMPLIES, "in words")})
    assert found == {
        "first": Event("f", Role.STATEMENT),
        "second": Event("g", Role.IMPLIES),
        "third": Event("h", Role.IMPLIES, "in words"),
    }
    assert str(found["first"]) == "f"


def test_a_dataset_has_the_roles_and_words_of_its_events():
    dataset = sweep("lemma1", n=2, trials=2)
    assert dict(zip(dataset["event"].values, dataset["role"].values, strict=True)) == ROLES["lemma1"]
    assert dataset["words"].sel(event="statement") == "all 2n neurons, any mask"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"events": {"a": Event("f", Role.IMPLIES), "b": "g", "c": Event("h", Role.STATEMENT)}},
            "implied_by, then state",
        ),
        ({"events": {"a": "f", "b": Event("h", Role.STATEMENT)}}, "statement once at most"),
        ({"events": {"a": "f", "b": Event("h", Role.IMPLIED_BY)}}, "got statement, implied_by; reorder the events"),
        ({"events": {"a": 1}}, "event 'a' of claim .* must be a formula or an Event of texts, got 1"),
        ({"events": {"a": Event(1)}}, "must be a formula or an Event of texts"),
        ({"events": {}}, "must be names with a formula each"),
        ({"words": 1}, "must have a words, a text"),
        ({"group": None}, "must have a group, a text"),
        ({"neurons": -1}, "neurons of claim .* must be a whole number of at least 0, got -1"),
        ({"color_slot": "blue"}, "color_slot of claim .* must be a whole number of at least 0, got 'blue'"),
        ({"logarithmic": "yes"}, "logarithmic of claim .* must be a bool, got 'yes'; write True or False"),
    ],
    ids=str,
)
def test_what_a_claim_must_not_say(change, message):
    kind = dataclass(frozen=True)(type("Wrong", (Theorem3,), change))
    with pytest.raises(InputError, match=message):
        require_claim(kind)


def test_a_necessary_event_may_come_first():
    events = {"weaker": Event("f", Role.IMPLIED_BY), "statement": Event("g", Role.STATEMENT), "proof": "h"}
    require_claim(dataclass(frozen=True)(type("Right", (Theorem3,), {"events": events})))


def test_an_unknown_role_is_refused():
    with pytest.raises(InputError, match="one of statement, implies, implied_by, got 'maybe'"):
        Event("f", "maybe")
