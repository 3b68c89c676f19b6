"""Where letters stand, weighed from all events on record, and written in one statement."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from customers.services.activity import line, record_many
from customers.services.arrays import moment, update_rows
from customers.signals import send_after_commit
from emails.enums import SENT_STATES, DraftState
from emails.models import Draft
from emails.queries.events import list_event_facts
from emails.rules.events import Outcome, next_state, weigh
from emails.services.announcing import announce_sent, close_question
from emails.signals import draft_bounced

_WRITTEN = ("state", "sent_at", "message_id", "smtp_id", "delivered_at", "bounced_at", "bounce_kind", "opened_at",
            "clicked_at", "outcome")  # fmt: skip
DRAFT_FIELDS = (
    "pk",
    "customer_id",
    "stakeholder_id",
    "subject",
    "to_name",
    "to_email",
    "cc",
    "provider",
    "provider_id",
    *_WRITTEN,
)
"""What is read of each draft here."""

SETTLED_BY_EVENT = "the provider's events say that it left"
_LONGEST_OUTCOME = 500


class Overtaken(Exception):
    """Raised when a letter's state moved although its row was locked: nothing is written, the call is tried again."""


@dataclass(frozen=True, slots=True)
class _Change:
    draft: Any
    outcome: Outcome
    state: DraftState
    values: tuple[Any, ...]


def settle_standing(drafts: Sequence[Any], *, now: datetime) -> None:
    """Weigh the events of locked drafts (rows of DRAFT_FIELDS, none in `sending`) and write what changed.

    Must be called inside the transaction that locked them. Raises Overtaken.
    """
    if not drafts:
        return
    facts = list_event_facts({draft.pk: draft.cc for draft in drafts})
    changes = [change for draft in drafts if (change := _change(draft, facts.get(draft.pk, [])))]
    _write(changes, now=now)
    _tell_bounced([change for change in changes if _became(change, DraftState.BOUNCED)], now=now)
    _tell_sent([change for change in changes if change.draft.state not in SENT_STATES], now=now)


def _change(draft: Any, events: list[Any]) -> _Change | None:
    # Without a provider on record nobody saw it accepted: then the events alone say when it left.
    seen_at = draft.sent_at if draft.provider else None
    outcome = weigh(events, sent_at=seen_at)
    state = next_state(DraftState(draft.state), outcome)
    if state not in SENT_STATES:
        return None
    values = (
        state,
        seen_at or outcome.left_at or draft.sent_at,
        draft.message_id or outcome.smtp_id or f"<{draft.pk.hex}.0@evergreen.invalid>",
        outcome.smtp_id or draft.smtp_id,
        outcome.delivered_at,
        outcome.bounced_at,
        outcome.bounce_kind,
        outcome.opened_at,
        outcome.clicked_at,
        outcome.bounce_reason[:_LONGEST_OUTCOME] if state == DraftState.BOUNCED else "",
    )
    if values == tuple(getattr(draft, name) for name in _WRITTEN):
        return None
    return _Change(draft, outcome, state, values)


def _write(changes: list[_Change], *, now: datetime) -> None:
    rows = [[change.draft.pk.hex, change.draft.state, *map(_plain, change.values), moment(now)] for change in changes]
    written = update_rows(Draft, ("id", "state", *_WRITTEN, "updated_at"), rows, matched=2)
    if written != len(rows):
        raise Overtaken


def _plain(value: Any) -> Any:
    return moment(value) if isinstance(value, datetime) else value


def _became(change: _Change, state: DraftState) -> bool:
    return change.state == state and change.draft.state != state


def _tell_bounced(changes: list[_Change], *, now: datetime) -> None:
    record_many([_bounce_line(change, now=now) for change in changes])
    for change in changes:
        send_after_commit(
            draft_bounced,
            draft_id=change.draft.pk,
            customer_id=change.draft.customer_id,
            stakeholder_id=change.draft.stakeholder_id,
            bounce_kind=str(change.outcome.bounce_kind),
            reason=change.outcome.bounce_reason,
        )


def _bounce_line(change: _Change, *, now: datetime) -> dict[str, Any]:
    draft = change.draft
    summary = (
        f"“{draft.subject}” to {draft.to_name} did not arrive: {change.outcome.bounce_reason or 'no reason given'}"
    )
    fields = line("draft.bounced", summary, customer=draft.customer_id, by=None, now=now)
    return {**fields, "subject_kind": "draft", "subject_id": draft.pk, "data": {"kind": change.outcome.bounce_kind}}


def _tell_sent(changes: list[_Change], *, now: datetime) -> None:
    """A doubtful letter turns out to have left: rare, so one by one, with all that a sending brings."""
    ids: list[uuid.UUID] = [change.draft.pk for change in changes]
    for draft in Draft.objects.filter(pk__in=ids).select_related("approved_by") if ids else ():
        announce_sent(draft, by=None, sent_at=draft.sent_at, message_id=draft.message_id, now=now, how=SETTLED_BY_EVENT)
        close_question(draft, now=now, by=None)
