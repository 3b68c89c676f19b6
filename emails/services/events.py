"""What the provider tells: kept first, applied after. The EventBatch row is the job (promises 3, 9 and 10).

A letter's standing is weighed anew from all its events, under a lock on its row, so that repeated, shuffled and split
calls end where one clean run does. A few statements for a whole call, however many events it holds.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models import Q

from customers.queries.moments import Waiting, When
from customers.services.arrays import insert_rows, moment
from customers.signals import send_after_commit
from emails.enums import DraftState
from emails.models import Draft, EventBatch, MailEvent
from emails.providers.sendgrid_events import BadItem, Incoming, may_hold_garbage, raw_id, read_item, read_items
from emails.rules.events import STOP_KINDS
from emails.services.provider_stops import keep_stops
from emails.services.standing import DRAFT_FIELDS, settle_standing
from emails.signals import events_kept

LEASE = timedelta(minutes=2)
RETRY_AFTER = timedelta(minutes=5)
MOST_ATTEMPTS = 6
BATCHES = 50
SLICE = 2_000
"""So many events in one transaction."""

KEPT_FOR = timedelta(days=30)
"""A call as it came serves to find faults; its events stay with their letters."""

LONGEST_RAW = 5_000

_EVENT_FIELDS = ("id", "created_at", "updated_at", "draft", "kind", "subtype", "at", "recipient", "url", "reason",
                 "user_agent", "is_machine", "provider_key", "smtp_id", "applied_at", "problem", "raw")  # fmt: skip

log = structlog.get_logger(__name__)


def keep_batch(raw: bytes, *, now: datetime) -> None:
    """Keep a call whose signature was checked, once, and ring for it."""
    batch = EventBatch(id=raw_id(raw), body=raw, received_at=now, due_at=now)
    EventBatch.objects.bulk_create([batch], ignore_conflicts=True)
    send_after_commit(events_kept)


def sweep(*, now: datetime) -> int:
    """What the clock calls: calls whose ring was lost, events of letters that were being handed over, old calls."""
    done = _apply_waiting(now=now) + apply_due(now=now)
    _, _, old = waiting(now)
    if old.exists():
        old.delete()
    return done


def waiting(now: When) -> Waiting:
    """This will give events that waited for their letter's call to end, calls whose turn it is, and old calls."""
    events = MailEvent.objects.filter(applied_at=None, draft__isnull=False).exclude(draft__state=DraftState.SENDING)
    due = EventBatch.objects.filter(due_at__lte=now).order_by("due_at")
    old = EventBatch.objects.filter(received_at__lt=now - KEPT_FOR, due_at=None).order_by("received_at")
    return events.order_by("draft_id"), due, old


def apply_due(*, now: datetime) -> int:
    """Apply every call that waits; gives how many were."""
    _, due, _ = waiting(now)
    ids = list(due.values_list("pk", flat=True)[:BATCHES])
    return sum(apply_batch(pk, now=now) for pk in ids)


def apply_batch(batch_id: uuid.UUID, *, now: datetime) -> bool:
    """Apply one call, unless another worker has it. One that cannot be applied is tried again, then shown."""
    claimed = _claim(batch_id, now=now)
    if claimed is None:
        return False
    body, attempts = claimed
    try:
        apply_body(body, now=now)
    except Exception as error:
        log.exception("events_not_applied", batch=str(batch_id))
        is_last = attempts >= MOST_ATTEMPTS
        EventBatch.objects.filter(pk=batch_id, applied_at=None).update(
            due_at=None if is_last else now + RETRY_AFTER, problem=type(error).__name__, updated_at=now
        )
        return False
    EventBatch.objects.filter(pk=batch_id).update(applied_at=now, due_at=None, problem="", updated_at=now)
    return True


def _claim(batch_id: uuid.UUID, *, now: datetime) -> tuple[bytes, int] | None:
    """Take the call for one attempt and give its body and which attempt it is; None when another worker has it."""
    sql = (
        "UPDATE emails_eventbatch SET due_at = %s, attempts = attempts + 1, updated_at = %s "
        "WHERE id = %s AND due_at <= %s RETURNING body, attempts"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [moment(now + LEASE), moment(now), batch_id.hex, moment(now)])
        row = cursor.fetchone()
    return (bytes(row[0]), row[1]) if row else None


def apply_body(raw: bytes, *, now: datetime) -> None:
    """Store each event once and move the letters forward. May be repeated: nothing happens twice."""
    items = read_items(raw)
    is_searched = may_hold_garbage(raw)
    for start in range(0, len(items), SLICE):
        events, aside = _read(items[start : start + SLICE], is_searched=is_searched, now=now)
        with transaction.atomic():
            _apply(events, aside, now=now)


def _read(items: list[Any], *, is_searched: bool, now: datetime) -> tuple[dict[str, Incoming], list[list[Any]]]:
    events: dict[str, Incoming] = {}
    aside: dict[str, list[Any]] = {}
    for item in items:
        try:
            event = read_item(item, is_searched=is_searched)
            events[event.id] = event
        except BadItem as error:
            raw = json.dumps(item)
            pk = raw_id(raw.encode()).hex
            aside[pk] = _row_aside(pk, raw, problem=str(error), now=now)
    return events, list(aside.values())


def _apply(events: dict[str, Incoming], aside: list[list[Any]], *, now: datetime) -> None:
    drafts, owner = _find_drafts(events.values())
    busy = {draft.pk for draft in drafts if draft.state == DraftState.SENDING}
    at_once = moment(now)
    rows = [_row(event, pk := owner.get(event.id), is_busy=pk in busy, at_once=at_once) for event in events.values()]
    # In one order, so that two calls with the same events do not wait for each other.
    insert_rows(MailEvent, _EVENT_FIELDS, sorted([*rows, *aside], key=lambda row: row[0]))
    settle_standing([draft for draft in drafts if draft.pk not in busy], now=now)
    if stops := [event for event in events.values() if event.kind in STOP_KINDS]:
        by_id = {draft.pk: draft for draft in drafts}
        own = [(event, by_id[owner[event.id]]) for event in stops if event.id in owner]
        keep_stops(own, [event for event in stops if event.id not in owner], now=now)


def _find_drafts(events: Iterable[Incoming]) -> tuple[list[Any], dict[str, uuid.UUID]]:
    """Find and lock the letters: by our own arg first, then by the provider's id, then by the Message-ID."""
    waiting = list(events)
    owner: dict[str, uuid.UUID] = {}
    found: dict[uuid.UUID, Any] = {}
    for field, name in (("pk", "draft_id"), ("provider_id", "provider_key"), ("smtp_id", "smtp_id")):
        wanted = {getattr(event, name) for event in waiting} - {None, ""}
        if not wanted:
            continue
        rows = _lock_drafts(Q(**{f"{field}__in": sorted(wanted)}) & _has(field))
        found |= {row.pk: row for row in rows}
        by_value = {getattr(row, field): row.pk for row in rows}
        owner |= {event.id: pk for event in waiting if (pk := by_value.get(getattr(event, name)))}
        waiting = [event for event in waiting if event.id not in owner]
    return list(found.values()), owner


def _has(field: str) -> Q:
    """The words of the partial index: of more than a hundred ids PostgreSQL does not find out that none is empty."""
    return Q() if field == "pk" else ~Q(**{field: ""})


def _lock_drafts(condition: Q) -> list[Any]:
    rows = Draft.objects.filter(condition).select_for_update(no_key=True).order_by("pk")
    return list(rows.values_list(*DRAFT_FIELDS, named=True))


def _row(event: Incoming, draft_id: uuid.UUID | None, *, is_busy: bool, at_once: str | None) -> list[Any]:
    return [
        event.id, at_once, at_once, draft_id.hex if draft_id else None, event.kind, event.subtype,
        moment(event.at), event.recipient, event.url, event.reason, event.user_agent, event.is_machine,
        event.provider_key, event.smtp_id, None if is_busy else at_once, "", "",
    ]  # fmt: skip


def _row_aside(pk: str, raw: str, *, problem: str, now: datetime) -> list[Any]:
    at_once = moment(now)
    return [pk, at_once, at_once, None, "", "", at_once, "", "", "", "", False, "", "", at_once,
            problem[:200], raw[:LONGEST_RAW]]  # fmt: skip


def _apply_waiting(*, now: datetime) -> int:
    """Weigh again the letters that were being handed over when their first events came."""
    events, _, _ = waiting(now)
    ids: Sequence[uuid.UUID] = sorted(set(events.order_by().values_list("draft_id", flat=True)[:SLICE]))
    if not ids:
        return 0
    with transaction.atomic():
        drafts = [row for row in _lock_drafts(Q(pk__in=ids)) if row.state != DraftState.SENDING]
        settle_standing(drafts, now=now)
        MailEvent.objects.filter(applied_at=None, draft_id__in=[row.pk for row in drafts]).update(
            applied_at=now, updated_at=now
        )
    return len(drafts)
