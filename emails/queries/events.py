"""Events of letters as facts for the rule, and as the list that a person reads."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from emails.models import Draft, MailEvent
from emails.rules.events import EventFacts, Judged, judge_all

LABELS = {
    "processed": "Taken by the provider",
    "dropped": "Not tried by the provider",
    "delivered": "Delivered",
    "deferred": "Deferred by the receiving server",
    "bounce": "Bounced",
    "open": "Opened",
    "click": "Clicked",
    "spamreport": "Reported as spam",
    "unsubscribe": "Unsubscribed",
    "group_unsubscribe": "Unsubscribed from a group",
    "group_resubscribe": "Subscribed to a group again",
}
_FIELDS = ("kind", "at", "url", "subtype", "reason", "user_agent", "is_machine", "smtp_id", "recipient", "draft_id")


@dataclass(frozen=True)
class EventLine:
    """One event as a person reads it. judged: who it was, for opens and clicks."""

    facts: EventFacts
    recipient: str
    judged: Judged | None

    @property
    def label(self) -> str:
        return LABELS.get(self.facts.kind, self.facts.kind)


def list_event_facts(copies: Mapping[uuid.UUID, Sequence[str]]) -> dict[uuid.UUID, list[EventFacts]]:
    """This will read all events of the drafts in one query. copies: of each draft, whom it went to in copy."""
    lowered = {pk: {address.lower() for address in cc} for pk, cc in copies.items()}
    facts: dict[uuid.UUID, list[EventFacts]] = defaultdict(list)
    rows = MailEvent.objects.filter(draft_id__in=list(copies)).order_by().values_list(*_FIELDS)
    for row in rows:
        facts[row[-1]].append(_facts(row, copies=lowered[row[-1]]))
    return facts


def list_event_lines(draft: Draft) -> list[EventLine]:
    """This will list what is known to have happened to the letter, in order, and who it was."""
    copies = {address.lower() for address in draft.cc}
    rows = list(draft.events.order_by("at", "id").values_list(*_FIELDS))
    facts = [_facts(row, copies=copies) for row in rows]
    own = [fact for fact in facts if not fact.is_copy]
    sent_at = draft.sent_at if draft.provider else None
    judged = dict(zip(map(id, own), judge_all(own, sent_at=sent_at), strict=True))
    return [EventLine(fact, row[-2], judged.get(id(fact))) for fact, row in zip(facts, rows, strict=True)]


def _facts(row: Sequence[Any], *, copies: Collection[str]) -> EventFacts:
    """Make the facts of a row of _FIELDS."""
    kind, at, url, subtype, reason, user_agent, is_machine, smtp_id, recipient, _ = row
    is_copy = recipient.lower() in copies
    return EventFacts(kind, at, url, subtype, reason, user_agent, is_machine, smtp_id, is_copy)
