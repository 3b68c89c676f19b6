"""What is missing before Engage opens: each gap on its own, none when all is there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from renewals.rules.readiness import Contact, GapKind, ReadinessFacts, find_gaps

READY = ReadinessFacts(
    has_target_price=True,
    price_locked=True,
    contacts=(
        Contact("Jennifer Park", ("champion",), True),
        Contact("Robert Miller", ("decision_maker", "economic_buyer"), True),
    ),
)


def test_nothing_is_missing() -> None:
    assert find_gaps(READY) == ()


@pytest.mark.parametrize(
    ("change", "kinds"),
    [
        ({"price_locked": False}, [GapKind.PRICE_LOCK]),
        ({"price_locked": False, "has_target_price": False}, [GapKind.TARGET_PRICE]),
        ({"contacts": ()}, [GapKind.PEOPLE]),
        ({"contacts": READY.contacts[1:]}, [GapKind.ROLE]),
        ({"contacts": READY.contacts[:1]}, [GapKind.ROLE, GapKind.ROLE]),
        ({"contacts": (*READY.contacts, Contact("Tom", ("user",), False))}, []),
        ({"contacts": (Contact("Ann", ("champion",), False), READY.contacts[1])}, [GapKind.ADDRESS]),
        ({"relationship_known": False}, [GapKind.SCORES]),
        ({"churn_risk_known": False, "pressure_known": False}, [GapKind.SCORES]),
        ({"stopped": "On hold: Merger talks"}, [GapKind.STOPPED]),
    ],
)
def test_each_gap_is_named_once(change: dict[str, Any], kinds: list[GapKind]) -> None:
    assert [gap.kind for gap in find_gaps(replace(READY, **change))] == kinds


def test_what_weighs_most_comes_first() -> None:
    facts = replace(READY, price_locked=False, contacts=(), relationship_known=False, stopped="On hold")

    assert [gap.kind for gap in find_gaps(facts)] == [
        GapKind.PRICE_LOCK,
        GapKind.PEOPLE,
        GapKind.SCORES,
        GapKind.STOPPED,
    ]


def test_words_agree_with_their_number() -> None:
    silent = tuple(replace(contact, has_email=False) for contact in READY.contacts)

    one = find_gaps(replace(READY, contacts=(silent[0], READY.contacts[1])))
    two = find_gaps(replace(READY, contacts=silent))

    assert one[0].text == "Jennifer Park has no email address"
    assert two[0].text == "Jennifer Park and Robert Miller have no email address"
