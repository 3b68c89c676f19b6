"""What people are told of and how: defaults, choices, and what cannot be switched off."""

from __future__ import annotations

import pytest

from customers.enums import NoticeChannel, NoticeKind
from customers.rules.notices import (
    ALWAYS,
    DEFAULTS,
    OF_TODO,
    OF_VERB,
    SETTLED_BY,
    WORDS,
    channels_of,
    news_of,
    say_notice,
    tidy_choices,
)

IN_APP, DIGEST, SLACK = NoticeChannel.IN_APP, NoticeChannel.DIGEST, NoticeChannel.SLACK


def test_every_kind_has_a_default_and_stands_in_evergreen() -> None:
    assert set(DEFAULTS) == set(NoticeKind)
    assert all(IN_APP in channels for channels in DEFAULTS.values())


def test_every_event_has_words_that_name_the_account() -> None:
    events = {*OF_VERB, *OF_TODO}

    assert events - set(WORDS) == set()
    assert all("Acme" in say_notice(event, NoticeKind.REPLY, "Acme") for event in WORDS)


def test_an_event_without_words_is_said_by_its_kind() -> None:
    assert say_notice("of.old", NoticeKind.UPSELL, "Acme {x}") == "An upsell run waits: Acme {x}"


def test_an_account_with_braces_in_its_name_is_said_as_it_is() -> None:
    assert say_notice("draft.failed", NoticeKind.SENDING, "{0} {x}") == "A mail to {0} {x} could not be sent"


@pytest.mark.parametrize(
    ("verb", "data", "kind"),
    [
        ("reply.received", {"classification": "positive"}, NoticeKind.REPLY),
        ("reply.received", {"classification": "unverified"}, NoticeKind.REPLY),
        ("reply.received", {"classification": "out_of_office"}, None),
        ("reply.received", {"classification": "bounce_hard"}, None),
        ("draft.blocked", {"check": "opt_out"}, NoticeKind.SENDING),
        ("draft.blocked", {}, NoticeKind.SENDING),
        ("draft.blocked", {"check": "hold"}, None),
        ("draft.blocked", {"check": "brake"}, None),
        ("enrollment.asked", {"waits_for_plan": True}, None),
        ("enrollment.asked", {"waits_for_plan": False}, NoticeKind.ENROLLMENT),
        ("price.locked", {}, None),
    ],
)
def test_only_what_needs_a_person_is_news(verb: str, data: dict[str, object], kind: NoticeKind | None) -> None:
    news = news_of(verb, data)

    assert (news.kind if news else None) == kind


@pytest.mark.parametrize(
    ("kind", "choices", "expected"),
    [
        ("reply", {}, {IN_APP, DIGEST}),
        ("reply", {"reply": []}, set()),
        ("reply", {"reply": ["slack"]}, {SLACK}),
        ("approval", {"reply": ["slack"]}, {IN_APP}),
        ("escalation", {}, {IN_APP, DIGEST, SLACK}),
        ("escalation", {"escalation": []}, {IN_APP, DIGEST}),
        ("escalation", {"escalation": ["slack"]}, {IN_APP, DIGEST, SLACK}),
    ],
)
def test_a_person_is_told_as_they_chose(kind: str, choices: dict[str, list[str]], expected: set[str]) -> None:
    assert channels_of(kind, choices) == expected


def test_what_cannot_be_switched_off_is_kept_with_the_choice() -> None:
    assert ALWAYS[NoticeKind.ESCALATION] == {IN_APP, DIGEST}
    assert tidy_choices({"escalation": [], "reply": ["slack", "in_app"]}) == {
        "reply": ["in_app", "slack"],
        "escalation": ["in_app", "digest"],
    }


@pytest.mark.parametrize("choices", [{"weather": []}, {"reply": ["pigeon"]}])
def test_an_unknown_code_is_refused(choices: dict[str, list[str]]) -> None:
    with pytest.raises(ValueError, match="is not a valid"):
        tidy_choices(choices)


def test_a_decision_settles_kinds_that_there_are() -> None:
    assert all(kinds <= set(NoticeKind) for kinds in SETTLED_BY.values())
