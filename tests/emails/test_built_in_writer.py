"""The built-in writer: sound, grounded, in the tone of its reader."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from emails.enums import PriceApproach
from emails.rules.facts import name_fact
from emails.rules.grounding import ground, open_spans
from emails.rules.letters import brief_from_json
from emails.rules.prices import check_price_approach
from emails.writing.builtin import write_letter
from tests.emails.letter_ground import FACT_SETS, ROLES, brief
from tests.emails.rules.facts import NAMES


@pytest.mark.parametrize(("role", "approach", "known"), list(product(ROLES, PriceApproach, FACT_SETS)))
def test_every_letter_is_sound_grounded_and_keeps_its_approach(role: str, approach: PriceApproach, known: str) -> None:
    facts = (*NAMES, *FACT_SETS[known])

    letter = write_letter(brief(role, approach), facts)

    spans = ground(subject=letter.subject, body=letter.body, facts=facts)
    assert open_spans(spans) == []
    has_proposal = approach != PriceApproach.NO_PRICE
    kept = check_price_approach(approach, spans=spans, facts=facts, has_proposal=has_proposal)
    assert kept == []
    paragraphs = letter.body.split("\n\n")[1:-1]
    assert 3 <= len(paragraphs) <= 5
    assert letter.subject
    assert "{" not in letter.subject + letter.body
    assert "  " not in letter.body
    assert "9 kids" not in letter.body


def test_lead_with_price_states_it_in_the_subject_and_before_the_value() -> None:
    letter = write_letter(brief("champion", PriceApproach.LEAD_WITH_PRICE), (*NAMES, *FACT_SETS["everything"]))

    assert "$268,000" in letter.subject
    assert letter.body.index("$268,000") < letter.body.index("$52,000")


def test_value_first_states_the_price_after_the_value_and_not_in_the_subject() -> None:
    letter = write_letter(brief("economic_buyer", PriceApproach.VALUE_FIRST), (*NAMES, *FACT_SETS["everything"]))

    assert "$" not in letter.subject
    assert letter.body.index("$52,000") < letter.body.index("$268,000")


@pytest.mark.parametrize("approach", [PriceApproach.BURY_PRICE, PriceApproach.NO_PRICE])
@pytest.mark.parametrize("role", ROLES)
def test_hidden_price_is_nowhere_in_the_words(approach: PriceApproach, role: str) -> None:
    letter = write_letter(brief(role, approach), (*NAMES, *FACT_SETS["everything"]))

    text = letter.subject + letter.body
    assert [word for word in ("268", "250", "7.2", "7%") if word in text] == []
    assert ("attached" in text.lower()) is (approach == PriceApproach.BURY_PRICE)


def test_tone_follows_the_role() -> None:
    facts = (*NAMES, *FACT_SETS["everything"])
    openings = [
        write_letter(brief(role, PriceApproach.VALUE_FIRST), facts).body.split("\n")[0]
        for role in ("champion", "decision_maker", "economic_buyer")
    ]

    assert openings == ["Hi Sarah,", "Hello Sarah,", "Dear Sarah Lee,"]


@pytest.mark.parametrize(
    ("name", "greeting"),
    [
        ("Dr. José María de la Cruz", "Hi José,"),
        ("Dr. Cruz", "Hi Dr. Cruz,"),
        ("Lee, Sarah", "Hi Sarah,"),
        ("Prof. Dr. Sarah Lee, MBA", "Hi Sarah,"),
    ],
)
def test_greeting_calls_people_by_their_given_name(name: str, greeting: str) -> None:
    own = name_fact("recipient.name", name, kind="stakeholder", id="9", field="name", label="Recipient")
    facts = (own, *(fact for fact in NAMES if fact.key != "recipient.name"))
    asked = brief("champion", PriceApproach.NO_PRICE)

    letter = write_letter(replace(asked, recipient=replace(asked.recipient, name=name)), facts)

    assert letter.body.split("\n")[0] == greeting
    assert open_spans(ground(subject=letter.subject, body=letter.body, facts=facts)) == []


@pytest.mark.parametrize("style", ["Consultative", "Collaborative", "Executive alignment", ""])
@pytest.mark.parametrize("approach", PriceApproach)
@pytest.mark.parametrize("confidence", [20, 55, 90])
def test_formal_letter_has_no_contractions(style: str, approach: PriceApproach, confidence: int) -> None:
    formal = brief("economic_buyer", approach, engagement_approach=style, confidence=confidence)

    for known in FACT_SETS.values():
        assert re.findall(r"\w+['’](?:d|m|ve|re|ll|t)\b", write_letter(formal, (*NAMES, *known)).body) == []


def test_confidence_decides_how_firmly_we_ask() -> None:
    asks = {
        confidence: write_letter(
            brief("decision_maker", PriceApproach.NO_PRICE, confidence=confidence), NAMES
        ).body.split("\n\n")[-2]
        for confidence in (49, 50, 74, 75, None)
    }

    assert asks[50] == asks[74] == asks[None]
    assert len({asks[49], asks[50], asks[75]}) == 3


def test_same_brief_writes_the_same_letter_and_people_differ() -> None:
    facts = (*NAMES, *FACT_SETS["everything"])
    one = brief("champion", PriceApproach.VALUE_FIRST)

    assert write_letter(one, facts) == write_letter(one, facts)
    assert write_letter(one, facts).body != write_letter(brief("user", PriceApproach.VALUE_FIRST), facts).body


@pytest.mark.parametrize(
    ("instruction", "check"),
    [
        ("shorter", lambda old, new: len(new) < len(old)),
        ("Make it longer please", lambda old, new: len(new) > len(old)),
        ("warmer", lambda old, new: "trust" in new or "enjoy" in new),
        ("more formal", lambda old, new: new.startswith("Dear Sarah Lee,")),
        ("less formal", lambda old, new: new.startswith("Hi Sarah,")),
        ("no price", lambda old, new: "$268,000" not in new and "$268,000" in old),
        ("without the usage", lambda old, new: "35%" not in new and "35%" in old),
        ("leave out the wins", lambda old, new: "onboarding" not in new),
        ("mention the stickiness", lambda old, new: True),
    ],
)
def test_instructions_are_followed(instruction: str, check: Any) -> None:
    facts = (*NAMES, *FACT_SETS["everything"])
    plain = brief("decision_maker", PriceApproach.VALUE_FIRST)

    old = write_letter(plain, facts).body
    new = write_letter(replace(plain, instruction=instruction), facts).body

    assert check(old, new)


def test_what_is_not_understood_is_said() -> None:
    letter = write_letter(brief("champion", PriceApproach.BURY_PRICE, instruction="rhyme it. State the price"), NAMES)

    assert len(letter.notes) == 2
    assert "rhyme it" in letter.notes[0]
    assert "price approach" in letter.notes[1]


def test_brief_survives_json() -> None:
    one = brief("champion", PriceApproach.VALUE_FIRST, colleagues=("A", "B"))

    assert brief_from_json(json.loads(json.dumps(one.as_json()))) == one
