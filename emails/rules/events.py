"""What the provider's events say about one letter. The answer depends on which events there are, not on their order.

Events come late, twice and shuffled, so all that are known of a letter are weighed together each time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from emails.enums import Actor, BounceKind, DraftState, SuppressionCause

MESSAGE_KINDS = frozenset(
    {"processed", "dropped", "delivered", "deferred", "bounce", "open", "click", "spamreport", "unsubscribe",
     "group_unsubscribe", "group_resubscribe"}
)  # fmt: skip
"""Each proves that the provider had taken the message. Others are kept and prove nothing."""

SCANNER_WITHIN = timedelta(seconds=10)
"""Link scanners fetch what a mail holds while it is delivered or seconds after it; people need longer."""

SWEEP_WITHIN = timedelta(seconds=2)
"""Whoever opens several links within this time does not read them."""

MACHINE_AGENTS = re.compile(
    r"bot\b|crawler|spider|curl/|wget/|python-|go-http|java/|okhttp|headless|barracuda|mimecast|proofpoint|"
    r"safelinks|trendmicro|fireeye|symantec|urlscan|preview",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class EventFacts:
    """One event. subtype: of a bounce. is_machine: the provider's own flag. is_copy: of a person in copy."""

    kind: str
    at: datetime
    url: str = ""
    subtype: str = ""
    reason: str = ""
    user_agent: str = ""
    is_machine: bool = False
    smtp_id: str = ""
    is_copy: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """Who opened or clicked, and how that is known."""

    actor: Actor
    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What all events of a letter say together. opened_at, clicked_at: the first time that a person did.

    left_at: the first sign that the provider took it; None when there is none.
    """

    left_at: datetime | None = None
    delivered_at: datetime | None = None
    bounced_at: datetime | None = None
    bounce_kind: str = ""
    bounce_reason: str = ""
    opened_at: datetime | None = None
    clicked_at: datetime | None = None
    complained_at: datetime | None = None
    smtp_id: str = ""


def weigh(events: Sequence[EventFacts], *, sent_at: datetime | None = None) -> Outcome:
    """Say where the letter stands. What happened to copies proves that it left, and no more."""
    signs = [event for event in events if event.kind in MESSAGE_KINDS]
    own = [event for event in signs if not event.is_copy]
    delivered_at = _first(own, "delivered")
    bounce = min((e for e in own if e.kind in ("bounce", "dropped")), key=_bounce_order, default=None)
    judged = list(zip(own, judge_all(own, sent_at=sent_at), strict=True))
    people = [event for event, who in judged if who and who.actor == Actor.HUMAN]
    clicked_at = _first(people, "click")
    return Outcome(
        left_at=min((event.at for event in signs), default=None),
        delivered_at=delivered_at,
        bounced_at=bounce.at if bounce else None,
        bounce_kind=_bounce_kind(bounce) if bounce else "",
        bounce_reason=bounce.reason if bounce else "",
        # Whoever clicked has opened it, also where pictures are switched off.
        opened_at=min((at for at in (_first(people, "open"), clicked_at) if at), default=None),
        clicked_at=clicked_at,
        complained_at=_first(own, "spamreport"),
        smtp_id=min((event.smtp_id for event in own if event.smtp_id), default=""),
    )


def judge_all(events: Sequence[EventFacts], *, sent_at: datetime | None = None) -> list[Judged | None]:
    """Tell people from machines for every open and click; None for other events."""
    delivered_at = _first(events, "delivered")
    clicks = sorted((event.at, event.url) for event in events if event.kind == "click")
    left_at = min((event.at for event in events if event.kind == "processed"), default=sent_at)
    return [
        _judge(event, delivered_at, left_at, clicks) if event.kind in ("open", "click") else None for event in events
    ]


def next_state(current: DraftState, outcome: Outcome) -> DraftState:
    """Move forward only: unknown → sent → delivered → bounced. A letter that was cancelled here stays so."""
    if outcome.left_at is None or current in (DraftState.CANCELLED, DraftState.SENDING):
        return current
    target = DraftState.SENT
    if outcome.delivered_at:
        target = DraftState.DELIVERED
    if outcome.bounced_at:
        target = DraftState.BOUNCED
    return target if _RANK[target] > _RANK.get(current, 0) else current


def stop_cause(kind: str, *, subtype: str, reason: str) -> SuppressionCause | None:
    """Say why an event means that its recipient is not to be written to any more; None for all others.

    Source: SendGrid, "Event Webhook". What it drops by itself, it drops because of an earlier event.
    """
    if kind == "bounce":
        return None if subtype == "blocked" else SuppressionCause.HARD_BOUNCE
    return _DROP_CAUSES.get(reason) if kind == "dropped" else _STOP_CAUSES.get(kind)


def stops_address(kind: str, *, subtype: str, reason: str, names_message: bool) -> bool:
    """Say whether an event that belongs to no letter of ours stops mail to its address, if a contact has it.

    names_message: whether it names a message, which then is another sender's. Who unsubscribed from everything or
    complained means the sender's whole account there, and the provider lets none of our letters through either. A
    group's unsubscription is believed where nothing says that it was of another sender's group. Bounces never: how
    another sender's mail was refused says nothing sure of ours, whose own come with our arg. Source: SendGrid,
    "Event Webhook", "Suppressions"; some unsubscribes carry the address alone.
    """
    cause = stop_cause(kind, subtype=subtype, reason=reason)
    if cause == SuppressionCause.COMPLAINT or kind == "unsubscribe":
        return True
    return cause == SuppressionCause.UNSUBSCRIBED and not names_message


STOP_KINDS = frozenset({"bounce", "dropped", "spamreport", "unsubscribe", "group_unsubscribe", "group_resubscribe"})
"""What may change whether the recipient is written to."""

RESTORED = "group_resubscribe"
_STOP_CAUSES = {
    "spamreport": SuppressionCause.COMPLAINT,
    "unsubscribe": SuppressionCause.UNSUBSCRIBED,
    "group_unsubscribe": SuppressionCause.UNSUBSCRIBED,
}
_DROP_CAUSES = {
    "Bounced Address": SuppressionCause.HARD_BOUNCE,
    "Invalid": SuppressionCause.HARD_BOUNCE,
    "Spam Reporting Address": SuppressionCause.COMPLAINT,
    "Unsubscribed Address": SuppressionCause.UNSUBSCRIBED,
}
_RANK = {DraftState.SENT: 1, DraftState.DELIVERED: 2, DraftState.BOUNCED: 3}


def _judge(
    event: EventFacts, delivered_at: datetime | None, left_at: datetime | None, clicks: list[tuple[datetime, str]]
) -> Judged:
    if event.is_machine:
        return Judged(Actor.MACHINE, "The provider marks it as a prefetch by the mail program.")
    if _is_program(event.user_agent):
        return Judged(Actor.MACHINE, "It names itself as a program, not a browser.")
    start, what = (delivered_at, "delivery") if delivered_at else (left_at, "sending")
    if start is None:
        return Judged(Actor.UNKNOWN, "Neither sending nor delivery is on record to compare with.")
    after = event.at - start
    if after < SCANNER_WITHIN:
        seconds = int(after.total_seconds())
        why = f"{seconds} s after {what}: too soon for a person." if seconds >= 0 else f"Before {what}."
        return Judged(Actor.MACHINE if delivered_at else Actor.UNKNOWN, why)
    if event.kind == "click" and _is_sweep(event, clicks):
        return Judged(Actor.MACHINE, "Several links within 2 s.")
    return Judged(Actor.HUMAN, f"{_words(after)} after {what}, by itself.")


@lru_cache(maxsize=4096)
def _is_program(user_agent: str) -> bool:
    """The same few hundred browsers come again and again."""
    return MACHINE_AGENTS.search(user_agent) is not None


def _is_sweep(event: EventFacts, clicks: Iterable[tuple[datetime, str]]) -> bool:
    return any(url != event.url and abs(at - event.at) <= SWEEP_WITHIN for at, url in clicks)


def _first(events: Iterable[EventFacts], kind: str) -> datetime | None:
    return min((event.at for event in events if event.kind == kind), default=None)


def _bounce_order(event: EventFacts) -> tuple[datetime, str, str, str]:
    return (event.at, event.kind, event.subtype, event.reason)


def _bounce_kind(event: EventFacts) -> BounceKind:
    """Source: SendGrid, "Event Webhook": type “blocked” is a refusal of this message, “bounce” one of the address."""
    if event.kind == "dropped":
        return BounceKind.DROPPED
    return BounceKind.SOFT if event.subtype == "blocked" else BounceKind.HARD


def _words(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    if seconds < 120:
        return f"{seconds} s"
    if seconds < 7200:
        return f"{seconds // 60} min"
    return f"{seconds // 3600} h" if seconds < 172_800 else f"{seconds // 86_400} days"
