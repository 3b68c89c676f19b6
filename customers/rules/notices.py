"""What people are told of: which line of the record or task is which notice, in which words and by which channels."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from customers.enums import NoticeChannel, NoticeKind

KEPT_READ = timedelta(days=90)
"""So long a notice stays after it was read."""

SLACK_UNTIL = timedelta(days=2)
"""After an outage an older notice is not posted any more: no burst. Source: promise 8."""

MOST_COUNTED = 99
"""The bell says "99+" of more, so that it need not count them."""

ALWAYS: Mapping[NoticeKind, frozenset[NoticeChannel]] = {
    NoticeKind.ESCALATION: frozenset({NoticeChannel.IN_APP, NoticeChannel.DIGEST})
}
"""What cannot be switched off. Of an escalation the mail leaves at once instead of with the digest."""

DEFAULTS: Mapping[NoticeKind, frozenset[NoticeChannel]] = {
    NoticeKind.REPLY: frozenset({NoticeChannel.IN_APP, NoticeChannel.DIGEST}),
    NoticeKind.APPROVAL: frozenset({NoticeChannel.IN_APP}),
    NoticeKind.SENDING: frozenset({NoticeChannel.IN_APP, NoticeChannel.DIGEST}),
    NoticeKind.REVIEW: frozenset({NoticeChannel.IN_APP}),
    NoticeKind.UPSELL: frozenset({NoticeChannel.IN_APP}),
    NoticeKind.ENROLLMENT: frozenset({NoticeChannel.IN_APP}),
    NoticeKind.AUTOMATION: frozenset({NoticeChannel.IN_APP}),
    NoticeKind.DESK: frozenset({NoticeChannel.IN_APP, NoticeChannel.DIGEST}),
    NoticeKind.ESCALATION: frozenset(NoticeChannel),
}

NEEDS_NO_ANSWER = frozenset({"out_of_office", "auto_generated", "bounce_hard", "bounce_soft"})
"""Classes of replies that no person wrote."""

FREED_BY_ITSELF = frozenset({"hold", "brake"})
"""What keeps a mail back until it is lifted: no failure."""


@dataclass(frozen=True)
class News:
    """A line of the record that people are told of. once: of one subject a single time, however often it is said.

    unless: values of the line's data with which it is none. is_later: told after the commit, since many come at once.
    """

    kind: NoticeKind
    once: bool = False
    is_later: bool = False
    unless: Mapping[str, Collection[Any]] = field(default_factory=dict)


OF_VERB: Mapping[str, News] = {
    "reply.received": News(NoticeKind.REPLY, once=True, unless={"classification": NEEDS_NO_ANSWER}),
    "draft.written": News(NoticeKind.APPROVAL, once=True),
    "draft.approval_expired": News(NoticeKind.APPROVAL),
    "draft.blocked": News(NoticeKind.SENDING, unless={"check": FREED_BY_ITSELF}),
    "draft.failed": News(NoticeKind.SENDING),
    "draft.bounced": News(NoticeKind.SENDING, once=True, is_later=True),
    "draft.needs_review": News(NoticeKind.SENDING),
    "deliverable.written": News(NoticeKind.REVIEW),
    "enrollment.asked": News(NoticeKind.ENROLLMENT, unless={"waits_for_plan": [True]}),
    "enrollment.freed": News(NoticeKind.ENROLLMENT),
    "enrollment.approval_void": News(NoticeKind.ENROLLMENT),
    "enrollment.failed": News(NoticeKind.SENDING),
}
"""Verb of the record → notice of the account's owner; nobody is told of what they did themselves.

Today has nothing of a mail that did not arrive, so its notice leads to the mail. A thousand of the provider's events
are applied in ten statements; the owners are told of what did not arrive in two more, once these are committed.
"""

OF_TODO: Mapping[str, NoticeKind] = {
    "upsell_run": NoticeKind.UPSELL,
    "terms_proposed": NoticeKind.APPROVAL,
    "executive_escalation": NoticeKind.ESCALATION,
    "automation.failed": NoticeKind.AUTOMATION,
}
"""Kind of a new task → notice of its owner."""

SETTLED_BY: Mapping[str, frozenset[NoticeKind]] = {
    **dict.fromkeys(
        ("draft.approved", "draft.declined", "draft.cancelled", "draft.dropped"),
        frozenset({NoticeKind.APPROVAL, NoticeKind.SENDING}),
    ),
    "reply.handled": frozenset({NoticeKind.REPLY}),
    "deliverable.approved": frozenset({NoticeKind.REVIEW}),
    "deliverable.rejected": frozenset({NoticeKind.REVIEW}),
    "enrollment.approved": frozenset({NoticeKind.ENROLLMENT}),
    "enrollment.declined": frozenset({NoticeKind.ENROLLMENT}),
}
"""Verb of a person's decision → what need not be read any more."""

WORDS: Mapping[str, str] = {
    "reply.received": "A reply from {account} needs an answer",
    "draft.written": "A mail to {account} waits for your approval",
    "draft.approval_expired": "The approval of a mail to {account} has lapsed",
    "draft.blocked": "A mail to {account} is kept back",
    "draft.failed": "A mail to {account} could not be sent",
    "draft.bounced": "A mail to {account} did not arrive",
    "draft.needs_review": "Did a mail to {account} leave? Nobody can say",
    "deliverable.written": "A deliverable for {account} waits for your review",
    "enrollment.asked": "An enrollment at {account} waits for your approval",
    "enrollment.freed": "An enrollment at {account} waits for your approval",
    "enrollment.approval_void": "An enrollment at {account} must be approved again",
    "enrollment.failed": "An enrollment at {account} failed",
    "upsell_run": "An upsell run at {account} waits for you",
    "terms_proposed": "Terms for {account} wait for your decision",
    "handover.one": "{account} was handed over to you",
    "handover.many": "{account} and other accounts were handed over to you",
    "absence.delegate_one": "You stand in at {account} while its owner is away",
    "absence.delegate_many": "You stand in at {account} and other accounts while their owner is away",
    "absence.lead_one": "The owner of {account} is away, and somebody stands in",
    "absence.lead_many": "The owner of {account} and other accounts is away, and somebody stands in",
    "executive_escalation": "Nobody at {account} has answered in two weeks",
    "automation.failed": "An automation for {account} has given up",
    "not_opened": "A deliverable of {account} is not opened: offer help",
    "previous_open": "A month of {account} waits for the one before it",
    "plan_missing": "The business plan of {account} waits for approval",
    "not_released": "A deliverable for {account} waits for your release",
    "revision_waits": "The revision of a deliverable for {account} waits",
    "not_written": "A deliverable for {account} could not be written",
}
"""By event. No words of a person's stand in a notice, so that an erasure has nothing to find there."""


def news_of(verb: str, data: Mapping[str, Any]) -> News | None:
    """Say what a line of the record is to people; None for what they are not told of."""
    news = OF_VERB.get(verb)
    if news is None or any(data.get(name) in values for name, values in news.unless.items()):
        return None
    return news


def say_notice(event: str, kind: str, account: str) -> str:
    """Say a notice in one line. account: its name."""
    words = WORDS.get(event)
    return words.format(account=account) if words else f"{NoticeKind(kind).label}: {account}"


def channels_of(kind: str, choices: Mapping[str, Collection[str]]) -> frozenset[NoticeChannel]:
    """Say by which channels a person is told. choices: kind → channels, of those kinds that they chose for."""
    code = NoticeKind(kind)
    chosen = choices.get(code.value)
    wanted = DEFAULTS[code] if chosen is None else frozenset(NoticeChannel(one) for one in chosen)
    return wanted | ALWAYS.get(code, frozenset())


def tidy_choices(choices: Mapping[str, Collection[str]]) -> dict[str, list[str]]:
    """Keep what is known, in one order, with what cannot be switched off. Raises ValueError for an unknown code."""
    given = {NoticeKind(kind): {NoticeChannel(one) for one in channels} for kind, channels in choices.items()}
    return {
        kind.value: [one.value for one in NoticeChannel if one in given[kind] | ALWAYS.get(kind, frozenset())]
        for kind in NoticeKind
        if kind in given
    }
