"""The other ways to reach somebody: all three, the best first, each with its reason."""

from __future__ import annotations

import pytest

from outreach.enums import Channel
from outreach.rules.channels import ChannelFacts, call_script, list_channels


@pytest.mark.parametrize(
    ("role", "executive", "champion", "best"),
    [
        ("champion", "Evelyn", "", Channel.CALL),
        ("user", "Evelyn", "Ada", Channel.CALL),
        ("decision_maker", "Evelyn", "Ada", Channel.NUDGE),
        ("decision_maker", "Evelyn", "", Channel.CALL),
        ("economic_buyer", "Evelyn", "Ada", Channel.INTRODUCTION),
        ("economic_buyer", "", "Ada", Channel.NUDGE),
        ("economic_buyer", "", "", Channel.CALL),
        ("executive_sponsor", "Evelyn", "Ada", Channel.INTRODUCTION),
        ("executive_sponsor", "", "Ada", Channel.CALL),
        ("", "Evelyn", "Ada", Channel.CALL),
    ],
)
def test_best_way_depends_on_the_role_and_on_who_is_there(
    role: str, executive: str, champion: str, best: Channel
) -> None:
    options = list_channels(ChannelFacts("Bob Marsh", role, executive, champion))

    assert (options[0].channel, options[0].is_recommended) == (best, True)
    assert {option.channel for option in options} == set(Channel)
    assert sum(option.is_recommended for option in options) == 1
    assert all(option.reason and option.title for option in options)


def test_way_that_is_closed_says_why() -> None:
    options = {one.channel: one for one in list_channels(ChannelFacts("Bob Marsh", "decision_maker"))}

    assert not options[Channel.INTRODUCTION].is_possible
    assert options[Channel.INTRODUCTION].reason == "The account has no executive on our side."
    assert options[Channel.NUDGE].reason == "The account has no other champion who could help."


def test_call_script_says_what_to_say_and_what_to_ask() -> None:
    script = call_script(name="Bob Marsh", role="economic_buyer", sent_on="9 March 2026", account="Acme")

    assert "Hello Bob, I'm calling about my note of 9 March 2026 on Acme's renewal" in script
    assert "put through your budget" in script
