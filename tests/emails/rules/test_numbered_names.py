"""Names on record that hold a digit: they are names, not figures that nobody vouches for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from emails.rules.grounding import ground
from tests.emails.rules.facts import ALL

ACCOUNT = next(fact for fact in ALL if fact.key == "customer.name")


def judge(name: str, text: str) -> list[tuple[str, str]]:
    renamed = replace(ACCOUNT, display=name, value=name)
    facts = [renamed if fact.key == ACCOUNT.key else fact for fact in ALL]
    return [(span.text, span.state.value) for span in ground(subject="", body=text, facts=facts)]


@pytest.mark.parametrize(
    "name", ["Studio 54", "Acme 123", "A 5eb5eb", "3M", "March 7 Media", "Route 66, Inc", "40% Club"]
)
def test_digits_in_a_name_on_record_are_no_figure(name: str) -> None:
    assert judge(name, f"What {name} has built with us.") == [(name, "supported")]


def test_name_without_its_ending_is_still_that_name() -> None:
    assert judge("Studio 54 GmbH", "What Studio 54 has built.") == [("Studio 54", "supported")]


def test_number_of_a_name_vouches_for_no_figure() -> None:
    assert judge("Studio 54", "We saved you 54 days.") == [("54", "unsupported")]


def test_name_that_is_nothing_but_a_number_vouches_for_no_year() -> None:
    assert ("2031", "supported") not in judge("2031 GmbH", "The price holds until 2031.")
