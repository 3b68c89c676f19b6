"""The kinds of work on Today: what each is called, by when it should be done, and why it stands there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from customers.queries import turns as ground
from customers.queries.turns import Turn
from emails.enums import Purpose, ReplyClass
from emails.queries import turns as mail
from journeys.queries import turns as journeys
from outreach.enums import UpsellStepName
from outreach.queries import turns as outreach
from renewals.enums import ObjectionKind
from renewals.queries import turns as renewals

APPROVE, ANSWER, NEGOTIATE, CALL, UNBLOCK, SETTLE, DO = (
    "approve", "answer", "negotiate", "call", "unblock", "settle", "do",
)  # fmt: skip
KINDS: Mapping[str, str] = {
    APPROVE: "Approve",
    ANSWER: "Answer",
    NEGOTIATE: "Confirm Negotiate",
    CALL: "Call and meet",
    UNBLOCK: "Unblock",
    SETTLE: "Settle",
    DO: "To do",
}
"""What kind of work there is, by the name in the address."""

PARTS: Mapping[str, str] = {
    ground.RENEWALS: "Renewals",
    ground.JOURNEYS: "Journeys",
    ground.EXPANSION: "Expansion",
    ground.SEQUENCES: "Sequences",
}


@dataclass(frozen=True)
class Kind:
    """group: one of KINDS. icon: of heroicons. sla_days: by when it should be done, where it has no day of its own."""

    group: str
    icon: str
    sla_days: int
    words: Callable[[Turn], str]
    because: Callable[[Turn], str]


def kind_of(turn: Turn) -> Kind:
    if turn.code == ground.TODO:
        return _TODOS.get(turn.note, _TODO)
    return _KINDS[turn.code]


def _label(choices: type, code: str) -> str:
    try:
        return str(choices(code).label)
    except ValueError:
        return code


def _said(turn: Turn) -> str:
    return f"{turn.who or 'Somebody'} wrote: {_label(ReplyClass, turn.note).lower()}"


def _step(turn: Turn) -> str:
    return _label(UpsellStepName, turn.who).lower()


_BRAKED = {
    "reply": "A reply came: how does it go on?",
    "meeting": "A meeting is booked: how does it go on?",
}
_ENGAGE = {"price": "Set the new price", "lock": "Lock the price", renewals.TOO_LATE: "Agree the terms"}
_PRICE_FIRST = "The window of Engage is open and no plan runs; the price comes first."
_WHY_ENGAGE = {
    "price": _PRICE_FIRST,
    "lock": _PRICE_FIRST,
    renewals.TOO_LATE: "The notice deadline has passed without a plan, and no negotiation runs.",
}
_TODO = Kind(DO, "check-circle", 2, lambda turn: turn.title, lambda turn: turn.detail or "A task of yours.")
_CALL = Kind(CALL, "phone", 1, lambda turn: turn.title, lambda turn: turn.detail or "By voice, not by mail.")
_TODOS: Mapping[str, Kind] = {
    **dict.fromkeys(("other_channel", "executive_escalation", "csm.meeting", "check_back"), _CALL),
    "meeting.notes": Kind(
        SETTLE, "pencil-square", 1, lambda turn: turn.title, lambda turn: turn.detail or "The recap is written from it."
    ),
    "automation.failed": Kind(
        UNBLOCK, "exclamation-triangle", 1, lambda turn: turn.title, lambda turn: turn.detail or "It has given up."
    ),
    "deliverable_failed": Kind(
        UNBLOCK, "exclamation-triangle", 1, lambda turn: turn.title, lambda turn: turn.detail or "Nothing was written."
    ),
    "journey_no_recipient": Kind(
        UNBLOCK, "user-plus", 1, lambda turn: turn.title, lambda turn: turn.detail or "Nobody can be written to."
    ),
    "terms_proposed": Kind(
        APPROVE, "scale", 1, lambda turn: turn.title, lambda turn: turn.detail or "A lead says whether they stand."
    ),
}
_KINDS: Mapping[str, Kind] = {
    ground.MEETING_PAST: Kind(
        SETTLE, "calendar", 1, lambda turn: f"Did “{turn.title}” take place?",
        lambda turn: "Its time has passed and nobody has said how it went; the recap waits for it.",
    ),
    ground.MEETING_DUE: Kind(
        CALL, "video-camera", 0, lambda turn: f"Meet: {turn.title}", lambda turn: "It is within the next 24 hours.",
    ),
    mail.DRAFT: Kind(
        APPROVE, "envelope", 2, lambda turn: f"Approve the email to {turn.who}",
        lambda turn: f"{_label(Purpose, turn.note)}, “{turn.title}”. Nothing leaves without a yes.",
    ),
    mail.UNSENT: Kind(
        APPROVE, "paper-airplane", 1, lambda turn: f"Send the email to {turn.who}",
        lambda turn: f"“{turn.title}” is approved, and nobody has sent it off. The approval lapses.",
    ),
    mail.STUCK: Kind(
        UNBLOCK, "no-symbol", 1, lambda turn: f"Free the email to {turn.who}",
        lambda turn: turn.detail or f"“{turn.title}” cannot leave by itself.",
    ),
    mail.DOUBTFUL: Kind(
        SETTLE, "question-mark-circle", 1, lambda turn: f"Did the email to {turn.who} leave?",
        lambda turn: f"“{turn.title}”: {turn.detail or 'the provider gave no answer'}. It is not sent again blindly.",
    ),
    mail.REPLY: Kind(
        ANSWER, "chat-bubble-left-right", 1, lambda turn: f"Answer {turn.who or 'the reply'}",
        lambda turn: f"{_said(turn)}, and nobody has seen to it.",
    ),
    mail.UNVERIFIED: Kind(
        ANSWER, "shield-exclamation", 1, lambda turn: f"Is this from {turn.who or 'them'}?",
        lambda turn: "The sender could not be verified; say what it is.",
    ),
    journeys.DELIVERABLE: Kind(
        APPROVE, "document-check", 2, lambda turn: f"Approve M{turn.who}: {turn.title}",
        lambda turn: "It is written and waits for your review; the client waits for it.",
    ),
    journeys.REVISION: Kind(
        UNBLOCK, "arrow-path", 2, lambda turn: f"Revise M{turn.who}: {turn.title}",
        lambda turn: "It was sent back and nobody has rewritten it.",
    ),
    journeys.PLAN: Kind(
        APPROVE, "clipboard-document-check", 3, lambda turn: f"Approve the business plan, version {turn.version}",
        lambda turn: "The first month starts with it.",
    ),
    outreach.STEP: Kind(
        APPROVE, "arrow-trending-up", 1, lambda turn: f"Approve the upsell's {_step(turn)}",
        lambda turn: f"The run on {turn.title.replace('_', ' ')} waits for a yes at this step.",
    ),
    outreach.STEP_TROUBLE: Kind(
        UNBLOCK, "exclamation-triangle", 1, lambda turn: f"The upsell's {_step(turn)} failed",
        lambda turn: turn.detail or "It cannot go on by itself.",
    ),
    outreach.ENROLLMENT: Kind(
        APPROVE, "queue-list", 2, lambda turn: f"Enroll {turn.who} in “{turn.title}”",
        lambda turn: turn.detail or "Somebody put them forward.",
    ),
    outreach.ENROLLMENT_TROUBLE: Kind(
        UNBLOCK, "exclamation-triangle", 1, lambda turn: f"{turn.who} could not be enrolled in “{turn.title}”",
        lambda turn: turn.detail or "Outreach.io did not take it.",
    ),
    outreach.TOUCH: Kind(
        CALL, "phone", 0, lambda turn: turn.title, lambda turn: "The plan has it for this day.",
    ),
    renewals.BRAKE: Kind(
        ANSWER, "chat-bubble-left-right", 1, lambda turn: _BRAKED.get(turn.note, "How does it go on?"),
        lambda turn: f"{turn.title or 'A reply came'}. Every touch to the account waits for your choice.",
    ),
    renewals.OBJECTION: Kind(
        NEGOTIATE, "scale", 1, lambda turn: f"Objection: {_label(ObjectionKind, turn.title).lower()}",
        lambda turn: "Negotiate is proposed, and starts when you confirm it.",
    ),
    renewals.OUTCOME: Kind(
        SETTLE, "flag", 0, lambda turn: "Record how the renewal ended",
        lambda turn: "Its date has passed without an outcome.",
    ),
    renewals.NO_ROLE: Kind(
        UNBLOCK, "user-plus", 3, lambda turn: f"Who is the {turn.note}?",
        lambda turn: f"Engage runs without a {turn.note}; that position is skipped until somebody is named.",
    ),
    renewals.ENGAGE: Kind(
        DO, "play-circle", 3, lambda turn: _ENGAGE.get(turn.note, "Open Engage"),
        lambda turn: _WHY_ENGAGE.get(turn.note, "The window is open and no plan runs."),
    ),
    renewals.NEAR: Kind(
        DO, "clock", 0, lambda turn: "Bring the renewal home",
        lambda turn: "It ends within a month, and nothing else is planned for it.",
    ),
}  # fmt: skip
